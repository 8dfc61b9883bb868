# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerting rules in a real Prometheus, and the routes of a real Alertmanager."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.golive.verify.plugins.action.prometheus_rules import ActionModule as Rules
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.notify.servers import ALERTMANAGER, alertmanager
from tests.integration.verifiers import prometheus_servers
from tests.integration.verifiers.live import prove_live
from tests.integration.verifiers.portal import Portal, open_portal
from tests.integration.verifiers.prometheus_servers import counter, prometheus, series, write
from tests.integration.verifiers.redis_servers import free_port

WHY_NOT = prometheus_servers.WHY_NOT or ("" if ALERTMANAGER else "needs prometheus-alertmanager")
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)

PASS, FAIL, ERROR = Status.PASS, Status.FAIL, Status.ERROR
AGO = 600
ROUTES = """
route:
  receiver: nobody
  routes:
    - {matchers: ['severity=~"critical|warning"', 'team!="interns"'], receiver: people}
receivers:
  - {name: nobody}
  - {name: people, webhook_configs: [{url: "http://127.0.0.1:9/"}]}
"""
SHARE = 'sum (rate(http_requests_total{status=~"5.."}[5m])) / sum (rate(http_requests_total[5m]))'
P95 = "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))"
IDLE = 'avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))'
FREE = "node_filesystem_avail_bytes / node_filesystem_size_bytes"
EXPRESSIONS = {
    "Errors": f"{SHARE} > 0.01",
    "ErrorsInPercent": f"{SHARE} * 100 > 1",
    "ErrorsNever": f"{SHARE} > 100",
    "ErrorsRenamed": f"{SHARE.replace('http_', 'web_')} > 0.01",
    "ErrorsUnclear": f"{SHARE} > 0.01 and sum (rate(http_requests_total[5m])) > 10",
    "ErrorsBroken": "http_request_duration_seconds_bucket / on () http_request_duration_seconds_bucket > 0.01",
    "Slow": f"{P95} > 0.8",
    "SlowLate": f"{P95} > 5",
    "SlowRenamed": f"{P95.replace('http_', 'web_')} > 0.8",
    "Cpu": f"100 - {IDLE} * 100 > 85",
    "CpuRetired": 'rate(node_cpu_seconds_total{mode="idle", job="retired"}[5m]) < 0.1',
    "Memory": "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.15",
    "MemoryLate": "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.02",
    "Disk": f"{FREE} < 0.2",
    "DiskSoon": "predict_linear(node_filesystem_avail_bytes[6h], 86400) < 0",
    "DbDown": "pg_up == 0",
    "DbConnections": "pg_stat_activity_count > 80",
    "DbDisk": f"{FREE} < 0.2",
    "DbLag": "pg_replication_lag_seconds > 30",
    "Redis": "redis_up == 0",
    "Worker": "absent(worker_heartbeat_seconds) or time() - worker_heartbeat_seconds > 300",
    "AuditBroken": "audit_chain_valid == 0",
    "AuditSilent": "time() - audit_chain_verified_seconds > 86400",
    "SiteDown": "probe_success == 0",
}
# What rules have other than severity critical, no hold, and a runbook.
OTHER: dict[str, dict[str, Any]] = {
    "ErrorsInPercent": {"labels": {"severity": "warning"}, "for": "11m"},
    "Redis": {"labels": {}},
    "AuditSilent": {"labels": {"severity": "warning"}},
    "Slow": {"labels": {"severity": "critical", "team": "interns"}},
    "DbDown": {"annotations": {}},
    "DbConnections": {"annotations": {"summary": "full", "runbook_url": "http://127.0.0.1:9/"}},
    "Cpu": {"for": "15m"},
}
METRICS = [
    counter("http_requests_total", 1000, AGO, status="200"),
    *(counter("http_request_duration_seconds_bucket", 1000, AGO, le=le) for le in ("0.1", "1", "+Inf")),
    *(counter("node_cpu_seconds_total", 1800, AGO, mode="idle", instance=f"web-{number}") for number in (1, 2)),
    *(
        series(f"node_{name}", size, AGO, instance="web-1")
        for name, size in {
            "memory_MemAvailable_bytes": 4e9,
            "memory_MemTotal_bytes": 8e9,
            "filesystem_avail_bytes": 4e9,
            "filesystem_size_bytes": 8e9,
        }.items()
    ),
    *(series(name, 1, AGO) for name in ("pg_stat_activity_count", "audit_chain_valid", "audit_chain_verified_seconds")),
    *(series("pg_up", 1, AGO, instance=f"db-{number}") for number in (1, 2)),
    series("mysql_up", 0, AGO),
    series("probe_success", 1, AGO),
    series("redis_up", 1, AGO),
]


