"""A rendered mail, and what a way to send it has to do."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from server.config.mail import Sender

if TYPE_CHECKING:
    from email.message import EmailMessage

# No out-of-office note comes back (RFC 3834, and Exchange's own header).
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


class Outgoing(Struct, frozen=True):
    """A mail as it leaves; everything about it is the same at each attempt, so that a receiver can tell a repetition."""

    id: str
    template: str
    created_at: datetime
    sender: Sender
    to: str
    subject: str
    text: str
    html: str
    link: str


class Refused(Exception):
    """The receiving side will never take this mail."""


class NotNow(Exception):
    """It could not be handed over; later it may."""


class Transport(Protocol):
    """A way to send; `words` says where mails go."""

    words: str

    async def send(self, mail: Outgoing) -> None:
        """Hands the mail over; raises Refused or NotNow."""
        ...

    async def problem(self) -> str | None:
        """What is wrong with it now, in a few words, or None; asked once at the start."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...


def message(mail: Outgoing) -> EmailMessage:
    """The mail as MIME: plain text, and HTML as the better alternative. Headers refuse line breaks."""
    from email.errors import MessageError  # with the first mail
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.policy import SMTP

    built = EmailMessage(policy=SMTP)
    try:
        built["From"] = mail.sender.header()
        built["To"] = Address(addr_spec=mail.to)
        built["Subject"] = mail.subject
    except (ValueError, IndexError, MessageError) as error:
        raise Refused("the address cannot be written in a header") from error
    built["Date"] = mail.created_at
    built["Message-ID"] = f"<{mail.id}@{mail.sender.domain}>"
    for name, value in AUTOMATIC.items():
        built[name] = value
    built.set_content(mail.text)
    built.add_alternative(mail.html, subtype="html")
    return built
