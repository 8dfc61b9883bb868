# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_monitoring verifier against a fake of Google's APIs, built from Google's own descriptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_monitoring import ActionModule as GcpMonitoring
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers import guarded_site
from tests.integration.verifiers.google_cloud import ago, needs, said, unread
from tests.integration.verifiers.guarded_site import Site
from tests.integration.verifiers.live import prove_live

RECEIVERS, SET, UPTIME, LOGS = "alerts.receivers", "alerts.critical_set", "uptime.monitor", "logs.rotation"
NEEDS = needs("gcp_monitoring")
PROJECT = "/v3/projects/shop"
MAIL, PAGER, TOPIC = (f"projects/shop/notificationChannels/{number}" for number in (1, 2, 3))
SUBSCRIPTIONS = "/v1/projects/shop/topics/alerts/subscriptions"
DOWN, ERRORS = "projects/shop/alertPolicies/1", "projects/shop/alertPolicies/2"
CHECK = "projects/shop/uptimeCheckConfigs/shop-x1"
BUCKETS = "/v2/projects/shop/locations/-/buckets"
UP = 'metric.type = "monitoring.googleapis.com/uptime_check/check_passed"'
REQUESTS = "run.googleapis.com/request_count"


def threshold(watched: str, limit: float = 1, duration: str = "60s", **aligned: str) -> dict[str, Any]:
    compared = {"comparison": "COMPARISON_GT", "thresholdValue": limit, "duration": duration}
    aggregation = {"alignmentPeriod": "60s", **aligned}
    return {"conditionThreshold": {"filter": watched, **compared, "aggregations": [aggregation]}}


def policy(name: str = DOWN, title: str = "shop down", **changed: Any) -> dict[str, Any]:
    return {
        "name": name,
        "displayName": title,
        "enabled": True,
        "combiner": "OR",
        "conditions": [threshold(f'{UP} AND metric.labels.check_id = "shop-x1"')],
        "notificationChannels": [MAIL, TOPIC],
        "severity": "CRITICAL",
        **changed,
    }


def errors(runbook: str, **changed: Any) -> dict[str, Any]:
    watched = f'resource.type = "cloud_run_revision" AND metric.type="{REQUESTS}"'
    own = {"conditions": [threshold(watched, 10)], "notificationChannels": [PAGER], "severity": ""}
    return policy(ERRORS, "shop errors", **own, documentation={"content": f"P1, see {runbook}."}, **changed)


def place_policies(gcp: FakeGcp, *found: dict[str, Any]) -> None:
    gcp.put(f"{PROJECT}/alertPolicies", {"alertPolicies": list(found)})


def place_snooze(gcp: FakeGcp, hours: float, begins: float = -1, **criteria: Any) -> None:
    interval = {"startTime": ago(-begins), "endTime": ago(-hours)}
    gcp.put(f"{PROJECT}/snoozes", {"snoozes": [{"interval": interval, "criteria": {"policies": [DOWN], **criteria}}]})


def place_check(gcp: FakeGcp, **changed: Any) -> None:
    asks = {"path": "/health", "port": 443, "useSsl": True, "validateSsl": True}
    resource = {"type": "uptime_url", "labels": {"host": "shop.example.com", "project_id": "shop"}}
    right = {"name": CHECK, "httpCheck": asks, "monitoredResource": resource, "period": "60s"}
    gcp.put(f"{PROJECT}/uptimeCheckConfigs", {"uptimeCheckConfigs": [{**right, **changed}]})


def place_answers(gcp: FakeGcp, **places: list[bool]) -> None:
    """What was seen from each place, the newest first."""
    series = [
        {
            "metric": {"labels": {"check_id": "shop-x1", "checker_location": place}},
            "points": [
                {"interval": {"endTime": ago(minute / 60)}, "value": {"boolValue": passed}}
                for minute, passed in enumerate(answers)
            ],
        }
        for place, answers in places.items()
    ]
    gcp.put(f"{PROJECT}/timeSeries", {"timeSeries": series} if series else {"unit": "1"})


def bucket(name: str = "_Default", days: int = 30, **changed: Any) -> dict[str, Any]:
    place = "projects/shop/locations/global/buckets"
    return {"name": f"{place}/{name}", "retentionDays": days, "lifecycleState": "ACTIVE", **changed}


def place_buckets(gcp: FakeGcp, *found: dict[str, Any]) -> None:
    gcp.put(BUCKETS, {"buckets": [bucket("_Required", 400, locked=True), *found]})


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Site, "guarded", False)
    monkeypatch.setattr(Site, "usual", 200)
    with guarded_site.opened() as address:
        yield address


