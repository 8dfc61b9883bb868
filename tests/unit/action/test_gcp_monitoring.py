# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_monitoring verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_monitoring import ActionModule as GcpMonitoring
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_monitoring.reading import PASSED
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import REASONS, Answers, seen
from tests.unit.proving import prove

RECEIVERS, SET, UPTIME, LOGS = "alerts.receivers", "alerts.critical_set", "uptime.monitor", "logs.rotation"
POLICIES, SNOOZES, CHANNELS = "policies list", "snoozes list", "channels describe"
CHECKS, LAST, BUCKETS, RUNBOOK = "uptime list-configs", "timeSeries", "buckets list", "https://wiki.test/down"
POLICY, MAIL, CHECK = "projects/shop/alertPolicies/1", "projects/shop/notificationChannels/1", "p/uptimeCheckConfigs/x1"
HOUR = 3600


def condition(**changed: Any) -> dict[str, Any]:
    right = {"watched": f'metric.type="{PASSED}"', "metrics": [PASSED], "query": False, "limit": 1.0, "seconds": 120.0}
    return {**right, **changed}


def policy(**changed: Any) -> dict[str, Any]:
    right = {
        "name": POLICY,
        "title": "shop down",
        "enabled": True,
        "too_late": False,
        "invalid": "",
        "channels": [MAIL],
        "any": True,
    }
    return {**right, "conditions": [condition()], "severity": "CRITICAL", "text": f"see {RUNBOOK}", **changed}


def told(**changed: Any) -> dict[str, Any]:
    return {POLICIES: [policy(**changed)]}


def check(**changed: Any) -> dict[str, Any]:
    asks = {"encrypted": True, "host": "shop.test", "port": 443, "path": "/health"}
    return {CHECKS: [{"name": CHECK, **asks, "off": False, "within": False, "seconds": 60.0, "matched": 0, **changed}]}


def page(status: int) -> dict[str, Any]:
    known: dict[str, Any] = {"headers": [], "body": "", "truncated": False, "redirects": []}
    return {**known, "url": RUNBOOK, "status": status, "address": "192.0.2.1", "version": "HTTP/2"}


RIGHT: dict[str, Any] = {
    **told(),
    SNOOZES: {},
    CHANNELS: {MAIL: seen({"title": "on call", "wrong": ""})},
    **check(),
    LAST: {CHECK: seen({"oregon": True, "iowa": True, "belgium": False})},
    BUCKETS: [
        {"name": "b/_Default", "id": "_Default", "days": 30},
        {"name": "b/_Required", "id": "_Required", "days": 400},
    ],
    RUNBOOK: page(200),
}
LOOKS = {
    RECEIVERS: [POLICIES, SNOOZES, CHANNELS],
    SET: [POLICIES, RUNBOOK],
    UPTIME: [POLICIES, SNOOZES, CHANNELS, CHECKS, LAST],
    LOGS: [BUCKETS],
}


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    declared = [{"name": "shop down", "metric": PASSED, "threshold": 1, "site_down": True}]
    asked = {"project": "shop", "policies": declared, "urls": ["https://Shop.test/health"], **options}
    return prove(GcpMonitoring, control, asked, Answers({**RIGHT, **(changed or {})}))


def status(control: str, changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(control, changed, **options))


