# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boxes as people write them: those of task lists, ballot boxes, and emoji that tell how something stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How sure a mark is a box. An emoji is one only in checklists that have no other."""

    TASK = "task"
    BALLOT = "ballot"
    EMOJI = "emoji"


@dataclass(frozen=True, slots=True)
class Mark:
    """A box, whether it is ticked, and the words that it stands at."""

    kind: Kind
    ticked: bool
    words: str


BALLOTS = "☐☑☒⬜□▢◻❏❑❒🔲🗹"
_SYMBOLS = "✅❌❎⚠✔✓✗✘🔴🟡🟠🟢⏳🚧⛔🚫"
_TICKED = frozenset("xX☑☒🗹✅✔✓🟢√")
_NAMES = {
    "white_check_mark": "✅",
    "heavy_check_mark": "✔",
    "ballot_box_with_check": "☑",
    "white_large_square": "⬜",
    "x": "❌",
    "negative_squared_cross_mark": "❎",
    "warning": "⚠",
    "hourglass_flowing_sand": "⏳",
    "construction": "🚧",
}
# [ ] and [x] also as typed in a hurry, [] or [ x], as exporters escape it, \[ \], and with another sign for the x.
_BOX = r"\\?\[[ \t\u00a0]{0,3}([xX✓✔☑✅√]?)\ufe0f?[ \t\u00a0]{0,3}\\?\](?![(\[:])"
_SYMBOL = rf"(?:[{BALLOTS}{_SYMBOLS}]\ufe0f?|:(?:{'|'.join(_NAMES)}):)"
_BULLET = r"(?:(?:[-*+•‣◦·\u2013\u2014▪]|\w{1,3}[.)])\s+)"
_EMPHASIS = r"([*_~]{0,3})"

_TASK = re.compile(rf"{_EMPHASIS}{_BOX}\s*(\S.*)", re.S)
_LEADING = re.compile(rf"{_EMPHASIS}({_SYMBOL})\s*(\S.*)", re.S)
_AT_THE_END = re.compile(rf"({_SYMBOL})\Z")
_BULLETED = re.compile(rf"{_BULLET}{{1,3}}")
_BARE_BOX = re.compile(r"\\?\[[ \u00a0xX]\\?\]")
_LONGEST_NAME = 40
_LOOKS = re.compile(rf"[\s>]*(?:#{{1,6}}\s+|{_BULLET}{{1,12}}){_EMPHASIS}{_BOX}")
_LOOKS_BARE = re.compile(rf"[\s>]*{_EMPHASIS}{_BOX}")
_LOOKS_LIKE_A_ROW = re.compile(r"[\s>]*\|(?:[^|]*\|)*\s*\[[ xX]\]")
_FORM = re.compile(r"<input\b[^<>]{0,200}\bcheckbox\b", re.I)


def task(text: str) -> Mark | None:
    """The box of a task list at the beginning of a text."""
    found = _TASK.match(text)
    return Mark(Kind.TASK, found[2] in _TICKED and bool(found[2]), found[1] + found[3]) if found else None


def mark(text: str) -> Mark | None:
    """The box of an entry: at its beginning, or a symbol at its end. A choice among several boxes is none."""
    return task(text) or leading(text) or _trailing(text)


def leading(text: str) -> Mark | None:
    """A ballot box or an emoji at the beginning of a text."""
    found = _LEADING.match(text)
    return _symbol(found[2], found[1] + found[3]) if found else None


def in_line(line: str) -> Mark | None:
    """The box that a line of running text begins with, behind the bullet that people paste along."""
    line = line.strip()
    if bullet := _BULLETED.match(line):
        return task(line[bullet.end() :]) or leading(line[bullet.end() :])
    boxes = len(_BARE_BOX.findall(line))
    return leading(line) or (task(line) if boxes == 1 else None)


def looks_like_an_item(line: str) -> bool:
    """Whether people take a line for an item: what is not read as one has to be said."""
    if _LOOKS.match(line) or _LOOKS_LIKE_A_ROW.match(line) or _FORM.search(line):
        return True
    return bool(_LOOKS_BARE.match(line)) and len(_BARE_BOX.findall(line)) == 1


def _trailing(text: str) -> Mark | None:
    line = text.rstrip()
    found = _AT_THE_END.search(line[-_LONGEST_NAME:]) if "\n" not in line else None
    return _symbol(found[1], line[: -len(found[1])].rstrip(" \t:\u2013\u2014-")) if found else None


def _symbol(symbol: str, words: str) -> Mark | None:
    if not words:
        return None
    sign = _NAMES.get(symbol.strip(":")) or symbol[0]
    if sign not in BALLOTS:
        return Mark(Kind.EMOJI, sign in _TICKED, words)
    return None if any(box in words for box in BALLOTS) else Mark(Kind.BALLOT, sign in _TICKED, words)