@pytest.fixture
def right(gcp, site):
    """Two policies that reach a mailbox, a topic and a pager, an address that is watched, and a bucket of logs."""
    place_policies(gcp, policy(documentation={"links": [{"url": site}]}), errors(site))
    gcp.put(f"/v3/{MAIL}", {"name": MAIL, "type": "email", "enabled": True, "displayName": "on call"})
    gcp.put(f"/v3/{PAGER}", {"name": PAGER, "type": "pagerduty", "enabled": True, "displayName": "pager"})
    topic = {"type": "pubsub", "enabled": True, "labels": {"topic": "projects/shop/topics/alerts"}}
    gcp.put(f"/v3/{TOPIC}", {"name": TOPIC, **topic})
    gcp.put(SUBSCRIPTIONS, {"subscriptions": ["projects/shop/subscriptions/alerts"]})
    place_snooze(gcp, 1)
    place_check(gcp)
    place_answers(gcp, oregon=[True, False], belgium=[True], singapore=[True])
    place_buckets(gcp, bucket())
    return gcp


def verdicts(gcp: FakeGcp, control: str, **changed: Any) -> list[Verdict]:
    declared = [
        {"name": "shop down", "site_down": True},
        {"name": "shop err*", "metric": REQUESTS, "threshold": 10},
    ]
    options = {"project": "shop", "endpoint_url": gcp.url, "timeout": 8, "policies": declared, "channels": ["pager"]}
    return prove_live(GcpMonitoring, control, {**options, "urls": ["https://shop.example.com/health"], **changed})


def status(gcp: FakeGcp, control: str, **changed: Any) -> Status:
    return worst(each.status for each in verdicts(gcp, control, **changed))


def fails(gcp: FakeGcp, control: str, wrong: str, **changed: Any) -> None:
    found = verdicts(gcp, control, **changed)
    assert Status.FAIL in {each.status for each in found}, said(found)
    assert wrong in said(found)


@pytest.mark.parametrize(
    ("control", "actual"),
    [
        (RECEIVERS, {"alert policies": 2, "ignored": 0, "notification channels": 3}),
        (SET, {"declared policies": 2}),
        (UPTIME, {"addresses": 1}),
        (LOGS, {"buckets of logs": 1, "Google's own": 1}),
    ],
)
def test_what_is_as_it_should_be_passes_with_the_declared_permissions(right, control, actual):
    right.page_size = 1
    (verdict,) = verdicts(right, control)
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.subject == "//cloudresourcemanager.googleapis.com/projects/shop"
    assert verdict.actual == actual
    assert right.used == set(NEEDS[control])


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"enabled": False}, "it is switched off"),
        ({"notificationChannels": []}, "it has no notification channel"),
        ({"conditions": []}, "it has no condition"),
        ({"alertStrategy": {"notificationPrompts": ["CLOSED"]}}, "it tells nobody before all is over"),
        ({"validity": {"code": 3, "message": "no such metric"}}, "it can raise nothing: no such metric"),
    ],
)
def test_a_policy_that_reaches_nobody_fails(right, site, changed, wrong):
    place_policies(right, policy(**changed), errors(site))
    whole, one = verdicts(right, RECEIVERS)
    assert whole.message == "1 of 2 alert policies reach nobody"
    assert (one.subject, one.status) == (f"//monitoring.googleapis.com/{DOWN}", Status.FAIL)
    assert wrong in one.message
    assert status(right, RECEIVERS, ignored_policies=["shop d*"]) is Status.PASS


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ({"type": "sms", "enabled": False}, "it is disabled"),
        ({"type": "sms", "enabled": True, "verificationStatus": "UNVERIFIED"}, "it is not verified"),
        ({"type": "pubsub", "enabled": True, "labels": {"topic": "projects/shop/topics/gone"}}, "which does not exist"),
        (None, "it does not exist"),
    ],
)
def test_a_channel_that_does_not_work_fails_and_so_does_who_has_no_other(right, answer, wrong):
    right.put(f"/v3/{PAGER}", answer)
    fails(right, RECEIVERS, wrong, channels=[])
    assert "none of its notification channels works" in said(verdicts(right, RECEIVERS))
    fails(right, RECEIVERS, "no alert policy goes to such a channel", channels=["nobody"])
    right.put(SUBSCRIPTIONS, {})
    fails(right, RECEIVERS, "it leads to projects/shop/topics/alerts, which has no subscription")


