"""The codes of documents and folders."""

from __future__ import annotations

from server.errors import APIError


def document_not_found() -> APIError:
    """404 for what is not there."""
    return APIError(404, "DOCUMENT_NOT_FOUND", "There is no such document.")


def document_no_access() -> APIError:
    """403 for what is there, and not for the caller: they may ask for access."""
    return APIError(403, "DOCUMENT_NO_ACCESS", "You have no access to this document.")


def document_in_trash() -> APIError:
    """410 for what its owner has thrown away; to its owner where it has to be taken back first."""
    return APIError(410, "DOCUMENT_IN_TRASH", "This document is in the trash.")


def document_not_in_trash() -> APIError:
    """409 for what is to go for good and has not been thrown away."""
    return APIError(409, "DOCUMENT_NOT_IN_TRASH", "This document is not in the trash.")


def not_allowed() -> APIError:
    """403 for what takes another role."""
    return APIError(403, "NOT_ALLOWED", "You may read this document, not change it.")


def not_the_owner() -> APIError:
    """403 for what only the owner may do."""
    return APIError(403, "NOT_THE_OWNER", "Only the owner of this document may do this.")


def owner_cannot_leave() -> APIError:
    """400 for an owner who would leave a document to nobody."""
    return APIError(400, "OWNER_CANNOT_LEAVE", "The owner cannot leave: hand the document over first.")


def is_the_owner() -> APIError:
    """400 for an access of whom it belongs to."""
    return APIError(400, "IS_THE_OWNER", "This is the owner of the document.")


def not_a_member() -> APIError:
    """400 for a new owner who has no access yet."""
    return APIError(400, "NOT_A_MEMBER", "Only somebody who has access can become the owner.")


def access_not_found() -> APIError:
    """404 for an access, or a request for one, that is not there."""
    return APIError(404, "ACCESS_NOT_FOUND", "There is no such access to this document.")


def nobody_named() -> APIError:
    """400 for an access of nobody."""
    return APIError(400, "NOBODY_NAMED", "Say who is to have access: an address, or a link.")


def already_ended() -> APIError:
    """400 for an access that would be over from the start."""
    return APIError(400, "ALREADY_ENDED", "The end of an access lies in the future.")


def link_not_valid() -> APIError:
    """404 for a secret that lets nobody in, or that somebody has come by already."""
    return APIError(404, "LINK_NOT_VALID", "This link does not work, or does not work any more.")


def too_many_members() -> APIError:
    """409 for one more than a document may be shared with."""
    return APIError(409, "TOO_MANY_MEMBERS", "This document is shared with as many as it can be.")


def folder_not_found() -> APIError:
    """404 for what is no folder of the caller's."""
    return APIError(404, "FOLDER_NOT_FOUND", "There is no such folder.")


def folder_in_itself() -> APIError:
    """400 for a folder that would lie in itself."""
    return APIError(400, "FOLDER_IN_ITSELF", "A folder cannot lie in itself.")


def too_many_folders() -> APIError:
    """409 for one more than anybody may have."""
    return APIError(409, "TOO_MANY_FOLDERS", "You have as many folders as there can be.")


def cursor_not_valid() -> APIError:
    """400 for a place in a list that no list has named."""
    return APIError(400, "CURSOR_NOT_VALID", "There is no such place in this list.")


def document_too_large() -> APIError:
    """413 for more than a document may hold."""
    return APIError(413, "DOCUMENT_TOO_LARGE", "This is more than a document can hold.")


def content_not_readable() -> APIError:
    """422 for what nobody would write: nested too deeply, or with more in it than can be read in time."""
    return APIError(422, "CONTENT_NOT_READABLE", "This text cannot be read as a document.")


def attachment_not_found() -> APIError:
    """404 for an attachment that this document does not have."""
    return APIError(404, "ATTACHMENT_NOT_FOUND", "This document has no such attachment.")


def attachment_too_large(limit: str) -> APIError:
    """413 for a file or a picture that is larger than one may be."""
    return APIError(413, "ATTACHMENT_TOO_LARGE", f"This is larger than {limit}.")


def attachments_full() -> APIError:
    """413 for more than a document may have."""
    return APIError(413, "DOCUMENT_ATTACHMENTS_FULL", "This document has as many attachments as it can have.")


def picture_not_readable() -> APIError:
    """415 for what begins as a picture and is none, or takes more work than any honest one. S46."""
    return APIError(415, "PICTURE_NOT_READABLE", "This picture cannot be read.")


def name_missing() -> APIError:
    """400 for a file without a name, or with one that is too long."""
    return APIError(400, "ATTACHMENT_NAME_MISSING", "An attachment has a name of 1 to 200 characters.")


def storage_full() -> APIError:
    """507 where SHARED_DIR has no room for another file."""
    return APIError(507, "FILE_STORAGE_FULL", "There is no room to store the file.")


def storage_unavailable() -> APIError:
    """503 where SHARED_DIR cannot be written in, for as long as nobody mends that."""
    return APIError(
        503, "FILE_STORAGE_UNAVAILABLE", "The file cannot be stored at the moment.", {"Retry-After": "60"}
    )
