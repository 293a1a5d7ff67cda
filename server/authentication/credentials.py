"""What requests carry beside a session's cookie, in its place or before it counts, and what goes out beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from msgspec import Struct

from server.sessions.cookies import RequestCookies


class Credential(Struct, frozen=True):
    """A header that may stand in place of the session's cookie.

    `token` says which session it stands for; empty for none, whatever the cookies say. None for what is none of ours,
    which is as if it were not there.
    """

    header: str
    token: Callable[[str], str | None]


class Gate(Struct, frozen=True):
    """What some paths below the API ask for before anything else of theirs, whatever the method: a header.

    `check` is given its value, empty where it is missing, and the caller's address; it raises for what lets nobody in.
    """

    paths: frozenset[str]
    header: str
    check: Callable[[str, str], Awaitable[None]]


class Apps(Struct, frozen=True):
    """What programs on phones need that are no browsers.

    `header` says the origin of a request without one, `origins` are trusted besides those of the settings. `onward` is
    given a path below the API, where a browser is sent on from there, and the Set-Cookie lines that go with it; it
    answers with another place, which it has to have judged, or None.
    """

    header: str
    origins: tuple[str, ...]
    onward: Callable[[str, str, Sequence[str]], str | None]


class Written(Struct, frozen=True):
    """A session's cookie as it goes out: the path below the API that was asked, and what the request's cookies were.

    `value` is the token with its signature; empty where the cookie is removed.
    """

    path: str
    value: str
    cookies: RequestCookies


# The header lines that go with it.
Beside = Callable[[Written], Iterable[tuple[str, str]]]
