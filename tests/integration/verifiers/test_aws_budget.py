# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_budget verifier through boto3 against moto, and against its fake where moto cannot say or fail."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_budget import ActionModule as AwsBudget
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.integration.verifiers.aws_world import client, said
from tests.integration.verifiers.live import prove_live

CONTROL = "cost.budget_alerts"
EIGHTY = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}


def budget(aws: FakeAws, name: str = "shop", *alerts: dict[str, Any], **changes: Any) -> None:
    client(aws, "budgets").create_budget(
        AccountId=ACCOUNT,
        Budget={
            "BudgetName": name,
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "4000", "Unit": "USD"},
            **changes,
        },
    )
    for alert in alerts or (EIGHTY,):
        client(aws, "budgets").create_notification(
            AccountId=ACCOUNT,
            BudgetName=name,
            Notification={**alert, "ThresholdType": alert.get("ThresholdType", "PERCENTAGE")},
            Subscribers=[{"SubscriptionType": "EMAIL", "Address": "finance@shop.test"}],
        )


def verdicts(aws: FakeAws, **options: Any) -> list[Verdict]:
    return prove_live(AwsBudget, CONTROL, {"endpoint_url": aws.url, **options})


def status(aws: FakeAws, **options: Any) -> Status:
    return worst(each.status for each in verdicts(aws, **options))


def fails(aws: FakeAws, because: str, **options: Any) -> None:
    found = verdicts(aws, **options)
    assert Status.FAIL in {each.status for each in found}
    assert because in said(found)


def test_a_budget_that_somebody_hears_of_passes(aws: FakeAws) -> None:
    budget(aws)
    assert status(aws, account_id=ACCOUNT, budgets={"shop": 4000}, max_threshold_percent=80) is Status.PASS
    assert status(aws, budgets={"shop": None}) is Status.PASS


def test_an_absolute_threshold_is_held_against_the_limit(aws: FakeAws) -> None:
    budget(aws, "shop", {**EIGHTY, "Threshold": 3000.0, "ThresholdType": "ABSOLUTE_VALUE"})
    assert status(aws, max_threshold_percent=75) is Status.PASS
    fails(aws, "nobody is told when 74 % of it are spent", max_threshold_percent=74)


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"TimeUnit": "ANNUALLY"}, "annually, not monthly"),
        ({"BudgetLimit": {"Amount": "40000", "Unit": "USD"}}, "its limit is 40000 USD, not 4000"),
        ({"CostFilters": {"Service": ["Amazon Simple Storage Service"]}}, "only a part of the costs"),
    ],
)
def test_a_budget_of_something_else_fails(aws: FakeAws, changes: dict[str, Any], because: str) -> None:
    budget(aws, **changes)
    fails(aws, because, budgets={"shop": 4000})


def test_no_budget_and_a_missing_one_fail(aws: FakeAws) -> None:
    fails(aws, "no budget of costs")
    budget(aws, "usage", BudgetType="USAGE")
    fails(aws, "no budget of costs")
    budget(aws)
    fails(aws, "no budget mail", budgets={"shop": 4000, "mail": 50})


def test_a_budget_that_nobody_hears_of_fails(aws: FakeAws) -> None:
    budget(aws)
    aws.money.subscribers = {"shop": []}
    fails(aws, "nobody who confirmed it is told at 80 % (actual)")
    budget(aws, "late", {**EIGHTY, "Threshold": 120.0})
    fails(aws, "nobody is told when 100 % of it are spent", budgets={"late": 4000})
    budget(aws, "below", {**EIGHTY, "ComparisonOperator": "LESS_THAN"})
    fails(aws, "nobody is told", budgets={"below": 4000})


def test_a_topic_counts_once_a_subscriber_confirmed(aws: FakeAws) -> None:
    budget(aws)
    topic = client(aws, "sns").create_topic(Name="costs")["TopicArn"]
    aws.money.subscribers = {"shop": [{"SubscriptionType": "SNS", "Address": topic}]}
    fails(aws, "nobody who confirmed it")
    client(aws, "sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:q")
    assert status(aws) is Status.PASS
    aws.deny("sns:ListSubscriptionsByTopic")
    assert status(aws) is Status.ERROR
    assert "needs sns:ListSubscriptionsByTopic" in said(verdicts(aws))


@pytest.mark.parametrize(
    "operation", ["DescribeBudgets", "DescribeNotificationsForBudget", "DescribeSubscribersForNotification"]
)
def test_what_is_denied_throttled_or_garbled_is_an_error(aws: FakeAws, operation: str) -> None:
    budget(aws)
    for fail, because in ((aws.deny, "needs budgets:ViewBudget"), (aws.throttle, "throttled"), (aws.garble, "")):
        aws.failures.clear()
        fail(f"budgets:{operation}")
        found = verdicts(aws)
        assert {each.status for each in found} == {Status.ERROR}
        assert because in said(found)


def test_another_account_is_an_error(aws: FakeAws) -> None:
    budget(aws)
    assert status(aws, account_id="999999999999") is Status.ERROR
