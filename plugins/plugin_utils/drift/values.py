# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that moved although the result still passes: numbers, members of sets, words. Which of them matter is data."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MOST = 20
_DEEPEST = 8
_LONGEST = 200
_MATTERS = re.compile(r"(never|always)|(falls|rises|moves) (\d+(?:\.\d+)?)(%?)")
# One number and its unit, as verifiers write it for people: 61.5 days left.
_QUANTITY = re.compile(r"([-+]?\d+(?:\.\d+)?)([^\d]{0,40})")
_DIGIT = re.compile(r"\d")
# By what a list of records is told apart, so that one of them can change without being another.
_LABELS = ("name", "id", "subject", "user", "address", "port", "path")


class BadRules(Exception):
    """A rule for values that cannot be understood: which, and why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a difference of a value matters. amount: of a number; share: it is a share of what the number was."""

    control: str
    key: str
    matters: str
    amount: float = 0.0
    share: bool = False

    def fits(self, control: str, key: str) -> bool:
        """Whether it speaks of this value."""
        return fnmatch.fnmatchcase(control, self.control) and fnmatch.fnmatchcase(key, self.key)

    def wants(self, before: float, after: float) -> bool:
        """Whether the way from one number to the other matters."""
        if self.matters in ("never", "always"):
            return self.matters == "always" and before != after
        moved = {"falls": before - after, "rises": after - before}.get(self.matters, abs(before - after))
        if not self.share:
            return moved >= self.amount > 0
        # Of the larger one when either way counts, so that there and back again are the same distance.
        whole = max(abs(before), abs(after)) if self.matters == "moves" else abs(before)
        return moved > 0 and moved * 100 >= self.amount * whole


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value that is another now; of a set, what it gained and lost."""

    key: str
    before: Any = None
    after: Any = None
    gained: Sequence[Any] = ()
    lost: Sequence[Any] = ()

    @property
    def words(self) -> str:
        """The change in a line: copies 14 → 1."""
        name = f"{self.key} " if self.key else ""
        if self.gained or self.lost:
            parts = [*(f"+ {shown(each)}" for each in self.gained), *(f"- {shown(each)}" for each in self.lost)]
            return f"{name}{', '.join(parts)}"
        return f"{name}{shown(self.before)} → {shown(self.after)}"


def rules(declared: Iterable[Any] = ()) -> tuple[Rule, ...]:
    """The rules in force: those of the environment, then ours. BadRules when one of the environment's is none."""
    return (*(_rule(entry, f"golive_drift_values[{index}]") for index, entry in enumerate(declared)), *_own())


def changed(control: str, before: Any, after: Any, known: Sequence[Rule]) -> list[ValueChange]:
    """The differences between two values of actual that matter, not more than a person reads."""
    found = []
    for change in _compare(control, "", before, after, known, 0):
        found.append(change)
        if len(found) == MOST:
            break
    return found


def shown(value: Any) -> str:
    """A value as a person reads it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@cache
def _own() -> tuple[Rule, ...]:
    path = Path(__file__).with_name("values.yml")
    return tuple(_rule(entry, path.name) for entry in yaml.safe_load(path.read_text(encoding="utf-8")))


def _rule(entry: Any, where: str) -> Rule:
    if not isinstance(entry, Mapping) or set(entry) != {"control", "key", "matters"}:
        raise BadRules(f"{where}: a rule has control, key and matters")
    said = _MATTERS.fullmatch(str(entry["matters"]))
    if said is None:
        raise BadRules(f"{where}: matters is never, always, or falls, rises or moves with a number or a share")
    names = str(entry["control"]), str(entry["key"])
    return Rule(*names, said[1]) if said[1] else Rule(*names, said[2], float(said[3]), bool(said[4]))


def _compare(
    control: str, key: str, before: Any, after: Any, known: Sequence[Rule], depth: int
) -> Iterator[ValueChange]:
    if before == after:
        return
    before, after = _by_label(before), _by_label(after)
    if isinstance(before, Mapping) and isinstance(after, Mapping) and depth < _DEEPEST:
        yield from _mappings(control, key, before, after, known, depth)
        return
    rule = _fitting(known, control, key)
    if rule.matters == "never":
        return
    if isinstance(before, list) and isinstance(after, list):
        yield from _members(key, before, after)
    elif _matter(rule, before, after):
        yield ValueChange(key, _cut(before), _cut(after))


def _fitting(known: Sequence[Rule], control: str, key: str) -> Rule:
    """The first that fits; the last of them fits everything."""
    return next(rule for rule in known if rule.fits(control, key))


def _mappings(
    control: str, key: str, before: Mapping[str, Any], after: Mapping[str, Any], known: Sequence[Rule], depth: int
) -> Iterator[ValueChange]:
    within = {name: f"{key}.{name}" if key else str(name) for name in (*before, *after)}
    heard = {name for name, path in within.items() if _fitting(known, control, path).matters != "never"}
    yield from _members(key, [n for n in before if n in heard], [n for n in after if n in heard])
    for name in before:
        if name in after:
            yield from _compare(control, within[name], before[name], after[name], known, depth + 1)


def _members(key: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[ValueChange]:
    was, is_now = {_canonical(each): each for each in before}, {_canonical(each): each for each in after}
    gained = [_cut(is_now[each]) for each in is_now if each not in was]
    lost = [_cut(was[each]) for each in was if each not in is_now]
    if gained or lost:
        yield ValueChange(key, gained=tuple(gained[:MOST]), lost=tuple(lost[:MOST]))


def _matter(rule: Rule, before: Any, after: Any) -> bool:
    first, second = _number(before), _number(after)
    if first is not None and second is not None and first[1] == second[1]:
        return rule.wants(first[0], second[0])
    if rule.matters == "always" or type(before) is not type(after):
        return bool(before != after)
    # Words with digits are moments, digests, addresses: another one every time, unless a rule says that it matters.
    return not (isinstance(before, str) and (_DIGIT.search(before) or _DIGIT.search(after)))


def _number(value: Any) -> tuple[float, str] | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value), ""
    found = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    return (float(found[1]), found[2]) if found else None


def _by_label(value: Any) -> Any:
    """A list of records as a mapping by what tells them apart, where something does."""
    if not isinstance(value, list) or not value or not all(isinstance(each, Mapping) for each in value):
        return value
    for label in _LABELS:
        names = [str(each[label]) for each in value if label in each]
        if len(set(names)) == len(value):
            return dict(zip(names, value, strict=True))
    return value


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _cut(value: Any) -> Any:
    text = shown(value)
    return value if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
