# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_monitoring verifier through boto3 against moto, and a server with runbooks on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_monitoring import ActionModule as AwsMonitoring
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.integration.verifiers.aws_world import client, said, side_by_side
from tests.integration.verifiers.live import prove_live

RECEIVERS, CRITICAL, LOGS = "alerts.receivers", "alerts.critical_set", "logs.rotation"
WATCHED, QUIET = "host.intrusion_detection", "alerts.security_quiet"
NEEDS = interface("golive.verify.aws_monitoring").needs
REGION = "us-east-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:pager"
PAGER = "https://pager.test/hook"
SCALE = f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:scalingPolicy:1:autoScalingGroupName/web:policyName/out"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:page"
DECLARED = [{"name": "shop-down", "site_down": True}, {"name": "errors", "metric": "Errors", "threshold": 10}]


class _Wiki(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response({"/down": 200, "/secret": 403}.get(self.path, 404))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="module")
def wiki() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Wiki) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def alarm(aws: FakeAws, name: str, **changed: Any) -> None:
    given = {
        "AlarmName": name,
        "Namespace": "AWS/ApplicationELB",
        "MetricName": "Errors",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 3,
        "Threshold": 10.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": [TOPIC],
        **changed,
    }
    client(aws, "cloudwatch").put_metric_alarm(**given)


@pytest.fixture
def watched(aws: FakeAws, wiki: str) -> FakeAws:
    """An account as it should be: two alarms that reach a pager, and logs that expire."""
    client(aws, "sns").create_topic(Name="pager")
    client(aws, "sns").subscribe(TopicArn=TOPIC, Protocol="https", Endpoint=PAGER)
    alarm(aws, "shop-down", AlarmDescription=f"P1: the shop is down, see {wiki}/down.")
    alarm(aws, "errors", AlarmDescription=f"Critical. {wiki}/down")
    logs = client(aws, "logs")
    for name in ("/aws/lambda/shop", "/shop/web"):
        logs.create_log_group(logGroupName=name)
        logs.put_retention_policy(logGroupName=name, retentionInDays=90)
    client(aws, "guardduty").create_detector(Enable=True)
    return aws


def verdicts(aws: FakeAws, control: str, **options: Any) -> list[Verdict]:
    wanted = {"endpoint_url": aws.url, "alarms": DECLARED, "guardduty": True, **options}
    return prove_live(AwsMonitoring, control, wanted)


def status(aws: FakeAws, control: str, **options: Any) -> Status:
    return worst(each.status for each in verdicts(aws, control, **options))


def fails(aws: FakeAws, control: str, because: str, **options: Any) -> None:
    found = verdicts(aws, control, **options)
    assert Status.FAIL in {each.status for each in found}, said(found)
    assert because in said(found)


def test_an_account_that_is_watched_passes_and_each_list_is_read_once(watched: FakeAws) -> None:
    watched.calls.clear()
    found = side_by_side(
        AwsMonitoring, watched, alarms=DECLARED, topics=["pager"], max_retention_days=90, guardduty=True
    )
    assert {control: [each.status for each in proven] for control, proven in found.items()} == {
        control: [Status.PASS] for control in (RECEIVERS, CRITICAL, WATCHED, QUIET, LOGS)
    }
    assert set(watched.calls.values()) == {1}
    assert set(watched.calls) == {permission for needed in NEEDS.values() for permission in needed}


