# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of supervisord. Of its files only the lines that say what is restarted are read: others hold secrets."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.service.model import Found, Process, up_problems
from ansible_collections.golive.verify.plugins.plugin_utils.service.units import supervisor_at_boot
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_STATES = "STOPPED|STARTING|RUNNING|BACKOFF|STOPPING|EXITED|FATAL|UNKNOWN"
_LINE = re.compile(rf"(\S+)\s+({_STATES})(?:\s+(.*))?")
_RUNNING = re.compile(r"pid (\d+), uptime (?:(\d+) days?, )?(\d+):(\d\d):(\d\d)")
# With supervisor 4 a program that is not running makes the status 3.
_ANSWERED = (0, 3)
_SETTINGS = r"^[[:space:]]*(\[|(autostart|autorestart|startretries)[[:space:]]*[=:])"
_FALSE = ("false", "0", "no", "off")
_UNITS = ("supervisor.service", "supervisord.service")


@dataclass(frozen=True, slots=True)
class Status:
    """What supervisorctl says of one process. up: seconds."""

    name: str
    state: str
    pid: int | None = None
    up: int | None = None
    said: str = ""


async def program(look: Observer, want: Wanted, entry: Mapping[str, Any]) -> Found:
    """The processes of a program or group, or those that a pattern such as worker:* matches."""
    name = entry["supervisor"]
    argv = [want.supervisor_client, *(["-c", want.supervisor_conf] if want.supervisor_conf else [])]
    answer, settings, boot = await together(
        look.command([*argv, "status"], ok=_ANSWERED),
        look.command(
            ["grep", "-RZE", "--include=*.conf", "--include=*.ini", _SETTINGS, *want.supervisor_programs], ok=(0, 1)
        ),
        supervisor_at_boot(look, _UNITS, "supervisord"),
    )
    now = time.time()
    found = [each for each in statuses(answer.stdout) if _is_meant(name, each.name)]
    if not found:
        return Found({}, [f"supervisord knows no program {name}, so nothing supervises it"])
    programs = parse_settings(settings.stdout)
    leaving = [problem for each in found for problem in _leaving(each.name, _settings_of(each.name, programs))]
    return Found(
        {"states": [f"{each.name} {each.state}" for each in found]},
        [problem for each in found for problem in run_problems(each, want)],
        [*dict.fromkeys(leaving), *boot],
        [Process(each.name, each.pid, None if each.up is None else now - each.up) for each in found],
    )


def statuses(text: str) -> list[Status]:
    """Read the output of "supervisorctl status"; a line that is not understood is CannotLook("malformed")."""
    return [_status(line) for line in text.splitlines() if line.strip()]


def _status(line: str) -> Status:
    match = _LINE.fullmatch(line.strip())
    if match is None:
        raise CannotLook("malformed", f"supervisorctl status: {shown(line)}")
    name, state, said = match[1], match[2], match[3] or ""
    if state != "RUNNING":
        return Status(name, state, said=shown(said))
    running = _RUNNING.fullmatch(said)
    if running is None:
        raise CannotLook("malformed", f"supervisorctl status: {shown(line)}")
    pid, days, hours, minutes, seconds = (int(part or 0) for part in running.groups())
    return Status(name, state, pid, ((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def run_problems(status: Status, want: Wanted) -> list[str]:
    """Why a process does not run, or does not run for good."""
    if status.up is None:
        return [f"{status.name} is {status.state}{f': {status.said}' if status.said else ''}"]
    return up_problems(status.name, -status.up, 0, want)


def parse_settings(text: str) -> dict[str, dict[str, str]]:
    """The settings of each program, from lines of its files, each after the file's name and a null byte."""
    programs: dict[str, dict[str, str]] = {}
    sections: dict[str, str] = {}
    for line in text.splitlines():
        path, null, setting = line.partition("\0")
        if not null:
            raise CannotLook("malformed", f"grep printed {shown(line)}")
        if section := re.fullmatch(r"\s*\[([^\]]*)\].*", setting):
            sections[path] = section[1]
            kind, _colon, name = section[1].partition(":")
            if kind in ("program", "fcgi-program", "eventlistener"):
                programs.setdefault(name, {})
        else:
            key, value = re.split(r"\s*[=:]\s*", setting.strip(), maxsplit=1)
            _kind, _colon, name = sections.get(path, "").partition(":")
            if name in programs:
                programs[name][key.lower()] = re.split(r"\s;", value)[0].strip().lower()
    return programs


def _settings_of(process: str, programs: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    group, _colon, name = process.rpartition(":")
    meant = [each for each in programs if each == group or name.startswith(each)]
    if not meant:
        raise CannotLook("not_found", f"no file of option supervisor_programs has the program of {process}")
    return programs[max(meant, key=len)]


def _leaving(name: str, settings: Mapping[str, str]) -> Iterable[str]:
    if settings.get("autostart", "true") in _FALSE:
        yield f"{name} has autostart=false, so it is not started at boot"
    if settings.get("autorestart", "unexpected") in _FALSE:
        yield f"{name} has autorestart=false, so it does not return after a crash"
    if settings.get("startretries", "3") == "0":
        yield f"{name} has startretries=0, so it is given up when it once fails to start"


def _is_meant(name: str, process: str) -> bool:
    return name in (process, process.partition(":")[0]) or fnmatchcase(process, name)
