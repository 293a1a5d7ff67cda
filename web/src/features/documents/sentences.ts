import type { Sentence } from '@/words/t'

/** Sentences for the codes about documents and folders. */
export const sentences: Record<string, Sentence> = {
  DOCUMENT_NOT_FOUND: 'There is no such document. It may have been deleted for good.',
  DOCUMENT_NO_ACCESS: 'You have no access to this document.',
  DOCUMENT_IN_TRASH: 'This document is in the trash.',
  DOCUMENT_NOT_IN_TRASH: 'This document is not in the trash any more.',
  DOCUMENT_TOO_LARGE: 'This document is as large as one can be. Put what is new into another one.',
  CONTENT_NOT_READABLE: 'This text cannot be read as a document: it is nested too deeply, or has too much in it.',
  NOT_ALLOWED: 'You may read this document, not change it.',
  NOT_THE_OWNER: 'Only the owner of this document may do this.',
  OWNER_CANNOT_LEAVE: 'You are its owner: hand the document over before you leave it.',
  IS_THE_OWNER: 'That is the owner of this document.',
  NOT_A_MEMBER: 'Only somebody who has access can become the owner.',
  NOBODY_NAMED: 'Enter whom to share it with.',
  ACCESS_NOT_FOUND: 'That access is not there any more.',
  ALREADY_ENDED: 'Choose an end that lies in the future.',
  LINK_NOT_VALID: 'This link does not work any more. Ask whoever sent it for a new one.',
  TOO_MANY_MEMBERS: 'This document is shared with as many as it can be.',
  FOLDER_NOT_FOUND: 'That folder is not there any more.',
  FOLDER_IN_ITSELF: 'A folder cannot lie in itself.',
  TOO_MANY_FOLDERS: 'You have as many folders as there can be.',
  CURSOR_NOT_VALID: 'The list has changed. Reload the page to see it.',
}
