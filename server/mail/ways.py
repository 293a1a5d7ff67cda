"""Which way the settings say to send, and as whom."""

from __future__ import annotations

from urllib.parse import urlsplit

from server.branding.settings import APP
from server.config.mail import Sender
from server.config.settings import Settings
from server.mail.outbox import Outbox
from server.mail.outgoing import Transport
from server.mail.providers import Resend, SendGrid
from server.mail.texts import TextOutbox, TextTransport, Webhook


def sender(settings: Settings) -> Sender:
    """MAIL_FROM, with APP_NAME where it says no name; without a way to send nobody at this host."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    name, given = settings.branding.name, settings.mail.sender
    if given is None:
        return Sender(name, f"no-reply@{host if ':' not in host else 'localhost'}")
    return given if given.name or name == APP else Sender(name, given.address)


def transport(settings: Settings) -> Transport:
    """The way to send; the outbox when none is set."""
    if settings.mail.smtp:
        from server.mail.smtp import Smtp

        return Smtp(settings.mail.smtp, sender(settings).domain)
    if settings.mail.resend_api_key:
        return Resend(settings.mail.resend_api_key, settings=settings.outgoing)
    if settings.mail.sendgrid_api_key:
        return SendGrid(settings.mail.sendgrid_api_key, settings=settings.outgoing)
    return Outbox(settings.data_dir / "outbox", show_links=not settings.production)


def text_transport(settings: Settings) -> TextTransport:
    """Where text messages go; the outbox where no webhook is set."""
    if settings.mail.sms_webhook_url:
        return Webhook(settings.mail.sms_webhook_url, settings.outgoing)
    return TextOutbox(settings.data_dir / "outbox", show=not settings.production)


def sends(settings: Settings) -> bool:
    """Whether mails leave this machine."""
    return bool(settings.mail.smtp or settings.mail.resend_api_key or settings.mail.sendgrid_api_key)
