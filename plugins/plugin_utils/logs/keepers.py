# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the journal and the container engine bound and keep what they are given to log."""

from __future__ import annotations

import json
import math
import re
import time
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.logs.sources import MEGABYTE, when
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_DAY = 86400.0
_JOURNAL = "/var/log/journal"
# Written at the first start of a machine, so it is as old as the host.
_BORN = "/etc/machine-id"
_STORAGES = ("auto", "none", "persistent", "volatile")
_HEAD = re.compile(r"(?m)^Head realtime timestamp: .*\(([0-9a-f]{1,16})\)$")
# Of a host without the main file come the defaults, and what is dropped in.
_SAYS_SETTINGS = re.compile(r"(?m)^\[Journal\]\s*$|^# Main configuration file \S+ not found$")
_NEXT_FILE = re.compile(r"(?m)(?:\A|(?<=\n\n))# /.*$")
_SPAN = re.compile(r"(?:\s*(\d+)\s*([a-zA-Z]*))")
# Seconds in the units of systemd.time(7); a number alone is seconds.
_UNITS = {
    "": 1.0, "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0,
    "minutes": 60.0, "h": 3600.0, "hr": 3600.0, "hour": 3600.0, "hours": 3600.0, "d": _DAY, "day": _DAY, "days": _DAY,
    "w": 7 * _DAY, "week": 7 * _DAY, "weeks": 7 * _DAY, "M": 30.44 * _DAY, "month": 30.44 * _DAY,
    "months": 30.44 * _DAY, "y": 365.25 * _DAY, "year": 365.25 * _DAY, "years": 365.25 * _DAY,
}  # fmt: skip

_INSPECT = '{"type":{{json .HostConfig.LogConfig.Type}},"config":{{json .HostConfig.LogConfig.Config}}}'
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([kmg]?)b?", re.IGNORECASE)
_FACTORS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3}
# Of what each driver of Docker bounds by itself (Docker's reference of logging drivers).
_DEFAULTS = {"json-file": {"max-size": "-1", "max-file": "1"}, "local": {"max-size": "20m", "max-file": "5"}}


async def journal(look: Observer, want: Wanted) -> Part:
    """The journal is on disk, bounded (as it is by default), and reaches back as far as agreed."""
    config, directory, headers, born = await together(
        look.command(["systemd-analyze", "cat-config", "systemd/journald.conf"]),
        present(look.file(_JOURNAL)),
        look.command(["journalctl", "--header", "--no-pager"], ok=(0, 1)),
        look.file(_BORN),
    )
    settings, now = journal_settings(config.stdout), time.time()
    oldest = oldest_entry(headers.stdout, headers.stderr)
    return Part(
        {
            "storage": settings.get("Storage", "auto"),
            "SystemMaxUse": settings.get("SystemMaxUse", "default: a tenth of the disk, 4G at most"),
            "MaxRetentionSec": settings.get("MaxRetentionSec", "none"),
            "oldest entry": when(oldest),
        },
        [
            *storage_problems(settings, directory is not None),
            *reach_problems(settings, (now - oldest) / _DAY, (now - born.mtime) / _DAY, want),
        ],
    )


def journal_settings(text: str) -> dict[str, str]:
    """The settings of [Journal], as the files that systemd-analyze prints in their order leave them."""
    if not _SAYS_SETTINGS.search(text):
        raise CannotLook("malformed", "systemd-analyze printed no configuration of the journal")
    settings: dict[str, str] = {}
    section = ""
    # Each file begins anew, with an empty line and its path: journald ignores a setting above its section.
    for line in map(str.strip, _NEXT_FILE.sub("[]", text).splitlines()):
        if line.startswith("["):
            section = line
        elif "=" in line and line[0] not in "#;" and section == "[Journal]":
            name, dummy, value = line.partition("=")
            settings[name.strip()] = value.strip()
    return {name: shown(value) for name, value in settings.items() if value}


def storage_problems(settings: dict[str, str], directory: bool) -> list[str]:
    """Why the journal does not survive a restart. directory: whether the one on disk exists."""
    storage = settings.get("Storage", "auto")
    if storage not in _STORAGES:
        raise CannotLook("malformed", f"Storage={storage} is none of {', '.join(_STORAGES)}, so journald ignores it")
    if storage == "none":
        return ["the journal keeps nothing (Storage=none)"]
    if storage == "volatile" or (storage == "auto" and not directory):
        return [f"the journal is kept in memory only (Storage={storage}{'' if directory else f', no {_JOURNAL}'})"]
    return []


