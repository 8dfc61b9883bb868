# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Intrusion detection, agent by agent.

auditctl 3.0.9 (its state), cscli 1.4.6 and AIDE 0.18.3, all of Debian 12, said what is written down here, with other
numbers; the rules of auditctl, and what Wazuh and Falco say, are from their documentation.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.host_baseline import ActionModule as Host
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline import detection
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.host_recordings import (
    ABSENT,
    DAY,
    HOUR,
    NOW,
    UNKNOWABLE,
    Recorded,
    argv,
    file,
    glob,
    said,
    stat,
    timer,
    timers,
    unit,
)
from tests.unit.proving import prove

AUDIT_STATE = """enabled 1
failure 1
pid 411
rate_limit 0
backlog_limit 8192
lost {lost}
backlog 0
backlog_wait_time 15000
backlog_wait_time_actual 0
loginuid_immutable 0 unlocked
"""
AUDIT_RULES = "-w /etc/passwd -p wa -k identity\n-a always,exit -F arch=b64 -S adjtimex -F key=time\n"
JAILS = "Status\n|- Number of jail:\t2\n`- Jail list:\tnginx-http-auth, sshd\n"
JAIL = """Status for the jail: sshd
|- Filter
|  |- Currently failed:\t0
|  |- Total failed:\t12
|  `- {source}
`- Actions
   |- Currently banned:\t0
   |- Total banned:\t3
   `- Banned IP list:\t
"""
JOURNAL, FILES = "Journal matches:\t_SYSTEMD_UNIT=sshd.service + _COMM=sshd", "File list:\t/var/log/auth.log"
SCENARIO = {
    "name": "crowdsecurity/ssh-bf",
    "local_version": "0.1",
    "local_path": "/etc/crowdsec/scenarios/ssh-bf.yaml",
    "description": "Detect ssh bruteforce",
    "utf8_status": "✔️  enabled",
    "status": "enabled",
}
SCENARIOS = {"scenarios": [SCENARIO]}
NO_DATABASE = (
    '{"level":"fatal","msg":"unable to create new database client: failed to create SQLite database file '
    '\\"/var/lib/crowdsec/data/crowdsec.db\\": permission denied","time":"2026-01-02T03:04:05Z"}'
)
BEAT = "2026-01-02T03:04:05.123456789Z"


AIDE_SAYS = argv(*detection._AIDE_SAYS)
AIDE_CLEAN, AIDE_CHANGED = "AIDE found NO differences\n", "AIDE found differences\n"


def machines(age: float, created: float = 30 * DAY) -> str:
    """What cscli tells of one machine. Registering it made its first heartbeat, some microseconds later."""
    times = {
        "created_at": moment(created),
        "updated_at": moment(age),
        "last_push": moment(age),
        "last_heartbeat": moment(age - 1e-5),
    }
    return json.dumps([{"id": 1, **times, "machineId": "a", "isValidated": True, "auth_type": "password", "edges": {}}])


def moment(age: float) -> str:
    return datetime.fromtimestamp(NOW - age, UTC).isoformat()


GOOD: dict[str, Recorded] = {
    "auditd": {
        **unit("auditd.service"),
        "auditctl -s": said(AUDIT_STATE.format(lost=3)),
        "auditctl -l": said(AUDIT_RULES),
        **stat("/var/log/audit/audit.log"),
    },
    "fail2ban": {
        **unit("fail2ban.service"),
        "fail2ban-client status": said(JAILS),
        "fail2ban-client status sshd": said(JAIL.format(source=JOURNAL)),
        **stat("/var/log/auth.log"),
    },
    "crowdsec": {
        **unit("crowdsec.service"),
        "cscli scenarios list -o json": said(json.dumps(SCENARIOS)),
        "cscli machines list -o json": said(machines(60)),
    },
    "wazuh": {
        **unit("wazuh-agent.service"),
        f"cat {detection._WAZUH_STATE}": file("s", content="# State file\nstatus='connected'\nlast_ack='…'\n"),
    },
    "falco": {
        **unit("falco-modern-bpf.service"),
        **dict.fromkeys((f"systemctl show {n}" for n in detection._FALCO_UNITS if "modern" not in n), ABSENT),
        **glob(detection._FALCO_RULES[0], file("/etc/falco/falco_rules.yaml")),
        **glob(detection._FALCO_RULES[1]),
        f"curl -sSi {detection._FALCO_HEALTH}": {
            "url": detection._FALCO_HEALTH,
            "status": 200,
            "headers": [],
            "body": "",
            "truncated": False,
            "redirects": [],
            "address": "127.0.0.1",
            "version": "1.1",
        },
    },
    "aide": {
        **glob(detection._AIDE_DATABASES, file("/var/lib/aide/aide.db"), file("/var/lib/aide/aide.db.new")),
        **glob(detection._AIDE_LOGS, file("/var/log/aide/aide.log", age=25 * HOUR)),
        AIDE_SAYS: said(AIDE_CLEAN),
        **timers(timer("dailyaidecheck.timer", result="exit-code", exit=1)),
        "grep -r . /etc/crontab /etc/cron.* /var/spool/cron": {"entries": [], "denied": []},
    },
}
CRONTABS = "grep -r . /etc/crontab /etc/cron.* /var/spool/cron"


