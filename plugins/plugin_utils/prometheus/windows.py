# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures over a window of time, which they must cover: a day of which ten minutes were recorded was not measured."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import together
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.server import Labels, Sample, Server
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

# Into how many steps a window is parted to see whether something was recorded in each, and how short one may be: a rate
# takes two samples.
_STEPS, _SHORTEST = 48, 300
_METRIC = re.compile(r"([A-Za-z_:][A-Za-z0-9_:]*)\s*(?=[{\[])")


@dataclass(frozen=True, slots=True)
class Window:
    """How long back is looked (seconds), how much of it must be recorded (percent), and how old the newest may be."""

    seconds: int
    coverage: float
    fresh: int

    @classmethod
    def of(cls, want: Wanted, hours: float) -> Window:
        """So many hours, as strict as the options of a check."""
        return cls(round(hours * 3600), want.min_coverage_percent, want.max_sample_age_minutes * 60)

    @property
    def text(self) -> str:
        """As people say it, and PromQL."""
        return duration(self.seconds)

    @property
    def step(self) -> int:
        """Seconds of the steps that it is parted into."""
        return max(self.seconds // _STEPS, min(_SHORTEST, self.seconds))


@dataclass(frozen=True, slots=True)
class Figures:
    """What an expression yields, by labels: the figures of the series that cover the window, and why others do not."""

    values: Mapping[Labels, float]
    errors: Mapping[Labels, CannotLook] = field(default_factory=dict)

    @property
    def labels(self) -> list[Labels]:
        """Of all series, whether they can be judged or not."""
        return sorted({*self.values, *self.errors})

    def of(self, labels: Labels) -> float:
        """The figure of one series; CannotLook where there is none."""
        if labels in self.errors:
            raise self.errors[labels]
        if labels not in self.values:
            raise CannotLook("not_found", f"nothing is counted for {named(labels)}: its labels must be the same")
        return self.values[labels]


async def over(server: Server, query: str, window: Window, back: str = "") -> Figures:
    """The figures of an expression over a window; none at all is CannotLook("not_found").

    $window in the expression is the window. With other values of it the same expression tells whether the series go on
    and whether they covered the window. back: a duration of PromQL: the window that ended so long ago.
    """
    whole, step = window.text, duration(window.step)
    covering = f"count_over_time((\n{filled(query, step)}\n)[{whole}:{step}]{_offset(back)})"
    if back:
        at = f"last_over_time((\n{filled(query, whole)}\n)[2m:1m]{_offset(back)})"
        values, covered = await together(server.vector(at), server.vector(covering))
        living = values
    else:
        values, covered, living = await together(
            server.vector(filled(query, whole)),
            server.vector(covering),
            server.vector(filled(query, duration(window.fresh))),
        )
    if not values:
        raise CannotLook("not_found", f"no series {_whose(query)}{f' {back} ago' if back else ''}: {shown(query, 300)}")
    return _figures(values, covered, {sample.labels for sample in living}, window)


def _figures(values: Sequence[Sample], covered: Sequence[Sample], living: set[Labels], window: Window) -> Figures:
    found = {sample.labels: sample.value for sample in values}
    steps = {sample.labels: sample.value for sample in covered}
    errors: dict[Labels, CannotLook] = {}
    for labels in {*found, *steps}:
        share = min(steps.get(labels, 0.0) * window.step / window.seconds * 100, 100.0)
        if labels not in found or labels not in living:
            why = f"{named(labels)} has ended: no new sample within {duration(window.fresh)}"
            errors[labels] = CannotLook("not_found", why)
        elif math.isnan(share) or share < window.coverage:
            why = f"{named(labels)} covers {share:.0f} % of {window.text}, which proves nothing of the rest"
            errors[labels] = CannotLook("not_found", why)
        elif not math.isfinite(found[labels]):
            errors[labels] = CannotLook("not_found", f"{named(labels)} is {found[labels]}, which is no figure")
    return Figures({labels: value for labels, value in found.items() if labels not in errors}, errors)


def filled(query: str, text: str) -> str:
    """An expression with $window replaced."""
    return query.replace("$window", text)


def duration(seconds: int) -> str:
    """Seconds in the largest unit of PromQL that is exact."""
    units = ((86400, "d"), (3600, "h"), (60, "m"))
    size, unit = next(((size, unit) for size, unit in units if seconds % size == 0 and seconds > size), (1, "s"))
    return f"{seconds // size}{unit}"


def named(labels: Labels) -> str:
    """The labels of a series, for people."""
    return " ".join(f"{shown(name)}={shown(value)}" for name, value in labels) or "the only series"


def _whose(query: str) -> str:
    names = list(dict.fromkeys(_METRIC.findall(query)))
    return f"of {', '.join(names)}" if names else "of these"


def _offset(back: str) -> str:
    return f" offset {back}" if back else ""
