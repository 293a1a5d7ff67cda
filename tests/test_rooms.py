"""The plan of the rooms: what stands where, how much of it, and under which name. docs/map.md draws it."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers import FEATURES
from tests.sources import CODE, ROOT, name, nodes, tree

SERVER = ROOT / "server"
ROOMS = {
    "authentication", "backup", "branding", "cli", "config", "crypto", "database", "documents", "http", "languages", "limits", "live", "mail", "oauth", "outgoing", "overload", "passwords", "postgres", "protocol",
    "redis", "schema", "sessions", "store", "telemetry", "uploads",
}  # fmt: skip
MODULES = {"__init__", "__main__", "clock", "errors", "feature", "model", "services", "version"}
MOST_FILES = 14
MOST_LINES = 350
# Rows of lists, and what a statement says besides: all other types of the domain are in model.py.
ROWS = {
    "Restriction",
    "AccountSummary",
    "SessionSummary",
    "SignedInRow",
    "UserSummary",
    "Whole",
    "Ended",
    "EmailTaken",
    "Failures",
    "QueuedMail",
    "Slowing",
}


def folders(path: Path) -> set[str]:
    """The folders but for Python's own, which stay behind where the others have moved away."""
    return {each.name for each in path.iterdir() if each.is_dir() and list(each.glob("*.py"))}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in nodes(path):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def test_the_server_has_these_rooms_and_nothing_else() -> None:
    assert folders(SERVER) == ROOMS
    assert {path.stem for path in SERVER.glob("*.py")} == MODULES


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_can_be_looked_over(room: str) -> None:
    assert len([path for path in (SERVER / room).glob("*.py") if path.name != "__init__.py"]) <= MOST_FILES


def test_handlers_holds_features_and_nothing_else() -> None:
    assert folders(ROOT / "handlers") == {feature.folder for feature in FEATURES}
    assert {path.name for path in (ROOT / "handlers").glob("*.py")} == {"__init__.py"}


@pytest.mark.parametrize("feature", sorted(feature.folder for feature in FEATURES))
def test_a_feature_has_one_name(feature: str) -> None:
    assert any((ROOT / "tests" / feature).glob("test_*.py")), f"tests/{feature} tests handlers/{feature}"


@pytest.mark.parametrize("room", sorted(ROOMS - {"store"}))  # which every test over HTTP goes through
def test_a_room_has_tests(room: str) -> None:
    assert any((ROOT / "tests" / room).glob("**/test_*.py"))


def test_one_place_makes_sessions() -> None:
    """The one way in: everybody else has a proof, and asks for a session there."""
    makers = {name(path) for path in CODE for node in nodes(path) if makes_a_session(node)}
    assert makers == {"server/authentication/sign_in.py"}


def makes_a_session(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return (
        isinstance(called, ast.Attribute)
        and called.attr == "create"
        and ast.unparse(called.value).endswith("sessions")
    )


def test_types_of_the_domain_are_in_the_model() -> None:
    bodies = (node for path in (SERVER / "store").glob("*.py") for node in tree(path).body)
    public = {
        node.name for node in bodies if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }
    assert public == ROWS


@pytest.mark.parametrize("path", CODE, ids=name)
def test_files_are_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES, "split it by noun"


def test_functions_are_mostly_small() -> None:
    sizes = sorted((each.end_lineno or 0) - each.lineno + 1 for path in CODE for each in functions(path))
    assert statistics.median(sizes) <= 6
    assert sizes[len(sizes) * 9 // 10] <= 14