def watch(agent: str, changes: Recorded, **options: Any) -> Verdict:
    (verdict,) = prove(Host, "host.intrusion_detection", {"agents": [agent], **options}, GOOD[agent] | changes)
    assert verdict.subject == agent
    return verdict


@pytest.mark.parametrize("agent", detection.AGENTS)
def test_an_agent_that_works_passes(agent: str) -> None:
    assert watch(agent, {}).status is Status.PASS, watch(agent, {})


BROKEN: list[tuple[str, Recorded, str]] = [
    ("auditd", unit("auditd.service", active="inactive"), "auditd.service is inactive"),
    ("auditd", unit("auditd.service", enabled="disabled"), "is disabled, so it is not started at boot"),
    ("auditd", {"systemctl show auditd.service": ABSENT}, "there is no auditd.service"),
    ("auditd", {"auditctl -l": said("No rules\n")}, "auditd has no rules"),
    ("auditd", {"auditctl -l": said("-a never,task\n")}, "auditd has no rules"),
    ("auditd", {"auditctl -l": said("-a never,task\n" + AUDIT_RULES)}, "turns off all rules on system calls"),
    ("auditd", {"auditctl -s": said(AUDIT_STATE.format(lost=9999))}, "9999 events were lost"),
    ("auditd", {"auditctl -s": said(AUDIT_STATE.format(lost=0).replace("enabled 1", "enabled 0"))}, "auditing is off"),
    ("auditd", {"auditctl -s": said(AUDIT_STATE.format(lost=0).replace("411", "0"))}, "no daemon takes"),
    ("auditd", stat("/var/log/audit/audit.log", age=3 * DAY), "is silent for 72 h"),
    ("auditd", {"stat -L /var/log/audit/audit.log": ABSENT}, "audit.log is not there"),
    ("fail2ban", {"fail2ban-client status": said("Status\n|- Number of jail:\t0\n`- Jail list:\t\n")}, "has no jails"),
    ("fail2ban", {"fail2ban-client status": said("`- Jail list:\tnginx\n")}, "there is no jail sshd"),
    (
        "fail2ban",
        {"fail2ban-client status sshd": said(JAIL.format(source=FILES)), **stat("/var/log/auth.log", age=9 * DAY)},
        "what the jail sshd reads is silent for 216 h",
    ),
    (
        "fail2ban",
        {"fail2ban-client status sshd": said(JAIL.format(source=FILES)), "stat -L /var/log/auth.log": ABSENT},
        "reads no file that is there",
    ),
    ("crowdsec", {"cscli scenarios list -o json": said('{"scenarios": []}')}, "no scenario enabled"),
    ("crowdsec", {"cscli machines list -o json": said(machines(30 * HOUR))}, "CrowdSec is silent for 30 h"),
    ("crowdsec", {"cscli machines list -o json": said(machines(60, created=60))}, "no machine ever reported"),
    ("crowdsec", {"cscli machines list -o json": said("[]")}, "no machine ever reported"),
    ("crowdsec", {"cscli machines list -o json": said(json.dumps([{"last_heartbeat": BEAT}]))}, "is silent"),
    ("wazuh", {f"cat {detection._WAZUH_STATE}": file("s", content="status='pending'\n")}, "the agent is pending"),
    ("wazuh", {f"cat {detection._WAZUH_STATE}": file("s", age=2 * DAY, content="status='connected'\n")}, "silent"),
    ("falco", unit("falco-modern-bpf.service", active="failed"), "falco-modern-bpf.service is failed"),
    ("falco", glob(detection._FALCO_RULES[0], file("r", size=0)), "Falco has no file of rules"),
    ("aide", glob(detection._AIDE_DATABASES, file("/var/lib/aide/aide.db.new")), "AIDE has no database"),
    ("aide", glob(detection._AIDE_LOGS), "AIDE has written no"),
    ("aide", glob(detection._AIDE_LOGS, file("l", age=3 * DAY)), "AIDE is silent for 72 h"),
    ("aide", {AIDE_SAYS: said("", 1)}, "tells of no scan that got to its end"),
    ("aide", {AIDE_SAYS: said("AIDE returned with exit code 18\n")}, "did not get to its end: exit status 18"),
    ("aide", timers(), "nothing schedules AIDE"),
]


