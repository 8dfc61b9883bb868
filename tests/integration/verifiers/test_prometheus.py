# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus measured, asked of a real one: what is well, what is not, what ended, began late or was too rare."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.prometheus import ActionModule as Prometheus
from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts.reading import readings
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Check, _threshold_source
from tests.integration.verifiers import prometheus_servers
from tests.integration.verifiers.live import prove_live
from tests.integration.verifiers.prometheus_servers import HOUR, Series, counter, histogram, prometheus, series, write
from tests.integration.verifiers.redis_servers import free_port

pytestmark = pytest.mark.skipif(bool(prometheus_servers.WHY_NOT), reason=prometheus_servers.WHY_NOT)

PASS, FAIL, ERROR = Status.PASS, Status.FAIL, Status.ERROR
DURATION = "http_request_duration_seconds"
QUERIES = "db_client_operation_duration_seconds"
FAST = {"0.05": 0.5, "0.1": 0.96, "0.25": 0.99, "1": 1.0, "+Inf": 1.0}
SLOW = {"0.05": 0.5, "0.1": 0.6, "0.25": 0.8, "1": 0.99, "+Inf": 1.0}
COARSE = {"0.05": 0.5, "0.1": 0.6, "+Inf": 1.0}
# The password "correct horse", as users of Prometheus' own basic authentication have it.
USERS = "basic_auth_users: {golive: $2b$04$XcMwEg7E2uSGsHI8VkW5Mu9CjlPO7A5X3YAQ5IBmN/gsgZes1MGmS}\n"


def requests(job: str, hourly: float = 1000, errors: float = 0, **when: Any) -> Iterator[Series]:
    yield counter("http_requests_total", hourly - errors, job=job, status="200", **when)
    if errors:
        yield counter("http_requests_total", errors, job=job, status="500", **when)


def machine(name: str, idle: float, free: float, disk: Any) -> Iterator[Series]:
    yield counter("node_cpu_seconds_total", HOUR * idle, instance=name, cpu="0", mode="idle")
    yield counter("node_cpu_seconds_total", HOUR * (1 - idle), instance=name, cpu="0", mode="user")
    yield series("node_memory_MemTotal_bytes", 8e9, instance=name)
    yield series("node_memory_MemAvailable_bytes", 8e9 * free, instance=name)
    disks: dict[str, Any] = {"instance": name, "mountpoint": "/", "fstype": "ext4"}
    yield series("node_filesystem_size_bytes", 100e9, **disks)
    yield series("node_filesystem_avail_bytes", disk, **disks)


def process(job: str, grows_hourly: float, started: float = 0, **when: Any) -> Iterator[Series]:
    of: dict[str, Any] = {"job": job, "instance": f"{job}:80"}
    yield series("process_resident_memory_bytes", lambda ago: 300e6 - grows_hourly * ago / HOUR, **of, **when)
    yield series("process_start_time_seconds", lambda ago: 1 + (ago < started), **of, **when)


