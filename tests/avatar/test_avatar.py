"""POST and DELETE /api/avatar, GET /avatars/:name."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from server.services import Services
from tests.client import Answer, Client


def picture(form: str = "PNG", size: tuple[int, int] = (600, 400)) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, "teal").save(drawn, form)
    return drawn.getvalue()


async def upload(client: Client, body: bytes, media_type: str = "image/png") -> Answer:
    return await client.send("POST", "/api/avatar", raw=body, headers={"Content-Type": media_type})


def files(app: Services) -> list[Path]:
    return sorted((app.config.shared_dir / "avatars").glob("*"))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.gen_test
async def test_a_picture_becomes_the_users(client: Client, form: str) -> None:
    await client.sign_up()
    answer = await upload(client, picture(form))
    assert answer.status == 200
    address = (await client.session())["user"]["image"]
    assert address == answer.json["image"]
    served = await Client(client.base_url).send("GET", address.removeprefix(client.base_url))
    assert served.headers["Content-Type"] == "image/webp"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(served.body)) as image:
        assert (image.format, image.size) == ("WEBP", (256, 256))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a",
        picture()[:80],
    ],
    ids=["nothing", "svg", "gif", "cut"],
)
@pytest.mark.gen_test
async def test_what_only_says_it_is_one(client: Client, app: Services, body: bytes) -> None:
    await client.sign_up()
    answer = await upload(client, body)
    assert (answer.status, answer.json["code"]) == (415, "NOT_AN_IMAGE")
    assert files(app) == []


@pytest.mark.parametrize(
    ("size", "limit"), [((9000, 10), "8192 pixels a side"), ((8192, 8192), "16 megapixels")]
)
@pytest.mark.gen_test
async def test_too_many_pixels(client: Client, size: tuple[int, int], limit: str) -> None:  # S46
    """As bytes they are small."""
    await client.sign_up()
    answer = await upload(client, picture(size=size))
    assert (answer.status, answer.json["code"]) == (413, "IMAGE_TOO_LARGE")
    assert answer.json["message"] == f"The image is larger than {limit}"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.gen_test
async def test_a_large_picture_is_made_smaller_and_upright(client: Client, app: Services, mode: str) -> None:
    """Drawn lying on its side: black on the left half, which is the upper one when it stands."""
    image = Image.new("L", (2600, 1900), 255)
    image.paste(0, (0, 0, 1300, 1900))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    drawn = io.BytesIO()
    image.convert(mode).save(drawn, "PNG", exif=exif)
    await client.sign_up()
    assert (await upload(client, drawn.getvalue())).status == 200
    with Image.open(files(app)[0]) as kept:
        column = kept.convert("L").tobytes()[128::256]
    assert column[40] < 10
    assert column[216] > 245


@pytest.mark.gen_test
async def test_the_old_file_goes(client: Client, app: Services) -> None:
    await client.sign_up()
    await upload(client, picture())
    (first,) = files(app)
    await upload(client, picture("JPEG"))
    (second,) = files(app)
    assert first != second
    answer = await client.send("DELETE", "/api/avatar")
    assert answer.json == {"image": None}
    assert files(app) == []
    assert (await client.session())["user"]["image"] is None


@pytest.mark.gen_test
async def test_somebody_elses_file_stays(client: Client, app: Services) -> None:  # S40
    await client.sign_up()
    await upload(client, picture())
    address = (await client.session())["user"]["image"]
    eve = Client(client.base_url)
    await eve.sign_up("eve@example.com")
    await eve.api("/update-user", {"image": address})
    await eve.send("DELETE", "/api/avatar")
    assert len(files(app)) == 1


@pytest.mark.gen_test
async def test_nobody_uploads_nothing(client: Client) -> None:
    assert (await upload(client, picture())).status == 401


@pytest.mark.gen_test
async def test_another_site_cannot_upload(client: Client) -> None:  # S31
    await client.sign_up()
    answer = await client.send(
        "POST", "/api/avatar", raw=picture(), headers={"Origin": "https://evil.example"}
    )
    assert answer.status == 403


@pytest.mark.parametrize("name", ["x.webp", "..%2f..%2fsecret", "a" * 32 + ".webp", "a" * 32 + ".png"])
@pytest.mark.gen_test
async def test_only_pictures_are_served(client: Client, name: str) -> None:
    assert (await client.send("GET", f"/avatars/{name}")).status == 404


@pytest.mark.environ(RATE_LIMIT_ENABLED="yes")
@pytest.mark.gen_test
async def test_uploads_have_a_limit_of_their_own(client: Client) -> None:  # S46
    await client.sign_up()
    assert [(await upload(client, b"no picture")).status for _ in range(10)] == [415] * 10
    refused = await upload(client, b"no picture")
    assert (refused.status, refused.json["code"]) == (429, "TOO_MANY_REQUESTS")
    assert (await client.session())["user"]["name"] == "Ada"


@pytest.mark.parametrize("side", [20000, 60000, 2**31 - 1])
@pytest.mark.gen_test
async def test_a_picture_that_only_says_how_large_it_is(client: Client, side: int) -> None:  # S46
    """It is too large, whatever more it would turn out to be."""
    said = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    head = struct.pack(">I", 13) + said + struct.pack(">I", zlib.crc32(said))
    body = (
        b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    )
    await client.sign_up()
    answer = await upload(client, body)
    assert (answer.status, answer.json["code"]) == (413, "IMAGE_TOO_LARGE")
