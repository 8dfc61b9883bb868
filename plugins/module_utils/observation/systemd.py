# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units and timers of systemd, as `systemctl show` tells them; one call for any number of units."""

from __future__ import annotations

import calendar
import re
import time

from ansible_collections.golive.verify.plugins.module_utils.observation import commands
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

_OUTPUT_LIMIT = 16 << 20

# More than these characters systemctl would take for a pattern, a path or a job number; systemd allows 255 of them.
_UNIT_NAME = re.compile(
    r"(?!@)[A-Za-z0-9:_.\\@-]{1,240}"
    r"\.(automount|device|mount|path|scope|service|slice|socket|swap|target|timer)"
)
_SUFFIX = re.compile(r"\.(automount|device|mount|path|scope|service|slice|socket|swap|target|timer)$")

_UNIT_PROPERTIES = (
    "Id,Names,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,Result,Restart,RestartUSec,NRestarts,MainPID,"
    "ExecMainCode,ExecMainStatus,ExecMainStartTimestamp,ExecMainExitTimestamp,"
    "ActiveEnterTimestamp,ActiveExitTimestamp"
)
_TIMER_PROPERTIES = (
    "Id,Names,LoadState,ActiveState,UnitFileState,Unit,NextElapseUSecRealtime,NextElapseUSecMonotonic,LastTriggerUSec"
)

# What systemctl says when it could not ask the manager, in the words of versions 219 to 257.
_COMPLAINTS = (
    (re.compile(r"not been booted with systemd|Failed to (connect to|get D-Bus connection)"), "unreachable"),
    (re.compile(r"Access denied|Permission denied|authentication required|not permitted", re.IGNORECASE), "denied"),
    (re.compile(r"timed out", re.IGNORECASE), "timeout"),
)

# CLD_EXITED of waitid: the status is what the process returned; otherwise it is the signal that ended it.
_EXITED = "1"

_NO_TIME = ("", "n/a", "0", "infinity")
_TIMESTAMP = re.compile(r"(?:[A-Z][a-z]{2} )?(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(\.\d+)? UTC")
_SPAN = re.compile(r"(?:\d+(?:\.\d+)?[a-z]+ ?)+")
_SPAN_PART = re.compile(r"(\d+(?:\.\d+)?)([a-z]+)")
# Seconds in the units of a span; systemd's month is a twelfth of a year of 365.25 days.
_SPAN_UNITS = {
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1,
    "min": 60,
    "h": 3600,
    "d": 86400,
    "w": 604800,
    "month": 2629800,
    "y": 31557600,
}


def units(deadline, requests):
    """Describe the unit of every request, a mapping with "name": one value or CannotLook for each, in their order.

    exit is the exit status of the main process's last run, negative for a signal, null when it has not ended.
    started and finished are its Unix times; of a unit without a main process, when it last became active and inactive.
    pid is that of the main process that runs now. A value that the unit's type does not have is null.
    """
    names = [_unit_name(request) for request in requests]
    blocks = _show(deadline, [n for n in names if not isinstance(n, CannotLook)], _UNIT_PROPERTIES)
    return [name if isinstance(name, CannotLook) else _unit(name, blocks.get(name)) for name in names]


def timers(deadline):
    """List all timers, also those that are disabled, inactive or masked; result and exit are those of the unit started.

    next is null for a timer that will not elapse; last is null for one that never has.
    """
    names = _timer_names(
        _systemctl(deadline, "list-unit-files", "--type=timer"),
        _systemctl(deadline, "list-units", "--type=timer", "--all", "--plain"),
    )
    shown = _show(deadline, names, _TIMER_PROPERTIES)
    untold = [name for name in names if name not in shown]
    if untold:
        raise CannotLook("malformed", "systemctl said nothing of %s" % ", ".join(untold[:10]))
    found = {block["Id"]: block for block in shown.values() if block.get("LoadState") != "not-found"}
    started = _show(deadline, [b["Unit"] for b in found.values() if b.get("Unit")], _UNIT_PROPERTIES)
    return {"timers": [_timer(block, started.get(block.get("Unit"), {})) for _id, block in sorted(found.items())]}


def properties(deadline, name, wanted):
    """These properties of one unit as (name, value) pairs, several of a name where systemctl prints several."""
    full = _unit_name({"name": name})
    if isinstance(full, CannotLook):
        raise full
    text = _systemctl(deadline, "show", "--property=LoadState," + ",".join(wanted), "--", full)
    pairs = [tuple(line.split("=", 1)) for line in text.split("\n") if "=" in line]
    if ("LoadState", "not-found") in pairs:
        raise CannotLook("not_found", "there is no unit %s" % full)
    if not any(key == "LoadState" for key, _value in pairs):
        raise CannotLook("malformed", "systemctl said nothing of %s" % full)
    return pairs


def _timer_names(*listings):
    """Names of timers in listings whose lines may begin with a bullet; a template is not a timer."""
    lines = [line.split() for listing in listings for line in listing.split("\n")]
    names = {next((word for word in words if word.endswith(".timer")), None) for words in lines}
    return sorted(name for name in names if name and "@." not in name)


