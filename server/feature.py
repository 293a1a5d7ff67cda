"""What a feature may add: one value, collected in handlers/__init__.py; `plug` brings them together."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from tornado.web import RequestHandler

from server.authentication.credentials import Apps, Beside, Credential, Gate
from server.authentication.profiles import Reviser
from server.authentication.sign_in import SignedInObserver, Stage
from server.config.reader import Reader
from server.config.settings import Settings
from server.database import Database
from server.errors import SettingsError, StartError
from server.limits import Limit
from server.mail import Email
from server.model import Column, Columns, Json, User
from server.oauth.arrival import Landing
from server.oauth.registry import Source
from server.protocol.schemas import Schema
from server.services import Parts, Services

if TYPE_CHECKING:
    import click

Routes = tuple[tuple[str, type[RequestHandler]], ...]


class Finding(Struct, frozen=True):
    """What a check has found: a sentence, and where something is to be done, another on what."""

    level: Literal["ok", "note", "warning", "failure"]
    words: str
    advice: str = ""

    @property
    def bad(self) -> bool:
        """Whether somebody has to do something."""
        return self.level in ("warning", "failure")


class Check(Struct, frozen=True):
    """Something that `ai-editor doctor` looks at, and changes nothing in.

    `rows`: it is about what is in the database, so that `db backup` asks it of what came back from a backup, too.
    """

    name: str
    run: Callable[[Settings, Database], Awaitable[Finding]]
    rows: bool = False


class Feature(Struct, frozen=True):
    """`api`: paths below /api/auth; `site`: paths of the origin; both are regular expressions, matched whole.

    `check` runs before the server starts, and raises StartError for what is missing. `settings` reads the feature's own
    frozen dataclass, `make` its own services, each made once: `services.of(ItsType)`. A `stage` is asked before each
    session, an `observer` told of it in its transaction; `challenge` says, by what a sign-in is called, what the stage may
    answer in a session's place, as JSON Schema. `columns` are added to user and session, which the settings
    may name; a `reviser` sees what is said of a user before sign-up and update-user read it; `providers` are whom people sign in
    at, a `landing` may have a page for a browser that comes back from there in place of sending it on. A `credential` says
    who asks in place of the cookie; `beside` has the header lines that go with a session's cookie where the API writes it.
    A `gate` asks for a header before anything else of its paths, `apps` has what programs need that are no browsers; `sources` are whom the pages may load from besides their
    own origin, by the directives of the policy. `boot` is what the shell tells its pages, `way` whether people may come in
    by it beside the password or a name of its own, so that the pages for it show its `…Way.vue` or `…Field.vue`, `forget`
    goes around a user's deletion, `commands` loads nouns of `ai-editor`, `verbs` what goes to
    nouns of others, both only once a command is asked for, `run` goes on while the server does. `doctor` is what
    `ai-editor doctor` looks at, `shared` are its folders below SHARED_DIR, which a backup takes along.
    An `optional` feature can be named in FEATURES_OFF: what it adds is not there then. What is a `plugin` of better-auth's
    has its id for a name, and is there where PLUGINS names it; `by_default` also where PLUGINS is not set.
    """

    name: str
    optional: bool = False
    plugin: bool = False
    by_default: bool = False
    api: Routes = ()
    site: Routes = ()
    check: Callable[[Settings], None] | None = None
    settings: Callable[[Reader], object] | None = None
    make: tuple[Callable[[Services], object], ...] = ()
    stage: Callable[[Services], Stage] | None = None
    observer: Callable[[Services], SignedInObserver] | None = None
    challenge: Callable[[Services, str], Schema | None] | None = None
    columns: tuple[Column, ...] | Callable[[Reader], tuple[Column, ...]] = ()
    reviser: Callable[[Services], Reviser] | None = None
    providers: Callable[[Services], Source] | None = None
    landing: Callable[[Services], Landing] | None = None
    credential: Callable[[Services], Credential] | None = None
    beside: Callable[[Services], Beside] | None = None
    gate: Callable[[Services], Gate | None] | None = None
    apps: Callable[[Services], Apps] | None = None
    sources: Callable[[Services], Mapping[str, str]] | None = None
    limits: tuple[Limit, ...] = ()
    emails: tuple[Email, ...] = ()
    boot: Callable[[Services], Json] | None = None
    way: Callable[[Services], bool] | None = None
    forget: Callable[[Services, User], AbstractAsyncContextManager[None]] | None = None
    commands: Callable[[], tuple[click.Command, ...]] | None = None
    verbs: Callable[[], tuple[tuple[str, click.Command], ...]] | None = None
    run: Callable[[Services], AbstractAsyncContextManager[None]] | None = None
    doctor: tuple[Check, ...] = ()
    shared: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """The name of its folders, in handlers, tests and the browser's half."""
        return self.name.replace("-", "_")


