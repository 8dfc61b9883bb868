# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_cost verifier through boto3 against a fake of Cost Explorer, which moto lacks, and moto's CloudWatch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_cost import ActionModule as AwsCost
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.integration.verifiers.aws_world import client, said, side_by_side
from tests.integration.verifiers.live import prove_live

CONTROL, AI = "cost.review", "cost.ai_usage"
NEEDS = interface("golive.verify.aws_cost").needs
STORAGE, COMPUTE = "Amazon Simple Storage Service", "Amazon Elastic Container Service"
SHOP = {"name": "shop", "dimensions": {"ClusterName": "production", "ServiceName": "shop"}}
METRICS = ("CPUUtilization", "MemoryUtilization")
MODEL = "eu.writer-v1:0"


def spend(aws: FakeAws, days: int = 62, since: int = 1, **changes: float) -> None:
    """Let the account have spent 100 on each day, or what is said, until so many days ago."""
    today = datetime.now(UTC).date()
    services = {STORAGE: changes.get("storage", 20.0), COMPUTE: changes.get("compute", 80.0)}
    aws.money.costs = {today - timedelta(days=each): services for each in range(since, days)}


def measure(aws: FakeAws, metric: str, percent: float, hours: float = 23.5, region: str = "us-east-1") -> None:
    """Let a metric of the shop have told the same every five minutes for some hours."""
    now = datetime.now(UTC)
    dimensions = [{"Name": name, "Value": value} for name, value in SHOP["dimensions"].items()]  # type: ignore[attr-defined]
    data = [
        {
            "MetricName": metric,
            "Dimensions": dimensions,
            "Timestamp": now - timedelta(minutes=minutes),
            "Value": percent,
        }
        for minutes in range(10, int(hours * 60), 5)
    ]
    client(aws, "cloudwatch", region).put_metric_data(Namespace="AWS/ECS", MetricData=data)


@pytest.fixture
def shop(aws: FakeAws) -> FakeAws:
    """An account that costs a hundred a day, with a service that is half busy."""
    spend(aws)
    for metric in METRICS:
        measure(aws, metric, 50)
    return aws


def verdicts(aws: FakeAws, **options: Any) -> list[Verdict]:
    usual = {"estimate": 3000, "services": [SHOP], "use_days": 1}
    return prove_live(AwsCost, CONTROL, {"endpoint_url": aws.url, **usual, **options})


def status(aws: FakeAws, **options: Any) -> Status:
    return worst(each.status for each in verdicts(aws, **options))


def fails(aws: FakeAws, *because: str, **options: Any) -> None:
    found = verdicts(aws, **options)
    assert Status.FAIL in {each.status for each in found}, said(found)
    assert [each for each in because if each not in said(found)] == [], said(found)


def test_costs_as_estimated_and_a_service_of_the_right_size_pass(shop: FakeAws) -> None:
    shop.calls.clear()
    (account,) = verdicts(shop, account_id=ACCOUNT, service_estimates={STORAGE: 620})
    assert account.status is Status.PASS, account.message
    assert (account.actual["sums of the bill"], account.actual["services"]) == (3, 1)
    assert set(shop.calls) == set(NEEDS[CONTROL])
    assert shop.calls["cloudwatch:GetMetricData"] == 1


def test_what_to_prove_is_asked_for(shop: FakeAws) -> None:
    for missing in ({"estimate": None}, {"services": []}):
        with pytest.raises(NotAsked):
            verdicts(shop, **missing)


def test_costs_above_the_estimate_fail_and_name_what_they_are_for(shop: FakeAws) -> None:
    spend(shop, storage=500)
    fails(
        shop,
        "2 of 3 sums of the bill exceed the estimate",
        "cost 580.00 USD, more than",
        f"most for {STORAGE} (500.00), {COMPUTE} (80.00)",
        service_estimates={COMPUTE: 2500},
    )
    fails(shop, f"{STORAGE}: {STORAGE} in the month until", service_estimates={STORAGE: 600})
    assert status(shop, max_cost_ratio_percent=700) is Status.PASS