def _unit_name(request):
    name = request.get("name")
    if list(request) != ["name"] or not isinstance(name, str):
        return CannotLook("malformed", "a unit is asked for by its name alone, not by %s" % sorted(request))
    full = name if _SUFFIX.search(name) else name + ".service"
    if not _UNIT_NAME.fullmatch(full):
        return CannotLook("malformed", "%r is not the name of a unit" % name)
    if "@." in full:
        return CannotLook("malformed", "%s is a template: name an instance of it" % full)
    return full


def _unit(name, block):
    if block is None:
        return CannotLook("malformed", "systemctl said nothing of %s" % name)
    if block.get("LoadState") == "not-found":
        return CannotLook("not_found", "there is no unit %s" % name)
    try:
        started, finished = _times(block)
        restarts = block.get("NRestarts")
        return {
            "name": block["Id"],
            "load": block["LoadState"],
            "active": block["ActiveState"],
            "sub": block["SubState"],
            "enabled": block.get("UnitFileState"),
            "result": block.get("Result"),
            "exit": _exit(block),
            "started": started,
            "finished": finished,
            "restarts": None if restarts is None else int(restarts),
            "restart_policy": block.get("Restart"),
            "fragment": block.get("FragmentPath"),
            "pid": int(block.get("MainPID", 0)) or None,
            "restart_seconds": _span(block.get("RestartUSec")),
        }
    except (KeyError, ValueError) as error:
        return CannotLook("malformed", "systemctl said of %s: %s" % (name, error))


def _timer(block, unit):
    coming = [t for t in (_timestamp(block.get("NextElapseUSecRealtime")), _elapses(block)) if t is not None]
    return {
        "name": block["Id"],
        "unit": block.get("Unit"),
        "next": min(coming) if coming else None,
        "last": _timestamp(block.get("LastTriggerUSec")),
        "enabled": block.get("UnitFileState"),
        "active": block["ActiveState"],
        "result": unit.get("Result"),
        "exit": _exit(unit),
    }


def _times(block):
    main = _timestamp(block.get("ExecMainStartTimestamp"))
    pair = ("ExecMain%sTimestamp", "Start", "Exit") if main else ("Active%sTimestamp", "Enter", "Exit")
    started, finished = (_timestamp(block.get(pair[0] % moment)) for moment in pair[1:])
    running = started is not None and finished is not None and finished < started
    return started, None if running else finished


def _exit(block):
    code = block.get("ExecMainCode", "0")
    if code == "0":
        return None
    status = int(block["ExecMainStatus"])
    return status if code == _EXITED else -status


def _show(deadline, names, properties):
    """Map every name to the properties of its unit that are not empty."""
    if not names:
        return {}
    arguments = ["--property=" + properties, "--", *dict.fromkeys(names)]
    blocks = {}
    for text in _systemctl(deadline, "show", *arguments).split("\n\n"):
        block = dict(line.split("=", 1) for line in text.split("\n") if not line.endswith("=") and "=" in line)
        for name in block.get("Names", "").split():
            # Newer versions quote a name that has a backslash, and double it.
            blocks[name.strip('"').replace("\\\\", "\\")] = block
    return blocks


def _systemctl(deadline, verb, *arguments):
    argv = ["systemctl", "--no-pager", "--no-legend", "--full", "--no-ask-password", verb, *arguments]
    answer = commands.command(deadline, argv, limit=_OUTPUT_LIMIT)
    if answer["exit"] != 0:
        said = answer["stderr"].strip() or "exit status %d" % answer["exit"]
        reason = next((reason for complaint, reason in _COMPLAINTS if complaint.search(said)), "malformed")
        raise CannotLook(reason, "systemctl %s: %s" % (verb, said[:500]))
    return answer["stdout"]


def _timestamp(text):
    """Unix seconds of a time as systemctl prints it in UTC; null for a moment that has not been or never comes."""
    if text is None or text in _NO_TIME or text.startswith("---"):
        return None
    match = _TIMESTAMP.fullmatch(text)
    if not match:
        raise ValueError("%r is not a time" % text)
    return calendar.timegm(tuple(map(int, match.groups()[:6]))) + float(match.group(7) or 0)


def _elapses(block):
    """Unix seconds of a moment that systemd gives as a span on the monotonic clock, such as "3d 2h 5min 1.5s"."""
    text = block.get("NextElapseUSecMonotonic", "")
    if text in _NO_TIME:
        return None
    return time.time() - time.clock_gettime(time.CLOCK_MONOTONIC) + _span(text)


def _span(text):
    """Seconds of a span as systemctl prints it; null for one that is not given or has no end."""
    if text in (None, "infinity"):
        return None
    if text != "0" and not _SPAN.fullmatch(text):
        raise ValueError("%r is not a span of time" % text)
    return sum(float(number) * _SPAN_UNITS[unit] for number, unit in _SPAN_PART.findall(text))
