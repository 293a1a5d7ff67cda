"""Other origins: let in by name, with credentials, or told nothing. S32."""

import pytest

from tests.client import Answer, Client

APP = "https://app.example.com"
TRUSTED = pytest.mark.environ(BETTER_AUTH_TRUSTED_ORIGINS=f"{APP}, https://*.example.org")


async def asked_from(client: Client, origin: str, path: str = "/get-session") -> Answer:
    return await client.api(path, headers={"Origin": origin})


def allowed(answer: Answer) -> str | None:
    return answer.headers.get("Access-Control-Allow-Origin")


@TRUSTED
@pytest.mark.parametrize("origin", [APP, "https://a.example.org"])
@pytest.mark.gen_test
async def test_a_trusted_origin_is_named_back(client: Client, origin: str) -> None:
    answer = await asked_from(client, origin)
    assert allowed(answer) == origin
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert "X-Retry-After" in answer.headers["Access-Control-Expose-Headers"]


@TRUSTED
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.com",
        "http://app.example.com",
        "https://app.example.com.evil.com",
        "https://evil-app.example.com",
        "https://app.example.com:8443",
        "https://example.org",
        "https://a.example.org.evil.com",
        "https://evil.com/a.example.org",
        "https://a.example.org@evil.com",
        "null",
        "*",
        "",
    ],
)
@pytest.mark.gen_test
async def test_others_are_told_nothing(client: Client, origin: str) -> None:
    answer = await asked_from(client, origin)
    assert answer.status == 200
    assert not [name for name in answer.headers if name.startswith("Access-Control-")]


@TRUSTED
@pytest.mark.parametrize("origin", [APP, "https://evil.com", ""])
@pytest.mark.parametrize("path", ["/get-session", "/nothing", "/list-sessions"])
@pytest.mark.gen_test
async def test_caches_keep_answers_to_origins_apart(client: Client, origin: str, path: str) -> None:
    assert "Origin" in (await asked_from(client, origin, path)).headers.get("Vary", "").split(", ")


@TRUSTED
@pytest.mark.parametrize("path", ["/nothing", "/list-sessions"])
@pytest.mark.gen_test
async def test_refusals_can_be_read_as_well(client: Client, path: str) -> None:
    answer = await asked_from(client, APP, path)
    assert answer.status >= 400
    assert allowed(answer) == APP


async def preflight(client: Client, origin: str, path: str = "/api/auth/sign-in/email") -> Answer:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    return await client.send("OPTIONS", path, headers=headers)


@TRUSTED
@pytest.mark.gen_test
async def test_a_preflight_of_a_trusted_origin(client: Client) -> None:
    answer = await preflight(client, APP)
    assert (answer.status, answer.body) == (204, b"")
    assert allowed(answer) == APP
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "content-type" in answer.headers["Access-Control-Allow-Headers"].lower()
    assert "Origin" in answer.headers["Vary"]


@TRUSTED
@pytest.mark.gen_test
async def test_a_preflight_of_another_is_not_found(client: Client) -> None:
    answer = await preflight(client, "https://evil.com")
    assert (answer.status, answer.body, allowed(answer)) == (404, b"", None)


@TRUSTED
@pytest.mark.parametrize("path", ["/", "/settings/profile", "/health", "/health/ready"])
@pytest.mark.gen_test
async def test_only_the_api_is_open_to_other_origins(client: Client, path: str) -> None:
    answer = await client.send("GET", path, headers={"Origin": APP})
    assert allowed(answer) is None
    assert allowed(await preflight(client, APP, path)) is None


@TRUSTED
@pytest.mark.gen_test
async def test_a_person_signs_in_from_a_trusted_origin(client: Client) -> None:
    await client.sign_up()
    answer = await client.api(
        "/sign-in/email",
        {"email": "ada@example.com", "password": "correct horse battery staple"},
        headers={"Origin": APP},
    )
    assert (answer.status, allowed(answer)) == (200, APP)
