# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What alerting rules read and compare with, and where they end, as their texts have it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml

from ansible_collections.golive.verify.plugins.action.prometheus_rules import ActionModule as Rules
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import HttpFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus import promql, rules
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.routing import routing
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.test_prometheus import URL, Always, reply
from tests.unit.proving import prove


@pytest.mark.parametrize(
    ("expression", "read"),
    [
        ("up == 0", ["up"]),
        ('sum by (job, le) (rate(a_total{status=~"5..",job="x"}[5m])) > 1', ['a_total{status!="",job="x"}']),
        ("sum(a) by (job) / on (job) group_left (team) b offset 1h30m", ["a", "b"]),
        ("sum without (le) (a{}) unless ignoring(x) c", ["a", "c"]),
        ('{__name__=~"x.*", job!="}"}', ['{__name__=~"x.*",job!="}"}']),
        ("a:b:rate5m > bool 0.5 and on () vector(1)", ["a:b:rate5m"]),
        ("time() - max_over_time(a[1h:5m] @ 12) > 1e3 # b", ["a"]),
        ("1 > 0", []),
    ],
)
def test_what_an_expression_reads(expression: str, read: list[str]) -> None:
    assert promql.selectors(expression, ["status"]) == read


@pytest.mark.parametrize("expression", ["a{", "a{job}", "sum by (job", 'a{b="c', "ä > 1", "a ; b"])
def test_what_is_no_expression(expression: str) -> None:
    with pytest.raises(CannotLook):
        promql.selectors(expression, [])


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("a > 0.01", [(">", 0.01)]),
        ("a >= bool 5", [(">=", 5)]),
        ("a > (14.4 * 0.001) and b > (14.4 * 0.001)", [(">", 0.0144)] * 2),
        ("a / b < 10 / 100 and b > 0", [("<", 0.1)]),
        ("a > 0.5 * b", []),
        ("a > 1 / 0", []),
        ("a == 1 or a != 2", []),
        ('a{x="> 3"} < -2', [("<", -2)]),
        ("a > 1e-2 unless on (job) b", [(">", 0.01)]),
        ("(a > 2)", [(">", 2)]),
    ],
)
def test_what_an_expression_compares_with(expression: str, values: list[tuple[str, float]]) -> None:
    found = [(each.sign, round(each.value, 9)) for each in promql.comparisons(expression)]
    assert found == values


@pytest.mark.parametrize(
    ("expression", "percent"),
    [("a * 100 > 1", True), ("100 * a > 1", True), ("100 - a > 1", False), ("a > 100", False)],
)
def test_percent(expression: str, percent: bool) -> None:
    assert promql.in_percent(expression) is percent


WANT = interface("golive.verify.prometheus_rules").parse({"url": URL})
QUANTILE = "histogram_quantile({}, sum by (le) (rate(a_bucket[5m]))) > 0.5"


@pytest.mark.parametrize(
    ("kind", "expression", "said"),
    [
        ("errors", "sum(rate(e[5m])) / sum(rate(r[5m])) > 0.01", ""),
        ("errors", "job:errors:ratio5m > 0.01", ""),
        ("errors", "job:errors:ratio5m > 0.011", "above 1.1 % only"),
        ("latency", QUANTILE.format("0.99"), ""),
        ("latency", QUANTILE.format("0.5"), "the quantile 0.5"),
        ("latency", "job:seconds:p95 > 1.5", "above 1500 ms only"),
        ("resources", "free_bytes / size_bytes < 0.05", "above 95 % only"),
        ("resources", "predict_linear(free_bytes[6h], 86400) < 0", ""),
        ("resources", "a / b < 0.5 or a / c < 0.2", ""),
    ],
)
def test_limits(kind: str, expression: str, said: str) -> None:
    problems = rules.limit_problems(replace(rule(), query=expression), kind, WANT)
    assert [said in problem for problem in problems] == ([True] if said else [])


@pytest.mark.parametrize(
    ("kind", "expression"),
    [
        ("errors", "sum(rate(e[5m])) > 0.01"),
        ("errors", "a / b > c"),
        ("resources", "a / b < 0.05 or a / c < 0.2"),
    ],
)
def test_limits_that_cannot_be_told(kind: str, expression: str) -> None:
    with pytest.raises(CannotLook):
        rules.limit_problems(replace(rule(), query=expression), kind, WANT)


