"""How accounts at providers are linked and kept: ACCOUNT_LINKING_TRUSTED_PROVIDERS and its like, better-auth's options."""

from __future__ import annotations

import re

from msgspec import Struct

from server.config.reader import Reader
from server.errors import SettingsError

PROVIDER_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class OAuthSettings(Struct, frozen=True):
    """`trusted` providers are believed that an address is whose account it is; `encrypts`: tokens at rest.

    `closed`: nobody new comes in by a provider; `by_request`: only who asks to sign up. `in_cookie`: what a sign-in has to
    remember is in a cookie and no row.
    """

    trusted: frozenset[str] = frozenset()
    encrypts: bool = False
    closed: bool = False
    by_request: bool = False
    in_cookie: bool = False


def read(read: Reader) -> OAuthSettings:
    """From the environment."""
    return OAuthSettings(
        trusted=frozenset(_ids(read, "ACCOUNT_LINKING_TRUSTED_PROVIDERS")),
        encrypts=read.flag("ENCRYPT_OAUTH_TOKENS", False),
        closed=read.flag("DISABLE_SIGN_UP", False),
        by_request=read.flag("DISABLE_IMPLICIT_SIGN_UP", False),
        in_cookie=read.choice("OAUTH_STATE_STRATEGY", ("database", "cookie"), "database") == "cookie",
    )


def _ids(read: Reader, name: str) -> tuple[str, ...]:
    found = read.list(name)
    wrong = next((each for each in found if not PROVIDER_ID.fullmatch(each)), None)
    if wrong is not None:
        raise SettingsError(f"{name} has {wrong!r}; it takes ids of providers such as google,github")
    return found
