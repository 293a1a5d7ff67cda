"""The installed package beside other people's code: a project that has a `server` and `handlers` of its own."""

import base64
import hashlib
import json
import re
import signal
import subprocess
import sysconfig
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.version import DISTRIBUTION, VERSION
from tests.tools.building import NAME, ROOT, build

TEAM = {"server/__init__.py": "x = 1\n", "handlers/__init__.py": "y = 2\n"}
ASKED = "import server, handlers; print(server.x, handlers.y, server.__file__)"


class Environment:
    """A virtual environment that has what the package requires, and not the package."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, symlinks=True)
        self.bin = folder / "bin"
        self.packages = next(folder.glob("lib/python3*/site-packages"))
        required = folder / "required"
        required.mkdir()
        for entry in Path(sysconfig.get_path("purelib")).iterdir():
            if not entry.name.startswith((NAME, "ai_editor-", "__editable__")) and entry.suffix != ".pth":
                (required / entry.name).symlink_to(entry)
        (self.packages / "required.pth").write_text(f"{required}\n")
        self._empty = self.held()

    def pip(self, *arguments: str | Path) -> None:
        """As a person calls it who has no network."""
        command = [self.bin / "python", "-m", "pip", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def install(self, wheel: Path) -> None:
        self.pip("install", "--quiet", "--no-deps", "--no-index", "--no-compile", wheel)

    def uninstall(self, name: str) -> None:
        self.pip("uninstall", "--quiet", "--yes", name)

    def held(self) -> set[str]:
        """What lies at the top of its packages."""
        return {entry.name for entry in self.packages.iterdir()}

    @property
    def installed(self) -> set[str]:
        """The same, less what was there before anything was."""
        return {name for name in self.held() - self._empty if not name.endswith(".dist-info")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a team."""
    about = {
        "METADATA": "Metadata-Version: 2.1\nName: team-app\nVersion: 1.0\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files = {**TEAM, **{f"team_app-1.0.dist-info/{name}": text for name, text in about.items()}}
    record = "".join(f"{name},sha256={_digest(text)},{len(text)}\n" for name, text in files.items())
    made = tmp_path_factory.mktemp("team") / "team_app-1.0-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr("team_app-1.0.dist-info/RECORD", f"{record}team_app-1.0.dist-info/RECORD,,\n")
    return made


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


class Place:
    """A working folder that has modules of names that others have as well."""

    def __init__(self, folder: Path, environment: Environment) -> None:
        self.folder, self._bin = folder, environment.bin
        for name in ("server", "handlers", "redis", "logging"):
            (folder / f"{name}.py").write_text("raise SystemExit('not that one')\n")

    def works(self) -> None:
        """By its command, and as a worker is called."""
        assert self._run("ai-editor", "--version").split()[-1] == VERSION
        assert self._run("python", "-P", "-m", f"{NAME}.server", "--version").split()[-1] == VERSION

    def has_the_teams(self, environment: Environment) -> None:
        said = self._run("python", "-P", "-c", ASKED).split()
        assert said == ["1", "2", str(environment.packages / "server" / "__init__.py")]

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [self._bin / program, *arguments],
            cwd=self.folder,
            env=self._settings(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _settings(self) -> dict[str, str]:
        return {"PORT": "0", "BCRYPT_COST": "4", "HOME": str(self.folder)}

    @contextmanager
    def serving(self, workers: int) -> Iterator[str]:
        """The address of `ai-editor serve` on its own PostgreSQL, which Ctrl-C ends."""
        with subprocess.Popen(
            [self._bin / "ai-editor", "serve"],
            cwd=self.folder,
            env={**self._settings(), "WORKERS": str(workers)},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            assert process.stderr
            said = ""
            try:
                for line in process.stderr:
                    said += line
                    if found := re.search(r"address +(http://\S+)", line):
                        yield found[1]
                        break
                else:
                    raise AssertionError(said)
            finally:
                process.send_signal(signal.SIGINT)
                rest = process.communicate(timeout=60)[1]
            assert process.returncode == 0, said + rest


def ask(address: str, path: str, body: dict[str, str] | None = None) -> str:
    """What is answered, which is no refusal."""
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(address + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(answer.read().decode())


def does_the_main_job(address: str, email: str) -> None:
    ask(address, "/health/ready")
    assert "<title>" in ask(address, "/login")
    person = {"name": "Ada", "email": email, "password": "correct horse battery"}
    assert json.loads(ask(address, "/api/auth/sign-up/email", person))["user"]["email"] == email


def test_each_lives_beside_the_other_and_without_it(
    wheel: Path, team: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("t")  # a socket's path must stay short
    environment = Environment(folder / "v")
    (folder / "w").mkdir()
    place = Place(folder / "w", environment)

    environment.install(team)
    environment.install(wheel)
    assert environment.installed == {NAME, "server", "handlers"}
    place.has_the_teams(environment)
    with place.serving(workers=2) as address:
        does_the_main_job(address, "ada@example.com")

    environment.uninstall("team-app")
    assert environment.installed == {NAME}
    with place.serving(workers=1) as address:
        does_the_main_job(address, "grace@example.com")

    environment.install(team)
    place.has_the_teams(environment)
    place.works()

    environment.uninstall(DISTRIBUTION)
    assert environment.installed == {"server", "handlers"}
    place.has_the_teams(environment)
