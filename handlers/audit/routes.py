"""GET /api/activity."""

from __future__ import annotations

from handlers.audit import store
from handlers.audit.entries import Sealed
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import signed_in
from server.model import SignedIn
from server.protocol import bodies, rules, schemas, wire

PAGE = 20
_EVENT = schemas.members(
    {
        "id": schemas.STRING,
        "event": schemas.STRING,
        "result": schemas.STRING,
        "by": {"type": "string", "enum": ["you", "operator", "somebody"]},
        "createdAt": schemas.DATE,
        "ipAddress": schemas.nullable(schemas.STRING),
        "userAgent": schemas.nullable(schemas.STRING),
        "current": schemas.BOOLEAN,
    }
)
_EVENTS = schemas.members({"events": schemas.array(_EVENT), "next": schemas.nullable(schemas.STRING)})


class ActivityQuery(bodies.Body):
    """The id of the last event that is known already."""

    before: str | None = bodies.optional(rules.string)


class Activity(ApiHandler):
    """What happened to the caller's account; better-auth has no such list, so this is ours beside its API."""

    query_type = ActivityQuery

    @signed_in(authoritative=True)
    @answers(_EVENTS)
    async def get(self, who: SignedIn) -> None:
        """Answers `{events, next}`, the newest first; `next` is what to give as `before` for more, or null. S40."""
        query: ActivityQuery = self.read_query()
        found = await self.services.reads.exactly(
            lambda db: store.list_of(db, who.user.id, query.before, PAGE + 1)
        )
        shown = found[:PAGE]
        following = shown[-1].id if len(found) > PAGE else None
        self.answer({"events": [_shown(each, who) for each in shown], "next": following})


def _shown(each: Sealed, who: SignedIn) -> wire.Json:
    return {
        "id": each.id,
        "event": each.event,
        "result": each.result,
        "by": _by(each),
        "createdAt": wire.date(each.created_at),
        "ipAddress": each.ip_address,
        "userAgent": each.user_agent,
        "current": each.session_id == who.session.id,
    }


def _by(each: Sealed) -> str:
    """Who did it, as far as it is known: the person, whoever runs the server, or somebody."""
    if each.actor == each.subject:
        return "you"
    return "operator" if each.actor == "command" else "somebody"
