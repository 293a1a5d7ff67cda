"""What an option set is, and what all of them are laid over."""

from __future__ import annotations

import copy
import functools
from dataclasses import dataclass, field
from typing import Any

SECRET = "c0mpat-secret-of-thirty-two-bytes-and-more-1f9a"
BASE_URL = "http://localhost:8080"

ALL_MAILS = ("reset", "verification", "changeEmail")

PLAIN: dict[str, Any] = {
    "baseURL": BASE_URL,
    "secret": SECRET,
    "trustedOrigins": [
        BASE_URL,
        "https://app.example.com",
        "https://*.wild.example",
        "*.bare.example",
        "myapp://",
        "http://[::1]:3000",
        "https://*.ports.example:*",
    ],
    "rateLimit": {"enabled": False},
    "emailAndPassword": {"enabled": True, "revokeSessionsOnPasswordReset": True},
    "emailVerification": {"autoSignInAfterVerification": True},
    "user": {"changeEmail": {"enabled": True}, "deleteUser": {"enabled": True}},
}


@dataclass(frozen=True)
class Options:
    """One option set; `changes` is laid over PLAIN, `settings` over our environment.

    `plugins` are better-auth's, by the names of their exports and in their order, each with its options:
    {"magicLink": {"sendMagicLink": SENT}}. `user_fields` and `session_fields` are its additionalFields:
    {"nickname": {"type": "string", "required": False}}; our server gets them in its settings.
    `redis` is the socket of the Redis that is better-auth's secondary storage, and which of its databases.
    Sets with the same `tables`, a name, have a database in common. With `third_parties` both ask for other hosts at
    the tests' own, see tests/providers.
    """

    name: str
    changes: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    mails: tuple[str, ...] = ALL_MAILS
    production: bool = True
    plugins: dict[str, dict[str, Any]] = field(default_factory=dict)
    user_fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    session_fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: str = ""
    redis: tuple[str, int] | None = None
    third_parties: bool = False

    def reference(self) -> dict[str, Any]:
        """The options for better-auth, but for its plugins."""
        found = _merge(copy.deepcopy(PLAIN), self.changes)
        return _merge(found, {name: {"additionalFields": kept} for name, kept in self.fields.items()})

    @property
    def fields(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The additional fields by table, where there are any."""
        found = {"user": self.user_fields, "session": self.session_fields}
        return {name: kept for name, kept in found.items() if kept}

    def database(self, shared: str) -> str:
        """The database to run on: the one that is shared, or one of its own where tables or columns differ."""
        own = self.plugins or self.user_fields or self.session_fields
        return f"{shared}-{self.tables or self.name}" if own else shared

    @functools.cached_property
    def trusted_origins(self) -> list[str]:
        """The origins and patterns that both are told to trust, the own one among them."""
        return [*self.reference()["trustedOrigins"], self.base_url]

    @property
    def base_url(self) -> str:
        """The public address under these options."""
        return str(self.changes.get("baseURL", BASE_URL))

    @property
    def cookie_prefix(self) -> str:
        """What the names of cookies begin with under these options."""
        return str(self.changes.get("advanced", {}).get("cookiePrefix", "better-auth"))

    @property
    def secret(self) -> str:
        """What signs cookies under these options."""
        return str(self.changes.get("secret", SECRET))


def _merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    for key, value in changes.items():
        base[key] = _merge(base[key], value) if isinstance(value, dict) and key in base else value
    return base
