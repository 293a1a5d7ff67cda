"""Counters and gauges of one process, in a registry of their own, as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from server.version import VERSION

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class _Total(Collector):
    """A counter whose value is read from elsewhere."""

    def __init__(self, name: str, words: str, read: Callable[[], float]) -> None:
        self._name, self._words, self._read = name, words, read

    def collect(self) -> Iterable[Metric]:
        """The value now."""
        return (CounterMetricFamily(self._name, self._words, value=self._read()),)


class Metrics:
    """Every number has bounded labels: nothing that a request says becomes one."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        # Looking labels up costs more than counting.
        self._found: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._requests = self._counter("http_requests", "Answers.", "endpoint", "method", "status")
        self._latency = Histogram(
            "ai_editor_http_request_seconds",
            "Time from the request's head to the end of its answer.",
            ("endpoint",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._events = self._counter("events", "What people did, as the log names it: sign-in, …", "event")
        self._mails = self._counter(
            "mails",
            "Mails: queued, sent, failed (an attempt, tried again) or given_up.",
            "template",
            "result",
        )
        self._mail_queue = Gauge(
            "ai_editor_mail_queue_length", "Mails that wait, in all processes.", registry=self._registry
        )
        self._show_build()

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"ai_editor_{name}", words, labels, registry=self._registry)

    def _show_build(self) -> None:
        build = Gauge("ai_editor_build_info", "1, of this version.", ("version",), registry=self._registry)
        build.labels(VERSION).set(1)
        for event in ("sign-in", "sign-in-failed", "sign-up"):
            self._events.labels(event)

    def watch(self, name: str, words: str, read: Callable[[], float]) -> None:
        """A gauge that is read when somebody looks."""
        Gauge(f"ai_editor_{name}", words, registry=self._registry).set_function(read)

    def watch_total(self, name: str, words: str, read: Callable[[], float]) -> None:
        """A counter that another keeps, read when somebody looks."""
        self._registry.register(_Total(f"ai_editor_{name}", words, read))

    def request(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """One answered request; `endpoint` is its handler's class."""
        known = method if method in _METHODS else "other"
        found = self._found.get((endpoint, known, status))
        if found is None:
            found = self._requests.labels(endpoint, known, str(status)), self._latency.labels(endpoint)
            self._found[endpoint, known, status] = found
        found[0].inc()
        found[1].observe(seconds)

    def event(self, name: str) -> None:
        """One line of the audit log; names are written in the code."""
        self._events.labels(name).inc()

    def mail(self, template: str, result: str) -> None:
        """One mail queued, sent, failed or given_up."""
        self._mails.labels(template, result).inc()

    def mail_queue(self, length: float) -> None:
        """How many mails wait; NaN when nobody knows."""
        self._mail_queue.set(length)

    def page(self) -> bytes:
        """All of it, as text."""
        return generate_latest(self._registry)
