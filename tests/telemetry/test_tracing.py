"""Traces: what a collector is sent, by which workers, and that nobody waits for it."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.telemetry.collector import Collector, Span
from tests.workers.served import ROOT, Served, until

EMAIL, PASSWORD, WRONG = "ada@traced.example", "correct horse battery", "not my password"
SIGN_UP, SIGN_IN = "/api/auth/sign-up/email", "/api/auth/sign-in/email"
SESSION = "/api/auth/get-session"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
EAGER = {"OTEL_BSP_SCHEDULE_DELAY": "100"}


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as found:
        yield found


def serve(folder: Path, endpoint: str, **settings: str) -> Served:
    return Served(folder, **{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, **EAGER, **settings})


def sign_up(served: Served, email: str = EMAIL) -> str:
    status, said, cookie = served.call(SIGN_UP, {"name": "Ada", "email": email, "password": PASSWORD})
    while status == 503:  # a machine that does too much else
        status, said, cookie = served.call(SIGN_UP, {"name": "Ada", "email": email, "password": PASSWORD})
    assert status == 200, said
    return cookie


def one(collector: Collector, route: str, status: int) -> Span:
    """The span of the one request of this route that was answered so, once it is there."""

    def found() -> list[Span]:
        spans = collector.requests(route)
        return [span for span in spans if span.facts["http.response.status_code"] == status]

    until(found)
    [span] = found()
    return span


def test_a_request_and_what_it_waits_for(tmp_path: Path, collector: Collector) -> None:  # S35
    with serve(tmp_path, collector.address, OTEL_SERVICE_NAME="sign-in of the shop") as served:
        cookie = sign_up(served)
        assert served.call(SIGN_IN, {"email": EMAIL, "password": WRONG})[0] == 401
        assert served.call(SESSION, cookie=cookie)[0] == 200
        up, refused = one(collector, SIGN_UP, 200), one(collector, SIGN_IN, 401)
        assert served.call("/api/auth/reset-password/a-secret-token?callbackURL=/x")[0] in (200, 302, 404)
        until(lambda: any("reset-password" in span.name for span in collector.spans))
    assert up.name == f"POST {SIGN_UP}"
    assert up.facts["http.request.method"] == "POST"
    assert len(up.facts["ai_editor.request_id"]) == 16
    assert up.resource["service.name"] == "sign-in of the shop"
    names = {span.name for span in collector.children(up)}
    assert {"password hash", "BEGIN", "COMMIT", "INSERT session"} <= names
    assert {"password hash", "SELECT user"} <= {span.name for span in collector.children(refused)}
    assert not refused.failed
    said = b"".join(collector.bodies)
    for secret in (EMAIL, "traced.example", PASSWORD, WRONG, "127.0.0.1", "a-secret-token", "VALUES", "%("):
        assert secret.encode() not in said, secret
    assert cookie.partition("=")[2].partition(".")[0].encode() not in said


def test_every_worker_sends_its_own(tmp_path: Path, collector: Collector) -> None:
    with serve(tmp_path, collector.address) as served:
        pids = served.pids()

        def all_were_heard() -> bool:
            served.call("/health")
            return {span.resource["process.pid"] for span in collector.spans} >= pids

        until(all_were_heard)


def ask_with_parent(served: Served) -> None:
    request = urllib.request.Request(served.address + "/health", headers={"traceparent": PARENT})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(("proxies", "joined"), [("", False), ("127.0.0.1", True), ("10.0.0.0/8", False)])
def test_a_trace_of_others_is_joined_for_a_trusted_proxy_alone(
    tmp_path: Path, collector: Collector, proxies: str, joined: bool
) -> None:
    with serve(tmp_path, collector.address, TRUSTED_PROXIES=proxies, WORKERS="1") as served:
        ask_with_parent(served)
        span = one(collector, "/health", 200)
    _, trace, parent, _ = PARENT.split("-")
    assert (span.trace == trace, span.parent == parent) == (joined, joined)


def test_what_waits_is_sent_at_the_end(tmp_path: Path, collector: Collector) -> None:
    with serve(tmp_path, collector.address, OTEL_BSP_SCHEDULE_DELAY="600000") as served:
        sign_up(served)
        served.stop()
        assert served.process.returncode == 0
    assert collector.requests(SIGN_UP)


def test_a_mail_is_a_trace_of_its_own(tmp_path: Path, collector: Collector) -> None:
    with serve(tmp_path, collector.address) as served:
        sign_up(served)
        assert served.call("/api/auth/request-password-reset", {"email": EMAIL})[0] == 200
        until(lambda: any(span.name == "send mail" for span in collector.spans))
    [mail] = [span for span in collector.spans if span.name == "send mail"]
    assert (mail.parent, mail.facts) == ("", {"ai_editor.mail.template": "reset-password"})


def test_nobody_waits_for_a_collector_that_does_not_answer(tmp_path: Path) -> None:
    """It takes connections, and says nothing; an export may wait for it for ten minutes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with serve(tmp_path, address, OTEL_EXPORTER_OTLP_TIMEOUT="600") as served:
            silent.settimeout(60)
            cookie = sign_up(served)
            taken, _ = silent.accept()
            assert served.call(SIGN_IN, {"email": EMAIL, "password": PASSWORD})[0] == 200
            assert served.call(SESSION, cookie=cookie)[0] == 200
            served.stop()  # which does not wait for ten minutes
            assert served.process.returncode == 0
            taken.close()


def test_a_collector_that_is_away_is_a_line_of_the_log(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with serve(tmp_path, address, WORKERS="1", OTEL_EXPORTER_OTLP_TIMEOUT="1") as served:
        sign_up(served)
        served.hear("traces are not taken at OTEL_EXPORTER_OTLP_ENDPOINT")
        assert served.call(SIGN_IN, {"email": EMAIL, "password": PASSWORD})[0] == 200


def run(code: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_DIR": str(folder), **settings}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )


OFF = """
import sys
from pathlib import Path
import server.__main__
from server.config import settings
from server.telemetry import tracing
found = settings.from_environment().tracing
with tracing.running(found.on, found.service), tracing.span("nothing") as span:
    assert span is None and tracing.tracer is None
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""


@pytest.mark.parametrize(
    "settings", [{}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_TRACES_EXPORTER": "none"}]
)
def test_off_nothing_of_it_is_imported(tmp_path: Path, settings: dict[str, str]) -> None:
    done = run(OFF, tmp_path, **settings)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


MISSING = """
import sys
sys.modules["opentelemetry.sdk"] = None
from server.__main__ import main
sys.argv = ["ai-editor", "serve"]
main()
"""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_without_its_packages_the_start_says_what_to_install(tmp_path: Path, workers: str) -> None:
    done = run(MISSING, tmp_path, OTEL_TRACES_EXPORTER="otlp", WORKERS=workers, PORT="0")
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if "pip install opentelemetry-sdk" in line]
    assert "Traceback" not in done.stderr
