# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove what logs hold, that they are kept and bounded, and that they arrive. No word of them leaves the host."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.facts import ScanFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.logs import content, files, keepers, queues, shipping
from ansible_collections.golive.verify.plugins.plugin_utils.logs.sources import Source, each
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import alone, proven
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Read every declared log once, where it lies, and judge the counts that come back."""

    @proves("logs.no_sensitive_data")
    async def no_sensitive_data(self, look: Observer, want: Wanted) -> list[Verdict]:
        """A day of each log holds no credentials and no personal data."""
        return await _judged(look, want, content.harmless)

    @proves("logs.structured")
    async def structured(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Lines are entries with time, level and message, errors say where they come from, debugging is off."""
        return await _judged(look, want, content.structured)

    @proves("logs.quiet")
    async def quiet(self, look: Observer, want: Wanted) -> list[Verdict]:
        """No warning or error in a day of each log is unexplained."""
        return await _judged(look, want, content.quiet)

    @proves("logs.rotation")
    async def rotation(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each log is bounded by who keeps it, has really been rotated, and reaches back as agreed."""

        async def kept(source: Source) -> Verdict:
            if source.kind == "file":
                parts = [files.planned(look, want, source), files.scheduled(look, want)]
            else:
                parts = [
                    keepers.journal(look, want) if source.kind == "unit" else keepers.container(look, want, source.name)
                ]
            most = "" if want.max_retention_days is None else f" and at most {want.max_retention_days}"
            expected = f"rotated, files <= {want.max_file_megabytes} MB, kept for {want.retention_days}{most} days"
            return await proven(expected, *parts, subject=source.name)

        return await each(want, kept)

    @proves("logs.shipped")
    async def shipped(self, look: Observer, want: Wanted) -> list[Verdict]:
        """What is logged here is in the store; or, on the store's machine, what others log has arrived."""
        if want.received:
            return await together(*(_received(look, want, options) for options in want.received))
        want.need("store")

        async def arrived(source: Source) -> Verdict:
            expected = f"the newest line is in {want.store['type']} within {want.max_delay_minutes:g} min"
            parts = [shipping.arrived(look, want, source)]
            if want.shipper:
                expected += ", shipper active and without complaints"
                parts.append(shipping.shipping(look, want))
            if want.shipper and want.shipper["queue"]:
                expected += f", its queue <= {want.shipper['queue']['max_megabytes']:g} MB"
                parts += [queues.named(look, want), queues.held(look, want)]
            return await proven(expected, *parts, subject=source.name)

        return await each(want, arrived)


async def _judged(
    look: Observer, want: Wanted, judging: Callable[[ScanFact, Source, Wanted], Verdict]
) -> list[Verdict]:
    async def judged(source: Source) -> Verdict:
        return judging(await source.scan(look, want), source, want)

    return await each(want, judged)


async def _received(look: Observer, want: Wanted, options: Mapping[str, Any]) -> Verdict:
    name, dummy = shipping.sender(options)
    part: Awaitable[Any] = shipping.received(look, want, options)
    return await alone(f"a line within {want.max_delay_minutes:g} min", part, subject=name)
