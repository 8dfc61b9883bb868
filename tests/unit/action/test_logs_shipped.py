# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs that arrive in Loki, Elasticsearch or on another host, and those that do not. Answers are those of the docs."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.logs_recordings import CANNOT, NOW, UNIT, one, scanned, thing

SELECTOR = '{unit="shop.service"}'
LOKI = (
    f"curl -sSi 'http://loki:3100/loki/api/v1/query_range?query={quote_plus(f'sum(count_over_time({SELECTOR}[60s]))')}"
    "&since=24h&step=60'"
)
STORE = {"type": "loki", "url": "http://loki:3100/"}
SOURCES = [{"unit": "shop", "query": SELECTOR}]


def http(answer: Any, status: int = 200, truncated: bool = False) -> dict[str, Any]:
    body = answer if isinstance(answer, str) else json.dumps(answer)
    head = {"url": "http://loki:3100/x", "status": status, "headers": [], "version": "HTTP/1.1", "address": "10.0.0.1"}
    return {**head, "body": body, "truncated": truncated, "redirects": []}


def matrix(*ages: float) -> dict[str, Any]:
    values = [[int(NOW - age), "3"] for age in ages]
    result = [{"metric": {}, "values": [*values, [int(NOW), "0"]]}] if ages else []
    return http({"status": "success", "data": {"resultType": "matrix", "result": result, "stats": {}}})


def shipped(answers: dict[str, Any], **options: Any) -> Verdict:
    return one("shipped", {"sources": SOURCES, "store": STORE, **options}, {UNIT: scanned(), **answers})


@pytest.mark.parametrize(
    ("log", "store"),
    [(scanned(), matrix(86000, 30)), (scanned(newest=NOW - 7200), matrix(7200)), (scanned(lines=1), matrix(240))],
    ids=["lately", "as idle as the log itself", "a single line"],
)
def test_what_is_here_is_there(log: dict[str, Any], store: dict[str, Any]) -> None:
    assert shipped({UNIT: log, LOKI: store}).status is Status.PASS


@pytest.mark.parametrize(
    ("store", "says"),
    [(matrix(), "nothing of shop is in the store"), (matrix(3000), "the store is 50 min behind shop")],
)
def test_what_does_not_arrive(store: dict[str, Any], says: str) -> None:
    verdict = shipped({LOKI: store})
    assert (verdict.status, says in verdict.message) == (Status.FAIL, True)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({LOKI: http("", 401)}, "denied"),
        ({LOKI: http("", 503)}, "unreachable"),
        ({LOKI: http("", 404)}, "not_found"),
        ({LOKI: http("parse error", 400)}, "malformed"),
        ({LOKI: http("<html>")}, "malformed"),
        ({LOKI: http([])}, "malformed"),
        ({LOKI: http({"status": "error", "data": {"resultType": "matrix", "result": []}})}, "malformed"),
        ({LOKI: http({"status": "success", "data": {"resultType": "streams", "result": []}})}, "malformed"),
        ({LOKI: http({"status": "success", "data": {"resultType": "matrix", "result": [{}]}})}, "malformed"),
        ({LOKI: http("{", truncated=True)}, "too_large"),
        ({LOKI: matrix(30), UNIT: scanned(lines=0)}, "none could arrive"),
        *(({LOKI: cannot}, cannot.reason) for cannot in CANNOT),
        *(({LOKI: matrix(30), UNIT: cannot}, cannot.reason) for cannot in CANNOT),
    ],
)
def test_a_store_or_a_log_that_cannot_be_asked(answers: dict[str, Any], reason: str) -> None:
    verdict = shipped(answers)
    assert (verdict.status, reason in verdict.message) == (Status.ERROR, True)


@pytest.mark.parametrize(
    "options",
    [
        {"store": None},
        {"sources": []},
        {"sources": [{"unit": "shop"}]},
        {"store": {"type": "elasticsearch", "url": "http://es:9200"}},
        {"store": None, "shipper": {"name": "vector"}},
        {"received": [{}]},
    ],
)
def test_without_a_store_nothing_is_proven(options: dict[str, Any]) -> None:
    with pytest.raises(NotAsked):
        shipped({LOKI: matrix(30)}, **options)


ES = {"type": "elasticsearch", "url": "http://es:9200", "index": "logs-*"}
SEARCH = (
    """curl -sSi -X POST -H 'Content-Type: application/json' --data '{"size": 0, "query": {"bool": {"filter": ["""
    """{"query_string": {"query": "service.name:shop"}}, {"range": {"@timestamp": {"gte": "now-24h"}}}]}}, """
    """"aggs": {"newest": {"max": {"field": "@timestamp"}}}}' 'http://es:9200/logs-*/_search'"""
)


