"""The outbox: each mail as a file, for development, and wherever no way to send is set."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from server.mail.outgoing import NotNow, Outgoing, message

log = logging.getLogger(__name__)


class Outbox:
    """Writes DATA_DIR/outbox/*.eml, readable by their owner alone; `show_links` also logs each link."""

    def __init__(self, folder: Path, show_links: bool) -> None:
        self._folder, self._show_links = folder, show_links
        self.words = f"{folder}/*.eml" + ("; their links in the log" if show_links else "; they reach nobody")

    async def send(self, mail: Outgoing) -> None:
        """One file, whole from the moment it has its name."""
        name = f"{mail.created_at:%Y%m%dT%H%M%S.%f}-{mail.id}.eml"
        content = message(mail).as_bytes()
        try:
            await asyncio.to_thread(self._write, name, content)
        except OSError as error:
            raise NotNow(f"{self._folder} cannot be written ({error.strerror})") from error
        if self._show_links:
            log.info("mail %r to %s is %s  %s", mail.subject, mail.to, self._folder / name, mail.link)

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self._folder / f".{name}"
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(content)
        unfinished.rename(self._folder / name)

    async def problem(self) -> None:
        """None: a folder is made when it is needed."""

    async def close(self) -> None:
        """Nothing is held."""
