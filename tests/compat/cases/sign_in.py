"""POST /sign-in/email and /sign-out."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group
from tests.compat.cases.values import WRONG_BOOLEANS, WRONG_STRINGS, emails, shown

group = Group()
AT = "POST /sign-in/email"
OUT = "POST /sign-out"


def ask(caller: Caller, **changes: Any) -> None:
    """One sign-in of somebody unknown with some members changed."""
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD} | changes, cookie=None)


def field(caller: Caller, change: tuple[str, Any]) -> None:
    """One sign-in with one member changed."""
    ask(caller, **dict([change]))


for _name in ("email", "password"):
    group.each(AT, f"wrong {_name}", [(label, (_name, value)) for label, value in WRONG_STRINGS], field)
group.each(
    AT, "wrong callbackURL", [(label, ("callbackURL", value)) for label, value in WRONG_STRINGS[1:]], field
)
group.each(AT, "wrong rememberMe", [(label, ("rememberMe", value)) for label, value in WRONG_BOOLEANS], field)
group.each(AT, "email", [(shown(email), ("email", email)) for email in emails("eve")], field)

PASSWORDS = [
    ("1", "x"),
    ("128", "x" * 128),
    ("129", "x" * 129),
    ("65 emoji", "😀" * 65),
    ("NUL", "a\0b"),
    ("lone", "\ud800"),
]
group.each(AT, "password", [(label, ("password", value)) for label, value in PASSWORDS], field)

BODIES: list[tuple[str, Any]] = [
    ("empty object", {}),
    ("null", None),
    ("array", []),
    ("string", "x"),
    ("number", 0),
    ("false", False),
    ("all wrong", {"email": 1, "password": [], "callbackURL": 5, "rememberMe": "x"}),
    ("bad callback first", {"email": 1, "callbackURL": "https://evil.com"}),
]
group.each(AT, "body", BODIES, lambda caller, body: caller.post("/sign-in/email", body, cookie=None))


@group.case(AT, "valid", "plain", "https", "short-lived", "no-sign-up", "no-auto-sign-in")
def valid(caller: Caller) -> None:
    """Up, out, in again; the wrong password; the unknown address."""
    caller.sign_up()
    caller.post("/sign-out", {})
    caller.jar.clear()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    caller.tables()
    caller.get("/get-session")
    caller.jar.clear()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD + "x"})
    caller.post("/sign-in/email", {"email": "x" + caller.email, "password": PASSWORD})
    caller.post("/sign-in/email", {"email": caller.email.upper(), "password": PASSWORD})


@group.case(AT, "not remembered", "plain", "https")
def not_remembered(caller: Caller) -> None:
    """rememberMe false, then true with the old cookies there, then neither."""
    caller.sign_up()
    caller.jar.clear()
    person = {"email": caller.email, "password": PASSWORD}
    caller.post("/sign-in/email", person | {"rememberMe": False})
    caller.get("/get-session")
    caller.post("/sign-in/email", person | {"rememberMe": False})
    caller.post("/sign-in/email", person | {"rememberMe": True})
    caller.post("/sign-in/email", person | {"rememberMe": False})
    caller.post("/sign-in/email", person)
    caller.tables()


@group.case(AT, "callback")
def callback(caller: Caller) -> None:
    """The answer names it, and so does the Location header, with status 200."""
    caller.sign_up()
    caller.jar.clear()
    person = {"email": caller.email, "password": PASSWORD}
    for where in (
        "/dashboard",
        "http://localhost:8080/a?b=c#d",
        "https://app.example.com/x",
        "myapp://x",
        "",
        "/a b",
    ):
        caller.post("/sign-in/email", person | {"callbackURL": where})
    caller.post(
        "/sign-in/email", {"email": caller.email, "password": "wrong one", "callbackURL": "/dashboard"}
    )
    caller.send("POST", "/sign-in/email?callbackURL=/query", person)
    caller.send("POST", "/sign-in/email?callbackURL=https://evil.com", person)
    caller.send("POST", "/sign-in/email?callbackURL=/a&callbackURL=/b", person)
    caller.send("POST", "/sign-in/email?email=x", person)


@group.case(AT, "while signed in")
def while_signed_in(caller: Caller) -> None:
    """A second session; the first lives on."""
    caller.sign_up()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    caller.tables()


@group.case(AT, "unicode password in both forms")
def unicode_password(caller: Caller) -> None:
    """NFKC: composed and decomposed are one, so is a full-width letter."""
    caller.post("/sign-up/email", {"name": "Ada", "email": caller.email, "password": "pässwörd Å"})
    caller.jar.clear()
    for password in ("pa\u0308sswo\u0308rd A\u030a", "pässwörd Å", "\uff50ässwörd Å", "password A"):
        caller.post("/sign-in/email", {"email": caller.email, "password": password}, cookie=None)


@group.case(AT, "no credential account")
def no_credential(caller: Caller) -> None:
    """A user without any account, and one with an empty password."""
    caller.person()
    ask(caller)
    caller.person("b" + caller.email, password="")
    ask(caller, email="b" + caller.email)


@group.case(AT, "damaged hash")
def damaged_hash(caller: Caller) -> None:
    """Two halves that are no scrypt hash; what is not even that only we can read, or refuse."""
    for number, stored in enumerate(("x:y", "zz:zz", "a" * 32 + ":" + "b" * 128)):
        email = f"h{number}{caller.email}"
        caller.person(email, password=stored)
        ask(caller, email=email)


@group.case(AT, "unverified", "verified")
def unverified(caller: Caller) -> None:
    """Only the right password says that the address is not verified."""
    caller.sign_up()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD, "callbackURL": "/x"})
    caller.post("/sign-in/email", {"email": caller.email, "password": "wrong password"})
    caller.sql('UPDATE "user" SET "emailVerified" = true WHERE "email" = %(email)s', email=caller.email)
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    caller.get("/get-session")


@group.case(AT, "form body")
def form(caller: Caller) -> None:
    """A plain HTML form may sign in, up to what its strings allow."""
    caller.sign_up()
    caller.jar.clear()
    kind: dict[str, str | None] = {"Content-Type": "application/x-www-form-urlencoded"}
    right = f"email={caller.email.replace('@', '%40')}&password=correct+horse+battery".encode()
    for body in (
        right,
        right + b"&rememberMe=true",
        right + b"&rememberMe=false",
        right + b"&callbackURL=%2Fdashboard",
        right + b"&callbackURL=https%3A%2F%2Fevil.com",
        right + b"&email=other@example.com",
        right + b"&x=%ff%zz",
        b"email=&password=",
        b"email",
        b"",
        b"&&==",
        b'{"email":"x"}',
    ):
        caller.post("/sign-in/email", body, cookie=None, headers=kind)


# Sign-out


@group.case(OUT, "valid", "plain", "https")
def sign_out(caller: Caller) -> None:
    """The row goes, the cookies go, and again without them."""
    caller.sign_up()
    kept = caller.cookies()
    caller.post("/sign-out", {})
    caller.tables()
    caller.get("/get-session", cookie=kept)
    caller.post("/sign-out", {}, cookie=kept)
    caller.post("/sign-out", {}, cookie=None)


@group.case(OUT, "not remembered")
def sign_out_not_remembered(caller: Caller) -> None:
    """The dont_remember cookie goes too."""
    caller.post(
        "/sign-up/email", {"name": "A", "email": caller.email, "password": PASSWORD, "rememberMe": False}
    )
    caller.post("/sign-out", {})


OUT_BODIES: list[tuple[str, Any]] = [
    ("null", None),
    ("array", []),
    ("string", "x"),
    ("number", 1),
    ("wrong callbackURL", {"callbackURL": 5}),
    ("callback", {"callbackURL": "/x"}),
    ("evil callback", {"callbackURL": "https://evil.com"}),
    ("wrong disableRedirect", {"disableRedirect": "x"}),
    ("disableRedirect", {"disableRedirect": True}),
    ("wrong state", {"state": 5}),
    ("null members", {"callbackURL": None, "disableRedirect": None, "state": None}),
    ("unknown member", {"x": 1}),
    ("no JSON", b"x"),
    ("empty bytes", b""),
]
group.each(OUT, "body", OUT_BODIES, lambda caller, body: caller.post("/sign-out", body, cookie=None))


@group.case(OUT, "no body, no content type")
def sign_out_bare(caller: Caller) -> None:
    """The body itself is optional."""
    caller.signed_in()
    caller.post("/sign-out")
    caller.get("/get-session")


@group.case(OUT, "bad cookie")
def sign_out_bad_cookie(caller: Caller) -> None:
    """It clears even what it cannot read, and deletes nothing."""
    _, token = caller.signed_in()
    caller.post(
        "/sign-out", {}, cookie=f"better-auth.session_token={token}.AAAA", headers={"Origin": caller.origin}
    )
    caller.post("/sign-out", {}, cookie="better-auth.session_token=", headers={"Origin": caller.origin})
    caller.post("/sign-out", {}, cookie="x=y", headers={"Origin": caller.origin})
    caller.get("/get-session")


@group.case(OUT, "evil origin")
def sign_out_evil(caller: Caller) -> None:
    """A stranger's page signs nobody out."""
    caller.signed_in()
    caller.post("/sign-out", {}, headers={"Origin": "https://evil.com"})
    caller.post("/sign-out", {}, headers={"Origin": None})
    caller.get("/get-session")
