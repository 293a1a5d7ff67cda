"""What we do otherwise and no other group meets: limits of an account, mails, rows; see PURPOSES."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from psycopg2.errors import UniqueViolation

from tests.compat.caller import PASSWORD, Caller, Look
from tests.compat.case import Group
from tests.compat.cases import factors

group = Group()


def _say(caller: Caller, what: str, found: object) -> None:
    """What is compared in place of all that was asked."""
    caller.heard[:] = [Look(what, found, time.time())]


@group.case("POST /sign-in/email", "one account, from many addresses", "limits-proxies")
def guessed(caller: Caller) -> None:
    """An address may do what it likes with other accounts."""
    body = {"email": caller.email, "password": "not the password"}
    statuses = [
        caller.post(
            "/sign-in/email", body, cookie=None, headers={"X-Forwarded-For": f"203.0.{number}.7"}
        ).status
        for number in range(12)
    ]
    _say(caller, "tries of one account from many places", statuses)


@group.case("POST /sign-up/email", "a proven address again", "verified")
def again(caller: Caller) -> None:
    """The answer is that of a new address; only its owner hears of it."""
    caller.person(verified=True, password="x")
    caller.sign_up()
    until = time.monotonic() + 3  # so long a mail may take, of which better-auth has none
    while not caller.server.letters(caller.email) and time.monotonic() < until:
        time.sleep(0.02)
    _say(caller, "mails to an owner whose address signs up again", caller.server.letters(caller.email))


@group.case("POST /delete-user", "by mail, to our own page", "delete-verified")
def deletion(caller: Caller) -> None:
    """A page that asks once more, since those who look through mails follow links."""
    caller.signed_in()
    caller.post("/delete-user", {"callbackURL": "/delete-account"})
    mail = caller.mail(wait=5)
    _say(caller, "where the link of a deletion leads", urlsplit(mail.url).path if mail else "nowhere")


@group.case("POST /change-email", "approval, on our own page")
def approval(caller: Caller) -> None:
    """As with a deletion: it would give the account away."""
    caller.session(caller.person(verified=True))
    caller.post(
        "/change-email", {"newEmail": "new-" + caller.email, "callbackURL": "/verify-email?for=change"}
    )
    mail = caller.mail(wait=5)
    _say(caller, "where the link of an approval leads", urlsplit(mail.url).path if mail else "nowhere")


@group.case("POST /delete-user", "somebody whom another table holds", "restricted")
def held(caller: Caller) -> None:
    """A typed answer, and the user is there as before; better-auth has taken their password by then."""
    table = f'"orders{caller.number}"'
    caller.sql(f'CREATE TABLE {table} ("userId" text REFERENCES "user" ("id"))')
    try:
        caller.sign_up()
        caller.sql(
            f'INSERT INTO {table} SELECT "id" FROM "user" WHERE "email" = %(email)s', email=caller.email
        )
        deleted = caller.post("/delete-user", {"password": PASSWORD}).status
        caller.jar.clear()
        signed_in = caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD}).status
    finally:
        caller.sql(f"DROP TABLE {table}")
    _say(caller, "deleting somebody whom another table holds", [deleted, signed_in])


@group.case("POST /sign-in/email", "deactivated by every directory", "restricted")
def deactivated(caller: Caller) -> None:
    """Also with its scim plugin better-auth ends the sessions alone, and the password is enough for another."""
    table = 'CREATE TABLE IF NOT EXISTS "scimUser" ("userId" text, "connectionId" text, "active" boolean)'
    caller.sql(table)
    caller.sign_up()
    caller.sql(
        """INSERT INTO "scimUser" SELECT "id", 'x', false FROM "user" WHERE "email" = %(email)s""",
        email=caller.email,
    )
    caller.jar.clear()
    status = caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD}).status
    _say(caller, "signing in when every directory has deactivated one", status)


@group.case("POST /email-otp/reset-password", "of an account that somebody opened in advance", "email-otp")
def opened_in_advance(caller: Caller) -> None:
    """Their provider is no way in any more, once the owner of the address has shown up."""
    user = caller.person(password="x")
    caller.account(user, "google", caller.number)
    caller.post("/email-otp/request-password-reset", {"email": caller.email})
    mail = caller.mail(wait=5)
    body = {"email": caller.email, "otp": mail.code if mail else "", "password": PASSWORD}
    caller.post("/email-otp/reset-password", body)
    found = caller.sql(
        'SELECT "providerId" FROM "account" WHERE "userId"::text = %(user)s ORDER BY 1', user=user
    )
    _say(caller, "ways in after a reset by a code", [row["providerId"] for row in found])


@group.case("database", "an account at a provider twice")
def twice(caller: Caller) -> None:
    """Which better-auth cannot tell apart when it reads them."""
    name = f"9{caller.number}"
    owners = [caller.person(f"{number}-{caller.email}") for number in range(2)]
    found = 0
    for owner in owners:
        try:
            caller.account(owner, "google", name)
            found += 1
        except UniqueViolation:
            continue
    _say(caller, "accounts of one name at a provider", found)


@group.case("POST /two-factor/verify-totp", "a code that was taken", "two-factor")
def replayed(caller: Caller) -> None:
    """Whoever has seen somebody type it comes in with it there, for a minute and a half."""
    code = factors.code(factors.challenged(caller).get("totpURI", ""))
    statuses = [factors.tell(caller, "verify-totp", code).status]
    caller.jar.clear()
    factors.sign_in(caller)
    statuses.append(factors.tell(caller, "verify-totp", code).status)
    _say(caller, "a code of an authenticator that was taken", statuses)


@group.case("POST /change-password", "a sign-in that waits for its second factor", "two-factor")
def begun(caller: Caller) -> None:
    """What the old password began is not ended after it was changed."""
    code = factors.code(factors.challenged(caller).get("totpURI", ""))
    waiting = dict(caller.jar)
    user = caller.sql('SELECT "id" FROM "user" WHERE "email" = %(email)s', email=caller.email)[0]["id"]
    caller.session(user)
    caller.post("/change-password", {"currentPassword": PASSWORD, "newPassword": PASSWORD + "!"})
    caller.jar = waiting
    _say(caller, "a code after the password has changed", factors.tell(caller, "verify-totp", code).status)


@group.case("POST /two-factor/disable", "another browser that was trusted", "two-factor")
def trusted(caller: Caller) -> None:
    """It is asked again once the second factor is another one."""
    factors.trusted(caller)
    browser = dict(caller.jar)
    caller.jar.pop(caller.cookie_name("trust_device"))
    factors.ask(caller, "disable")
    factors.ask(caller, "enable", method="otp")
    caller.jar = browser
    found = factors.said(factors.sign_in(caller))
    _say(
        caller,
        "a trusted browser once the second factor was off",
        next(iter(found.keys() - {"redirect", "user", "session", "twoFactorMethods", "url"}), ""),
    )


@group.case("POST /two-factor/verify-otp", "guessed, for who has no authenticator", "two-factor-limits")
def guessed_otp(caller: Caller) -> None:
    """Wrong codes are counted beside the authenticator there, so that nobody counts them without."""
    caller.sign_up()
    factors.ask(caller, "enable", method="otp")
    statuses = []
    for number in range(12):
        caller.jar.clear()
        caller.address = f"203.0.{number}.7"
        factors.sign_in(caller)
        factors.ask(caller, "send-otp")
        statuses.append(factors.tell(caller, "verify-otp", "x").status)
    _say(caller, "tries of mailed codes, without an authenticator", statuses)
