"""Passwords: changing, verifying, asking for a reset, resetting."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import quote

from tests.compat import people
from tests.compat.caller import MISSING, PASSWORD, Caller, Exchange
from tests.compat.case import Group, alone
from tests.compat.cases.values import CALLBACKS, WRONG_BOOLEANS, WRONG_STRINGS

group = Group()
CHANGE = "POST /change-password"
VERIFY = "POST /verify-password"
ASK = "POST /request-password-reset"
LINK = "GET /reset-password/:token"
RESET = "POST /reset-password"
NEW = "another horse battery"
LENGTHS = [
    ("1", "x"),
    ("7", "x" * 7),
    ("8", "x" * 8),
    ("128", "x" * 128),
    ("129", "x" * 129),
    ("4 emoji", "😀" * 4),
]


def change(caller: Caller, **changes: Any) -> None:
    """One change of password with some members changed."""
    caller.post("/change-password", {"currentPassword": PASSWORD, "newPassword": NEW} | changes)


def _change_field(caller: Caller, pair: tuple[str, Any]) -> None:
    caller.signed_in()
    change(caller, **dict([pair]))


for _name in ("currentPassword", "newPassword"):
    group.each(
        CHANGE, f"wrong {_name}", [(label, (_name, value)) for label, value in WRONG_STRINGS], _change_field
    )
group.each(
    CHANGE,
    "wrong revokeOtherSessions",
    [(label, ("revokeOtherSessions", value)) for label, value in WRONG_BOOLEANS],
    _change_field,
)
group.each(
    CHANGE,
    "without a credential, new password of",
    [(k, ("newPassword", v)) for k, v in LENGTHS],
    _change_field,
)
group.each(CHANGE, "current password of", [(k, ("currentPassword", v)) for k, v in LENGTHS], _change_field)


@group.case(CHANGE, "valid", "plain", "https", "cache-compact")
def change_valid(caller: Caller) -> None:
    """The old one no longer works, the new one does; other sessions stay."""
    caller.sign_up()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    change(caller)
    caller.tables()
    caller.get("/get-session")
    for password in (PASSWORD, NEW):
        caller.post("/sign-in/email", {"email": caller.email, "password": password}, cookie=None)


@group.case(CHANGE, "signing out elsewhere", "plain", "https", "cache-compact")
def change_and_revoke(caller: Caller) -> None:
    """All sessions go, one new one comes."""
    caller.sign_up()
    old = caller.cookies()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    change(caller, revokeOtherSessions=True)
    caller.tables()
    caller.get("/get-session")
    caller.get("/get-session", cookie=old)


@group.case(CHANGE, "signing out elsewhere, not remembered")
def change_not_remembered(caller: Caller) -> None:
    """What becomes of dont_remember."""
    person = {"name": "Ada", "email": caller.email, "password": PASSWORD, "rememberMe": False}
    caller.post("/sign-up/email", person)
    change(caller, revokeOtherSessions=True)
    caller.tables()


@group.case(CHANGE, "wrong current password")
def change_wrong(caller: Caller) -> None:
    """Refused; also with a new one that is too short, or the same."""
    caller.sign_up()
    change(caller, currentPassword="not the password")
    change(caller, currentPassword="not the password", newPassword="short")
    change(caller, newPassword="short")
    change(caller, newPassword=PASSWORD)
    change(caller, newPassword="x" * 129)
    change(caller, currentPassword="x" * 129)
    caller.tables()


@group.case(CHANGE, "revokeOtherSessions false")
def change_false(caller: Caller) -> None:
    """Said aloud."""
    caller.sign_up()
    change(caller, revokeOtherSessions=False, unknown=1)
    caller.tables()


# Verifying


def _verify_field(caller: Caller, value: Any) -> None:
    caller.signed_in()
    caller.post("/verify-password", {"password": value})


group.each(VERIFY, "wrong password", WRONG_STRINGS, _verify_field)
group.each(VERIFY, "without a credential, password of", LENGTHS, _verify_field)


@group.case(VERIFY, "right and wrong")
def verify(caller: Caller) -> None:
    """The password of the session's user."""
    caller.sign_up()
    caller.post("/verify-password", {"password": PASSWORD})
    caller.post("/verify-password", {"password": PASSWORD + "x"})
    caller.post("/verify-password", {"password": PASSWORD, "email": "other@example.com"})


# Asking for a reset


def ask(caller: Caller, **changes: Any) -> None:
    """One request for a reset."""
    caller.post("/request-password-reset", {"email": caller.email} | changes, cookie=None)


group.each(ASK, "wrong email", WRONG_STRINGS, lambda caller, value: ask(caller, email=value))
group.each(ASK, "wrong redirectTo", WRONG_STRINGS[1:], lambda caller, value: ask(caller, redirectTo=value))
group.each(
    ASK,
    "redirectTo",
    [(repr(url), url) for url in CALLBACKS],
    lambda caller, url: ask(caller, redirectTo=url),
)


