# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in the text of a checklist an item's box may be, and the room for its evidence.

All places are offsets into the text, so that whoever writes changes these characters and no other. What looks like a
box in a line need not be the item's: that is for the reader to say.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item

Span = tuple[int, int]

EVIDENCE = re.compile(r"<!--\s*golive-evidence:[^<>]*-->")

# The other state of each mark, the usual one first.
_TICKS = "xX✓✔☑✅√"
_TICK = {
    **dict.fromkeys("☐□▢◻❏❑❒🔲", ("☑",)),
    "⬜": ("☑", "✅"),
    **dict.fromkeys("❌❎⚠⏳🚧⛔🚫", ("✅",)),
    **dict.fromkeys("🔴🟡🟠", ("🟢",)),
    "✗": ("✓",),
    "✘": ("✔",),
    ":white_large_square:": (":ballot_box_with_check:", ":white_check_mark:"),
    **dict.fromkeys((":x:", ":negative_squared_cross_mark:", ":warning:"), (":white_check_mark:",)),
    **dict.fromkeys((":hourglass_flowing_sand:", ":construction:"), (":white_check_mark:",)),
}
_UNTICK = {
    **dict.fromkeys("☑☒🗹", ("☐", "⬜", "□", "◻", "🔲")),
    "✅": ("❌", "⬜", "☐"),
    "✓": ("✗",),
    "✔": ("✘",),
    "🟢": ("🔴",),
    ":ballot_box_with_check:": (":white_large_square:",),
    ":white_check_mark:": (":x:", ":white_large_square:"),
    ":heavy_check_mark:": (":x:",),
}
_SYMBOLS = "|".join(sorted({*_TICK, *_UNTICK}, key=len, reverse=True))
_SIGN = re.compile(
    rf"\[(?:[ \t\u00a0]{{0,3}}([{_TICKS}]\ufe0f?)[ \t\u00a0]{{0,3}}|([ \t\u00a0]?)[ \t\u00a0]{{0,5}})\\?\](?![(\[:])"
    rf"|({_SYMBOLS})"
)
_MOST_SIGNS = 8

