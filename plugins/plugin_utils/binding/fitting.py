# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a quantity in an item's text is what a threshold's name speaks of, and how surely.

Names of thresholds are read as words: max_database_p95_ms is a p95 of the database. Every such word must be said: by
the quantity itself, in its clause, or else above it (in a heading, or by the control that the item is bound to).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.binding.quantities import (
    MAX_CHARACTERS,
    Quantity,
    quantities,
)
from ansible_collections.golive.verify.plugins.plugin_utils.binding.units import compatible
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Threshold

_DATA: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("thresholds.yml").read_text(encoding="utf-8"))
_SAME: Mapping[str, Sequence[str]] = _DATA["same"]
_SUBJECTS: frozenset[str] = frozenset(_DATA["subjects"])
_UNSAID: frozenset[str] = frozenset(_DATA["unsaid"])
_OPPOSITES: Mapping[str, Sequence[str]] = _DATA["opposites"]
# What latencies are written in: a load test of 15 minutes says nothing of one.
_OF_LATENCIES = ("milliseconds", "seconds")
# Words of names that tell the direction or the unit, which are compared as such.
_PLAIN = frozenset(
    [
        *("min", "max", "at", "in", "of", "to", "per", "rate", "ms", "percent", "count", "characters", "megabytes"),
        *("cents", "milliseconds", "seconds", "second", "minutes", "minute", "hours", "hour", "days", "day", "week"),
        *("month", "years"),
    ]
)
_NOT_SAID, _AROUND, IN_CLAUSE, _BY_ITSELF, _EXACTLY = range(5)
# What a quantity says by its qualifier or its unit.
_IMPLIED: Mapping[str, Mapping[str, int]] = {
    "every": {"interval": _EXACTLY, "age": _BY_ITSELF, "pending": _BY_ITSELF},
    "window": {"window": _EXACTLY, "age": _BY_ITSELF},
    "milliseconds": {"latency": _BY_ITSELF},
    "characters": {"length": _BY_ITSELF},
}
# Units whose quantities say by their qualifier what there is so much of.
_OF_THINGS = ("count", "per_minute")
_STRETCHES = ("every", "window", "first", "next")
_STATISTIC = re.compile(r"p[0-9.]+|average|mean")
_WORD = re.compile(r"[^\W_]{2,30}(?:-[^\W_]{2,20})?")
_SEPARATOR = re.compile(r"[,;|·()]|\.\s|\s(?:and|or|with|but|while)\s", re.I)
_SENTENCE = re.compile(r"[;.]\s")
_ALERT = re.compile(r"\b(?:alert|alarm|warn|pager\b|paged\b|paging\b)", re.I)


@dataclass(frozen=True, slots=True)
class Said:
    """A quantity with the words of its clause and those above it (headings, parents). alert: they speak of alerts."""

    quantity: Quantity
    clause: frozenset[str]
    above: frozenset[str]
    alert: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """A quantity that has the unit and the words of a threshold; the higher the score, the surer."""

    said: Said
    name: str
    score: tuple[int, int]


def all_said(item: Item, alert: bool) -> Iterator[Said]:
    """Every quantity of the item and of the bullets below it. alert: the headings speak of alerts for all of them."""
    headings = _words(" ".join((*item.parents, item.section)))
    alert = alert or speaks_of_alerts(*item.parents)
    text = item.text[:MAX_CHARACTERS]
    yield from _said(text, headings, alert)
    above, alert = headings | _words(text), alert or speaks_of_alerts(text)
    for bullet in item.parameters:
        yield from _said(bullet[:MAX_CHARACTERS], above, alert)


def speaks_of_alerts(*texts: str) -> bool:
    """Whether any of the texts is about being alerted."""
    return any(_ALERT.search(text) for text in texts)


def fit(said: Said, control: str, name: str, threshold: Threshold) -> Fit | None:
    """None where unit, statistic or words do not fit. control: its id, whose words go without saying."""
    quantity, topics = said.quantity, _topics(name)
    known = _words(control.replace(".", " ").replace("_", " "))
    if not compatible(quantity.unit, threshold.unit) or not _same_kind(quantity, topics):
        return None
    if threshold.unit == "milliseconds" and quantity.unit not in _OF_LATENCIES:
        return None
    if any(_is_said(opposite, said.clause) for topic in topics for opposite in _OPPOSITES.get(topic, ())):
        return None
    words = [_how_said(topic, said, known) for topic in topics]
    if _NOT_SAID in words:
        return None
    surest = max(words, default=_AROUND)
    if surest == _AROUND and (_alone(quantity) or _another_subject(said.clause, {*topics, *known, threshold.unit})):
        return None
    return Fit(said, name, (surest, sum(words)))


