"""What a value may be, as JSON Schema: of the members of bodies by their rules, of answers by what is said here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from server.model import Column

Schema = dict[str, Any]
R = TypeVar("R", bound=Callable[..., Any])

STRING: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
NULL: Schema = {"type": "null"}
DATE: Schema = {"type": "string", "format": "date-time"}
ANYTHING: Schema = {}
STATUS: Schema = {
    "type": "object",
    "properties": {"status": {"type": "boolean", "const": True}},
    "required": ["status"],
}
USER: Schema = {"$ref": "#/components/schemas/User"}
SESSION: Schema = {"$ref": "#/components/schemas/Session"}
ACCOUNT: Schema = {"$ref": "#/components/schemas/Account"}
_COLUMNS: dict[str, Schema] = {
    "string": STRING,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "date": DATE,
    "json": ANYTHING,
    "string[]": {"type": "array", "items": STRING},
    "number[]": {"type": "array", "items": NUMBER},
}


def says(schema: Schema | Callable[[], Schema]) -> Callable[[R], R]:
    """Says of a rule what it lets through; a function where that takes work to say."""

    def mark(rule: R) -> R:
        rule.schema = schema  # type: ignore[attr-defined]
        return rule

    return mark


def of(rule: object) -> Schema:
    """What a rule lets through; of one that says nothing, anything."""
    found: Schema | Callable[[], Schema] = getattr(rule, "schema", ANYTHING)
    return found() if callable(found) else found


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    if not schema:
        return schema
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, NULL]}


def always(value: object) -> Schema:
    """This value and no other."""
    return {"type": "boolean" if isinstance(value, bool) else "string", "const": value}


def array(items: Schema) -> Schema:
    """Any number of them."""
    return {"type": "array", "items": items}


def members(needed: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """An object with these members, and maybe those."""
    found = {"type": "object", "properties": {**needed, **(optional or {})}}
    return found | {"required": list(needed)} if needed else found


def column(found: Column) -> Schema:
    """What a declared column holds."""
    return nullable(_COLUMNS[found.type])


def user(columns: Sequence[Column]) -> Schema:
    """A user as answers have it, see wire."""
    own = {"name": STRING, "email": STRING, "emailVerified": BOOLEAN, "image": nullable(STRING)}
    return members({"id": STRING, **own, "createdAt": DATE, "updatedAt": DATE}, _shown(columns))


def session(columns: Sequence[Column]) -> Schema:
    """A session as answers have it, see wire."""
    times = {"expiresAt": DATE, "token": STRING, "createdAt": DATE, "updatedAt": DATE}
    client = {"ipAddress": nullable(STRING), "userAgent": nullable(STRING), "userId": STRING}
    return members({"id": STRING, **times, **client}, _shown(columns))


def account() -> Schema:
    """A way to sign in as answers have it, see wire."""
    names = {"id": STRING, "accountId": STRING, "providerId": STRING, "userId": STRING}
    return members({**names, "createdAt": DATE, "updatedAt": DATE, "scopes": array(STRING)})


def _shown(columns: Sequence[Column]) -> dict[str, Schema]:
    return {each.name: column(each) for each in columns if each.returned}