_LINE_END = re.compile(r"\r\n?|\n")
_ENTRY = re.compile(r"[ \t>\ufeff]*(?:(?:[-*+•‣◦·▪\u2013\u2014]|\d{1,9}[.)])[ \t]|#{1,6}[ \t])")
_BLOCK_START = re.compile(r"[ \t>]*(?:$|(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)|#|\||```|~~~)")
_BARS = re.compile(r"(?<!\\)\|")
_BEGINS = re.compile(r"(?<!\\)(?:`+|<!--|<(?=[A-Za-z/]))")
# What a heading may be closed with, and what stands between words and a box behind them.
_CLOSING = re.compile(r"[ \t]+#+[ \t]*\Z")
_BEFORE_A_SIGN = " \t:-\u2013\u2014"
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Sign:
    """What may be a box: the characters to change. bracket: it stands between [ and ]."""

    span: Span
    mark: str
    bracket: bool

    @property
    def ticked(self) -> bool:
        """Whether it says that the item is done."""
        return self.mark in _TICKS and bool(self.mark) if self.bracket else self.mark in _UNTICK

    def flipped(self, used: Container[str]) -> Sequence[str]:
        """The marks that say the opposite, those in use before others."""
        if self.bracket:
            return " " if self.ticked else sorted(_TICKS[:2], key=lambda mark: mark not in used)
        return sorted((_UNTICK if self.ticked else _TICK)[self.mark], key=lambda mark: mark not in used)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one item stands. signs: what may be its box, the likeliest first. row: of a table.

    room: where its evidence goes, between these two strings; None where there is none. evidence: what is there already.
    """

    signs: tuple[Sign, ...]
    row: bool
    room: tuple[int, str, str] | None
    evidence: tuple[Span, ...]


class Places:
    """The places of items in a text. The text is the checklist's, decoded without changing any line end."""

    def __init__(self, text: str, items: Iterable[Item]) -> None:
        self.text = text
        ends = [found.span() for found in _LINE_END.finditer(text)]
        starts = [0, *(end for dummy, end in ends)]
        self.lines: list[Span] = list(zip(starts, [*(start for start, dummy in ends), len(text)], strict=True))
        self._items = {item.line for item in items}

    def of(self, item: Item) -> Place:
        """The place of an item of the checklist that this text was read as."""
        start, end = self.lines[item.line - 1]
        found = list(_signs(self.text, start, end))[:_MOST_SIGNS]
        signs = tuple(sign for sign in found if sign.ticked == item.box)
        cells = self._cells(start, end)
        if len(cells) < 2 or _ENTRY.match(self.text, start, end):
            evidence = self._evidence(start, self._block_end(item.line))
            return Place(signs, False, self._behind(start, end, found), evidence)
        words = next((cell for cell in cells if _WORD.search(EVIDENCE.sub("", self.text[slice(*cell)]))), None)
        # Without a space: the text of a row is put together from its cells, and must stay as it is.
        return Place(signs, True, self._room(*words, "") if words else None, self._evidence(start, end))

    def _evidence(self, start: int, end: int) -> tuple[Span, ...]:
        return tuple(found.span() for found in EVIDENCE.finditer(self.text, start, end))

    def _block_end(self, line: int) -> int:
        """The end of the paragraph that begins in a line."""
        for number in range(line + 1, len(self.lines) + 1):
            start, end = self.lines[number - 1]
            if number in self._items or _BLOCK_START.match(self.text, start, end):
                return self.lines[number - 2][1]
        return len(self.text)

    def _behind(self, start: int, end: int, signs: list[Sign]) -> tuple[int, str, str] | None:
        """Behind the words of a line, but before a box or the signs of a heading that stand there."""
        line = self.text[start:end].rstrip(" \t")
        last = signs[-1] if signs else None
        if (
            last
            and not last.bracket
            and line[: last.span[0] - start].strip()
            and not line[last.span[1] - start :].strip("\ufe0f")
        ):
            at = start + len(line[: last.span[0] - start].rstrip(_BEFORE_A_SIGN))
            return at, " ", ""
        if line.lstrip(" \t>").startswith("#") and (closing := _CLOSING.search(line)):
            return start + closing.start(), " ", ""
        return self._room(start, end, " ")

    def _room(self, start: int, end: int, space: str) -> tuple[int, str, str] | None:
        """Behind the text, but before what goes on in the next line and must not be cut apart, and before the blanks or
        the backslash at a line's end, which mean a line break."""
        whole = self.text[start:end]
        cut = _goes_on(whole)
        body = (whole[:cut] if cut < len(whole) else whole.rstrip(" \t")).rstrip("\\")
        at = start + len(body)
        if not body.strip(" \t>-*+"):
            return None
        if self.text[at:end].strip(" \t"):
            return at, "", " " if body.endswith(" ") else ""
        return at, space, ""

    def _cells(self, start: int, end: int) -> list[Span]:
        """What stands between bars, if the line is a row; a bar behind a backslash is text."""
        bars = [found.start() for found in _BARS.finditer(self.text, start, end)]
        return list(zip([start, *(each + 1 for each in bars)], [*bars, end], strict=True))


def without_signs(text: str) -> str:
    """The text without anything that may be a box."""
    return _SIGN.sub("", text)


def _signs(text: str, start: int, end: int) -> Iterator[Sign]:
    for found in _SIGN.finditer(text, start, end):
        group = found.lastindex or 0
        yield Sign(found.span(group), found[group].rstrip("\ufe0f"), group < 3)


def _goes_on(text: str) -> int:
    """Where code, a comment or a tag begins that does not end in this line; the text's length without one."""
    at = 0
    while begin := _BEGINS.search(text, at):
        what = begin[0]
        if what.startswith("`"):
            end = re.compile(rf"(?<!`){what}(?!`)").search(text, begin.end())
            at = end.end() if end else -1
        else:
            at = text.find("-->" if what == "<!--" else ">", begin.end())
        if at < 0:
            return begin.start()
    return len(text)
