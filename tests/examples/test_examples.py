"""The examples for FastAPI, Flask and Django, each a process behind nginx with our server."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from drill.servers import free_port, listens
from scale.front import nginx
from tests.forward_auth.behind import Front, snippet, standing
from tests.nginx.conftest import PATH
from tests.workers.served import ROOT, until

pytestmark = pytest.mark.feature("forward-auth")

HEADERS = ["fastapi/by_headers", "flask/by_headers", "django/by_headers"]
ASKING = ["fastapi/by_asking", "flask/by_asking", "django/by_asking"]
COMMANDS = {
    "fastapi": "-m uvicorn {name}:app --host 127.0.0.1 --port {port}",
    "flask": "-m flask --app {name} run --host 127.0.0.1 --port {port}",
    "django": "app.py runserver --noreload 127.0.0.1:{port}",
}
NAME = "Zoë 50% 木"


@contextmanager
def example(which: str, port: int, ours: int, folder: Path) -> Iterator[None]:
    """It runs as it is, with our port; its own words go to a file."""
    framework, _, name = which.partition("/")
    place = folder / which
    shutil.copytree(ROOT / "examples" / framework, place)
    file = place / f"{name}.py"
    file.write_text(file.read_text().replace("127.0.0.1:8080", f"127.0.0.1:{ours}"))
    environment = {**os.environ, "WHO": name, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, *COMMANDS[framework].format(name=name, port=port).split()]
    with (folder / f"{framework}-{name}.log").open("wb") as said:
        process = subprocess.Popen(command, cwd=place, env=environment, stdout=said, stderr=said)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def several(fronts: Mapping[str, int], ours: int, ports: Mapping[str, int]) -> str:
    """The snippet for each of the examples, in one nginx: names that there can be one of are numbered."""
    texts = []
    for number, which in enumerate(fronts):
        text = snippet("nginx.conf", fronts[which], ours, ports[which])
        for name in (
            "upstream ai_editor",
            "upstream application",
            "//ai_editor",
            "//application",
            "$forwarded_connection",
        ):
            text = text.replace(name, f"{name}_{number}")
        texts.append(text)
    return "\n".join(texts)


@pytest.fixture(scope="module")
def fronts(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Front]]:
    """The proxy's side of each example; all have the same server, and start at the same time."""
    folder = tmp_path_factory.mktemp("examples")
    ports = {which: free_port() for which in (*HEADERS, *ASKING)}

    @contextmanager
    def all_of_it(front: int, ours: int, _: int, folder: Path) -> Iterator[None]:
        others = {which: free_port() for which in ports}
        found.update({which: port if which != HEADERS[0] else front for which, port in others.items()})
        assert PATH
        with ExitStack() as stack:
            for which, port in ports.items():
                stack.enter_context(example(which, port, ours, folder))
            stack.enter_context(nginx(PATH, several(found, ours, ports), folder, front))
            until(lambda: all(listens(port) for port in (*ports.values(), *found.values())))
            yield

    found: dict[str, int] = {}
    with standing(all_of_it, database_url, folder, 0) as first:
        yield {
            which: replace(first, port=port) if port != first.port else first for which, port in found.items()
        }


@pytest.fixture
def zoe(clean: None, fronts: dict[str, Front]) -> dict[str, str]:
    """Signed up through the proxy, and known to all of them by the cookie."""
    first = fronts[HEADERS[0]]
    first.cookies.clear()
    user: dict[str, str] = first.sign("up", name=NAME)["user"]
    return user


@pytest.mark.parametrize("which", [*HEADERS, *ASKING])
def test_it_knows_who_it_is(fronts: dict[str, Front], zoe: dict[str, str], which: str) -> None:
    path = "/app/" if which in HEADERS else "/open/"
    reply = fronts[which].ask("GET", path)
    assert reply.status == 200, reply.body
    found = json.loads(reply.body)
    assert [found.get("user-id", found.get("id")), found["email"], found["name"]] == [
        *(zoe["id"], "zoe@example.com", NAME)
    ]
    assert fronts[which].ask("GET", path, signed_in=False).status == 401
    spoofed = {"X-Auth-User-Id": "mallory", "X_Auth_User_Id": "mallory", "x-auth-name": "mallory"}
    assert b"mallory" not in fronts[which].ask("GET", path, spoofed).body
    assert fronts[which].ask("GET", path, spoofed, signed_in=False).status == 401


@pytest.mark.parametrize("which", [*HEADERS, *ASKING])
def test_who_has_signed_out_is_nobody(
    fronts: dict[str, Front], zoe: dict[str, str], which: str
) -> None:  # S23
    front, path = fronts[which], "/app/" if which in HEADERS else "/open/"
    assert front.ask("GET", path).status == 200
    assert fronts[HEADERS[0]].ask("POST", "/api/auth/sign-out", {}, {}).status == 200
    assert front.ask("GET", path).status == 401


def test_what_cannot_be_known_is_503(fronts: dict[str, Front], zoe: dict[str, str]) -> None:
    """Our server is there and says nothing, then it is gone: nobody is taken for signed out."""
    first = fronts[HEADERS[0]]

    def asked() -> set[int]:
        with ThreadPoolExecutor() as threads:
            return {
                reply.status for reply in threads.map(lambda each: fronts[each].ask("GET", "/open/"), ASKING)
            }

    first.served.process.send_signal(signal.SIGSTOP)
    try:
        assert asked() == {503}
    finally:
        first.served.process.send_signal(signal.SIGCONT)
    with first.server_gone():
        assert asked() == {503}
        assert {fronts[each].ask("GET", "/app/").status >= 500 for each in HEADERS} == {True}
    until(lambda: asked() == {200})


@pytest.mark.parametrize("which", [*HEADERS, *ASKING])
def test_it_is_short(which: str) -> None:
    lines = (ROOT / "examples" / f"{which}.py").read_text().splitlines()
    assert len([line for line in lines if line.strip()]) < 20
