"""A request that came to a third party, taken apart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from tests.providers import keys, pwned, script

# Where a code or a token stands, in the order in which they are looked at.
NAMES = ("code", "refresh_token", "input_token", "access_token", "token", "response")
TOLD = ("content-type", "accept", "authorization", "user-agent", "add-padding")
OURS, THEIRS = "ours", "theirs"


@dataclass(frozen=True)
class Asked:
    """`host` and `path` as they were meant; `side` is ours for what came through the proxy."""

    side: str
    method: str
    host: str
    path: str
    query: str
    headers: dict[str, str]
    raw: bytes = b""
    scheme: str = "https"

    @property
    def url(self) -> str:
        """The address."""
        return f"{self.scheme}://{self.host}{self.path}{'?' * bool(self.query)}{self.query}"

    @property
    def place(self) -> str:
        """Host and path."""
        return f"{self.host}{self.path}"

    def body(self) -> Any:
        """A form as its members in order, twice the same name as a list of pairs; JSON parsed; or text."""
        text, kind = self.raw.decode("utf-8", "backslashreplace"), self.headers.get("content-type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            pairs = parse_qsl(text, keep_blank_values=True)
            return dict(pairs) if len(dict(pairs)) == len(pairs) else [list(pair) for pair in pairs]
        try:
            return json.loads(text) if kind.startswith("application/json") else text or None
        except ValueError:
            return text

    def values(self) -> dict[str, str]:
        """What the query and the body name, whichever way."""
        body = self.body()
        found = dict(parse_qsl(self.query, keep_blank_values=True))
        if isinstance(body, list):
            body = dict(pair for pair in body if isinstance(pair, list) and len(pair) == 2)
        if isinstance(body, dict):
            found |= {str(name): value for name, value in body.items() if isinstance(value, str)}
        return found

    def script(self) -> script.Script | None:
        """The script that it carries; an id token has one as its claim of that name."""
        values = self.values()
        scheme, _, bearer = self.headers.get("authorization", "").partition(" ")
        tokens = [values.get(name) for name in NAMES] + ([bearer] if scheme.lower() == "bearer" else [])
        claims = keys.claims_of(values.get("id_token", "")) or {}
        tokens.append(str(claims.get("script", "")))
        return next((found for found in map(script.read, tokens) if found), None)

    def id(self) -> str | None:
        """The script's id, or the `jti` of an id token that is asked about; of passwords, where they are asked for."""
        if self.host == pwned.HOST:
            return self.path
        found = self.script()
        if found:
            return str(found["id"])
        claims = keys.claims_of(self.values().get("id_token", "")) or {}
        return str(claims["jti"]) if "jti" in claims else None

    def shown(self) -> dict[str, Any]:
        """It as it is handed out."""
        kept = {name: value for name, value in self.headers.items() if name in TOLD}
        return {"method": self.method, "url": self.url, "headers": kept, "body": self.body()}
