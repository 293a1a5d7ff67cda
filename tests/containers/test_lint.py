"""Dockerfile and compose files as their own checkers see them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from server.config import settings

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
COMPOSED = ["docker-compose.yml", "docker-compose.scale.yml"]


def check(*command: str) -> None:
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dockerfile_has_no_finding() -> None:
    check("hadolint", "Dockerfile")


@pytest.mark.parametrize("name", COMPOSED)
def test_the_compose_file_is_of_its_schema(name: str) -> None:
    check("check-jsonschema", "--builtin-schema", "vendor.compose-spec", name)


@pytest.mark.parametrize(("name", "published"), list(zip(COMPOSED, ("app", "nginx"), strict=True)))
def test_one_service_is_published(name: str, published: str) -> None:
    services = YAML(typ="safe").load((ROOT / name).read_text())["services"]
    assert {each for each, what in services.items() if "ports" in what} == {published}
    assert services["postgres"]["image"].startswith("postgres:")


def test_whoever_is_believed_is_nginx() -> None:
    services = YAML(typ="safe").load((ROOT / "docker-compose.scale.yml").read_text())["services"]
    nginx = services["nginx"]["networks"]["default"]["ipv4_address"]
    assert [services[each]["environment"]["TRUSTED_PROXIES"] for each in ("one", "two")] == [nginx, nginx]


def test_the_servers_take_their_settings(tmp_path: Path) -> None:
    services = YAML(typ="safe").load((ROOT / "docker-compose.scale.yml").read_text())["services"]
    given = {"BETTER_AUTH_URL": "https://auth.example.org"}
    filled = {
        name: re.sub(r"\$\{(\w+):\?[^}]*\}", lambda asked: given.get(asked[1], "x" * 40), str(value))
        for name, value in services["two"]["environment"].items()
    }
    found = settings.load(filled, tmp_path)
    assert found.production
    assert found.base_url == "https://auth.example.org"
    assert filled["READ_DATABASE_URL"].endswith("@replica:5432/ai_editor")


@pytest.mark.parametrize("name", COMPOSED)
def test_what_is_mounted_is_there(name: str) -> None:
    services = YAML(typ="safe").load((ROOT / name).read_text())["services"]
    sources = {volume.partition(":")[0] for what in services.values() for volume in what["volumes"]}
    files = {each for each in sources if each.startswith("./") and not each.startswith("./data/")}
    assert all((ROOT / each).exists() for each in files)


def test_no_secret_is_built_in() -> None:
    for name in ("Dockerfile", *COMPOSED):
        text = (ROOT / name).read_text()
        for line in text.splitlines():
            if re.search(r"^\s*\w*(SECRET|PASSWORD)\w*[:=]", line):
                assert re.search(r"\$\{\w+:\?", line), line


@pytest.mark.parametrize("name", COMPOSED)
def test_what_compose_asks_for_is_in_the_example(name: str) -> None:
    wanted = re.findall(r"\$\{(\w+)[:?-]", (ROOT / name).read_text())
    example = (ROOT / ".env.example").read_text()
    for each in wanted:
        assert re.search(rf"^#? ?{each}=", example, re.MULTILINE), each


def test_the_image_leaves_out_what_is_private() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".env", ".env.*", "data", ".git"} <= set(ignored)
