"""Every sentence of the server's is in every catalogue, with the same gaps; and what a language is chosen by."""

import ast
import json
import re
from pathlib import Path

import pytest
from jinja2.ext import extract_from_ast

from handlers import FEATURES
from server.branding.settings import Branding
from server.feature import Feature
from server.languages import accept
from server.languages import sentences as catalogue
from server.languages.moments import span
from server.mail.rendering import _FACTS, _environment
from tests.sources import ROOT

LOCALES = ROOT / "web" / "locales"
TEMPLATES = ROOT / "web" / "templates"
OTHERS = sorted(each.name for each in LOCALES.iterdir() if each.is_dir())
GAP = re.compile(r"\{\w+\}")
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def sentences() -> set[str]:
    """What the server says, in English, from where it is written."""
    found = {span("en", email.seconds) for feature in FEATURES for email in feature.emails}
    found |= {email.words for feature in FEATURES for email in feature.emails if email.words}
    found |= {label for label, _ in _FACTS} | {*MONTHS, "{day} {month} {year}, {time} UTC", "Page not found"}
    found |= {"Terms of use", "Privacy policy"}
    found |= {
        page["title"] for page in json.loads((ROOT / "web" / "pages.json").read_text()) if page["title"]
    }
    for path in TEMPLATES.glob("*.html"):
        found |= set(re.findall(r"say\('([^']*)'", path.read_text()))
    for path in (TEMPLATES / "mail").glob("*.jinja"):
        parsed = _environment("txt", Branding(), "en").parse(path.read_text())
        for _, _, message in extract_from_ast(parsed, ("_", "gettext")):
            said = message[0] if isinstance(message, tuple) else message
            found.add(re.sub(r"%\((\w+)\)s", r"{\1}", said or ""))
    return found | sorry()


def sorry() -> set[str]:
    """Of the page for errors."""
    tree = ast.parse((ROOT / "handlers" / "shell" / "routes.py").read_text())
    table = next(
        node
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_SORRY"
    )
    return {text for pair in ast.literal_eval(table.value).values() for text in pair}


def read(language: str, name: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((LOCALES / language / name).read_text())
    return found


def own(features: tuple[Feature, ...]) -> int:
    return sum(len(feature.emails) for feature in features)


def test_what_the_server_says_is_found() -> None:
    assert own(FEATURES) > 10
    assert len(sentences()) > 100


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_every_sentence_of_the_server_and_no_other(language: str) -> None:
    known = read(language, "server.json") | read(language, "app.json")
    assert sentences() - set(known) == set()
    assert set(read(language, "server.json")) - sentences() == set()
    assert set(read(language, "server.json")) & set(read(language, "app.json")) == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_has_the_same_gaps_in_every_language_and_is_no_markup(language: str) -> None:
    for sentence, said in read(language, "server.json").items():
        assert said.strip()
        assert sorted(GAP.findall(said)) == sorted(GAP.findall(sentence)), sentence
        assert not re.search(r"[<>&%]", said), sentence


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("DE-de", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("en;q=0.5, de;q=0.7", "de"),
        ("tlh-KX, tlh;q=0.9", "en"),
        ("tlh, de;q=0.3", "de"),
        ("de;q=0", "en"),
        ("de;q=0, *", "en"),
        ("*", "en"),
        ("*;q=0.1, de;q=0.5", "de"),
        ("de;q=0.8, en;q=0.8", "de"),
        ("de;q=2, en;q=0.1", "en"),
        ("de;q=nonsense", "en"),
        ("den", "en"),
        ("../de", "en"),
        ("x" * 10_000 + ",de", "en"),
    ],
)
def test_the_language_is_what_the_browser_prefers_of_those_there_are(header: str, language: str) -> None:
    assert accept.choose(header) == language


def test_a_sentence_that_a_catalogue_lacks_is_said_in_english() -> None:
    assert catalogue.translate("de", "Not in {place}.", place="any {catalogue}") == "Not in any {catalogue}."
    assert catalogue.translate("xx", "Your code") == "Your code"


def forget() -> None:
    catalogue.languages.cache_clear()
    catalogue._sentences.cache_clear()


def test_a_third_language_is_a_folder_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "locales" / "qps-ploc"
    folder.mkdir(parents=True)
    for name in ("app.json", "server.json"):
        pseudo = {sentence: f"[{sentence}]" for sentence in read("de", name)}
        (folder / name).write_text(json.dumps(pseudo))
    forget()
    try:
        with monkeypatch.context() as here:
            here.setattr("server.languages.sentences.resources.files", lambda _: tmp_path)
            assert accept.choose("qps-ploc, de;q=0.5") == "qps-ploc"
            assert catalogue.translate("qps-ploc", "Hello {name},", name="Ada") == "[Hello Ada,]"
            assert catalogue.translate("qps-ploc", "Sign in") == "[Sign in]"
    finally:
        forget()
