# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove what every host owes whatever runs on it: patches, a watch, narrow files, a right clock, closed SSH, room."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Sequence

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline import (
    apt,
    clock,
    detection,
    dnf,
    headroom,
    permissions,
    ssh,
)
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, alone, proven
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Look at one host from the inside."""

    @proves("host.security_updates")
    async def security_updates(self, look: Observer, want: Wanted) -> Verdict:
        """Security updates are known, installed in time, by the host itself where so wanted, and what is new runs."""
        now = time.time()
        by_apt = [part(look, want, now) for part in (apt.pending, apt.sources, apt.automatic, apt.reboot)]
        by_dnf = [part(look, want, now) for part in (dnf.pending, dnf.automatic, dnf.reboot)]
        return await proven(
            f"no security update or reboot waits for more than {want.max_pending_days:g} days"
            + (", and the host installs them by itself" if want.automatic else ""),
            _package_manager(look),
            *(_where(look, apt.TOOL, part) for part in by_apt),
            *(_where(look, dnf.TOOL, part, unless=apt.TOOL) for part in by_dnf),
        )

    @proves("host.intrusion_detection")
    async def intrusion_detection(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each declared agent runs, has rules, and has been heard of lately."""
        agents: Sequence[str] = want.need("agents")
        verdicts: list[Verdict] = await together(*(_watch(look, want, agent) for agent in dict.fromkeys(agents)))
        return verdicts

    @proves("host.file_permissions")
    async def file_permissions(self, look: Observer, want: Wanted) -> Verdict:
        """The declared files and those of the system belong to whom they must, with modes as narrow as they must be."""
        rules = [permissions.Rule.of(given) for given in want.need("files")]
        return await proven(
            "owners and modes as declared; nothing that everybody may write, no secret that everybody may read",
            permissions.system(look),
            *(permissions.declared(look, rule) for rule in rules),
            *(permissions.tree(look, tree, want.secret_names) for tree in want.trees),
        )

    @proves("host.clock")
    async def clock(self, look: Observer, want: Wanted) -> Verdict:
        """One time service keeps the clock in step, and the time zone is the one decided on."""
        return await proven(
            f"one time service, within {want.max_offset_ms:g} ms of its sources; time zone {want.timezone}",
            clock.service(look, want, time.time()),
            clock.agreement(look),
            clock.zone(look, want.timezone),
        )

    @proves("host.ssh")
    async def ssh(self, look: Observer, want: Wanted) -> Verdict:
        """The daemon that runs lets nobody in by password, nor root other than is allowed, nor by weak algorithms."""
        return await proven(
            f"no way in by password; PermitRootLogin {want.permit_root_login} or stricter; "
            f"maxauthtries <= {want.max_auth_tries}; no weak algorithms; sshd runs with this configuration",
            ssh.policy(look, want),
            ssh.blocks(look, want),
            ssh.current(look, want),
        )

    @proves("host.headroom")
    async def headroom(self, look: Observer, want: Wanted) -> Verdict:
        """Every file system that can fill up has room."""
        fact = await look.mounts()
        found = headroom.writable(fact, want.ignore_mounts)
        in_bytes, in_inodes = want.min_disk_free_percent, want.min_inodes_free_percent
        problems = headroom.room_problems(found, in_bytes, in_inodes)
        silent = headroom.unread(fact, want.ignore_mounts)
        if silent and not problems:
            raise silent
        return judge(
            expected=f"free: >= {in_bytes:g} % of bytes and >= {in_inodes:g} % of inodes",
            actual=headroom.shown_room(found),
            problems=problems,
        )


async def _package_manager(look: Observer) -> Part:
    found = await together(*(present(look.file(tool)) for tool in (apt.TOOL, dnf.TOOL)))
    if not any(found):
        raise CannotLook("missing_tool", "neither apt nor dnf is installed: nothing tells which updates there are")
    return Part({}, [])


async def _where(look: Observer, tool: str, part: Awaitable[Part], unless: str = "") -> Part:
    """A part that speaks only of hosts with a tool; asked along with the question whether they have it."""
    has, other, seen = await together(
        present(look.file(tool)), present(look.file(unless)) if unless else _nothing(), attempt(part)
    )
    if has is None or other is not None:
        return Part({}, [])
    if isinstance(seen, CannotLook):
        raise seen
    return seen  # type: ignore[no-any-return]


async def _nothing() -> None:
    return None


async def _watch(look: Observer, want: Wanted, agent: str) -> Verdict:
    expected = f"{agent} runs, starts at boot, has rules, heard of within {want.max_silence_hours:g} h"
    return await alone(expected, *detection.AGENTS[agent](look, want), subject=agent)
