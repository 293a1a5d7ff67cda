"""The code as the tests of house rules read it: each file once."""

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted(path for folder in ("server", "handlers") for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    """As people say it, from the root on."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree(path: Path) -> ast.Module:
    """What Python makes of it."""
    return ast.parse(path.read_text())


@functools.cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All of the tree, the outermost first."""
    return tuple(ast.walk(tree(path)))
