# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_monitoring verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_monitoring import ActionModule as AwsMonitoring
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

RECEIVERS, CRITICAL, LOGS = "alerts.receivers", "alerts.critical_set", "logs.rotation"
WATCHED, QUIET = "host.intrusion_detection", "alerts.security_quiet"
DETECTORS, DETECTOR, FINDINGS = "guardduty list-detectors", "guardduty get-detector", "guardduty list-findings"
ALARMS, HEARD, LOST = "describe-alarms", "list-subscriptions-by-topic", "get-metric-statistics"
GROUPS, WIKI = "describe-log-groups", "https://wiki.test/down"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:pager"
SCALE = "arn:aws:autoscaling:eu-central-1:123456789012:scalingPolicy:1"
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:page"
ARN = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm"
DECLARED = [{"name": "shop-down", "site_down": True}, {"name": "err*", "metric": "Errors", "threshold": 10}]
DOWN: dict[str, Any] = {
    "arn": f"{ARN}:shop-down",
    "name": "shop-down",
    "enabled": True,
    "actions": [TOPIC],
    "description": f"P1: the shop is down, see {WIKI}.",
    "state": "OK",
    "since": time.time(),
    "trouble": "",
    "metrics": ["Errors"],
    "threshold": 10.0,
    "seconds": 300,
    "children": [],
}
ERRORS: dict[str, Any] = {**DOWN, "arn": f"{ARN}:errors", "name": "errors", "seconds": None}
LOG = {"arn": "arn:aws:logs:eu-central-1:123456789012:log-group:web", "name": "web", "days": 30}
HIDDEN = {"reason": "denied", "detail": "so it is"}


def page(status: int) -> dict[str, Any]:
    known: dict[str, Any] = {"headers": [], "body": "", "truncated": False, "redirects": []}
    return {**known, "url": WIKI, "status": status, "address": "192.0.2.1", "version": "HTTP/2"}


RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    ALARMS: [DOWN, ERRORS],
    HEARD: {TOPIC: seen(1)},
    LOST: {TOPIC: seen(0)},
    GROUPS: [LOG],
    DETECTORS: ["d1"],
    DETECTOR: {"d1": seen(True)},
    FINDINGS: {"d1": seen([])},
    WIKI: page(200),
}


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(
        AwsMonitoring,
        control,
        {"alarms": DECLARED, "guardduty": True, **options},
        Answers({**RIGHT, **(changed or {})}),
    )


def status(control: str, changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(control, changed, **options))


def down(**changed: Any) -> dict[str, Any]:
    return {ALARMS: [{**DOWN, **changed}, ERRORS]}


