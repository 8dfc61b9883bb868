# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what watches for break-ins runs, has rules, and says something."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact, Timer, UnitFact
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline.words import HOUR, few, when
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.schedules import timer_problems
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

Agent = Callable[[Observer, Wanted], Sequence[Awaitable[Part]]]

_AUDIT_LOG = "/var/log/audit/audit.log"
_WAZUH_STATE = "/var/ossec/var/run/wazuh-agentd.state"
_FALCO_HEALTH = "http://127.0.0.1:8765/healthz"
_FALCO_RULES = ("/etc/falco/falco_rules*.yaml", "/etc/falco/rules.d/*.yaml")
_FALCO_UNITS = ("falco.service", "falco-modern-bpf.service", "falco-bpf.service", "falco-kmod.service")
_AIDE_DATABASES = "/var/lib/aide/aide.db*"
_AIDE_LOGS = "/var/log/aide/aide.log*"
# Each scan that got to its end says whether it found differences; Debian's daily check says how AIDE ended as well.
_AIDE_ENDS = ["grep", "-aoE", r"AIDE [0-9. ]*found (NO )?differences|AIDE returned with exit code [0-9]+"]
_AIDE_SAYS = [*_AIDE_ENDS, "/var/log/aide/aide.log"]
_AIDE_TIMERS = ("dailyaidecheck.timer", "aidecheck.timer", "aide.timer", "aide-check.timer")

# Seconds within which a heartbeat is that of the registration: real ones come once a minute.
_REGISTERING = 1.0

# Hours that a scan may take, or start late.
_SCAN = 3


async def service(look: Observer, *names: str) -> Part:
    """The service runs, and starts at boot. names: those that it goes by, of which one must exist."""
    answers = await together(*(attempt(look.unit(name)) for name in names))
    hidden = [each for each in answers if isinstance(each, CannotLook) and each.reason != "not_found"]
    units = sorted((each for each in answers if isinstance(each, UnitFact)), key=lambda unit: unit.active != "active")
    if hidden and not units:
        raise hidden[0]
    if not units:
        return Part({"service": "none"}, [f"there is no {names[0]}"])
    unit = units[0]
    problems = [] if unit.active == "active" else [f"{unit.name} is {unit.active}"]
    if unit.enabled not in ("enabled", "alias", "static", "generated"):
        problems.append(f"{unit.name} is {unit.enabled or 'not enabled'}, so it is not started at boot")
    return Part({"service": f"{unit.name} {unit.active}, {unit.enabled}"}, problems)


def quiet_problems(name: str, heard: float, max_hours: float) -> list[str]:
    """Why nothing has been heard of something for too long."""
    hours = (time.time() - heard) / HOUR
    return [f"{name} is silent for {hours:.0f} h"] if hours > max_hours else []


async def _file_speaks(look: Observer, name: str, path: str, max_hours: float) -> Part:
    file = await present(look.file(path))
    if file is None:
        return Part({name: "none"}, [f"{path} is not there"])
    return Part({f"{name} last written": when(file.mtime)}, quiet_problems(path, file.mtime, max_hours))


def _auditd(look: Observer, want: Wanted) -> Sequence[Awaitable[Part]]:
    return [
        service(look, "auditd.service"),
        _audit_state(look, want.max_lost_events),
        _audit_rules(look),
        _file_speaks(look, "audit log", _AUDIT_LOG, want.max_silence_hours),
    ]


async def _audit_state(look: Observer, max_lost: int) -> Part:
    state = parse_audit_state((await look.command(["auditctl", "-s"])).stdout)
    return Part({"auditing": state}, audit_state_problems(state, max_lost))


def parse_audit_state(text: str) -> dict[str, int]:
    """`auditctl -s`: a name and a number on each line, and some lines of words."""
    state = {name: int(value) for name, value in re.findall(r"^(\w+) (\d+)\b", text, re.MULTILINE)}
    if not {"enabled", "pid", "lost"} <= set(state):
        raise CannotLook("malformed", f"auditctl -s printed {shown(text)!r}")
    return {name: state[name] for name in ("enabled", "pid", "lost", "backlog", "backlog_limit") if name in state}


def audit_state_problems(state: dict[str, int], max_lost: int) -> list[str]:
    """Why the kernel does not pass on what it audits. Enabled may be 1, or 2 where the rules are locked."""
    problems = [] if state["enabled"] in (1, 2) else [f"auditing is off in the kernel (enabled {state['enabled']})"]
    if not state["pid"]:
        problems.append("no daemon takes the kernel's events (pid 0)")
    if state["lost"] > max_lost:
        problems.append(f"{state['lost']} events were lost")
    return problems


async def _audit_rules(look: Observer) -> Part:
    rules = parse_audit_rules((await look.command(["auditctl", "-l"])).stdout)
    watching = [rule for rule in rules if not _is_never(rule)]
    problems = [] if watching else ["auditd has no rules"]
    if any(re.match(r"-[aA] (never,task|task,never)\b", rule) for rule in rules):
        problems.append("the rule -a never,task turns off all rules on system calls")
    return Part({"audit rules": len(watching)}, problems)


