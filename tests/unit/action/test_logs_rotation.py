# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotation by logrotate, journald and the container engine: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.logs_recordings import CANNOT, DAY, LOG, NOW, file, one, ran

DRY = "logrotate --debug /etc/logrotate.conf"
AGES = "grep -rHsE -e '^[[:space:]]*maxage[[:space:]]+[0-9]+[[:space:]]*$' /etc/logrotate.conf /etc/logrotate.d"
LIVE, BESIDE = f"ls -ld {LOG}", f"ls -ld {LOG}[.-]*"
TIMERS, CRON = "systemctl list-timers --all", "grep -r . /etc/crontab /etc/cron.* /var/spool/cron"
SYSTEMD, STATE = "stat -L /run/systemd/system", "stat -L /var/lib/logrotate/status"
OTHER_STATES = ("stat -L /var/lib/logrotate/logrotate.status", "stat -L /var/lib/logrotate.status")
ABSENT = CannotLook("not_found", "x")


def plan(
    how: str = " after 1 days (40 rotations)", last: float = 0.5, more: str = "", after: str = ""
) -> dict[str, Any]:
    at = time.strftime("%Y-%m-%d %H:%M", time.gmtime(NOW - last * DAY))
    said = f"""reading config file /etc/logrotate.conf
Handling 1 logs

rotating pattern: {LOG} {how}
{more}empty log files are rotated, old logs are removed
considering log {LOG}
{after}  Now: 2026-11-23 08:19
  Last rotated at {at}
  log does not need rotating (log has already been rotated)
"""
    return ran(stderr=said)


def timer(**more: Any) -> dict[str, Any]:
    usual = {"name": "logrotate.timer", "unit": "logrotate.service", "next": NOW + DAY, "last": NOW - DAY / 2}
    return {"timers": [{**usual, "enabled": "enabled", "active": "active", "result": "success", "exit": 0, **more}]}


def rotated(count: int = 40, step: float = 1) -> dict[str, Any]:
    return {"pattern": "x", "files": [file(f"{LOG}.{number}", number * step) for number in range(1, count + 1)]}


def host(**more: Any) -> dict[str, Any]:
    usual = {
        "live": {"pattern": LOG, "files": [file(LOG)]}, "beside": rotated(), "dry": plan(), "ages": ran(code=1),
        "systemd": file("/run/systemd/system", kind="directory"), "timers": timer(),
        "crontabs": {"entries": [], "denied": []}, "state": file("/var/lib/logrotate/status", 0.5),
    }  # fmt: skip
    seen = {**usual, **more}
    lines = dict(zip(usual, (LIVE, BESIDE, DRY, AGES, SYSTEMD, TIMERS, CRON, STATE), strict=True))
    return {lines[name]: seen[name] for name in usual} | dict.fromkeys(OTHER_STATES, ABSENT)


def rotation(answers: dict[str, Any], **options: Any) -> Verdict:
    return one("rotation", {"sources": [{"file": LOG}], **options}, answers)


def test_a_log_that_rotates() -> None:
    verdict = rotation(host())
    assert verdict.status is Status.PASS, verdict.message
    assert verdict.actual[LOG]["rotated files"] == 40


def test_a_stanza_of_several_files() -> None:
    """Its pattern has as many lines as the configuration, as that of Debian's rsyslog."""
    several = plan("\n/var/log/mail.log\n after 1 days (40 rotations)")
    assert rotation(host(dry=several)).status is Status.PASS
    endless = plan("\n/var/log/mail.log\n sometimes")
    assert rotation(host(dry=endless)).status is Status.ERROR


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        ({"dry": ran(stderr="Handling 0 logs\n")}, f"logrotate does not rotate {LOG}"),
        ({"dry": ran(stderr="error: x:1 unknown option\nHandling 0 logs\n", code=1)}, "unknown option"),
        ({"dry": plan(" after 1 days (7 rotations)"), "beside": rotated(7)}, "is kept for 7 days"),
        ({"dry": plan(" weekly (4 rotations)")}, "is kept for 28 days"),
        ({"dry": plan(" monthly ")}, "never removes a rotated"),
        ({"dry": plan(" 1000 bytes (no old logs will be kept)")}, "no rotated /var/log/shop.log is kept"),
        ({"dry": plan(last=5)}, "last rotated 5 days ago, due every 1 days"),
        ({"dry": plan(after="Creating new state\n")}, "has no record"),
        ({"dry": plan(after="error: skipping because parent directory has insecure permissions\n")}, "logrotate skips"),
        ({"beside": rotated(0)}, "there is no rotated file"),
        ({"beside": rotated(step=1 / 48)}, "reach back 0.8 days"),
        ({"beside": rotated(60)}, "60 rotated files"),
        ({"live": {"pattern": "x", "files": [file(LOG, size=38_000_000_000)]}}, "has 38000 megabytes"),
        ({"timers": timer(enabled="disabled")}, "not started at boot"),
        ({"timers": timer(result="exit-code", exit=1)}, "last run of logrotate.service failed"),
        ({"timers": {"timers": []}}, "no cron entry has 'logrotate'"),
        ({"state": ABSENT}, "no state file"),
        ({"state": file("/x", 9)}, "logrotate last ran 9 days ago"),
    ],
)  # fmt: skip
def test_a_log_that_does_not_rotate_as_agreed(seen: dict[str, Any], says: str) -> None:
    verdict = rotation(host(**seen))
    assert verdict.status is Status.FAIL
    assert says in verdict.message


