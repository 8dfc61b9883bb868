# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare two sides, statement by statement. Pure; nothing is read here.

What changed has one of seven words. Whether it is worse, and so decides how a drift check ends, is another matter: what
was proven and is not any more is worse whatever it is called, and what somebody decided to live with never is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side, Standing
from ansible_collections.golive.verify.plugins.plugin_utils.drift.values import Rule, ValueChange, changed

# Whose version tells whether two runs mean the same by their controls.
OWN = "golive.verify"


class Word(StrEnum):
    """What became of a statement, worst first. What stands as it stood has no word."""

    REGRESSED = "regressed"
    DISAPPEARED = "disappeared"
    NEW = "new"
    NOT_COMPARABLE = "not_comparable"
    VALUE_DRIFT = "value_drift"
    STILL_FAILING = "still_failing"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Change:
    """One statement that changed, or that is still bad. worse: it counts as a regression. why: what there is to add.

    standing: how it stands now; of what disappeared, how it stood. before, after: statuses, empty where there was none.
    """

    word: Word
    standing: Standing
    before: str
    after: str
    worse: bool = False
    why: str = ""
    values: Sequence[ValueChange] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that changed between two sides. left_out: how many statements a narrowed run says nothing of."""

    before: Side
    after: Side
    changes: Sequence[Change]
    left_out: int = 0
    notes: Sequence[str] = field(default_factory=list)

    @property
    def regressed(self) -> bool:
        """Whether anything is worse."""
        return any(change.worse for change in self.changes)

    @property
    def counts(self) -> dict[str, int]:
        """How many changes have which word, the worst word first."""
        found = Counter(change.word for change in self.changes)
        return {word.value: found[word] for word in Word if found[word]}


def compare(before: Side, after: Side, rules: Sequence[Rule]) -> Comparison:
    """What changed, the worst first, then in the checklist's order."""
    judge = _Judge(before, after, rules)
    changes = [change for uid in dict.fromkeys((*after.standings, *before.standings)) for change in judge.of(uid)]
    order = list(Word)
    changes.sort(key=lambda change: (not change.worse, order.index(change.word)))
    return Comparison(before, after, changes, judge.left_out, list(_notes(before, after)))


def _notes(before: Side, after: Side) -> Iterator[str]:
    if before.started > after.started:
        yield f"the run {before.run} began after this one: a clock was moved back, or an older run is compared"
    if _versions_differ(before, after):
        yield f"{_versions_differ(before, after)}: what changed with it cannot be told from what changed by itself"
    if after.left_out:
        yield f"this run was narrowed to {after.left_out}: what it left out is not compared"


class _Judge:
    def __init__(self, before: Side, after: Side, rules: Sequence[Rule]) -> None:
        self._before, self._after, self._rules = before, after, rules
        self._upgraded = _versions_differ(before, after)
        self.left_out = 0
        self._covered: dict[tuple[str, str, str], list[Standing]] = defaultdict(list)
        for each in after.standings.values():
            if each.control and each.target:
                self._covered[each.coverage].append(each)
        self._items_before = {each.item: each for each in before.items.values()}
        self._moved = _moved(before, after)
        self._left = set(self._moved.values())

    def of(self, uid: str) -> Iterator[Change]:
        was, now = self._before.at(self._moved.get(uid, uid)), self._after.at(uid)
        if now is None and was is not None:
            if uid not in self._left:
                yield from self._gone(was)
        elif now is not None and was is None:
            yield from self._come(now)
        elif was is not None and now is not None:
            yield from self._both(was, now)

    def _gone(self, was: Standing) -> Iterator[Change]:
        if not (was.proven or was.bad or was.waived):
            return
        if self._after.left_out:
            self.left_out += 1
            return
        others = [each for each in self._covered[was.coverage] if was.target] if was.item or was.control else []
        fresh = [each for each in others if each.proven and self._before.at(each.uid) is None]
        if was.bad and others:
            worse, why = False, "it was failing, and the others that prove the same are still looked at"
        elif fresh:
            worse, why = False, f"the same is now proven on {fresh[0].target}"
        else:
            worse, why = True, "nothing looks at it any more"
        yield Change(Word.DISAPPEARED, was, was.status, "", worse, why)

    def _come(self, now: Standing) -> Iterator[Change]:
        if self._before.left_out or not (now.proven or now.bad or now.waived):
            return
        item = self._items_before.get(now.item)
        # An item that was bad, and got a check which says so: nothing became worse.
        known = item is not None and item.bad
        yield Change(Word.NEW, now, "", now.status, worse=now.bad and not known, why=now.message)

    def _both(self, was: Standing, now: Standing) -> Iterator[Change]:
        if was.left_out or now.left_out:
            self.left_out += 1
            return
        if not (now.proven or now.bad or now.waived):
            if was.proven or was.bad or was.waived:
                why = now.message or now.status
                yield Change(Word.DISAPPEARED, now, was.status, now.status, worse=was.proven, why=why)
            return
        if not (was.proven or was.bad or was.waived):
            yield Change(Word.NEW, now, was.status, now.status, worse=now.bad, why=now.message)
            return
        yield from self._judged(was, now)

    def _judged(self, was: Standing, now: Standing) -> Iterator[Change]:
        values: Sequence[ValueChange] = ()
        if was.proven and now.proven:
            values = changed(now.control, was.actual, now.actual, self._rules)
        if not was.proven and not now.proven and not (was.waived and now.bad):
            word, why = Word.STILL_FAILING, f"was {was.status}" if was.status != now.status else ""
            yield Change(word, now, was.status, now.status, why="; ".join(filter(None, (why, now.message))))
            return
        other = _differ(was, now)
        if was.proven != now.proven or values or was.waived != now.waived:
            other = other or self._upgraded
        elif not other:
            return
        word = (Word.VALUE_DRIFT if was.proven else Word.FIXED) if now.proven else Word.REGRESSED
        said = now.message if word is Word.REGRESSED else ""
        why = "; ".join(filter(None, (other, said)))
        yield Change(Word.NOT_COMPARABLE if other else word, now, was.status, now.status, now.bad, why, values)


def _moved(before: Side, after: Side) -> dict[str, str]:
    """By the uid of what was not there, the uid of what it was: the same at another address, or signed anew."""
    waiting: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for was in _only_in(before, after):
        waiting[was.lasting].append(was.uid)
    return {now.uid: waiting[now.lasting].pop(0) for now in _only_in(after, before) if waiting.get(now.lasting)}


def _only_in(side: Side, other: Side) -> list[Standing]:
    alone = (each for each in side.standings.values() if each.target and other.at(each.uid) is None)
    return sorted(alone, key=lambda each: each.target)


def _differ(was: Standing, now: Standing) -> str:
    """Why the two do not say the same of the same; empty where they do."""
    if was.text_hash != now.text_hash:
        return "the item's text has changed"
    if not was.target or not now.target:
        return ""
    if was.verifier != now.verifier:
        return f"proven by {now.verifier}, before by {was.verifier}"
    if was.threshold_source != now.threshold_source:
        return f"what is asked for has changed: {now.threshold_source or 'nothing'}, before {was.threshold_source}"
    return ""


def _versions_differ(before: Side, after: Side) -> str:
    was, now = before.versions.get(OWN, ""), after.versions.get(OWN, "")
    return f"{OWN} is {now}, before {was}" if was and now and was != now else ""
