"""The variables of mail: what they take, and the one line that stops the start."""

from pathlib import Path

import pytest

from handlers import FEATURES
from server.config import settings
from server.config.mail import Sender, SmtpServer
from server.config.settings import Settings
from server.errors import SettingsError
from server.feature import plug
from server.mail.outbox import Outbox
from server.mail.providers import Resend, SendGrid
from server.mail.smtp import Smtp
from server.mail.ways import sender, transport

FROM = "AI-Editor <no-reply@example.com>"


def load(**environ: str) -> Settings:
    return settings.load({"APP_ENV": "development", **environ}, Path("/nonexistent"))


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", SmtpServer("mail.example.com", 587, False)),
        ("smtp://mail.example.com:25/", SmtpServer("mail.example.com", 25, False)),
        ("smtps://mail.example.com", SmtpServer("mail.example.com", 465, True)),
        (
            "SMTP://user:pass@Mail.Example.com:2525",
            SmtpServer("mail.example.com", 2525, False, "user", "pass"),
        ),
        ("smtp://a%40b:p%2F%3A%40%23@localhost", SmtpServer("localhost", 587, False, "a@b", "p/:@#")),
        ("smtp://[::1]:1025", SmtpServer("::1", 1025, False)),
    ],
)
def test_smtp_addresses(url: str, server: SmtpServer) -> None:
    assert load(SMTP_URL=url, MAIL_FROM=FROM).mail.smtp == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "mail.example.com:587",
        "http://mail.example.com",
        "smtp://",
        "smtp://:587",
        "smtp://host:port",
        "smtp://host:0",
        "smtp://host:70000",
        "smtp://user@host",
        "smtp://:hunter2@host",
        "smtp://user:hunter2@host/inbox",
        "smtp://user:hun/ter2@host",
        "smtp://user:hun#ter2@host",
        "smtp://host?starttls=1",
        "smtp://a host",
        "smtp://[::1",
    ],
)
def test_a_wrong_smtp_address_is_named_and_not_shown(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(SMTP_URL=url, MAIL_FROM=FROM)
    said = str(caught.value)
    assert said.startswith("SMTP_URL ")
    assert "smtp://user:password@mail.example.com:587" in said
    assert "hun" not in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no-reply@example.com", Sender("", "no-reply@example.com")),
        (FROM, Sender("AI-Editor", "no-reply@example.com")),
        ('"Editor, AI" <a@b.example>', Sender("Editor, AI", "a@b.example")),
        ("Éditeur <a@b.example>", Sender("Éditeur", "a@b.example")),
    ],
)
def test_senders(text: str, found: Sender) -> None:
    assert load(MAIL_FROM=text).mail.sender == found


@pytest.mark.parametrize(
    "text",
    [
        "nobody",
        "a@b, c@d",
        "Editor, AI <a@b.example>",
        "a@",
        "@b",
        "<>",
        "a b@c",
        "x <a@b> y",
        "ä@b.example",
    ],
)
def test_a_wrong_sender(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^MAIL_FROM is .*; it takes one address such as"):
        load(MAIL_FROM=text)


@pytest.mark.parametrize("name", ["SMTP_URL", "RESEND_API_KEY", "SENDGRID_API_KEY"])
def test_each_way_needs_a_sender(name: str) -> None:
    value = "smtp://mail.example.com" if name == "SMTP_URL" else "key"
    with pytest.raises(SettingsError, match=rf"^MAIL_FROM is missing and {name} needs it"):
        load(**{name: value})


def test_one_way_at_most() -> None:
    with pytest.raises(SettingsError, match=r"^SMTP_URL and SENDGRID_API_KEY are set; .* keep one"):
        load(SMTP_URL="smtp://mail.example.com", SENDGRID_API_KEY="key", MAIL_FROM=FROM)


@pytest.mark.parametrize("token", ["short", "with a space in the middle", "käse-käse-käse-käse"])
def test_a_token_for_metrics_is_long_and_fits_a_header(token: str) -> None:
    with pytest.raises(SettingsError, match=r"^METRICS_TOKEN takes"):
        plug(FEATURES, load(METRICS_TOKEN=token))


@pytest.mark.gen_test
async def test_the_way_that_is_set() -> None:
    smtp = load(SMTP_URL="smtp://mail.example.com", MAIL_FROM=FROM)
    assert isinstance(transport(smtp), Smtp)
    for name, kind in (("RESEND_API_KEY", Resend), ("SENDGRID_API_KEY", SendGrid)):
        way = transport(load(**{name: "key", "MAIL_FROM": FROM}))
        assert isinstance(way, kind)
        await way.close()
    assert isinstance(transport(load()), Outbox)
    assert sender(smtp) == Sender("AI-Editor", "no-reply@example.com")
    assert sender(load(BETTER_AUTH_URL="https://app.example.com", APP_ENV="development")).address == (
        "no-reply@app.example.com"
    )


def test_the_password_is_not_shown_with_the_settings() -> None:
    found = load(SMTP_URL="smtp://user:hunter2@mail.example.com", MAIL_FROM=FROM)
    assert "hunter2" not in repr(found.mail.smtp)
