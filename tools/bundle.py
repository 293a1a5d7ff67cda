"""Builds the frontend bundle when, and only when, its sources are not those of the bundle that is there."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from say import Stop, step

# npm's own pauses between its attempts add up to minutes before it says that there is no network.
HASTE = {"npm_config_fetch_retry_mintimeout": "300", "npm_config_fetch_retry_maxtimeout": "1500"}
OUTSIDE = {"node_modules", "dist", "tests", "coverage", "__pycache__"}


def sources(web: Path) -> Iterator[Path]:
    """Every file that may have a say in the bundle, in a fixed order."""
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(name for name in folders if name not in OUTSIDE and not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and not name.endswith((".md", ".py", ".tsbuildinfo", ".log")):
                yield Path(folder, name)


def digest(web: Path) -> str:
    """One value for the content of all sources."""
    total = hashlib.sha256()
    for file in sources(web):
        total.update(f"{file.relative_to(web).as_posix()}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def is_fresh(web: Path) -> bool:
    """Whether web/dist was built, to its end, from the sources as they are now."""
    dist = web / "dist"
    try:
        return (dist / ".sources").read_text() == digest(web) and (dist / ".vite/manifest.json").is_file()
    except OSError:
        return False


def install(folder: Path, environment: Mapping[str, str], *options: str) -> None:
    """`npm ci`, unless node_modules already is what the lock file asks for."""
    stamp = folder / "node_modules" / ".installed"
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    step(f"npm packages of {folder.name}/ (once)")
    npm(folder, environment, "ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error", *options)
    stamp.write_text(wanted)


def build(web: Path, environment: Mapping[str, str]) -> None:
    """Makes web/dist; the stamp comes last, so that a broken build is built again."""
    before = digest(web)
    install(web, environment)
    step("the frontend bundle")
    npm(web, environment, "run", "build", "--silent")
    (web / "dist" / ".sources").write_text(before)


def npm(folder: Path, environment: Mapping[str, str], *arguments: str) -> None:
    """Runs npm; its own words are shown only when it fails."""
    program = shutil.which("npm", path=environment.get("PATH"))
    if not program:
        raise Stop("npm is missing although node is there; install npm, or take node off PATH")
    command = [program, *arguments]
    answer = subprocess.run(
        command, cwd=folder, env={**HASTE, **environment}, text=True, errors="replace", check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if answer.returncode:
        raise Stop(_reason(folder, arguments, answer.stdout))


def _reason(folder: Path, arguments: tuple[str, ...], output: str) -> str:
    """One line for the usual failure, the whole output for the others."""
    what = " ".join(word for word in arguments if not word.startswith("-"))
    unreachable = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ECONNRESET", "ENETUNREACH")
    if any(code in output for code in unreachable):
        return f"npm cannot reach its registry, so {folder.name}/ is not set up: connect, then run this again"
    return f"{output.strip()}\nnpm {what} failed in {folder}: see above"
