"""The 46 requirements: each has a test that carries its number, or a line that says what it waits for."""

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THREATS = (ROOT / "docs" / "threats.md").read_text()
WAITING = dict(re.findall(r"^- (S\d+) waits for (.+)", THREATS, re.MULTILINE))
ALL = [f"S{number}" for number in range(1, 47)]
MARK = re.compile(r"\bS\d{1,2}\b")


def marks(path: Path) -> set[str]:
    """The numbers in the comments of a file of tests, and in what its first lines say of all of them."""
    text = path.read_text()
    if path.suffix != ".py":
        return {number for comment in re.findall(r"//.*", text) for number in MARK.findall(comment)}
    comments = " ".join(re.findall(r"# (.*)", text))
    return set(MARK.findall(comments)) | set(MARK.findall(ast.get_docstring(ast.parse(text)) or ""))


@functools.cache
def carried() -> frozenset[str]:
    python = (*ROOT.glob("tests/test_*.py"), *ROOT.glob("tests/*/test_*.py"))
    return frozenset(
        number for path in (*python, *ROOT.glob("web/tests/**/*.test.ts")) for number in marks(path)
    )


def test_each_is_carried_by_a_test_or_waits() -> None:
    assert set(ALL) - carried() - set(WAITING) == set()


def test_none_waits_that_a_test_carries() -> None:
    assert sorted(carried() & set(WAITING)) == []


@pytest.mark.parametrize("number", ALL)
def test_each_is_explained(number: str) -> None:
    assert re.search(rf"\b{number}\b", THREATS)


def test_there_are_no_others() -> None:
    assert carried() | set(WAITING) <= set(ALL)
