# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether a document says what a control demands of it, topic by topic."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ansible_collections.golive.verify.plugins.plugin_utils.binding.units import plain, shown
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Threshold
from ansible_collections.golive.verify.plugins.plugin_utils.documents.amounts import counts, stated
from ansible_collections.golive.verify.plugins.plugin_utils.documents.dates import dates
from ansible_collections.golive.verify.plugins.plugin_utils.documents.model import LINKED, excerpt, wording, words_of
from ansible_collections.golive.verify.plugins.plugin_utils.documents.requirements import Topic
from ansible_collections.golive.verify.plugins.plugin_utils.documents.statements import (
    Statement,
    Statements,
    blank_cells,
)

# A telephone number, a mail address, a place to call on the web, or a channel of a chat.
_CONTACT = re.compile(
    r"(?<![\w.])(?!20\d\d-\d\d-\d\d|\d{1,3}(?:\.\d{1,3}){3})(?:\+|\()?\d[\d ()/.-]{5,}\d(?!\w)"
    rf"|[\w.+-]+@[\w-]+\.[\w.-]+|https?://\S+|(?<!\w)[#@][a-z][\w-]{{2,}}|{LINKED}",
    re.I,
)
_MIN_WORDS = 3
_UNITS = {"duration": "days", "percent": "percent"}


@dataclass(frozen=True, slots=True)
class Limit:
    """A threshold with the value that counts in this check."""

    threshold: Threshold
    value: float

    def broken(self, seen: Fraction | int, unit: str) -> str:
        """How what is seen breaks it, in words; empty when it does not."""
        if self.threshold.bound == "at_least" and seen < Fraction(self.value):
            return f"{shown(plain(Fraction(seen)), unit)}, less than {shown(self.value, unit)}"
        if self.threshold.bound == "at_most" and seen > Fraction(self.value):
            return f"{shown(plain(Fraction(seen)), unit)}, more than {shown(self.value, unit)}"
        return ""


@dataclass(frozen=True, slots=True)
class Judgment:
    """Where each topic was found, for people, and a sentence for each that is missing or not as it must be."""

    found: Mapping[str, str]
    problems: Sequence[str]


def judge_topics(statements: Statements, topics: Sequence[Topic], limits: Mapping[str, Limit], today: date) -> Judgment:
    """Judge a document on all topics of a control. limits: the thresholds of the control, by name."""
    found: dict[str, str] = {}
    problems: list[str] = []
    for topic in topics:
        where, wrong = _judge(statements, topic, limits, today)
        if where:
            found[topic.name] = where
        problems += wrong
    return Judgment(found, list(dict.fromkeys(problems)))


def section_problems(statements: Statements, headings: Sequence[str]) -> list[str]:
    """Which of the headings the document lacks, or has without text below them."""
    problems = []
    for heading in headings:
        named = [each for each in statements.all if each.heading and wording((heading,)).search(each.label)]
        if not named:
            problems.append(f"there is no section '{heading}'")
        elif not any(_says_something(each) for each in named):
            problems.append(f"{named[0].where} says nothing")
    return problems


def _judge(statements: Statements, topic: Topic, limits: Mapping[str, Limit], today: date) -> tuple[str, list[str]]:
    words = wording(topic.words)
    about = statements.about(words)
    blanks = [*blank_cells(statements.document, words), *(_unreachable(about) if topic.kind == "contact" else ())]
    if topic.kind in (*_UNITS, "count"):
        return _judge_amount(statements, topic, limits)
    if not about:
        return "", [f"it says nothing of {topic.name}: no heading, column or label names it"]
    wrong: list[str] = []
    for each in about:
        problem = f"{each.where} says nothing" if not _says_something(each) else _lacks(each, topic, limits, today)
        if not problem:
            return each.where, blanks
        wrong.append(problem)
    return "", [*blanks, f"{topic.name}: {wrong[0]}"]


def _says_something(statement: Statement) -> bool:
    """A label or a cell says something in a word, a section in three."""
    if statement.blank:
        return False
    return statement.code or not statement.heading or words_of(statement.text) >= _MIN_WORDS


