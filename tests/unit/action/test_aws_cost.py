# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_cost verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_cost import ActionModule as AwsCost
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import costs, models, usage
from ansible_collections.golive.verify.plugins.plugin_utils.aws.costs import Estimate
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

CONTROL = "cost.review"
COSTS, USE = "get-cost-and-usage", "get-metric-data"
WEEK = 7 * 86400 // usage.PERIOD
SERVICES = [{"name": "shop", "dimensions": {"ServiceName": "shop"}}]


def spent(day: date, amount: float, service: str = "Storage", currency: str = "USD") -> dict[str, Any]:
    return {"day": day.isoformat(), "service": service, "amount": amount, "currency": currency}


def bill(amount: float, service: str = "Storage", until: int = 1) -> list[dict[str, Any]]:
    """So much on each of many days, until so many days ago."""
    today = datetime.now(UTC).date()
    return [spent(today - timedelta(days=each), amount, service) for each in range(until, 62)]


RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    COSTS: bill(100),
    USE: {"m0": seen([50.0] * WEEK), "m1": seen([60.0] * WEEK)},
}


def verdicts(changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    usual = {"estimate": 3000, "services": SERVICES}
    return prove(AwsCost, CONTROL, {**usual, **options}, Answers({**RIGHT, **(changed or {})}))


def status(changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(changed, **options))


def test_costs_as_estimated_and_services_of_the_right_size_pass() -> None:
    (account,) = verdicts(account_id=IDENTITY["account"], service_estimates={"Storage": 3000})
    assert (account.status, account.message) == (Status.PASS, "")


@pytest.mark.parametrize("missing", [{"estimate": None}, {"services": []}])
def test_what_to_prove_is_asked_for(missing: dict[str, Any]) -> None:
    with pytest.raises(NotAsked):
        verdicts(**missing)


@pytest.mark.parametrize(
    ("changed", "options", "subjects"),
    [
        ({COSTS: bill(150)}, {}, ["last day", "month to date"]),
        ({}, {"max_cost_ratio_percent": 90}, ["last day", "month to date"]),
        ({}, {"service_estimates": {"Storage": 500}}, ["Storage"]),
        ({USE: {**RIGHT[USE], "m0": seen([10.0] * WEEK)}}, {}, ["shop"]),
        ({USE: {**RIGHT[USE], "m1": seen([90.0] * WEEK)}}, {}, ["shop"]),
        ({}, {"max_use_percent": 55}, ["shop"]),
    ],
)
def test_what_costs_or_uses_too_much_or_too_little_fails(
    changed: dict[str, Any], options: dict[str, Any], subjects: list[str]
) -> None:
    assert [(each.subject, each.status) for each in verdicts(changed, **options)] == [
        (subject, Status.FAIL) for subject in ("", *subjects)
    ]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("look", RIGHT)
def test_what_cannot_be_read_is_an_error(look: str, reason: str) -> None:
    (one,) = verdicts({look: CannotLook(reason, "so it is")})
    assert one.status is Status.ERROR
    assert f"could not look ({reason})" in one.message


@pytest.mark.parametrize(
    ("changed", "options"),
    [
        ({COSTS: []}, {}),
        ({COSTS: bill(100, until=4)}, {}),
        ({COSTS: [*bill(100), spent(date(2020, 1, 1), 1, currency="EUR")]}, {}),
        ({}, {"service_estimates": {"Stoarge": 3000}}),
        ({USE: {"m0": seen([]), "m1": seen([])}}, {}),
        ({USE: {**RIGHT[USE], "m1": seen([60.0] * (WEEK // 2 - 1))}}, {}),
        ({USE: {**RIGHT[USE], "m1": {"reason": "denied", "detail": "so it is"}}}, {}),
        ({}, {"services": [{**SERVICES[0], "metrics": []}]}),
        ({USE: {"m0": seen([]), "m1": seen([])}}, {"use_days": 0}),
    ],
)
def test_what_says_too_little_is_an_error(changed: dict[str, Any], options: dict[str, Any]) -> None:
    assert status(changed, **options) is Status.ERROR


def test_another_account_is_an_error() -> None:
    assert status(account_id="999999999999") is Status.ERROR


@pytest.mark.parametrize(
    ("day", "until", "on"),
    [(date(2026, 4, 1), 100 + 90, 100 + 90), (date(2026, 4, 10), 100 + 900, 90), (date(2026, 4, 30), 2800, 90)],
)
def test_a_day_has_its_share_of_the_estimate_and_the_first_what_is_billed_upfront(
    day: date, until: float, on: float
) -> None:
    estimate = Estimate(month=2800, upfront=100, ratio=1)
    assert (estimate.until(day), estimate.on(day)) == (until, on)
    assert Estimate(2800, 100, 1.2).until(day) == pytest.approx(until * 1.2)


@pytest.mark.parametrize(
    ("today", "last", "month"),
    [
        (date(2026, 3, 5), date(2026, 3, 4), 4),
        (date(2026, 3, 2), date(2026, 3, 1), 1),
        (date(2026, 3, 1), date(2026, 2, 28), 28),
        (date(2026, 1, 1), date(2025, 12, 31), 31),
    ],
)
def test_the_month_is_that_of_the_last_day_that_is_over(today: date, last: date, month: int) -> None:
    start, end = costs.period(today)
    assert (start <= last.replace(day=1).isoformat(), end) == (True, today.isoformat())
    told = [spent(today - timedelta(days=each), 1) for each in range(70)]
    found = costs.bill(told, today)
    assert (found.last, found.day, found.month) == (last, {"Storage": 1}, {"Storage": month})


@pytest.mark.parametrize("late", [1, 2, 3])
def test_a_day_that_is_not_told_of_yet_is_waited_for(late: int) -> None:
    today = date(2026, 3, 20)
    told = [spent(today - timedelta(days=each), 1) for each in range(late, 20)]
    assert costs.bill(told, today).last == today - timedelta(days=late)


@pytest.mark.parametrize(
    ("numbers", "busy"),
    [([10.0] * 6 + [90.0] * 94, 90), ([10.0] * 95 + [90.0] * 5, 10), ([10.0] * 94 + [90.0] * 6, 90), ([30.0], 30)],
)
def test_a_service_is_judged_when_it_is_busy_but_not_by_its_peaks(numbers: list[float], busy: float) -> None:
    actual, _problems = usage.use_seen("CPU", seen(numbers * 3), len(numbers) * 3 * usage.PERIOD // 86400, 20, 80)
    assert actual == {"CPU": busy}


@pytest.mark.parametrize(
    ("pages", "answer"),
    [
        ([("Complete", [1.0])], seen([1.0])),
        ([("PartialData", [1.0]), ("Complete", [2.0])], seen([1.0, 2.0])),
        ([("Complete", [1.0]), ("PartialData", [2.0])], "malformed"),
        ([("Forbidden", [])], "denied"),
        ([("InternalError", [])], "unreachable"),
        ([], "malformed"),
    ],
)
def test_a_metric_is_read_when_all_of_it_was_told(pages: list[tuple[str, list[float]]], answer: Any) -> None:
    found = usage._detail([{"StatusCode": state, "Values": numbers} for state, numbers in pages])
    assert found == answer if isinstance(answer, dict) else found["reason"] == answer


AI, MODEL, TOPIC = "cost.ai_usage", "eu.writer-v1:0", "arn:aws:sns:us-east-1:123456789012:costs"
ALARMS, HEARD = "describe-alarms", "list-subscriptions-by-topic"
BEDROCK = {"namespace": "AWS/Bedrock", "metric": "InputTokenCount", "dimensions": {"ModelId": MODEL}}
TOKENS: dict[str, Any] = {
    "name": "tokens",
    "enabled": True,
    "actions": [TOPIC],
    "upward": True,
    "sources": [BEDROCK],
    "children": [],
}


def counts(**numbers: list[float]) -> dict[str, Any]:
    """What was counted of one model."""
    return {f"m{number}": seen(numbers.get(metric, [])) for number, metric in enumerate(models.METRICS)}


MEASURED = counts(Invocations=[10.0, 5.0], InputTokenCount=[900.0], OutputTokenCount=[100.0])
ASKED: dict[str, Any] = {WHO: IDENTITY, USE: MEASURED, ALARMS: [TOKENS], HEARD: {TOPIC: seen(1)}}


def of_models(changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsCost, AI, {"models": [MODEL], **options}, Answers({**ASKED, **(changed or {})}))


def alarm(**changed: Any) -> dict[str, Any]:
    return {ALARMS: [{**TOKENS, **changed}]}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        alarm(sources=[{**BEDROCK, "dimensions": {}}]),
        alarm(sources=[{**BEDROCK, "metric": "Invocations"}]),
        {USE: counts(Invocations=[1.0], OutputImageCount=[4.0])},
        {
            ALARMS: [
                {**TOKENS, "actions": []},
                {**TOKENS, "name": "any", "upward": False, "sources": [], "children": ["tokens"]},
            ]
        },
        {ALARMS: [{**TOKENS, "enabled": False}, {**TOKENS, "name": "more"}]},
    ],
)
def test_a_model_that_is_measured_and_limited_passes(changed: dict[str, Any]) -> None:
    (account,) = of_models(changed, account_id=IDENTITY["account"])
    assert (account.status, account.message) == (Status.PASS, "")


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({USE: counts(Invocations=[1.0])}, "its calls are counted, but neither tokens nor images"),
        ({ALARMS: []}, "no alarm watches its use"),
        (alarm(upward=False), "no alarm watches its use"),
        (alarm(sources=[{**BEDROCK, "namespace": "AWS/Lambda"}]), "no alarm watches its use"),
        (alarm(sources=[{**BEDROCK, "metric": "InvocationLatency"}]), "no alarm watches its use"),
        (alarm(sources=[{**BEDROCK, "dimensions": {"ModelId": "other"}}]), "no alarm watches its use"),
        (alarm(enabled=False), "no alarm on its use reaches anybody: tokens: its actions are switched off"),
        (alarm(actions=[]), "no alarm on its use reaches anybody: tokens: it has no action"),
        ({HEARD: {TOPIC: seen(0)}}, "no alarm on its use reaches anybody: tokens: nobody has confirmed"),
    ],
)
def test_a_model_without_measure_or_limit_fails(changed: dict[str, Any], because: str) -> None:
    account, one = of_models(changed)
    assert (account.status, one.status, one.subject) == (Status.FAIL, Status.FAIL, MODEL)
    assert because in one.message


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("look", ASKED)
def test_what_cannot_be_read_of_models_is_an_error(look: str, reason: str) -> None:
    (one,) = of_models({look: CannotLook(reason, "so it is")})
    assert one.status is Status.ERROR
    assert f"could not look ({reason})" in one.message


@pytest.mark.parametrize(
    "changed",
    [
        {USE: counts()},
        {USE: counts(InvocationClientErrors=[9.0])},
        {USE: {**MEASURED, "m1": {"reason": "denied", "detail": "so it is"}}},
        {HEARD: {TOPIC: {"reason": "denied", "detail": "so it is"}}},
    ],
)
def test_a_model_of_which_too_little_is_known_is_an_error(changed: dict[str, Any]) -> None:
    assert {each.status for each in of_models(changed)} == {Status.ERROR}


def test_models_are_asked_for() -> None:
    with pytest.raises(NotAsked):
        of_models(models=[])


def test_a_model_is_counted_in_any_of_the_regions() -> None:
    here, there = "--region eu-central-1 cloudwatch get-metric-data", "--region us-east-1 cloudwatch get-metric-data"
    regions = {"regions": ["eu-central-1", "us-east-1"]}
    (account,) = of_models({here: counts(), there: MEASURED}, **regions)
    assert account.status is Status.PASS
    (one,) = of_models({here: CannotLook("denied", "so it is"), there: MEASURED}, **regions)
    assert one.status is Status.ERROR
