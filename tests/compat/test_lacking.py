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

TWO_FACTOR = LACKING["two_factor"]


def answers(held: Held) -> list[Answer]:
    return [item.answer for item in held.heard if isinstance(item, Exchange)]


def test_what_is_lacking_differs(servers: Pair) -> None:
    cases = [case for group in LACKING.values() for case in group]
    assert faults(servers.lack_all(cases)) == []


def test_better_auth_answers_where_ours_has_no_endpoint(servers: Pair) -> None:
    (case,) = (case for case in TWO_FACTOR if case.title.startswith("POST /two-factor/enable / passwords"))
    # Under a name of its own it is about another person, whom nobody has seen.
    theirs, ours = servers.hold(replace(case, name="seen closely"))
    _, wrong, none, enabled, session = answers(theirs)
    assert [answer.status for answer in (wrong, none, enabled, session)] == [400, 400, 200, 200]
    found = json.loads(enabled.body)
    assert found["totpURI"].startswith("otpauth://totp/Compat:")
    assert len(found["backupCodes"]) == 10
    assert json.loads(session.body)["user"]["twoFactorEnabled"] is False
    assert [answer.status for answer in answers(ours)] == [200, 404, 404, 404, 200]


def test_the_command_prints_what_is_lacking(tmp_path: Path) -> None:
    found = tmp_path / "differences"
    command = [sys.executable, "-m", "tests.compat", "--only", "two_factor", "--differences", str(found)]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = {line.split(" | ")[1]: line for line in done.stdout.splitlines() if " | POST " in line}
    assert set(lines) == {case.endpoint for case in TWO_FACTOR}
    assert lines["POST /two-factor/enable"].endswith(
        "200 {method, totpURI, backupCodes} | 404, no such endpoint |"
    )
    assert lines["POST /sign-in/email"].startswith(
        "| two-factor | POST /sign-in/email | 200 {twoFactorRedirect, twoFactorMethods} | 200 {"
    )
    assert "POST /api/auth/two-factor/enable" in found.read_text()
    assert "    better-auth: 200\n    ours:        404\n" in found.read_text()


def test_what_is_lacking_no_more_is_a_fault(servers: Pair) -> None:
    """Also a case that better-auth itself does not follow to its end."""
    same = Case("GET /ok", "same", lambda who: who.get("/ok"), "two-factor", "wings")
    broken = Case("GET /ok", "broken", lambda who: json.loads(who.get("/none").body), "two-factor", "wings")
    first, second = faults(servers.lack_all([same, broken]))
    assert first == "GET /ok / same [two-factor]: the same answers; it lacks no wings: drop the mark"
    assert second.startswith("GET /ok / broken [two-factor]: better-auth's side broke off: JSONDecodeError")