@pytest.mark.parametrize(
    ("control", "options"),
    [
        (RECEIVERS, {"topics": ["pager"]}),
        (CRITICAL, {"max_down_minutes": 5}),
        (LOGS, {"retention_days": 30, "max_retention_days": 30, "log_groups": ["w*"]}),
    ],
)
def test_an_account_that_is_watched_passes(control: str, options: dict[str, Any]) -> None:
    assert [(each.status, each.message) for each in verdicts(control, **options)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("control", "changed", "options", "because"),
    [
        (RECEIVERS, down(enabled=False), {}, "its actions are switched off"),
        (RECEIVERS, down(actions=[]), {}, "it has no action"),
        (RECEIVERS, down(actions=[FUNCTION]), {}, f"nothing shows that its actions reach anybody: {FUNCTION}"),
        (RECEIVERS, down(actions=[SCALE, FUNCTION]), {}, f"reach anybody: {SCALE}, {FUNCTION}"),
        (RECEIVERS, {HEARD: {TOPIC: seen(0)}}, {}, f"nobody has confirmed to hear {TOPIC}"),
        (RECEIVERS, {LOST: {TOPIC: seen(1)}}, {}, "1 of its notifications were not delivered within 24 hours"),
        (RECEIVERS, {}, {"topics": ["sms"]}, "no alarm goes to such a topic"),
        (CRITICAL, down(enabled=False), {}, "its actions are switched off"),
        (CRITICAL, down(state="INSUFFICIENT_DATA"), {}, "it has not seen enough data since"),
        (CRITICAL, down(trouble="PARTIAL_DATA"), {}, "it cannot be evaluated well (PARTIAL_DATA)"),
        (CRITICAL, down(seconds=301), {}, "minutes, more than 5"),
        (CRITICAL, down(seconds=None), {}, "nothing tells within what time it is raised"),
        (CRITICAL, down(seconds=None, children=["errors"]), {}, "nothing tells within what time it is raised"),
        (CRITICAL, down(description=f"a p10: {WIKI}"), {}, "neither its name nor its description tells its severity"),
        (CRITICAL, down(description="P1, see the wiki"), {}, "its description names no runbook"),
        (CRITICAL, {WIKI: page(404)}, {}, f"its runbook {WIKI} answers 404"),
        (CRITICAL, {WIKI: page(302)}, {}, f"its runbook {WIKI} answers 302"),
        (CRITICAL, {ALARMS: [DOWN, {**ERRORS, "metrics": []}]}, {}, "it watches no metric, not Errors"),
        (CRITICAL, {ALARMS: [DOWN, {**ERRORS, "threshold": 10.5}]}, {}, "its limit is 10.5, not 10"),
        (CRITICAL, {ALARMS: [DOWN, {**ERRORS, "threshold": None}]}, {}, "its limit is None, not 10"),
        (CRITICAL, {ALARMS: [DOWN]}, {}, "there is no alarm of this name"),
        (CRITICAL, {}, {"alarms": DECLARED[1:]}, "no declared alarm tells that the service is down"),
        (LOGS, {GROUPS: [{**LOG, "days": None}]}, {}, "its logs never expire"),
        (LOGS, {}, {"retention_days": 31}, "its logs expire after 30 days, before 31"),
        (LOGS, {}, {"max_retention_days": 29, "retention_days": 1}, "expire after 30 days, after more than 29"),
    ],
)
def test_what_is_broken_fails(control: str, changed: dict[str, Any], options: dict[str, Any], because: str) -> None:
    account, *others = verdicts(control, changed, **options)
    assert {each.status for each in (account, *others)} == {Status.FAIL}
    assert because in "\n".join(each.message for each in others)


LOOKS = [
    *((control, WHO) for control in (RECEIVERS, CRITICAL, LOGS)),
    *((RECEIVERS, look) for look in (ALARMS, HEARD, LOST)),
    *((CRITICAL, look) for look in (ALARMS, WIKI)),
    (LOGS, GROUPS),
]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(("control", "look"), LOOKS)
def test_what_cannot_be_read_is_an_error(control: str, look: str, reason: str) -> None:
    found = verdicts(control, {look: CannotLook(reason, "so it is")}, topics=["pager"])
    assert {each.status for each in found} == {Status.ERROR}
    assert all(f"could not look ({reason})" in each.message for each in found)
    if look in (HEARD, LOST):
        assert status(control, {look: {TOPIC: {"reason": reason, "detail": "so it is"}}}) is Status.ERROR


@pytest.mark.parametrize("answer", [401, 403])
def test_a_runbook_behind_a_login_is_an_error(answer: int) -> None:
    assert status(CRITICAL, {WIKI: page(answer)}) is Status.ERROR
    assert status(CRITICAL, {WIKI: page(answer), **down(enabled=False)}) is Status.FAIL


