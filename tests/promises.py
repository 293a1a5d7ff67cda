"""The mails that answers have promised, as they lie in the queue."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from tests.conftest import Sql


@dataclass
class Promise:
    """One mail in the queue."""

    template: str
    to: str
    context: dict[str, str]

    @property
    def path(self) -> str:
        """The link without its origin: what a click asks for."""
        parts = urlsplit(self.context["url"])
        return f"{parts.path}?{parts.query}"

    @property
    def token(self) -> str:
        """The token in the link's query, or at the end of its path."""
        parts = urlsplit(self.context["url"])
        return parse_qs(parts.query).get("token", [parts.path.rpartition("/")[2]])[0]


def promised(sql: Sql, template: str | None = None) -> list[Promise]:
    """What waits to be sent, the oldest first; of one kind, or all that has a kind."""
    rows = sql('SELECT "template", "recipient", "context" FROM "ai_editor_mail" ORDER BY "createdAt", ctid')
    return [Promise(*row) for row in rows if row[0] and template in (None, row[0])]
