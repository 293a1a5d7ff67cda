"""better-auth with its plugins, and with fields that its users add to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.compat.caller import MISSING, PASSWORD, Caller
from tests.compat.databases import Databases
from tests.compat.options import ADDRESS_OF_NUMBER, SENT, Options
from tests.compat.servers import Reference, read_mail

PHONE = {"phoneNumber": "+4930123456"}
# A plugin, its options, and a request whose answer is 404 without it.
PLUGINS: list[tuple[str, dict[str, Any], str, Any]] = [
    ("twoFactor", {}, "/two-factor/enable", {}),
    ("username", {}, "/is-username-available", {"username": "ada"}),
    ("magicLink", {"sendMagicLink": SENT}, "/sign-in/magic-link", {}),
    ("emailOTP", {"sendVerificationOTP": SENT}, "/sign-in/email-otp", {}),
    ("anonymous", {}, "/sign-in/anonymous", {}),
    ("admin", {}, "/admin/has-permission", {}),
    ("organization", {"teams": {"enabled": True}}, "/organization/create", {}),
    ("jwt", {}, "/jwks", MISSING),
    ("multiSession", {}, "/multi-session/list-device-sessions", MISSING),
    ("oneTimeToken", {}, "/one-time-token/generate", MISSING),
    ("phoneNumber", {"sendOTP": SENT}, "/phone-number/send-otp", PHONE),
    ("deviceAuthorization", {}, "/device/code", {}),
    ("openAPI", {}, "/open-api/generate-schema", MISSING),
    ("passkey", {}, "/passkey/generate-authenticate-options", MISSING),
    ("apiKey", {}, "/api-key/list", MISSING),
]
SETS = {name: Options(name, plugins={name: options}) for name, options, _, _ in PLUGINS}
PHONES = {"sendOTP": SENT, "signUpOnVerification": {"getTempEmail": ADDRESS_OF_NUMBER}}
MORE = (
    Options("every-phone", plugins={"bearer": {}, "lastLoginMethod": {}, "phoneNumber": PHONES}),
    Options(
        "fields",
        user_fields={"nickname": {"type": "string", "required": False}},
        session_fields={"theme": {"type": "string", "defaultValue": "dark", "input": False}},
    ),
)
SETS |= {options.name: options for options in MORE}


@pytest.fixture(scope="module")
def plugins(compat_databases: Databases) -> Iterator[Reference]:
    """better-auth once with every plugin of PLUGINS, and with MORE."""
    for options in SETS.values():
        compat_databases.create(options.database("plugged"))
    reference = Reference(compat_databases, "plugged", SETS.values(), migrate=True, production=True)
    yield reference
    reference.stop()


def caller(plugins: Reference, name: str) -> Caller:
    return Caller(plugins.apps[name], SETS[name], name)


@pytest.mark.parametrize(("name", "path", "body"), [(name, path, body) for name, _, path, body in PLUGINS])
def test_better_auth_takes_the_plugin(plugins: Reference, name: str, path: str, body: Any) -> None:
    method = "GET" if body is MISSING else "POST"
    other = "jwt" if name != "jwt" else "username"
    assert caller(plugins, name).send(method, path, body).status not in (404, 500)
    assert caller(plugins, other).send(method, path, body).status == 404


def test_a_plugin_without_endpoints(plugins: Reference) -> None:
    """`bearer` takes the token from a header, and several plugins go together."""
    person = caller(plugins, "every-phone")
    signed_up = person.sign_up()
    token = json.loads(signed_up.body)["token"]
    person.jar.clear()
    person.post("/sign-in/email", {"email": person.email, "password": PASSWORD})
    assert person.jar["better-auth.last_used_login_method"] == "email"
    bearer = {"Authorization": f"Bearer {token}"}
    assert json.loads(person.get("/get-session", cookie=None, headers=bearer).body)["user"]["email"]


def test_a_link_is_followed(plugins: Reference) -> None:
    person = caller(plugins, "magicLink")
    assert person.post("/sign-in/magic-link", {"email": person.email}).status == 200
    mail = person.mail(wait=5)
    assert mail is not None
    assert mail.kind == "magicLink.sendMagicLink"
    assert person.get(mail.url.partition("/api/auth")[2]).status == 302
    assert json.loads(person.get("/get-session").body)["user"]["email"] == person.email


def test_a_code_is_followed(plugins: Reference) -> None:
    person = caller(plugins, "every-phone")
    assert person.post("/phone-number/send-otp", PHONE).status == 200
    mail = person.mail(PHONE["phoneNumber"], wait=5)
    assert mail is not None
    said = person.post("/phone-number/verify", PHONE | {"code": mail.code})
    assert json.loads(said.body)["user"]["email"] == "4930123456@phone.example.com"


def test_a_code_in_a_mail_of_ours_stands_alone_on_its_line(tmp_path: Path) -> None:
    message = EmailMessage()
    message["To"] = "ada@example.com"
    message.set_content("Hello, it is 1815 now.\n\nYour code:\n\n  123456\n\nGood for 5 minutes.\n")
    (tmp_path / "mail.eml").write_bytes(message.as_bytes())
    mail = read_mail(tmp_path / "mail.eml")
    assert (mail.to, mail.url, mail.code) == ("ada@example.com", "", "123456")


def test_fields_of_the_user_and_the_session(plugins: Reference) -> None:
    person = caller(plugins, "fields")
    body = {"name": "Ada", "email": person.email, "password": PASSWORD, "nickname": "Countess"}
    assert json.loads(person.post("/sign-up/email", body).body)["user"]["nickname"] == "Countess"
    assert json.loads(person.get("/get-session").body)["session"]["theme"] == "dark"
    assert [row["nickname"] for row in person.sql('SELECT "nickname" FROM "user"')] == ["Countess"]


def test_a_set_with_tables_of_its_own_has_a_database_of_its_own() -> None:
    plain = Options("plain")
    assert plain.database("ours") == "ours"
    for changed in (
        replace(plain, plugins={"jwt": {}}),
        SETS["fields"],
        replace(SETS["fields"], user_fields={}),
    ):
        assert changed.database("ours") == f"ours-{changed.name}"