def test_a_policy_that_is_snoozed_for_long_fails(right):
    place_snooze(right, 100)
    fails(right, RECEIVERS, "it is snoozed until")
    fails(right, UPTIME, "it is snoozed until")
    assert status(right, RECEIVERS, max_snooze_hours=101) is Status.PASS
    for harmless in ({"hours": 100, "begins": 2}, {"hours": -0.5}, {"hours": 100, "filter": 'resource.zone="a"'}):
        place_snooze(right, **harmless)
        assert status(right, RECEIVERS) is Status.PASS


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"enabled": False}, "it is switched off"),
        ({"documentation": {"content": "good luck"}, "severity": "ERROR"}, "its documentation names no runbook"),
        ({"documentation": {"content": "see http://127.0.0.1:9/"}}, "neither itself nor its name or text"),
        ({"conditions": [threshold('metric.type="other"', 10)]}, f"it watches other, not {REQUESTS}"),
        ({"conditions": [threshold(f'metric.type="{REQUESTS}"', 500)]}, "its limit is 500, not 10"),
        ({"displayName": "renamed"}, "there is no alert policy of this name"),
    ],
)
def test_a_policy_that_is_not_as_agreed_fails(right, site, changed, wrong):
    down = policy(documentation={"links": [{"url": site}]})
    place_policies(right, down, {**errors(site), **changed})
    fails(right, SET, wrong)


@pytest.mark.parametrize(
    ("conditions", "combiner", "wrong"),
    [
        ([threshold(UP, duration="300s")], "OR", "it takes 6 minutes, more than 5"),
        ([threshold(UP), threshold(UP, duration="600s")], "AND", "it takes 11 minutes, more than 5"),
        ([threshold(UP), threshold(UP, duration="600s")], "OR", ""),
        ([threshold(UP, alignmentPeriod="1200s")], "OR", "it takes 21 minutes, more than 5"),
        ([threshold(UP, alignmentPeriod="1200s", perSeriesAligner="ALIGN_NEXT_OLDER")], "OR", ""),
        ([{"conditionSql": {"query": "SELECT 1"}}], "OR", "nothing tells within what time it is raised"),
        ([{"conditionAbsent": {"filter": UP, "duration": "240s"}}], "OR", ""),
        ([{"conditionMatchedLog": {"filter": "severity=ERROR"}}], "OR", ""),
        (
            [{"conditionPrometheusQueryLanguage": {"query": "x", "duration": "60s", "evaluationInterval": "30s"}}],
            "OR",
            "",
        ),
        ([{"displayName": "of a new kind"}], "OR", "a condition of a kind that is not known"),
    ],
)
def test_that_the_service_is_down_is_told_soon(right, site, conditions, combiner, wrong):
    down = policy(conditions=conditions, combiner=combiner, documentation={"links": [{"url": site}]})
    place_policies(right, down, errors(site))
    assert wrong in said(verdicts(right, SET))
    assert status(right, SET) is (Status.PASS if not wrong else Status.ERROR if "kind" in wrong else Status.FAIL)


def test_a_limit_within_a_query_is_not_known(right, site):
    query = {"conditionPrometheusQueryLanguage": {"query": f"{REQUESTS} > 10", "duration": "60s"}}
    place_policies(right, policy(documentation={"links": [{"url": site}]}), errors(site) | {"conditions": [query]})
    assert "its limit is not told" in said(verdicts(right, SET))
    assert status(right, SET) is Status.ERROR


def test_a_runbook_must_open_and_some_policy_must_tell_of_an_outage(right, monkeypatch):
    fails(right, SET, "no declared policy tells that the service is down", policies=[{"name": "shop down"}])
    monkeypatch.setattr(Site, "usual", 404)
    fails(right, SET, "answers 404")
    with pytest.raises(NotAsked):
        verdicts(right, SET, policies=[])


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"disabled": True}, "its uptime check is switched off"),
        ({"period": "600s"}, "its uptime check asks every 10 minutes, not every 5"),
        ({"checkerType": "VPC_CHECKERS"}, "its uptime check asks from within the network"),
        ({"httpCheck": {"path": "/health"}}, "no uptime check asks for it"),
        ({"httpCheck": {"useSsl": True}}, "no uptime check asks for it"),
        ({"monitoredResource": {"labels": {"host": "other.example.com"}}}, "no uptime check asks for it"),
        ({"name": "projects/shop/uptimeCheckConfigs/other"}, "no alert policy is about its uptime check"),
    ],
)
def test_an_address_that_nobody_watches_from_outside_fails(right, changed, wrong):
    place_check(right, **changed)
    whole, one = verdicts(right, UPTIME)
    assert whole.message == "1 of 1 addresses are not watched from outside"
    assert (one.subject, one.status) == ("https://shop.example.com/health", Status.FAIL)
    assert wrong in one.message