def test_an_empty_account_proves_nothing(aws: FakeAws) -> None:
    assert {control: status(aws, control) for control in (RECEIVERS, CRITICAL, WATCHED, QUIET, LOGS)} == {
        RECEIVERS: Status.ERROR,
        CRITICAL: Status.FAIL,
        WATCHED: Status.FAIL,
        QUIET: Status.FAIL,
        LOGS: Status.ERROR,
    }
    with pytest.raises(NotAsked):
        verdicts(aws, CRITICAL, alarms=[])


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"ActionsEnabled": False}, "its actions are switched off"),
        ({"AlarmActions": []}, "it has no action"),
        ({"AlarmActions": [FUNCTION]}, f"nothing shows that its actions reach anybody: {FUNCTION}"),
        ({"AlarmActions": [f"{TOPIC}-old"]}, "nobody has confirmed to hear"),
    ],
)
def test_an_alarm_that_reaches_nobody_fails(watched: FakeAws, changed: dict[str, Any], because: str) -> None:
    client(watched, "sns").create_topic(Name="pager-old")
    alarm(watched, "errors", **changed)
    fails(watched, RECEIVERS, f"alarm:errors: {because}")
    fails(watched, RECEIVERS, "1 of 2 alarms reach nobody")
    if "pager-old" not in str(changed):
        assert status(watched, RECEIVERS, ignored_alarms=["err*"]) is Status.PASS


def test_a_subscriber_who_has_not_confirmed_hears_nothing(watched: FakeAws) -> None:
    watched.watch.waiting = {PAGER}
    fails(watched, RECEIVERS, f"nobody has confirmed to hear {TOPIC}")
    client(watched, "sns").subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="ops@shop.test")
    assert status(watched, RECEIVERS) is Status.PASS


def test_other_ways_to_reach_somebody_are_declared(watched: FakeAws) -> None:
    alarm(watched, "errors", AlarmActions=[FUNCTION])
    assert status(watched, RECEIVERS, receivers=["arn:aws:lambda:*:page"]) is Status.PASS
    fails(watched, RECEIVERS, "sms: no alarm goes to such a topic", topics=["sms"])


def test_what_scales_is_aside_and_a_composite_alarm_speaks_for_its_parts(watched: FakeAws) -> None:
    alarm(watched, "busy", AlarmActions=[SCALE])
    alarm(watched, "part", AlarmActions=[])
    fails(watched, RECEIVERS, "alarm:part: it has no action")
    rule = 'ALARM("part") OR ALARM(errors)'
    watched.watch.composites = {"whole": (rule, [TOPIC])}
    (account,) = verdicts(watched, RECEIVERS)
    assert account.status is Status.PASS, account.message
    assert account.actual["alarms"] == 3
    assert account.actual["alarms that only scale or repair"] == 1
    assert account.actual["alarms of a composite one"] == 1
    watched.watch.composites = {"whole": (rule, [])}
    fails(watched, RECEIVERS, "alarm:part: it has no action")


def test_notifications_that_are_lost_fail(watched: FakeAws) -> None:
    def lose(hours: float) -> None:
        datum = {
            "MetricName": "NumberOfNotificationsFailed",
            "Dimensions": [{"Name": "TopicName", "Value": "pager"}],
            "Timestamp": datetime.now(UTC) - timedelta(hours=hours),
            "Value": 2.0,
        }
        client(watched, "cloudwatch").put_metric_data(Namespace="AWS/SNS", MetricData=[datum])

    lose(30)
    assert status(watched, RECEIVERS) is Status.PASS
    lose(2)
    fails(watched, RECEIVERS, "2 of its notifications were not delivered within 24 hours")


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"MetricName": "Requests"}, "it watches Requests, not Errors"),
        ({"Threshold": 100.0}, "its limit is 100.0, not 10"),
        ({"ActionsEnabled": False}, "its actions are switched off"),
        ({"AlarmDescription": "P1"}, "its description names no runbook"),
        ({"AlarmDescription": "WIKI/down"}, "tells its severity"),
        ({"AlarmDescription": "P1 WIKI/gone"}, "/gone answers 404"),
    ],
)
def test_an_alarm_that_is_not_as_agreed_fails(
    watched: FakeAws, wiki: str, changed: dict[str, Any], because: str
) -> None:
    said_of_it = changed.get("AlarmDescription", "P1 WIKI/down").replace("WIKI", wiki)
    alarm(watched, "errors", **{**changed, "AlarmDescription": said_of_it})
    fails(watched, CRITICAL, because)


