"""From the start of the process to its first answer, with a database that runs already."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

from bench import servers
from bench.figures import Pace, Section, Target, number
from bench.servers import API
from bench.stage import Stage
from bench.trouble import Trouble
from drill.servers import free_port

TEXT = "`ai-editor serve` with DATABASE_URL, asked every 2 ms until it answers. Importing Tornado alone shows the machine's mood."
LIMIT_SECONDS = 30.0


def measure(stage: Stage, pace: Pace) -> Section:
    """In turn with a process that only imports Tornado."""
    count = 2 if pace.quick else 9
    first_answer(stage)  # reads the files once
    pairs = [(first_answer(stage), imported()) for _ in range(count)]
    ours, tornado = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    middle = median(ours)
    rows = [
        ["AI-Editor, first answer", number(middle), number(min(ours)), number(max(ours))],
        ["`import tornado.web`", number(median(tornado)), number(min(tornado)), number(max(tornado))],
    ]
    said = f"{number(middle)} s ({number(min(ours))}–{number(max(ours))})"
    targets = [Target("start to first answer, external database", "≤ 0.7 s", said, middle <= 0.7)]
    return Section("start", "Start", TEXT, ["what", "median s", "least", "most"], rows, targets)


def first_answer(stage: Stage) -> float:
    """Seconds."""
    port, began = free_port(), time.perf_counter()
    process, log = servers.launch(stage, servers.own("AI-Editor"), port)
    try:
        while time.perf_counter() < began + LIMIT_SECONDS and process.poll() is None:
            try:
                servers.ask(port, f"{API}/ok")
                return time.perf_counter() - began
            except OSError:
                time.sleep(0.002)
    finally:
        servers.stop(process)
    raise Trouble(f"AI-Editor does not start: {log.read_text()[-500:]}")


def imported() -> float:
    """Seconds."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import tornado.web"], check=True)
    return time.perf_counter() - began
