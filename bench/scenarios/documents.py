"""Documents: how soon a key is seen and saved, alone and in a crowd, and what documents cost."""

from __future__ import annotations

import asyncio
import http.client
import itertools
import random
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median
from typing import Any

from pycrdt import Doc, Text, XmlElement, XmlFragment

from bench import servers
from bench.figures import Bars, Pace, Section, Target, cpu_seconds, number
from bench.scenarios.memory import held
from bench.servers import API, PEERS, Contender, Running
from bench.stage import Stage
from bench.typing import Place, Times, Typist, crowd
from server.live.crdt import Copy

TEXT = (
    "Keys over real sockets, from the moment one is sent. Heard: by another person, in whatever frame it comes. Saved: the"
    " server says that PostgreSQL has committed it. The 50 and the 200 people run in the tool's one process on the same"
    " cores, which the times contain. Across processes: one types at one server, one listens at another, both on one"
    " database. y-websocket-server keeps nothing, so it says nothing of saved. The long history is typed by a program,"
    " with words deleted now and then; the 20 000 documents have 400 words each, of a vocabulary of 20 000."
)
DOCUMENT = """
    INSERT INTO "ai_editor_document" ("id", "ownerId", "title", "schema")
    SELECT %(id)s, "userId", %(id)s, 1 FROM "session" WHERE "token" = %(token)s;
    INSERT INTO "ai_editor_document_state" ("documentId", "snapshot") VALUES (%(id)s, %(state)s)
"""
EDITOR = """
    INSERT INTO "ai_editor_document_access" ("id", "documentId", "userId", "role")
    SELECT %(id)s, %(id)s, "userId", 'editor' FROM "session" WHERE "token" = %(token)s
"""
PEOPLE = """
    INSERT INTO "user" ("id", "name", "email", "emailVerified")
    SELECT 'typist' || n, 'Typist ' || n, 'typist' || n || '@example.com', true FROM generate_series(1, %(count)s) n;
    INSERT INTO "session" ("id", "token", "userId", "expiresAt", "updatedAt")
    SELECT 'typist' || n, 'typist' || n, 'typist' || n, now() + interval '7 days', now()
    FROM generate_series(1, %(count)s) n
"""
LIBRARY = """
    INSERT INTO "ai_editor_document" ("id", "ownerId", "title", "schema")
    SELECT 'library' || n, "userId", 'Report ' || n, 1 FROM "session", generate_series(1, %(count)s) n
    WHERE "token" = %(token)s;
    INSERT INTO "ai_editor_document_text" ("documentId", "text", "words")
    SELECT id, text, to_tsvector('simple', text) FROM (
        SELECT 'library' || n AS id, string_agg('word' || (random() * random() * 20000)::int, ' ') AS text
        FROM generate_series(1, %(count)s) n, generate_series(1, 400) GROUP BY n
    ) AS made;
    ANALYZE
"""
PEER = "y-websocket-server"
MANY, RATE = 50, 5


def measure(stage: Stage, pace: Pace) -> Section:
    """Question by question."""
    found = Found(stage, pace)
    for work in (found.typing, found.processes, found.memory, found.history, found.search, found.meanwhile):
        work()
    targets = [Target(*each) for each in found.targets]
    return Section("documents", "Documents", TEXT, ["what", "measured"], found.rows, targets, found.plots)


def websocket_server() -> Contender:
    """The WebSocket server of Yjs, on Node."""
    folder = PEERS / "yjs"
    program = folder / "node_modules/@y/websocket-server/src/server.js"
    return Contender(
        PEER, lambda _, port: (["node", program], {"HOST": "127.0.0.1", "PORT": str(port)}, folder)
    )


