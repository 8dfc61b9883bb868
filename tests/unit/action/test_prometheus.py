# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The prometheus verifier against answers of its API: whole ones, doubtful ones, and what is none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote_plus

import pytest

from ansible_collections.golive.verify.plugins.action.prometheus import ActionModule as Prometheus
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus import percentiles, scraping, windows
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.server import Labels, Sample
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.proving import prove

PASS, FAIL, ERROR = Status.PASS, Status.FAIL, Status.ERROR
URL = "http://metrics.test"
NEVER: Mapping[str, Any] = MappingProxyType({})
HEAD = {"url": URL, "headers": [], "truncated": False, "redirects": [], "address": "192.0.2.1", "version": "HTTP/1.1"}
Vector = Mapping[str, Any]


def reply(status: int, body: object, **other: Any) -> dict[str, Any]:
    return {**HEAD, "status": status, "body": body if isinstance(body, str) else json.dumps(body), **other}


def vector(values: Vector) -> dict[str, Any]:
    """A vector of values by the job they are of; a number is of the only one."""
    result = [
        {"metric": {"__name__": "m", **({"job": job} if job else {})}, "value": [1e9, str(value)]}
        for job, value in values.items()
    ]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


class Api(Mapping[str, Any]):
    """Answers to expressions. covered, living: other than all of the window, and still there."""

    def __init__(self, values: Mapping[str, Any], covered: Vector = NEVER, living: Vector = NEVER) -> None:
        self._values, self._covered, self._living = values, covered, living

    def __contains__(self, line: object) -> bool:
        return True

    def __getitem__(self, line: str) -> Any:
        query = unquote_plus(line.partition("query=")[2].rstrip("'"))
        counted = re.fullmatch(r"count_over_time\(\(\n(.*)\n\)\[\w+:\w+\]\)", query, re.DOTALL)
        name = counted[1] if counted else query
        known = self._values[name.partition(" ")[0]]
        if not isinstance(known, Mapping) or "status" in known:
            return known
        if counted:
            return reply(200, vector({job: self._covered.get(job, 48) for job in known}))
        gone = self._living if name.endswith(" 5m") else {}
        return reply(200, vector({job: value for job, value in known.items() if job not in gone}))

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


ASKED: Mapping[str, Mapping[str, Any]] = {
    "metrics.error_rate": {"error_query": "errors $window", "requests_query": "requests $window"},
    "metrics.latency_p95": {"latency_query": "seconds $window", "requests_query": "requests $window"},
    "postgresql.query_p95": {"query_duration_query": "seconds $window", "query_count_query": "requests $window"},
    "metrics.slo": {"availability_query": "good $window"},
    "postgresql.pool_headroom": {"pool_query": "used $window", "pool_waits_query": "waits $window"},
    "payments.success_rate": {"payments_query": "good $window", "payments_count_query": "requests $window"},
    "metrics.no_memory_leak": {
        "growth_query": "grown $window",
        "restarts_query": "restarts $window",
        "oom_query": "kills $window",
    },
    "metrics.trend": {"signals": ["errors"], "error_query": "errors", "requests_query": "requests"},
    "metrics.resources": {
        "cpu_query": "used $window",
        "memory_query": "used $window",
        "disk_query": "used $window",
        "disk_growth_query": "filling $window",
    },
    "metrics.collected": {"jobs": [{"name": "api"}]},
}
RIGHT: Mapping[str, Mapping[str, float]] = {
    "errors": {"api": 0.0005},
    "requests": {"api": 5000},
    "seconds": {"api": 0.04},
    "good": {"api": 0.9999},
    "used": {"api": 0.5},
    "waits": {"api": 0},
    "grown": {"api": 0.01},
    "restarts": {"api": 0},
    "kills": {"": 0},
    "filling": {"api": -0.2},
    "up": {"api": 1},
    "time()": {"api": 12},
    "scrape_samples_scraped": {"api": 90},
}
WRONG = {
    "errors": {"api": 0.0015},
    "seconds": {"api": 0.25},
    "good": {"api": 0.9},
    "used": {"api": 0.9},
    "waits": {"api": 2},
    "grown": {"api": 0.2},
    "restarts": {"api": 1},
    "kills": {"": 1},
    "filling": {"api": 0.5},
    "up": {"api": 0},
}
WINDOWED = [control for control in ASKED if control not in ("metrics.collected", "metrics.trend")]


def proven(control: str, api: Mapping[str, Any], **options: Any) -> list[Verdict]:
    return prove(Prometheus, control, {"url": URL, **ASKED[control], **options}, api)


def statuses(control: str, api: Mapping[str, Any], **options: Any) -> set[Status]:
    return {verdict.status for verdict in proven(control, api, **options)}


