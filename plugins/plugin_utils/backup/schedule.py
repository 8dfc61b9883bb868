# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes backups run by themselves: a systemd timer or a cron entry."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.cron import longest_pause
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import (
    HOUR,
    Repository,
    freshness_problems,
    seen,
    when,
)
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CronEntry, Timer, UnitFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.schedules import cron_problems, timer_problems

_SYSTEMD_RUNS = "/run/systemd/system"
_CRON_SERVICES = ("cron.service", "crond.service", "cronie.service")


async def timer_part(look: Observer, want: Wanted, name: str, on_failure: str | None, now: float) -> Part:
    """The timer of this name, or the one that starts the service of this name; and whom its failure alerts."""
    asked = name if "." in name else f"{name}.timer"
    timer = next((each for each in (await look.timers()).timers if asked in (each.name, each.unit)), None)
    if timer is None:
        return Part({"timer": asked}, [f"there is no timer {asked}"])
    problems = [*timer_problems(timer), *due_problems(timer, want, now)]
    actual = {
        "timer": timer.name,
        "enabled": timer.enabled,
        "active": timer.active,
        "last": timer.last and when(timer.last),
        "result": timer.result,
        "exit": timer.exit,
        "next": timer.next and when(timer.next),
    }
    if not on_failure:
        return Part(actual, problems)
    alert = await _alert_part(look, str(timer.unit), on_failure)
    return Part({**actual, **alert.actual}, [*problems, *alert.problems])


async def cron_part(look: Observer, want: Wanted, text: str, repository: Awaitable[Repository], now: float) -> Part:
    """The cron entries whose command contains a text. Cron keeps no record of how a run ended; its copy is one."""
    fact, systemd, copies, *services = await together(
        look.crontabs(),
        present(look.file(_SYSTEMD_RUNS)),
        repository,
        *(attempt(look.unit(name)) for name in _CRON_SERVICES),
    )
    entries = [entry for entry in fact.entries if text in entry.command]
    problems = cron_problems(entries, fact, text, systemd is not None)
    if not problems:
        problems = [
            *pause_problems([entry for entry in entries if entry.runnable], want),
            *_service_problems([service for service in services if isinstance(service, UnitFact)]),
            *freshness_problems(copies, want, now, want.max_age_hours),
        ]
    told = [f"{entry.schedule} {entry.user} {entry.command[:200]} ({entry.source})" for entry in entries[:10]]
    return Part({"cron": told, **seen(copies, now)}, problems)


def due_problems(timer: Timer, want: Wanted, now: float) -> list[str]:
    """Why a timer does not run often enough."""
    hours = want.max_age_hours + want.grace_hours
    problems = []
    if timer.last is not None and now - timer.last > hours * HOUR:
        problems.append(f"{timer.name} last ran {(now - timer.last) / HOUR:.0f} h ago")
    if timer.next is not None and timer.next - now > hours * HOUR:
        problems.append(f"{timer.name} next runs in {(timer.next - now) / HOUR:.0f} h")
    return problems


def pause_problems(entries: Sequence[CronEntry], want: Wanted) -> list[str]:
    """Why no entry runs often enough."""
    pauses = []
    for entry in entries:
        try:
            pauses.append(longest_pause(entry.schedule))
        except ValueError as error:
            raise CannotLook("malformed", f"{entry.source}: {error}") from error
    known = [pause for pause in pauses if pause is not None]
    if known and min(known) <= want.max_age_hours + want.grace_hours:
        return []
    return [f"cron pauses it for {min(known):.0f} h" if known else "cron does not run it every day"]


def _service_problems(services: Sequence[UnitFact]) -> list[str]:
    """Where systemd runs, one of the services that go by cron's names must be active; elsewhere the copies speak."""
    if not services or any(service.active == "active" for service in services):
        return []
    return [f"{service.name} is {service.active}" for service in services]


async def _alert_part(look: Observer, unit: str, on_failure: str) -> Part:
    asked = on_failure if "." in on_failure else f"{on_failure}.service"
    shown, alert = await together(
        look.command(["systemctl", "show", "--property=OnFailure", "--value", "--", unit]), present(look.unit(asked))
    )
    problems = [] if alert else [f"there is no unit {asked}"]
    if asked not in shown.stdout.split():
        problems.append(f"{unit} does not start {asked} on failure, but {shown.stdout.strip() or 'nothing'}")
    return Part({"on_failure": shown.stdout.strip()}, problems)


def one_of(schedule: dict[str, str | None]) -> tuple[str, str]:
    """The one kind of schedule that is declared, and its name or text; NotAsked when it is none or two."""
    given = [(kind, str(schedule[kind])) for kind in ("timer", "cron") if schedule.get(kind)]
    if len(given) != 1:
        raise NotAsked("option schedule needs either timer or cron")
    if given[0][0] == "cron" and schedule.get("on_failure"):
        raise NotAsked("option schedule.on_failure speaks of a timer's unit, not of cron")
    return given[0]
