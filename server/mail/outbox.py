"""The outbox: each mail as a file, for development, and wherever no way to send is set."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

from server.mail.outgoing import NotNow, Outgoing, message

log = logging.getLogger(__name__)


class Folder:
    """Files that their owner alone can read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def write(self, name: str, content: bytes) -> Path:
        """One file, whole and on the disk from the moment it has its name."""
        try:
            await asyncio.to_thread(self._write, name, content)
        except OSError as error:
            raise NotNow(f"{self._folder} cannot be written ({error.strerror})") from error
        return self._folder / name

    def _write(self, name: str, content: bytes) -> None:
        """Leaves nothing where it fails; what a killed process left is written over by the next attempt."""
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _sync(self._folder.parent)
        unfinished = self._folder / f".{name}"
        try:
            with open(unfinished, "wb", opener=_for_the_owner) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(self._folder / name)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        _sync(self._folder)


class Outbox(Folder):
    """Writes DATA_DIR/outbox/*.eml, readable by their owner alone; `show_links` also logs each link."""

    def __init__(self, folder: Path, show_links: bool) -> None:
        super().__init__(folder)
        self._show_links = show_links
        self.words = f"{folder}/*.eml" + ("; their links in the log" if show_links else "; they reach nobody")

    async def send(self, mail: Outgoing) -> None:
        """One file a mail."""
        name = f"{mail.created_at:%Y%m%dT%H%M%S.%f}-{mail.id}.eml"
        path = await self.write(name, message(mail).as_bytes())
        if self._show_links:
            log.info("mail %r to %s is %s  %s", mail.subject, mail.to, path, mail.link)

    async def problem(self) -> None:
        """None: a folder is made when it is needed."""

    async def close(self) -> None:
        """Nothing is held."""


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    """Has the names in a folder written to the disk; Windows opens no folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