@pytest.mark.parametrize("control", [each for each in ASKED if each != "metrics.trend"])
def test_what_is_right_passes_and_what_is_not_fails(control: str) -> None:
    assert statuses(control, Api(RIGHT)) == {PASS}
    assert statuses(control, Api({**RIGHT, **WRONG})) == {FAIL}


@pytest.mark.parametrize("control", WINDOWED)
@pytest.mark.parametrize(
    ("api", "why"),
    [
        (Api(RIGHT, covered={"api": 45, "": 45}), "covers 94 % of"),
        (Api(RIGHT, covered={"api": "NaN", "": "NaN"}), "which proves nothing"),
        (Api(RIGHT, living={"api": 1, "": 1}), "has ended"),
        (Api({name: dict.fromkeys(each, "NaN") for name, each in RIGHT.items()}), "which is no figure"),
        (Api({name: dict.fromkeys(each, "+Inf") for name, each in RIGHT.items()}), "which is no figure"),
        (Api({name: {} for name in RIGHT}), "no series"),
    ],
)
def test_what_is_no_proof_of_the_window(control: str, api: Api, why: str) -> None:
    found = proven(control, api)
    assert {verdict.status for verdict in found} == {ERROR}
    assert why in found[0].message


@pytest.mark.parametrize("control", ASKED)
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (reply(200, "<html>Sign in</html>"), "not the answer of a Prometheus"),
        (reply(302, "", headers=[["Location", "https://login.test/"]]), "a redirect to https://login.test/"),
        (reply(401, "Unauthorized"), "(denied)"),
        (reply(403, {"status": "error", "error": "no right"}), "(denied)"),
        (reply(400, {"status": "error", "errorType": "bad_data", "error": "parse error"}), "400 parse error"),
        (reply(422, {"status": "error", "errorType": "execution", "error": "too many samples"}), "too many samples"),
        (reply(503, {"status": "error", "errorType": "timeout", "error": "query timed out"}), "(timeout)"),
        (reply(500, "oops"), "(unreachable)"),
        (reply(404, "404 page not found"), "where its /api/v1 begins"),
        (reply(200, {**vector({"api": 0}), "warnings": ["store 2 did not answer"]}), "store 2 did not answer"),
        (reply(200, {**vector({"api": 0}), "isPartial": True}), "doubts that the answer is whole"),
        (reply(200, vector({"api": 0}), truncated=True), "(too_large)"),
        (reply(200, {"status": "success"}), "it has no data"),
        (reply(200, {"status": "success", "data": {"resultType": "matrix", "result": []}}), "not a vector"),
        (
            reply(200, {"status": "success", "data": {"resultType": "vector", "result": [{}]}}),
            "not a vector of numbers",
        ),
        (reply(200, vector({"api": "many"})), "not a vector of numbers"),
        (reply(200, "[]"), "not the answer of a Prometheus"),
        (CannotLook("timeout", "no answer within 10 s"), "(timeout)"),
        (CannotLook("unreachable", "Connection refused"), "(unreachable)"),
    ],
)
def test_what_is_no_answer(control: str, answer: Any, why: str) -> None:
    found = proven(control, Always(answer))
    assert {verdict.status for verdict in found} == {ERROR}
    assert why in found[0].message


class Always(Api):
    """Answers everything the same."""

    def __init__(self, answer: Any) -> None:
        super().__init__({})
        self._answer = answer

    def __getitem__(self, line: str) -> Any:
        return self._answer


def test_more_series_than_can_be_told() -> None:
    many = {f"job {number}": 0 for number in range(101)}
    (found,) = proven("metrics.error_rate", Api({"errors": many, "requests": many}))
    assert (found.status, "sum by fewer labels" in found.message) == (ERROR, True)
    twice = reply(
        200, {"status": "success", "data": {"resultType": "vector", "result": vector({"a": 0})["data"]["result"] * 2}}
    )
    (found,) = proven("metrics.error_rate", Always(twice))
    assert "several metrics with the same labels" in found.message


def test_what_is_said_beside_a_whole_answer_is_no_doubt() -> None:
    infos = {"warnings": ["PromQL info: metric might not be a counter"], "infos": ["PromQL info: so"]}
    found = statuses("metrics.slo", Always(reply(200, {**vector({"api": 48}), **infos})), min_availability_percent=0)
    assert found == {ERROR}  # 48 is no ratio, but it was read
    api = Always(reply(200, {"status": "success", "data": {"resultType": "scalar", "result": [1e9, "1"]}}))
    assert statuses("metrics.slo", api, window_days=1, min_coverage_percent=1) == {PASS}


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"errors": {"api": 0.001}}, PASS),
        ({"errors": {"api": 0.0010001}}, FAIL),
        ({"errors": {"api": 1.5}}, ERROR),  # a percentage, or nonsense
        ({"errors": {"api": -0.1}}, ERROR),
        ({"requests": {"api": 999}}, ERROR),
        ({"requests": {"other": 5000}}, ERROR),
        ({"errors": {}}, ERROR),
        ({"requests": {}}, ERROR),
    ],
)
def test_error_rates(values: Mapping[str, Any], status: Status) -> None:
    assert statuses("metrics.error_rate", Api({**RIGHT, **values})) == {status}