def test_a_region_that_cannot_be_read_hides_no_failure_in_another_and_proves_no_other() -> None:
    here, there = "--region eu-central-1", "--region eu-west-1"
    options: dict[str, Any] = {"regions": ["eu-central-1", "eu-west-1"], "topics": ["sms"]}
    answers = {f"{here} cloudwatch {ALARMS}": [DOWN], f"{there} cloudwatch {ALARMS}": CannotLook("denied", "so it is")}
    expected = {"alarms in eu-west-1": Status.ERROR, "sms": Status.ERROR}
    assert {each.subject: each.status for each in verdicts(RECEIVERS, answers, **options)} == expected
    answers[f"{here} cloudwatch {ALARMS}"] = [{**DOWN, "actions": []}]
    failures = {"": Status.FAIL, DOWN["arn"]: Status.FAIL}
    assert {each.subject: each.status for each in verdicts(RECEIVERS, answers, **options)} == expected | failures
    assert status(CRITICAL, answers, **options) is Status.ERROR


def test_where_there_is_nothing_nothing_is_proven() -> None:
    assert status(RECEIVERS, {ALARMS: []}) is Status.ERROR
    assert status(RECEIVERS, ignored_alarms=["*"]) is Status.ERROR
    assert status(RECEIVERS, {ALARMS: [{**DOWN, "actions": [SCALE]}]}) is Status.ERROR
    assert status(CRITICAL, {ALARMS: []}) is Status.FAIL
    with pytest.raises(NotAsked):
        verdicts(CRITICAL, alarms=[])
    assert status(LOGS, {GROUPS: []}) is Status.ERROR
    assert status(LOGS, log_groups=["web", "mail"]) is Status.ERROR
    assert status(LOGS, account_id="999999999999") is Status.ERROR


def test_a_composite_alarm_speaks_for_its_parts_alone() -> None:
    part = {**ERRORS, "actions": []}
    assert status(RECEIVERS, {ALARMS: [{**DOWN, "children": ["errors"]}, part]}) is Status.PASS
    assert status(RECEIVERS, {ALARMS: [{**DOWN, "children": ["errors"], "actions": []}, part]}) is Status.FAIL
    assert status(RECEIVERS, {ALARMS: [DOWN, part]}) is Status.FAIL
    off = {**ERRORS, "enabled": False}
    assert status(RECEIVERS, {ALARMS: [{**DOWN, "children": ["errors"]}, off]}) is Status.FAIL


def test_a_region_that_is_watched_and_quiet_passes() -> None:
    assert status(WATCHED) is status(QUIET) is Status.PASS
    assert status(WATCHED, {DETECTORS: ["d1", "d2"], DETECTOR: {"d1": seen(False), "d2": seen(True)}}) is Status.PASS
    for control in (WATCHED, QUIET):
        with pytest.raises(NotAsked):
            verdicts(control, guardduty=False)


@pytest.mark.parametrize(
    ("control", "changed", "because"),
    [
        *((control, {DETECTORS: []}, "GuardDuty does not watch it") for control in (WATCHED, QUIET)),
        *((control, {DETECTOR: {"d1": seen(False)}}, "GuardDuty does not watch it") for control in (WATCHED, QUIET)),
        (QUIET, {FINDINGS: {"d1": seen(["f1", "f2"])}}, "findings of high severity wait for somebody: f1, f2"),
        (QUIET, {FINDINGS: {"d1": seen([f"f{number}" for number in range(12)])}}, "f9 and 2 more"),
    ],
)
def test_a_region_that_nobody_watches_or_where_something_waits_fails(
    control: str, changed: dict[str, Any], because: str
) -> None:
    account, one = verdicts(control, changed)
    assert (account.status, one.status, one.subject) == (Status.FAIL, Status.FAIL, "the region")
    assert because in one.message


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(
    ("control", "look"), [(WATCHED, DETECTORS), (WATCHED, DETECTOR), (QUIET, DETECTORS), (QUIET, FINDINGS)]
)
def test_what_guardduty_does_not_tell_is_an_error(control: str, look: str, reason: str) -> None:
    assert status(control, {look: CannotLook(reason, "so it is")}) is Status.ERROR
    if look != DETECTORS:
        assert status(control, {look: {"d1": HIDDEN}}) is Status.ERROR
