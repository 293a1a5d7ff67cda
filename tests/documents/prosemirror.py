"""Asks the real y-prosemirror, in Node; see prosemirror.mjs."""

import base64
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server.model import Json
from tests.compat.servers import node


class Editor:
    """An editor without a screen."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def read(self, state: bytes) -> tuple[Json, bool]:
        """What it shows of a state, and whether it had to change it for that."""
        found = self._ask("read", state=_coded(state))
        return found["json"], found["changed"]

    def made(self, document: Json) -> bytes:
        """The state that it makes of a new document."""
        return base64.b64decode(self._ask("made", json=document))

    def edited(self, state: bytes, document: Json) -> bytes:
        """The state once its document has become another."""
        return base64.b64decode(self._ask("edited", state=_coded(state), json=document))

    def merged(self, *updates: bytes) -> bytes:
        """Updates merged by Yjs itself."""
        return base64.b64decode(self._ask("merged", updates=[_coded(each) for each in updates]))

    def _ask(self, do: str, **asked: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **asked}).encode() + b"\n")
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline())
        assert "answer" in said, said["error"]
        return said["answer"]


@contextmanager
def editing() -> Iterator[Editor]:
    """An editor, for a while."""
    script = Path(__file__).with_name("prosemirror.mjs")
    command = [node(), "--no-warnings", str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Editor(process)


def _coded(state: bytes) -> str:
    return base64.b64encode(state).decode()
