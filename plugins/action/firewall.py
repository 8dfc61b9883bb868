# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that a host's firewall lets in what is declared, and nothing else, now and after a reboot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter import boot, running
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.boot import Loader
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.model import (
    Opening,
    by_family,
    opening_problems,
)
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ports import Ports, declared
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, judge, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

# The answers of DHCP servers to the host's own client (RFC 2131 §4.1, RFC 8415 §7.2).
_DHCP_CLIENT = (Ports("udp", 68, 68), Ports("udp", 546, 546))


class ActionModule(Verifier):
    """Work out which new connections the rules let in, whichever tool made them."""

    @proves("host.firewall")
    async def firewall(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Only the declared ports are accepted over each family; the rules that load at boot say the same."""
        allow = declared("allow", want.need("allow"))
        rules, loaders = await together(running.running(look), attempt(_boot(look, want)))
        expected = f"by default deny; accept {', '.join(map(str, allow))}"
        found = _wanted_families(rules.openings(want.interfaces), want)
        verdicts = [
            judge(
                expected=expected,
                actual=by_family(found),
                problems=opening_problems(found, allow, _tolerated(want)),
                subject="now",
            )
        ]
        if want.persistent:
            verdicts.append(_after_a_reboot(expected, loaders, allow, want))
        return verdicts


async def _boot(look: Observer, want: Wanted) -> list[Loader]:
    return await boot.loaders(look) if want.persistent else []


def _after_a_reboot(
    expected: str, loaders: Sequence[Loader] | CannotLook, allow: Sequence[Ports], want: Wanted
) -> Verdict:
    """One loader that loads what is wanted is enough; one that nobody could read counts when there is no such."""
    subject = "after a reboot"
    if isinstance(loaders, CannotLook):
        return unseen(loaders, expected=expected, subject=subject)
    problems: list[str] = []
    unread: list[str] = []
    actual: dict[str, Any] = {}
    for loader in loaders:
        try:
            wrong, actual[loader.name] = _of_loader(loader, allow, want)
        except CannotLook as reason:
            unread.append(f"{loader.name}: could not look: {reason}")
            continue
        if not wrong:
            return judge(expected=expected, actual={loader.name: actual[loader.name]}, problems=[], subject=subject)
        problems += [f"{loader.name}: {problem.removeprefix(loader.name + ' ')}" for problem in wrong]
    if unread:
        return Verdict(Status.ERROR, expected, actual, "; ".join(unread), subject)
    return judge(
        expected=expected,
        actual=actual,
        problems=problems or ["nothing is installed that would load firewall rules at boot"],
        subject=subject,
    )


def _of_loader(loader: Loader, allow: Sequence[Ports], want: Wanted) -> tuple[list[str], Any]:
    """What is wrong with what a loader does, and what it does."""
    if loader.unread:
        raise loader.unread
    if loader.rules is None:
        return [*loader.problems, *([loader.off] if loader.off else [])], loader.off or "the same as now"
    found = _wanted_families(loader.rules.openings(want.interfaces), want)
    return opening_problems(found, allow, _tolerated(want)), by_family(found)


def _wanted_families(found: Sequence[Opening], want: Wanted) -> list[Opening]:
    return [opening for opening in found if want.ipv6 or opening.family == "ipv4"]


def _tolerated(want: Wanted) -> Sequence[Ports]:
    return _DHCP_CLIENT if want.dhcp_client else ()
