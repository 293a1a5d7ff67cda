"""Two workers that count each request against one that counts none."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench import servers
from bench.figures import COLUMNS, Pace, Section, Target, cpu_ratio, interleaved, rate_ratio, rows
from bench.scenarios.get_session import asked
from bench.stage import Stage
from bench.trouble import Trouble

OFF, SHARED, REDIS = "limits off", "limits in shared memory", "limits in Redis"
# So many that none of them comes to its limit, and few enough for most to come often.
ADDRESSES = 5000
# What begins with a window is done once in it.
WINDOW = 10
# More than elsewhere, as a few per cent are in question.
ROUNDS = 9
TEXT = (
    f"get-session of two workers over 64 connections, from {ADDRESSES} addresses in turn that a proxy names; each has a"
    f" count of its own. A run takes {WINDOW} s, as a window of the limit. Redis runs on the same cores."
)


def measure(stage: Stage, pace: Pace) -> Section:
    """In turn."""
    pace = pace if pace.quick else replace(pace, seconds=WINDOW, rounds=ROUNDS)
    counting = {"WORKERS": "2", "TRUSTED_PROXIES": "127.0.0.1", "RATE_LIMIT_ENABLED": "yes"}
    with _redis() as url:
        contenders = (
            servers.own(OFF, **counting | {"RATE_LIMIT_ENABLED": "no"}),
            servers.own(SHARED, **counting),
            servers.own(REDIS, **counting, REDIS_URL=url),
        )
        with servers.running(stage, *contenders) as found:
            for server in found:
                asked(server, pace, 64, ADDRESSES)
            works = {each.contender.name: partial(asked, each, pace, 64, ADDRESSES) for each in found}
            results = interleaved(works, pace.rounds)
    targets = []
    for name in (SHARED, REDIS):
        rate, cpu = rate_ratio(results, name, OFF), cpu_ratio(results, name, OFF)
        said = f"{rate}; by processor time {cpu}"
        targets.append(Target(f"get-session, {name}", "≥ 0.90× without", said, rate.middle >= 0.9))
    return Section("limits", "Rate limits", TEXT, COLUMNS, rows(results), targets)


@contextmanager
def _redis() -> Iterator[str]:
    """The address of one for the duration."""
    program = os.environ.get("REDIS_SERVER") or shutil.which("redis-server") or shutil.which("valkey-server")
    if not program:
        raise Trouble("there is no redis-server: install it, or set REDIS_SERVER to one")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        socket = Path(folder, "redis.sock")
        options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
        process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        try:
            while not socket.exists():
                if process.poll() is not None:
                    raise Trouble(f"{program} does not start")
                time.sleep(0.01)
            yield f"unix://{socket}"
        finally:
            process.terminate()
            process.wait()
