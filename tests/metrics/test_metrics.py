"""GET /metrics: what it counts, and who may look."""

import logging

import pytest

from server.database.hosts import Hosts
from server.mail import Mail
from server.services import Services
from tests.client import Client
from tests.mailbox import Mailbox
from tests.metrics.scraping import samples
from tests.raw import exchange, status

TOKEN = "a-token-for-the-scraper"


async def read(client: Client, **headers: str) -> dict[str, float]:
    """Every sample by its name and labels, as a scraper reads them."""
    answer = await client.send("GET", "/metrics", headers=headers)
    assert answer.status == 200
    return dict(samples(answer.body.decode()))


@pytest.mark.gen_test
async def test_requests_are_counted_by_endpoint(client: Client) -> None:
    await client.sign_up()
    await client.sign_in(password="wrong password")
    await client.sign_in()
    await client.send("GET", "/no/such/page")
    await client.send("GET", "/api/auth/no-such-endpoint")
    found = await read(client)
    assert found["ai_editor_http_requests_total{endpoint=SignInEmail,method=POST,status=200}"] == 1
    assert found["ai_editor_http_requests_total{endpoint=SignInEmail,method=POST,status=401}"] == 1
    assert found["ai_editor_http_requests_total{endpoint=UnknownEndpoint,method=GET,status=404}"] == 1
    for answered in (200, 401):
        labels = f"endpoint=SignInEmail,method=POST,status={answered}"
        assert found[f"ai_editor_http_request_seconds_count{{{labels}}}"] == 1
        labels = labels.replace("method", "le=+Inf,method")
        assert found[f"ai_editor_http_request_seconds_bucket{{{labels}}}"] == 1
    assert not any("no-such" in name or "/no/such" in name for name in found)


@pytest.mark.gen_test
async def test_what_people_do_is_counted(client: Client) -> None:
    before = await read(client)
    assert before["ai_editor_events_total{event=sign-in-failed}"] == 0
    await client.sign_up()
    await client.sign_in(password="wrong password")
    await client.sign_in()
    found = await read(client)
    assert found["ai_editor_events_total{event=sign-in}"] == 1
    assert found["ai_editor_events_total{event=sign-in-failed}"] == 1
    assert found["ai_editor_events_total{event=sign-up}"] == 1
    assert found["ai_editor_sessions_created_total"] == 2


@pytest.mark.gen_test
async def test_mails_and_their_queue(app: Services, client: Client, mailbox: Mailbox) -> None:
    await app.mailer.queue(app.db, Mail("password-changed", "ada@example.com", {}))
    await app.mailer.queue(app.db, Mail("password-changed", "not an address", {}))
    await app.mailer.queue_nothing(app.db)
    waiting = await read(client)
    assert waiting["ai_editor_mail_queue_length"] == 2
    await mailbox.all()
    found = await read(client)
    assert found["ai_editor_mail_queue_length"] == 0
    assert found["ai_editor_mails_total{result=queued,template=password-changed}"] == 2
    assert found["ai_editor_mails_total{result=sent,template=password-changed}"] == 1
    assert found["ai_editor_mails_total{result=given_up,template=password-changed}"] == 1
    assert not any("template=}" in name for name in found)


@pytest.mark.gen_test
async def test_the_state_of_the_process(client: Client) -> None:
    found = await read(client)
    assert [name for name in found if name.startswith("ai_editor_build_info{version=")]
    assert found["ai_editor_password_hashes_pending"] == 0
    assert found["ai_editor_database_connections_in_use"] == 0
    assert found["ai_editor_changes_heard"] == 1


@pytest.mark.gen_test
async def test_odd_methods_make_no_labels(client: Client) -> None:
    for method in ("BREW", "PROPFIND"):
        await client.send(method, "/health")
    found = await read(client)
    assert (
        sum(value for name, value in found.items() if "method=other" in name and "requests_total" in name)
        == 2
    )
    assert not any("BREW" in name for name in found)


