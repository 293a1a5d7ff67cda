"""Files are there as a whole, under the digest of what is in them, or not at all."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from server.uploads import files
from tests.avatar.test_storage import no_room


@pytest.mark.gen_test
async def test_a_file_that_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    async with files.writing(folder) as part:
        for piece in (b"GI", b"F89a", b"x" * 100_000):
            await part.write(piece)
        await part.finish()
        assert [each.suffix for each in folder.iterdir()] == [".part"]
        await part.keep()
    whole = b"GIF89a" + b"x" * 100_000
    assert (part.head, part.size, part.digest) == (whole[:16], len(whole), hashlib.sha256(whole).hexdigest())
    assert [(each.name, each.read_bytes()) for each in folder.iterdir()] == [(part.digest, whole)]


@pytest.mark.parametrize("error", [RuntimeError, asyncio.CancelledError])
@pytest.mark.gen_test
async def test_a_file_that_is_not(tmp_path: Path, error: type[BaseException]) -> None:
    async def broken_off() -> None:
        async with files.writing(tmp_path) as part:
            await part.write(b"x")
            raise error

    with pytest.raises(error):
        await broken_off()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.gen_test
async def test_a_full_disk(tmp_path: Path) -> None:
    async def written() -> None:
        async with files.writing(tmp_path) as part:
            await part.write(b"x" * 100_000)
            await part.finish()

    with no_room(10_000):
        with pytest.raises(OSError, match="too large") as refused:
            await written()
        assert files.is_full(refused.value)
        with pytest.raises(OSError, match="too large"):
            files.write(tmp_path, "a", b"x" * 100_000)
    assert list(tmp_path.iterdir()) == []