def hits(value: float | None, **more: Any) -> dict[str, Any]:
    found = {"timed_out": False, "_shards": {"total": 1, "failed": 0}, "aggregations": {"newest": {"value": value}}}
    return http({**found, **more})


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (hits((NOW - 30) * 1000), Status.PASS),
        (hits((NOW - 3000) * 1000), Status.FAIL),
        (hits(None), Status.FAIL),
        (hits(NOW * 1000, timed_out=True), Status.ERROR),
        (hits(NOW * 1000, _shards={"failed": 1}), Status.ERROR),
        (hits(NOW * 1000, aggregations={}), Status.ERROR),
        (http({"error": {"type": "index_not_found_exception"}}, 404), Status.ERROR),
        (http("{}"), Status.ERROR),
    ],
)
def test_elasticsearch(answer: dict[str, Any], status: Status) -> None:
    sources = [{"unit": "shop", "query": "service.name:shop"}]
    assert shipped({SEARCH: answer}, store=ES, sources=sources).status is status


SHIPPER = "systemctl show vector.service"
COMPLAINTS = "journalctl -o cat --since=-0.166667h _SYSTEMD_UNIT=vector.service # judged in place: complaint"
CONFIGS = [f"zcat -f {path} # judged in place: sends" for path in ("/etc/vector/*", "/etc/vector/*/*")]
SENDS = scanned(findings=thing("sends", 1, "/etc/vector/vector.yaml:12"))
ABSENT = CannotLook("not_found", "x")


def unit(active: str = "active", enabled: str = "enabled") -> dict[str, Any]:
    states = {"name": "vector.service", "load": "loaded", "active": active, "sub": "running", "enabled": enabled}
    return states | dict.fromkeys(("result", "exit", "started", "finished", "restarts", "restart_policy", "fragment"))


def shipper(**seen: Any) -> Verdict:
    usual = {"unit": unit(), "log": scanned(lines=0), "config": SENDS, "more": ABSENT}
    lines = {"unit": SHIPPER, "log": COMPLAINTS, "config": CONFIGS[0], "more": CONFIGS[1]}
    answers = {lines[name]: answer for name, answer in {**usual, **seen}.items()}
    return shipped({LOKI: matrix(30), **answers}, shipper={"name": "vector"})


def test_a_shipper_that_ships() -> None:
    verdict = shipper()
    assert (verdict.status, verdict.actual["sends"]) == (Status.PASS, ["/etc/vector/vector.yaml:12"])


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        ({"unit": unit("failed")}, "vector.service is failed"),
        ({"unit": unit(enabled="disabled")}, "is disabled at boot"),
        ({"unit": ABSENT}, "there is no unit vector.service"),
        ({"log": scanned(findings=thing("complaint", 40, "x at y"))}, "complains of its store: 40 lines"),
        ({"config": scanned()}, "sends nothing away"),
        ({"config": ABSENT}, "sends nothing away"),
    ],
)
def test_a_shipper_that_does_not(seen: dict[str, Any], says: str) -> None:
    verdict = shipper(**seen)
    assert (verdict.status, says in verdict.message) == (Status.FAIL, True)


@pytest.mark.parametrize("cannot", CANNOT, ids=lambda each: each.reason)
@pytest.mark.parametrize("part", ["unit", "log", "config"])
def test_a_shipper_that_cannot_be_seen(part: str, cannot: CannotLook) -> None:
    assert shipper(**{part: cannot}).status is Status.ERROR


REMOTE = "journalctl -o cat --directory=/var/log/journal/remote --since=-24h _HOSTNAME=web-1 # judged in place: "


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (scanned(), Status.PASS),
        (scanned(newest=None, modified=NOW - 10), Status.PASS),
        (scanned(newest=NOW - 900), Status.FAIL),
        (scanned(lines=0), Status.ERROR),
        (ABSENT, Status.ERROR),
        *((cannot, Status.ERROR) for cannot in CANNOT),
    ],
)
@pytest.mark.parametrize(
    ("sender", "line"),
    [
        ({"hostname": "web-1"}, REMOTE),
        ({"file": "/srv/w.log"}, "zcat -f /srv/w.log /srv/w.log[.-]* # judged in place: "),
    ],
)
def test_on_the_host_that_receives(sender: dict[str, str], line: str, answer: Any, status: Status) -> None:
    verdict = one("shipped", {"received": [sender]}, {line: answer})
    assert (verdict.status, verdict.subject) == (status, next(iter(sender.values())))
