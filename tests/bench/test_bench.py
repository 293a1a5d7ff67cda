"""The bench measures what it says: its load tools, its arithmetic, its page. No time is asserted."""

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import figures, load, plots
from bench.figures import Bars, Run, Section, Target
from bench.load import Job, Result
from bench.report import PERFORMANCE
from bench.trouble import Trouble


class Echo(BaseHTTPRequestHandler):
    """Remembers what it was asked; every request that is not signed in is refused."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str, str, str]]

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        cookie = self.headers.get("Cookie", "")
        self.seen.append((self.command, self.path, cookie, body))
        self.send_response(200 if cookie else 401)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


@pytest.fixture
def echo() -> Iterator[ThreadingHTTPServer]:
    Echo.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["wrk", "our own"])
def tool(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "our own" or not shutil.which("wrk"):
        monkeypatch.setattr("bench.load.shutil.which", lambda name: None)
    return str(request.param)


def test_a_job_is_sent_as_it_is_described(echo: ThreadingHTTPServer, tool: str) -> None:
    job = Job(echo.server_port, "/sign-in", ("a=1",), "POST", '{"x": 1}', connections=2)
    result = load.run(job, 1)
    assert set(Echo.seen) == {("POST", "/sign-in", "a=1", '{"x": 1}')}
    assert result.rate > 0
    assert 0 < result.p50 <= result.p75 <= result.p90 <= result.p99


def test_cookies_are_taken_in_turn(echo: ThreadingHTTPServer, tool: str) -> None:
    load.run(Job(echo.server_port, "/", ("a=1", "b=2"), connections=1), 1)
    assert {cookie for _, _, cookie, _ in Echo.seen} == {"a=1", "b=2"}


def test_a_refusal_is_no_answer(echo: ThreadingHTTPServer, tool: str) -> None:
    with pytest.raises(Trouble, match="requests failed"):
        load.run(Job(echo.server_port, "/", connections=1), 1)


def test_so_many_requests_in_all(echo: ThreadingHTTPServer) -> None:
    load.run_counted(Job(echo.server_port, "/", [f"c={n}" for n in range(50)], connections=4), 50)
    assert sorted(cookie for _, _, cookie, _ in Echo.seen) == sorted(f"c={n}" for n in range(50))


def test_what_the_tools_say_is_read() -> None:
    said = {
        "requests": 500,
        "microseconds": 2_000_000,
        "failed": 0,
        "p50": 1500,
        "p75": 2000,
        "p90": 3000,
        "p99": 9000,
    }
    assert load.parse(f"noise\n{json.dumps(said)}\n") == Result(250.0, 1.5, 2.0, 3.0, 9.0)
    with pytest.raises(Trouble):
        load.parse(json.dumps(said | {"requests": 0}))


def runs(*rates: float) -> list[Run]:
    return [Run(Result(rate, 1, 2, 3, 4), 1e6 / rate) for rate in rates]


def test_ratios_are_taken_within_each_round() -> None:
    found = {"ours": runs(100, 10, 30), "theirs": runs(50, 10, 10)}
    assert figures.rate_ratio(found, "ours", "theirs") == figures.Ratio(2.0, 1.0, 3.0)
    assert figures.cpu_ratio(found, "ours", "theirs").middle == pytest.approx(2.0)


def test_rounds_are_interleaved() -> None:
    order: list[str] = []

    def work(name: str) -> Run:
        order.append(name)
        return runs(1)[0]

    figures.interleaved({"a": lambda: work("a"), "b": lambda: work("b")}, 3)
    assert order == ["a", "b"] * 3


def test_the_page_is_made_of_all_runs(tmp_path: Path) -> None:
    page = replace(PERFORMANCE, folder=tmp_path, more=lambda sections: [f"{len(sections)} in all"])
    pace = {"pool": 10, "rounds": 5, "seconds": 3, "warmup": 5}
    bars = Bars("first", "A < B", "answers/s", {"AI-Editor": 2.0, "a & b": 1.0})
    first = Section(
        "one", "First", "text", ["x", "y"], [["a", "1"]], [Target("t", "≥ 2", "1", False)], [bars], "a day"
    )
    page.remember([first], {"processor": "old"}, pace)
    page.remember([Section("two", "Second", "text", ["x"], [["b"]])], {"processor": "new"}, pace)
    text = page.path.read_text()
    assert "| t | ≥ 2 | 1 | **missed** |" in text
    assert text.index("## First") < text.index("## Second")
    assert "| processor | new |" in text
    assert "images/performance-first.svg" in text
    assert text.endswith("2 in all")
    assert (tmp_path / "images/performance-first.svg").exists()


def test_a_plot_is_an_image_for_both_themes() -> None:
    drawn = plots.svg(Bars("x", "A < B", "ms", {"AI-Editor": 2.0, "a & b": 0.0}))
    root = ElementTree.fromstring(drawn)
    assert root.attrib["aria-label"] == "A < B"
    assert "prefers-color-scheme:dark" in drawn
    assert len(root.findall("{http://www.w3.org/2000/svg}rect")) == 2