@pytest.mark.gen_test
async def test_it_answers_while_the_database_is_away(
    app: Services, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await app.db.close()
    monkeypatch.setattr(app.db, "_hosts", Hosts("postgresql://127.0.0.1:1/none"))
    found = await read(client)
    assert found["ai_editor_mail_queue_length"] != found["ai_editor_mail_queue_length"]


@pytest.mark.gen_test
async def test_the_format_and_no_cache(client: Client) -> None:
    answer = await client.send("GET", "/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


ELSEWHERE = [
    {"X-Forwarded-For": "203.0.113.9"},
    {"X-Forwarded-For": "127.0.0.1, 203.0.113.9"},
    {"X-Forwarded-For": "203.0.113.9, 127.0.0.1"},
    {"X-Forwarded-For": "unknown"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Host": "localhost"},
    {"X-Forwarded-Proto": "http"},
    {"X-Forwarded-Server": "localhost"},
    {"X-Real-IP": "127.0.0.1"},
    {"X-Client-IP": "127.0.0.1"},
    {"True-Client-IP": "127.0.0.1"},
    {"CF-Connecting-IP": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
    {"Via": "1.1 localhost"},
    {"WL-Proxy-Client-IP": "127.0.0.1"},
    {"X-Originating-IP": "127.0.0.1"},
    {"X-Amzn-Trace-Id": "Root=1-67891233-abcdef012345678912345678"},
    {"X-Vercel-Id": "fra1"},
    {"CloudFront-Viewer-Address": "127.0.0.1:1"},
    {"X_Forwarded_For": "127.0.0.1"},
    {"Host": "app.example.com"},
    {"Host": "localhost.evil.example"},
]


async def check_this_machine_alone(client: Client) -> None:
    assert (await client.send("GET", "/metrics")).status == 200
    assert (await client.send("GET", "/metrics", headers={"Host": "[::1]:8080"})).status == 200
    for headers in ELSEWHERE:
        answer = await client.send("GET", "/metrics", headers=headers)
        assert (answer.status, answer.body) == (404, b"Not found\n"), headers


@pytest.mark.gen_test
async def test_this_machine_alone(client: Client) -> None:  # S45
    await check_this_machine_alone(client)


@pytest.mark.gen_test
async def test_who_takes_us_for_a_proxy_sees_nothing(client: Client) -> None:  # S45
    head = b"GET http://evil.example/metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert status(await exchange(client.base_url, head)) == 404


@pytest.mark.environ(TRUSTED_PROXIES="127.0.0.1")
@pytest.mark.gen_test
async def test_this_machine_alone_behind_a_proxy(client: Client) -> None:  # S45
    await check_this_machine_alone(client)


@pytest.mark.environ(APP_ENV="production")
@pytest.mark.gen_test
async def test_in_production_the_token_alone_opens_it(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:  # S45
    """The plainest proxy on this machine says nothing of itself."""
    with caplog.at_level(logging.INFO, "ai_editor.refused"):
        for _ in range(3):
            answer = await client.send("GET", "/metrics")
            assert (answer.status, answer.body) == (404, b"Not found\n")
    said = [record.getMessage() for record in caplog.records if record.name == "ai_editor.refused"]
    assert len(said) == 1
    assert "METRICS_TOKEN" in said[0]


@pytest.mark.environ(METRICS_TOKEN=TOKEN, APP_ENV="production")
@pytest.mark.gen_test
async def test_a_token_opens_it_from_anywhere_and_nothing_else_does(client: Client) -> None:  # S45
    assert (await read(client, Authorization=f"Bearer {TOKEN}", Host="app.example.com"))[
        "ai_editor_mail_queue_length"
    ] == 0
    wrong = [
        "",
        TOKEN,
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        f"bearer  {TOKEN}",
        "Bearer é",
    ]
    for given in wrong:
        assert (await client.send("GET", "/metrics", headers={"Authorization": given})).status == 404


@pytest.mark.gen_test
async def test_only_reading(client: Client) -> None:
    assert (await client.send("POST", "/metrics", body={})).status == 405