@pytest.mark.parametrize("cannot", CANNOT, ids=lambda each: each.reason)
@pytest.mark.parametrize("part", ["live", "beside", "dry", "ages", "timers", "state"])
def test_what_cannot_be_seen_of_it(part: str, cannot: CannotLook) -> None:
    assert rotation(host(**{part: cannot})).status is Status.ERROR


@pytest.mark.parametrize(
    "seen",
    [
        {"live": {"pattern": "x", "files": []}},
        {"dry": ran()},
        {"dry": ran(stderr="Handling 1 logs\nrotating pattern: x sometimes\n")},
        {"dry": ran(stderr="error: cannot open current directory: Permission denied\n", code=1)},
        {"dry": ran(stderr="Handling 1 logs\nerror: error opening /etc/logrotate.d/x: Permission denied\n", code=1)},
        {"ages": ran("nonsense\n")},
    ],
)
def test_an_answer_that_is_none(seen: dict[str, Any]) -> None:
    assert rotation(host(**seen)).status is Status.ERROR


def test_what_expires_by_age_is_gone_however_many_are_to_be_kept() -> None:
    ages = ran("/etc/logrotate.d/shop:  maxage 7\n/etc/logrotate.d/other:maxage 90\n")
    named = f"grep -lsF -e {LOG} /etc/logrotate.d/shop"
    verdict = rotation(host(ages=ages) | {named: ran("/etc/logrotate.d/shop\n")})
    assert "maxage 7 of /etc/logrotate.d/shop" in verdict.message
    assert rotation(host(ages=ages) | {named: ran(code=1)}).status is Status.PASS


def test_what_was_promised_to_expire() -> None:
    assert "does not expire" in rotation(host(), max_retention_days=35).message
    assert rotation(host(), max_retention_days=90).status is Status.PASS


def test_an_empty_log_may_rest() -> None:
    resting = plan(last=20)
    resting["stderr"] = resting["stderr"].replace("are rotated,", "are not rotated,")
    seen = {"dry": resting, "live": {"pattern": "x", "files": [file(LOG, size=0)]}}
    assert rotation(host(**seen)).status is Status.PASS
    assert rotation(host(**{**seen, "live": {"pattern": "x", "files": [file(LOG)]}})).status is Status.FAIL


def test_rotated_files_elsewhere() -> None:
    moved = plan(more="olddir is /srv/old, ")
    there = {"ls -ld /srv/old/shop.log[.-]*": {"pattern": "x", "files": [file("/srv/old/shop.log.1", 1)]}}
    assert rotation(host(dry=moved, beside=rotated(0)) | there).status is Status.PASS


def test_cron_where_no_timer_is() -> None:
    entry = {"source": "/etc/cron.daily/logrotate", "line": None, "user": "root", "schedule": "@daily"}
    cron = {"entries": [{**entry, "command": "/etc/cron.daily/logrotate", "runnable": True}], "denied": []}
    without = {"timers": CannotLook("unreachable", "x"), "systemd": ABSENT}
    assert rotation(host(**without, crontabs=cron)).status is Status.PASS
    assert rotation(host(**without)).status is Status.FAIL
    assert rotation(host(**without, crontabs=CannotLook("denied", "x"))).status is Status.ERROR


CONFIG, HEADER = "systemd-analyze cat-config systemd/journald.conf", "journalctl --header --no-pager"
ON_DISK, BORN = "stat -L /var/log/journal", "stat -L /etc/machine-id"


