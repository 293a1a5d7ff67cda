"""No picture is left of somebody who is gone, though nobody knew what became of the change. S24 S38."""

import asyncio
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from handlers.avatar import pictures
from server.config.settings import Settings
from server.services import Services
from tests.client import Client
from tests.conftest import Sql
from tests.database.cutting import Cut, Cutter, cutting

DONE = pytest.mark.parametrize("done", [True, False], ids=["done", "not-done"])


@pytest.fixture
def cutter(database_url: str) -> Iterator[Cutter]:
    with cutting(database_url) as found:
        yield found


@pytest.fixture
def config(config: Settings, cutter: Cutter) -> Settings:
    return replace(config, database_url=cutter.address)


@pytest.fixture
def folder(config: Settings) -> Path:
    return config.shared_dir / "avatars"


async def upload(client: Client) -> int:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 40)).save(drawn, "PNG")
    return (await client.send("POST", "/api/avatar", raw=drawn.getvalue())).status


async def swept(app: Services, folder: Path) -> set[str]:
    """The pictures that are there once it was looked at what was left long ago."""
    for each in folder.iterdir():
        os.utime(each, (0, 0))
    async with pictures.running(app):
        while list(folder.glob("*.change")):
            await asyncio.sleep(0.01)
    return {each.name for each in folder.iterdir()}


@DONE
@pytest.mark.gen_test
async def test_of_a_deleted_user(
    client: Client, app: Services, cutter: Cutter, folder: Path, sql: Sql, done: bool
) -> None:
    await client.sign_up()
    assert await upload(client) == 200
    [picture] = folder.iterdir()
    cutter.cut = Cut(b'DELETE FROM "user"', b"COMMIT", done)
    answer = await client.api("/delete-user", {})
    assert (answer.status, answer.json["code"]) == (503, "OUTCOME_UNKNOWN")
    while done and sql('SELECT 1 FROM "user"'):  # PostgreSQL hears of it after we do not
        await asyncio.sleep(0.01)
    assert picture in folder.iterdir()
    assert await swept(app, folder) == (set() if done else {picture.name})


@DONE
@pytest.mark.gen_test
async def test_of_an_upload(
    client: Client, app: Services, cutter: Cutter, folder: Path, sql: Sql, done: bool
) -> None:
    await client.sign_up()
    assert await upload(client) == 200
    [first] = folder.iterdir()
    cutter.cut = Cut(b'UPDATE "user"', b'"image"', done)
    assert await upload(client) == 503
    [second] = {each.name for each in folder.glob("*.webp")} - {first.name}
    while done and sql("""SELECT 1 FROM "user" WHERE "image" NOT LIKE '%%/' || %s""", second):
        await asyncio.sleep(0.01)
    assert await swept(app, folder) == {second if done else first.name}


@pytest.mark.gen_test
async def test_what_is_refused_leaves_nothing(client: Client, folder: Path) -> None:
    await client.sign_up()
    assert await upload(client) == 200
    assert (await client.api("/delete-user", {"token": "x"})).status == 404
    assert [each.suffix for each in folder.iterdir()] == [".webp"]
    assert (await client.api("/delete-user", {})).status == 200
    assert list(folder.iterdir()) == []


@pytest.mark.gen_test
async def test_a_change_under_way_is_left_alone(
    client: Client, app: Services, folder: Path, sql: Sql
) -> None:
    """Whoever writes now has not told the database yet."""
    await client.sign_up()
    assert await upload(client) == 200
    sql('UPDATE "user" SET "image" = NULL')
    user_id = sql('SELECT "id" FROM "user"')[0][0]
    async with app.of(pictures.Pictures).changing(user_id):
        before = set(folder.iterdir())
        await app.of(pictures.Pictures).sweep_marked(app.db)
        assert set(folder.iterdir()) == before
