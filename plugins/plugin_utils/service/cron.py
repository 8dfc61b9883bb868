# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs of cron."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.facts import UnitFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.schedules import cron_problems
from ansible_collections.golive.verify.plugins.plugin_utils.service.model import Found, Process
from ansible_collections.golive.verify.plugins.plugin_utils.service.units import boot_problems
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_DAEMONS = ("cron.service", "crond.service", "cronie.service")
_SHOWN = 5


async def job(look: Observer, _want: Wanted, entry: Mapping[str, Any]) -> Found:
    """The entries of all crontabs whose command contains a text, and the daemon that runs them."""
    text = entry["cron"]
    fact, *units = await together(look.crontabs(), *(present(look.unit(name)) for name in _DAEMONS))
    entries = [each for each in fact.entries if text in each.command]
    daemons = [unit for unit in units if unit is not None]
    return Found(
        {"entries": [f"{each.schedule} {each.user} ({each.source})" for each in entries[:_SHOWN]]},
        [*cron_problems(entries, fact, text, systemd=True), *_stopped(daemons)],
        min(map(boot_problems, daemons), key=len, default=[]),
        [Process(f"the cron entry of {shown(each.source)}", user=each.user) for each in entries if each.runnable],
    )


def _stopped(daemons: list[UnitFact]) -> list[str]:
    if not daemons:
        return ["no cron is installed as a service, so nothing starts it"]
    if any(unit.active == "active" for unit in daemons):
        return []
    return [f"{unit.name} is {unit.active}, so cron runs nothing" for unit in daemons]
