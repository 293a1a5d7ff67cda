"""Somebody signed in, whose own values are put into forged requests: what is right in part gets further than what is not."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from joserfc import jws
from joserfc.jwk import OctKey

from drill.wire import Line
from server.crypto.keyring import Keyring
from server.sessions.cookie_cache import find_format

PASSWORD = "correct horse battery"  # noqa: S105
PROVE = 'UPDATE "user" SET "emailVerified" = true WHERE "email" = %(email)s'
NEWEST = 'SELECT "identifier" FROM "verification" WHERE "value" = %(id)s ORDER BY "createdAt" DESC LIMIT 1'
# Where these stand in a request, the person's own value is sent.
MARKS = ("@@email@@", "@@password@@", "@@token@@", "@@id@@", "@@mailed@@", "@@signed@@")


@dataclass(frozen=True)
class Victim:
    """Their cookies, what get-session says of them, and a token that was mailed to them; nobody, by default."""

    secret: str = ""
    cookie: str = ""
    session: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    mailed: str = ""

    def fill(self, data: bytes, claims: Mapping[str, Any]) -> bytes:
        """With their values in the places of the marks; `claims` are signed as those of a mail."""
        if b"@@" not in data:
            return data
        values = {
            "email": self.user.get("email", ""), "password": PASSWORD, "token": self.session.get("token", ""),
            "id": self.user.get("id", ""), "mailed": self.mailed, "signed": self._signed(claims) if b"@@signed@@" in data else "",
        }  # fmt: skip
        for name, value in values.items():
            data = data.replace(f"@@{name}@@".encode(), str(value).encode())
        return data

    def _signed(self, claims: Mapping[str, Any]) -> str:
        """Claims that only the server could have signed, odd ones too."""
        if not self.secret:
            return ""
        known = {"email": self.user.get("email"), "userId": self.user.get("id"), "exp": 9999999999}
        text = json.dumps({**known, **claims}).encode()
        return jws.serialize_compact(
            {"alg": "HS256"}, text, OctKey.import_key(self.secret), algorithms=["HS256"]
        )

    def cached(self, form: str, session: Mapping[str, Any], user: Mapping[str, Any]) -> str:
        """A cookie cache that is rightly signed, with odd members; empty where no server could write it."""
        if not self.secret:
            return ""
        payload = {"session": {**self.session, **session}, "user": {**self.user, **user}, "updatedAt": 1}
        try:
            return find_format(form, Keyring(self.secret, ())).write(payload, 300)
        except (ValueError, TypeError, OverflowError, RecursionError):
            return ""


def sign_in(port: int, address: str, secret: str) -> Victim:
    """Somebody new."""
    line = Line(port)
    try:
        person = {"email": f"{secrets.token_hex(8)}@example.com", "password": PASSWORD}
        line.ask("/sign-up/email", {"name": "Ada", **person})
        _ask(address, PROVE, email=person["email"])
        cookie = line.ask("/sign-in/email", person).cookie
        seen = line.ask("/get-session", cookie=cookie).json or {}
        line.ask("/request-password-reset", {"email": person["email"]})
        user = seen.get("user", {})
        found = _ask(address, NEWEST, id=user.get("id", ""))
        return Victim(secret, cookie, seen.get("session", {}), user, found.rpartition(":")[2])
    finally:
        line.close()


def is_signed_in(port: int, victim: Victim) -> bool:
    """Whether the session is still there."""
    line = Line(port)
    try:
        return bool(victim.cookie and line.ask("/get-session", cookie=victim.cookie).json)
    finally:
        line.close()


def _ask(address: str, statement: str, **values: str) -> str:
    """The first value of the answer; empty where there is none."""
    connection = psycopg2.connect(address)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            row = cursor.fetchone() if cursor.description else None
            return str(row[0]) if row else ""
    finally:
        connection.close()
