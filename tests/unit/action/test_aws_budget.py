# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_budget verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_budget import ActionModule as AwsBudget
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import budgets
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

CONTROL = "cost.budget_alerts"
BUDGETS, ALERTS, HEARD = "describe-budgets", "describe-notifications-for-budget", "list-subscriptions-by-topic"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:costs"
SHOP: dict[str, Any] = {"name": "shop", "period": "MONTHLY", "limit": 4000.0, "currency": "USD", "partial": False}
MAIL, COSTS = {"kind": "EMAIL", "address": "finance@shop.test"}, {"kind": "SNS", "address": TOPIC}
EIGHTY: dict[str, Any] = {"on": "actual", "above": True, "threshold": 80.0, "percent": True, "tells": [MAIL, COSTS]}
RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    BUDGETS: [SHOP],
    ALERTS: {"shop": seen([EIGHTY])},
    HEARD: {TOPIC: seen(1)},
}


def verdicts(changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsBudget, CONTROL, options, Answers({**RIGHT, **(changed or {})}))


def status(changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(changed, **options))


def shop(**changed: Any) -> dict[str, Any]:
    return {BUDGETS: [{**SHOP, **changed}]}


def alert(**changed: Any) -> dict[str, Any]:
    return {ALERTS: {"shop": seen([{**EIGHTY, **changed}])}}


@pytest.mark.parametrize(
    ("changed", "options"),
    [
        ({}, {"budgets": {"shop": 4000}, "max_threshold_percent": 80}),
        ({}, {"budgets": {"shop": None}}),
        (alert(on="forecasted", threshold=100.0), {}),
        (alert(threshold=3000.0, percent=False), {"max_threshold_percent": 75}),
        ({**alert(tells=[MAIL]), HEARD: CannotLook("denied", "nobody is asked of it")}, {}),
        (alert(tells=[COSTS]), {}),
        ({BUDGETS: [SHOP, {**SHOP, "name": "spare", "limit": 0.0}]}, {"budgets": {"shop": None}}),
    ],
)
def test_a_budget_that_somebody_hears_of_in_time_passes(changed: dict[str, Any], options: dict[str, Any]) -> None:
    assert [(each.status, each.message) for each in verdicts(changed, **options)] == [(Status.PASS, "")]


ALONE = alert(tells=[COSTS])


@pytest.mark.parametrize(
    ("changed", "options", "because"),
    [
        (shop(period="QUARTERLY"), {}, "it is quarterly, not monthly"),
        (shop(partial=True), {}, "it counts only a part of the costs (it has filters)"),
        (shop(limit=4000.01), {"budgets": {"shop": 4000}}, "its limit is 4000.01 USD, not 4000"),
        (shop(limit=None), {"budgets": {"shop": 4000}}, "its limit is none, not 4000"),
        (shop(limit=0.0), {"budgets": {"shop": 0}}, "it has no limit, or one of nothing"),
        (shop(limit=None), {}, "it has no limit, or one of nothing"),
        ({ALERTS: {"shop": seen([])}}, {}, "nobody is told when 100 % of it are spent, or less"),
        (alert(above=False), {}, "nobody is told when 100 % of it are spent, or less"),
        (alert(threshold=100.1), {}, "nobody is told when 100 % of it are spent, or less"),
        (alert(threshold=3001.0, percent=False), {"max_threshold_percent": 75}, "nobody is told when 75 % of it"),
        (alert(tells=[]), {}, "nobody who confirmed it is told at 80 % (actual)"),
        ({**ALONE, HEARD: {TOPIC: seen(0)}}, {}, "nobody who confirmed it is told at 80 % (actual)"),
        ({ALERTS: {"shop": seen([EIGHTY, {**EIGHTY, "threshold": 95.0, "tells": []}])}}, {}, "told at 95 % (actual)"),
    ],
)
def test_a_budget_that_would_be_overrun_fails(changed: dict[str, Any], options: dict[str, Any], because: str) -> None:
    account, one = verdicts(changed, **options)
    assert (account.status, account.message) == (Status.FAIL, "1 of 1 budgets would be overrun")
    assert (one.status, one.subject) == (Status.FAIL, "budget shop")
    assert because in one.message


@pytest.mark.parametrize(
    ("found", "options", "because"),
    [
        ([], {}, "there is no budget of costs"),
        ([SHOP], {"budgets": {"shop": 4000, "mail": 50, "web": 1}}, "there is no budget mail; there is no budget web"),
        ([], {"budgets": {"shop": None}}, "there is no budget shop"),
    ],
)
def test_no_budget_and_a_missing_one_fail(found: list[Any], options: dict[str, Any], because: str) -> None:
    (one,) = verdicts({BUDGETS: found}, **options)
    assert (one.status, one.message) == (Status.FAIL, because)


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("look", [WHO, BUDGETS, ALERTS, HEARD])
def test_what_cannot_be_read_is_an_error(look: str, reason: str) -> None:
    (one,) = verdicts({look: CannotLook(reason, "so it is")})
    assert one.status is Status.ERROR
    assert f"could not look ({reason})" in one.message
    if look in (ALERTS, HEARD):
        hidden = {"reason": reason, "detail": "so it is"}
        (one,) = verdicts({look: dict.fromkeys(RIGHT[look], hidden)})
        assert (one.status, one.subject) == (Status.ERROR, "budget shop")


def test_a_budget_that_cannot_be_read_hides_no_other() -> None:
    hidden = {"reason": "denied", "detail": "needs budgets:ViewBudget"}
    others = [{**SHOP, "name": "mail"}, {**SHOP, "name": "late", "period": "DAILY"}]
    told = {**RIGHT[ALERTS], "mail": hidden, "late": hidden}
    found = verdicts({BUDGETS: [SHOP, *others], ALERTS: told})
    assert [(each.subject, each.status) for each in found] == [
        ("", Status.FAIL),
        ("budget late", Status.FAIL),
        ("budget mail", Status.ERROR),
    ]


def test_another_account_is_an_error() -> None:
    assert status(account_id="999999999999") is Status.ERROR
    assert status(account_id=IDENTITY["account"]) is Status.PASS


@pytest.mark.parametrize(
    ("threshold", "most", "told"),
    [(3000.0, 75, True), (3001.9, 75, False), (3000.1, 75, False), (2200.0, 55, True), (0.0, 0, True)],
)
def test_a_sum_is_held_against_the_limit_to_the_cent(threshold: float, most: float, told: bool) -> None:
    listed = [{**EIGHTY, "threshold": threshold, "percent": False}]
    assert (budgets.alerts_seen(SHOP, listed, {TOPIC: 1}, most)[1] == []) is told


def test_the_topics_of_what_can_be_read_are_asked_once() -> None:
    hidden = {"reason": "denied", "detail": ""}
    assert budgets.topics([seen([EIGHTY, EIGHTY]), seen([]), hidden]) == [TOPIC]
