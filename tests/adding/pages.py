"""What the pages on adding something say: files, and changes of files, put into a copy of the tree."""

import re
import shutil
import subprocess
from pathlib import Path

from tests.workers.served import ROOT

_FENCE = re.compile(r"^( *)```(\w+) (\S+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_LEFT_OUT = shutil.ignore_patterns(
    "node_modules", "__pycache__", "data", "images", "compat", "bench", "*.json.gz"
)


def copy(folder: Path) -> Path:
    """The tree as far as it serves and is tested; the packages of the browser app are the ones that are there."""
    for name in ("server", "handlers", "web", "tests", "tools", "docs", "drill"):
        shutil.copytree(ROOT / name, folder / name, ignore=_LEFT_OUT)
    for file in ROOT.glob("*.*"):
        if file.is_file():
            shutil.copy(file, folder)
    (folder / "web" / "node_modules").symlink_to(ROOT / "web" / "node_modules")
    return folder


def apply(page: str, folder: Path) -> list[Path]:
    """Does what the page says; the files that are new or changed."""
    text = (ROOT / "docs" / f"{page}.md").read_text()
    done = []
    for indent, language, name, indented in _FENCE.findall(text):
        code = re.sub(f"^{indent}", "", indented, flags=re.MULTILINE)
        file = folder / name
        if language == "diff":
            _change(file, code)
        else:
            assert not file.exists(), name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(code)
        done.append(file)
    assert done, page
    return done


def _change(file: Path, diff: str) -> None:
    for hunk in diff.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        text = file.read_text()
        assert text.count(before) == 1, f"{file.name} has not this once:\n{before}"
        file.write_text(text.replace(before, after))


def run(folder: Path, command: list[str | Path], **environment: str) -> str:
    """What it says, where it ends well."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
