"""PEP 517 backend: setuptools', with the frontend bundle built first when there is none of these sources.

A wheel is built of the project below one name (`one_name`); an editable install has the folders as they are.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bundle
import node
import one_name
from say import Stop
from setuptools import build_meta
from setuptools.build_meta import prepare_metadata_for_build_editable

__all__ = [
    "build_editable", "build_sdist", "build_wheel",
    "get_requires_for_build_editable", "get_requires_for_build_sdist", "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable", "prepare_metadata_for_build_wheel",
]  # fmt: skip

ROOT = Path(__file__).resolve().parent.parent
Config = dict[str, Any] | None


def get_requires_for_build_wheel(config_settings: Config = None) -> list[str]:
    """What the build needs beside setuptools: Node.js, where the bundle is to be made and there is none."""
    return _node(config_settings)


def get_requires_for_build_sdist(config_settings: Config = None) -> list[str]:
    """As for a wheel: a source archive carries the bundle."""
    return build_meta.get_requires_for_build_sdist(config_settings) + _node(config_settings)


def get_requires_for_build_editable(config_settings: Config = None) -> list[str]:
    """As for a wheel."""
    return build_meta.get_requires_for_build_editable(config_settings) + _node(config_settings)


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Config = None) -> str:
    """The metadata of the wheel, whose command is not where that of an editable install is."""
    target = Path(metadata_directory).resolve()
    with _staged():
        return build_meta.prepare_metadata_for_build_wheel(str(target), config_settings)


def build_wheel(
    wheel_directory: str, config_settings: Config = None, metadata_directory: str | None = None
) -> str:
    """A wheel with the bundle inside, and with one name at its top level."""
    _bundle(config_settings)
    target = Path(wheel_directory).resolve()
    metadata = str(Path(metadata_directory).resolve()) if metadata_directory else None
    with _staged():
        return build_meta.build_wheel(str(target), config_settings, metadata)


def build_sdist(sdist_directory: str, config_settings: Config = None) -> str:
    """A source archive with the bundle, from which a wheel is built without Node.js."""
    _bundle(config_settings)
    return build_meta.build_sdist(sdist_directory, config_settings)


def build_editable(
    wheel_directory: str, config_settings: Config = None, metadata_directory: str | None = None
) -> str:
    """An editable install; `-C bundle=later` leaves the bundle to `make`."""
    _bundle(config_settings)
    return build_meta.build_editable(wheel_directory, config_settings, metadata_directory)


@contextlib.contextmanager
def _staged() -> Iterator[None]:
    """Within the project that a wheel is built of; nothing is written into this one."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            one_name.stage(ROOT, Path(folder))
        except Stop as stop:
            raise SystemExit(str(stop)) from None
        with contextlib.chdir(folder):
            yield


def _needed(config_settings: Config) -> bool:
    later = (config_settings or {}).get("bundle") == "later"
    return not later and not bundle.is_fresh(ROOT / "web")


def _node(config_settings: Config) -> list[str]:
    return [node.REQUIREMENT] if _needed(config_settings) and not node.on_path() else []


def _bundle(config_settings: Config) -> None:
    if not _needed(config_settings):
        return
    package = None if node.on_path() else node.packaged()
    with tempfile.TemporaryDirectory() as shims:
        try:
            bundle.build(ROOT / "web", node.environment(package, Path(shims)))
        except Stop as stop:
            raise SystemExit(str(stop)) from None
