"""What one method of an endpoint takes and answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from msgspec import structs

from handlers.open_api import refusals
from handlers.open_api.places import Method, Place, plain
from server.http.access import Answers
from server.http.api import JSON, ApiHandler
from server.model import Column, Columns
from server.protocol import schemas
from server.protocol.bodies import Body, Member, Record
from server.protocol.schemas import Schema

COOKIE = "apiKeyCookie"
BEARER = "bearerAuth"
ERROR: Schema = {"$ref": "#/components/schemas/Error"}
# What features may ask for after a sign-in that is called so.
Asks = Callable[[str], Sequence[Schema]]
_FORM = "application/x-www-form-urlencoded"
_WHEN = {
    400: "Bad Request. Usually due to missing parameters, or invalid parameters.",
    401: "Unauthorized. Due to missing or invalid authentication.",
    403: "Forbidden. An address or the request's origin is not trusted, or the caller may not do this.",
    404: "Not Found. The requested resource was not found.",
    409: "Conflict. The database does not allow this change.",
    413: "Content Too Large.",
    415: "Unsupported Media Type.",
    422: "Unprocessable Content.",
    429: "Too Many Requests. You have exceeded the rate limit. Try again later.",
    500: "Internal Server Error. This is a problem with the server that you cannot fix.",
    503: "Service Unavailable. The server is busy or its database is away. Try again later.",
}


def ways(bearer: bool) -> list[dict[str, list[str]]]:
    """How somebody may say who asks."""
    return [{name: []} for name in ((COOKIE, BEARER) if bearer else (COOKIE,))]


def operation(
    place: Place,
    method: Method,
    columns: Columns,
    bearer: bool = False,
    asks: Asks = lambda method: (),
) -> dict[str, Any]:
    """The method as the document has it; with `bearer` a header may stand for the cookie."""
    said = asked_for_more(method.answers or Answers({200: {}}), asks)
    body = request_body(place, method, said, columns)
    found = {
        "tags": [place.tag],
        "description": place.description(method),
        "operationId": place.operation_id(method),
        "security": ways(bearer) if _asks(method) else [{}, *ways(bearer)],
        "parameters": parameters(place, method, said),
        **({"requestBody": body} if body else {}),
        "responses": responses(place, method, said, body is not None),
        "x-feature": place.feature,
    }
    return {name: value for name, value in found.items() if value != ""}


def asked_for_more(said: Answers, asks: Asks) -> Answers:
    """With what may be answered in place of a session that it would open."""
    schema, more = said.found.get(200), asks(said.signs_in) if said.signs_in else ()
    if not schema or not more:
        return said
    return structs.replace(
        said, found={**said.found, 200: {"anyOf": [*schema.get("anyOf", [schema]), *more]}}
    )


def _asks(method: Method) -> bool:
    return method.access.word != "public"


def parameters(place: Place, method: Method, said: Answers) -> list[dict[str, Any]]:
    """What the path says, then the query."""
    text = {"schema": schemas.STRING}
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, **text} for name in place.parameters
    ]
    kind = getattr(place.handler, "query_type", None)
    query = members(kind) if kind else said.query or schemas.members({})
    for name, schema in query["properties"].items():
        needed = name in query.get("required", ())
        found.append({"name": name, "in": "query", "required": needed, "schema": schema})
    return found


def members(kind: type[Body]) -> Schema:
    """The JSON Schema of what a body or query is read as."""
    needed: dict[str, Schema] = {}
    optional: dict[str, Schema] = {}
    for name, member in kind.fields.items():
        (needed if member.needed else optional)[member.key or name] = member_schema(member)
    return schemas.members(needed, optional)


def member_schema(member: Member) -> Schema:
    """What a rule lets through, and a word on it where browsers are sent there."""
    found = schemas.of(member.rule)
    if not member.target:
        return found
    return found | {"description": "Where the browser is sent: a path, or an address of a trusted origin."}


def request_body(place: Place, method: Method, said: Answers, columns: Columns) -> dict[str, Any] | None:
    """None where a method has no body; better-auth names an empty object where it is not looked at."""
    if method.name in ("get", "delete") or not issubclass(place.handler, ApiHandler):
        return None
    if said.media_types:
        binary: dict[str, Schema] = {"schema": {}}
        return {"required": True, "content": dict.fromkeys(said.media_types, binary)}
    kind = method.access.body
    own = said.body() if callable(said.body) else said.body
    needed = bool(own or (kind and method.access.needed))
    schema = own or (members(kind) if kind and kind is not Record else schemas.members({}))
    schema = with_columns(schema, kind, said, columns)
    if kind and kind is not Record:
        schema = {"type": "object", "description": plain(kind.__doc__ or ""), **schema}
    content = {media: {"schema": schema if media in JSON else as_form(schema)} for media in _media(place)}
    return {"required": needed, "content": content}


def _media(place: Place) -> list[str]:
    """JSON first."""
    return sorted(getattr(place.handler, "media_types", JSON), key=lambda each: each not in JSON)


def with_columns(schema: Schema, kind: type[Any] | None, said: Answers, columns: Columns) -> Schema:
    """With the declared columns that a client may set; one that a new row needs is needed in sign-up alone."""
    if not said.columns:
        return schema
    declared: Sequence[Column] = getattr(columns, said.columns)
    creating = kind is not Record
    open_ = {each.name: schemas.column(each) for each in declared if each.input}
    needed = [
        each.name for each in declared if creating and each.input and each.required and each.default is None
    ]
    found = schema | {"properties": {**schema["properties"], **open_}}
    return found | {"required": [*schema.get("required", ()), *needed]} if needed else found


def as_form(schema: Schema) -> Schema:
    """The same as a form, in which every value is text."""
    texts = {name: each for name, each in schema["properties"].items() if each.get("type") == "string"}
    return schema | {"properties": texts, "additionalProperties": False}


def responses(place: Place, method: Method, said: Answers, has_body: bool) -> dict[str, Any]:
    """What it answers, then what it refuses, by status."""
    found = {str(status): _success(status, schema, said) for status, schema in said.found.items()}
    codes = refusals.codes(place.handler, method.name)
    for status in sorted(_refused(place, method, said, has_body) | set(codes) - set(said.found)):
        found.setdefault(str(status), _refusal(status, codes.get(status, {})))
    return found


def _refused(place: Place, method: Method, said: Answers, has_body: bool) -> set[int]:
    """The states of what is refused before a method is run, or by what it calls."""
    found = {500, 503, *said.refused}
    if not issubclass(place.handler, ApiHandler):
        return found
    writes, leads_away = method.name != "get", 302 in said.found
    found |= {429} | ({401} if _asks(method) else set())
    found |= {400} if writes or place.handler.query_type else set()
    found |= {403} if writes or method.access.word == "fresh" or leads_away else set()
    return found | ({409, 413} if writes else set()) | ({415} if has_body else set())


def _success(status: int, schema: Schema | None, said: Answers) -> dict[str, Any]:
    if status == 302:
        header = {"Location": {"required": True, "schema": schemas.STRING}}
        return {"description": "Redirect. The browser is sent on.", "headers": header}
    described = {"description": "Success" if status < 400 else HTTPStatus(status).phrase}
    texts = {each: {"schema": schemas.STRING} for each in said.texts}
    content = {said.media_type: {"schema": schema}, **texts}
    return described if schema is None else described | {"content": content}


def _refusal(status: int, codes: dict[str | None, None]) -> dict[str, Any]:
    """With the codes that the handler names; a refusal without a body has no content to describe."""
    words = [code for code in codes if code]
    text = _WHEN.get(status, f"{HTTPStatus(status).phrase}.")
    described = {"description": text + (f" Codes: {', '.join(words)}." if words else "")}
    return described if None in codes else described | {"content": {"application/json": {"schema": ERROR}}}
