"""What was done is answered as done, whatever fails after that. S38."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.client import Client
from tests.conftest import SECRET, Sql
from tests.promises import promised

LIMITS = {"APP_ENV": "production", "RATE_LIMIT_ENABLED": "yes", "RATE_LIMIT_STORAGE": "database"}


@contextmanager
def lost_with(sql: Sql, table: str, event: str, lost: str) -> Iterator[None]:
    """One table can be read no more from the moment on that the other is changed."""
    sql(f"""
        CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            ALTER TABLE "{lost}" RENAME TO "{lost}_lost"; RETURN NULL;
        END $$;
        CREATE TRIGGER lose AFTER {event} ON "{table}" EXECUTE FUNCTION lose();
    """)
    try:
        yield
        assert sql(f"""SELECT to_regclass('"{lost}_lost"') IS NOT NULL""") == [(True,)]
    finally:
        sql(f"""
            DROP FUNCTION lose CASCADE;
            ALTER TABLE IF EXISTS "{lost}_lost" RENAME TO "{lost}";
        """)


@pytest.mark.gen_test
async def test_an_address_that_is_proven(client: Client, sql: Sql) -> None:
    """The caller's own session cannot be read then."""
    await client.sign_up()
    await client.api("/send-verification-email", {"email": "ada@example.com"})
    link = promised(sql, "verify-email")[0].path.removeprefix("/api/auth")
    with lost_with(sql, "user", "UPDATE", "session"):
        answer = await client.api(link)
    assert answer.status == 302
    assert "error" not in answer.headers["Location"]
    assert sql('SELECT "emailVerified" FROM "user"') == [(True,)]


@pytest.mark.environ(BETTER_AUTH_SECRET=SECRET, **LIMITS)
@pytest.mark.gen_test
async def test_somebody_who_has_signed_up(client: Client, sql: Sql) -> None:
    """Earlier failures cannot be forgotten then."""
    with lost_with(sql, "account", "INSERT", "rateLimit"):
        assert (await client.sign_up()).status == 200
    assert (await client.session())["user"]["name"] == "Ada"


@pytest.mark.gen_test
async def test_several_sessions_of_one_browser_end_together(client: Client, sql: Sql) -> None:
    """Where one cannot be ended none is, as the answer says."""
    await client.sign_up()
    older = client.cookies["better-auth.session_token"]
    await client.sign_in()
    newer = client.cookies["better-auth.session_token"]
    sql(f"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'kept'; END $$;
        CREATE TRIGGER refuse BEFORE DELETE ON "session" FOR EACH ROW
        WHEN (old."token" = '{newer.partition(".")[0]}') EXECUTE FUNCTION refuse();
    """)
    try:
        both = {"Cookie": "; ".join(f"better-auth.session_token={each}" for each in (older, newer))}
        assert (await client.api("/sign-out", {}, headers=both)).status >= 400
        assert sql('SELECT count(*) FROM "session"') == [(2,)]
    finally:
        sql("DROP FUNCTION refuse CASCADE")
    assert (await client.api("/sign-out", {}, headers=both)).status == 200
    assert sql('SELECT count(*) FROM "session"') == [(0,)]
