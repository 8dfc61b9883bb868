# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quantities that a document states of something: beside a label, in a table, or next to its name in a sentence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.binding.quantities import (
    MAX_CHARACTERS,
    Quantity,
    quantities,
)
from ansible_collections.golive.verify.plugins.plugin_utils.binding.units import compatible
from ansible_collections.golive.verify.plugins.plugin_utils.documents.model import Block, Document
from ansible_collections.golive.verify.plugins.plugin_utils.documents.statements import Statement, Statements

# What may stand between the name of something and its value.
_BETWEEN = re.compile(
    r"[\s:=≤<~*()\u2013\u2014-]*(?:\([^()]{1,60}\)[\s:=≤<~*\u2013\u2014-]*)?"
    r"(?:\b(?:is|are|of|the|a|an|at|most|maximum|max|within|under|below|target|goal|set|to|agreed|as|less|than|up|no|more|for"
    r"|our|will|be|must|shall|about)\b[\s:=≤<~*\u2013\u2014-]*){0,6}",
    re.I,
)
_NUMBER = re.compile(r"(?<![\d.,-])(?P<number>\d{1,9}(?:\.\d+)?)(?![\d.]*\d|\s?%)|\b(?P<none>none|zero|no)\b", re.I)
# More statements on one thing are not read: nobody wrote them.
MAX_STATEMENTS = 300
# Characters between a name and its value in a sentence.
_FAR = 120
_NOTHING = re.compile(r"\W*(?:0|zero|none)\b(?!\s*[.,]\d)", re.I)
_PARTS = re.compile(r"\s*(?:/|,|&|\band\b)\s*", re.I)


def stated(statements: Statements, words: re.Pattern[str], unit: str) -> list[Fraction]:
    """Every value that the document states of what the words name, in the unit, in its order.

    Below a heading only the first value counts, and only where nothing is said beside a label or in a sentence.
    """
    about = statements.about(words)
    _insist_on_few(about)
    values = [value for each in about if not each.heading for value in _of(each, words, unit)]
    labeled = {each.line for each in about if not each.heading}
    values += _in_sentences(statements.document, words, unit, labeled)
    return values or [value for each in about if each.heading for value in _of(each, words, unit)]


def counts(statements: Statements, words: re.Pattern[str]) -> list[Fraction]:
    """The same for a number without a unit; none and zero are 0."""
    found = []
    for each in statements.about(words):
        for value in each.values:
            if number := _NUMBER.search(value):
                found.append(Fraction(number["number"] or 0))
    return found


def _insist_on_few(said: Sequence[object]) -> None:
    if len(said) > MAX_STATEMENTS:
        raise CannotLook("too_large", f"the document speaks of one thing more than {MAX_STATEMENTS} times")


def _of(statement: Statement, words: re.Pattern[str], unit: str) -> Iterator[Fraction]:
    for value in statement.values:
        said = _in(value, unit)
        if not said and _NOTHING.match(value):
            yield Fraction(0)
        elif said:
            yield said[_which(statement.label, words, len(said))].into(unit)
            if statement.heading:
                return


def _which(label: str, words: re.Pattern[str], values: int) -> int:
    """Which of the values is meant: of 'RTO / RPO: 4 h / 1 h' that in the place of the name."""
    names = _PARTS.split(label)
    place = next((index for index, name in enumerate(names) if words.search(name)), 0)
    return place if len(names) == values else 0


def _in(text: str, unit: str) -> list[Quantity]:
    return [quantity for quantity in quantities(text) if compatible(quantity.unit, unit)]


def _in_sentences(
    document: Document, words: re.Pattern[str], unit: str, labeled: Collection[int]
) -> Iterator[Fraction]:
    """'an RTO of 4 hours', and 'a 4-hour RTO', in lines whose label has not said it already."""
    blocks = [block for section in document.sections for block in section.blocks]
    named = [line for block in blocks for number, line in block.lines() if number not in labeled and words.search(line)]
    _insist_on_few(named)
    for line in named:
        yield from _beside(line[:MAX_CHARACTERS], words, unit)
    for block in blocks:
        yield from _in_rows(block, words, unit)


def _in_rows(block: Block, words: re.Pattern[str], unit: str) -> Iterator[Fraction]:
    """| web | availability | 99.9 % |: the cells behind the name. What the first cell names is a label already."""
    for row in block.rows[1:]:
        named = next((column for column, cell in enumerate(row) if column and words.search(cell)), None)
        if named is not None and not _in(row[named], unit):
            behind = [quantity for cell in row[named + 1 :] for quantity in _in(cell, unit)]
            yield from (quantity.into(unit) for quantity in behind[:1])


def _beside(line: str, words: re.Pattern[str], unit: str) -> Iterator[Fraction]:
    said = _in(line, unit)
    for name in words.finditer(line):
        near = [each for each in said if -_FAR < each.start - name.end() < _FAR]
        for quantity in near:
            after = quantity.start >= name.end() and _BETWEEN.fullmatch(line, name.end(), quantity.start)
            before = quantity.end <= name.start() and not line[quantity.end : name.start()].strip(" -")
            if after or before:
                yield quantity.into(unit)
                break
