# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services and timers of systemd, and the units that start other supervisors at boot."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import UnitFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.schedules import timer_problems
from ansible_collections.golive.verify.plugins.plugin_utils.service.model import (
    Found,
    Process,
    loop_problems,
    pause_problems,
    up_problems,
)

# What of Restart= brings back a process that crashed or was killed.
_RETURNING = ("always", "on-failure")


async def service(look: Observer, want: Wanted, entry: Mapping[str, Any]) -> Found:
    """A service of systemd, also an instance of a template."""
    name = entry["unit"]
    unit = await present(look.unit(name))
    if unit is None:
        return Found({}, [f"there is no unit {name}, so nothing supervises it"])
    actual = {
        "state": f"{unit.active} ({unit.sub})",
        "enabled": unit.enabled,
        "restart": unit.restart_policy,
        "restarts": unit.restarts,
    }
    process = Process(unit.name, unit.pid, unit.started)
    return Found(actual, run_problems(unit, want, time.time()), return_problems(unit, want), [process])


def run_problems(unit: UnitFact, want: Wanted, now: float) -> list[str]:
    """Why a unit does not run, or does not run for good."""
    if unit.active != "active":
        ended = f", its last run ended with {unit.result}" if unit.result not in (None, "success") else ""
        return [
            f"{unit.name} is {unit.active} ({unit.sub}){ended}",
            *loop_problems(unit.name, unit.restarts or 0, want),
        ]
    if unit.sub != "running":
        return [f"{unit.name} is active ({unit.sub}): no process of it runs"]
    if unit.restarts is None:
        raise CannotLook("missing_tool", f"this systemd does not count the restarts of {unit.name}")
    return [*up_problems(unit.name, unit.started, now, want), *loop_problems(unit.name, unit.restarts, want)]


def return_problems(unit: UnitFact, want: Wanted) -> list[str]:
    """Why a unit would not return after a crash or a reboot."""
    problems = boot_problems(unit)
    if unit.restart_policy not in _RETURNING:
        return [*problems, f"{unit.name} has Restart={unit.restart_policy or 'no'}, not {' or '.join(_RETURNING)}"]
    return [*problems, *pause_problems(unit.name, unit.restart_seconds, want)]


def boot_problems(unit: UnitFact) -> list[str]:
    """Why a unit is not started at boot."""
    if unit.enabled == "enabled":
        return []
    return [f"{unit.name} is {unit.enabled or 'not enabled'}, so it is not started at boot"]


async def supervisor_at_boot(look: Observer, names: Sequence[str], what: str) -> list[str]:
    """Why the first of these units that exists does not start a supervisor at boot, and whether it does now."""
    units = [unit for unit in await together(*(present(look.unit(name)) for name in names)) if unit is not None]
    if not units:
        return [f"no unit starts {what} at boot: there is no {' or '.join(names)}"]
    return min((boot_problems(unit) for unit in units), key=len)


async def timer(look: Observer, _want: Wanted, entry: Mapping[str, Any]) -> Found:
    """A timer of this name, or the one that starts the service of this name."""
    name = entry["timer"]
    asked = name if "." in name else f"{name}.timer"
    found = next((each for each in (await look.timers()).timers if asked in (each.name, each.unit)), None)
    if found is None:
        return Found({}, [f"there is no timer {asked}, so nothing starts it"])
    actual = {"state": found.active, "enabled": found.enabled, "result": found.result, "exit": found.exit}
    return Found(actual, timer_problems(found), last=found.last)
