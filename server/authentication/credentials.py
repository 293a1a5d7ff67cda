"""What else than a cookie says who asks, and what else is said of a session where its cookie goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from server.sessions.cookies import RequestCookies


@dataclass(frozen=True, slots=True)
class Credential:
    """A header that may stand in place of the session's cookie.

    `token` says which session it stands for; empty for none, whatever the cookies say. None for what is none of ours,
    which is as if it were not there.
    """

    header: str
    token: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Written:
    """A session's cookie as it goes out: the path below the API that was asked, and what the request's cookies were.

    `value` is the token with its signature; empty where the cookie is removed.
    """

    path: str
    value: str
    cookies: RequestCookies


# The header lines that go with it.
Beside = Callable[[Written], Iterable[tuple[str, str]]]
