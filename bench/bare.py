"""A Tornado handler that does nothing but write a file's bytes: what the framework itself can do.

No etag, no access log, one header of its own; on uvloop, like ours.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler


class Bare(RequestHandler):
    """Answers every GET with the same bytes."""

    def initialize(self, body: bytes, media_type: str) -> None:
        """`body` is what is written."""
        self._body, self._media_type = body, media_type

    def get(self) -> None:
        """Writes."""
        self.set_header("Content-Type", self._media_type)
        self.finish(self._body)

    def compute_etag(self) -> None:
        """None: ours has none either, and it would cost a hash."""
        return


async def main(port: int, body: bytes, media_type: str) -> None:
    """Serves until it is killed."""
    facts = {"body": body, "media_type": media_type}
    app = Application([("/.*", Bare, facts)], log_function=lambda handler: None)
    HTTPServer(app).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), Path(sys.argv[2]).read_bytes(), sys.argv[3]))
