# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the gate: how many items of which kind may stand how, for go.

A rule is one line: what it counts, a colon, statuses, a comparison.

    fail, error, missed, expired, unbound <= 0
    severity=critical,high: fail <= 0
    section=security phase=launch_day: pass, attested >= 95%
    waived <= 3

Before the colon stand any of severity=, section= (canonical) and phase=, each with one word or several; without them a
rule counts every item that the run decides over. A percentage is one of those items.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.plugin_utils.checklist.sections import PHASES, SECTIONS
from ansible_collections.golive.verify.plugins.plugin_utils.decisions import UNBOUND
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status

# What may never be there for go, unless the environment has rules of its own.
DEFAULT = ("fail, error, missed, expired, unbound <= 0",)

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_RULE = re.compile(
    r"(?:(?P<what>[^:]*):)?\s*(?P<statuses>[a-z_,\s]+?)\s*(?P<sign><=|>=|=|<|>)\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<percent>%?)"
)
_STATUSES = (*(status.value for status in Status), UNBOUND)
_KNOWN: Mapping[str, Sequence[str]] = {
    "severity": [severity.value for severity in Severity],
    "section": list(SECTIONS),
    "phase": list(PHASES),
}


class BadRule(ValueError):
    """A rule that says nothing: what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What rules see of an item."""

    status: str
    severity: str
    section: str
    phase: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. where: for each of severity, section and phase the words of which an item has one."""

    text: str
    where: Mapping[str, tuple[str, ...]]
    statuses: tuple[str, ...]
    sign: str
    number: float
    percent: bool

    def broken(self, items: Sequence[Counted]) -> str:
        """The sentence that speaks against going live; empty where the rule holds."""
        found, count, of = self._found(items)
        if self.percent and not of:
            return f"the rule '{self.text}' has nothing to count: no item is of this kind"
        if _COMPARISONS[self.sign](found, self.number):
            return ""
        seen = f"{found:.1f} % ({count} of {of})" if self.percent else f"{count}"
        return f"the rule '{self.text}' does not hold: it is {seen}"

    def offenders(self, items: Sequence[Counted]) -> list[int]:
        """The items that break the rule: those with the statuses that it bounds, or without those that it demands."""
        unwanted = self.sign in ("<", "<=") or (self.sign == "=" and self._found(items)[0] > self.number)
        return [
            index
            for index, item in enumerate(items)
            if self._speaks_of(item) and (item.status in self.statuses) == unwanted
        ]

    def _found(self, items: Sequence[Counted]) -> tuple[float, int, int]:
        """What is compared; how many items it is, and of how many."""
        mine = [item for item in items if self._speaks_of(item)]
        count = sum(item.status in self.statuses for item in mine)
        return (100 * count / max(len(mine), 1) if self.percent else count), count, len(mine)

    def _speaks_of(self, item: Counted) -> bool:
        return all(getattr(item, name) in words for name, words in self.where.items())


def parse(text: str) -> Rule:
    """One rule from its line; raises BadRule."""
    text = " ".join(str(text).split())
    found = _RULE.fullmatch(text)
    if not found:
        raise BadRule(f"{text!r} is no rule; write statuses and a bound, as in 'severity=critical: fail, error <= 0'")
    statuses = tuple(word for word in re.split(r"[,\s]+", found["statuses"].strip()) if word)
    unknown = [status for status in statuses if status not in _STATUSES]
    if unknown or not statuses:
        wrong = f"there is no status {unknown[0]}" if unknown else "it names no status"
        raise BadRule(f"{text!r}: {wrong}; known are {', '.join(_STATUSES)}")
    conditions = [_condition(text, word) for word in (found["what"] or "").split()]
    where = dict(conditions)
    if len(where) < len(conditions):
        raise BadRule(f"{text!r}: it names something twice; put the words behind one another: section=data,network")
    return Rule(text, where, statuses, found["sign"], float(found["number"]), bool(found["percent"]))


def _condition(text: str, word: str) -> tuple[str, tuple[str, ...]]:
    name, equals, values = word.partition("=")
    if not equals or name not in _KNOWN:
        raise BadRule(f"{text!r}: {word} is not one of {', '.join(f'{known}=…' for known in _KNOWN)}")
    words = tuple(values.split(","))
    for each in words:
        if each not in _KNOWN[name]:
            raise BadRule(f"{text!r}: there is no {name} {each}; known are {', '.join(_KNOWN[name])}")
    return name, words