@pytest.mark.parametrize(
    ("control", "changed"),
    [
        *((control, {}) for control in LOOKS),
        (RECEIVERS, {SNOOZES: {POLICY: time.time() + HOUR}}),
        (SET, told(conditions=[condition(), condition(seconds=900.0)])),
        (UPTIME, told(conditions=[condition(watched="uptime_check_check_passed", query=True)])),
        (UPTIME, {CHECKS: [*check()[CHECKS], *check(off=True, name="other")[CHECKS]]}),
    ],
)
def test_what_is_as_it_should_be_passes(control: str, changed: dict[str, Any]) -> None:
    assert [(one.status, one.message) for one in verdicts(control, changed)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("control", "changed", "wrong"),
    [
        (RECEIVERS, told(enabled=False), "it is switched off"),
        (RECEIVERS, told(too_late=True), "it tells nobody before all is over"),
        (RECEIVERS, told(channels=[]), "it has no notification channel"),
        (RECEIVERS, told(conditions=[]), "it has no condition"),
        (RECEIVERS, told(invalid="no metric"), "it can raise nothing: no metric"),
        (RECEIVERS, {SNOOZES: {POLICY: time.time() + 25 * HOUR}}, "it is snoozed until"),
        (
            RECEIVERS,
            {CHANNELS: {MAIL: seen({"title": "", "wrong": "is disabled"})}},
            "none of its notification channels",
        ),
        (SET, told(title="other"), "there is no alert policy of this name"),
        (SET, told(conditions=[condition(metrics=["x"])]), f"it watches x, not {PASSED}"),
        (SET, told(conditions=[condition(limit=2.0)]), "its limit is 2, not 1"),
        (SET, told(conditions=[condition(seconds=360.0)]), "it takes 6 minutes, more than 5"),
        (SET, told(conditions=[condition(), condition(seconds=900.0)], any=False), "it takes 15 minutes"),
        (SET, told(conditions=[condition(seconds=None)]), "nothing tells within what time"),
        (SET, told(severity="SEVERITY_UNSPECIFIED"), "neither itself nor its name or text tells its severity"),
        (SET, told(text=""), "its documentation names no runbook"),
        (SET, {RUNBOOK: page(404)}, "answers 404"),
        (UPTIME, {CHECKS: []}, "no uptime check asks for it"),
        (UPTIME, check(port=8443), "no uptime check asks for it"),
        (UPTIME, check(off=True), "its uptime check is switched off"),
        (UPTIME, check(within=True), "from within the network"),
        (UPTIME, check(seconds=600.0), "every 10 minutes, not every 5"),
        (UPTIME, {LAST: {CHECK: seen({})}}, "has not asked within 10 minutes"),
        (UPTIME, {LAST: {CHECK: seen({"oregon": False, "iowa": False})}}, "2 of 2 places get no good answer"),
        (UPTIME, {POLICIES: []}, "no alert policy is about its uptime check"),
        (UPTIME, told(conditions=[condition(watched=f'{PASSED} check_id="y"')]), "no alert policy is about"),
        (UPTIME, told(channels=[]), "it has no notification channel"),
        (LOGS, {BUCKETS: [{"name": "b", "id": "b", "days": 29}]}, "its logs expire after 29 days, before 30"),
    ],
)
def test_what_is_broken_fails(control: str, changed: dict[str, Any], wrong: str) -> None:
    found = verdicts(control, changed)
    assert {found[0].status, found[1].status} == {Status.FAIL}
    assert any(wrong in one.message for one in found)


@pytest.mark.parametrize(
    ("control", "changed"),
    [
        (RECEIVERS, {POLICIES: []}),
        (LOGS, {BUCKETS: []}),
        (LOGS, {BUCKETS: RIGHT[BUCKETS][1:]}),
        (SET, told(conditions=[condition(limit=None, query=True, watched=PASSED)])),
    ],
)
def test_what_is_not_there_is_an_error(control: str, changed: dict[str, Any]) -> None:
    assert {one.status for one in verdicts(control, changed)} == {Status.ERROR}


def test_what_was_not_said_is_not_proven() -> None:
    with pytest.raises(NotAsked):
        verdicts(SET, policies=[])
    with pytest.raises(NotAsked):
        verdicts(UPTIME, urls=[])
    assert status(SET, policies=[{"name": "shop down"}]) is Status.FAIL
    assert status(RECEIVERS, channels=["pager"]) is Status.FAIL
    hidden = {CHANNELS: {MAIL: {"reason": "denied", "detail": "so it is"}}}
    assert {one.status for one in verdicts(RECEIVERS, hidden, channels=["pager"])} == {Status.ERROR}
    assert status(LOGS, max_retention_days=20) is Status.FAIL


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(("control", "look"), [(one, look) for one, looks in LOOKS.items() for look in looks])
def test_what_cannot_be_read_is_an_error(control: str, look: str, reason: str) -> None:
    assert {one.status for one in verdicts(control, {look: CannotLook(reason, "so it is")})} == {Status.ERROR}
    one_of_several = {CHANNELS: MAIL, LAST: CHECK}
    if look in one_of_several:
        hidden = {look: {one_of_several[look]: {"reason": reason, "detail": "so it is"}}}
        assert {one.status for one in verdicts(control, hidden)} == {Status.ERROR}
