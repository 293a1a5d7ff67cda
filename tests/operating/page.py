"""docs/operating.md and the pages that it lists: their commands, settings and statements, and a way to run them as they stand."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.cli.commands import Commands
from tests.conftest import execute

_DOCS = Path(__file__).parents[2] / "docs"
_NAMES = ("operating", "deploying", "upgrading", "backing-up", "rotating-secrets")
PAGES = {name: (_DOCS / f"{name}.md").read_text() for name in _NAMES}
_SETTING = re.compile(r"([A-Z_]+)=(\S*)")


def headings(level: int) -> list[str]:
    """Of sections of the first page that deep."""
    return re.findall(rf"^{'#' * level} (.*)$", PAGES["operating"], re.MULTILINE)


def blocks(heading: str) -> list[tuple[str, str]]:
    """The code of a section, of those below it none: language and text."""
    pattern = rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)"
    [section] = [
        text for page in PAGES.values() for text in re.findall(pattern, page, re.MULTILINE | re.DOTALL)
    ]
    found = re.findall(r"^( *)```(\w+)\n(.*?)^ *```$", section, re.MULTILINE | re.DOTALL)
    return [
        (language, re.sub(f"^{indent}", "", text, flags=re.MULTILINE)) for indent, language, text in found
    ]


def settings(heading: str) -> list[dict[str, str]]:
    """What the blocks of a section set, one after the other."""
    found = [dict(_SETTING.findall(text)) for _, text in blocks(heading) if _SETTING.match(text)]
    assert found, heading
    return found


class Operator:
    """Somebody who does what the page says, line by line."""

    def __init__(self, commands: Commands, database: str) -> None:
        self.commands, self.database = commands, database
        self.outputs: list[str] = []
        self.password = ""

    def follow(self, *sections: str) -> str:
        """Runs all that these have, and returns what was said; settings are for servers, and not for here."""
        self.outputs = []
        for language, text in (block for heading in sections for block in blocks(heading)):
            if language == "sql":
                self.outputs.append(str(execute(self.database, text)))
            elif language == "sh" and not _SETTING.match(text):
                for line in text.splitlines():
                    self._run(line)
        return "\n".join(self.outputs)

    def mend(self, heading: str) -> None:
        """Runs the statements of a section alone."""
        for language, text in blocks(heading):
            if language == "sql":
                execute(self.database, text)

    def _run(self, line: str) -> None:
        piped = ""
        for part in line.split(" | "):
            piped = self._one(shlex.split(part, comments=True), piped)
            self.outputs.append(piped)

    def _one(self, words: list[str], stdin: str) -> str:
        if words[0] == "ai-editor":
            done = self.commands(*words[1:], stdin=stdin)
            if "--password-stdin" in words:
                self.password = stdin.strip()
            assert done.code == 0 or words[1:] == ["doctor"], done
            return done.out
        assert words[0] == "python"
        return subprocess.run([sys.executable, *words[1:]], capture_output=True, text=True, check=True).stdout
