"""A person as a file describes them, whatever wrote it, and what is asked of one who is to be stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field, structs

from handlers.transfer.kept import Passkey, SecondFactor, Tokens
from server.passwords import passwords
from server.protocol import rules

DISABLED, SECOND_FACTOR, UNKNOWN_HASH = "disabled", "second-factor", "unknown-hash"
PASSKEY, FIELD = "passkey", "field"
# What is refused unless it is asked for.
ACCEPTABLE = (DISABLED, SECOND_FACTOR, UNKNOWN_HASH, PASSKEY, FIELD)

_MOST_NAME, _MOST_IMAGE, _MOST_EMAIL, _MOST_LINKS = 1024, 16 * 1024, 320, 100
_PROVIDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:|@-]{0,99}")


class Unfit(Exception):
    """A row that is refused: a reason for programs, and words for people, without a hash."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(words)
        self.reason, self.words = reason, words


class Linked(Struct, frozen=True):
    """A provider's name for somebody, in better-auth's words."""

    provider_id: str
    account_id: str
    tokens: Tokens | None = None


class Person(Struct, frozen=True):
    """Somebody who is to move in; `factor` is None where the file does not hold the second factor, `more` are columns."""

    email: str | None
    email_verified: bool = False
    name: str = ""
    image: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    id: str | None = None
    password_hash: str | None = None
    links: tuple[Linked, ...] = ()
    disabled: bool = False
    second_factor: bool = False
    factor: SecondFactor | None = None
    passkeys: tuple[Passkey, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)


def checked(person: Person, accepted: frozenset[str]) -> Person:
    """As they can be stored; raises Unfit. What sign-up refuses is refused here, in the same words where it has some."""
    _check_permitted(person, accepted)
    email = (person.email or "").strip().lower()
    if not email:
        raise Unfit("email", "there is no e-mail address")
    if len(email) > _MOST_EMAIL or not rules.is_email(email):
        raise Unfit("email", "Invalid email address")
    _check_texts(person)
    usable = person.id is not None and _ID.fullmatch(person.id)
    return structs.replace(
        person,
        email=email,
        id=person.id if usable else None,
        password_hash=_hash(person.password_hash, accepted),
        links=_links(person.links),
    )


def _check_permitted(person: Person, accepted: frozenset[str]) -> None:
    """Who could not come in there, or not with a password alone, does not come in here by moving. S17."""
    if person.disabled and DISABLED not in accepted:
        raise Unfit(DISABLED, "the account was shut out there; --accept disabled takes it")
    if person.second_factor and person.factor is None and SECOND_FACTOR not in accepted:
        raise Unfit(
            SECOND_FACTOR,
            "the account has a second factor, which the file does not hold; --accept second-factor takes it without",
        )


def _check_texts(person: Person) -> None:
    if len(person.name) > _MOST_NAME:
        raise Unfit("name", f"the name has more than {_MOST_NAME} characters")
    issues = rules.name(person.name)
    if issues:
        raise Unfit("name", issues[0][1])
    if len(person.image or "") > _MOST_IMAGE:
        raise Unfit("image", f"the image has more than {_MOST_IMAGE} characters")
    for what, text in (("name", person.name), ("image", person.image or "")):
        check_storable(what, text)


def check_storable(what: str, text: str) -> None:
    """Raises Unfit for what PostgreSQL has no text for."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unfit(what, f"the {what} is not UTF-8") from None
    if "\0" in text:
        raise Unfit(what, f"the {what} holds a NUL")


def _hash(stored: str | None, accepted: frozenset[str]) -> str | None:
    text = (stored or "").strip()
    if not text:
        return None
    if passwords.is_known(text) and text.isascii():
        return text
    if UNKNOWN_HASH in accepted:
        return None
    raise Unfit(
        UNKNOWN_HASH,
        "the password hash is in no known format, or takes seconds to check; --accept unknown-hash leaves it out",
    )


def _links(given: tuple[Linked, ...]) -> tuple[Linked, ...]:
    if len(given) > _MOST_LINKS:
        raise Unfit("account", f"there are more than {_MOST_LINKS} linked accounts")
    for each in given:
        if not _PROVIDER.fullmatch(each.provider_id) or each.provider_id == "credential":
            raise Unfit("account", "a linked account has no provider that can be one")
        if not 1 <= len(each.account_id) <= 255 or not each.account_id.isprintable():
            raise Unfit("account", f"the account at {each.provider_id} has no id that can be one")
    return tuple({(each.provider_id, each.account_id): each for each in reversed(given)}.values())[::-1]
