"""Verifying an e-mail address, and changing it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group
from tests.compat.cases.values import CALLBACKS, WRONG_STRINGS, emails, shown

group = Group()
SEND = "POST /send-verification-email"
VERIFY = "GET /verify-email"
CHANGE = "POST /change-email"


def send(caller: Caller, **changes: Any) -> None:
    """Asks for a verification mail."""
    caller.post("/send-verification-email", {"email": caller.email} | changes)


group.each(SEND, "wrong email", WRONG_STRINGS, lambda caller, value: send(caller, email=value))
group.each(
    SEND, "wrong callbackURL", WRONG_STRINGS[1:], lambda caller, value: send(caller, callbackURL=value)
)
group.each(
    SEND, "email", [(shown(e), e) for e in emails("kim")[:8]], lambda caller, value: send(caller, email=value)
)


@group.case(SEND, "without a session", "plain", "https", "no-mail", "verified")
def send_anonymous(caller: Caller) -> None:
    """The same answer for everyone; a mail only for the unverified."""
    caller.person()
    send(caller)
    caller.mail(wait=5)
    send(caller, callbackURL="/welcome?a=b&c=d#e")
    caller.mail(wait=5)
    send(caller, email=caller.email.upper())
    caller.mail(wait=4)
    send(caller, email="x" + caller.email)
    caller.mail("x" + caller.email)
    caller.sql('UPDATE "user" SET "emailVerified" = true WHERE "email" = %(email)s', email=caller.email)
    send(caller)
    caller.mail()


@group.case(SEND, "with a session", "plain", "no-mail", "cache-compact")
def send_signed_in(caller: Caller) -> None:
    """One's own address only, in any case, and not once it is verified."""
    caller.signed_in()
    send(caller)
    caller.mail(wait=5)
    send(caller, email=caller.email.upper())
    send(caller, email="other@example.com")
    caller.sql('UPDATE "user" SET "emailVerified" = true WHERE "email" = %(email)s', email=caller.email)
    send(caller)
    send(caller, email="other@example.com")


# The link


def _claims(caller: Caller, **changes: Any) -> dict[str, Any]:
    return {"email": caller.email} | changes


def _verify(caller: Caller, token: str, query: str = "", **how: Any) -> None:
    caller.get(f"/verify-email?token={token}{query}", **how)


@group.case(VERIFY, "in a browser that forgets", "plain", "verified", "cache-compact")
def verify_not_remembered(caller: Caller) -> None:
    """What becomes of dont_remember when the link opens a session."""
    caller.sign_up()
    caller.jar.clear()
    caller.jar["better-auth.dont_remember"] = caller.sign("true")
    send(caller, callbackURL="/welcome")
    mail = caller.mail(wait=6)
    caller.send("GET", "", target=_target(mail.url) if mail else "/no-mail")
    caller.get("/get-session")


@group.case(VERIFY, "from the mail", "plain", "https", "verified", "verified-no-sign-in", "cache-compact")
def verify(caller: Caller) -> None:
    """Verified, signed in where that is wanted, and again."""
    caller.sign_up()
    caller.jar.clear()
    send(caller, callbackURL="/welcome")
    mail = caller.mail(wait=6)
    target = _target(mail.url) if mail else "/no-mail"
    caller.send("GET", "", target=target)
    caller.tables()
    caller.get("/get-session")
    caller.send("GET", "", target=target)
    caller.send("GET", "", target=target.partition("&callbackURL")[0])


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


@group.case(VERIFY, "without a callback", "plain", "verified-no-sign-in")
def verify_plain(caller: Caller) -> None:
    """JSON then, not a redirect."""
    user = caller.person()
    token = caller.email_token(_claims(caller, userId=user))
    _verify(caller, token)
    caller.tables()
    _verify(caller, token)


@group.case(VERIFY, "while signed in", "plain", "verified-no-sign-in", "cache-compact")
def verify_signed_in(caller: Caller) -> None:
    """As the same person, then as somebody else."""
    user, _ = caller.signed_in()
    other = caller.person("o" + caller.email)
    _verify(caller, caller.email_token(_claims(caller, userId=user)))
    caller.tables()
    caller.get("/get-session")
    _verify(caller, caller.email_token({"email": "o" + caller.email, "userId": other}))
    caller.tables("o" + caller.email)
    caller.get("/get-session")


QUERIES = [
    "",
    "token=a&token=b",
    "callbackURL=/x",
    "token=x&callbackURL=/x&callbackURL=/y",
    "token=x&callbackURL=",
    "token=x&callbackURL=/x%3Fa%3Db",
    "token=x&callbackURL=/x%3Ferror%3Db%26c%3Dd",
    "token=x&callbackURL=/x%23frag",
    "token=x&callbackURL=https%3A%2F%2Fapp.example.com%2Fx%23frag",
    "token=x&callbackURL=myapp%3A%2F%2Fx",
    "token[]=x",
]
group.each(VERIFY, "query", [(q, q) for q in QUERIES], lambda caller, q: caller.get(f"/verify-email?{q}"))
group.each(
    VERIFY,
    "callbackURL",
    [(repr(url), url) for url in CALLBACKS],
    lambda caller, url: _verify(caller, "x", f"&callbackURL={quote(url, safe='')}"),
)

# Changing the address


def change(caller: Caller, **changes: Any) -> None:
    """Asks for a change of address."""
    caller.post("/change-email", {"newEmail": "new-" + caller.email} | changes)


