# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what is logged here arrives elsewhere. Nothing is written: what is there already must have arrived."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import ScanFact, UnitFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.logs import stores
from ansible_collections.golive.verify.plugins.plugin_utils.logs.sources import (
    HOUR,
    MEGABYTE,
    Source,
    counted,
    told,
    when,
)
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part

_MINUTE = 60
# What shippers say of a store that does not take what they send, in the words of those in shippers.yml.
_COMPLAINTS = (
    r"(?i)\b(?:status|code|http|error)\W{0,4}\s?(?:401|403|407|413|429|5\d\d)\b|unauthori[sz]ed|forbidden"
    r"|(?:connection|connect)\W{0,3}\s?(?:was )?(?:refused|reset)|refused|\bsuspended\b|time[d ]{0,2}out|cannot connect"
    r"|(?:failed|unable|error) (?:to )?(?:flush|send|connect|deliver|publish|upload)|could not (?:send|connect|upload)"
    r"|no such host|name resolution|handshake (?:failed|failure)|certificate (?:verify|has expired)"
)


async def arrived(look: Observer, want: Wanted, source: Source) -> Part:
    """The newest line here is in the store, or one that is not much older."""
    if not source.query:
        raise NotAsked(f"option query is not given for {source.name} of sources")
    here, there = await together(source.scan(look, want), stores.newest(look, want, source))
    written = newest_of(here, source.name, want)
    return Part(
        {"newest here": when(written), "newest in the store": when(there)},
        delay_problems(source.name, written, there, want),
    )


def newest_of(fact: ScanFact, name: str, want: Wanted) -> float:
    """When the last line was written; a log without one is CannotLook.

    Of a file that is the time of its writing: a line may state that of another zone.
    """
    newest = fact.modified if fact.modified is not None else fact.newest
    if not fact.lines or newest is None:
        raise CannotLook("not_found", f"{name} has no line within {want.window_hours:g} h, so none could arrive")
    return newest


def delay_problems(name: str, here: float, there: float | None, want: Wanted) -> list[str]:
    """Why what was written here has not arrived. Unix times; there: None when the store has nothing of it."""
    if there is None:
        return [f"nothing of {name} is in the store within {want.window_hours:g} h"]
    minutes = (here - there) / _MINUTE
    return [f"the store is {minutes:.0f} min behind {name}"] if minutes > want.max_delay_minutes else []


async def received(look: Observer, want: Wanted, options: Mapping[str, Any]) -> Part:
    """On the machine that receives: the newest line of one sender is not old."""
    name, place = sender(options)
    fact = await look.scan(**place, window=want.window_hours * HOUR, limit=want.max_scan_megabytes * MEGABYTE)
    newest = newest_of(fact, name, want)
    minutes = (time.time() - newest) / _MINUTE
    problems = [f"the last line of {name} came {minutes:.0f} min ago"] if minutes > want.max_delay_minutes else []
    return Part({"lines": fact.lines, "newest": when(newest)}, problems)


def sender(options: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """What a sender is called, and where its lines are; NotAsked when that is in no place or in two."""
    if bool(options.get("file")) == bool(options.get("hostname")):
        raise NotAsked("each of received needs either file or hostname")
    if options.get("file"):
        return str(options["file"]), {"path": options["file"]}
    return str(options["hostname"]), {
        "journal": [f"_HOSTNAME={options['hostname']}"],
        "directory": options["directory"],
    }


async def shipping(look: Observer, want: Wanted) -> Part:
    """The shipper runs, is told to send something away, and has lately not complained of a store."""
    known = shippers()[want.shipper["name"]]
    name = str(want.shipper["unit"] or known["unit"])
    configs = want.shipper["config"] or known["config"]
    unit, log, *files = await together(
        present(look.unit(name)),
        _complaints(look, want, name),
        *(attempt(_sends(look, path, known["sends"])) for path in configs),
    )
    found = [each for each in files if isinstance(each, ScanFact)]
    hidden = [each for each in files if isinstance(each, CannotLook) and each.reason != "not_found"]
    sends = [finding for each in found for finding in each.findings]
    if hidden and not sends:
        raise hidden[0]
    problems = unit_problems(name, unit)
    if not sends:
        problems.append(f"the configuration of {want.shipper['name']} sends nothing away")
    problems += [f"{name} complains of its store: {told(each)}" for each in log.findings]
    return Part(
        {
            "shipper": None if unit is None else f"{unit.name} ({unit.active}, {unit.enabled})",
            "sends": [place for each in sends for place in each.places][:3],
            "complaints": counted(log.findings),
        },
        problems,
    )


def unit_problems(name: str, unit: UnitFact | None) -> list[str]:
    """Why a shipper does not run, or would not after the next boot."""
    if unit is None:
        return [f"there is no unit {name}"]
    problems = [] if unit.active == "active" else [f"{name} is {unit.active}"]
    return problems if unit.enabled == "enabled" else [*problems, f"{name} is {unit.enabled or 'not enabled'} at boot"]


def _complaints(look: Observer, want: Wanted, unit: str) -> Look[ScanFact]:
    full = unit if "." in unit else f"{unit}.service"
    pattern = {"name": "complaint", "regex": _COMPLAINTS}
    return look.scan(journal=[f"_SYSTEMD_UNIT={full}"], window=2 * want.max_delay_minutes * _MINUTE, patterns=[pattern])


def _sends(look: Observer, path: str, regex: str) -> Look[ScanFact]:
    return look.scan(path=path, rotated=False, patterns=[{"name": "sends", "regex": regex}])


@cache
def shippers() -> Mapping[str, Any]:
    """The programs that are known to carry logs away, by name."""
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "shippers.yml").read_text(encoding="utf-8"))
    return found
