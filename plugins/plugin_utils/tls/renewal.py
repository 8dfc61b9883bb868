# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what renews certificates on a host: a systemd timer, a service, or a cron entry."""

from __future__ import annotations

from datetime import UTC, datetime

from ansible_collections.golive.verify.plugins.plugin_utils.facts import Timer, UnitFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.schedules import cron_problems, timer_problems

_SYSTEMD_RUNS = "/run/systemd/system"


async def unit_verdict(look: Observer, name: str, subject: str) -> Verdict:
    """The timer of this name, or the one that starts the service of this name, or the service itself."""
    asked = name if "." in name else f"{name}.service"
    fact, unit = await together(look.timers(), present(look.unit(asked)))
    timer = next((each for each in fact.timers if asked in (each.name, each.unit)), None)
    if timer is not None:
        expected, actual, problems = "enabled, active, last run successful", _told(timer), timer_problems(timer)
    elif unit is not None:
        expected, problems = "started by a timer, or enabled and running", service_problems(unit)
        actual = {"unit": unit.name, "enabled": unit.enabled, "active": unit.active, "result": unit.result}
    else:
        expected, actual, problems = f"{asked} renews the certificate", None, [f"there is no {asked}"]
    return judge(expected=expected, actual=actual, problems=problems, subject=subject)


async def cron_verdict(look: Observer, text: str, subject: str) -> Verdict:
    """The cron entries whose command contains a text."""
    fact, systemd = await together(look.crontabs(), present(look.file(_SYSTEMD_RUNS)))
    entries = [entry for entry in fact.entries if text in entry.command]
    return judge(
        expected=f"cron runs a command with {text}",
        actual=[f"{entry.schedule} {entry.user} {entry.command[:200]} ({entry.source})" for entry in entries],
        problems=cron_problems(entries, fact, text, systemd is not None),
        subject=subject,
    )


def service_problems(unit: UnitFact) -> list[str]:
    """Why a service that no timer starts does not prove that it renews by itself."""
    problems = []
    if unit.active != "active":
        problems.append(f"no timer starts {unit.name}, and it is {unit.active}")
    if unit.enabled != "enabled":
        problems.append(f"{unit.name} is {unit.enabled or 'not enabled'}, so it is not started at boot")
    if unit.result not in (None, "success"):
        problems.append(f"{unit.name} ended with {unit.result}")
    return problems


def _told(timer: Timer) -> dict[str, str | int | None]:
    def when(seconds: float | None) -> str | None:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")

    return {
        "timer": timer.name,
        "enabled": timer.enabled,
        "active": timer.active,
        "last": when(timer.last),
        "next": when(timer.next),
        "result": timer.result,
        "exit": timer.exit,
    }