def select(features: Iterable[Feature], off: Sequence[str], plugins: Sequence[str]) -> tuple[Feature, ...]:
    """The features that are on; raises SettingsError for a name in FEATURES_OFF or PLUGINS that is none of theirs."""
    collected = tuple(features)
    _refuse_unknown("FEATURES_OFF", off, [each.name for each in collected if each.optional], ("all",))
    _refuse_unknown("PLUGINS", plugins, [each.name for each in collected if each.plugin], ("all", "none"))
    if "none" in plugins and len(plugins) > 1:
        raise SettingsError(f"PLUGINS names none and {next(name for name in plugins if name != 'none')!r}")
    without = {each.name for each in collected if each.optional and {each.name, "all"} & set(off)}
    named = set(plugins) or {each.name for each in collected if each.by_default}
    without |= {each.name for each in collected if each.plugin and not {each.name, "all"} & named}
    return tuple(each for each in collected if each.name not in without)


def idle_settings(
    features: Iterable[Feature], chosen: Iterable[Feature], settings: Settings
) -> Mapping[str, str]:
    """The names that only features read that are off: which one, and what has it on."""
    on = {each.name for each in chosen}
    idle: dict[str, str] = {}
    for each in features:
        if each.settings is None or each.name in on:
            continue
        reader = Reader(settings.reader.variables)
        with contextlib.suppress(SettingsError):
            each.settings(reader)
        why = "PLUGINS does not name" if each.plugin else "FEATURES_OFF names"
        idle |= dict.fromkeys(reader.asked - settings.reader.asked, f"{each.name}, which {why}")
    return idle


def _refuse_unknown(setting: str, given: Sequence[str], known: Sequence[str], also: Sequence[str]) -> None:
    unknown = next((name for name in given if name not in (*known, *also)), None)
    if unknown is not None:
        raise SettingsError(
            f"{setting} names {unknown!r}; it takes {', '.join(known)} or {' or '.join(also)}"
        )


def plug(features: Iterable[Feature], settings: Settings) -> Parts:
    """What these features add to the services; raises SettingsError, or StartError where two cannot both be."""
    collected = tuple(features)
    columns = [column for each in collected for column in columns_of(each, settings.reader)]
    _refuse_clashes(collected, columns)
    return Parts(
        names=tuple(each.folder for each in collected),
        settings=tuple(each.settings(settings.reader) for each in collected if each.settings),
        make=tuple(make for each in collected for make in each.make),
        stages=tuple(each.stage for each in collected if each.stage),
        observers=tuple(each.observer for each in collected if each.observer),
        columns=_by_table(columns),
        revisers=tuple(each.reviser for each in collected if each.reviser),
        providers=tuple(each.providers for each in collected if each.providers),
        landings=tuple(each.landing for each in collected if each.landing),
        credentials=tuple(each.credential for each in collected if each.credential),
        besides=tuple(each.beside for each in collected if each.beside),
        gates=tuple(each.gate for each in collected if each.gate),
        apps=tuple(each.apps for each in collected if each.apps),
        sources=tuple(each.sources for each in collected if each.sources),
        limits=tuple(limit for each in collected for limit in each.limits),
        emails=tuple(email for each in collected for email in each.emails),
        boot=tuple(each.boot for each in collected if each.boot),
        ways=tuple((each.folder, each.way) for each in collected if each.way),
        forget=tuple(each.forget for each in collected if each.forget),
        run=tuple(each.run for each in collected if each.run),
    )


def columns_of(feature: Feature, reader: Reader) -> tuple[Column, ...]:
    """The columns that it adds with these settings; raises SettingsError."""
    return feature.columns(reader) if callable(feature.columns) else feature.columns


def _by_table(columns: Sequence[Column]) -> Columns:
    return Columns(*(tuple(each for each in columns if each.table == table) for table in ("user", "session")))


def assemble(features: Iterable[Feature], settings: Settings, shared: int | None = None) -> Services:
    """The services with all that these features add."""
    return Services(settings, plug(features, settings), shared)


def _refuse_clashes(features: Sequence[Feature], columns: Sequence[Column]) -> None:
    """Of each name there is one; the same limit may be asked for twice."""
    names: dict[str, list[str]] = {
        "feature": [each.name for each in features],
        "path": [path for each in features for path, _ in (*each.api, *each.site)],
        "column": [f"{column.table}.{column.name}" for column in columns],
        "mail": [email.name for each in features for email in each.emails],
        "limit": [limit.path for limit in {limit for each in features for limit in each.limits}],
    }
    for what, found in names.items():
        refuse_twice(what, found)


def refuse_twice(what: str, names: Iterable[str]) -> None:
    """Raises StartError for a name that two features have."""
    for name, times in Counter(names).items():
        if times > 1:
            raise StartError(f"two features have the {what} {name!r}")
