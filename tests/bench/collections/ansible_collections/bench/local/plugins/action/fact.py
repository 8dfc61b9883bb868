# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove one fact of a host: the least that a verifier can be, and in a collection of its own."""

from __future__ import annotations

from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """A file's mode, a listening port, a running unit, or a command that ends well."""

    def target(self, want: Wanted) -> str:
        """The thing that the fact is about."""
        return str(want.file or want.unit or want.port or " ".join(want.command))

    @proves("bench.fact")
    async def fact(self, look: Observer, want: Wanted) -> Verdict:
        """Whichever fact the options name."""
        if want.file:
            return _same(want.mode, (await look.file(want.file)).mode)
        if want.port:
            seen = await look.sockets()
            return _same(want.listening, any(s.port == want.port and s.protocol == "tcp" for s in seen.sockets))
        if want.unit:
            unit = await present(look.unit(want.unit))
            return _same(want.active, unit is not None and unit.active == "active")
        return _same(0, (await look.command(want.command)).exit)


def _same(wanted: object, seen: object) -> Verdict:
    return judge(expected=str(wanted), actual=seen, problems=[] if seen == wanted else [f"it is {seen}"])
