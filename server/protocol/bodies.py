"""JSON body or query → Body, or VALIDATION_ERROR in the words of zod 4, which better-auth speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar, cast
from urllib.parse import parse_qs

from msgspec import Struct

from server import errors
from server.protocol import javascript
from server.protocol.rules import UNDEFINED, Rule, expected, string

T = TypeVar("T", bound="Body")

MAX_FIELDS = 1000  # of a form: half a million fit into the largest body, and would take a second to read
MAX_DEPTH = 512
_SURROGATE = re.compile("[\ud800-\udfff]")
_BOM = b"\xef\xbb\xbf"


class Member(Struct, frozen=True):
    """What is asked of one member; `key` is its JSON name where it is not the attribute's."""

    rule: Rule
    key: str | None
    needed: bool
    target: str | None = None


class Body:
    """What a request says: a subclass has a member for each attribute, None where it was left out.

    With `open_record = True` it takes further members, which zod checks as a second schema. It is no dataclass: the code
    that one has written for each class costs a part of every start.
    """

    fields: ClassVar[Mapping[str, Member]] = {}
    open_record: ClassVar = False

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Member)}
        cls.fields = {**cls.fields, **own}
        for name, member in own.items():
            if member.needed:
                delattr(cls, name)
            else:
                setattr(cls, name, None)

    def __init__(self, **given: object) -> None:
        self.__dict__.update(given)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name} cannot be changed")


class Record(Body):
    """A body with any members, which the endpoint looks through itself."""

    members: dict[str, object]


def required(rule: Rule, key: str | None = None) -> Any:
    """A member that has to be there."""
    return Member(rule, key, True)


def optional(rule: Rule, key: str | None = None) -> Any:
    """A member that may be left out; null is not the same as left out."""
    return Member(rule, key, False)


def redirect(key: str, needed: bool = False, label: str | None = None) -> Any:
    """An address that a browser may be sent to: whoever reads it has it checked; `label` is its name in a refusal."""
    return Member(string, key, needed, label or key)


def targets(read: Body) -> list[tuple[str, object]]:
    """The addresses that a browser may be sent to, of what was read, with their labels, which may be alike. S34."""
    return [(each.target, getattr(read, name)) for name, each in read.fields.items() if each.target]


def truthy(value: object) -> bool:
    """What JavaScript takes for true: an empty array or object is, an empty text is not."""
    return isinstance(value, (list, dict)) or not (value is UNDEFINED or not value)


def read(into: type[T], value: object, where: str = "body") -> T:
    """Builds `into` from JSON; raises VALIDATION_ERROR with every member that does not fit."""
    if into is Record:
        return cast(T, _read_record(value, where))
    if not isinstance(value, dict):
        kinds = ("object", "record") if into.open_record else ("object",)
        raise errors.validation_error("; ".join(f"[{where}] {expected(kind, value)}" for kind in kinds))
    given: dict[str, object] = {}
    issues: list[str] = []
    for name, member in into.fields.items():
        key = member.key or name
        found = value.get(key, UNDEFINED)
        if found is UNDEFINED and not member.needed:
            continue
        issues += [f"[{where}.{key}{path}] {text}" for path, text in member.rule(found)]
        given[name] = found
    if issues:
        raise errors.validation_error("; ".join(issues))
    return into(**given)


def _read_record(value: object, where: str) -> Record:
    if not isinstance(value, dict):
        raise errors.validation_error(f"[{where}] {expected('record', value)}")
    return Record(members=value)


def parse_json(body: bytes) -> object:
    """The value of a JSON text as `JSON.parse` reads it; raises the 400 for what is none."""
    text = body.removeprefix(_BOM).removeprefix(_BOM).decode("utf-8", "replace")
    try:
        value = javascript.parse(text)
        if text.count("[") + text.count("{") > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
            raise ValueError("nested too deeply")
        return _without_halves(value) if "\\u" in text else value
    except (ValueError, RecursionError):
        raise errors.invalid_json() from None


def _is_deeper(value: object, most: int) -> bool:
    """Whether anything lies in more than so many objects and lists, which what reads it later may not be up to."""
    layer = [value]
    for _ in range(most):
        layer = [item for each in layer for item in _inner(each)]
        if not layer:
            return False
    return any(isinstance(each, (dict, list)) for each in layer)


def _inner(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _without_halves(value: object) -> object:
    """Names and inner objects are only ever written as JSON, which has an escape for half a surrogate pair."""
    if isinstance(value, dict):
        return {name: _well_formed(item) for name, item in value.items()}
    return _well_formed(value)


def _well_formed(value: object) -> object:
    """Texts with U+FFFD for half a surrogate pair, which no UTF-8 can carry."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    return [_well_formed(item) for item in value] if isinstance(value, list) else value


def parse_form(body: bytes) -> dict[str, object]:
    """The members of a form: every value is text, the last of a name wins; raises the 400 for very many."""
    try:
        pairs = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise errors.too_many_fields() from None
    return {name: values[-1] for name, values in pairs.items()}