def parse_audit_rules(text: str) -> list[str]:
    """`auditctl -l`: one rule on each line, or "No rules"."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or (lines != ["No rules"] and not all(re.match(r"-[aAwW] ", line) for line in lines)):
        raise CannotLook("malformed", f"auditctl -l printed {shown(text)!r}")
    return [] if lines == ["No rules"] else lines


def _is_never(rule: str) -> bool:
    return bool(re.match(r"-[aA] (never,\w+|\w+,never)\b", rule))


def _fail2ban(look: Observer, want: Wanted) -> Sequence[Awaitable[Part]]:
    return [
        service(look, "fail2ban.service"),
        _jails(look, want.jails),
        *(_jail(look, name, want.max_silence_hours) for name in want.jails),
    ]


async def _jails(look: Observer, wanted: Collection[str]) -> Part:
    status = await look.command(["fail2ban-client", "status"])
    match = re.search(r"Jail list:[ \t]*(.*)", status.stdout)
    if match is None:
        raise CannotLook("malformed", f"fail2ban-client status printed {shown(status.stdout)!r}")
    jails = match[1].replace(",", " ").split()
    problems = [f"there is no jail {name}" for name in wanted if name not in jails]
    return Part({"jails": few(jails) or "none"}, problems if jails else ["fail2ban has no jails"])


async def _jail(look: Observer, name: str, max_hours: float) -> Part:
    """A jail that reads a file which nobody writes any more sees nothing."""
    status = await look.command(["fail2ban-client", "status", name], ok=(0, 255))
    if status.exit and "does not exist" in status.stdout + status.stderr:
        return Part({}, [])
    files = re.search(r"File list:[ \t]*(.*)", status.stdout)
    failed = re.search(r"Total failed:[ \t]*(\d+)", status.stdout)
    if failed is None or (files is None and "Journal matches:" not in status.stdout):
        raise CannotLook("malformed", f"fail2ban-client status {name} printed {shown(status.stdout)!r}")
    if files is None:
        return Part({f"jail {name}": f"reads the journal, {failed[1]} failures seen"}, [])
    found = await together(*(present(look.file(path)) for path in files[1].split()))
    newest = max((each.mtime for each in found if each), default=None)
    if newest is None:
        return Part({f"jail {name}": "reads no file"}, [f"the jail {name} reads no file that is there"])
    actual = f"{failed[1]} failures seen, its files were last written on {when(newest)}"
    return Part({f"jail {name}": actual}, quiet_problems(f"what the jail {name} reads", newest, max_hours))


def _crowdsec(look: Observer, want: Wanted) -> Sequence[Awaitable[Part]]:
    return [service(look, "crowdsec.service"), _scenarios(look), _machines(look, want.max_silence_hours)]


async def _scenarios(look: Observer) -> Part:
    found = _json((await look.command(["cscli", "scenarios", "list", "-o", "json"])).stdout, "cscli scenarios list")
    listed = found.get("scenarios") if isinstance(found, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise CannotLook("malformed", "cscli scenarios list has no list of scenarios")
    enabled = [each for each in listed if str(each.get("status", "")).startswith("enabled")]
    return Part({"scenarios": len(enabled)}, [] if enabled else ["CrowdSec has no scenario enabled"])


async def _machines(look: Observer, max_hours: float) -> Part:
    machines = _json((await look.command(["cscli", "machines", "list", "-o", "json"])).stdout, "cscli machines list")
    if not isinstance(machines, list) or not all(isinstance(each, dict) for each in machines):
        raise CannotLook("malformed", "cscli machines list is no list of machines")
    beats = [beat for beat in map(_heartbeat, machines) if beat is not None]
    if not beats:
        return Part({"last heartbeat": "never"}, ["no machine ever reported to CrowdSec's local API"])
    return Part({"last heartbeat": when(max(beats))}, quiet_problems("CrowdSec", max(beats), max_hours))


def _heartbeat(machine: Mapping[str, Any]) -> float | None:
    """When a machine was last heard of. The moment of its registration is written down as its first heartbeat."""
    if not machine.get("last_heartbeat"):
        return None
    beat = _moment(str(machine["last_heartbeat"]))
    created = _moment(str(machine["created_at"])) if machine.get("created_at") else 0.0
    return beat if beat - created > _REGISTERING else None


def _json(text: str, of: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise CannotLook("malformed", f"{of} is not JSON: {shown(text)!r}") from error


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CannotLook("malformed", f"{shown(text)!r} is no time") from error
    if moment.tzinfo is None:
        raise CannotLook("malformed", f"{shown(text)!r} has no time zone")
    return moment.timestamp()


def _wazuh(look: Observer, want: Wanted) -> Sequence[Awaitable[Part]]:
    return [service(look, "wazuh-agent.service"), _wazuh_state(look, want.max_silence_hours)]


async def _wazuh_state(look: Observer, max_hours: float) -> Part:
    """What the agent writes every few seconds: whether its manager, which holds the rules, answers."""
    file = await look.file(_WAZUH_STATE, content=True)
    match = re.search(r"^status='(\w+)'$", file.content or "", re.MULTILINE)
    if match is None:
        raise CannotLook("malformed", f"{_WAZUH_STATE} tells no status")
    problems = [] if match[1] == "connected" else [f"the agent is {match[1]}, not connected to its manager"]
    actual = {"manager": match[1], "state written": when(file.mtime)}
    return Part(actual, [*problems, *quiet_problems(_WAZUH_STATE, file.mtime, max_hours)])


def _falco(look: Observer, want: Wanted) -> Sequence[Awaitable[Part]]:
    return [service(look, *_FALCO_UNITS), _falco_rules(look), _falco_health(look)]


async def _falco_rules(look: Observer) -> Part:
    found = await together(*map(look.glob, _FALCO_RULES))
    files = [each.path for fact in found for each in fact.files if each.size]
    return Part({"rules": few(files) or "none"}, [] if files else ["Falco has no file of rules"])


async def _falco_health(look: Observer) -> Part:
    """Falco may have nothing to tell for weeks, so its own web server has to say that it works."""
    health = await look.http(_FALCO_HEALTH)
    return Part({"healthz": health.status}, [] if health.status == 200 else [f"healthz answers {health.status}"])


def _aide(look: Observer, want: Wanted) -> Sequence[Awaitable[Part]]:
    return [_aide_database(look), _aide_runs(look, want.max_silence_hours + _SCAN), _aide_schedule(look)]


async def _aide_database(look: Observer) -> Part:
    found = await look.glob(_AIDE_DATABASES)
    # What aideinit leaves as aide.db.new is not compared with until somebody renames it.
    files = [each for each in found.files if each.size and ".new" not in each.path]
    return Part({"databases": few([each.path for each in files]) or "none"}, [] if files else ["AIDE has no database"])


async def _aide_runs(look: Observer, max_hours: float) -> Part:
    logs, ends = await together(look.glob(_AIDE_LOGS), attempt(look.command(_AIDE_SAYS, ok=(0, 1))))
    newest = max(logs.files, key=_mtime, default=None)
    if newest is None:
        return Part({"last scan": "never"}, [f"AIDE has written no {_AIDE_LOGS}"])
    problems = quiet_problems("AIDE", newest.mtime, max_hours)
    if isinstance(ends, CannotLook):
        if problems:
            return Part({"last scan": when(newest.mtime)}, problems)
        raise ends
    found, unfinished = parse_aide_ends(ends.stdout)
    return Part({"last scan": when(newest.mtime), "it found": found}, [*problems, *unfinished])


def parse_aide_ends(text: str) -> tuple[str, list[str]]:
    """What the last scan of a log found, and why it is no scan: AIDE writes a log too where it ends early.

    Its exit status is a sum of 1, 2 and 4 for new, removed and changed files, and 14 or more for errors of its own.
    """
    lines = text.splitlines()
    found = [line for line in lines if line.endswith("differences")]
    told = [int(line.rpartition(" ")[2]) for line in lines if not line.endswith("differences")]
    if told and told[-1] > 7:
        return "nothing", [f"the last scan of AIDE did not get to its end: exit status {told[-1]}"]
    if not found:
        return "nothing", [f"{_AIDE_SAYS[-1]} tells of no scan that got to its end (nor does it with report_quiet)"]
    return ("no differences" if "NO" in found[-1] else "differences"), []


def _mtime(file: FileFact) -> float:
    return file.mtime


async def _aide_schedule(look: Observer) -> Part:
    timers, crontabs = await together(attempt(look.timers()), look.crontabs())
    listed: list[Timer] = [] if isinstance(timers, CannotLook) else timers.timers
    timer = next((each for each in listed if each.name in _AIDE_TIMERS), None)
    if timer is not None:
        # A scan that finds a change ends as a failure; that is not one of the schedule.
        return Part({"scheduled": timer.name}, [p for p in timer_problems(timer) if "failed" not in p])
    entries = [entry for entry in crontabs.entries if "aide" in entry.command and entry.runnable]
    if not entries and isinstance(timers, CannotLook):
        raise timers
    if not entries and crontabs.denied:
        raise CannotLook("denied", f"nothing schedules AIDE, but these cannot be read: {few(crontabs.denied)}")
    return Part(
        {"scheduled": few([entry.source for entry in entries]) or "never"},
        [] if entries else ["nothing schedules AIDE"],
    )


AGENTS: dict[str, Agent] = {
    "auditd": _auditd,
    "fail2ban": _fail2ban,
    "crowdsec": _crowdsec,
    "wazuh": _wazuh,
    "falco": _falco,
    "aide": _aide,
}
