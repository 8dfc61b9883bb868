# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quantities that an item's text states: how much or how often, in the catalogue's units, and how it compares.

What only looks like a quantity (versions, dates, ports, status codes, names of standards, 24/7) is not one, and what
cannot be read for sure is left out: a threshold that nobody stated is worse than one that stays at its default.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, cast

from ansible_collections.golive.verify.plugins.plugin_utils.binding import notations as how
from ansible_collections.golive.verify.plugins.plugin_utils.binding.units import DURATIONS, WRITTEN, convert

MAX_CHARACTERS = 4000

Comparison = Literal["", "below", "at_most", "about", "exactly", "at_least", "above"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount that a text states, at text[start:end], in these words.

    unit: one of the catalogue's. comparison: how what is seen should compare with the value; empty where not said.
    per: whose amount it is, as in "per IP". qualifier: what the value is of, one of
    - p50, p95 … average: a statistic of a latency;
    - every: how often something recurs (value: the time from one to the next);
    - window, first, next: a stretch of time ("the last 24 hours", "the first week"), which bounds nothing by itself;
    - for counts and rates: what is counted, in lower case ("concurrent users", "bits"); empty where not said.
    """

    value: Fraction
    unit: str
    comparison: Comparison
    per: str
    qualifier: str
    start: int
    end: int
    words: str

    def into(self, unit: str) -> Fraction:
        """The value in another unit, exactly. Units that are not compatible raise ValueError."""
        return convert(self.value, self.unit, unit)


def quantities(text: str) -> tuple[Quantity, ...]:
    """All quantities of a text, in its order; of more than 4000 characters the first 4000 are read."""
    text = text[:MAX_CHARACTERS]
    return _Reading(text).found() if how.WORTH_READING.search(text) else ()


def recurrence(said: Sequence[Quantity]) -> Quantity | None:
    """How often something is to happen; None where that is not said, or not said in one way."""
    every = [quantity for quantity in said if quantity.qualifier == "every"]
    return every[0] if len({quantity.into("days") for quantity in every}) == 1 else None


class _Reading:
    """One text while it is read. left: the text with what has been understood blanked out, so none is read twice."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.percentiles = [(each.start(), each.end(), _statistic(each)) for each in how.PERCENTILE.finditer(text)]
        self.left = how.PERCENTILE.sub(_blank, text)
        self.read: list[Quantity] = []

    def found(self) -> tuple[Quantity, ...]:
        # What is more specific comes first: "$20/month" before "100 req/min" before "30 days" before "3 replicas".
        for pattern, understand in (
            (how.MONEY, self._money),
            (how.MONEY_AFTER, self._money),
            (how.MAX_AGE, self._max_age),
            (how.SHORT_RATE, self._rate),
            (how.RATE, self._rate),
            (how.NOT_QUANTITIES, None),
            (how.AGE, self._age),
            (how.COMPOUND, self._compound),
            (how.MEASURE, self._measure),
            (how.OFTEN, self._often),
            (how.UNNUMBERED, self._unnumbered),
            (how.COUNT, self._count),
            (how.BARE, self._bare),
            (how.AGE_LIMIT, self._age_limit),
        ):
            self._take(pattern, understand)
        in_order = _joined(sorted(self.read, key=lambda quantity: (quantity.start, quantity.comparison)), self.text)
        return tuple(self._with_statistics(in_order))

    def _take(self, pattern: re.Pattern[str], understand: Callable[[re.Match[str]], Sequence[Quantity]] | None) -> None:
        def replaced(match: re.Match[str]) -> str:
            if understand is None:
                return _blank(match)
            understood = understand(match)
            self.read.extend(understood)
            return _blank(match) if understood else match[0]

        self.left = pattern.sub(replaced, self.left)

    def _quantity(
        self, match: re.Match[str], value: Fraction, unit: str, comparison: str = "", per: str = "", qualifier: str = ""
    ) -> Quantity:
        start, end = match.span()
        words = self.text[start:end].strip(" *_`")
        compared = cast(Comparison, comparison)
        return Quantity(value, unit, compared, per.casefold(), qualifier.casefold(), start, end, words)

    def _money(self, match: re.Match[str]) -> list[Quantity]:
        a_year = match["time"].casefold().startswith(("y", "annual"))
        value = _number(match["number"], match["many"]) / (12 if a_year else 1)
        return [self._quantity(match, value, "usd_per_month", self._compared(match), match["per"] or "")]

    def _max_age(self, match: re.Match[str]) -> list[Quantity]:
        return [self._quantity(match, Fraction(match["number"]), "seconds")]

    def _rate(self, match: re.Match[str]) -> list[Quantity]:
        named = match.groupdict()
        per = named["per"] or named.get("whose") or ""
        if named.get("short"):
            value = _number(match["number"], match["many"]) * how.SHORT_RATES[match["short"].casefold()]
            return [self._quantity(match, value, "per_minute", self._compared(match), per)]
        noun = (match["noun"] or "").casefold().split()
        every = Fraction(match["every"] or 1)
        if not every or any(word in WRITTEN or word in how.NOT_IN_RATES for word in noun):
            return []
        time = WRITTEN[match["time"].casefold()]
        minutes = convert(time.value(every), time.unit, "minutes")
        value = _number(match["number"], match["many"]) / minutes
        return [self._quantity(match, value, "per_minute", self._compared(match), per, " ".join(noun))]

    def _age(self, match: re.Match[str]) -> list[Quantity]:
        compared = "at_least" if match.groupdict().get("older") else self._compared(match)
        return [self._quantity(match, Fraction(match["number"]), "count", compared, "", "years of age")]

    def _age_limit(self, match: re.Match[str]) -> list[Quantity]:
        """An age as in 21+, where the text speaks of age."""
        return self._age(match) if how.OF_AGE.search(self.text) else []

    def _compound(self, match: re.Match[str]) -> list[Quantity]:
        parts = how.PART.findall(match["parts"])
        units = [symbol for dummy, symbol in parts]
        if units != sorted(set(units), key="dhms".index):
            return []
        unit = WRITTEN[units[-1]].unit
        value = sum((convert(Fraction(number), WRITTEN[symbol].unit, unit) for number, symbol in parts), Fraction(0))
        return [self._quantity(match, value, unit, self._compared(match), "", self._stretch(match))]

    def _measure(self, match: re.Match[str]) -> list[Quantity]:
        written = WRITTEN[" ".join(match["unit"].casefold().split())]
        compared, qualifier = self._compared(match), written.noun
        if match["number"].casefold() in ("a", "an") and not (compared and match["unit"].casefold() in how.CALENDAR):
            return []
        value = written.value(_number(match["number"]))
        if written.unit in DURATIONS:
            qualifier = self._stretch(match)
            compared = "at_most" if qualifier == "every" else "" if qualifier else compared
        quantity = self._quantity(match, value, written.unit, compared, self._per(match.end()), qualifier)
        if match["low"] is None:
            return [quantity]
        if match["low_unit"] and match["low_unit"].casefold() != match["unit"].casefold():
            return []
        return _range(quantity, written.value(_number(match["low"])))

    def _stretch(self, match: re.Match[str]) -> str:
        """Whether a duration is a recurrence or a window rather than a limit."""
        before = self.text[max(0, match.start() - 40) : match.start()]
        if how.EVERY.search(before) or how.CADENCE.match(self.text, match.end()):
            return "every"
        if how.WINDOW.match(self.text, match.end()):
            return "window"
        which = how.STRETCH.search(before)
        return how.WHICH[which["which"].casefold()] if which else ""

    def _often(self, match: re.Match[str]) -> list[Quantity]:
        written = how.RECURRENCES[(match["each"] or match["adverb"]).casefold()]
        once = how.TIMES.get((match["times"] or "").casefold(), 1)
        times = _number(match["count"]) if match["count"] else Fraction(once)
        if not times:
            return []
        value = written.value(Fraction(2 if match["other"] else 1)) / times
        return [self._quantity(match, value, written.unit, "at_most", "", "every")]

    def _unnumbered(self, match: re.Match[str]) -> list[Quantity]:
        written = WRITTEN[match["unit"].casefold()]
        qualifier = how.WHICH[match["which"].casefold()]
        return [self._quantity(match, written.value(Fraction(1)), written.unit, "", "", qualifier)]

    def _count(self, match: re.Match[str]) -> list[Quantity]:
        value = _number(match["number"], match["many"])
        noun = (match["noun"] or match["single"]).casefold()
        compared = self._compared(match)
        a_year = how.YEAR.fullmatch(match["number"]) and not compared
        if value.denominator != 1 or a_year or noun.replace("-", " ").split()[-1] in WRITTEN:
            return []
        if value == 1 and match["noun"] and noun not in how.UNCOUNTED:
            return []  # A plural after 1 belongs to another word.
        quantity = self._quantity(match, value, "count", compared, match["per"] or "", "" if noun == "times" else noun)
        return _range(quantity, _number(match["low"], match["many"])) if match["low"] else [quantity]

    def _bare(self, match: re.Match[str]) -> list[Quantity]:
        """A number alone is a quantity only where the text compares with it or states it: score > 90, replicas: 3."""
        before = self.text[max(0, match.start() - 40) : match.start()]
        compared = self._compared(match)
        if compared in ("", "exactly", "about"):
            # Longer numbers after a colon are ports and identifiers more often than amounts.
            compared = "exactly" if how.STATED.search(before) and len(match["number"]) < 4 else ""
        if not compared or match["plus"] or how.BARE_NAME.search(before):
            return []
        return [self._quantity(match, _number(match["number"], match["many"]), "count", compared)]

    def _per(self, end: int) -> str:
        whose = how.WHOSE.match(self.text, end)
        return whose["per"] if whose else ""

    def _compared(self, match: re.Match[str]) -> str:
        before = self.text[max(0, match.start() - 60) : match.start()]
        if match[0].casefold().startswith("sub-"):
            return "below"
        for name, pattern in how.COMPARED_BEFORE:
            sign = pattern.search(before)
            if sign:
                return _meant(name, before[: sign.start()])
        if match.groupdict().get("plus"):
            return "at_least"
        return next((name for name, pattern in how.COMPARED_AFTER if pattern.match(self.text, match.end())), "")

    def _with_statistics(self, in_order: list[Quantity]) -> Iterator[Quantity]:
        """Latencies with the statistic that stands before them ("p95 < 200 ms"), else right after ("200 ms (p95)")."""
        left = list(self.percentiles)
        before = 0
        for index, quantity in enumerate(in_order):
            after = in_order[index + 1].start if index + 1 < len(in_order) else len(self.text)
            before, begin = quantity.end, before
            if quantity.unit not in DURATIONS or quantity.qualifier:
                yield quantity
                continue
            near = next((each for each in left if self._belongs(each, quantity, begin, after)), None)
            if near:
                left.remove(near)
            yield replace(quantity, qualifier=near[2]) if near else quantity

    def _belongs(self, percentile: tuple[int, int, str], quantity: Quantity, begin: int, until: int) -> bool:
        start, end, dummy = percentile
        if begin <= start and end <= quantity.start:
            return not how.BREAK.search(self.text, end, quantity.start)
        if quantity.end <= start < min(until, quantity.end + 30):
            return not how.BREAK.search(self.text, quantity.end, start)
        return False


def _range(high: Quantity, low: Fraction) -> list[Quantity]:
    """Both ends of a range: what is demanded as a minimum is the lower one, as a maximum the upper one."""
    ends = [replace(high, value=low, comparison="at_least"), replace(high, comparison="at_most")]
    return ends if low < high.value else []


def _joined(in_order: list[Quantity], text: str) -> list[Quantity]:
    """Durations in two parts as one: 1h 30m, 2 hours and 15 minutes."""
    joined: list[Quantity] = []
    for quantity in in_order:
        last = joined[-1] if joined else None
        if (
            last
            and {last.unit, quantity.unit} <= DURATIONS
            and not quantity.comparison
            and convert(Fraction(1), last.unit, quantity.unit) > 1
            and text[last.end : quantity.start].strip() in ("", "and")
        ):
            value = last.into(quantity.unit) + quantity.value
            words = text[last.start : quantity.end]
            joined[-1] = replace(quantity, value=value, comparison=last.comparison, start=last.start, words=words)
        else:
            joined.append(quantity)
    return joined


def _meant(name: str, before: str) -> str:
    """No key older than 90 days: at most 90. Delete logs older than 90 days: neither more nor less."""
    if name in ("above", "below") and how.NEGATED.search(before):
        return "at_most" if name == "above" else "at_least"
    return "" if name == "above" and how.PURGED.search(before) else name


def _number(text: str, many: str | None = None) -> Fraction:
    word = text.casefold()
    if word in how.NUMBER_WORDS:
        return Fraction(how.NUMBER_WORDS[word])
    if word in ("a", "an"):
        return Fraction(1)
    plain = how.SEPARATORS.sub("", word) if how.GROUPED.fullmatch(word) else word.replace(",", ".")
    return Fraction(plain) * how.MULTIPLIERS[(many or "").strip().casefold()]


def _statistic(match: re.Match[str]) -> str:
    if match["word"]:
        return "p50" if match["word"].casefold() == "median" else "average"
    return "p" + (match["p"] or match["th"])


def _blank(match: re.Match[str]) -> str:
    return "\0" * len(match[0])