def reach_problems(settings: dict[str, str], reach: float, age: float, want: Wanted) -> list[str]:
    """Why the journal is not kept as agreed. reach: days back to its oldest entry. age: of the host, in days."""
    problems = []
    kept = _span(settings.get("MaxRetentionSec", "0")) / _DAY
    if 0 < kept < want.retention_days:
        problems.append(f"the journal is kept for {kept:g} days (MaxRetentionSec), not {want.retention_days}")
    if reach < want.retention_days and reach + 1 < age:
        problems.append(
            f"the journal reaches back {reach:.1f} days, not {want.retention_days}, on a host of {age:.0f} days"
        )
    if want.max_retention_days is not None and reach > want.max_retention_days:
        problems.append(f"the oldest entry of the journal is {reach:.0f} days old: it does not expire")
    return problems


def oldest_entry(headers: str, complaint: str) -> float:
    """Unix time of the oldest entry, of what journalctl tells of its files."""
    heads = [int(head, 16) / 1e6 for head in _HEAD.findall(headers)]
    if not any(heads):
        reason = "denied" if "permission" in complaint.lower() else "not_found"
        raise CannotLook(reason, f"the journal shows no entry: {shown(complaint.strip()) or 'it has no files'}")
    return min(head for head in heads if head)


def _span(text: str) -> float:
    if text == "infinity":
        return math.inf
    parts = _SPAN.findall(text)
    if "".join(f"{number}{unit}" for number, unit in parts) != re.sub(r"\s", "", text):
        raise CannotLook("malformed", f"{text} is no span of time")
    try:
        return sum(int(number) * _UNITS[unit] for number, unit in parts)
    except KeyError as error:
        raise CannotLook("malformed", f"{text} is no span of time") from error


async def container(look: Observer, want: Wanted, name: str) -> Part:
    """The engine bounds size and number of the container's log files, if it keeps them on this host."""
    told = await look.command(["docker", "inspect", "--type", "container", "--format", _INSPECT, "--", name], ok=(0, 1))
    if told.exit:
        said = shown(told.stderr.strip())
        denied, absent = "permission denied" in said, "No such" in said
        reason = "denied" if denied else "not_found" if absent else "unreachable"
        raise CannotLook(reason, f"docker inspect {name}: {said}")
    driver, options = _driver(told.stdout)
    if driver == "journald":
        kept = await journal(look, want)
        return Part({"driver": driver, **kept.actual}, kept.problems)
    if driver not in ("json-file", "local", "none"):
        raise CannotLook("not_found", f"{name} logs to {driver}, which keeps nothing on this host: look at its store")
    return Part({"driver": driver, **options}, driver_problems(name, driver, options, want))


def _driver(text: str) -> tuple[str, dict[str, str]]:
    try:
        told: dict[str, Any] = json.loads(text)
        options = {str(key): shown(str(value)) for key, value in (told["config"] or {}).items()}
        return shown(str(told["type"])), {key: options[key] for key in ("max-size", "max-file") if key in options}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CannotLook("malformed", "docker inspect printed no configuration of a log") from error


def driver_problems(name: str, driver: str, options: dict[str, str], want: Wanted) -> list[str]:
    """Why the log files of a container are not bounded, or none are kept."""
    if driver == "none":
        return [f"what {name} logs is thrown away (driver none)"]
    given = {**_DEFAULTS[driver], **options}
    if given["max-size"] == "-1":
        return [f"the log of {name} grows without bound: driver {driver} without max-size"]
    size = _SIZE.fullmatch(given["max-size"])
    if size is None or not given["max-file"].isdigit():
        raise CannotLook("malformed", f"{name}: max-size {given['max-size']}, max-file {given['max-file']}")
    megabytes = float(size[1]) * _FACTORS[size[2].lower()] / MEGABYTE
    problems = []
    if megabytes > want.max_file_megabytes:
        problems.append(f"the log files of {name} may have {megabytes:g} megabytes each")
    if int(given["max-file"]) < 2:
        problems.append(f"nothing of {name} is left when its log is full: max-file is {given['max-file']}")
    return problems