def test_every_page_of_the_bill_is_read(shop: FakeAws) -> None:
    shop.money.costs = {day: spent | {"Late": 9999.0} for day, spent in shop.money.costs.items()}
    shop.money.page = 1
    fails(shop, "most for Late (9999.00)")


def test_a_bill_that_is_empty_old_or_without_a_service_is_an_error(shop: FakeAws) -> None:
    assert "the bill of the month until" in said(verdicts(shop, service_estimates={"Storage": 600}))
    assert status(shop, service_estimates={"Storage": 600}) is Status.ERROR
    spend(shop, since=4)
    assert "Cost Explorer tells of no" in said(verdicts(shop))
    spend(shop, days=0)
    found = verdicts(shop)
    assert [(each.subject, each.status) for each in found] == [("sums of the bill", Status.ERROR)]
    assert "tells of no costs at all" in said(found)


@pytest.mark.parametrize(
    ("metric", "percent", "because"),
    [
        ("CPUUtilization", 3, "its CPUUtilization hardly ever exceeds"),
        ("MemoryUtilization", 180, "its MemoryUtilization comes to"),
    ],
)
def test_a_service_of_the_wrong_size_fails(aws: FakeAws, metric: str, percent: float, because: str) -> None:
    spend(aws)
    for each in METRICS:
        measure(aws, each, percent if each == metric else 50)
    fails(aws, because, "1 of 1 services have the wrong size")
    assert status(aws, min_use_percent=1, max_use_percent=190) is Status.PASS


def test_a_service_that_is_hardly_measured_is_an_error(shop: FakeAws) -> None:
    assert "CPUUtilization was measured for 1.0 of 7 days" in said(verdicts(shop, use_days=7))
    unknown = {**SHOP, "name": "other", "dimensions": {"ClusterName": "staging"}}
    found = verdicts(shop, services=[SHOP, unknown])
    assert [(each.subject, each.status) for each in found] == [("other", Status.ERROR)]
    assert "measured for 0.0 of 1 days" in said(found)
    assert status(shop, services=[{**SHOP, "metrics": []}]) is Status.ERROR


def test_a_service_is_measured_in_its_region(shop: FakeAws) -> None:
    abroad = {**SHOP, "name": "abroad", "region": "eu-west-1"}
    (one,) = verdicts(shop, services=[SHOP, abroad])
    assert (one.status, one.subject) == (Status.ERROR, "abroad")
    for metric in METRICS:
        measure(shop, metric, 90, region="eu-west-1")
    fails(shop, "abroad: its CPUUtilization comes to 90.0 %, more than 80", services=[SHOP, abroad])


@pytest.fixture
def called(shop: FakeAws) -> FakeAws:
    """The same, and a model that is called, with an alarm on its tokens that somebody hears."""
    call(shop, Invocations=12, InputTokenCount=9000, OutputTokenCount=700)
    sns = client(shop, "sns")
    topic = sns.create_topic(Name="costs")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="finance@shop.test")
    limit(shop, AlarmActions=[topic])
    return shop


def call(aws: FakeAws, model: str = MODEL, hours: float = 2, **counts: float) -> None:
    """Let calls of a model have been counted so many hours ago."""
    data = [
        {
            "MetricName": metric,
            "Dimensions": [{"Name": "ModelId", "Value": model}],
            "Timestamp": datetime.now(UTC) - timedelta(hours=hours),
            "Value": count,
        }
        for metric, count in counts.items()
    ]
    client(aws, "cloudwatch").put_metric_data(Namespace="AWS/Bedrock", MetricData=data)


