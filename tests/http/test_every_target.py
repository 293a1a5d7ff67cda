"""Every member that a browser may be sent to, with addresses that lead away: none is taken. S34."""

from urllib.parse import urlencode

import pytest

from tests.client import PASSWORD, Client
from tests.sources import members

pytestmark = [pytest.mark.environ(PLUGINS="all"), pytest.mark.usefixtures("plugged")]
PERSON: dict[str, object] = {"name": "Ada", "email": "new@example.com", "password": PASSWORD}
# Where each class that has such members is read, and what else it needs: a body, or the query of a link.
READ: dict[str, tuple[str, dict[str, object]]] = {
    "SignUpEmailBody": ("/sign-up/email", PERSON),
    "SignInEmailBody": ("/sign-in/email", {"email": "ada@example.com", "password": PASSWORD}),
    "SignInUsernameBody": ("/sign-in/username", {"username": "ada", "password": PASSWORD}),
    "SignInMagicLinkBody": ("/sign-in/magic-link", {"email": "ada@example.com"}),
    "VerifyMagicLinkQuery": ("/magic-link/verify?", {"token": "x"}),
    "SocialSignInBody": ("/sign-in/social", {"provider": "github"}),
    "StartPopupQuery": ("/oauth-popup/start?", {"provider": "github", "popupOrigin": "{own}"}),
    "LinkSocialBody": ("/link-social", {"provider": "github"}),
    "OneTapBody": ("/one-tap/callback", {"idToken": "x"}),
    "SignOutBody": ("/sign-out", {}),
    "SendVerificationEmailBody": ("/send-verification-email", {"email": "ada@example.com"}),
    "ChangeEmailBody": ("/change-email", {"newEmail": "new@example.com"}),
    "RequestPasswordResetBody": ("/request-password-reset", {"email": "ada@example.com"}),
    "DeleteUserBody": ("/delete-user", {"password": PASSWORD}),
    "VerifyEmailQuery": ("/verify-email?", {"token": "x"}),
    "CallbackQuery": ("/reset-password/x?", {}),
    "DeleteCallbackQuery": ("/delete-user/callback?", {"token": "x"}),
}
AWAY = (
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/%5cevil.example", "/%2fevil.example",
    "https:evil.example", "https:///evil.example", "{own}@evil.example", "{own}.evil.example", "https://evil.example/{own}",
    "/\t/evil.example", "/\r\n/evil.example", "javascript:alert(1)", "data:text/html,x", "ftp://localhost/x", "evil.example",
    " https://evil.example", "https://evil.example#{own}", "HTTPS://EVIL.EXAMPLE", "https://evil。example", "//evil.example:443/",
)  # fmt: skip


TARGETS = sorted({(kind, key) for kind, key, target in members() if target})


def filled(client: Client, given: dict[str, object]) -> dict[str, str]:
    return {name: str(value).replace("{own}", client.base_url) for name, value in given.items()}


def test_each_is_read_somewhere() -> None:
    assert {kind for kind, _ in TARGETS} == set(READ)


@pytest.mark.parametrize(("kind", "member"), TARGETS)
@pytest.mark.gen_test
async def test_it_leads_nowhere_else(client: Client, kind: str, member: str) -> None:
    await client.sign_up()
    kept = dict(client.cookies)
    path, needed = READ[kind]
    for away in AWAY:
        client.cookies = dict(kept)
        given = filled(client, needed | {member: away})
        answer = await (
            client.api(path + urlencode(given)) if path.endswith("?") else client.api(path, given)
        )
        assert "Location" not in answer.headers, away
        if path.startswith("/oauth-popup"):  # whose page says so
            assert b'"code":"invalid_' in answer.body, away
            continue
        assert answer.status == 403, away
        assert answer.json["code"].startswith("INVALID_"), away
    client.cookies = kept
    assert await client.session() is not None


@pytest.mark.parametrize(("kind", "member"), TARGETS)
@pytest.mark.gen_test
async def test_a_path_of_ours_is_taken(client: Client, kind: str, member: str) -> None:
    await client.sign_up()
    path, needed = READ[kind]
    given = filled(client, needed | {member: "/settings?tab=1#top"})
    answer = await (client.api(path + urlencode(given)) if path.endswith("?") else client.api(path, given))
    assert answer.status != 403
