"""docs/metrics.md, the dashboard and the alert rules, against the page of a running server."""

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from tests.metrics.scraping import ask
from tests.workers.served import Served

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text())
RULES = YAML(typ="safe").load(ROOT / "deploy" / "alerts.yml")
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
SHOWN = [target["expr"] for panel in PANELS for target in panel["targets"]]
WATCHED = [rule["expr"] for rule in ALERTS]
OF_PROMETHEUS = {"up"}
PROMETHEUS_OWN_LABELS = {"job", "instance", "le"}


@pytest.fixture(scope="module")
def families() -> dict[str, Metric]:
    """Of a server that has signed somebody up and in, and refused somebody."""
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder)) as served:
        served.call(
            "/api/auth/sign-up/email", {"name": "A", "email": "a@b.example", "password": "1234567890"}
        )
        ask(served, "/metrics")
        page = ask(served, "/metrics")
    return {family.name: family for family in text_string_to_metric_families(page)}


def exposed(family: Metric) -> str:
    """The name as it stands in the docs: a counter's with its ending."""
    return f"{family.name}_total" if family.type == "counter" else family.name


def labels(family: Metric) -> set[str]:
    return {name for sample in family.samples for name in sample.labels} - {"le"}


def samples(families: dict[str, Metric]) -> dict[str, Metric]:
    """Every name that can be asked for, whether there is such a series yet or not."""
    found: dict[str, Metric] = {}
    for family in families.values():
        endings = ("_bucket", "_count", "_sum") if family.type == "histogram" else ("",)
        found |= {exposed(family) + ending: family for ending in endings}
    return found


def selectors(expression: str) -> Iterator[Any]:
    """All that a query asks for."""
    waiting = [promql_parser.parse(re.sub(r"\$__\w+", "5m", expression))]
    while waiting:
        found = waiting.pop()
        if isinstance(found, promql_parser.VectorSelector):
            yield found
        elif isinstance(found, promql_parser.MatrixSelector):
            yield found.vector_selector
        else:
            inner = [getattr(found, name, None) for name in ("lhs", "rhs", "expr", "param")]
            inner += getattr(found, "args", None) or []
            waiting += [each for each in inner if isinstance(each, promql_parser.Expr)]


def test_the_table_has_what_the_page_has(families: dict[str, Metric]) -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (\w+) \| (.*?) ?\|", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE
    )
    told = {name: (kind, set(re.findall(r"`(\w+)`", words))) for name, kind, words in rows}
    assert told.keys() == {exposed(family) for family in families.values()}
    for family in families.values():
        kind, named = told[exposed(family)]
        assert kind == family.type
        assert not family.samples or labels(family) == named, family.name


@pytest.mark.parametrize("expression", [*SHOWN, *WATCHED])
def test_what_is_asked_for_is_there(families: dict[str, Metric], expression: str) -> None:
    known, asked = samples(families), list(selectors(expression))
    assert asked
    for selector in asked:
        if selector.name in OF_PROMETHEUS:
            continue
        family = known[selector.name]
        named = {matcher.name for matcher in selector.matchers.matchers}
        assert not family.samples or named <= labels(family) | PROMETHEUS_OWN_LABELS


def test_the_dashboard_is_one() -> None:
    assert DASHBOARD["schemaVersion"] >= 36  # the first with the kinds of panels that are used
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells
    known = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(PANELS)))
    assert {name for name in used if not name.startswith("__")} <= known


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_it_is_about(rule: dict[str, Any]) -> None:
    assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert rule["annotations"].keys() == {"summary", "description"}
