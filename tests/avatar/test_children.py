"""Pictures are read in children that are told little and may do little. S33 S46."""

import asyncio
import io
import json
import os
import select
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import PIL
import pytest
from PIL import Image, PngImagePlugin
from tornado.httpclient import AsyncHTTPClient
from tornado.iostream import IOStream
from tornado.tcpclient import TCPClient

from handlers.avatar.pictures import Pictures
from server.services import Services
from server.uploads import drawing, studio
from tests.client import Answer, Client


def picture(form: str = "PNG", size: tuple[int, int] = (600, 400), **options: object) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, "teal").save(drawn, form, **options)
    return drawn.getvalue()


def endless(scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: 16 bytes each, and work for the whole picture."""
    drawn = io.BytesIO()
    Image.new("L", (2048, 2048), 128).save(drawn, "JPEG", progressive=True)
    begun, scan = drawn.getvalue()[:-2], drawn.getvalue()[drawn.getvalue().rindex(b"\xff\xda") : -2]
    return begun + scan * scans + b"\xff\xd9"


def frames() -> bytes:
    drawn = io.BytesIO()
    pages = [Image.new("L", (8, 8), number % 256) for number in range(500)]
    pages[0].save(drawn, "GIF", save_all=True, append_images=pages[1:])
    return drawn.getvalue()


def wordy() -> bytes:
    """A PNG with a text of 400 MB in it, as less than half a megabyte."""
    text = zlib.compress(b"a" * (400 * 2**20), 9)
    whole, chunk = picture(), io.BytesIO()
    PngImagePlugin.putchunk(chunk, b"zTXt", b"Comment\0\0" + text)
    return whole[:33] + chunk.getvalue() + whole[33:]


async def upload(client: Client, body: bytes) -> Answer:
    return await client.send("POST", "/api/avatar", raw=body, headers={"Content-Type": "image/png"})


def files(app: Services) -> list[Path]:
    return sorted((app.config.shared_dir / "avatars").glob("*.webp"))


def line_of(app: Services) -> studio.Studio:
    return app.of(Pictures).studio


async def until(what: Callable[[], bool]) -> None:
    while not what():
        await asyncio.sleep(0.01)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Children that wait until this file is there, and then draw the same for all."""
    opened = tmp_path / "open"
    program = (
        "import os, sys, time; sys.stdin.buffer.read()\n"
        "while not os.path.exists(sys.argv[1]): time.sleep(0.01)\n"
        "print('12345678drawn')"
    )
    command = (sys.executable, "-I", "-S", "-c", program, str(opened))
    monkeypatch.setattr(studio, "_command", lambda _: command)
    return opened


@pytest.mark.gen_test
async def test_a_picture_of_thousands_of_scans_is_refused(client: Client, app: Services) -> None:  # S46
    await client.sign_up()
    answer = await upload(client, endless(60_000))
    assert (answer.status, answer.json["code"]) == (413, "IMAGE_TOO_COMPLEX")
    assert files(app) == []


@pytest.mark.gen_test
async def test_what_takes_too_long_is_ended(
    client: Client, app: Services, monkeypatch: pytest.MonkeyPatch
) -> None:  # S46
    """Whatever it is that takes so long."""
    monkeypatch.setattr(studio, "MOST_SCANS", 1_000_000)
    await client.sign_up()
    answer = await upload(client, endless(60_000))
    assert (answer.status, answer.json["code"]) == (413, "IMAGE_TOO_COMPLEX")
    assert line_of(app).children == 0
    assert (await upload(client, picture())).status == 200


@pytest.mark.parametrize(
    "make",
    [
        frames,
        wordy,
        lambda: picture()[:200],
        lambda: picture("JPEG")[:700],
        lambda: b"\xff\xd8\xff" + bytes(range(256)) * 100,
        lambda: b"RIFF\0\0\0\0WEBPVP8 " + b"\xff" * 100,
        lambda: picture("AVIF"),
        lambda: picture("BMP"),
    ],
    ids=["many frames", "much text", "half a PNG", "half a JPEG", "noise", "no WebP", "AVIF", "BMP"],
)
@pytest.mark.gen_test
async def test_what_cannot_be_read(client: Client, app: Services, make: Callable[[], bytes]) -> None:
    await client.sign_up()
    answer = await upload(client, make())
    assert (answer.status, answer.json["code"]) == (415, "NOT_AN_IMAGE")
    assert files(app) == []


@pytest.mark.gen_test
async def test_an_animation_is_its_first_picture(client: Client, app: Services) -> None:
    drawn = io.BytesIO()
    pages = [Image.new("RGB", (64, 64), color) for color in ("red", "blue", "blue")]
    pages[0].save(drawn, "WEBP", save_all=True, append_images=pages[1:], lossless=True)
    await client.sign_up()
    assert (await upload(client, drawn.getvalue())).status == 200
    with Image.open(files(app)[0]) as kept:
        color = kept.convert("RGB").getpixel((128, 128))
    assert isinstance(color, tuple)
    assert color[0] > 200 > 50 > color[2]


@pytest.mark.gen_test
async def test_memory_is_bounded() -> None:  # S46
    """As the server runs it, with less."""
    program = (
        "import sys; from server.uploads import drawing\n"
        "drawing.PURPOSES['avatar'] = drawing.PURPOSES['avatar']._replace(memory=250 * 2**20)\n"
        "sys.exit(drawing.main(sys.argv[1], 'avatar'))"
    )
    packages = str(Path(PIL.__file__).parent.parent)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", program, packages),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    written, _ = await child.communicate(picture("WEBP", (4096, 4096), lossless=True))
    assert (child.returncode, written) == (drawing.TOO_MUCH, b"")


@pytest.mark.gen_test
async def test_a_child_is_told_nothing(
    client: Client, app: Services, monkeypatch: pytest.MonkeyPatch
) -> None:  # S33
    """Neither the environment, nor a socket or a file that the server has open."""
    program = (
        "import json, os, sys; sys.stdin.buffer.read()\n"
        "print('12345678' + json.dumps([sorted(os.environ), sorted(os.listdir('/dev/fd')), os.getcwd()]))"
    )
    monkeypatch.setattr(studio, "_command", lambda _: (sys.executable, "-I", "-S", "-c", program))
    await client.sign_up()
    assert (await upload(client, picture())).status == 200
    names, descriptors, folder = json.loads(files(app)[0].read_bytes())
    assert set(names) <= {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"}  # which Python and macOS put there
    assert descriptors == ["0", "1", "2", "3"]  # the last reads the list
    assert folder == "/"


def test_a_child_closes_what_it_was_left() -> None:  # S33
    """uvloop, on which the server runs, closes nothing for those whom it starts."""
    reader, writer = os.pipe()
    command = studio._command("avatar")
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=[writer])
    os.close(writer)
    with child:
        ready, _, _ = select.select([reader], [], [], 60)
        assert ready
        assert os.read(reader, 1) == b""
        assert child.poll() is None
    os.close(reader)


@pytest.mark.gen_test
async def test_few_are_drawn_at_once(client: Client, app: Services, gate: Path) -> None:  # S46
    await client.sign_up()
    uploads = [asyncio.ensure_future(upload(client, picture())) for _ in range(6)]
    await until(lambda: line_of(app).line.pending == 6)
    await until(lambda: line_of(app).children == studio.DRAWN_AT_ONCE)
    gate.touch()
    assert [answer.status for answer in await asyncio.gather(*uploads)] == [200] * 6


@pytest.mark.gen_test
async def test_who_sends_many_does_not_keep_others_out(
    client: Client, app: Services, gate: Path
) -> None:  # S46
    """More than may wait, by one: of theirs some are refused, and told when to come again."""
    AsyncHTTPClient.configure(None, max_clients=100)
    await client.sign_up()
    bob = Client(client.base_url)
    await bob.sign_up("bob@example.com")
    most = studio.DRAWN_AT_ONCE + studio.AVATAR.waiting
    many = [asyncio.ensure_future(upload(client, picture())) for _ in range(most)]
    line_of(app).line._wall = 0.1  # however slow the machine is
    await until(lambda: line_of(app).line.pending == most)
    one = asyncio.ensure_future(upload(bob, picture()))
    refused = await next(asyncio.as_completed(many))
    assert (refused.status, refused.json["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert int(refused.headers["Retry-After"]) >= 1
    gate.touch()
    assert (await one).status == 200
    assert sorted({answer.status for answer in await asyncio.gather(*many)}) == [200, 503]


async def post(client: Client, body: bytes) -> IOStream:
    """An upload whose answer is not read."""
    stream = await TCPClient().connect("localhost", int(client.base_url.rpartition(":")[2]))
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    head = (
        f"POST /api/avatar HTTP/1.1\r\nHost: localhost\r\nOrigin: {client.base_url}\r\nCookie: {cookie}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    await stream.write(head.encode() + body)
    return stream


@pytest.mark.gen_test
async def test_who_hangs_up_is_not_drawn_for(client: Client, app: Services, gate: Path) -> None:  # S46
    await client.sign_up()
    streams = [await post(client, picture()) for _ in range(8)]
    await until(lambda: line_of(app).line.pending == 8)
    for stream in streams:
        stream.close()
    await until(lambda: line_of(app).line.pending == studio.DRAWN_AT_ONCE)
    gate.touch()
    await until(lambda: line_of(app).line.pending == 0)
    assert len(files(app)) <= studio.DRAWN_AT_ONCE


@pytest.mark.gen_test
async def test_no_child_outlives_the_server(client: Client, app: Services, gate: Path) -> None:  # S46
    """Whoever waits for a picture is told to come again."""
    await client.sign_up()
    uploads = [asyncio.ensure_future(upload(client, picture())) for _ in range(4)]
    await until(lambda: line_of(app).children == studio.DRAWN_AT_ONCE and line_of(app).line.pending == 4)
    app.stop(0.1)
    answers = await asyncio.gather(*uploads)
    assert [answer.status for answer in answers] == [503] * 4
    assert line_of(app).children == 0
