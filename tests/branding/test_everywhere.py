"""Where else a name is said to people: to authenticators, password managers and programs, in text messages and senders."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from server.config.mail import Sender
from server.config.settings import load
from server.mail.ways import sender
from server.services import Services
from tests.client import PASSWORD, Client

NAME = "Äcme: Söhne"
PLUGINS = "two-factor,passkey,phone-number"
own = pytest.mark.environ(APP_NAME=NAME, PLUGINS=PLUGINS, PASSWORD_CHECK="common")


@own
@pytest.mark.usefixtures("plugged")
@pytest.mark.gen_test
async def test_authenticators_and_passkeys(client: Client) -> None:
    await client.sign_up()
    uri = (await client.api("/two-factor/enable", {"password": PASSWORD})).json["totpURI"]
    assert parse_qs(urlsplit(uri).query)["issuer"] == ["Äcme  Söhne"]
    asked = (await client.api("/passkey/generate-register-options")).json
    assert asked["rp"] == {"name": NAME, "id": "localhost"}


@own
@pytest.mark.usefixtures("plugged")
@pytest.mark.gen_test
async def test_text_messages(client: Client, app: Services) -> None:
    await client.api("/phone-number/send-otp", {"phoneNumber": "+4930123456"})
    await app.mailer.worker.deliver_due()
    (message,) = (app.config.data_dir / "outbox").glob("*.txt")
    assert f"is your code for {NAME}." in message.read_text()


@own
@pytest.mark.usefixtures("plugged")
@pytest.mark.gen_test
async def test_it_makes_no_password(client: Client) -> None:
    for password, status in (("Söhne-Äcme1", 400), ("AI-Editor 25", 200)):
        body = {"name": "Ada", "email": "ada@example.com", "password": password}
        assert (await client.api("/sign-up/email", body)).status == status


@own
@pytest.mark.feature("open-api")
@pytest.mark.gen_test
async def test_the_description_of_the_api(client: Client) -> None:
    assert (await client.api("/open-api/generate-schema")).json["info"]["title"] == NAME
    assert f"<h1>{NAME} API reference</h1>" in (await client.api("/reference")).body.decode()


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, Sender("AI-Editor", "no-reply@localhost")),
        ({"APP_NAME": NAME}, Sender(NAME, "no-reply@localhost")),
        ({"MAIL_FROM": "a@b.example"}, Sender("", "a@b.example")),
        ({"MAIL_FROM": "a@b.example", "APP_NAME": NAME}, Sender(NAME, "a@b.example")),
        ({"MAIL_FROM": "Billing <a@b.example>", "APP_NAME": NAME}, Sender("Billing", "a@b.example")),
    ],
)
def test_senders(tmp_path: Path, variables: dict[str, str], found: Sender) -> None:
    assert sender(load(variables, tmp_path)) == found
    assert found.header().addr_spec == found.address
