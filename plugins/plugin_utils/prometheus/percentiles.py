# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The 95th percentile of durations, from the buckets of a histogram or as an expression gives it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.server import Labels
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.windows import Figures, named

P95 = 0.95


@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile in milliseconds, of so many measured. beyond: it is more than ms, the largest bucket there is."""

    ms: float
    count: float
    beyond: bool = False

    def problems(self, limit: float) -> list[str]:
        """Why it is not within a limit; CannotLook where the buckets do not tell."""
        if self.beyond and self.ms < limit:
            why = f"it is more than {self.ms:g} ms, the largest bucket; {limit:g} ms takes larger ones"
            raise CannotLook("malformed", f"the histogram does not tell p95: {why}")
        if self.ms > limit or self.beyond:
            return [f"p95 is {'more than ' if self.beyond else ''}{self.ms:.4g} ms, over {limit:g} ms"]
        return []

    @property
    def actual(self) -> Mapping[str, object]:
        """For people, and for the chart of the report."""
        beside = {"beyond the largest bucket": True} if self.beyond else {}
        return {"p95_ms": round(self.ms, 2), "measured": math.floor(self.count), **beside}


@dataclass(frozen=True, slots=True)
class Percentiles:
    """The percentile of each series, by its labels without the bound of a bucket, or why there is none."""

    found: Mapping[Labels, Percentile]
    errors: Mapping[Labels, CannotLook]

    @property
    def labels(self) -> list[Labels]:
        """Of all series, whether they can be judged or not."""
        return sorted({*self.found, *self.errors})

    def of(self, labels: Labels) -> Percentile:
        """The percentile of one series; CannotLook where there is none."""
        if labels in self.errors:
            raise self.errors[labels]
        return self.found[labels]


async def percentiles(durations: Awaitable[Figures], counts: Awaitable[Figures] | None) -> Percentiles:
    """Percentiles of what are counts by upper bounds (label le), else those that the expression gave, in seconds.

    counts: how many were measured, by the same labels, where no buckets tell it.
    """
    figures, counted = await together(durations, attempt(counts or _uncounted()))
    if any(name == "le" for labels in figures.labels for name, dummy in labels):
        return _of_buckets(figures)
    if isinstance(counted, CannotLook):
        raise counted
    found, errors = {}, dict(figures.errors)
    for labels, seconds in figures.values.items():
        try:
            found[labels] = _given(seconds, counted.of(labels))
        except CannotLook as reason:
            errors[labels] = reason
    return Percentiles(found, errors)


async def _uncounted() -> Figures:
    raise CannotLook("not_found", "nothing says how many were measured: give buckets, or an expression that counts")


def _given(seconds: float, count: float) -> Percentile:
    if seconds < 0:
        raise CannotLook("malformed", f"{seconds:g} s is no duration")
    return Percentile(seconds * 1000, count)


def _of_buckets(figures: Figures) -> Percentiles:
    buckets: dict[Labels, dict[str, float]] = defaultdict(dict)
    errors: dict[Labels, CannotLook] = {}
    for labels in figures.labels:
        bare = tuple(label for label in labels if label[0] != "le")
        if labels in figures.errors:
            errors.setdefault(bare, figures.errors[labels])
        else:
            buckets[bare][dict(labels).get("le", "")] = figures.values[labels]
    found = {}
    for labels in buckets.keys() - errors.keys():
        try:
            found[labels] = _percentile(buckets[labels])
        except CannotLook as reason:
            errors[labels] = CannotLook(reason.reason, f"{named(labels)}: {reason.detail}")
    return Percentiles(found, errors)


def _percentile(buckets: Mapping[str, float]) -> Percentile:
    """As histogram_quantile() has it: straight lines between the bounds of buckets, the lowest from 0."""
    try:
        bounds = sorted((float(bound), count) for bound, count in buckets.items())
    except ValueError:
        raise CannotLook("malformed", "a bucket without a bound (le)") from None
    if len(bounds) < 2 or not math.isinf(bounds[-1][0]) or bounds[0][0] <= 0:
        raise CannotLook("malformed", "not a histogram of durations: it takes a bucket for +Inf, and one above 0 s")
    total, rank = bounds[-1][1], P95 * bounds[-1][1]
    if min(count for dummy, count in bounds) < 0:
        raise CannotLook("malformed", "a bucket with less than nothing in it")
    below = lower = 0.0
    for bound, count in bounds[:-1]:
        if count >= rank:
            share = (rank - below) / (count - below) if count > below else 1.0
            return Percentile((lower + (bound - lower) * share) * 1000, total)
        # Counts that were read one after the other may fall a little; they never really do.
        lower, below = bound, max(below, count)
    return Percentile(lower * 1000, total, beyond=True)