def test_an_alarm_without_data_or_evaluation_fails(watched: FakeAws) -> None:
    state = {"StateValue": "INSUFFICIENT_DATA", "StateReason": "no data"}
    client(watched, "cloudwatch").set_alarm_state(AlarmName="errors", **state)
    fails(watched, CRITICAL, "it has not seen enough data since")
    watched.watch.said = {"shop-down": {"EvaluationState": "EVALUATION_ERROR"}}
    fails(watched, CRITICAL, "it cannot be evaluated well (EVALUATION_ERROR)")


def test_what_is_declared_must_be_there_and_tell_in_time(watched: FakeAws, wiki: str) -> None:
    fails(watched, CRITICAL, "latency: there is no alarm of this name", alarms=[*DECLARED, {"name": "latency"}])
    fails(watched, CRITICAL, "no declared alarm tells that the service is down", alarms=DECLARED[1:])
    fails(watched, CRITICAL, "it takes 3 minutes, more than 2", max_down_minutes=2)


def test_a_runbook_behind_a_login_or_out_of_reach_is_an_error(watched: FakeAws, wiki: str) -> None:
    for url in (f"{wiki}/secret", "http://127.0.0.1:9/down"):
        alarm(watched, "errors", AlarmDescription=f"P1 {url}")
        assert status(watched, CRITICAL) is Status.ERROR


def test_logs_that_do_not_expire_as_agreed_fail(watched: FakeAws) -> None:
    fails(watched, LOGS, "its logs expire after 90 days, before 365", retention_days=365)
    fails(watched, LOGS, "its logs expire after 90 days, after more than 60", max_retention_days=60)
    client(watched, "logs").create_log_group(logGroupName="/aws/lambda/forgotten")
    fails(watched, LOGS, "log-group:/aws/lambda/forgotten: its logs never expire")
    assert status(watched, LOGS, log_groups=["/shop/*"]) is Status.PASS
    (missing,) = verdicts(watched, LOGS, log_groups=["/shop/*", "/mail/*"])
    assert (missing.status, missing.subject) == (Status.ERROR, "/mail/*")


def test_a_region_that_nobody_watches_or_where_something_waits_fails(watched: FakeAws) -> None:
    watched.watch.intrusions = ["f1", "f2"]
    fails(watched, QUIET, "the region: findings of high severity wait for somebody: f1, f2")
    assert status(watched, WATCHED) is Status.PASS
    guard = client(watched, "guardduty")
    (detector,) = guard.list_detectors()["DetectorIds"]
    guard.update_detector(DetectorId=detector, Enable=False)
    for control in (WATCHED, QUIET):
        fails(watched, control, "the region: GuardDuty does not watch it")


@pytest.mark.parametrize("permission", sorted({each for needed in NEEDS.values() for each in needed}))
def test_what_is_denied_is_an_error_of_what_needs_it_and_of_nothing_else(watched: FakeAws, permission: str) -> None:
    watched.deny(permission)
    for control, proven in side_by_side(AwsMonitoring, watched, alarms=DECLARED, guardduty=True).items():
        needed = permission in NEEDS[control]
        assert {each.status for each in proven} == {Status.ERROR if needed else Status.PASS}, said(proven)
        assert (f"needs {permission}" in said(proven)) == needed


@pytest.mark.parametrize(
    ("control", "permission"),
    [(control, permission) for control in NEEDS for permission in NEEDS[control] if not permission.startswith("sts")],
)
def test_what_is_throttled_or_garbled_is_an_error(watched: FakeAws, control: str, permission: str) -> None:
    for fail, because in ((watched.throttle, "throttled"), (watched.garble, "")):
        watched.failures.clear()
        fail(permission)
        found = verdicts(watched, control)
        assert {each.status for each in found} == {Status.ERROR}, said(found)
        assert because in said(found)