def _change_field(caller: Caller, pair: tuple[str, Any]) -> None:
    caller.signed_in()
    change(caller, **dict([pair]))


group.each(
    CHANGE, "wrong newEmail", [(label, ("newEmail", value)) for label, value in WRONG_STRINGS], _change_field
)
group.each(
    CHANGE,
    "wrong callbackURL",
    [(label, ("callbackURL", value)) for label, value in WRONG_STRINGS[1:]],
    _change_field,
)
group.each(CHANGE, "newEmail", [(shown(e), ("newEmail", e)) for e in emails("lou")[:8]], _change_field)


def _follow(caller: Caller, to: str) -> None:
    mail = caller.mail(to, wait=6)
    caller.send("GET", "", target=_target(mail.url) if mail else "/no-mail")


@group.case(CHANGE, "unverified", "plain", "no-mail", "cache-compact", "https")
def change_unverified(caller: Caller) -> None:
    """A mail to the new address; following it changes."""
    caller.signed_in()
    change(caller, callbackURL="/settings?a=b")
    caller.mail()
    _follow(caller, "new-" + caller.email)
    caller.tables("new-" + caller.email)
    caller.get("/get-session")


@group.case(CHANGE, "verified", "plain", "no-mail", "cache-compact", "no-confirmation")
def change_verified(caller: Caller) -> None:
    """First the old address confirms, then the new one verifies."""
    user = caller.person(verified=True)
    caller.session(user)
    change(caller, callbackURL="/settings")
    mail = caller.mail(wait=5)
    if mail:
        caller.send("GET", "", target=_target(mail.url))
        caller.tables()
    _follow(caller, "new-" + caller.email)
    caller.tables("new-" + caller.email)
    caller.get("/get-session")
    if mail:
        caller.send("GET", "", target=_target(mail.url))


@group.case(CHANGE, "same, taken, upper-case")
def change_special(caller: Caller) -> None:
    """The same address is refused; a taken one is answered like a free one."""
    caller.person("taken-" + caller.email)
    caller.signed_in()
    change(caller, newEmail=caller.email)
    change(caller, newEmail=caller.email.upper())
    change(caller, newEmail="taken-" + caller.email)
    caller.mail("taken-" + caller.email)
    change(caller, newEmail="TAKEN-" + caller.email)
    change(caller, newEmail="BIG-" + caller.email)
    _follow(caller, "big-" + caller.email)
    caller.tables("big-" + caller.email)


REQUESTS = ("change-email-confirmation", "change-email-verification", "something else", None)


def _bound(caller: Caller, request: str | None) -> None:
    """The link followed by nobody, by somebody else, for somebody gone."""
    user, _ = caller.signed_in()
    mine = caller.cookies()
    caller.session(caller.person("o" + caller.email))
    claims = {"updateTo": "new-" + caller.email, "userId": user} | (
        {"requestType": request} if request else {}
    )
    token = caller.email_token(_claims(caller, **claims))
    _verify(caller, token, "&callbackURL=/x")
    _verify(caller, token)
    _verify(caller, token, cookie=None)
    caller.tables()
    caller.tables("new-" + caller.email)
    _verify(caller, token, cookie=mine)
    caller.tables("new-" + caller.email)
    caller.sql('DELETE FROM "user" WHERE "id" = %(user)s', user=user)
    _verify(caller, token, "&callbackURL=/x", cookie=None)
    _verify(caller, token, cookie=None)


group.each(VERIFY, "change of address", [(str(request), request) for request in REQUESTS], _bound)


def _capitals(caller: Caller, request: str | None) -> None:
    """The new address in capitals: what is stored, answered, mailed and kept in the cookie."""
    user, _ = caller.signed_in()
    claims = {"updateTo": "NEW-" + caller.email.upper(), "userId": user} | (
        {"requestType": request} if request else {}
    )
    _verify(caller, caller.email_token(_claims(caller, **claims)))
    caller.mail("new-" + caller.email, wait=4)
    caller.mail("NEW-" + caller.email.upper(), wait=0.1)
    caller.tables("new-" + caller.email)
    caller.get("/get-session")


group.each(
    VERIFY, "change to capitals", [(str(r), r) for r in REQUESTS], _capitals, ("plain", "cache-compact")
)


@group.case(
    VERIFY, "an address in capitals, while signed in", "plain", "verified-no-sign-in", "cache-compact"
)
def verify_capitals(caller: Caller) -> None:
    """Nobody's address, as far as sessions go."""
    user, _ = caller.signed_in()
    _verify(caller, caller.email_token({"email": caller.email.upper(), "userId": user}))
    caller.tables()
    caller.get("/get-session")


@group.case(VERIFY, "change to an address that was taken meanwhile")
def change_taken(caller: Caller) -> None:
    """The unique address holds."""
    user, _ = caller.signed_in()
    caller.person("new-" + caller.email)
    claims = _claims(
        caller, updateTo="new-" + caller.email, userId=user, requestType="change-email-verification"
    )
    _verify(caller, caller.email_token(claims))
    _verify(caller, caller.email_token(claims), "&callbackURL=/x")
    caller.tables()


@group.case("POST /sign-up/email", "verification mail on sign-up", "send-on-sign-up", "plain")
def on_sign_up(caller: Caller) -> None:
    """Sent where that is wanted, and the session is there all the same."""
    caller.post(
        "/sign-up/email",
        {"name": "Ada", "email": caller.email, "password": PASSWORD, "callbackURL": "/hello"},
    )
    caller.mail(wait=4)
