# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of a window held against those of the same window some days ago."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.judging import each, of_union, percent
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.percentiles import percentiles
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.server import Labels, Server
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.windows import Figures, Window, over
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict


@dataclass(frozen=True, slots=True)
class Signal:
    """One of the golden signals. name: with its unit. scale: from what its expression yields to that unit.

    both: whether less than before is as bad as more. harmless: up to here it is judged by no baseline.
    """

    name: str
    query: str
    scale: Callable[[float], float]
    both: bool = False
    harmless: str = ""

    def seen(self, now: float, before: float, want: Wanted) -> Seen:
        """Both figures, and whether they are further apart than they may be."""
        new, old, most = self.scale(now), self.scale(before), want.max_ratio_percent / 100
        actual = {self.name: round(new, 4), "baseline": round(old, 4)}
        told = f"{self.name}: {new:.4g}, {want.baseline_days} days before {old:.4g}"
        if self.harmless and new <= want[self.harmless]:
            return actual, []
        if old <= 0 and new > 0:
            return actual, [f"{told}, which was nothing"]
        grown = new > old * most
        shrunk = self.both and new * most < old
        return actual, [f"{told}, more than {want.max_ratio_percent:g} % apart"] if grown or shrunk else []


SIGNALS: Mapping[str, Signal] = {
    "errors": Signal("failed, %", "error_query", percent, harmless="max_error_percent"),
    "latency": Signal("slow response, ms", "latency_query", lambda ms: ms),
    "traffic": Signal("requests", "requests_query", lambda count: count, both=True),
    "saturation": Signal("processor, %", "cpu_query", percent),
}


async def compared(server: Server, window: Window, signal: str, want: Wanted) -> list[Verdict]:
    """A verdict on each series of a signal."""
    known, back = SIGNALS[signal], f"{want.baseline_days}d"
    now, before = await together(
        _figures(server, window, signal, want, ""),
        _figures(server, window, signal, want, back),
    )

    def seen(labels: Labels) -> Seen:
        return known.seen(now.of(labels), before.of(labels), want)

    expected = f"{known.name} within {want.max_ratio_percent:g} % of {want.baseline_days} days before"
    return each(expected, of_union(now, before), seen, prefix=signal)


async def _figures(server: Server, window: Window, signal: str, want: Wanted, back: str) -> Figures:
    asked: Awaitable[Figures] = over(server, want[SIGNALS[signal].query], window, back)
    if signal != "latency":
        return await asked
    found = await percentiles(asked, over(server, want.requests_query, window, back))
    beyond = {
        labels: CannotLook("malformed", "p95 is beyond the largest bucket")
        for labels, one in found.found.items()
        if one.beyond
    }
    return Figures(
        {labels: one.ms for labels, one in found.found.items() if labels not in beyond}, {**found.errors, **beyond}
    )
