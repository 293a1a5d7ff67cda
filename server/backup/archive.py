"""The file: a zip of a manifest, of what pg_dump wrote, and of the shared files. Each part has a checksum."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from server.backup.errors import BackupError

DUMP, MANIFEST, SHARED = "database.dump", "manifest.json", "shared/"
FORMAT = 1
CHUNK = 1 << 18
_NAME = re.compile(r"shared/(?:[\w-][\w.-]*/)+[\w-][\w.-]*", re.ASCII)
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Manifest:
    """What is in it: `tables` of the `schema`, each with a count and a sum over its rows."""

    format: int
    version: str
    created: str
    postgres: int
    schema: str
    migrations: list[str]
    tables: dict[str, str]
    files: int

    @property
    def rows(self) -> int:
        return sum(int(told.partition(":")[0]) for told in self.tables.values())


def write(
    target: IO[bytes], dump: IO[bytes], describe: Callable[[int], Manifest], folder: Path, names: Sequence[str],
    progress: Progress,
) -> Manifest:  # fmt: skip
    """All of it, which `progress` is told the size of; nothing is compressed twice."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, strict_timestamps=False) as file:
        with file.open(DUMP, "w", force_zip64=True) as member:
            copy(dump, member, progress)
        manifest = describe(sum(_take(file, folder, name) for name in names))
        file.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2))
    return manifest


def _take(file: zipfile.ZipFile, folder: Path, name: str) -> int:
    """How many files there were below a shared folder; what is being written has another name, and one may go meanwhile."""
    taken = 0
    for path in sorted((folder / name).rglob("*")):
        inside = SHARED + path.relative_to(folder).as_posix()
        if path.suffix in (".part", ".change") or not _NAME.fullmatch(inside) or path.is_symlink():
            continue
        if path.is_file() and _add(file, path, inside):
            taken += 1
    return taken


def _add(file: zipfile.ZipFile, path: Path, inside: str) -> bool:
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return False
    with source, file.open(inside, "w", force_zip64=True) as member:
        copy(source, member)
    return True


def copy(source: IO[bytes], target: IO[bytes], progress: Progress | None = None) -> None:
    """To the end."""
    total = 0
    while chunk := source.read(CHUNK):
        target.write(chunk)
        total += len(chunk)
        if progress:
            progress(total)


class Archive:
    """A backup that is there, and whole."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.manifest = self._read()

    def _read(self) -> Manifest:
        found = json.loads(self._file.read(MANIFEST))
        if found["format"] != FORMAT:
            raise BackupError(
                f"the backup was made by AI-Editor {found['version']}, which is newer: upgrade, then restore"
            )
        return Manifest(**found)

    def dump(self) -> IO[bytes]:
        """What pg_dump wrote."""
        return self._file.open(DUMP)

    def files(self) -> list[str]:
        """The shared files, as paths below the shared folder."""
        names = [name for name in self._file.namelist() if name.startswith(SHARED)]
        if not all(_NAME.fullmatch(name) for name in names):
            raise BackupError("the backup has a file that belongs nowhere: AI-Editor did not write it")
        return [name.removeprefix(SHARED) for name in names]

    def file(self, name: str) -> IO[bytes]:
        """One of these."""
        return self._file.open(SHARED + name)


@contextmanager
def opened(path: Path | IO[bytes], whose: str) -> Iterator[Archive]:
    """The backup in this file, every byte of which has been looked at; raises BackupError."""
    with _read(whose), zipfile.ZipFile(path) as file:
        broken = file.testzip()
        if broken:
            raise BackupError(f"{whose} is damaged: {broken} in it is not what was written")
        archive = Archive(file)
        archive.dump().close()
        yield archive


def recognise(path: Path, whose: str) -> None:
    """Raises BackupError for what does not even look like a backup."""
    with _read(whose), zipfile.ZipFile(path) as file:
        Archive(file).dump().close()


@contextmanager
def _read(whose: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError(f"{error.filename or whose} cannot be read or written: {error.strerror}") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, NotImplementedError, EOFError) as error:
        raise BackupError(f"{whose} is no backup of AI-Editor's, or not the whole of one") from error