@pytest.mark.parametrize(
    ("places", "wrong"),
    [
        ({"oregon": [False, True], "belgium": [False], "iowa": [True]}, "2 of 3 places get no good answer: belgium"),
        ({"oregon": [False]}, "1 of 1 places get no good answer"),
        ({"oregon": [False], "belgium": [True], "iowa": [True]}, ""),
        ({}, "its uptime check has not asked within 10 minutes"),
    ],
)
def test_the_address_is_answered_well_from_nearly_everywhere(right, places, wrong):
    place_answers(right, **places)
    assert wrong in said(verdicts(right, UPTIME))
    assert status(right, UPTIME) is (Status.FAIL if wrong else Status.PASS)


@pytest.mark.parametrize(
    ("watched", "told"),
    [
        (UP, True),
        (f'{UP} AND metric.labels.check_id = "another"', False),
        (f'{UP} AND metric.labels.check_id = one_of("another", "shop-x1")', True),
        ('metric.type = "other"', False),
    ],
)
def test_somebody_hears_that_the_address_is_not_answered(right, watched, told):
    place_policies(right, policy(conditions=[threshold(watched)]))
    assert status(right, UPTIME) is (Status.PASS if told else Status.FAIL)
    place_policies(right, policy(notificationChannels=[]))
    fails(right, UPTIME, "shop down, which is about its uptime check: it has no notification channel")


@pytest.mark.parametrize(
    ("found", "options", "wrong"),
    [
        (bucket(days=7), {}, "its logs expire after 7 days, before 30"),
        (bucket(days=3650), {"max_retention_days": 365}, "its logs expire after 3650 days, after more than 365"),
        (bucket("audit", 7), {"log_buckets": ["_Default"]}, ""),
        (bucket("old", 1, lifecycleState="DELETE_REQUESTED"), {}, ""),
    ],
)
def test_logs_are_kept_as_agreed(right, found, options, wrong):
    place_buckets(right, bucket(days=90), found)
    assert status(right, LOGS, **options) is (Status.FAIL if wrong else Status.PASS)
    assert wrong in said(verdicts(right, LOGS, **options))


def test_what_is_not_there_never_passes(right):
    assert "no bucket of logs is like gone" in said(verdicts(right, LOGS, log_buckets=["gone"]))
    place_buckets(right)
    place_policies(right)
    right.put(f"{PROJECT}/uptimeCheckConfigs", {"totalSize": 0})
    expected = {RECEIVERS: Status.ERROR, SET: Status.FAIL, UPTIME: Status.FAIL, LOGS: Status.ERROR}
    assert {control: status(right, control, channels=[]) for control in expected} == expected
    fails(right, RECEIVERS, "no alert policy goes to such a channel")
    with pytest.raises(NotAsked):
        verdicts(right, UPTIME, urls=[])


def test_what_nobody_understands_is_an_error(right):
    right.put(BUCKETS, {"buckets": [{"name": "x/_Default", "lifecycleState": "ACTIVE"}]})
    assert "(malformed)" in said(verdicts(right, LOGS))
    place_policies(right, {"name": DOWN, "displayName": "nobody says whether it is on"})
    assert "(malformed)" in said(verdicts(right, RECEIVERS))
    right.put(f"{PROJECT}/timeSeries", {"timeSeries": [], "unreachable": ["projects/shop"]})
    place_policies(right, policy())
    assert "timeSeries of projects/shop" in said(verdicts(right, UPTIME))
    right.hang("logging.projects.locations.buckets.list")
    assert "(timeout)" in said(verdicts(right, LOGS, timeout=0.4))
    assert "(unreachable)" in said(verdicts(right, LOGS, endpoint_url="http://127.0.0.1:9"))


@pytest.mark.parametrize(
    ("control", "method"),
    [
        (RECEIVERS, "monitoring.projects.alertPolicies.list"),
        (RECEIVERS, "monitoring.projects.snoozes.list"),
        (RECEIVERS, "pubsub.projects.topics.subscriptions.list"),
        (SET, "monitoring.projects.alertPolicies.list"),
        (UPTIME, "monitoring.projects.uptimeCheckConfigs.list"),
        (UPTIME, "monitoring.projects.timeSeries.list"),
        (LOGS, "logging.projects.locations.buckets.list"),
    ],
)
def test_what_cannot_be_read_is_an_error(right, control, method):
    if method.startswith("pubsub"):
        place_policies(right, policy(notificationChannels=[TOPIC]))
    unread(right, method, lambda gcp: verdicts(gcp, control, channels=[]))


@pytest.mark.parametrize(("control", "permission"), [(one, each) for one, several in NEEDS.items() for each in several])
def test_each_permission_that_is_denied_is_named(right, control, permission):
    if permission.startswith("pubsub"):
        place_policies(right, policy(notificationChannels=[TOPIC]))
    right.deny(permission)
    found = verdicts(right, control, channels=[])
    assert {each.status for each in found} == {Status.ERROR}
    assert f"needs {permission}" in said(found)