def limit(aws: FakeAws, **changes: Any) -> None:
    """An alarm on the tokens of a model."""
    client(aws, "cloudwatch").put_metric_alarm(
        **{
            "AlarmName": "tokens",
            "Namespace": "AWS/Bedrock",
            "MetricName": "InputTokenCount",
            "Dimensions": [{"Name": "ModelId", "Value": MODEL}],
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 1e6,
            "EvaluationPeriods": 1,
            "Period": 3600,
            "Statistic": "Sum",
            **changes,
        }
    )


def of_models(aws: FakeAws, **options: Any) -> list[Verdict]:
    return prove_live(AwsCost, AI, {"endpoint_url": aws.url, "models": [MODEL], **options})


def test_a_model_that_is_measured_and_limited_passes(called: FakeAws) -> None:
    called.calls.clear()
    (account,) = of_models(called, account_id=ACCOUNT)
    assert account.status is Status.PASS, account.message
    assert set(called.calls) == set(NEEDS[AI])
    with pytest.raises(NotAsked):
        of_models(called, models=[])


def test_a_model_without_limit_or_tokens_fails(called: FakeAws) -> None:
    call(called, "painter", Invocations=3)
    found = said(of_models(called, models=["painter"]))
    assert "painter: its calls are counted, but neither tokens nor images; no alarm watches its use" in found
    limit(called, ComparisonOperator="LessThanThreshold", AlarmActions=[])
    assert f"{MODEL}: no alarm watches its use" in said(of_models(called))
    limit(called, AlarmActions=[])
    assert "reaches anybody: tokens: it has no action" in said(of_models(called))


def test_a_model_that_nobody_called_lately_is_an_error(called: FakeAws) -> None:
    call(called, "old", hours=30, Invocations=3, InputTokenCount=9)
    found = of_models(called, models=[MODEL, "old", "unknown"])
    limits = [each for each in found if each.status is Status.FAIL]
    assert {each.subject for each in limits} == {"", "old", "unknown"}
    limit(called, Dimensions=[], AlarmActions=[client(called, "sns").list_topics()["Topics"][0]["TopicArn"]])
    found = of_models(called, models=[MODEL, "old", "unknown"])
    assert [(each.subject, each.status) for each in found] == [("old", Status.ERROR), ("unknown", Status.ERROR)]
    assert "no call of it was counted within 24 hours" in said(found)
    assert {each.status for each in of_models(called, models=["old"], max_sample_age_hours=48)} == {Status.PASS}


@pytest.mark.parametrize("permission", sorted({each for needed in NEEDS.values() for each in needed}))
def test_what_is_denied_is_an_error_of_what_needs_it_and_of_nothing_else(called: FakeAws, permission: str) -> None:
    called.deny(permission)
    options = {"estimate": 3000, "services": [SHOP], "use_days": 1, "models": [MODEL]}
    for control, proven in side_by_side(AwsCost, called, **options).items():
        needed = permission in NEEDS[control]
        assert {each.status for each in proven} == {Status.ERROR if needed else Status.PASS}, said(proven)
        assert (f"needs {permission}" in said(proven)) == needed


@pytest.mark.parametrize("permission", ["ce:GetCostAndUsage", "cloudwatch:GetMetricData"])
def test_what_is_throttled_or_garbled_is_an_error(shop: FakeAws, permission: str) -> None:
    for fail, because in ((shop.throttle, "throttled"), (shop.garble, "malformed")):
        shop.failures.clear()
        fail(permission)
        found = verdicts(shop)
        assert {each.status for each in found} == {Status.ERROR}, said(found)
        assert because in said(found)


def test_what_cannot_be_read_hides_no_failure(shop: FakeAws) -> None:
    spend(shop, storage=500)
    shop.deny("cloudwatch:GetMetricData")
    found = {each.subject: each.status for each in verdicts(shop)}
    assert found["last day"] is Status.FAIL
    assert found["services"] is Status.ERROR


def test_another_account_is_an_error(shop: FakeAws) -> None:
    assert status(shop, account_id="999999999999") is Status.ERROR