class Found:
    """What is measured, as rows and targets."""

    def __init__(self, stage: Stage, pace: Pace) -> None:
        self.stage, self.pace = stage, pace
        self.rows: list[list[str]] = []
        self.targets: list[tuple[str, str, str, bool | None]] = []
        self.crowd: dict[str, float] = {}
        self.busy: dict[str, float] = {}
        self.plots: list[Bars] = []

    def say(self, what: str, measured: str, wanted: str = "", met: bool | None = None) -> None:
        """A row, and a target where one was set."""
        self.rows.append([what, measured])
        if wanted:
            self.targets.append((what, wanted, measured, None if self.pace.quick else met))

    def document(self, state: bytes, token: str = "") -> str:
        """The id of a new one."""
        name = secrets.token_hex(8)
        self.stage.run(DOCUMENT, id=name, token=token or self.stage.ours.token, state=state)
        return name

    def place(self, server: Running, document: str, token: str = "") -> Place:
        """Somebody's place in it."""
        url = f"ws://127.0.0.1:{server.port}/api/documents/{document}/live?schema=1"
        cookie = self.stage.cookie(token or self.stage.ours.token)
        return Place(url, f"http://127.0.0.1:{server.port}", cookie)

    def typing(self) -> None:
        """One, then fifty, beside the peer."""
        seconds = max(2, self.pace.seconds)
        with servers.running(self.stage, servers.own("AI-Editor"), websocket_server()) as (ours, peer):
            quiet = self._type(ours, self._places(ours, 1), 20 * seconds, 0.05)[0]
            self._say_quiet(quiet)
            crowds: dict[str, list[tuple[Times, float]]] = {"AI-Editor": [], PEER: []}
            for server in (ours, peer) * self.pace.rounds:
                run = self._type(server, self._places(server, MANY), RATE * seconds, 1 / RATE)
                crowds[server.contender.name].append(run)
        for name, runs in crowds.items():
            self._say_crowd(name, runs)
        self._draw(quiet, crowds["AI-Editor"])

    def _say_quiet(self, quiet: Times) -> None:
        p50 = at(quiet.heard, 50)
        self.say("key → other person, quiet", f"p50 {number(p50)} ms", "p50 ≤ 10 ms", p50 <= 10)
        half, most = at(quiet.saved, 50), at(quiet.saved, 99)
        measured = f"p50 {number(half)}, p99 {number(most)} ms"
        self.say("key → saved", measured, "p50 ≤ 60, p99 ≤ 250 ms", half <= 60 and most <= 250)

    def _say_crowd(self, name: str, runs: list[tuple[Times, float]]) -> None:
        half, most = (median(at(times.heard, percent) for times, _ in runs) for percent in (50, 99))
        cpu = median(cpu for _, cpu in runs)
        self.crowd[name], self.busy[name] = most, 100 * cpu
        measured = f"p50 {number(half)}, p99 {number(most)} ms, {number(100 * cpu)} % of a core"
        what = f"{MANY} people × {RATE} keys/s on one document, {name}"
        ours = name != PEER
        self.say(what, measured, "p99 ≤ 80 ms, ≤ 30 % of a core" if ours else "", most <= 80 and cpu <= 0.3)
        if ours:
            saved = (median(at(times.saved, percent) for times, _ in runs) for percent in (50, 99))
            self.say("… key → saved", "p50 {}, p99 {} ms".format(*map(number, saved)))

    def _draw(self, quiet: Times, runs: list[tuple[Times, float]]) -> None:
        people = f"{MANY} people × {RATE} keys a second on one document"
        named = {"AI-Editor, one person": [quiet], f"AI-Editor, {MANY} people": [times for times, _ in runs]}
        saved = {
            f"{name}, p{percent}": median(at(each.saved, percent) for each in times)
            for name, times in named.items()
            for percent in (50, 99)
        }
        self.plots += [
            Bars(
                "documents-heard", f"{people}: from a key to another person", "milliseconds, p99", self.crowd
            ),
            Bars("documents-busy", f"{people}: the server's processor", "percent of a core", self.busy),
            Bars("documents-saved", "From a key to the word that it is saved", "milliseconds", saved),
        ]

    def _places(self, server: Running, count: int) -> list[Place]:
        if server.contender.name == PEER:
            return [Place(f"ws://127.0.0.1:{server.port}/{secrets.token_hex(4)}")] * count
        document = self.document(first_state())
        self.stage.run(EDITOR, id=document, token=self.stage.theirs.token)
        tokens = (self.stage.ours.token, self.stage.theirs.token)  # for one there are so many sockets
        return [self.place(server, document, tokens[each % 2]) for each in range(count)]

    def _type(self, server: Running, places: list[Place], keys: int, pause: float) -> tuple[Times, float]:
        before, began = cpu_seconds(server.process.pid), time.monotonic()
        times = asyncio.run(crowd(places, keys, pause, saved=server.contender.name != PEER))
        return times, (cpu_seconds(server.process.pid) - before) / (time.monotonic() - began)

    def processes(self) -> None:
        """One types here, one listens there."""
        with servers.running(self.stage, servers.own("one"), servers.own("other")) as (one, other):
            document = self.document(first_state())
            here, there = self.place(one, document), self.place(other, document)
            times = asyncio.run(crowd([here], 20 * max(2, self.pace.seconds), 0.05, there))
        half, most = at(times.heard, 50), at(times.heard, 99)
        measured = f"p50 {number(half)}, p99 {number(most)} ms"
        self.say("across two processes", measured, "p50 ≤ 30, p99 ≤ 120 ms", half <= 30 and most <= 120)

    def memory(self) -> None:
        """Large ones, further readers, many that are idle."""
        count = 100 if self.pace.quick else 2000
        self.stage.run(PEOPLE, count=count // 40 + 1)
        with servers.running(self.stage, servers.own("AI-Editor")) as (server,):
            asyncio.run(self._fill(server, count))
        self.stage.run("""DELETE FROM "user" WHERE "id" LIKE 'typist%%'""", count=0)

    async def _fill(self, server: Running, count: int) -> None:
        kept: list[Typist] = []
        await self._open(kept, server, [self.document(first_state())])
        steps = [memory_of(server)]
        large = [self.document(written(100_000)) for _ in range(10)]
        for documents in (
            large,
            large * 2,
            [self.document(first_state(), token_of(n)) for n in range(count)],
        ):
            await self._open(kept, server, documents)
            steps.append(memory_of(server))
        open_, reader, idle = (after - before for before, after in itertools.pairwise(steps))
        self.say("an open document of 100 kB", f"{number(open_ / 10)} MB", "≤ 0.5 MB", open_ / 10 <= 0.5)
        said = f"{number(1000 * reader / 20)} kB"
        self.say("each further reader", said, "≤ 30 kB", reader / 20 <= 0.03)
        self.say(f"{count} idle documents", f"{number(idle)} MB", "≤ 300 MB", idle <= 300)
        for each in kept:
            await each.close()

    async def _open(self, kept: list[Typist], server: Running, documents: list[str]) -> None:
        """By whom they are."""
        for place, document in enumerate(documents):
            typist = Typist(0, 0)
            token = token_of(place) if len(documents) > 40 else ""
            await typist.open(self.place(server, document, token))
            kept.append(typist)

    def history(self) -> None:
        """Typed once, loaded often, as a worker does it."""
        snapshot = Copy([typed(10_000 if self.pace.quick else 260_000)]).encode()
        took = at([milliseconds(lambda: Copy([snapshot])) for _ in range(20)], 50)
        size = number(len(snapshot) / 1000)
        self.say("260 000 edits, loaded", f"{number(took)} ms of {size} kB", "≤ 20 ms", took <= 20)

    def search(self) -> None:
        """As one types."""
        count = 1000 if self.pace.quick else 20_000
        self.stage.run(LIBRARY, count=count, token=self.stage.ours.token)
        with servers.running(self.stage, servers.own("AI-Editor")) as (server,):
            cookie, chance = self.stage.cookie(self.stage.ours.token), random.Random(7)  # noqa: S311
            ask = partial(server.ask, cookie=cookie)
            queries = [f"word{chance.randrange(2_000)}"[: chance.choice((6, 7, 8))] for _ in range(200)]
            took = [milliseconds(partial(ask, f"/api/documents/search?q={each}%20word7")) for each in queries]
        self.stage.run("""DELETE FROM "ai_editor_document" WHERE "id" LIKE 'library%%'""", count=0)
        most = at(took, 95)
        said = f"p50 {number(at(took, 50))}, p95 {number(most)} ms"
        self.say(f"search over {count} documents", said, "p95 ≤ 50 ms", most <= 50)

    def meanwhile(self) -> None:
        """get-session, quiet and while 200 people type."""
        people = 20 if self.pace.quick else 200
        self.stage.run(PEOPLE, count=people // 40 + 1)
        with servers.running(self.stage, servers.own("AI-Editor")) as (server,):
            quiet = at(asked(server, self.stage), 99)
            places = []
            for each in range(people):
                if each % 5 == 0:
                    document = self.document(first_state(), token_of(each))
                places.append(self.place(server, document, token_of(each // 5 * 5)))
            with ThreadPoolExecutor(1) as pool:
                typing = pool.submit(asyncio.run, crowd(places, 20, 0.5))
                time.sleep(3)
                busy = at(asked(server, self.stage), 99)
                typing.result()
        self.stage.run("""DELETE FROM "user" WHERE "id" LIKE 'typist%%'""", count=0)
        said = f"{number(busy / quiet)}× (p99 {number(busy)} after {number(quiet)} ms)"
        self.say(f"get-session while {people} people type", said, "its p99 ≤ 2×", busy <= 2 * quiet)


def first_state() -> bytes:
    """A new document."""
    doc: Doc[Any] = Doc()
    doc.get("default", type=XmlFragment).children.append(XmlElement("paragraph"))
    return doc.get_update()


def token_of(place: int) -> str:
    """Of one of PEOPLE; each has forty documents."""
    return f"typist{place // 40 + 1}"


def memory_of(server: Running) -> float:
    """MB, of all its processes."""
    return held(server.process.pid)["Pss"]


def asked(server: Running, stage: Stage) -> list[float]:
    """Milliseconds of get-session, one after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Cookie": stage.cookie(stage.ours.token)}

    def ask() -> None:
        connection.request("GET", f"{API}/get-session", headers=headers)
        connection.getresponse().read()

    found = [milliseconds(ask) for _ in range(1000)]
    connection.close()
    return found


def milliseconds(work: Callable[[], Any]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def at(times: list[float], percent: int) -> float:
    """The percentile."""
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]


def written(size: int) -> bytes:
    """A document of so many bytes."""
    doc: Doc[Any] = Doc()
    doc.apply_update(first_state())
    text = doc.get("more", type=Text)
    for _ in range(size // 100):
        text.insert(0, secrets.token_hex(50))
    return doc.get_update()


def typed(edits: int) -> bytes:
    """A long history: some letters, one after the other, the last of them taken back, then the next, there or elsewhere."""
    doc: Doc[Any] = Doc()
    text, chance, length, place = doc.get("text", type=Text), random.Random(7), 0, 0  # noqa: S311
    while edits > 0:
        place = chance.randrange(length + 1) if chance.random() < 0.3 else place
        more = chance.randrange(1, 40)
        back = min(more, chance.randrange(18))
        # The letters of one run are one piece, as they become when they are typed key by key.
        text.insert(place, "".join(chance.choices("abcdefghijklmnopqrstuvwxyz ", k=more)))
        if back:
            del text[place + more - back : place + more]
        place, length, edits = place + more - back, length + more - back, edits - more - back
    return doc.get_update()
