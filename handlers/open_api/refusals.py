"""Which refusals a handler raises, read from its code: `errors.…` of the server and of its feature."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterable, Iterator
from types import FunctionType, ModuleType

from handlers.open_api.places import METHODS
from server.http.handler import BaseHandler

Codes = dict[int, dict[str | None, None]]


def codes(handler: type[BaseHandler], method: str) -> Codes:
    """By status the codes that the code behind a method names; None for a refusal without a body."""
    found: Codes = {}
    for kind in handler.__mro__:
        if kind.__module__.startswith("handlers."):
            for status, code in _of_class(kind, method):
                found.setdefault(status, {})[code] = None
    return found


def _of_class(kind: type, method: str) -> Iterator[tuple[int, str | None]]:
    names = vars(sys.modules[kind.__module__])
    module = ast.parse(inspect.getsource(sys.modules[kind.__module__]))
    called = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    own = _but_other_methods(ast.parse(textwrap.dedent(inspect.getsource(kind))), method)
    used = [called[node.id] for node in _nodes(own) if isinstance(node, ast.Name) and node.id in called]
    for node in _nodes([*own, *used]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _called(node, node.func, names)


def _but_other_methods(tree: ast.Module, method: str) -> list[ast.stmt]:
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
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
    for node in ast.walk(ast.parse(inspect.getsource(function))):
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
