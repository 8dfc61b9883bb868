# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_budget verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_budget import ActionModule as GcpBudget
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import REASONS, Answers, seen
from tests.unit.proving import prove

PAID, PLACED, BUDGETS = "billing projects describe", "get-ancestors", "budgets list"
ROLES, OWNERS, CHANNELS, TOPICS = (
    "accounts get-iam-policy",
    "projects get-iam-policy",
    "channels describe",
    "list-subscriptions",
)
CHANNEL, TOPIC = "projects/shop/notificationChannels/7", "projects/shop/topics/costs"
OPTIONS: dict[str, Any] = {"project": "shop", "budgets": {"production": 4000}}
BUDGET: dict[str, Any] = {
    "name": "billingAccounts/0A/budgets/1",
    "title": "production",
    "of": ["projects/415"],
    "part": [],
    "period": "MONTH",
    "amount": 4000.0,
    "currency": "EUR",
    "percents": [50.0, 100.0],
    "by_role": True,
    "by_project": True,
    "channels": [CHANNEL],
    "topics": [TOPIC],
}


def budget(**changed: Any) -> dict[str, Any]:
    return {BUDGETS: [{**BUDGET, **changed}]}


OWNER = {"principal": "user:ada@example.com", "role": "roles/owner"}


def owned(*grants: dict[str, str]) -> dict[str, Any]:
    viewers = {"principal": "group:all@example.com", "role": "roles/viewer"}
    return {OWNERS: {"projects/shop": seen({"grants": [viewers, *grants], "audited": []})}}


RIGHT: dict[str, Any] = {
    PAID: {"account": "billingAccounts/0A", "open": True},
    PLACED: {"number": "415", "scopes": ["projects/shop", "folders/12"]},
    **budget(),
    **owned(OWNER),
    ROLES: ["group:finance@example.com"],
    CHANNELS: {CHANNEL: seen({"title": "", "type": "email", "wrong": ""})},
    TOPICS: {TOPIC: seen("")},
}
ALONE = {"by_role": False, "by_project": False, "channels": [], "topics": []}


def verdicts(changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(GcpBudget, "cost.budget_alerts", {**OPTIONS, **options}, Answers({**RIGHT, **(changed or {})}))


def status(changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(changed, **options))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        budget(of=[]),
        budget(of=["folders/12", "projects/9"]),
        {**budget(**{**ALONE, "by_role": True})},
        {**budget(**{**ALONE, "topics": [TOPIC]}), ROLES: []},
        {ROLES: []},
        {**budget(**{**ALONE, "by_project": True})},
        {**budget(**{**ALONE, "by_role": True, "by_project": True}), ROLES: []},
    ],
)
def test_a_budget_that_somebody_hears_of_passes(changed: dict[str, Any]) -> None:
    assert [(one.status, one.message) for one in verdicts(changed)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        (budget(of=["projects/9"]), "it is about other projects"),
        (budget(part=["labels"]), "it counts only a part of the costs (by labels)"),
        (budget(period="QUARTER"), "its period is QUARTER, not MONTH"),
        (budget(amount=3999.99), "its amount is 3999.99 EUR, not 4000"),
        (budget(amount=None), "its amount is that of the last month, not 4000"),
        (budget(percents=[101.0]), "it has no alert at 100 % or before"),
        (budget(**ALONE), "nobody is told"),
        ({**budget(**{**ALONE, "by_role": True}), ROLES: []}, "nobody is told, since nobody holds a role"),
        ({CHANNELS: {CHANNEL: seen({"title": "", "type": "email", "wrong": "is disabled"})}}, f"{CHANNEL} is disabled"),
        (
            {CHANNELS: {CHANNEL: seen({"title": "", "type": "sms", "wrong": ""})}},
            "is of the type sms, to which budgets",
        ),
        ({**budget(**{**ALONE, "by_project": True}), **owned()}, "nobody is told, since nobody holds a role"),
        ({TOPICS: {TOPIC: seen("has no subscription")}}, f"{TOPIC} has no subscription"),
    ],
)
def test_a_budget_that_would_be_overrun_fails(changed: dict[str, Any], wrong: str) -> None:
    whole, one = verdicts(changed)
    assert (whole.status, one.status) == (Status.FAIL, Status.FAIL)
    assert one.subject == "//billingbudgets.googleapis.com/billingAccounts/0A/budgets/1"
    assert wrong in one.message


@pytest.mark.parametrize(
    ("changed", "budgets"),
    [
        ({PAID: {"account": "", "open": False}}, {}),
        ({PAID: {"account": "billingAccounts/0A", "open": False}}, {}),
        ({BUDGETS: []}, {}),
        (budget(of=["projects/9"]), {}),
        (budget(part=["services"]), {}),
        ({}, {"staging": None}),
    ],
)
def test_without_a_budget_or_an_account_it_fails(changed: dict[str, Any], budgets: dict[str, Any]) -> None:
    assert [one.status for one in verdicts(changed, budgets=budgets)] == [Status.FAIL]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("look", [PAID, PLACED, BUDGETS, ROLES, OWNERS, CHANNELS, TOPICS])
def test_what_cannot_be_read_is_an_error(look: str, reason: str) -> None:
    assert {one.status for one in verdicts({look: CannotLook(reason, "so it is")})} == {Status.ERROR}
    if look in (CHANNELS, TOPICS):
        one = {next(iter(RIGHT[look])): {"reason": reason, "detail": "so it is"}}
        assert {each.status for each in verdicts({look: one})} == {Status.ERROR}