PAST = [
    *requests("good"),
    *requests("failing", errors=4),
    *requests("young", born=HOUR // 5),
    *requests("gone", ended=HOUR // 3),
    *requests("quiet", hourly=10),
    *requests("silent", hourly=0),
    counter("http_requests_total", lambda ago: 100 if ago < 2 * HOUR else 1000, job="turned", status="200"),
    *histogram(DURATION, 1000, FAST, job="good"),
    *histogram(DURATION, 1000, SLOW, job="slow"),
    *histogram(DURATION, 1000, COARSE, job="coarse"),
    *histogram(DURATION, 10, FAST, job="quiet"),
    *histogram(
        QUERIES, 1000, {"0.005": 0.5, "0.025": 0.97, "1": 1, "+Inf": 1}, job="good", db_system_name="postgresql"
    ),
    *histogram(QUERIES, 1000, {"0.005": 0.5, "0.025": 0.6, "1": 1, "+Inf": 1}, job="slow", db_system_name="postgresql"),
    *histogram(QUERIES, 1, {"0.005": 1, "+Inf": 1}, job="quiet", db_system_name="postgresql"),
    *(series("up", 1, job="good", instance=f"good-{number}") for number in (1, 2)),
    *(series("scrape_samples_scraped", 90, job="good", instance=f"good-{number}") for number in (1, 2)),
    *(series("up", up, job="half", instance=f"half-{up}") for up in (0, 1)),
    *(series("scrape_samples_scraped", 90 * up, job="half", instance=f"half-{up}") for up in (0, 1)),
    series("up", 1, job="empty", instance="empty-1"),
    series("scrape_samples_scraped", 0, job="empty", instance="empty-1"),
    series("up", 1, job="odd", instance="odd-1"),
    *machine("web-1", 0.7, 0.5, 60e9),
    *machine("web-2", 0.7, 0.5, lambda ago: 40e9 + 26e9 * ago / (24 * HOUR)),
    *machine("web-3", 0.1, 0.05, 5e9),
    counter("node_vmstat_oom_kill", 0, instance="web-1"),
    counter("node_vmstat_oom_kill", 0.2, instance="web-3"),
    series("probe_success", 1, instance="shop"),
    series("probe_success", lambda ago: float(not 12 * HOUR < ago < 13 * HOUR), instance="blog"),
    series("probe_success", 1, born=4 * HOUR, instance="new"),
    series("checkout:good:ratio", 0.9997),
    series("search:good:ratio", 0.98),
    series("percent:good:ratio", 99.9),
    series("pg_stat_activity_count", 40, instance="db-1"),
    series("pg_stat_activity_count", lambda ago: 97 if 9 * HOUR < ago < 9.2 * HOUR else 10, instance="db-2"),
    *(series("pg_settings_max_connections", 100, instance=f"db-{number}") for number in (1, 2)),
    series("pgbouncer_pools_client_waiting_connections", 0, instance="db-1"),
    series("pgbouncer_pools_client_waiting_connections", lambda ago: ago // HOUR == 9, instance="db-2"),
    *(counter("payments_total", 99.8, shop=shop, outcome="succeeded") for shop in ("good", "failing")),
    counter("payments_total", 0.2, shop="good", outcome="failed"),
    counter("payments_total", 4, shop="failing", outcome="failed"),
    counter("payments_total", 1, shop="quiet", outcome="succeeded"),
    counter("payments_total", 0, shop="quiet", outcome="failed"),
    *process("good", 0),
    *process("leaky", 5e6),
    *process("again", 0, started=5 * HOUR),
    *process("late", 0, born=2 * HOUR),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("prometheus")
    write(PAST, directory)
    with prometheus(directory) as found:
        yield found


def prove(control: str, url: str, **options: Any) -> dict[str, Verdict]:
    """The verdicts of a control by what they are on."""
    return {verdict.subject: verdict for verdict in prove_live(Prometheus, control, {"url": url, **options})}


def statuses(found: dict[str, Verdict]) -> dict[str, Status]:
    return {subject: verdict.status for subject, verdict in found.items()}


def test_the_share_of_requests_that_failed(url: str) -> None:
    found = prove("metrics.error_rate", url, services=["good", "paym*"])
    assert statuses(found) == {
        "job=good": PASS,
        "job=failing": FAIL,
        "job=young": ERROR,
        "job=gone": ERROR,
        "job=quiet": ERROR,
        "job=silent": ERROR,
        "job=turned": PASS,
        "paym*": ERROR,
    }
    assert found["job=good"].actual["error_percent"] == 0
    assert found["job=failing"].message.startswith("0.4 % of ")
    assert "of 24h, which proves nothing" in found["job=young"].message
    assert "has ended" in found["job=gone"].message
    assert "too few" in found["job=quiet"].message


def test_how_long_requests_took(url: str) -> None:
    found = prove("metrics.latency_p95", url, services=["good"])
    assert statuses(found) == {"job=good": PASS, "job=slow": FAIL, "job=coarse": ERROR, "job=quiet": ERROR}
    assert found["job=good"].actual["p95_ms"] == pytest.approx(98.9, abs=0.2)
    assert found["job=slow"].message == "p95 is 842.1 ms, over 200 ms"
    assert "the largest bucket" in found["job=coarse"].message
    assert statuses(prove("metrics.latency_p95", url, max_p95_ms=80))["job=coarse"] == FAIL


def test_how_long_requests_took_by_a_percentile_of_its_own(url: str) -> None:
    by_job = f"histogram_quantile(0.95, sum by (job, le) (rate({DURATION}_bucket[$window])))"
    found = prove("metrics.latency_p95", url, latency_query=by_job)
    # Nobody says how many requests two of them were sent, and one ended in the largest bucket.
    assert statuses(found) == {"job=good": PASS, "job=slow": ERROR, "job=coarse": ERROR, "job=quiet": ERROR}


def test_how_long_queries_took(url: str) -> None:
    found = prove("postgresql.query_p95", url)
    assert statuses(found) == {"job=good": PASS, "job=slow": FAIL, "job=quiet": ERROR}
    assert "over 50 ms" in found["job=slow"].message


def test_what_is_scraped(url: str) -> None:
    jobs = [
        {"name": "good", "instances": 2},
        *({"name": name} for name in ("half", "empty", "odd", "payments")),
    ]
    found = prove("metrics.collected", url, jobs=jobs)
    assert statuses(found) == {
        "job=good": PASS,
        "job=half": FAIL,
        "job=empty": FAIL,
        "job=odd": ERROR,
        "job=payments": FAIL,
    }
    assert "not up: instance=half-0 job=half" in found["job=half"].message
    assert "job=payments: it is not scraped" in found["job=payments"].message
    assert statuses(prove("metrics.collected", url, jobs=[{"name": "good", "instances": 3}])) == {"job=good": FAIL}
    several = [{"name": "good", "max_instances": 1}]
    assert statuses(prove("metrics.collected", url, jobs=several)) == {"job=good": FAIL}


def test_what_machines_have_left(url: str) -> None:
    found = prove("metrics.resources", url)
    assert statuses(found) == {
        "": FAIL,
        "processors instance=web-3": FAIL,
        "memories instance=web-3": FAIL,
        "disks instance=web-3 mountpoint=/": FAIL,
        "trends of disks instance=web-2 mountpoint=/": FAIL,
    }
    assert "full in 1.5 days" in found["trends of disks instance=web-2 mountpoint=/"].message
    assert statuses(prove("metrics.resources", url, instances=["web-1"])) == {"": PASS}
    assert set(statuses(prove("metrics.resources", url, instances=["web-1", "web-9"])).values()) == {ERROR}
    # One part of which nothing is known, and one machine of which that is so.
    assert set(statuses(prove("metrics.resources", url, instances=["web-1"], cpu_query="nothing")).values()) == {ERROR}
    of_one = 'max by (instance) (node_memory_MemAvailable_bytes{instance="web-2"} / 1e12)'
    found = prove("metrics.resources", url, instances=["web-1"], memory_query=of_one)
    assert statuses(found) == {"memories web-1": ERROR}


def test_what_was_available(url: str) -> None:
    found = prove("metrics.slo", url, window_days=1)
    assert statuses(found) == {"instance=shop": PASS, "instance=blog": FAIL, "instance=new": ERROR}
    assert found["instance=shop"].actual["error_budget_left_percent"] == 100
    # The server was not there yet thirty days ago.
    assert set(statuses(prove("metrics.slo", url)).values()) == {ERROR}


def test_objectives(url: str) -> None:
    objectives = [
        {"name": "checkout", "query": "checkout:good:ratio", "min_percent": 99.95},
        {"name": "search", "query": "search:good:ratio"},
        {"name": "percent", "query": "percent:good:ratio"},
        {"name": "renamed", "query": "shop:good:ratio"},
    ]
    found = prove("metrics.slo", url, window_days=1, objectives=objectives)
    assert statuses(found) == {"checkout": PASS, "search": FAIL, "percent": ERROR, "renamed": ERROR}
    assert found["checkout"].actual["error_budget_left_percent"] == 40
    assert "99.9 is no ratio" in found["percent"].message
    assert "shop:good:ratio" in found["renamed"].message


POOL = (
    "max_over_time((sum by (instance) (pg_stat_activity_count)"
    " / sum by (instance) (pg_settings_max_connections))[$window:1m])"
)
WAITS = "sum by (instance) (max_over_time(pgbouncer_pools_client_waiting_connections[$window]))"


def test_what_is_left_of_the_connections(url: str) -> None:
    found = prove("postgresql.pool_headroom", url, pool_query=POOL, pool_waits_query=WAITS)
    assert statuses(found) == {
        "instance=db-1": PASS,
        "instance=db-2": FAIL,
        "waits instance=db-1": PASS,
        "waits instance=db-2": FAIL,
    }
    assert "97.0 % of the connections" in found["instance=db-2"].message
    renamed = prove(
        "postgresql.pool_headroom", url, pool_query=POOL, pool_waits_query="sum(pool_timeouts_total[$window])"
    )
    assert statuses(renamed)["waits"] == ERROR
    assert set(statuses(prove("postgresql.pool_headroom", url, pool_query=POOL.replace("stat", "s"))).values()) == {
        ERROR
    }


def test_how_many_payments_went_through(url: str) -> None:
    count = "sum by (shop) (increase(payments_total[$window]))"
    share = f'sum by (shop) (increase(payments_total{{outcome="succeeded"}}[$window])) / {count}'
    found = prove("payments.success_rate", url, payments_query=share, payments_count_query=count)
    assert statuses(found) == {"shop=good": PASS, "shop=failing": FAIL, "shop=quiet": ERROR}
    assert "too few" in found["shop=quiet"].message
    # Of what is counted by other labels nobody knows how much it is.
    asked = {"payments_query": share, "payments_count_query": "sum (increase(payments_total[$window]))"}
    assert set(statuses(prove("payments.success_rate", url, **asked)).values()) == {ERROR}


def test_whether_memory_grows(url: str) -> None:
    kills = "sum by (instance) (increase(node_vmstat_oom_kill[$window]))"
    assert statuses(prove("metrics.no_memory_leak", url, oom_query=kills)) == {
        "instance=good:80 job=good": PASS,
        "instance=leaky:80 job=leaky": FAIL,
        "instance=again:80 job=again": FAIL,
        "instance=late:80 job=late": ERROR,
        "kills instance=web-1": PASS,
        "kills instance=web-3": FAIL,
    }


def test_what_became_of_the_figures_of_the_day_before(url: str) -> None:
    asked: dict[str, Any] = {"window_hours": 2, "baseline_days": 1, "min_requests": 10}
    found = prove("metrics.trend", url, signals=["traffic", "latency", "saturation"], **asked)
    assert {subject: status for subject, status in statuses(found).items() if status is not PASS} == {
        "traffic job=young": ERROR,
        "traffic job=gone": ERROR,
        "latency job=coarse": ERROR,
        "traffic job=turned": FAIL,
    }
    assert {"traffic job=good", "latency job=slow", "saturation instance=web-1"} <= found.keys()
    assert statuses(prove("metrics.trend", url, signals=["errors"], **asked))["errors job=failing"] == PASS
    # Two days before, nothing was recorded.
    assert set(statuses(prove("metrics.trend", url, **{**asked, "baseline_days": 2})).values()) == {ERROR}


RENAMED: dict[str, dict[str, Any]] = {
    "metrics.error_rate": {"error_query": "sum by (job) (rate(http_request_errors_total[$window]))"},
    "metrics.latency_p95": {"latency_query": "sum by (job, le) (rate(request_seconds_bucket[$window]))"},
    "postgresql.query_p95": {"query_duration_query": "sum by (le) (rate(query_seconds_bucket[$window]))"},
    "metrics.slo": {"availability_query": "avg(avg_over_time(probe_ok[$window]))"},
    "postgresql.pool_headroom": {"pool_query": "max_over_time(pool_used_ratio[$window])"},
    "payments.success_rate": {"payments_query": "payments_ok{}", "payments_count_query": "payments_all{}"},
    "metrics.no_memory_leak": {"growth_query": "deriv(resident_bytes[$window])"},
    "metrics.trend": {"requests_query": "increase(hits_total[$window])", "signals": ["traffic"]},
}
METRICS = (
    *("http_request_errors_total", "request_seconds_bucket", "query_seconds_bucket", "probe_ok", "pool_used_ratio"),
    *("payments_ok", "resident_bytes", "hits_total"),
)


@pytest.mark.parametrize(("control", "metric"), [*zip(RENAMED, METRICS, strict=True)])
def test_a_metric_of_another_name_is_named_and_no_pass(url: str, control: str, metric: str) -> None:
    (found,) = prove(control, url, **RENAMED[control]).values()
    assert found.status is ERROR
    assert f"no series of {metric}" in found.message


def test_an_expression_that_is_none(url: str) -> None:
    (found,) = prove("metrics.error_rate", url, error_query="sum by (job").values()
    assert (found.status, "parse error" in found.message) == (ERROR, True)


def test_the_chart_of_windows_shows_the_figures(url: str) -> None:
    shown = {}
    check = Check.of(Prometheus.__new__(Prometheus), "golive.verify.prometheus", {"url": url})
    for control in ("metrics.error_rate", "metrics.latency_p95"):
        source = _threshold_source(check, check.interface.controls[control])
        for verdict in prove(control, url).values():
            result = {
                "control": control,
                "verifier": "prometheus",
                "actual": verdict.actual,
                "threshold_source": source,
            }
            for reading in readings({"checks": [result]}):
                assert reading.source.chart == "windows"
                shown[control, verdict.subject] = (round(reading.value, 1), reading.source.unit, reading.threshold)
    assert shown == {
        ("metrics.error_rate", "job=good"): (0, "%", 0.1),
        ("metrics.error_rate", "job=turned"): (0, "%", 0.1),
        ("metrics.error_rate", "job=failing"): (0.4, "%", 0.1),
        ("metrics.latency_p95", "job=good"): (98.9, "ms", 200),
        ("metrics.latency_p95", "job=slow"): (842.1, "ms", 200),
    }


def test_a_server_that_wants_a_password(tmp_path: Path) -> None:
    write([*requests("good", born=2 * HOUR)], tmp_path)
    (tmp_path / "web.yml").write_text(USERS, encoding="utf-8")
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("Basic Z29saXZlOmNvcnJlY3QgaG9yc2U=\n", encoding="utf-8")
    wrong.write_text("Bearer of-another\n", encoding="utf-8")
    settings = [f"--web.config.file={tmp_path / 'web.yml'}"]
    with prometheus(tmp_path, arguments=settings, authorization=right.read_text(encoding="utf-8").strip()) as url:
        asked: dict[str, dict[str, Any]] = {
            "right": {"header_files": {"Authorization": str(right)}},
            "wrong": {"header_files": {"Authorization": str(wrong)}},
            "missing": {"header_files": {"Authorization": str(tmp_path / "missing")}},
            "none": {},
            "shown": {"headers": {"Authorization": "Basic Z29saXZlOmNvcnJlY3QgaG9yc2U="}},
        }
        answers = {
            name: prove("metrics.error_rate", url, window_hours=1, min_requests=100, **options)
            for name, options in asked.items()
        }
    assert statuses(answers["right"]) == {"job=good": PASS}
    said = {name: found[""].message for name, found in answers.items() if name != "right"}
    assert {name: found[""].status for name, found in answers.items() if name != "right"} == dict.fromkeys(said, ERROR)
    assert "(denied)" in said["wrong"]
    assert "(denied)" in said["none"]
    assert "header_files" in said["shown"]
    assert "(not_found)" in said["missing"]


@pytest.mark.parametrize("control", Prometheus.provers())
def test_a_server_that_is_not_there(control: str) -> None:
    said = {"jobs": [{"name": "good"}], "pool_query": "a", "payments_query": "a", "payments_count_query": "a"}
    found = prove(control, f"http://127.0.0.1:{free_port()}", **said)
    assert {verdict.status for verdict in found.values()} == {ERROR}
