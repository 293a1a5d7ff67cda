"""Versions of long ago, from the history of this repository."""

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tests.workers.served import ROOT, Served

# The app of that time was built by tools of that time; the server asks for no more of it than this.
MANIFEST = '{"src/main.ts": {"file": "assets/main.js"}}'


@dataclass(frozen=True)
class Version:
    """A commit, and which it is."""

    commit: str
    words: str
    mails: bool = False

    @property
    def is_here(self) -> bool:
        """Whether this clone has it; one that was made with `--depth` has not, and an unpacked archive has nothing."""
        command = ["git", "cat-file", "-e", f"{self.commit}^{{tree}}"]
        try:
            return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0
        except FileNotFoundError:  # no git
            return False

    def unpack(self, folder: Path) -> Path:
        """The program as it was."""
        command = ["git", "archive", self.commit]
        packed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        (folder / "web").mkdir(exist_ok=True)
        (folder / "web" / "__init__.py").touch()
        manifest = folder / "web" / "dist" / ".vite" / "manifest.json"
        manifest.parent.mkdir(parents=True)
        manifest.write_text(MANIFEST)
        return folder


# There were no releases with a number yet. What serves sign-up, sign-in, get-session and sign-out for the first time has
# the fewest tables, and asks the database for each session; it runs on the packages of today.
FIRST = Version("805c60ebc54470d92a564367744fe08299518c5f", "the first")
# The first that mails links: sessions in memory, and announcements of what changes.
FIRST_TO_MAIL = Version("9949bb34c91b472558412cf783a0716816956b53", "the first to mail", mails=True)
VERSIONS = (FIRST, FIRST_TO_MAIL)
HERE = all(version.is_here for version in VERSIONS)
MISSING = (
    f"No {FIRST.commit[:7]} in the history, so tests/upgrade is left out: it needs a clone that is whole"
    " (`git fetch --unshallow`)."
)


class Old(Served):
    """A server of an old version, on the packages of today."""

    command = ("-m", "server", "serve")

    def __init__(self, version: Version, folder: Path, database: str, **settings: str) -> None:
        self.code = version.unpack(folder / "code")
        super().__init__(
            folder, DATABASE_URL=database, PYTHONPATH=str(self.code), LOG_LEVEL="error", **settings
        )
