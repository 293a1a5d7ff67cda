"""What our server lacks: it differs, and the comparison tells how, one line for each endpoint."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.compat.caller import Exchange
from tests.compat.case import Case
from tests.compat.catalogue import LACKING
from tests.compat.lacking import faults
from tests.compat.pair import Pair
from tests.compat.record import Held
from tests.compat.servers import ROOT
from tests.compat.wire import Answer

JWT = LACKING["jwt"]


def answers(held: Held) -> list[Answer]:
    return [item.answer for item in held.heard if isinstance(item, Exchange)]


def test_what_is_lacking_differs(servers: Pair) -> None:
    cases = [case for group in LACKING.values() for case in group]
    assert faults(servers.lack_all(cases)) == []


def test_better_auth_answers_where_ours_has_no_endpoint(servers: Pair) -> None:
    (case,) = (case for case in JWT if case.title.startswith("GET /token / signed in"))
    # Under a name of its own it is about another person, whom nobody has seen.
    theirs, ours = servers.hold(replace(case, name="seen closely"))
    nobody, signed_up, token = answers(theirs)
    assert [answer.status for answer in (nobody, signed_up, token)] == [401, 200, 200]
    assert json.loads(token.body)["token"].count(".") == 2
    assert [answer.status for answer in answers(ours)] == [404, 200, 404]


def test_the_command_prints_what_is_lacking(tmp_path: Path) -> None:
    found = tmp_path / "differences"
    command = [sys.executable, "-m", "tests.compat", "--only", "jwt", "--differences", str(found)]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = {line.split(" | ")[1]: line for line in done.stdout.splitlines() if " | GET " in line}
    assert set(lines) == {case.endpoint for case in JWT}
    assert lines["GET /token"].endswith("200 {token} | 404, no such endpoint |")
    assert "GET /api/auth/token" in found.read_text()
    assert "    better-auth: 200\n    ours:        404\n" in found.read_text()


def test_what_is_lacking_no_more_is_a_fault(servers: Pair) -> None:
    """Also a case that better-auth itself does not follow to its end."""
    same = Case("GET /ok", "same", lambda who: who.get("/ok"), "jwt", "wings")
    broken = Case("GET /ok", "broken", lambda who: json.loads(who.get("/none").body), "jwt", "wings")
    first, second = faults(servers.lack_all([same, broken]))
    assert first == "GET /ok / same [jwt]: the same answers; it lacks no wings: drop the mark"
    assert second.startswith("GET /ok / broken [jwt]: better-auth's side broke off: JSONDecodeError")
