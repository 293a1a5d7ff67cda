"""How somebody signed in last, in a cookie."""

from __future__ import annotations

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group

group = Group()
ON, SECURE = "last-login-method", "last-login-method-other-site"


@group.case("POST /sign-in/email", "by password", ON, SECURE)
def by_password(caller: Caller) -> None:
    caller.sign_up()
    caller.get("/get-session")
    caller.post("/sign-in/email", {"email": caller.email, "password": "wrong password"})
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD, "rememberMe": False})
    caller.post("/update-user", {"name": "Bo"})
    caller.post("/sign-out", {})


@group.case("POST /sign-in/email-otp", "by code", ON)
def by_code(caller: Caller) -> None:
    for kind in ("sign-in", "email-verification"):
        caller.post("/email-otp/send-verification-otp", {"email": caller.email, "type": kind})
        mail = caller.mail(wait=5)
        body = {"email": caller.email, "otp": mail.code if mail else ""}
        caller.post("/sign-in/email-otp" if kind == "sign-in" else "/email-otp/verify-email", body)


@group.case("GET /magic-link/verify", "by link", ON)
def by_link(caller: Caller) -> None:
    caller.post("/sign-in/magic-link", {"email": caller.email})
    mail = caller.mail(wait=5)
    target = mail.url.partition("8080")[2] if mail else "/no-mail"
    for _ in range(2):
        caller.send("GET", "", target=target)


@group.case("POST /sign-in/username", "by name, and as a guest", ON)
def by_name(caller: Caller) -> None:
    name = f"n{caller.number[:12]}"
    body = {"name": "Ada", "email": caller.email, "password": PASSWORD, "username": name}
    caller.post("/sign-up/email", body)
    caller.jar.clear()
    caller.post("/sign-in/username", {"username": name, "password": PASSWORD})
    caller.post("/sign-in/anonymous", {}, cookie=None)


@group.case("GET /verify-email", "by the link of a verification", ON)
def by_verification(caller: Caller) -> None:
    caller.sign_up()
    caller.jar.clear()
    token = caller.email_token({"email": caller.email})
    caller.get(f"/verify-email?token={token}")
