# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup verifier against recorded timers and crontabs: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.backup import ActionModule as Backup
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.backup_recordings import CANNOT, DAY, DUMPS, HOUR, NOW, directory, month, ran
from tests.unit.proving import prove

TIMERS, CRON = "systemctl list-timers --all", "grep -r . /etc/crontab /etc/cron.* /var/spool/cron"
ON_FAILURE = "systemctl show --property=OnFailure --value -- backup.service"
ALERT = "systemctl show alert.service"


def timer(**more: Any) -> dict[str, Any]:
    usual = {"name": "backup.timer", "unit": "backup.service", "next": NOW + 20 * HOUR, "last": NOW - 4 * HOUR}
    return {"timers": [{**usual, "enabled": "enabled", "active": "active", "result": "success", "exit": 0, **more}]}


def unit(name: str, active: str = "active") -> dict[str, Any]:
    states = {"name": name, "load": "loaded", "active": active, "sub": "running", "enabled": "enabled"}
    nothing = dict.fromkeys(("result", "exit", "started", "finished", "restarts", "restart_policy", "fragment"))
    return {**states, **nothing}


def automated(answers: dict[str, Any], **schedule: str) -> Verdict:
    options = DUMPS | {"schedule": schedule}
    (verdict,) = prove(Backup, "backup.automated", options, directory("/b", month()) | answers)
    return verdict


@pytest.mark.parametrize("name", ["backup", "backup.timer", "backup.service"])
def test_a_timer_that_ran_and_will_run_backs_up_by_itself(name: str) -> None:
    assert automated({TIMERS: timer()}, timer=name).status is Status.PASS


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (timer(name="other.timer", unit="other.service"), "there is no timer backup.timer"),
        (timer(enabled="disabled"), "disabled"),
        (timer(active="inactive", next=None), "inactive"),
        (timer(next=None), "no next run"),
        (timer(next=NOW + 6 * DAY), "next runs in 144 h"),
        (timer(last=None, result=None), "never run"),
        (timer(last=NOW - 6 * DAY), "last ran 144 h ago"),
        (timer(result="exit-code", exit=1), "last run of backup.service failed"),
        ({"timers": []}, "there is no timer"),
    ],
)
def test_a_timer_that_does_not_back_up_fails(answer: dict[str, Any], says: str) -> None:
    verdict = automated({TIMERS: answer}, timer="backup")
    assert verdict.status is Status.FAIL
    assert says in verdict.message


def test_failures_must_alert_when_that_is_declared() -> None:
    def alerting(starts: str, alert: Any) -> Verdict:
        answers = {TIMERS: timer(), ON_FAILURE: ran(starts), ALERT: alert}
        return automated(answers, timer="backup", on_failure="alert")

    assert alerting("alert.service\n", unit("alert.service", "inactive")).status is Status.PASS
    assert "does not start alert.service on failure, but nothing" in alerting("\n", unit("alert.service")).message
    assert "there is no unit" in alerting("alert.service\n", CannotLook("not_found", "x")).message
    assert alerting("alert.service\n", CannotLook("denied", "x")).status is Status.ERROR


def crontab(**more: Any) -> dict[str, Any]:
    usual = {"source": "/etc/cron.d/backup", "line": 1, "user": "root", "schedule": "30 2 * * *"}
    return {"entries": [{**usual, "command": "/usr/local/bin/dump shop", "runnable": True, **more}], "denied": []}


NO_SYSTEMD = {
    "stat -L /run/systemd/system": CannotLook("not_found", "x"),
    **{f"systemctl show {name}.service": CannotLook("unreachable", "x") for name in ("cron", "crond", "cronie")},
}


def test_cron_that_runs_daily_and_left_a_copy_backs_up_by_itself() -> None:
    assert automated({CRON: crontab(), **NO_SYSTEMD}, cron="bin/dump").status is Status.PASS
    booted = {**NO_SYSTEMD, "systemctl show cron.service": unit("cron.service")}
    assert automated({CRON: crontab(), **booted}, cron="bin/dump").status is Status.PASS


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        pytest.param({CRON: {"entries": [], "denied": []}}, "no cron entry", id="commented out"),
        pytest.param({CRON: crontab(command="/bin/other")}, "no cron entry", id="another command"),
        pytest.param({CRON: crontab(runnable=False)}, "cron does not run", id="not runnable"),
        pytest.param({CRON: crontab(schedule="30 2 * * 0")}, "pauses it for 168 h", id="weekly"),
        pytest.param({CRON: crontab(schedule="30 2 * * 1-5")}, "pauses it for 72 h", id="not on weekends"),
        pytest.param({CRON: crontab(schedule="@reboot")}, "does not run it every day", id="at boot"),
        pytest.param(
            {"systemctl show cron.service": unit("cron.service", "inactive")}, "inactive", id="cron is stopped"
        ),
        pytest.param(directory("/b", month()[2:]), "51 h old", id="its runs leave no copy"),
    ],
)
def test_cron_that_does_not_back_up_fails(answers: dict[str, Any], says: str) -> None:
    verdict = automated({CRON: crontab(), **NO_SYSTEMD, **answers}, cron="bin/dump")
    assert verdict.status is Status.FAIL
    assert says in verdict.message


@pytest.mark.parametrize("reason", CANNOT)
def test_a_schedule_that_cannot_be_seen_is_an_error(reason: str) -> None:
    cannot = CannotLook(reason, "x")
    assert automated({TIMERS: cannot}, timer="backup").status is Status.ERROR
    assert automated({CRON: cannot, **NO_SYSTEMD}, cron="dump").status is Status.ERROR
    hidden = {"entries": [], "denied": ["/var/spool/cron/crontabs"]}
    assert automated({CRON: hidden, **NO_SYSTEMD}, cron="dump").status is Status.ERROR
    assert automated({CRON: crontab(schedule="?"), **NO_SYSTEMD}, cron="dump").status is Status.ERROR


def test_a_schedule_is_declared_once() -> None:
    for schedule in ({}, {"timer": "a", "cron": "b"}, {"cron": "b", "on_failure": "c"}):
        with pytest.raises(NotAsked, match="schedule"):
            automated({}, **schedule)
    with pytest.raises(NotAsked, match="it takes one of"):
        prove(Backup, "backup.automated", {"schedule": {"cron": "dump"}}, {})
