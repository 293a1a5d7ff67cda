"""A change of the password, and at the same moment a sign-in, a reset or another change."""

import asyncio

import pytest

from server.passwords.passwords import hash_scrypt
from server.services import Services
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.promises import promised

NEW = "another long password"
RESET = "the password of the reset"


def stop_at_the_hash(app: Services, monkeypatch: pytest.MonkeyPatch) -> asyncio.Barrier:
    """The next hash is made once somebody else has come twice to the barrier."""
    barrier, real = asyncio.Barrier(2), app.passwords.hash

    async def make(password: str) -> str:
        monkeypatch.setattr(app.passwords, "hash", real)
        await barrier.wait()
        await barrier.wait()
        return await real(password)

    monkeypatch.setattr(app.passwords, "hash", make)
    return barrier


@pytest.mark.gen_test
async def test_a_sign_in_that_proved_the_old_password_gets_no_session(
    client: Client, app: Services, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:  # S23
    """The password changes between the check of the hash and the new session."""
    await client.sign_up()
    thief = Client(client.base_url)
    checked, changed = asyncio.Event(), asyncio.Event()
    real = app.account_limits.succeeded

    async def pause(email: str, address: str) -> None:
        if not checked.is_set():
            checked.set()
            await changed.wait()
        await real(email, address)

    monkeypatch.setattr(app.account_limits, "succeeded", pause)
    signing_in = asyncio.ensure_future(thief.sign_in())
    await checked.wait()
    changing = {"currentPassword": PASSWORD, "newPassword": NEW, "revokeOtherSessions": True}
    assert (await client.api("/change-password", changing)).status == 200
    changed.set()
    assert (await signing_in).status == 401
    assert sql('SELECT count(*) FROM "session"') == [(1,)]


@pytest.mark.gen_test
async def test_a_change_that_proved_the_old_password_does_not_undo_a_reset(
    client: Client, app: Services, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:  # S18
    """The owner resets the password between the proof of the stolen one and the writing of the thief's."""
    await client.sign_up()
    await client.api("/request-password-reset", {"email": "ada@example.com"})
    token = promised(sql, "reset-password")[-1].token
    barrier = stop_at_the_hash(app, monkeypatch)
    thief = {"currentPassword": PASSWORD, "newPassword": NEW, "revokeOtherSessions": True}
    changing = asyncio.ensure_future(client.api("/change-password", thief))
    await barrier.wait()
    owner = Client(client.base_url)
    assert (await owner.api("/reset-password", {"newPassword": RESET, "token": token})).status == 200
    assert (await owner.sign_in(password=RESET)).status == 200
    await barrier.wait()
    answer = await changing
    assert (answer.status, answer.json["code"], answer.set_cookies) == (400, "INVALID_PASSWORD", [])
    assert await owner.session() is not None
    assert (await Client(client.base_url).sign_in(password=RESET)).status == 200


@pytest.mark.gen_test
async def test_of_many_changes_at_once_one_wins(client: Client, sql: Sql) -> None:  # S18
    await client.sign_up()
    passwords = [f"password number {number}" for number in range(4)]
    answers = await asyncio.gather(
        *(
            client.api("/change-password", {"currentPassword": PASSWORD, "newPassword": each})
            for each in passwords
        )
    )
    assert sorted(answer.status for answer in answers) == [200, 400, 400, 400]
    winner = passwords[[answer.status for answer in answers].index(200)]
    assert (await Client(client.base_url).sign_in(password=winner)).status == 200
    assert len(promised(sql, "password-changed")) == 1


@pytest.mark.gen_test
async def test_a_better_hash_of_the_same_password_stands_in_no_ones_way(
    client: Client, app: Services, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:  # S8
    """A sign-in replaces an old hash between the proof of the password and the writing of the new one."""
    await client.sign_up()
    sql('UPDATE "account" SET "password" = %s', hash_scrypt(PASSWORD.encode()))
    barrier = stop_at_the_hash(app, monkeypatch)
    change = {"currentPassword": PASSWORD, "newPassword": NEW}
    changing = asyncio.ensure_future(client.api("/change-password", change))
    await barrier.wait()
    assert (await Client(client.base_url).sign_in()).status == 200
    assert sql('SELECT "password" LIKE \'$2b$%\' FROM "account"') == [(True,)]
    await barrier.wait()
    assert (await changing).status == 200
    assert (await Client(client.base_url).sign_in(password=NEW)).status == 200
