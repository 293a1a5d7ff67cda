"""The settings of mail, read and checked: SMTP_URL, MAIL_FROM, and that at most one way to send is set."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

from server.config.hosts import is_host
from server.config.reader import Reader
from server.errors import SettingsError

if TYPE_CHECKING:
    from email.headerregistry import Address

WAYS = ("SMTP_URL", "RESEND_API_KEY", "SENDGRID_API_KEY")
LONGEST_USER = 64  # by RFC 5321
_ADDRESS = re.compile(r"[^\s@\"<>,;:\\]+@[^\s@\"<>,;:\\]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in; `tls` from the first byte (smtps), else STARTTLS where it is offered."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def loopback(self) -> bool:
        """Whether it is on this machine, so that nothing crosses a network."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"


class Sender(Struct, frozen=True):
    """Who the mails are from."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands behind the @."""
        return self.address.rpartition("@")[2]

    def header(self) -> Address:
        """As a From header takes it."""
        from email.headerregistry import Address  # with the first mail

        return Address(self.name, addr_spec=self.address)


@dataclass(frozen=True, slots=True)
class MailSettings:
    """At most one way to send, and who the mails are from."""

    smtp: SmtpServer | None
    sender: Sender | None
    resend_api_key: str | None = field(repr=False)
    sendgrid_api_key: str | None = field(repr=False)
    sms_webhook_url: str | None = field(repr=False, default=None)


def read(read: Reader) -> MailSettings:
    """SMTP_URL, MAIL_FROM, RESEND_API_KEY and SENDGRID_API_KEY."""
    found = MailSettings(
        read_smtp(read),
        read_sender(read),
        _key(read, "RESEND_API_KEY"),
        _key(read, "SENDGRID_API_KEY"),
        read_webhook(read),
    )
    _check_ways(read)
    return found


def _key(read: Reader, name: str) -> str | None:
    """What goes into a header."""
    key = read.text(name)
    if key is not None and not re.fullmatch(r"[!-~]{1,1000}", key):
        raise SettingsError(f"{name} takes the provider's key: ASCII without spaces")
    return key


def read_webhook(read: Reader) -> str | None:
    """SMS_WEBHOOK_URL; the error never shows the value, which may hold a key."""
    text = read.text("SMS_WEBHOOK_URL")
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.username or parts.fragment or not re.fullmatch(r"[!-~]{1,2000}", text):
        raise SettingsError(
            "SMS_WEBHOOK_URL cannot be used; it takes an address such as https://sms.example.com/send, without a"
            " user and a #"
        )
    return text


def _check_ways(read: Reader) -> None:
    """Refuses two ways to send at once, and one without a sender."""
    given = [name for name in WAYS if read.text(name)]
    if len(given) > 1:
        raise SettingsError(f"{' and '.join(given)} are set; mail is sent one way, so keep one of them")
    if given and not read.text("MAIL_FROM"):
        raise SettingsError(
            f"MAIL_FROM is missing and {given[0]} needs it; it takes an address such as"
            " AI-Editor <no-reply@example.com>"
        )


def read_smtp(read: Reader) -> SmtpServer | None:
    """SMTP_URL; the error never shows the value, which holds a password."""
    text = read.text("SMTP_URL")
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _bad_smtp("its port or host cannot be read") from None
    _check_smtp(parts)
    tls = parts.scheme == "smtps"
    return SmtpServer(
        parts.hostname or "",
        port or (465 if tls else 587),
        tls,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


def _check_smtp(parts: SplitResult) -> None:
    if parts.scheme not in ("smtp", "smtps"):
        raise _bad_smtp("it begins with something else")
    if not is_host(parts.hostname or "") or re.search(r"\s", parts.netloc):
        raise _bad_smtp("it names no host")
    if re.search(r"%(?![0-9a-fA-F]{2})", parts.netloc) or "\ufffd" in unquote(parts.netloc):
        raise _bad_smtp("a % in its user or password is followed by no character's number (% itself is %25)")
    if re.search(r"[\x00-\x1f\x7f]", unquote(parts.netloc)):
        raise _bad_smtp("its user or password holds a control character")
    if parts.port == 0:
        raise _bad_smtp("port 0 cannot be reached")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _bad_smtp("something follows the host (a / ? or # in the password is written %2F %3F %23)")
    if bool(parts.username) != bool(parts.password):
        raise _bad_smtp("a user goes with a password")


def _bad_smtp(reason: str) -> SettingsError:
    return SettingsError(
        f"SMTP_URL cannot be used, {reason}; it takes an address such as smtp://user:password@mail.example.com:587"
    )


def read_sender(read: Reader) -> Sender | None:
    """MAIL_FROM: `no-reply@example.com` or `AI-Editor <no-reply@example.com>`."""
    text = read.text("MAIL_FROM")
    if text is None:
        return None
    found = _parse(text) if text.isprintable() else None
    if found is None or not _ADDRESS.fullmatch(found.addr_spec) or not is_host(found.domain):
        raise SettingsError(
            f"MAIL_FROM is {text!r}; it takes one address such as AI-Editor <no-reply@example.com>"
        )
    return Sender(found.display_name, found.addr_spec)


def _parse(text: str) -> Address | None:
    """The address in a From header of one."""
    from email.errors import MessageError  # where MAIL_FROM is set: they cost a part of every start
    from email.policy import SMTP

    try:
        header = SMTP.header_factory("From", text)
    except (AttributeError, IndexError, ValueError, MessageError):  # what the parser makes of nonsense
        return None
    addresses: tuple[Address, ...] = getattr(header, "addresses", ())
    if len(addresses) != 1 or header.defects or any(group.display_name for group in header.groups):
        return None
    return addresses[0] if len(addresses[0].username) <= LONGEST_USER else None
