"""Whether somebody is known cannot be told from the work that a refusal takes. S9."""

from collections import Counter
from collections.abc import Callable

import bcrypt
import pytest

from server.authentication import sign_ups
from server.authentication.passwords import hash_bcrypt
from server.database import database
from tests.client import PASSWORD, Client
from tests.conftest import Sql


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many statements were run, how many of them COMMIT, and slow hashes made at which cost."""
    done: Counter[str] = Counter()

    def hashing(slow: Callable[[bytes, bytes], object]) -> Callable[[bytes, bytes], object]:
        def counted(password: bytes, salt: bytes) -> object:
            done[f"bcrypt {salt[:7].decode()}"] += 1
            return slow(password, salt)

        return counted

    real = database._execute

    async def execute(*args: object, **kwargs: object) -> object:
        if not str(args[1]).startswith("PREPARE"):  # once for each connection, whoever comes first
            done["statement"] += 1
        if args[1] == "COMMIT":
            done["COMMIT"] += 1
        return await real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(bcrypt, "hashpw", hashing(bcrypt.hashpw))
    monkeypatch.setattr(bcrypt, "checkpw", hashing(bcrypt.checkpw))
    monkeypatch.setattr(database, "_execute", execute)
    return done


async def spent(client: Client, work: Counter[str], email: str, password: str) -> tuple[int, Counter[str]]:
    work.clear()
    answer = await client.sign_in(email, password)
    return answer.status, Counter(work)


@pytest.mark.parametrize("password", ["wrong password", "w" * 73, "ü" * 128])
@pytest.mark.parametrize("stored", [PASSWORD, "a long one of more bytes than bcrypt looks at " * 2, None])
@pytest.mark.gen_test
async def test_unknown_and_wrong_take_the_same_work(
    client: Client, sql: Sql, work: Counter[str], password: str, stored: str | None
) -> None:
    await client.sign_up()
    sql('UPDATE "account" SET "password" = %s', stored and hash_bcrypt(stored.encode(), 4))
    wrong = await spent(client, work, "ada@example.com", password)
    unknown = await spent(client, work, "nobody@example.com", password)
    assert wrong == unknown == (401, Counter({"statement": 2, "bcrypt $2b$04$": 1}))


async def spent_on_sign_up(client: Client, work: Counter[str], email: str) -> Counter[str]:
    work.clear()
    assert (await client.sign_up(email)).status == 200
    return Counter(work)


async def check_sign_up(client: Client, sql: Sql, work: Counter[str], statements: int) -> None:
    """A free address, a taken one and a proven one take the same, and the taken ones leave nobody."""
    await client.sign_up("first@example.com")
    await client.sign_up("proven@example.com")
    sql("""UPDATE "user" SET "emailVerified" = true WHERE "email" = 'proven@example.com'""")
    expected = Counter({"statement": statements, "COMMIT": 1, "bcrypt $2b$04$": 1})
    assert await spent_on_sign_up(client, work, "second@example.com") == expected
    for _ in range(sign_ups.MOST_MAILS + 1):  # with a mail to its owner, and without
        assert await spent_on_sign_up(client, work, "first@example.com") == expected
        assert await spent_on_sign_up(client, work, "proven@example.com") == expected
    assert sql('SELECT (SELECT count(*) FROM "user"), (SELECT count(*) FROM "account")') == [(3, 3)]


@pytest.mark.environ(AUTO_SIGN_IN="no")
@pytest.mark.gen_test
async def test_signing_up_twice_takes_the_same_work(
    client: Client, sql: Sql, work: Counter[str]
) -> None:  # S10
    await check_sign_up(client, sql, work, 4)


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_so_does_an_address_to_be_verified(client: Client, sql: Sql, work: Counter[str]) -> None:  # S10
    await check_sign_up(client, sql, work, 5)


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes", SEND_VERIFICATION_ON_SIGN_UP="no")
@pytest.mark.gen_test
async def test_so_does_one_that_is_sent_no_link_yet(
    client: Client, sql: Sql, work: Counter[str]
) -> None:  # S10
    await check_sign_up(client, sql, work, 5)
