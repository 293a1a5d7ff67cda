"""A first start without room on the disk: a line with the cause, and the next start finds nothing half done. S38."""

import resource
import subprocess
from pathlib import Path

from tests.cli.commands import COMMAND, ROOT
from tests.workers.served import Served

LONG = "abcdefghijklmnopqrstuvwxyz-0123456789-abc"


def refusal(folder: Path, room: int, **settings: str) -> str:
    """What a server says that can write no file beyond that size, as if the disk were full then."""
    done = subprocess.run(
        [*COMMAND, "serve"],
        env={
            "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "DATA_DIR": str(folder), "PORT": "0", **settings,
            "PYTHONDONTWRITEBYTECODE": "1",  # Python leaves half a file where the disk fills up
        },
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        capture_output=True, text=True, cwd=folder.parent, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def test_a_disk_that_was_full(tmp_path: Path) -> None:
    data = tmp_path / "data"
    said = refusal(data, 0)
    assert said.startswith(f"ai-editor: DATA_DIR cannot be used ({data}")
    assert "File too large" in said
    assert list(data.iterdir()) == []
    for room, cause in ((0, "SIGXFSZ"), (100_000, "File too large")):
        said = refusal(data, room, BETTER_AUTH_SECRET=LONG)
        assert f"{data}/postgres: " in said
        assert cause in said
        assert list((data / "postgres").glob("data*")) == []
    secret = data / "secret"
    secret.touch()  # as an older version left it
    with Served(tmp_path, WORKERS="1") as served:
        assert served.call("/health/ready")[0] == 200
        assert len(secret.read_text()) == 48
        assert secret.stat().st_mode & 0o777 == 0o600
