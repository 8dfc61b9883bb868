# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts on figures, one for each series, and one for each service that was declared and has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.controls import control as known_control
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.many import MOST_SHOWN, Seen, verdict
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import unmet
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.server import Labels
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.windows import Figures, named
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, unseen


def each(
    expected: str,
    labels: Sequence[Labels],
    seen: Callable[[Labels], Seen],
    declared: Sequence[str] = (),
    prefix: str = "",
) -> list[Verdict]:
    """A verdict on each series. seen: what a series shows and what is wrong with it, or CannotLook.

    declared: shell patterns for values of labels, of which each must be that of a series. prefix: what the figure is
    of, where several verdicts of a control are of the same series.
    """
    if len(labels) > MOST_SHOWN:
        raise CannotLook("too_large", f"{len(labels)} series are no report: sum by fewer labels")
    verdicts = [
        verdict(f"{prefix} {named(one) if one else ''}".strip(), expected, partial(seen, one)) for one in labels
    ]
    values = {value for one in labels for dummy, value in one}
    for pattern in unmet(declared, values):
        why = CannotLook("not_found", f"no series is that of {pattern}, but only {', '.join(map(named, labels[:10]))}")
        verdicts.append(unseen(why, expected=expected, subject=pattern))
    return verdicts


def limit(want: Wanted, control: str, option: str) -> float:
    """The limit that a check gives, or else that of the control: for options that several controls have."""
    given = want[option]
    found = known_control(control)
    default = found.thresholds[option].default if found else None
    return float(given if given is not None else default or 0)


def percent(ratio: float) -> float:
    """A ratio in percent; what is no ratio is CannotLook, since nobody knows what it was meant to be."""
    if not 0 <= ratio <= 1:
        raise CannotLook("malformed", f"{ratio:g} is no ratio from 0 to 1")
    return ratio * 100


def enough(count: float, least: float, of: str, window: str) -> int:
    """A count that a share may be made of; with fewer, one alone would decide it."""
    if count < least:
        raise CannotLook("not_found", f"only {count:.0f} {of} within {window}, too few to judge: {least:g} are wanted")
    return round(count)


def of_union(*several: Figures) -> list[Labels]:
    """The labels of the series of all of them."""
    return sorted({labels for one in several for labels in one.labels})
