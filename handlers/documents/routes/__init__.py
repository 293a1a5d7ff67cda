"""The endpoints of documents, by what they are about."""

from handlers.documents.routes.access import (
    DocumentAccess,
    DocumentAccessRequest,
    DocumentGrant,
    JoinDocument,
    LeaveDocument,
    TransferDocument,
)
from handlers.documents.routes.attachments import AttachmentItem, AttachmentList
from handlers.documents.routes.content import DocumentContent, ExportDocuments
from handlers.documents.routes.documents import (
    DocumentItem,
    DocumentList,
    DuplicateDocument,
    RestoreDocument,
)
from handlers.documents.routes.folders import FolderItem, FolderList
from handlers.documents.routes.parting import HandOverDocuments
from handlers.documents.routes.search import SearchDocuments
from server.feature import Routes

_ID = "([^/]+)"
_ONE = f"/api/documents/{_ID}"

# The first that fits answers.
SITE: Routes = (
    ("/api/documents", DocumentList),
    ("/api/documents/join", JoinDocument),
    ("/api/documents/search", SearchDocuments),
    ("/api/documents/export", ExportDocuments),
    ("/api/documents/hand-over", HandOverDocuments),
    (_ONE, DocumentItem),
    (f"{_ONE}/content", DocumentContent),
    (f"{_ONE}/attachments", AttachmentList),
    (f"{_ONE}/attachments/{_ID}", AttachmentItem),
    (f"{_ONE}/restore", RestoreDocument),
    (f"{_ONE}/duplicate", DuplicateDocument),
    (f"{_ONE}/leave", LeaveDocument),
    (f"{_ONE}/transfer", TransferDocument),
    (f"{_ONE}/access", DocumentAccess),
    (f"{_ONE}/access/request", DocumentAccessRequest),
    (f"{_ONE}/access/{_ID}", DocumentGrant),
    ("/api/folders", FolderList),
    (f"/api/folders/{_ID}", FolderItem),
)