def journald(settings: str = "", reach: float = 40, age: float = 400, **more: Any) -> Verdict:
    head = f"Head realtime timestamp: Mon 2026-11-23 03:19:12 UTC ({int((NOW - reach * DAY) * 1e6):x})\n"
    usual = {
        CONFIG: ran(f"# /etc/systemd/journald.conf\n[Journal]\n#Storage=auto\n{settings}"),
        HEADER: ran(f"File path: x\n{head}\nFile path: y\n{head.replace('Mon', 'Tue')}"),
        ON_DISK: file("/var/log/journal", kind="directory"),
        BORN: file("/etc/machine-id", age),
    }
    named = {"config": CONFIG, "header": HEADER, "disk": ON_DISK, "born": BORN}
    answers = usual | {named[name]: answer for name, answer in more.items()}
    return one("rotation", {"sources": [{"unit": "shop"}]}, answers)


def test_a_journal_that_is_kept() -> None:
    assert journald().status is Status.PASS
    assert journald("SystemMaxUse=2G\nMaxRetentionSec=3month\n").actual["SystemMaxUse"] == "2G"
    assert journald(reach=3, age=3.5).status is Status.PASS
    assert journald("MaxRetentionSec=1w\nMaxRetentionSec=infinity\n").status is Status.PASS
    defaults = ran("# Main configuration file systemd/journald.conf not found\n")
    assert journald(config=defaults).actual["storage"] == "auto"


@pytest.mark.parametrize(
    ("settings", "reach", "more", "says"),
    [
        ("Storage=none\n", 40, {}, "keeps nothing"),
        ("Storage=volatile\n", 40, {}, "in memory only"),
        ("", 40, {"disk": ABSENT}, "in memory only"),
        ("MaxRetentionSec=7day\n", 6, {}, "kept for 7 days (MaxRetentionSec)"),
        ("MaxRetentionSec=1month\nMaxRetentionSec=1w 2d\n", 40, {}, "kept for 9 days"),
        ("", 6, {}, "reaches back 6.0 days, not 30"),
    ],
)
def test_a_journal_that_is_not(settings: str, reach: float, more: dict[str, Any], says: str) -> None:
    verdict = journald(settings, reach, **more)
    assert verdict.status is Status.FAIL
    assert says in verdict.message


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        *(("", {part: cannot}) for part in ("config", "header", "disk", "born") for cannot in CANNOT),
        ("", {"header": ran()}),
        ("", {"header": ran(stderr="No journal files were opened due to insufficient permissions.", code=1)}),
        ("", {"config": ran("")}),
        ("Storage=persistent ; on disk\n", {}),
        ("MaxRetentionSec=soon\n", {}),
        ("MaxRetentionSec=3fortnights\n", {}),
    ],
)
def test_a_journal_that_cannot_be_seen(settings: str, more: dict[str, Any]) -> None:
    assert journald(settings, **more).status is Status.ERROR


INSPECT = (
    "docker inspect --type container --format "
    """'{"type":{{json .HostConfig.LogConfig.Type}},"config":{{json .HostConfig.LogConfig.Config}}}' -- shop"""
)


def container(answer: Any) -> Verdict:
    return one("rotation", {"sources": [{"container": "shop"}]}, {INSPECT: answer})


@pytest.mark.parametrize(
    ("told", "status", "says"),
    [
        ('{"type":"json-file","config":{"max-size":"10m","max-file":"3"}}', Status.PASS, ""),
        ('{"type":"local","config":{}}', Status.PASS, ""),
        ('{"type":"local","config":null}', Status.PASS, ""),
        ('{"type":"json-file","config":{}}', Status.FAIL, "grows without bound"),
        ('{"type":"json-file","config":{"max-size":"10m"}}', Status.FAIL, "max-file is 1"),
        ('{"type":"json-file","config":{"max-size":"20g","max-file":"3"}}', Status.FAIL, "20000 megabytes"),
        ('{"type":"none","config":{}}', Status.FAIL, "thrown away"),
        ('{"type":"awslogs","config":{}}', Status.ERROR, "look at its store"),
        ('{"type":"json-file","config":{"max-size":"lots","max-file":"3"}}', Status.ERROR, "malformed"),
        ("", Status.ERROR, "malformed"),
        ("[]", Status.ERROR, "malformed"),
    ],
)
def test_what_docker_is_told_to_keep(told: str, status: Status, says: str) -> None:
    verdict = container(ran(told))
    assert (verdict.status, says in verdict.message) == (status, True)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (ran(stderr="Error: No such container: shop", code=1), "not_found"),
        (ran(stderr="permission denied while trying to connect", code=1), "denied"),
        (ran(stderr="Cannot connect to the Docker daemon", code=1), "unreachable"),
        *((cannot, cannot.reason) for cannot in CANNOT),
    ],
)
def test_a_container_that_cannot_be_seen(answer: Any, says: str) -> None:
    verdict = container(answer)
    assert (verdict.status, says in verdict.message) == (Status.ERROR, True)
