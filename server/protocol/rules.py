"""What a member of a body may be, and zod 4's sentence for what it may not: better-auth's words."""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

from server.protocol import javascript, schemas
from server.protocol.schemas import BOOLEAN, NUMBER, STRING, Schema, says

Issue = tuple[str, str]  # the path below the member (".token", ".0" or ""), the sentence
Rule = Callable[[object], list[Issue]]

# zod 4's own notion of an e-mail address: no quoted local parts, a dotted ASCII domain.
_EMAIL = re.compile(
    r"(?!\.)(?!.*\.\.)[A-Za-z0-9_'+\-.]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}"
)

# Unicode's Default_Ignorable_Code_Point beyond the categories below, and signs that are drawn as an empty place.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0\ufff0-\ufff8\U0001d159\U000e0000-\U000e0fff]"
)
_UNSEEN = {"Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp"}


class _Undefined:
    """JavaScript's undefined: a member that is not there."""


UNDEFINED = _Undefined()


def type_name(value: object) -> str:
    """What JavaScript calls the type of a JSON value."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number" if math.isfinite(value) else f"{'-' if value < 0 else ''}Infinity"
    names = {str: "string", list: "array", dict: "object", type(None): "null", _Undefined: "undefined"}
    return names[type(value)]


def expected(kind: str, value: object) -> str:
    """zod's sentence for a value of the wrong type."""
    return f"Invalid input: expected {kind}, received {type_name(value)}"


def is_email(text: str) -> bool:
    """Whether zod takes the text for an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


@says(STRING)
def string(value: object) -> list[Issue]:
    """Text of any length, also none."""
    return [] if isinstance(value, str) else [("", expected("string", value))]


@says(STRING)
def any_string(value: object) -> list[Issue]:
    """Text, where zod has several schemas to say no to and names none."""
    return [] if isinstance(value, str) else [("", "Invalid input")]


@says(STRING | {"minLength": 1})
def nonempty(value: object) -> list[Issue]:
    """Text of at least one character; zod also counts what an array holds, whatever its type should be."""
    if value == "":
        return [("", "Too small: expected string to have >=1 characters")]
    if value == []:
        return [*string(value), ("", "Too small: expected array to have >=1 items")]
    return string(value)


@says(STRING | {"format": "email", "pattern": f"^(?:{_EMAIL.pattern})$"})
def email(value: object) -> list[Issue]:
    """An e-mail address."""
    return string(value) or ([] if is_email(str(value)) else [("", "Invalid email address")])


def shows_nothing(text: str) -> bool:
    """Whether nothing of the text can be seen: spaces, controls, marks without a letter, blank letters."""
    return all(_BLANK.match(each) or unicodedata.category(each) in _UNSEEN for each in text)


@functools.cache
def _seen() -> Schema:
    """As a pattern that every language has, so without what lies beyond U+FFFF: of that, all counts as seen."""
    blank = [code for code in range(0xD800) if shows_nothing(chr(code))]
    blank += [code for code in range(0xE000, 0x10000) if shows_nothing(chr(code))]
    known = set(blank)
    starts = [code for code in blank if code - 1 not in known]
    ends = [code for code in blank if code + 1 not in known]
    ranges = "".join(f"\\u{start:04x}-\\u{end:04x}" for start, end in zip(starts, ends, strict=True))
    return STRING | {"pattern": f"^$|[^{ranges}]", "description": "Something of it can be seen."}


@says(_seen)
def name(value: object) -> list[Issue]:
    """What a person is called: text of which something shows; better-auth takes none at all as well, but no blank one."""
    issues = string(value)
    if not issues and value and shows_nothing(str(value)):
        return [("", "Enter your name.")]
    return issues


def one_of(*options: str) -> Rule:
    """One of these texts."""
    named = "|".join(f'"{each}"' for each in options)

    def check(value: object) -> list[Issue]:
        return [] if value in options else [("", f"Invalid option: expected one of {named}")]

    return says(STRING | {"enum": list(options)})(check)


@says(BOOLEAN)
def boolean(value: object) -> list[Issue]:
    """true or false."""
    return [] if isinstance(value, bool) else [("", expected("boolean", value))]


@says(NUMBER)
def number(value: object) -> list[Issue]:
    """A finite number."""
    return [] if type_name(value) == "number" else [("", expected("number", value))]


def anything(value: object) -> list[Issue]:
    """Whatever it is."""
    return []


def array_of(rule: Rule) -> Rule:
    """An array whose members all fit `rule`."""

    def check(value: object) -> list[Issue]:
        if not isinstance(value, list):
            return [("", expected("array", value))]
        return _below((str(index), rule(item)) for index, item in enumerate(value))

    return says(schemas.array(schemas.of(rule)))(check)


def record_of(rule: Rule) -> Rule:
    """An object with any names, whose members all fit `rule`; zod passes over `__proto__`."""

    def check(value: object) -> list[Issue]:
        if not isinstance(value, dict):
            return [("", expected("record", value))]
        members = javascript.members(value)
        return _below((name, rule(item)) for name, item in members if name != "__proto__")

    return says({"type": "object", "additionalProperties": schemas.of(rule)})(check)


@says({"type": "object", "additionalProperties": True})
def any_record(value: object) -> list[Issue]:
    """An object with any members."""
    return record_of(anything)(value)


def object_of(optional: Mapping[str, Rule], required: Mapping[str, Rule] | None = None) -> Rule:
    """An object; members that are not named here are let through."""

    def check(value: object) -> list[Issue]:
        if not isinstance(value, dict):
            return [("", expected("object", value))]
        needed = ((name, rule(value.get(name, UNDEFINED))) for name, rule in (required or {}).items())
        given = ((name, rule(value[name])) for name, rule in optional.items() if name in value)
        return _below([*needed, *given])

    return says(schemas.members(_all(required), _all(optional)))(check)


def _all(found: Mapping[str, Rule] | None) -> dict[str, Schema]:
    return {name: schemas.of(rule) for name, rule in (found or {}).items()}


def _below(found: Iterable[tuple[str, list[Issue]]]) -> list[Issue]:
    return [(f".{name}{path}", text) for name, issues in found for path, text in issues]