@pytest.fixture(scope="module")
def runbook() -> Iterator[str]:
    with open_portal() as found:
        yield found


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, runbook: str) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("rules")
    usual = {"labels": {"severity": "critical"}, "annotations": {"summary": "so", "runbook_url": runbook}}
    rules = [{"alert": name, "expr": expr, **usual, **OTHER.get(name, {})} for name, expr in EXPRESSIONS.items()]
    groups = {"groups": [{"name": "shop", "interval": "1s", "rules": rules}]}
    (directory / "shop.rules").write_text(yaml.safe_dump(groups), encoding="utf-8")
    write(METRICS, directory)
    with prometheus(directory, f"rule_files: [{directory / 'shop.rules'}]\n") as found:
        until = time.monotonic() + 30
        while "unknown" in {rule["health"] for rule in rules_of(found)}:
            assert time.monotonic() < until
            time.sleep(0.1)
        yield found


def rules_of(url: str) -> list[Any]:
    with urllib.request.urlopen(f"{url}/api/v1/rules", timeout=5) as answer:
        return [rule for group in json.load(answer)["data"]["groups"] for rule in group["rules"]]


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with alertmanager(tmp_path_factory.mktemp("alertmanager"), ROUTES) as found:
        yield found


def prove(control: str, url: str, **options: Any) -> dict[str, Verdict]:
    return {verdict.subject: verdict for verdict in prove_live(Rules, control, {"url": url, **options})}


def statuses(control: str, url: str, **options: Any) -> dict[str, Status]:
    return {subject: verdict.status for subject, verdict in prove(control, url, **options).items()}


def test_alerts_on_errors(url: str) -> None:
    found = prove("alerts.error_rate", url, error_alerts=["Errors*", "Gone"])
    assert {subject: verdict.status for subject, verdict in found.items()} == {
        "Errors": PASS,
        "ErrorsInPercent": FAIL,
        "ErrorsNever": FAIL,
        "ErrorsRenamed": FAIL,
        "ErrorsUnclear": ERROR,
        "ErrorsBroken": FAIL,
        "Gone": FAIL,
    }
    assert found["ErrorsNever"].message == "ErrorsNever fires above 10000 % only, wanted is 1 %"
    assert "fires after 11 minutes" in found["ErrorsInPercent"].message
    assert 'web_requests_total{status!=""}, of which there is no series' in found["ErrorsRenamed"].message
    assert statuses("alerts.error_rate", url, error_alerts=["ErrorsInPercent"], max_hold_minutes=15) == {
        "ErrorsInPercent": PASS
    }


def test_alerts_on_slow_responses(url: str) -> None:
    assert statuses("alerts.latency", url, latency_alerts=["Slow*"]) == {
        "Slow": PASS,
        "SlowLate": FAIL,
        "SlowRenamed": FAIL,
    }
    assert statuses("alerts.latency", url, latency_alerts=["Errors"], latency_unit="milliseconds") == {"Errors": PASS}
    assert statuses("alerts.latency", url, latency_alerts=["SiteDown"]) == {"SiteDown": ERROR}


def test_alerts_on_resources(url: str) -> None:
    declared = {"cpu": ["Cpu*"], "memory": ["Memory*"], "disk": ["Disk*"]}
    assert statuses("alerts.resources", url, resource_alerts=declared, instances=["web-1"]) == {
        "cpu Cpu": PASS,
        "cpu CpuRetired": FAIL,
        "memory Memory": PASS,
        "memory MemoryLate": FAIL,
        "disk Disk": PASS,
        "disk DiskSoon": PASS,
    }
    found = statuses(
        "alerts.resources", url, resource_alerts={**declared, "cpu": ["Cpu"]}, instances=["web-*", "web-2"]
    )
    assert (found["cpu Cpu"], found["disk Disk"]) == (PASS, FAIL)


