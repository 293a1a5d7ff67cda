"""GET /api/documents/search."""

from __future__ import annotations

from handlers.documents import searching, shapes
from handlers.documents.routes.handler import DocumentHandler, who_is
from handlers.documents.searching import Searching
from server.http.access import answers
from server.http.guards import signed_in
from server.model import SignedIn
from server.protocol import bodies
from server.protocol.rules import string


class SearchQuery(bodies.Body):
    """What somebody types."""

    q: str = bodies.required(string)


class SearchDocuments(DocumentHandler):
    """Documents by their titles and texts."""

    query_type = SearchQuery

    @signed_in(authoritative=True)
    @answers(shapes.SEARCH)
    async def get(self, who: SignedIn) -> None:
        """Answers up to 20 `{documents}` that the caller may read, each with a `snippet` in parts, hits marked. S40."""
        query: SearchQuery = self.read_query()
        reader, services = who_is(who.user), self.services
        found = await services.reads.exactly(
            lambda db: services.of(Searching).find(db, reader, query.q.replace("\0", " "))
        )
        wanted = searching.split(query.q)
        self.answer({"documents": [shapes.found(each, wanted) for each in found]})
