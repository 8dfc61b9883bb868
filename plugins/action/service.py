# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that services return by themselves and that workers do their work, as what supervises them tells it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, alone
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.service import (
    containers,
    cron,
    pm2,
    process,
    supervisor,
    units,
)
from ansible_collections.golive.verify.plugins.plugin_utils.service.model import Found
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

Entry = Mapping[str, Any]

_KINDS: Mapping[str, Callable[[Observer, Wanted, Entry], Awaitable[Found]]] = {
    "unit": units.service,
    "timer": units.timer,
    "cron": cron.job,
    "supervisor": supervisor.program,
    "pm2": pm2.app,
    "container": containers.container,
}
_ONCE = ("timer", "cron")


class ActionModule(Verifier):
    """Ask each service's own supervisor: what runs without one runs until it does not."""

    @proves("service.restart_policy")
    async def restart_policy(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each service runs, without crashing again and again, and returns after a crash and a reboot."""
        return await together(*(_returns(look, want, entry) for entry in _entries(want)))

    @proves("workers.running")
    async def running(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each worker runs the released code and did something lately."""
        return await together(*(_works(look, want, entry) for entry in _workers(want)))


def _entries(want: Wanted) -> list[Entry]:
    """The declared services; NotAsked where one is not declared wholly."""
    entries: list[Entry] = want.need("services")
    for entry in entries:
        kind = _kind(entry)
        if kind == "pm2" and not entry["user"]:
            raise NotAsked(f"option services: pm2 {entry['pm2']} needs the user whose PM2 it is")
        if kind == "timer" and entry["user"]:
            raise NotAsked("option services: a timer has no process whose user could be seen")
    return entries


def _workers(want: Wanted) -> list[Entry]:
    """Those of the declared services that have a period."""
    workers = [entry for entry in _entries(want) if entry["period"]]
    if not workers:
        raise NotAsked("no entry of option services has a period, as workers have")
    for entry in workers:
        if not entry["heartbeat_file"] and not entry["timer"]:
            raise NotAsked("option services: of all workers only timers tell of their last job: name a heartbeat_file")
        if _has_release(entry):
            want.need("release")
    return workers


async def _returns(look: Observer, want: Wanted, entry: Entry) -> Verdict:
    kind, find = _kind(entry), _finder(look, want, entry)
    expected = {
        "timer": "a timer that is enabled and active, whose last run succeeded",
        "cron": "an entry that cron runs, and cron started at boot",
    }.get(
        kind,
        f"up for >= {want.min_uptime_seconds} s, <= {want.max_restarts} restarts, restarted after a crash and at boot",
    )
    return await _verdict(expected, entry, _state(find, leaving=True), *_owner(look, find, entry))


async def _works(look: Observer, want: Wanted, entry: Entry) -> Verdict:
    find = _finder(look, want, entry)
    parts = [_state(find, leaving=False), process.busy(look, find, entry), *_owner(look, find, entry)]
    expected = f"running, last job at most {entry['period']} s ago"
    if _has_release(entry):
        parts.append(process.release(look, find, want.release, entry["release_file"]))
        expected += f", of release {want.release}"
    return await _verdict(expected, entry, *parts)


async def _state(find: process.Find, leaving: bool) -> Part:
    found = await find()
    return Part(found.actual, [*found.faults, *(found.leaving if leaving else ())])


def _owner(look: Observer, find: process.Find, entry: Entry) -> list[Awaitable[Part]]:
    return [process.owner(look, find, entry["user"])] if entry["user"] else []


async def _verdict(expected: str, entry: Entry, *parts: Awaitable[Part]) -> Verdict:
    """One verdict on one service: what cannot be seen of it says nothing of the others."""
    kind = _kind(entry)
    return await alone(expected, *parts, subject=f"{kind} {entry[kind]}")


def _has_release(entry: Entry) -> bool:
    """Whether it must be seen which release runs: what is started anew for each job runs what is installed."""
    return _kind(entry) not in _ONCE or bool(entry["release_file"])


def _finder(look: Observer, want: Wanted, entry: Entry) -> process.Find:
    return partial(_KINDS[_kind(entry)], look, want, entry)


def _kind(entry: Entry) -> str:
    kinds = [kind for kind in _KINDS if entry[kind]]
    if len(kinds) != 1:
        raise NotAsked(
            f"an entry of option services needs one of {', '.join(_KINDS)}, not {' and '.join(kinds) or 'none'}"
        )
    return kinds[0]
