"""Which Node.js will do, and how the packaged one is put on PATH."""

import os
import subprocess
from pathlib import Path

import node
import pytest


@pytest.mark.parametrize(
    ("version", "usable"),
    [
        ("v18.20.4", False),
        ("v20.18.3", False),
        ("v20.19.0", True),
        ("v20.20.2\n", True),
        ("v21.7.3", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0", True),
        ("", False),
        ("node: not found", False),
    ],
)
def test_usable_versions(version: str, usable: bool) -> None:
    assert node.usable(version) is usable


def test_node_without_npm_will_not_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "node"
    program.write_text("#!/bin/sh\necho v24.0.0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not node.on_path()
    (tmp_path / "npm").symlink_to(program)
    assert node.on_path()


def test_packaged_node_comes_first(tmp_path: Path) -> None:
    package = tmp_path / "with space"
    (package / "bin").mkdir(parents=True)
    program = package / "bin" / "node"
    program.write_text('#!/bin/sh\necho "packaged $@"\n')
    program.chmod(0o755)
    environment = node.environment(package, tmp_path / "shims")
    answer = subprocess.run(["npm", "ci"], env=environment, capture_output=True, text=True, check=True)
    assert answer.stdout == f"packaged {package}/lib/node_modules/npm/bin/npm-cli.js ci\n"


def test_nothing_changes_where_the_system_has_one(tmp_path: Path) -> None:
    assert node.environment(None, tmp_path) is os.environ
