"""Every address's mailbox: what the server under test has sent so far, as a mail program reads it."""

import email
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

from server.services import Services


@dataclass(frozen=True)
class Received:
    """One mail that arrived."""

    message: EmailMessage

    @property
    def to(self) -> str:
        """Whose it is."""
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        """What it says it is about."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The markup."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")

    @property
    def links(self) -> list[str]:
        """The addresses in the plain text, in order."""
        return re.findall(r"https?://[^\s\"<>]+", self.text)

    @property
    def link(self) -> str:
        """The address that the mail is about."""
        return self.links[0]

    @property
    def html_links(self) -> list[str]:
        """The addresses that the markup leads to."""
        finder = _Links()
        finder.feed(self.html)
        return finder.found


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps where an <a> leads."""
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def parse(content: bytes) -> Received:
    """A mail as it crosses the wire."""
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return Received(message)


class Mailbox:
    """Reads development's outbox. The worker does not run by itself in tests: looking is what makes it send."""

    def __init__(self, app: Services) -> None:
        self._app = app

    @property
    def folder(self) -> Path:
        """Where the outbox is."""
        return self._app.config.data_dir / "outbox"

    async def all(self) -> list[Received]:
        """Every mail so far, the oldest first."""
        await self._app.mailer.worker.deliver_due()
        return [parse(path.read_bytes()) for path in sorted(self.folder.glob("*.eml"))]

    async def of(self, address: str) -> list[Received]:
        """The mails to one address, the oldest first."""
        return [mail for mail in await self.all() if mail.to == address]

    async def last(self, address: str) -> Received:
        """The newest mail to one address, which must be there."""
        found = await self.of(address)
        assert found, f"no mail to {address}"
        return found[-1]

    def empty(self) -> None:
        """Throws away what has arrived."""
        for path in self.folder.glob("*.eml"):
            path.unlink()