def _lacks(statement: Statement, topic: Topic, limits: Mapping[str, Limit], today: date) -> str:
    """What a statement lacks that the topic asks for; empty when nothing."""
    if topic.entries:
        entries = statement.rows or statement.items
        broken = limits[topic.entries].broken(len(entries), "count")
        if broken:
            return f"{statement.where} names {broken}"
    return _OF_KIND[topic.kind](statement, topic, limits, today) if topic.kind in _OF_KIND else ""


def _lacks_commands(statement: Statement, topic: Topic, limits: Mapping[str, Limit], today: date) -> str:
    return "" if statement.code else f"{statement.where} gives no command"


def _lacks_contact(statement: Statement, topic: Topic, limits: Mapping[str, Limit], today: date) -> str:
    return "" if _CONTACT.search(statement.text) else f"{statement.where} names neither number nor address"


def _unreachable(about: Sequence[Statement]) -> Iterator[str]:
    """A sentence for each row without a contact in a table that gives contacts."""
    for row in dict.fromkeys(row for each in about if _CONTACT.search(" ".join(each.rows)) for row in each.rows):
        if not _CONTACT.search(row):
            yield f"'{excerpt(row)}' has neither a number nor an address"


def _lacks_date(statement: Statement, topic: Topic, limits: Mapping[str, Limit], today: date) -> str:
    for value in statement.values:
        said = list(dates(value))
        if not said:
            return f"{statement.where} names no date" + (f" in '{value[:60]}'" if value.strip() else "")
        if topic.ahead and max(said) < today:
            return f"{statement.where} ended on {max(said)}"
        if not topic.ahead and topic.bound:
            if max(said) > today:
                return f"{statement.where} names {max(said)}, which is still to come"
            broken = limits[topic.bound].broken((today - max(said)).days, "days")
            if broken:
                return f"{statement.where} names {max(said)}, an age of {broken}"
    return ""


_OF_KIND: Mapping[str, Callable[[Statement, Topic, Mapping[str, Limit], date], str]] = {
    "commands": _lacks_commands,
    "contact": _lacks_contact,
    "date": _lacks_date,
}


def _judge_amount(statements: Statements, topic: Topic, limits: Mapping[str, Limit]) -> tuple[str, list[str]]:
    words, unit = wording(topic.words), _UNITS.get(topic.kind, "count")
    said = counts(statements, words) if topic.kind == "count" else stated(statements, words, unit)
    if not said:
        return "", [f"it states no {topic.kind} for {topic.name}"]
    broken = [limits[topic.bound].broken(value, unit) for value in said] if topic.bound else []
    problems = [f"{topic.name} is {how}" for how in broken if how]
    return ", ".join(dict.fromkeys(_shown(value, unit) for value in said)), problems


def _shown(value: Fraction, unit: str) -> str:
    """A duration in the largest unit in which it is a whole number."""
    if unit == "days":
        for smaller, parts in (("days", 1), ("hours", 24), ("minutes", 1440), ("seconds", 86400)):
            if (value * parts).denominator == 1:
                return shown(plain(value * parts), smaller)
    return shown(plain(value), unit)


def stale_by_its_own_words(statements: Statements, most_days: float, today: date) -> Iterator[str]:
    """A sentence for each date of a last review that the document states and that is too long ago."""
    for each in statements.about(wording(_REVIEWED)):
        said = [day for day in dates(each.text) if day <= today]
        if not each.heading and said and (today - max(said)).days > most_days:
            yield f"{each.where}: by its own words last reviewed on {max(said)}, {(today - max(said)).days} days ago"


def reviewed(statements: Statements) -> date | None:
    """The newest date of a review or change that the document itself states."""
    about = statements.about(wording(_REVIEWED))
    return max((day for each in about if not each.heading for day in dates(each.text)), default=None)


_REVIEWED = (
    *("last reviewed", "last review", "reviewed on", "date of review", "last updated", "last update", "updated on"),
    *("last modified", "last changed", "last edited", "last revised", "revision date"),
)