def _same_kind(quantity: Quantity, topics: Sequence[str]) -> bool:
    """Whether what the quantity is of by its own words (p95, every, replicas) is what the name speaks of."""
    statistics = [topic for topic in topics if _STATISTIC.fullmatch(topic)]
    if statistics and _STATISTIC.fullmatch(quantity.qualifier):
        return quantity.qualifier.replace("average", "mean") in statistics
    if quantity.qualifier in _STRETCHES:
        implied = _IMPLIED.get(quantity.qualifier, {})
        return any(topic in implied or quantity.qualifier in _SAME.get(topic, ()) for topic in topics)
    if quantity.unit in _OF_THINGS and quantity.qualifier:
        return any(_is_said(topic, _words(quantity.qualifier)) for topic in topics)
    return True


def _how_said(topic: str, said: Said, known: frozenset[str]) -> int:
    quantity = said.quantity
    implied = _IMPLIED.get(quantity.qualifier, {}).get(topic) or _IMPLIED.get(quantity.unit, {}).get(topic)
    if implied:
        return implied
    if quantity.qualifier == topic or (quantity.unit in _OF_THINGS and _is_said(topic, _words(quantity.qualifier))):
        return _BY_ITSELF
    if _is_said(topic, said.clause):
        return IN_CLAUSE
    goes_without = topic in _UNSAID or _STATISTIC.fullmatch(topic) or _is_said(topic, said.above | known)
    return _AROUND if goes_without else _NOT_SAID


def _alone(quantity: Quantity) -> bool:
    """A number without a unit or a noun, of which only its clause can tell what it counts."""
    return quantity.unit == "count" and not quantity.qualifier


def _another_subject(clause: frozenset[str], own: Iterable[str]) -> bool:
    """Whether the clause says that its quantity is of something else than what goes without saying."""
    said = {subject for subject in _SUBJECTS if _is_said(subject, clause)}
    return bool(said) and not any(_is_said(subject, frozenset(own)) or subject in own for subject in said)


@cache
def _topics(name: str) -> tuple[str, ...]:
    """The words of a threshold's name that say what it is of."""
    return tuple(word for word in name.split("_") if word not in _PLAIN)


def _is_said(topic: str, words: frozenset[str]) -> bool:
    return any(_akin(topic, word) or word in _SAME.get(topic, ()) for word in words)


def _akin(one: str, other: str) -> bool:
    """Forms of one word: error and errors, delivery and delivered; not replicas and replaced."""
    if one == other or one + "s" == other or one == other + "s":
        return True
    pairs = enumerate(zip(one, other, strict=False))
    shared = next((at for at, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))
    return shared >= 5 and shared >= 0.6 * max(len(one), len(other))


def _words(text: str) -> frozenset[str]:
    return frozenset(word for found in _WORD.findall(text.casefold()) for word in (found, *found.split("-")))


def _said(text: str, above: frozenset[str], alert: bool) -> Iterator[Said]:
    found = quantities(text)
    begins = [quantity.start for quantity in found]
    sentences = [0, *(cut.end() for cut in _SENTENCE.finditer(text))]
    alerts = [mention.start() for mention in _ALERT.finditer(text)]
    for start, stop in _clauses(text, found):
        words = _words(text[start:stop])
        # Once alerts are spoken of, the rest of the sentence is about them: alerts (30 days, 7 days).
        sentence = sentences[bisect_right(sentences, start) - 1]
        of_alerts = alert or bisect_left(alerts, sentence) < bisect_left(alerts, stop)
        for quantity in found[bisect_left(begins, start) : bisect_left(begins, stop)]:
            yield Said(quantity, words, above, of_alerts)


def _clauses(text: str, found: Sequence[Quantity]) -> Iterator[tuple[int, int]]:
    """The parts of a sentence, each with at least one quantity; a part without one leads to the next."""
    begins = [quantity.start for quantity in found]
    starts = [0]
    for separator in _SEPARATOR.finditer(text):
        cut = separator.start()
        said = bisect_right(begins, cut)
        between = said == 0 or found[said - 1].end <= cut
        if between and bisect_left(begins, starts[-1]) < said < len(found):
            starts.append(cut)
    return pairwise((*starts, len(text)))
