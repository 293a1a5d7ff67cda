"""Storage that takes no file: said with a code, and nothing is left behind. S38."""

import io
import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image

from handlers.avatar import pictures
from server.services import Services
from tests.client import Client


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.effect_noise((400, 400), 90).save(drawn, "PNG")
    return drawn.getvalue()


@contextmanager
def no_room(size: int) -> Iterator[None]:
    """No file can grow beyond this, as if the disk were full then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.gen_test
async def test_a_full_disk(client: Client, app: Services, caplog: pytest.LogCaptureFixture) -> None:
    await client.sign_up()
    with no_room(1000):
        answer = await client.send("POST", "/api/avatar", raw=picture())
    assert (answer.status, answer.json["code"]) == (507, "STORAGE_FULL")
    assert list((app.config.shared_dir / "avatars").iterdir()) == []
    assert [record.exc_info for record in caplog.records if "SHARED_DIR" in record.message] == [None]
    assert (await client.session())["user"]["image"] is None
    assert (await client.send("POST", "/api/avatar", raw=picture())).status == 200


@pytest.mark.gen_test
async def test_a_full_disk_keeps_the_picture_that_is_there(client: Client, app: Services) -> None:
    await client.sign_up()
    first = await client.send("POST", "/api/avatar", raw=picture())
    with no_room(0):
        assert (await client.send("POST", "/api/avatar", raw=picture())).status == 507
    assert (await client.session())["user"]["image"] == first.json["image"]
    assert len(list((app.config.shared_dir / "avatars").iterdir())) == 1


@pytest.mark.gen_test
async def test_what_a_killed_process_has_left_goes_at_the_next_start(client: Client, app: Services) -> None:
    """What somebody may be writing just now stays, and so do pictures."""
    folder = app.config.shared_dir / "avatars"
    folder.mkdir(parents=True)
    old, new, whole = folder / "a.webp.part", folder / "b.webp.part", folder / "c.webp"
    for each in (old, new, whole):
        each.touch()
    for each in (old, whole):
        os.utime(each, (0, 0))
    async with pictures.running(app):
        assert {new, whole} == set(folder.iterdir())


@pytest.mark.gen_test
async def test_a_folder_that_is_none(client: Client, app: Services) -> None:
    """As one that may not be written in, whoever runs the server."""
    await client.sign_up()
    folder = app.config.shared_dir / "avatars"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("")
    answer = await client.send("POST", "/api/avatar", raw=picture())
    assert (answer.status, answer.json["code"]) == (503, "STORAGE_UNAVAILABLE")
    assert int(answer.headers["Retry-After"]) >= 1
    folder.unlink()
    assert (await client.send("POST", "/api/avatar", raw=picture())).status == 200
    shutil.rmtree(folder)
