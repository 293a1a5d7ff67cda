"""What the processes of a host have counted, added up, as Prometheus reads it; loaded for the first who asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from server.telemetry.blocks import Block, Blocks
from server.telemetry.families import Family, Labels

Merged = dict[Labels, list[float]]
_GAUGES: dict[str, Callable[[float, float], float]] = {
    "sum": lambda one, other: one + other,
    "most": max,
    "least": min,
}


def render(blocks: Blocks, families: dict[str, Family], mails_waiting: float) -> bytes:
    """All of it, as text."""
    registry = CollectorRegistry()
    words = "Mails that wait, in all processes; NaN when nobody knows."
    waiting = GaugeMetricFamily("ai_editor_mail_queue_length", words, value=mails_waiting)
    registry.register(Page(blocks, families, waiting))
    return generate_latest(registry)


class Page(Collector):
    """Collects all families of all blocks, and what was asked of others."""

    def __init__(self, blocks: Blocks, families: dict[str, Family], *asked: Metric) -> None:
        self._blocks, self._families, self._asked = blocks, families, asked

    def collect(self) -> Iterable[Metric]:
        """Counters of all that ever were; gauges, and what the system says, of the processes that live."""
        blocks = list(self._blocks.read())
        merged = _merged(blocks, self._families)
        for family in self._families.values():
            yield from _shown(family, merged.get(family.name, {}))
        yield from self._asked
        yield from _workers([each for each in blocks if each.process])


def _merged(blocks: Sequence[Block], families: dict[str, Family]) -> dict[str, Merged]:
    """By family and labels. Of another version's family with other buckets nothing can be said."""
    found: dict[str, Merged] = {}
    for block in blocks:
        for series in block.series:
            family = families.get(series.family)
            if family is None or len(series.values) != family.size or (family.merge and not block.process):
                continue
            sums = found.setdefault(family.name, {})
            known, add = sums.get(series.labels), _GAUGES[family.merge or "sum"]
            values = series.values if known is None else map(add, known, series.values)
            sums[series.labels] = list(values)
    return found


def _shown(family: Family, merged: Merged) -> Iterator[Metric]:
    if family.buckets:
        yield _histogram(family, merged)
    if family.total:
        total = CounterMetricFamily(*family.total, labels=family.labels)
        for labels, (_, *counts) in merged.items():
            total.add_metric(labels, sum(counts))
        yield total
    if not family.buckets:
        kind = GaugeMetricFamily if family.merge else CounterMetricFamily
        shown = kind(family.name, family.words, labels=family.labels)
        for labels, values in merged.items():
            shown.add_metric(labels, values[0])
        yield shown


def _histogram(family: Family, merged: Merged) -> Metric:
    shown = HistogramMetricFamily(family.name, family.words, labels=family.labels)
    bounds = [*(repr(each) for each in family.buckets), "+Inf"]
    for labels, (seconds, *counts) in merged.items():
        buckets = list(zip(bounds, accumulate(counts), strict=True))
        shown.add_metric(labels, buckets, seconds)
    return shown


def _workers(blocks: Sequence[Block]) -> Iterator[Metric]:
    """A number that means something of each process alone has a label: its place, which whoever replaces it takes over."""
    yield GaugeMetricFamily("ai_editor_workers", "Processes that serve on this host.", value=len(blocks))
    silent = GaugeMetricFamily(
        "ai_editor_worker_silent_seconds",
        "Since a worker last wrote its gauges, which it does each second.",
        labels=("worker",),
    )
    now, system = time.monotonic(), dict[str, Metric]()
    for block in blocks:
        if block.seen:
            silent.add_metric((str(block.number),), max(0.0, now - block.seen))
        for family in ProcessCollector(pid=lambda block=block: block.process, registry=None).collect():  # type: ignore[misc]
            known = system.setdefault(
                family.name, Metric(family.name, f"{family.documentation} Of a worker.", family.type)
            )
            for sample in family.samples:
                known.add_sample(sample.name, {"worker": str(block.number)}, sample.value)
    yield silent
    yield from system.values()
