# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which thresholds of a control the text of an item sets, and where an inventory asks for less.

A quantity sets a threshold when its unit and words fit (fitting.py) and when it compares in the direction that the
threshold demands. What fits two thresholds, or two quantities that fit one, set nothing: that is said instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ansible_collections.golive.verify.plugins.plugin_utils.binding.fitting import (
    IN_CLAUSE,
    Fit,
    Said,
    all_said,
    fit,
    speaks_of_alerts,
)
from ansible_collections.golive.verify.plugins.plugin_utils.binding.units import plain, shown
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Threshold

# The domain of the catalogue whose thresholds are those at which somebody is told, not those that must be kept.
ALERTS = "alerts"

_UNDIRECTED = ("", "about", "exactly")
_DIRECTED = {"at_most": ("below", "at_most"), "at_least": ("above", "at_least"), "exactly": ()}
_LENGTHS = {"bits": {"bytes": Fraction(1, 8)}, "bytes": {"bits": Fraction(8)}}


@dataclass(frozen=True, slots=True)
class Setting:
    """A threshold as a text sets it. value: in the threshold's unit. words: those of the text, at this line."""

    name: str
    value: float
    unit: str
    words: str
    line: int


@dataclass(frozen=True, slots=True)
class Demands:
    """What an item demands of a control: the thresholds that it sets, by name, and in sentences what was left alone."""

    settings: Mapping[str, Setting]
    unset: tuple[str, ...] = ()


def demands(control: str, thresholds: Mapping[str, Threshold], item: Item) -> Demands:
    """What the item's text and the bullets below it set of the thresholds of the control with this id.

    Thresholds without a unit and a bound are never set by a text.
    """
    settable = {name: threshold for name, threshold in thresholds.items() if threshold.unit and threshold.bound}
    if not settable:
        return Demands({})
    alerting = control.partition(".")[0] == ALERTS
    chosen: dict[str, list[Fit]] = {}
    unset: list[str] = []
    for said in all_said(item, alerting and speaks_of_alerts(item.section)):
        fits = [found for name, threshold in settable.items() if (found := fit(said, control, name, threshold))]
        refusals = {found.name: _refusal(said, settable[found.name], alerting) for found in fits}
        best = _best([found for found in fits if not refusals[found.name]])
        if len(best) > 1 and not _each_said(best):
            unset.append(f"'{said.quantity.words}' could be {' or '.join(found.name for found in best)}")
            continue
        for found in best:
            chosen.setdefault(found.name, []).append(found)
        if not best:
            unset.extend(f"'{said.quantity.words}' does not set {name}: {why}" for name, why in refusals.items())
    settings: dict[str, Setting] = {}
    for name, candidates in chosen.items():
        _settle(name, settable[name], candidates, item.line, settings, unset)
    return Demands(settings, tuple(dict.fromkeys(unset)))


def laxer(threshold: Threshold, text: float, inventory: float) -> str:
    """How the inventory asks for less than the text does, as a sentence for a finding; empty where it does not."""
    asked, given = shown(text, threshold.unit), shown(inventory, threshold.unit)
    if threshold.bound == "at_least" and inventory < text:
        return f"the text asks for at least {asked}, but the inventory is content with {given}"
    if threshold.bound == "at_most" and inventory > text:
        return f"the text allows at most {asked}, but the inventory allows {given}"
    if threshold.bound == "exactly" and inventory != text:
        return f"the text asks for exactly {asked}, but the inventory for {given}"
    return ""


def _refusal(said: Said, threshold: Threshold, alerting: bool) -> str:
    """Why a quantity that fits a threshold does not set it; empty if nothing speaks against it."""
    compared, target = said.quantity.comparison, _DIRECTED[threshold.bound]
    if alerting:
        return "it is a target, not what an alert waits for" if compared in target and not said.alert else ""
    if compared not in (*_UNDIRECTED, *target):
        return f"the text says {compared.replace('_', ' ')}, the threshold is {threshold.bound.replace('_', ' ')}"
    of_an_alert = said.alert and said.quantity.qualifier not in ("every", "window") and threshold.unit != "count"
    return "it is what an alert waits for, not a target" if of_an_alert else ""


def _best(fits: Sequence[Fit]) -> list[Fit]:
    most = max((found.score for found in fits), default=None)
    return [found for found in fits if found.score == most]


def _each_said(fits: Sequence[Fit]) -> bool:
    """Whether the clause itself names all of the thresholds: CPU and memory below 80 %."""
    return all(found.score[0] == IN_CLAUSE for found in fits)


def _settle(
    name: str,
    threshold: Threshold,
    candidates: Sequence[Fit],
    line: int,
    settings: dict[str, Setting],
    unset: list[str],
) -> None:
    """Set the threshold if the quantities that fit it best agree; else tell what they say."""
    values = {_value(found, threshold): found.said.quantity.words for found in reversed(_best(candidates))}
    if len(values) > 1:
        words = ", ".join(f"'{each}'" for each in reversed(values.values()))
        unset.append(f"{name} is stated in several ways: {words}")
        return
    for value, words in values.items():
        settings[name] = Setting(name, plain(value), threshold.unit, words, line)


def _value(found: Fit, threshold: Threshold) -> Fraction:
    """The quantity in the threshold's unit; of a length in bits, the bytes that a name ending in them asks for."""
    quantity = found.said.quantity
    lengths = _LENGTHS.get(quantity.qualifier, {})
    return quantity.into(threshold.unit) * lengths.get(found.name.rpartition("_")[2], Fraction(1))