@group.case(ASK, "valid", "plain", "https", "verified")
def ask_valid(caller: Caller) -> None:
    """A mail to whom we know, the same answer to everyone."""
    user = caller.person()
    ask(caller)
    caller.mail(wait=5)
    caller.rows(people.LOOK_AT_VERIFICATIONS, user=user)
    ask(caller, email=caller.email.upper(), redirectTo="/reset?a=b&c=d")
    caller.mail(wait=5)
    ask(caller, redirectTo="https://app.example.com/reset#x")
    caller.mail(wait=5)
    caller.rows(people.LOOK_AT_VERIFICATIONS, user=user)
    ask(caller, email="x" + caller.email)
    caller.mail("x" + caller.email)


def _token(caller: Caller) -> str:
    ask(caller, redirectTo="/reset")
    mail = caller.mail(wait=6)
    return mail.url.partition("/reset-password/")[2].partition("?")[0] if mail else "no mail came"


# The link in the mail


@group.case(LINK, "valid")
def link(caller: Caller) -> None:
    """To the page, with the token; still good afterwards."""
    caller.sign_up()
    token = _token(caller)
    caller.get(f"/reset-password/{token}?callbackURL=/reset", cookie=None)
    caller.get(f"/reset-password/{token}?callbackURL=%2Freset%3Fa%3Db", cookie=None)
    caller.get(f"/reset-password/{token}?callbackURL=https://app.example.com/r%23frag", cookie=None)
    caller.get(f"/reset-password/{token}", cookie=None)
    caller.get(f"/reset-password/{token}/?callbackURL=/reset", cookie=None)
    caller.post("/reset-password", {"token": token, "newPassword": NEW}, cookie=None)
    caller.get(f"/reset-password/{token}?callbackURL=/reset", cookie=None)


@group.case(LINK, "a letter percent-encoded")
def link_encoded(caller: Caller) -> None:
    """Not the same token."""
    caller.sign_up()
    token = _token(caller)
    caller.get(f"/reset-password/%{ord(token[0]):02x}{token[1:]}?callbackURL=/r", cookie=None)


@group.case(LINK, "expired")
@alone
def link_expired(caller: Caller) -> None:
    """A row whose time is over."""
    caller.sign_up()
    token = _token(caller)
    _expire(caller)
    caller.get(f"/reset-password/{token}?callbackURL=/reset", cookie=None)
    caller.post("/reset-password", {"token": token, "newPassword": NEW}, cookie=None)


def _expire(caller: Caller) -> None:
    caller.sql(
        'UPDATE "verification" SET "expiresAt" = now() - interval \'1 minute\' WHERE "value" ='
        ' (SELECT "id" FROM "user" WHERE "email" = %(email)s)',
        email=caller.email,
    )


TOKENS = ["x", "x" * 24, "%20", "%00", "a%2fb", "%ff", "..", "x" * 3000, "'", "reset-password:x"]
group.each(
    LINK,
    "unknown token",
    [(repr(token[:30]), token) for token in TOKENS],
    lambda caller, token: caller.get(f"/reset-password/{token}?callbackURL=/reset"),
)
LINK_QUERIES = [
    "",
    "?callbackURL=",
    "?callbackURL=/a&callbackURL=/b",
    "?callbackURL=/a&callbackURL=https://evil.com",
    "?callbackURL[]=/a",
    "?callbackurl=/a",
    "?callbackURL=/a%3Ferror%3Dx",
    "?callbackURL=/a%23frag",
    "?callbackURL=/a&x=1",
    "?x=1",
]
group.each(
    LINK,
    "query",
    [(query, query) for query in LINK_QUERIES],
    lambda caller, query: caller.get(f"/reset-password/x{query}"),
)


def _link_callback(caller: Caller, url: str) -> None:
    caller.get(f"/reset-password/x?callbackURL={quote(url, safe='')}")


group.each(LINK, "callbackURL", [(repr(url), url) for url in CALLBACKS], _link_callback)

# Resetting


def reset(caller: Caller, **changes: Any) -> None:
    """One reset with a token that nobody has."""
    caller.post("/reset-password", {"token": "x" * 24, "newPassword": NEW} | changes, cookie=None)


group.each(RESET, "wrong token", WRONG_STRINGS, lambda caller, value: reset(caller, token=value))
group.each(RESET, "wrong newPassword", WRONG_STRINGS, lambda caller, value: reset(caller, newPassword=value))
group.each(RESET, "newPassword of", LENGTHS, lambda caller, value: reset(caller, newPassword=value))
group.each(
    RESET, "token", [(repr(t[:30]), t) for t in [*TOKENS, "a\0b"]], lambda caller, t: reset(caller, token=t)
)
QUERY_TOKENS = ["?token=x", "?token=", "?token=x&token=y", "?token=%00", "?x=1"]
group.each(
    RESET,
    "token in the query",
    [(query, query) for query in QUERY_TOKENS],
    lambda caller, query: caller.post(f"/reset-password{query}", {"newPassword": NEW}, cookie=None),
)


