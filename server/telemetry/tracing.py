"""OpenTelemetry's traces: a span for a request, and what it waits for. Without its variables nothing of it is imported.

No span holds an address, a token, an e-mail or what an exception says: names and numbers alone. S35.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from server.database import statement
from server.errors import StartError
from server.telemetry.sparing import Sparing
from server.version import VERSION

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.trace import Span, Tracer

log = logging.getLogger(__name__)

# At the end of a server what waits to be exported is given so long.
FLUSH_SECONDS = 2.0
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE|JOIN)\s+"?(\w+)')
tracer: Tracer | None = None
"""None while traces are off, which is all that is looked at then."""


def check() -> None:
    """Raises StartError where the packages are not there."""
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter
        import opentelemetry.sdk.trace  # noqa: F401
    except ImportError:
        raise StartError(
            "traces are on by OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_TRACES_EXPORTER, and their packages are not here:"
            " pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http, or set OTEL_TRACES_EXPORTER=none"
        ) from None


@contextmanager
def running(on: bool, service: str) -> Iterator[None]:
    """Traces meanwhile; the SDK reads the environment. To be begun in the process that is traced: a fork takes no thread along that exports."""
    global tracer
    if not on:
        yield
        return
    check()
    provider = _provider(service)
    tracer = provider.get_tracer("ai-editor", VERSION)
    statement.watching = _statement
    try:
        yield
    finally:
        tracer = statement.watching = None
        # A collector that does not answer is not waited for.
        flushing = threading.Thread(target=provider.shutdown, name="traces", daemon=True)
        flushing.start()
        flushing.join(FLUSH_SECONDS)


def _provider(service: str) -> TracerProvider:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    # What it says of a collector that is away is said below, once.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    named = {"service.name": service, "service.version": VERSION}
    resource = Resource.create({**named, "process.pid": os.getpid()})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(_processor())
    return provider


def _processor() -> SpanProcessor:
    """Exports in a thread; what is too much for its queue is left out, and nobody waits for it."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

    said = Sparing(log)

    class Exporter(OTLPSpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            """As it is, and a line where that fails."""
            result = super().export(spans)
            if result is not SpanExportResult.SUCCESS:
                said.say("traces are not taken at OTEL_EXPORTER_OTLP_ENDPOINT", logging.WARNING)
            return result

    return BatchSpanProcessor(Exporter())


class Request:
    """The span of one request, which what is done for it belongs to; begun in the task that answers it."""

    def __init__(self, tracer: Tracer, method: str, request_id: str, parent: str) -> None:
        from opentelemetry import context
        from opentelemetry.trace import SpanKind, set_span_in_context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        above = TraceContextTextMapPropagator().extract({"traceparent": parent}, context.Context())
        self._method = method if method in _METHODS else "_OTHER"
        facts = {"http.request.method": self._method, "ai_editor.request_id": request_id}
        self._span: Span = tracer.start_span(self._method, above, SpanKind.SERVER, facts)
        context.attach(set_span_in_context(self._span))

    def end(self, route: str, status: int) -> None:
        """When it is answered; `route` is what the table of routes has."""
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("http.response.status_code", status)
        if route:
            self._span.set_attribute("http.route", route)
            self._span.update_name(f"{self._method} {route}")
        if status >= 500:
            self._span.set_status(StatusCode.ERROR)
        self._span.end()


def span(name: str, **facts: str) -> AbstractContextManager[Any]:
    """Around something that takes its time; what it gives is None while traces are off."""
    return nullcontext() if tracer is None else _span(tracer, name, facts)


@contextmanager
def _span(tracer: Tracer, name: str, facts: Mapping[str, str]) -> Iterator[Span]:
    from opentelemetry.trace import StatusCode

    # What an exception says may hold what somebody sent.
    made = tracer.start_as_current_span(
        name, attributes=facts, record_exception=False, set_status_on_exception=False
    )
    with made as current:
        try:
            yield current
        except BaseException as error:
            current.set_attribute("error.type", type(error).__name__)
            current.set_status(StatusCode.ERROR)
            raise


def _statement(sql: str) -> AbstractContextManager[Any]:
    """Around a statement that is part of something: its verb and its table, never its text."""
    from opentelemetry.trace import get_current_span

    if tracer is None or not get_current_span().get_span_context().is_valid:
        return nullcontext()
    verb, table = sql.split(None, 1)[0].rstrip(";"), _TABLE.search(sql)
    facts = {"db.system.name": "postgresql", "db.operation.name": verb}
    if table:
        facts["db.collection.name"] = table[1]
    return _span(tracer, f"{verb} {table[1]}" if table else verb, facts)
