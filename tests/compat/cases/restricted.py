"""People whom the columns of better-auth's plugins keep out, on a server that has not those plugins."""

from __future__ import annotations

import time

from tests.compat.caller import PASSWORD, Caller, Look
from tests.compat.case import Group

group = Group()
AT = "POST /sign-in/email"
ON = "restricted"

# better-auth's migration has made these; on our side it is the plugin of another server on the same database.
COLUMNS = """
ALTER TABLE "user"
  ADD COLUMN IF NOT EXISTS "banned" boolean, ADD COLUMN IF NOT EXISTS "banReason" text,
  ADD COLUMN IF NOT EXISTS "banExpires" timestamptz, ADD COLUMN IF NOT EXISTS "twoFactorEnabled" boolean
"""
# That of the sign-up.
SESSIONS = """
SELECT count(*)::int AS "sessions" FROM "session" s JOIN "user" u ON u."id" = s."userId" WHERE u."email" = %(email)s
"""
BANNED: list[tuple[str, str]] = [
    ("for ever", """ "banned" = true """),
    ("with a reason", """ "banned" = true, "banReason" = 'Spam' """),
    ("for an hour", """ "banned" = true, "banExpires" = now() + interval '1 hour' """),
]

OVER: list[tuple[str, str]] = [
    ("since a minute", """ "banned" = true, "banExpires" = now() - interval '1 minute' """),
    (
        "with a reason",
        """ "banned" = true, "banReason" = 'Spam', "banExpires" = now() - interval '1 year' """,
    ),
    ("lifted, with a time to come", """ "banned" = false, "banExpires" = now() + interval '1 hour' """),
    ("never", """ "banned" = NULL, "banExpires" = now() + interval '1 hour' """),
]


def _comes_in(caller: Caller, restriction: str) -> None:
    """Somebody who was kept out once; what is compared is who comes in, without the members that plugins add."""
    caller.sql(COLUMNS)
    caller.sign_up()
    caller.sql(f'UPDATE "user" SET {restriction} WHERE "email" = %(email)s', email=caller.email)
    statuses = [
        caller.post("/sign-in/email", {"email": caller.email, "password": password}, cookie=None).status
        for password in ("a wrong password", PASSWORD)
    ]
    caller.heard[:] = [Look("answers", statuses, time.time())]
    caller.rows(SESSIONS, email=caller.email)


def _sign_in(caller: Caller, restriction: str) -> None:
    """Somebody who is kept out, with the wrong password and with the right one; no session is left."""
    caller.sql(COLUMNS)
    caller.sign_up()
    caller.heard.clear()  # the user has the plugins' members there, which is not what this is about
    caller.sql(f'UPDATE "user" SET {restriction} WHERE "email" = %(email)s', email=caller.email)
    for password in ("a wrong password", PASSWORD):
        caller.post("/sign-in/email", {"email": caller.email, "password": password}, cookie=None)
    caller.rows(SESSIONS, email=caller.email)


group.each(AT, "banned", BANNED, _sign_in, (ON,))
group.each(AT, "a ban that is over", OVER, _comes_in, (ON,))
group.add(AT, "a second factor", lambda caller: _sign_in(caller, ' "twoFactorEnabled" = true '), ON)
group.add(
    AT,
    "banned, and a second factor",
    lambda caller: _sign_in(caller, ' "banned" = true, "twoFactorEnabled" = true '),
    ON,
)