TREE: dict[str, Any] = {
    "route": {
        "receiver": "null",
        "routes": [
            {"match": {"team": "shop"}, "receiver": "shop"},
            {"match_re": {"severity": "crit.*"}, "receiver": "pager", "continue": True},
            {"matchers": ["severity = warning", 'alertname !~ "Quiet.+"'], "routes": [{"receiver": "mail"}]},
            {"matchers": ['{severity="info",team!="ops"}']},
        ],
    },
    "receivers": [
        {"name": "null"},
        {"name": "shop", "webhook_configs": []},
        {"name": "pager", "pagerduty_configs": [{"routing_key": "<secret>"}]},
        {"name": "mail", "email_configs": [{"to": "a@b.test"}]},
    ],
}


def status(settings: Any) -> HttpFact:
    return HttpFact(
        **reply(200, {"config": {"original": settings if isinstance(settings, str) else yaml.safe_dump(settings)}})
    )


def rule(name: str = "Errors", **labels: str) -> rules.Rule:
    return rules.Rule(name, "a > 1", 0, labels, {}, "ok", "")


@pytest.mark.parametrize(
    ("labels", "end"),
    [
        ({"severity": "critical"}, ""),
        ({"severity": "critical", "team": "shop"}, "shop"),
        ({"severity": "warning"}, ""),
        ({"severity": "warning", "name": "QuietHours"}, "null"),
        ({"severity": "info"}, "null"),
        ({}, "null"),
    ],
)
def test_where_an_alert_ends(labels: dict[str, str], end: str) -> None:
    problems = routing(status(TREE)).problems(rule(**labels))
    assert problems == (
        [f"{labels.get('name', 'Errors')} ends at {end}, which sends nothing to anybody"] if end else []
    )


@pytest.mark.parametrize(
    "answer",
    [
        status("route: ["),
        status("receivers: []"),
        status({"route": "people", "receivers": []}),
        HttpFact(**reply(200, "<html></html>")),
        HttpFact(**reply(200, "[]")),
        HttpFact(**reply(403, "")),
        HttpFact(**reply(302, "")),
    ],
)
def test_what_is_no_routing(answer: HttpFact) -> None:
    with pytest.raises(CannotLook):
        routing(answer)


@pytest.mark.parametrize("matcher", ['severity=~"("', "severity", 'severity=~"(a+)+b"', f'severity=~"{"a" * 600}"'])
def test_a_route_that_is_not_understood_is_no_way(matcher: str) -> None:
    tree = {**TREE, "route": {"receiver": "pager", "routes": [{"matchers": [matcher]}]}}
    with pytest.raises(CannotLook):
        routing(status(tree)).problems(rule(severity="aaaaaaaa"))


def test_a_rule_that_was_never_evaluated_is_no_evidence() -> None:
    with pytest.raises(CannotLook):
        rules.Rule("A", "a > 1", 0, {"severity": "critical"}, {}, "unknown", "").problems(["critical"])


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"groups": None},
        {"groups": [{"rules": [{"type": "alerting"}]}]},
        {"groups": [{"rules": [{"type": "alerting", "name": "A", "query": "a", "duration": "x", "health": "ok"}]}]},
    ],
)
def test_what_is_no_list_of_rules(answer: Any) -> None:
    found = prove(
        Rules,
        "alerts.latency",
        {"url": URL, "latency_alerts": ["A"]},
        Always(reply(200, json.dumps({"status": "success", "data": answer}))),
    )
    assert [verdict.status for verdict in found] == [Status.ERROR]


def test_a_recording_rule_is_no_alert() -> None:
    recording = {"groups": [{"rules": [{"type": "recording", "name": "A"}]}]}
    answer = Always(reply(200, {"status": "success", "data": recording}))
    (found,) = prove(Rules, "alerts.latency", {"url": URL, "latency_alerts": ["A"]}, answer)
    assert (found.status, found.message) == (Status.FAIL, "no alerting rule A is loaded")
