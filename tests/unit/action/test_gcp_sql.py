# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_sql verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_sql import ActionModule as GcpSql
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import REASONS, Answers, seen
from tests.unit.proving import prove

AUTOMATED, FRESHNESS, RETENTION = "backup.automated", "backup.freshness", "backup.retention"
POINT_IN_TIME, REDUNDANCY, ENCRYPTED = "backup.point_in_time", "ha.redundancy", "data.encryption_at_rest"
OF_RUNS, OF_INSTANCE = (AUTOMATED, FRESHNESS, RETENTION), (POINT_IN_TIME, REDUNDANCY, ENCRYPTED)
CONTROLS = (*OF_RUNS, *OF_INSTANCE)
INSTANCES, RUNS = "instances list", "backups list"
NOW, HOUR = time.time(), 3600
KEY = "projects/keys/locations/europe-west3/keyRings/shop/cryptoKeys/sql"
OPTIONS: dict[str, Any] = {"project": "shop", "kms_key": KEY}
MAIN: dict[str, Any] = {
    "state": "RUNNABLE",
    "zones": ["europe-west3-a", "europe-west3-b"],
    "availability": "REGIONAL",
    "key": f"{KEY}/cryptoKeyVersions/1",
    "backups": True,
    "retained": 30,
    "point_in_time": True,
    "log_days": 7,
    "created": NOW - 400 * 24 * HOUR,
}


def run(hours: float, status: str = "SUCCESSFUL", automated: bool = True) -> dict[str, Any]:
    return {"status": status, "automated": automated, "ended": NOW - hours * HOUR}


def runs(*found: dict[str, Any]) -> dict[str, Any]:
    return {RUNS: {"main": seen(list(found))}}


def daily(days: int, at: float = 3) -> list[dict[str, Any]]:
    return [run(24 * day + at) for day in range(days)]


def instance(**changed: Any) -> dict[str, Any]:
    return {INSTANCES: {"main": {**MAIN, **changed}}}


RIGHT: dict[str, Any] = {**instance(), **runs(*daily(30))}


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(GcpSql, control, {**OPTIONS, **options}, Answers({**RIGHT, **(changed or {})}))


def status(control: str, changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(control, changed, **options))


@pytest.mark.parametrize("control", CONTROLS)
def test_an_instance_as_it_should_be_passes(control: str) -> None:
    assert [(one.status, one.message) for one in verdicts(control)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("control", "changed", "wrong"),
    [
        (AUTOMATED, instance(backups=False), "automated backups are off"),
        (AUTOMATED, runs(run(2, automated=False), run(30)), "the last automated backup ended 30 hours ago"),
        (AUTOMATED, runs(run(2, "SKIPPED"), run(26)), "the last automated backup is SKIPPED"),
        (FRESHNESS, runs(run(1, "OVERDUE"), run(29.5)), "the newest backup is 30 hours old"),
        (RETENTION, instance(retained=29), "29 backups are retained, not 30"),
        (RETENTION, runs(*daily(30)[:15], *daily(30)[18:]), "1 of the last 30 days have no backup"),
        (RETENTION, runs(*(run(24 * day, "FAILED") for day in range(30))), "there is no backup that ended well"),
        (POINT_IN_TIME, instance(log_days=6), "logs are kept 6 days, not 7"),
        (POINT_IN_TIME, instance(point_in_time=False), "recovery to a point in time is off"),
        (REDUNDANCY, instance(zones=["europe-west3-a"] * 2), "no second zone stands ready"),
        (REDUNDANCY, instance(zones=[]), "no second zone stands ready"),
        (REDUNDANCY, instance(availability="ZONAL"), "it is ZONAL"),
        (REDUNDANCY, instance(state="MAINTENANCE"), "it is MAINTENANCE"),
        (ENCRYPTED, instance(key=""), "is not encrypted with a key of ours"),
        (ENCRYPTED, instance(key=f"{KEY}2"), "is encrypted with"),
    ],
)
def test_what_is_broken_fails(control: str, changed: dict[str, Any], wrong: str) -> None:
    (verdict,) = verdicts(control, changed)
    assert verdict.status is Status.FAIL
    assert wrong in verdict.message


@pytest.mark.parametrize("control", OF_RUNS)
def test_without_a_backup_nothing_passes_however_young_the_instance_or_short_the_time(control: str) -> None:
    for days in (1, 2, 30):
        assert status(control, runs(), retention_days=days) is Status.FAIL
    for hours in (0, 1, 30, 60):
        assert status(control, {**instance(created=NOW - hours * HOUR), **runs()}) is Status.FAIL


def test_of_a_young_instance_its_own_days_count() -> None:
    young = instance(created=NOW - 5 * 24 * HOUR)
    assert status(RETENTION, {**young, **runs(*daily(5))}) is Status.PASS
    assert status(RETENTION, {**young, **runs(run(1))}) is Status.FAIL


@pytest.mark.parametrize("at", [0, 12, 23.9])
def test_backups_of_each_day_pass_at_whatever_hour_they_are_made(at: float) -> None:
    assert status(RETENTION, runs(*daily(30, at))) is Status.PASS


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("control", CONTROLS)
def test_what_cannot_be_read_is_an_error(control: str, reason: str) -> None:
    hidden = CannotLook(reason, "so it is")
    assert {one.status for one in verdicts(control, {INSTANCES: hidden})} == {Status.ERROR}
    if control in OF_RUNS:
        assert {one.status for one in verdicts(control, {RUNS: hidden})} == {Status.ERROR}
        two = {
            INSTANCES: {"main": MAIN, "other": MAIN},
            RUNS: {**RIGHT[RUNS], "other": {"reason": reason, "detail": "so it is"}},
        }
        assert [one.status for one in verdicts(control, two)] == [Status.PASS, Status.ERROR]


@pytest.mark.parametrize("control", CONTROLS)
def test_what_is_not_there_never_passes(control: str) -> None:
    assert status(control, {INSTANCES: {}}) is Status.ERROR
    declared = verdicts(control, instances=["gone", "main"])
    assert [(one.status, one.message) for one in declared] == [(Status.FAIL, "does not exist"), (Status.PASS, "")]


def test_without_a_key_encryption_is_not_asked() -> None:
    with pytest.raises(NotAsked):
        verdicts(ENCRYPTED, kms_key=None)
