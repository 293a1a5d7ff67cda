"""A hundred thousand forged requests, from several processes to servers with several sets of settings."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from importlib.util import find_spec

from drill import ground
from drill.forger import Found, forge
from drill.forgery import OPTIONS, targets
from drill.outcome import Outcome
from drill.servers import ROOT, SECRET, Server, serving

INPUTS = int(os.environ.get("DRILL_INPUTS", "100000"))
RUNS = 100_000
GROWTH = 60  # MB that a server may be larger after the second half than after the first


def forged() -> Outcome:
    """All sets of settings, in two halves, between which the memory is looked at."""
    found = Outcome(
        "forged", f"{INPUTS:,} forged inputs to {len(targets())} targets, {len(OPTIONS)} sets of settings"
    )
    seen, grown = Found(), []
    context = multiprocessing.get_context("spawn")
    with ground.database() as (folder, address), ExitStack() as stack:
        common = {"DATABASE_URL": address, "LOG_LEVEL": "error"}
        servers = [stack.enter_context(serving(folder, **{**common, **options})) for options in OPTIONS]
        pool = stack.enter_context(ProcessPoolExecutor(max(2, os.cpu_count() or 1), mp_context=context))
        before = [0] * len(servers)
        for _ in range(2):
            before = [server.memory() for server in servers]
            share = INPUTS // 2 // len(servers)
            jobs = [pool.submit(forge, each.port, address, share, secret=SECRET) for each in servers]
            for job in jobs:
                seen.add(job.result())
        grown = [(server.memory() - size) // 2**20 for server, size in zip(servers, before, strict=True)]
        found.demand(all(map(_answers, servers)), "a server does not answer any more")
    found.requests, found.recovery = seen.count, 0.0
    found.failures = {
        kind: count for kind, count in sorted(seen.kinds.items()) if kind in ("5xx", "no answer", "timeout")
    }
    found.notes.append(
        f"the longest took {seen.longest:.2f} s; memory grew by {max(grown)} MB in the second half"
    )
    for what, request in (
        *seen.failures.items(),
        *((f"hang {key}", each) for key, each in seen.hangs.items()),
    ):
        found.demand(False, f"{what}: {request[:400]!r}")
    found.notes += [f"{kind}: {request[:200]!r}" for kind, request in seen.unanswered.items()]
    found.demand(max(grown) <= GROWTH, f"memory grew by {max(grown)} MB")
    return found


def _answers(server: Server) -> bool:
    return server.process.poll() is None and server.is_ready()


def guided() -> Outcome:
    """The readers of cookies, bodies, forms and targets, by atheris."""
    found = Outcome(
        "guided", f"{RUNS:,} inputs led by coverage, to what reads cookies, bodies, forms, targets"
    )
    if find_spec("atheris") is None:
        found.left_out = True
        found.notes.append(
            "atheris is not installed; `.venv/bin/pip install atheris` has it where it has a wheel"
        )
        return found
    with ground.folder() as folder:
        file = folder / "found.json"
        command = [sys.executable, "-m", "drill.guided", str(RUNS), str(file)]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)
        seen = json.loads(file.read_text()) if file.exists() else {}
    found.requests, found.recovery = RUNS, 0.0
    found.demand(ran.returncode == 0, f"atheris ended with {ran.returncode}: {ran.stderr[-300:]!r}")
    for what, text in seen.items():
        found.demand(False, f"{what} at {text!r}")
    return found