def test_alerts_on_databases(url: str) -> None:
    declared = {"down": ["DbDown"], "connections": ["DbConnections"], "disk": ["DbDisk"]}
    assert set(statuses("alerts.database", url, database_alerts=declared).values()) == {PASS}
    lagging = {**declared, "replication": ["DbLag"]}
    assert statuses("alerts.database", url, database_alerts=lagging)["replication DbLag"] == FAIL
    assert statuses("alerts.database", url, database_alerts=declared, database_up_query="mysql_up")["watched"] == FAIL
    assert statuses("alerts.database", url, database_alerts=declared, database_up_query="gone_up")["watched"] == ERROR


def test_alerts_on_dependencies(url: str) -> None:
    # Redis' has no severity, and no worker has ever been heard of.
    found = prove("alerts.dependencies", url, dependency_alerts=["Redis", "Worker", "SiteDown"])
    assert {subject: verdict.status for subject, verdict in found.items()} == {
        "Redis": FAIL,
        "Worker": FAIL,
        "SiteDown": PASS,
    }
    assert "reads worker_heartbeat_seconds" in found["Worker"].message


def test_alerts_on_the_audit_chain(url: str) -> None:
    found = statuses("alerts.audit_chain", url, audit_alerts=["Audit*"])
    assert found == {"AuditBroken": PASS, "AuditSilent": FAIL}


def test_the_alerts_that_were_agreed_upon(url: str) -> None:
    down = {"name": "SiteDown", "site_down": True}
    assert statuses("alerts.critical_set", url, alerts=[down, {"name": "Errors", "threshold": 0.01}]) == {
        "SiteDown": PASS,
        "Errors": PASS,
    }
    wrong = [{"name": "Errors", "threshold": 0.001}, {"name": "DbDown"}, {"name": "DbConnections"}]
    assert statuses("alerts.critical_set", url, alerts=wrong) == {
        "Errors": FAIL,
        "DbDown": FAIL,
        "DbConnections": ERROR,
        "site_down": FAIL,
    }
    late = {"name": "Cpu", "site_down": True}  # after a quarter of an hour
    assert statuses("alerts.critical_set", url, alerts=[late]) == {"Cpu": FAIL}


def test_a_runbook_that_is_not_there(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Portal.send_response
    monkeypatch.setattr(Portal, "send_response", lambda self, dummy: answer(self, 404))
    found = statuses("alerts.critical_set", url, alerts=[{"name": "SiteDown", "site_down": True}])
    assert found == {"SiteDown": FAIL}


def test_where_alerts_end(url: str, routes: str) -> None:
    asked = {"alertmanager_url": routes, "latency_alerts": ["Slow"], "error_alerts": ["Errors"]}
    assert statuses("alerts.error_rate", url, **asked) == {"Errors": PASS}
    found = prove("alerts.latency", url, **asked)["Slow"]
    assert (found.status, found.message) == (FAIL, "Slow ends at nobody, which sends nothing to anybody")
    for wrong in (f"http://127.0.0.1:{free_port()}", url):
        assert statuses("alerts.error_rate", url, **{**asked, "alertmanager_url": wrong}) == {"Errors": ERROR}


@pytest.mark.parametrize("control", Rules.provers())
def test_a_server_that_is_not_there_and_one_without_rules(control: str, runbook: str, tmp_path: Path) -> None:
    of_database = {name: ["A"] for name in ("down", "connections", "disk")}
    declared = {
        **{f"{name}_alerts": ["A"] for name in ("error", "latency", "dependency", "audit")},
        "resource_alerts": {name: ["A"] for name in ("cpu", "memory", "disk")},
        "database_alerts": of_database,
        "alerts": [{"name": "A"}],
    }
    for wrong in (f"http://127.0.0.1:{free_port()}", runbook):
        assert set(statuses(control, wrong, **declared).values()) == {ERROR}