@group.case(RESET, "valid", "plain", "https", "keep-sessions")
def reset_valid(caller: Caller) -> None:
    """Once; then the new password works and the old one does not."""
    caller.sign_up()
    kept = caller.cookies()
    token = _token(caller)
    caller.post("/reset-password", {"token": token, "newPassword": "short"}, cookie=None)
    caller.post("/reset-password", {"token": token, "newPassword": "x" * 129}, cookie=None)
    caller.post("/reset-password", {"token": token, "newPassword": NEW}, cookie=None)
    caller.tables()
    caller.get("/get-session", cookie=kept)
    caller.post("/reset-password", {"token": token, "newPassword": NEW}, cookie=None)
    for password in (PASSWORD, NEW):
        caller.post("/sign-in/email", {"email": caller.email, "password": password}, cookie=None)


@group.case(RESET, "token in the query, and in both")
def reset_query(caller: Caller) -> None:
    """The body's token comes first."""
    caller.sign_up()
    token = _token(caller)
    caller.post(f"/reset-password?token={token}", {"newPassword": NEW, "token": "x"}, cookie=None)
    caller.post("/reset-password?token=x", {"newPassword": NEW, "token": ""}, cookie=None)
    caller.post(f"/reset-password?token={token}", {"newPassword": NEW}, cookie=None)


@group.case(RESET, "somebody without a credential")
def reset_first(caller: Caller) -> None:
    """A reset gives them one."""
    caller.person()
    token = _token(caller)
    caller.post("/reset-password", {"token": token, "newPassword": NEW}, cookie=None)
    caller.tables()
    caller.post("/sign-in/email", {"email": caller.email, "password": NEW}, cookie=None)


ACCOUNTS = """
SELECT a."providerId", a."accountId" = u."id"::text AS "own", count(*)::int AS "accounts"
FROM "account" a JOIN "user" u ON u."id" = a."userId" WHERE u."email" = %(email)s GROUP BY 1, 2 ORDER BY 1, 2
"""
OTHER_NAMES: list[tuple[str, tuple[str, str]]] = [
    ("the address", ("", "credential")),
    ("another name", ("x-", "credential")),
    ("another provider", ("y-", "Credential")),
]


def _reset_renamed(caller: Caller, pair: tuple[str, str]) -> None:
    before, provider = pair
    caller.account(caller.person(), provider, before + caller.email, "x")
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD}, cookie=None)
    token = _token(caller)
    caller.post("/reset-password", {"token": token, "newPassword": NEW}, cookie=None)
    caller.post("/sign-in/email", {"email": caller.email, "password": NEW})
    caller.rows(ACCOUNTS, email=caller.email)


group.each(RESET, "account under", OTHER_NAMES, _reset_renamed)


@group.case(RESET, "user deleted meanwhile")
def reset_deleted(caller: Caller) -> None:
    """The token points at nobody."""
    caller.person()
    token = _token(caller)
    caller.sql('DELETE FROM "user" WHERE "email" = %(email)s', email=caller.email)
    caller.post("/reset-password", {"token": token, "newPassword": NEW}, cookie=None)
    caller.post("/reset-password", {"token": token, "newPassword": NEW}, cookie=None)


@group.case(RESET, "does it verify the address", "plain", "verified")
def reset_verifies(caller: Caller) -> None:
    """Whether a reset makes an unverified address verified."""
    caller.person(password="")
    token = _token(caller)
    caller.post("/reset-password", {"token": token, "newPassword": NEW}, cookie=None)
    caller.tables()
    caller.post("/sign-in/email", {"email": caller.email, "password": NEW}, cookie=None)


@group.case(RESET, "race")
def reset_race(caller: Caller) -> None:
    """Eight at once with one token: one wins."""
    caller.sign_up()
    token = _token(caller)
    others = [Caller(caller.server, caller.options, f"race {number}") for number in range(8)]
    body = {"token": token, "newPassword": NEW}
    threads = [
        threading.Thread(target=other.post, args=("/reset-password", body), kwargs={"cookie": None})
        for other in others
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    exchanges = [found for other in others for found in other.heard if isinstance(found, Exchange)]
    exchanges.sort(key=lambda exchange: exchange.answer.status)
    caller.heard.extend(exchanges)


@group.case(RESET, "with a cookie")
def reset_with_cookie(caller: Caller) -> None:
    """Nothing is done to it; a stranger's page is refused."""
    caller.sign_up()
    reset_body = {"token": "x", "newPassword": NEW, "extra": MISSING}
    caller.post("/reset-password", reset_body)
    caller.post("/reset-password", reset_body, headers={"Origin": "https://evil.com"})


@group.case("POST /reset-password", "a query and a body that are both wrong")
def both_wrong(caller: Caller) -> None:
    """The body is looked at first."""
    caller.post("/reset-password?token=a&token=b", {})
    caller.post("/reset-password?token=a&token=b", {"newPassword": PASSWORD})
