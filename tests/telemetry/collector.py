"""A collector of OpenTelemetry's, as far as traces over HTTP go."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Span:
    """One that came; ids in hexadecimal, as in traceparent."""

    name: str
    trace: str
    id: str
    parent: str
    failed: bool
    facts: dict[str, Any]
    resource: dict[str, Any]


def _values(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


class Collector:
    """On a port of its own, until the block ends."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.bodies: list[bytes] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector._take(self.path, body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def _take(self, path: str, body: bytes) -> None:
        assert path == "/v1/traces"
        self.bodies.append(body)
        for found in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = _values(found.resource.attributes)
            for scope in found.scope_spans:
                for each in scope.spans:
                    ids = each.trace_id.hex(), each.span_id.hex(), each.parent_span_id.hex()
                    facts = _values(each.attributes)
                    self.spans.append(Span(each.name, *ids, each.status.code == 2, facts, resource))

    def requests(self, route: str) -> list[Span]:
        """The spans of requests of a route."""
        return [span for span in self.spans if span.facts.get("http.route") == route]

    def children(self, parent: Span) -> list[Span]:
        """What belongs to a span."""
        return [span for span in self.spans if span.parent == parent.id]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
