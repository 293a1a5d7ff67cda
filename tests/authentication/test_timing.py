"""Whether somebody is known cannot be told from the work that a refusal takes. S9."""

from collections import Counter
from collections.abc import Callable

import bcrypt
import pytest

from server.authentication import sign_ups
from server.database import database, statement, transaction
from server.passwords import passwords
from server.passwords.passwords import hash_bcrypt, hash_scrypt
from server.services import Services
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.passwords.foreign import HASHES


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many statements were run, how many of them COMMIT, and slow hashes made at which cost."""
    done: Counter[str] = Counter()

    def hashing(slow: Callable[[bytes, bytes], object]) -> Callable[[bytes, bytes], object]:
        def counted(password: bytes, salt: bytes) -> object:
            done[f"bcrypt {salt[:7].decode()}"] += 1
            return slow(password, salt)

        return counted

    real = statement.execute

    async def execute(*args: object, **kwargs: object) -> object:
        if not str(args[1]).startswith("PREPARE"):  # once for each connection, whoever comes first
            done["statement"] += 1
        if args[1] == "COMMIT":
            done["COMMIT"] += 1
        return await real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(bcrypt, "hashpw", hashing(bcrypt.hashpw))
    monkeypatch.setattr(bcrypt, "checkpw", hashing(bcrypt.checkpw))
    for module in (database, transaction):
        monkeypatch.setattr(module, "execute", execute)
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


KINDS = {
    "better-auth's": hash_scrypt(b"right"),
    "bcrypt of another cost": hash_bcrypt(b"right", 6),
    "argon2": HASHES["argon2-cffi ID"],
    "nothing that is a hash": "x",
}


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that were compared with."""
    found: list[str] = []
    real = passwords.matches

    def matching(stored: str, password: bytes) -> bool:
        found.append(stored)
        return real(stored, password)

    monkeypatch.setattr(passwords, "matches", matching)
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.gen_test
async def test_an_unknown_address_costs_what_the_table_holds(
    client: Client, sql: Sql, work: Counter[str], derived: list[str], kind: str
) -> None:
    await client.sign_up()
    sql('UPDATE "account" SET "password" = %s', KINDS[kind])
    for address in ("ada@example.com", "nobody@example.com"):
        work.clear()
        assert (await client.sign_in(address, "wrong password")).status == 401
        del work["statement"]  # of which the server makes some of its own accord
        dear = {"bcrypt $2b$06$": 1} if kind == "bcrypt of another cost" else {}
        assert work == Counter(dear)
    assert derived == [KINDS[kind]] * 2


@pytest.mark.parametrize("ids", ["random", "numbers", "uuids"])
@pytest.mark.gen_test
async def test_kinds_are_met_as_often_as_they_are_there(
    client: Client, sql: Sql, derived: list[str], ids: str
) -> None:
    """A quarter of the people have one kind: so has a quarter of the addresses that nobody has, each always the same."""
    made = {
        "random": """left(translate(encode(sha256(n::text::bytea), 'base64'), '+/=', 'xyz'), 32)""",
        "numbers": "n::text",
        "uuids": "md5(n::text)::uuid::text",
    }[ids]
    sql(
        f"""INSERT INTO "user" ("id", "name", "email", "emailVerified")
            SELECT {made}, 'N', n || '@example.com', false FROM generate_series(1, 2000) n"""
    )
    sql(
        """INSERT INTO "account" ("id", "accountId", "providerId", "userId", "password", "updatedAt")
           SELECT "id", "id", 'credential', "id", CASE WHEN split_part("email", '@', 1)::int % 4 = 0 THEN 'x' ELSE 'y' END,
               now() FROM "user" """
    )
    addresses = [f"nobody{number}@example.com" for number in range(200)]
    for _ in range(2):
        for address in addresses:
            assert (await client.sign_in(address, "wrong password")).status == 401
    assert derived[:200] == derived[200:]
    # Of 200 draws with a chance of a quarter, 50 on average; fewer than 20 or more than 85 would be one in a million.
    assert 20 < derived[:200].count("x") < 85


@pytest.mark.gen_test
async def test_somebody_elses_password_lets_nobody_in(client: Client, sql: Sql) -> None:
    await client.sign_up()
    assert (await client.sign_in("nobody@example.com")).status == 401
    sql("""UPDATE "account" SET "password" = NULL""")
    await Client(client.base_url).sign_up("bob@example.com")
    assert (await client.sign_in("ada@example.com")).status == 401
    assert sql("""SELECT count(*) FROM "session" """) == [(2,)]


async def spent_on_sign_up(client: Client, work: Counter[str], email: str) -> Counter[str]:
    work.clear()
    assert (await client.sign_up(email)).status == 200
    return Counter(work)


@pytest.fixture
def kept(app: Services) -> int:
    """How many statements keep an event."""
    return int("audit" in app.parts.names)


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
    client: Client, sql: Sql, work: Counter[str], kept: int
) -> None:  # S10
    await check_sign_up(client, sql, work, 4 + kept)


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_so_does_an_address_to_be_verified(
    client: Client, sql: Sql, work: Counter[str], kept: int
) -> None:  # S10
    await check_sign_up(client, sql, work, 5 + kept)


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes", SEND_VERIFICATION_ON_SIGN_UP="no")
@pytest.mark.gen_test
async def test_so_does_one_that_is_sent_no_link_yet(
    client: Client, sql: Sql, work: Counter[str], kept: int
) -> None:  # S10
    await check_sign_up(client, sql, work, 5 + kept)