@pytest.mark.parametrize(("agent", "changes", "because"), BROKEN, ids=[f"{a}: {b}" for a, _c, b in BROKEN])
def test_an_agent_that_sees_nothing_fails(agent: str, changes: Recorded, because: str) -> None:
    verdict = watch(agent, changes)
    assert verdict.status is Status.FAIL, verdict
    assert because in verdict.message


# Of the files of one jail and the names of Falco one is enough, and where timers are not to be seen cron may be.
SPARE = {
    "stat -L /var/log/auth.log",
    CRONTABS,
    *(f"systemctl show {n}" for n in detection._FALCO_UNITS if "modern" not in n),
}
HIDDEN = [(agent, look) for agent, looks in GOOD.items() for look in looks if look not in SPARE]


@pytest.mark.parametrize("reason", UNKNOWABLE, ids=lambda reason: reason.reason)
@pytest.mark.parametrize(("agent", "look"), HIDDEN)
def test_what_cannot_be_seen_is_an_error(agent: str, look: str, reason: CannotLook) -> None:
    assert watch(agent, {look: reason}).status is Status.ERROR


@pytest.mark.parametrize(
    ("agent", "changes"),
    [
        ("auditd", {"auditctl -s": said("gibberish\n")}),
        ("auditd", {"auditctl -l": said("")}),
        ("auditd", {"auditctl -l": said("gibberish\n")}),
        ("auditd", {"auditctl -l": said("", 4, "You must be root to run this program.")}),
        ("fail2ban", {"fail2ban-client status": said("gibberish\n")}),
        ("fail2ban", {"fail2ban-client status sshd": said("gibberish\n")}),
        ("fail2ban", {"fail2ban-client status": said("", 255, "Failed to access socket path: is fail2ban running?")}),
        ("crowdsec", {"cscli scenarios list -o json": said("null")}),
        ("crowdsec", {"cscli machines list -o json": said("", 1, NO_DATABASE)}),
        ("crowdsec", {"cscli machines list -o json": said("gibberish")}),
        ("crowdsec", {"cscli machines list -o json": said('[{"last_heartbeat": "soon"}]')}),
        ("wazuh", {f"cat {detection._WAZUH_STATE}": file("s", content="")}),
        ("wazuh", {f"cat {detection._WAZUH_STATE}": ABSENT}),
    ],
)
def test_garbage_is_an_error(agent: str, changes: Recorded) -> None:
    assert watch(agent, changes).status is Status.ERROR


def test_a_missing_jail_is_not_asked_twice() -> None:
    gone = {"fail2ban-client status sshd": said("", 255, "Sorry but the jail 'sshd' does not exist")}
    verdict = watch("fail2ban", gone | {"fail2ban-client status": said("`- Jail list:\tnginx\n")})
    assert verdict.message == "there is no jail sshd"


def test_aide_by_cron_passes() -> None:
    entry = {"source": "/etc/cron.daily/dailyaidecheck", "line": None, "user": "root", "schedule": "@daily"}
    cron = {CRONTABS: {"entries": [{**entry, "command": "dailyaidecheck", "runnable": True}], "denied": []}}
    assert watch("aide", {**timers(), **cron}).status is Status.PASS
    hidden = {CRONTABS: {"entries": [], "denied": ["/var/spool/cron"]}}
    assert watch("aide", {**timers(), **hidden}).status is Status.ERROR


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (AIDE_CLEAN, "no differences"),
        (AIDE_CHANGED, "differences"),
        ("AIDE returned with exit code 5\n" + AIDE_CHANGED, "differences"),
        ("AIDE 0.16 found differences\nAIDE 0.16 found NO differences\n", "no differences"),
    ],
)
def test_what_aide_found_is_told(text: str, found: str) -> None:
    """Changes are for people to judge: that they are told is what is proven."""
    verdict = watch("aide", {AIDE_SAYS: said(text)})
    assert verdict.status is Status.PASS, verdict
    assert verdict.actual["it found"] == found


def test_each_agent_has_a_verdict_and_none_is_not_asked() -> None:
    both = prove(Host, "host.intrusion_detection", {"agents": ["auditd", "wazuh"]}, GOOD["auditd"] | GOOD["wazuh"])
    assert [verdict.subject for verdict in both] == ["auditd", "wazuh"]
    with pytest.raises(NotAsked, match="agents"):
        prove(Host, "host.intrusion_detection", {}, {})
