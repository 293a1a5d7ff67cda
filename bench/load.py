"""Sends one kind of request over kept-alive connections, and says how fast the answers came."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.trouble import Trouble

HERE = Path(__file__).parent
ROOT = HERE.parent


@dataclass(frozen=True)
class Job:
    """What is asked; several `cookies` are taken in turn, and so are so many `addresses` that a proxy would name."""

    port: int
    path: str
    cookies: Sequence[str] = ()
    method: str = "GET"
    body: str = ""
    connections: int = 32
    addresses: int = 0
    # The certificate to trust, where https is spoken.
    trust: str = ""

    def facts(self, cookies: Path) -> dict[str, str]:
        """For the environment of a load tool."""
        return {
            "BENCH_METHOD": self.method,
            "BENCH_BODY": self.body,
            "BENCH_COOKIES": str(cookies),
            "BENCH_ADDRESSES": str(self.addresses),
            "BENCH_TRUST": self.trust,
        }


@dataclass(frozen=True)
class Result:
    """Answers a second, and the time of one in milliseconds: half were faster than `p50`."""

    rate: float
    p50: float
    p75: float
    p90: float
    p99: float


def tool() -> str:
    """Which load tool is used: wrk where it is installed, else our own."""
    if not shutil.which("wrk"):
        return "bench/generator.py (wrk is not installed; it takes more of the machine, and slows all)"
    said = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False)
    return " ".join((said.stdout + said.stderr).split()[:2])


@dataclass
class Load:
    """A load that runs; `result` waits for its end."""

    process: subprocess.Popen[str]
    folder: tempfile.TemporaryDirectory[str] = field(repr=False)

    def result(self) -> Result:
        """How it went; raises Trouble where a request failed."""
        return parse(self.wait())

    def wait(self) -> str:
        """Until it is over; what the tool said."""
        out, err = self.process.communicate()
        self.folder.cleanup()
        if self.process.returncode:
            raise Trouble(f"the load tool failed: {err.strip() or out.strip()}")
        return out


def parse(output: str) -> Result:
    """The last line of either tool."""
    said = json.loads(output.strip().splitlines()[-1])
    if said["failed"]:
        raise Trouble(f"{said['failed']} of {said['requests']} requests failed")
    if not said["requests"]:
        raise Trouble("not one request was answered in the time of a run: the machine does too much else")
    times = {name: said[name] / 1000 for name in ("p50", "p75", "p90", "p99")}
    return Result(rate=1e6 * said["requests"] / said["microseconds"], **times)


def start(job: Job, seconds: int) -> Load:
    """Begins to ask, for so many seconds."""
    folder = tempfile.TemporaryDirectory(prefix="bench-")
    cookies = Path(folder.name, "cookies")
    cookies.write_text("".join(f"{cookie}\n" for cookie in job.cookies))
    process = subprocess.Popen(
        _command(job, seconds),
        cwd=ROOT,
        env={**os.environ, **job.facts(cookies)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    return Load(process, folder)


def _command(job: Job, seconds: int) -> list[str]:
    if shutil.which("wrk"):
        options = ["-t1", f"-c{job.connections}", f"-d{seconds}s", "--timeout", "30s"]
        return [
            "wrk",
            *options,
            "-s",
            str(HERE / "wrk.lua"),
            f"http{'s' if job.trust else ''}://127.0.0.1:{job.port}{job.path}",
        ]
    return [*_own(job), str(seconds)]


def run(job: Job, seconds: int) -> Result:
    """Asks for so many seconds."""
    return start(job, seconds).result()


def run_counted(job: Job, count: int) -> Result:
    """Asks so many times in all, and waits for every answer: for work so slow that a run by time would cut some off.

    Always by our own load tool, which has next to nothing to do then.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        cookies = Path(folder, "cookies")
        cookies.write_text("".join(f"{cookie}\n" for cookie in job.cookies))
        command = [*_own(job), f"x{count}"]
        said = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **job.facts(cookies)},
            capture_output=True,
            text=True,
            check=False,
        )
    if said.returncode:
        raise Trouble(f"the load tool failed: {said.stderr.strip()}")
    return parse(said.stdout)


def _own(job: Job) -> list[str]:
    return [sys.executable, "-m", "bench.generator", str(job.port), job.path, str(job.connections)]
