"""The code as the tests of house rules read it: each file once."""

import ast
import functools
import importlib
from collections.abc import Iterator
from pathlib import Path

from server.protocol.bodies import Body

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


def members() -> Iterator[tuple[str, str, str | None]]:
    """The class, JSON name and label as a target of every member that is read from a body or query."""
    for path in sorted((ROOT / "handlers").rglob("*.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == module.__name__ and issubclass(kind, Body):
                for attribute, member in kind.fields.items():
                    yield kind.__name__, member.key or attribute, member.target
