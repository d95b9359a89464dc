"""The dashboard and the alerts ask only for what there is: each expression is read by a parser of Prometheus' own language, and every
metric and label in it is laid beside what a process that did something gives out.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml
from live import EVENTS, live
from prometheus_client.parser import text_string_to_metric_families
from sent_lines import meeting, pair
from served import Served

from api.health_pages import READY_LAG
from projections.telemetry.metrics import LEADS

DEPLOY = Path(__file__).parent.parent / "deploy"
BOARD: dict[str, Any] = json.loads((DEPLOY / "grafana.json").read_text())
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"] for rule in group["rules"]
]  # fmt: skip
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
OF_THE_SCRAPE = {"job", "instance"}
"""Labels that Prometheus itself adds."""
GRAFANA = {"$__rate_interval": "1m", "$job": "tussenruimte"}


def expressions() -> list[str]:
    asked = [target["expr"] for panel in PANELS for target in panel["targets"]] + [rule["expr"] for rule in RULES]
    for variable, value in GRAFANA.items():
        asked = [expression.replace(variable, value) for expression in asked]
    return asked


def parts(expression: Any) -> Iterator[Any]:
    """An expression and all that it is made of."""
    yield expression
    for name in ("lhs", "rhs", "expr", "vector_selector"):
        if (inner := getattr(expression, name, None)) is not None:
            yield from parts(inner)
    for inner in getattr(expression, "args", None) or ():
        yield from parts(inner)


def metrics_in(expression: str) -> dict[str, set[str]]:
    """The metrics that an expression asks for, each with the labels it is asked by."""
    found: dict[str, set[str]] = {}
    whole = list(parts(promql.parse(expression)))
    for part in whole:
        if isinstance(part, promql.VectorSelector):
            assert part.name is not None
            found.setdefault(part.name, set()).update(matcher.name for matcher in part.matchers.matchers)
    for part in whole:
        if isinstance(part, promql.AggregateExpr) and part.modifier is not None:
            for inner in parts(part.expr):
                if isinstance(inner, promql.VectorSelector):
                    found[str(inner.name)].update(part.modifier.labels)
    return found


@pytest.fixture(scope="module")
def given_out(house: Served) -> dict[str, set[str]]:
    """The metrics of a process that did some of everything, each with its labels."""
    batch = b"[" + b",".join([*pair("seen"), meeting("seen-m", "seen")]) + b"]"
    house.client.post("/events", content=batch, headers={"Content-Type": "application/cloudevents-batch+json"}).raise_for_status()
    house.ask("{ lenses { name } }")
    with live(house) as one:
        one.subscribe(EVENTS)
        one.until_caught_up()
    LEADS.labels("project").set(0)
    families = text_string_to_metric_families(house.client.get("/metrics").text)
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


@pytest.mark.parametrize("expression", expressions())
def test_every_metric_and_label_that_is_asked_for_is_there(given_out: dict[str, set[str]], expression: str) -> None:
    asked = metrics_in(expression)
    assert asked
    for metric, labels in asked.items():
        assert metric in given_out
        assert labels - OF_THE_SCRAPE <= given_out[metric], metric


def test_a_metric_or_label_that_is_not_there_would_be_seen() -> None:
    assert metrics_in('sum by (le, route) (rate(a_bucket{job="x"}[5m])) / sum(b) > 0 and max(changes(c[1m])) == 0') == {
        "a_bucket": {"job", "le", "route"}, "b": set(), "c": set(),
    }  # fmt: skip


def test_every_metric_of_ours_is_shown(given_out: dict[str, set[str]]) -> None:
    shown = {name for expression in expressions() for name in metrics_in(expression)}
    ours = {re.sub("_(bucket|count|sum)$", "", name) for name in given_out if name.startswith("tussenruimte_")}
    assert ours == {re.sub("_(bucket|count|sum)$", "", name) for name in shown if name.startswith("tussenruimte_")}


def test_the_dashboard_has_what_grafana_needs() -> None:
    assert {"uid", "title", "schemaVersion", "version", "time", "refresh", "templating", "panels"} <= set(BOARD)
    source, job = BOARD["templating"]["list"]
    assert (source["type"], source["query"], job["type"]) == ("datasource", "prometheus", "query")
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    for panel in PANELS:
        assert {"id", "type", "title", "gridPos", "datasource", "fieldConfig", "options", "targets"} <= set(panel)
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        assert all(one["datasource"] == {"type": "prometheus", "uid": f"${{{source['name']}}}"} for one in (panel, *panel["targets"]))


def test_no_panel_lies_on_another() -> None:
    taken = set()
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_the_legends_name_labels_that_are_left(given_out: dict[str, set[str]]) -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            named = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", target["legendFormat"]))
            expression = promql.parse(target["expr"].replace("$__rate_interval", "1m"))
            grouped = [part.modifier.labels for part in parts(expression) if isinstance(part, promql.AggregateExpr) and part.modifier]
            assert named <= ({name for labels in grouped for name in labels} or OF_THE_SCRAPE), panel["title"]


def test_it_is_alarmed_when_no_process_is_ready() -> None:
    (behind,) = [rule for rule in RULES if rule["alert"] == "TussenruimteBehind"]
    assert behind["expr"].endswith(f"> {READY_LAG}")
    assert f"{READY_LAG:,}" in next(panel["description"] for panel in PANELS if panel["title"] == "Lag")


def test_every_alert_says_what_to_do() -> None:
    for rule in RULES:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert set(rule["annotations"]) == {"summary", "description"}


def test_the_page_for_operators_names_every_metric_of_ours(given_out: dict[str, set[str]]) -> None:
    page = (DEPLOY.parent / "docs" / "watching.md").read_text()
    named = re.findall(r"^\| `(tussenruimte_\w+)` \|", page, re.MULTILINE)
    assert set(named) == {re.sub("_(bucket|count|sum)$", "", name) for name in given_out if name.startswith("tussenruimte_")}
    assert f"{READY_LAG:,}" in page