def test_a_declared_service_that_is_missing_is_no_pass() -> None:
    for control in ("metrics.error_rate", "metrics.latency_p95"):
        assert {
            verdict.subject: verdict.status for verdict in proven(control, Api(RIGHT), services=["api", "shop-*"])
        } == {
            "job=api": PASS,
            "shop-*": ERROR,
        }


def test_limits_of_requests_and_queries_differ() -> None:
    slow = Api({**RIGHT, "seconds": {"api": 0.1}})
    assert statuses("metrics.latency_p95", slow) == {PASS}
    assert statuses("postgresql.query_p95", slow) == {FAIL}
    assert statuses("postgresql.query_p95", slow, max_p95_ms=100) == {PASS}
    assert statuses("postgresql.query_p95", Api(RIGHT), query_count_query=None) == {ERROR}
    assert statuses("metrics.latency_p95", Api({**RIGHT, "seconds": {"api": -1}})) == {ERROR}


@pytest.mark.parametrize("header", ["Authorization", "cookie"])
def test_a_secret_is_not_taken_from_the_inventory(header: str) -> None:
    (found,) = proven("metrics.slo", Api(RIGHT), headers={header: "Bearer x"})
    assert (found.status, "header_files" in found.message) == (ERROR, True)


def test_a_secret_is_not_sent_in_clear() -> None:
    (found,) = proven("metrics.slo", Api(RIGHT), header_files={"Authorization": "/etc/token"})
    assert (found.status, "in clear" in found.message) == (ERROR, True)


FAST = {"0.1": 960.0, "0.5": 1000.0, "+Inf": 1000.0}


@pytest.mark.parametrize(
    ("buckets", "ms"),
    [
        (FAST, 98.96),
        ({"0.1": 900.0, "0.5": 1000.0, "+Inf": 1000.0}, 300.0),
        ({"0.1": 900.0, "0.2": 899.5, "0.5": 1000.0, "+Inf": 1000.0}, 350.0),
        ({"0.1": 950.0, "+Inf": 1000.0}, 100.0),
    ],
)
def test_percentiles_of_buckets(buckets: Mapping[str, float], ms: float) -> None:
    found = percentiles._percentile(buckets)
    assert (round(found.ms, 2), found.count, found.beyond) == (ms, 1000, False)


@pytest.mark.parametrize(
    "buckets",
    [
        {"0.1": 5.0, "0.5": 9.0},
        {"+Inf": 9.0},
        {"0.1": -1.0, "+Inf": 9.0},
        {"wide": 1.0, "+Inf": 9.0},
        {"": 1.0, "+Inf": 9.0},
        {"-1": 0.0, "+Inf": 9.0},
    ],
)
def test_what_is_no_histogram(buckets: Mapping[str, float]) -> None:
    with pytest.raises(CannotLook):
        percentiles._percentile(buckets)


def test_beyond_the_largest_bucket() -> None:
    found = percentiles._percentile({"0.1": 900.0, "+Inf": 1000.0})
    assert found.problems(100) == ["p95 is more than 100 ms, over 100 ms"]
    with pytest.raises(CannotLook, match="larger ones"):
        found.problems(200)


INSTANCE: Labels = (("instance", "a"), ("job", "api"))


@pytest.mark.parametrize(
    ("up", "age", "told", "said"),
    [
        (1, 300, 1, ""),
        (1, -30, 1, ""),
        (0, 1, 0, "not up: instance=a job=api"),
        (1, 301, 1, "without a sample in 5 minutes"),
        (1, -300, 1, "without a sample in 5 minutes"),
        (1, float("nan"), 1, "without a sample in 5 minutes"),
        (1, 1, 0, "up, but without one sample"),
        (0.5, 1, 1, "not up"),
    ],
)
def test_instances_of_a_job(up: float, age: float, told: float, said: str) -> None:
    answers = {
        name: [Sample(INSTANCE, value)]
        for name, value in ((scraping.UP, up), (scraping.AGE, age), (scraping.TOLD, told))
    }
    job = {"name": "api", "instances": 1, "max_instances": None}
    dummy, problems = scraping.job_seen(job, "job", answers, 5)
    assert [said in problem for problem in problems] == ([True] if said else [])


@pytest.mark.parametrize(
    ("seconds", "text"), [(86400, "24h"), (2592000, "30d"), (1800, "30m"), (300, "5m"), (90, "90s"), (3600, "60m")]
)
def test_durations(seconds: int, text: str) -> None:
    assert windows.duration(seconds) == text
