"""Which refusals a handler raises, read from its code: `errors.…` of the server and of its feature."""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from collections.abc import Iterable, Iterator
from types import FunctionType, ModuleType

from handlers.open_api.places import METHODS
from server.http.handler import BaseHandler

_FEATURES = __name__.removesuffix("open_api.refusals")
Codes = dict[int, dict[str | None, None]]


def codes(handler: type[BaseHandler], method: str) -> Codes:
    """By status the codes that the code behind a method names; None for a refusal without a body."""
    found: Codes = {}
    for kind in handler.__mro__:
        if kind.__module__.startswith(_FEATURES):
            for status, code in _of_class(kind, method):
                found.setdefault(status, {})[code] = None
    return found


@functools.lru_cache(16)  # the classes and the errors of one feature come one after the other
def _defined(module: str) -> dict[str, ast.stmt]:
    """The classes and functions of a module, by their names."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}


def _of_class(kind: type, method: str) -> Iterator[tuple[int, str | None]]:
    names, defined = vars(sys.modules[kind.__module__]), _defined(kind.__module__)
    called = {name: node for name, node in defined.items() if isinstance(node, ast.FunctionDef)}
    own = _but_other_methods(defined.get(kind.__name__), method)
    used = [called[node.id] for node in _nodes(own) if isinstance(node, ast.Name) and node.id in called]
    for node in _nodes([*own, *used]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _called(node, node.func, names)


def _but_other_methods(found: ast.stmt | None, method: str) -> list[ast.stmt]:
    body = found.body if isinstance(found, ast.ClassDef) else []
    return [each for each in body if getattr(each, "name", "") not in set(METHODS) - {method}]


def _nodes(found: Iterable[ast.AST]) -> Iterator[ast.AST]:
    return (node for tree in found for node in ast.walk(tree))


def _called(
    node: ast.Call, function: ast.Attribute, names: dict[str, object]
) -> Iterator[tuple[int, str | None]]:
    module = names.get(function.value.id) if isinstance(function.value, ast.Name) else None
    if isinstance(module, ModuleType) and module.__name__.rpartition(".")[2] == "errors":
        made = getattr(module, function.attr, None)
        if isinstance(made, FunctionType):
            yield from _made(made, [each.value for each in node.args if isinstance(each, ast.Constant)])


def _made(function: FunctionType, given: list[object]) -> Iterator[tuple[int, str | None]]:
    """The status and code in a function of errors.py: constants, or its first parameter for the status."""
    defaults = given or list(function.__defaults__ or ())
    for node in ast.walk(_defined(function.__module__)[function.__name__]):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        values = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
        if node.func.id == "_bad_request":
            yield 400, _text(values[0])
        elif node.func.id == "APIError":
            status = values[0] if values[0] is not None else next(iter(defaults), None)
            empty = isinstance(node.args[2], ast.Constant) and node.args[2].value is None
            if isinstance(status, int):
                yield status, None if empty else _text(values[1]) or ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
