"""A feature of a test's own, through every field, and what cannot be plugged together."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import pytest
import tornado.platform.asyncio
from tornado.httpserver import HTTPServer

from server.authentication.sign_in import Authentication, Challenge, SignedInObserver, Stage
from server.cli import build, nouns
from server.config.reader import Reader
from server.config.settings import Settings, load
from server.database import Transaction
from server.errors import SettingsError, StartError
from server.feature import Feature, assemble, plug, select
from server.http.api import ApiHandler
from server.http.app import Application
from server.http.app import http_server as make_server
from server.http.guards import public
from server.limits import Limit
from server.mail import Email, Mail
from server.model import Session, User
from server.oauth.arrival import Landing, Page
from server.services import Services
from tests.client import Client
from tests.conftest import STANDARD, Sql
from tests.promises import promised


@dataclass(frozen=True)
class Riddles:
    """What the feature under test reads from the environment."""

    asked_of: str


@dataclass
class Diary:
    """Its service: what it has heard."""

    lines: list[str] = field(default_factory=list)


class Riddle(ApiHandler):
    """GET /riddle."""

    @public
    async def get(self) -> None:
        """What was written down."""
        self.answer(self.services.of(Diary).lines)


def stage(services: Services) -> Stage:
    async def ask(tx: Transaction, proved: Authentication) -> Challenge | None:
        asked = proved.user.name == services.of(Riddles).asked_of and proved.method == "email"
        return Challenge({"riddle": True}, ("riddle=1; Path=/",)) if asked else None

    return ask


def observer(services: Services) -> SignedInObserver:
    async def observe(tx: Transaction, proved: Authentication, session: Session) -> None:
        services.of(Diary).lines.append(f"{proved.method} {session.user_id == proved.user.id}")
        await services.mailer.queue(tx, Mail("riddle", proved.user.email, {"answer": "x" * 99}))

    return observe


def landing(services: Services) -> Landing:
    pages = {
        "page": Page("<p>who?</p>", "default-src 'none'", ("riddle=2; Path=/",)),
        "cookie": Page(cookies=("riddle=3",)),
    }
    return lambda landed: pages.get(landed.state or "")


@asynccontextmanager
async def forget(services: Services, user: User) -> AsyncIterator[None]:
    yield
    services.of(Diary).lines.append(f"forgot {user.name}")
    raise RuntimeError("too late to change that")


@asynccontextmanager
async def run(services: Services) -> AsyncIterator[None]:
    services.of(Diary).lines.append("begun")
    yield
    services.of(Diary).lines.append("ended")


RIDDLE = Feature(
    name="riddle",
    optional=True,
    api=(("/riddle", Riddle),),
    settings=lambda read: Riddles(read.text("RIDDLE_NAME") or ""),
    make=(lambda services: Diary(),),
    stage=stage,
    observer=observer,
    landing=landing,
    limits=(Limit("/riddle", 2, seconds=10),),
    emails=(Email("riddle", members={"answer": 5}),),
    boot=lambda services: {"riddle": services.of(Riddles).asked_of},
    way=lambda services: services.of(Riddles).asked_of == "Sphinx",
    forget=forget,
    commands=lambda: (click.Command("riddle", callback=lambda: click.echo("what is it?")),),
    run=run,
)


@pytest.fixture
def app(io_loop: tornado.platform.asyncio.AsyncIOLoop, config: Settings, clean: None) -> Iterator[Services]:
    """The services with the feature plugged in."""

    async def make() -> Services:
        return assemble((*STANDARD, RIDDLE), config)

    services = io_loop.run_sync(make)
    yield services
    io_loop.run_sync(services.close)


@pytest.fixture
def http_server(
    io_loop: tornado.platform.asyncio.AsyncIOLoop, app: Services, _unused_port: tuple[Any, int]
) -> Iterator[HTTPServer]:
    server = make_server(Application(app, (RIDDLE, *STANDARD)))
    server.add_socket(_unused_port[0])
    yield server
    server.stop()
    io_loop.run_sync(server.close_all_connections, timeout=5)


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    """Settings of a folder in which nothing is set."""
    return load({}, tmp_path)


riddled = pytest.mark.environ(RIDDLE_NAME="Sphinx", RATE_LIMIT_ENABLED="yes")


@riddled
@pytest.mark.gen_test
async def test_a_stage_stands_before_the_session(client: Client, app: Services, sql: Sql) -> None:
    await client.sign_up(name="Sphinx")
    assert app.of(Diary).lines == ["sign-up True"]
    client.cookies.clear()
    answer = await client.sign_in()
    assert (answer.status, answer.json) == (200, {"riddle": True})
    assert answer.set_cookies == ["riddle=1; Path=/"]
    assert sql('SELECT count(*) FROM "session"') == [(1,)]
    assert app.of(Diary).lines == ["sign-up True"]


@riddled
@pytest.mark.gen_test
async def test_an_observer_is_told_in_the_same_transaction(client: Client, app: Services, sql: Sql) -> None:
    await client.sign_up()
    await client.sign_in()
    assert app.of(Diary).lines == ["sign-up True", "email True"]
    assert [mail.context["answer"] for mail in promised(sql, "riddle")] == ["xxxx…", "xxxx…"]


@riddled
@pytest.mark.gen_test
async def test_it_has_a_page_where_a_provider_sends_somebody_back_to(client: Client) -> None:
    places = [await client.api(f"/callback/github?code=c&state={state}") for state in ("page", "cookie", "x")]
    assert [(place.status, place.body) for place in places] == [(200, b"<p>who?</p>"), (302, b""), (302, b"")]
    assert places[0].headers["Content-Security-Policy"] == "default-src 'none'"
    assert [place.set_cookies for place in places] == [["riddle=2; Path=/"], ["riddle=3"], []]
    error = f"{client.base_url}/api/auth/error?error=state_mismatch"
    assert [place.headers["Location"] for place in places] == [error] * 3


@riddled
@pytest.mark.gen_test
async def test_its_limit_counts(client: Client) -> None:
    assert [(await client.api("/riddle")).status for _ in range(3)] == [200, 200, 429]


@riddled
@pytest.mark.gen_test
async def test_it_is_told_of_a_deleted_user_and_tells_the_pages(client: Client, app: Services) -> None:
    await client.sign_up()
    assert (await client.api("/delete-user", {})).status == 200  # whatever it does after that
    assert app.of(Diary).lines == ["sign-up True", "forgot Ada"]
    assert json.loads(app.boot)["ways"] == ["riddle"]
    assert b'"riddle": "Sphinx"' in (await client.send("GET", "/login")).body.replace(b"&#34;", b'"')


@riddled
@pytest.mark.gen_test
async def test_it_runs_while_the_server_does(app: Services, client: Client) -> None:
    async with app.running():
        assert app.of(Diary).lines == ["begun"]
    assert app.of(Diary).lines == ["begun", "ended"]


def test_its_command_is_a_noun() -> None:
    from click.testing import CliRunner

    assert CliRunner().invoke(build((*STANDARD, RIDDLE)), ["riddle"]).output == "what is it?\n"
    assert CliRunner().invoke(build(STANDARD), ["riddle"]).exit_code == 2


@pytest.mark.parametrize(
    "other",
    [
        Feature(name="riddle"),
        Feature(name="x", api=(("/riddle", Riddle),)),
        Feature(name="x", emails=(Email("riddle", seconds=1),)),
        Feature(name="x", limits=(Limit("/riddle", 3, seconds=10),)),
    ],
    ids=["name", "path", "mail", "limit"],
)
def test_two_cannot_have_the_same(plain: Settings, other: Feature) -> None:
    with pytest.raises(StartError, match=r"two features have the \w+ '/?riddle'"):
        plug((RIDDLE, other), plain)


def test_a_verb_goes_to_the_noun_of_another_and_leaves_it_as_it_was() -> None:
    from click.testing import CliRunner

    verb = click.Command("sing", callback=lambda: click.echo("la"))
    singing = Feature(name="singing", verbs=lambda: (("user", verb),))
    assert CliRunner().invoke(build((*STANDARD, singing)), ["user", "sing"]).output == "la\n"
    assert "list" in CliRunner().invoke(build((*STANDARD, singing)), ["user", "--help"]).output
    assert CliRunner().invoke(build(STANDARD), ["user", "sing"]).exit_code == 2
    with pytest.raises(StartError, match="two features have the command 'user sing'"):
        nouns((singing, Feature(name="other", verbs=lambda: (("user", verb),))))


def test_two_cannot_have_the_same_command() -> None:
    with pytest.raises(StartError, match="two features have the command 'riddle'"):
        nouns((RIDDLE, Feature(name="x", commands=RIDDLE.commands)))


def test_the_same_limit_may_be_asked_for_twice(plain: Settings) -> None:
    plug((RIDDLE, Feature(name="x", limits=RIDDLE.limits)), plain)


def test_features_are_switched_off_by_name() -> None:
    features = (Feature(name="core"), RIDDLE, Feature(name="other", optional=True))
    assert [each.name for each in select(features, (), ())] == ["core", "riddle", "other"]
    assert [each.name for each in select(features, ("riddle",), ())] == ["core", "other"]
    assert [each.name for each in select(features, ("all",), ())] == ["core"]
    for name in ("core", "ridle"):
        with pytest.raises(
            SettingsError, match=f"FEATURES_OFF names '{name}'; it takes riddle, other or all"
        ):
            select(features, (name,), ())


def test_plugins_are_switched_on_by_name() -> None:
    features = (
        Feature(name="core"),
        Feature(name="username", plugin=True),
        Feature(name="passkey", plugin=True, by_default=True),
    )
    for plugins, on in (
        ((), ["passkey"]),
        (("username",), ["username"]),
        (("none",), []),
        (("passkey",), ["passkey"]),
        (("passkey", "username"), ["username", "passkey"]),
        (("all",), ["username", "passkey"]),
    ):
        assert [each.name for each in select(features, (), plugins)] == ["core", *on]
    for name in ("core", "pass-key"):
        with pytest.raises(
            SettingsError, match=f"PLUGINS names '{name}'; it takes username, passkey or all or none"
        ):
            select(features, (), (name,))
    with pytest.raises(SettingsError, match="PLUGINS names none and 'passkey'"):
        select(features, (), ("none", "passkey"))


def test_settings_of_a_feature_stop_the_start(plain: Settings) -> None:
    def refuse(read: Reader) -> object:
        raise SettingsError("RIDDLE_NAME takes a name")

    with pytest.raises(SettingsError, match="RIDDLE_NAME takes a name"):
        plug((Feature(name="x", settings=refuse),), plain)
