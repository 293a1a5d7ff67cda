"""Where our server differs on purpose: each such difference is demanded, checked, and taken away before comparing."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from typing import Any

from tests.compat import cookies, people, tree
from tests.compat.caller import Look
from tests.compat.options import Options
from tests.compat.wire import Answer, Headers, Request

SESSION_KEYS = ["expiresAt", "token", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId", "id"]
UNORDERED = {"/api/auth/list-sessions", "/api/auth/list-accounts", "/api/auth/passkey/list-user-passkeys"}
WITH_SESSION = {"/api/auth/sign-up/email", "/api/auth/sign-in/email"}
# Response headers that we add and better-auth has not; clients of its protocol never read them.
ADDED = {
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "clear-site-data",
    "content-length",
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "retry-after",
    "strict-transport-security",
    "vary",
    "x-content-type-options",
    "x-frame-options",
    "x-request-id",
}


@dataclass
class Purpose:
    """One exchange on purpose different: what is left to compare, and what was wrong with the difference."""

    theirs: Answer
    ours: Answer
    wrong: list[str]


def settle(request: Request, theirs: Answer, ours: Answer, options: Options, seconds: float = 0) -> Purpose:
    """Checks our deliberate differences and takes them away; the slower conversation has taken `seconds` so far."""
    settled = Purpose(theirs, ours, [])
    if cookies.is_doubled(request):
        return _goes_on(settled)
    if cookies.is_broken(request, options):
        if cookies.believes(request):
            return _as_if_not_there(settled)
        _but_for_data(settled)
    if cookies.is_too_large(request, theirs):
        if cookies.kept(ours):
            settled.wrong.append("a session too large for cookies was kept in cookies")
        _but_for_data(settled)
    instead = _second_factor if _asks_more(theirs, options) else _crash if _is_crash(theirs) else None
    if instead:
        return instead(settled)
    _popup(settled)
    _no_store(settled)
    _location(settled)
    _cors(request, settled, options)
    if request.method == "OPTIONS" and ours.status == 204:
        _preflight(request, settled, options)
    if ours.status == theirs.status == 429 and theirs.all("x-retry-after"):
        _rate_limited(settled, seconds)
    else:
        _body(request, settled, options)
    if request.target.partition("?")[0] in UNORDERED:
        settled.theirs, settled.ours = _sorted(settled.theirs), _sorted(settled.ours)
    return settled


POPUP = re.compile(rb'<script type="application/json" id="better-auth-oauth-popup">(.*?)</script>', re.DOTALL)
_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_HASH = re.compile(r"'sha256-([\w+/=]+)'")


def _popup(settled: Purpose) -> None:
    """The page that a window ends with: script and words are our own, what is told and how it is guarded is the same."""
    if not POPUP.search(settled.theirs.body):
        return
    for answer in (settled.theirs, settled.ours):
        policy, scripts = ", ".join(answer.all("content-security-policy")), _SCRIPT.findall(answer.body)
        hashed = [base64.b64encode(hashlib.sha256(each).digest()).decode() for each in scripts]
        if _HASH.findall(policy) != hashed or len(hashed) != 1:
            settled.wrong.append(f"scripts of the page: {hashed}, of its policy: {policy}")
    policies = [
        _HASH.sub("a hash", ", ".join(answer.all("content-security-policy")))
        for answer in (settled.theirs, settled.ours)
    ]
    if policies[0] != policies[1]:
        settled.wrong.append(f"policy {policies[1]}, not {policies[0]}")
    for side in ("theirs", "ours"):
        answer = getattr(settled, side)
        found = POPUP.search(answer.body)
        setattr(settled, side, replace(answer, body=found[1] if found else answer.body))


# What better-auth does, and what we do instead.
PURPOSES: dict[str, tuple[Any, Any]] = {
    "passwords that count": ([True, False], [False, True]),
    "where a reset ends": (["/api/auth/error", "error"], ["/reset-password", "token"]),
    "another reset after a reset": ([200, 200], [200, 400]),
    "a blank name": (200, 400),
    "tries of one account from many places": ([401] * 12, [401] * 10 + [429] * 2),
    "mails to an owner whose address signs up again": (0, 1),
    "where the link of a deletion leads": ("/api/auth/delete-user/callback", "/delete-account"),
    "where the link of an approval leads": ("/api/auth/verify-email", "/verify-email"),
    "accounts of one name at a provider": (2, 1),
    "ways in after a reset by a code": (["credential", "google"], ["credential"]),
    "signed in over a session that has ended, with guests": ([False, 1], [True, 1]),
    "signed in once more, with guests and several sessions": (False, True),
    "texts to a number whose password is guessed": ([True], [False]),
    "signing in with a number that is typed in two ways": ([200, 401], [200, 200]),
    "deleting somebody whom another table holds": ([500, 401], [409, 200]),
    "signing in when every directory has deactivated one": (200, 403),
    "a credential that is registered twice": (200, 400),
    "passkeys of a stranger after the proof": (1, 0),
    "operations without a name": (13, 0),
    "a code of an authenticator that was taken": ([200, 200], [200, 401]),
    "a code after the password has changed": (200, 401),
    "a trusted browser once the second factor was off": ("token", "twoFactorRedirect"),
    "tries of mailed codes, without an authenticator": ([401] * 12, [401] * 10 + [429] * 2),
    "callbacks by a state in a cookie that was kept": ([True] * 3, [True, False, False]),
    "callbacks at once by one state": (2, 1),
    "refresh tokens that two at once have sent": ([[200, 200], 2], [[200, 200], 1]),
    "a wrong code and the right one at once": ([400, 400], [400, 200]),
    "a wrong code of an authenticator and the right one at once": ([401, 401], [401, 200]),
    "a name that somebody else was just taking": (422, 400),
    "an address that was just proven, in the answer and in the row": ([False, True], [True, True]),
    "in past a second factor by a link, a code, a provider, a password": ([True] * 3 + [False], [False] * 4),
    "sessions of a cookie under another's name": (True, False),
    "where a discovery document has moved": (200, 404),
    "two windows at once": (["state_mismatch", None], [None, "token"]),
    "a window after a form that came with its cookie": (None, "token"),
    "signing in beside a window that was closed": ([200, "/new"], [302, "/new"]),
    "passwords that nobody could judge": ([500] * 5, [200] * 4 + [400]),
    "ways to say who asks": (["apiKeyCookie", "bearerAuth"], ["apiKeyCookie"]),
    "where an app's browser is sent": ([302] * 10, [400] * 10),
    "what the reference loads": (
        ["https://cdn.jsdelivr.net/npm/@scalar/api-reference"],
        ["/reference/page.css", "/reference/page.js"],
    ),
}


def settle_look(theirs: Look, ours: Look) -> tuple[Look, list[str]]:
    """Ours as it is to be compared, and what was wrong: of the other sessions, none is left by a revocation."""
    if ours.what == "mail":
        return _reset_page(theirs, ours), []
    if ours.what in PURPOSES:
        wanted = PURPOSES[ours.what]
        found = (theirs.found, ours.found)
        return theirs, [] if found == wanted else [f"{ours.what}: {found}, not {wanted}"]
    if ours.what != people.COUNT_SESSIONS_LEFT:
        return ours, []
    wrong = [] if ours.found == [{"left": 1}] else [f"sessions left by a revocation: {ours.found}"]
    return theirs, wrong


def _reset_page(theirs: Look, ours: Look) -> Look:
    """Where nobody says where the link of a reset ends, theirs says nothing, and ours our own page."""
    if not theirs.found or not ours.found or not theirs.found["url"].endswith("?callbackURL="):
        return ours
    url = ours.found["url"]
    kept = (
        url.removesuffix("%2Freset-password")
        if url.endswith("=%2Freset-password")
        else f"not our page: {url}"
    )
    return replace(ours, found=ours.found | {"url": kept})


def _sorted(answer: Answer) -> Answer:
    """better-auth leaves the order of these lists to the database; the oldest first, then, and of one moment by name."""
    try:
        found = tree.parse(answer.body.decode())
    except ValueError:
        return answer
    if not isinstance(found, list) or isinstance(found, tree.Pairs):
        return answer
    found.sort(
        key=lambda item: [
            item.get(key) or "" for key in ("providerId", "createdAt", "expiresAt", "accountId")
        ]
    )
    return replace(answer, body=tree.write(found).encode())


def _crash(settled: Purpose) -> Purpose:
    """Where better-auth breaks on what it was sent, any refusal is right, also one by redirect."""
    if settled.ours.status < 400 and not any("error=" in place for place in settled.ours.all("location")):
        settled.wrong.append(f"better-auth broke (500), ours went on: {settled.ours.status}")
    settled.ours = settled.theirs
    return settled


def _is_crash(theirs: Answer) -> bool:
    return theirs.status == 500 and not theirs.body


def _asks_more(theirs: Answer, options: Options) -> bool:
    return options.name == "restricted" and b'"twoFactorRedirect":true' in theirs.body


def _second_factor(settled: Purpose) -> Purpose:
    """Who has a second factor is asked for it there; here, where nobody can ask, they are refused. S17."""
    found, cookies_set = settled.ours, settled.ours.all("set-cookie")
    if found.status != 403 or b'"code":"TWO_FACTOR_NOT_SUPPORTED"' not in found.body or cookies_set:
        settled.wrong.append(f"a second factor was answered with {found.status}, cookies {cookies_set}")
    settled.ours = settled.theirs
    return settled


def _location(settled: Purpose) -> None:
    """better-auth makes another host of a path that begins with two slashes once it is resolved; ours stays a path."""
    for theirs in settled.theirs.all("location"):
        if not theirs.startswith("//"):
            continue
        if settled.ours.all("location") != [f"/.{theirs}"]:
            settled.wrong.append(f"location leaves the origin: {settled.ours.all('location')}")
        kept = tuple(each for each in settled.ours.headers if each[0].lower() != "location")
        settled.ours = replace(settled.ours, headers=(*kept, ("location", theirs)))


def _goes_on(settled: Purpose) -> Purpose:
    """A cookie that is not ours costs nobody the session that another one stands for."""
    if settled.ours.status != 200 or settled.ours.body == b"null" or cookies.cleared(settled.ours):
        settled.wrong.append(f"a cookie that is not ours cost the session: {settled.ours.status}")
    settled.ours = settled.theirs
    return settled


def _as_if_not_there(settled: Purpose) -> Purpose:
    """A cookie cache that nobody can read is no error of the server, and no reason to be signed out."""
    if settled.ours.status not in (200, 401):
        settled.wrong.append(f"a broken cookie cache was answered with {settled.ours.status}")
    settled.ours = settled.theirs
    return settled


def _but_for_data(settled: Purpose) -> None:
    """One of the two browsers has a cookie cache that the other has not."""
    settled.theirs, settled.ours = cookies.without_data(settled.theirs), cookies.without_data(settled.ours)


def _no_store(settled: Purpose) -> None:
    """No cache may keep any answer of ours; better-auth says so on get-session alone."""
    if settled.ours.all("cache-control") != ["no-store"]:
        settled.wrong.append(f"cache-control is {settled.ours.all('cache-control')}, not no-store")
    if not settled.theirs.all("cache-control"):
        kept = tuple(header for header in settled.ours.headers if header[0].lower() != "cache-control")
        settled.ours = replace(settled.ours, headers=kept)


def _body(request: Request, settled: Purpose, options: Options) -> None:
    try:
        found = tree.parse(settled.ours.body.decode())
    except ValueError:
        return
    if not isinstance(found, tree.Pairs):
        return
    if settled.ours.status >= 400:
        found = _error(found, settled.wrong)
    elif request.target.partition("?")[0] in WITH_SESSION and "twoFactorRedirect" not in found.names():
        found = _session(found, settled.wrong, _session_keys(options))
    settled.ours = replace(settled.ours, body=tree.write(found).encode())


def _error(found: tree.Pairs, wrong: list[str]) -> tree.Pairs:
    """`error` repeats code and message; where better-auth gives no code, `error` still has one."""
    inner = found.get("error")
    code = found.get("code") or (isinstance(inner, tree.Pairs) and inner.get("code")) or "a code"
    expected = tree.Pairs([("code", code), ("message", found.get("message"))])
    if inner != expected:
        wrong.append(f"error: expected {tree.write(expected)}, found {inner}")
    return found.without("error")


def _session_keys(options: Options) -> list[str]:
    """The members of a session, those of additional fields before the id."""
    shown = [name for name, kept in options.session_fields.items() if kept.get("returned", True)]
    return [*SESSION_KEYS[:-1], *shown, SESSION_KEYS[-1]]


def _session(found: tree.Pairs, wrong: list[str], keys: list[str]) -> tree.Pairs:
    session = found.get("session")
    if "session" not in found.names():
        wrong.append("session: missing beside token and user")
    elif found.get("token") is None and session is not None:
        wrong.append("session: there is one although nobody was signed in")
    elif found.get("token") is not None:
        wrong.extend(_session_faults(found, session, keys))
    return found.without("session")


def _session_faults(found: tree.Pairs, session: Any, keys: list[str]) -> list[str]:
    if not isinstance(session, tree.Pairs) or session.names() != keys:
        return [f"session: not a session as get-session gives it: {session}"]
    faults = []
    if session.get("token") != found.get("token"):
        faults.append("session.token is not token")
    if session.get("userId") != found.get("user").get("id"):
        faults.append("session.userId is not user.id")
    return faults


def _rate_limited(settled: Purpose, seconds: float) -> None:
    """429 has the standard header too, and a code in both places."""
    if settled.ours.all("retry-after") != settled.ours.all("x-retry-after"):
        settled.wrong.append("Retry-After and X-Retry-After are not the same")
    _seconds_apart(settled, seconds)
    if not settled.ours.body and not settled.theirs.body:
        return
    found = tree.parse(settled.ours.body.decode())
    if not found.get("code"):
        settled.wrong.append("429 without a code")
    left = _error(found, settled.wrong).without("code")
    settled.ours = replace(settled.ours, body=tree.write(left).encode())


def _seconds_apart(settled: Purpose, seconds: float) -> None:
    """X-Retry-After counts from the first request, and on a busy machine the two conversations are not equally fast."""
    theirs, ours = settled.theirs.all("x-retry-after"), settled.ours.all("x-retry-after")
    if len(theirs) == len(ours) == 1 and abs(int(theirs[0]) - int(ours[0])) <= 1 + seconds:
        settled.ours = replace(settled.ours, headers=_with(settled.ours.headers, "x-retry-after", theirs[0]))


def _with(headers: Headers, name: str, value: str) -> Headers:
    return tuple((key, value if key.lower() == name else kept) for key, kept in headers)


# CORS


def _trusted(request: Request, options: Options) -> str | None:
    """The request's origin where it is one of those trusted word for word, which is all that the cases use."""
    origins = [value for name, value in request.headers if name.lower() == "origin"]
    trusted = options.trusted_origins
    return origins[0] if len(origins) == 1 and origins[0] in trusted and "*" not in origins[0] else None


def _cors(request: Request, settled: Purpose, options: Options) -> None:
    allowed, origin = settled.ours.all("access-control-allow-origin"), _trusted(request, options)
    if origin is None:
        return
    expected = {
        "access-control-allow-origin": [origin],
        "access-control-allow-credentials": ["true"],
    }
    for name, values in expected.items():
        if settled.ours.all(name) != values:
            settled.wrong.append(f"CORS for {origin}: {name} is {settled.ours.all(name)}")
    if allowed and "origin" not in ", ".join(settled.ours.all("vary")).lower():
        settled.wrong.append("CORS without Vary: Origin")


def _preflight(request: Request, settled: Purpose, options: Options) -> None:
    if _trusted(request, options) is None:
        settled.wrong.append("a preflight was answered for an origin that is not trusted")
    settled.ours = replace(settled.ours, status=settled.theirs.status)
