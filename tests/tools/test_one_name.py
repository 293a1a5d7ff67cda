"""Imports from below another name: what becomes of each form, and what cannot be renamed."""

from pathlib import Path

import one_name
import pytest
from say import Stop

from tests.tools.building import ROOT

SOURCE = '''"""Says `from server import x`, and that stays."""

from __future__ import annotations

import serverless, os
import web
import server.model as model
from server import clock; from server.http import (
    origin,
)
from handlers.shell import (  # from server import clock
    bundle,
)
from . import server
é = "from server import clock"; from \\
    server import errors
if é:
    def f():
        import web as w
        "server", "server.nothing.there", "web"
'''
EXPECTED = '''"""Says `from server import x`, and that stays."""

from __future__ import annotations

import serverless, os
from one import web
import one.server.model as model
from one.server import clock; from one.server.http import (
    origin,
)
from one.handlers.shell import (  # from server import clock
    bundle,
)
from . import server
é = "from server import clock"; from \\
    one.server import errors
if é:
    def f():
        import one.web as w
        "server", "server.nothing.there", "web"
'''


def test_imports_are_renamed_and_nothing_else_is() -> None:
    assert one_name.renamed(SOURCE, "one", ROOT) == EXPECTED


@pytest.mark.parametrize(
    "source",
    [
        "import server.http",
        "import os, server",
        "kind.__module__.startswith('server.http.')",
        "f'server.http.{x}'",
        "import_module('handlers.shell.bundle')",
        "kind.startswith('handlers.')",
    ],
)
def test_what_would_not_be_found_ends_the_build(source: str) -> None:
    with pytest.raises(Stop, match=r"^line 2: "):
        one_name.renamed(f"x = 1\n{source}\n", "one", ROOT)


def test_a_refusal_names_the_file(tmp_path: Path) -> None:
    for name in ("server", "handlers", "web"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "setup.cfg").write_text("[metadata]\nname = one-name\ndescription = x\n")
    (tmp_path / "handlers" / "wrong.py").write_text("import server.http\n")
    with pytest.raises(Stop, match=r"^handlers/wrong\.py, line 1: "):
        one_name.stage(tmp_path, tmp_path / "made")
