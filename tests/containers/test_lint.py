"""Dockerfile and docker-compose.yml as their own checkers see them."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def check(*command: str) -> None:
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dockerfile_has_no_finding() -> None:
    check("hadolint", "Dockerfile")


def test_the_compose_file_is_of_its_schema() -> None:
    check("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")


def test_the_database_is_not_published() -> None:
    postgres = (ROOT / "docker-compose.yml").read_text().partition("\n  postgres:\n")[2]
    assert "image: postgres:" in postgres
    assert "ports:" not in postgres


def test_no_secret_is_built_in() -> None:
    for name in ("Dockerfile", "docker-compose.yml"):
        text = (ROOT / name).read_text()
        for line in text.splitlines():
            if re.search(r"^\s*\w*(SECRET|PASSWORD)\w*[:=]", line):
                assert re.search(r"\$\{\w+:\?", line), line


def test_what_compose_asks_for_is_in_the_example() -> None:
    wanted = re.findall(r"\$\{(\w+)[:?-]", (ROOT / "docker-compose.yml").read_text())
    example = (ROOT / ".env.example").read_text()
    for name in wanted:
        assert re.search(rf"^#? ?{name}=", example, re.MULTILINE), name


def test_the_image_leaves_out_what_is_private() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".env", ".env.*", "data", ".git"} <= set(ignored)
