# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One pass over what a Markdown library found: every entry of a list, row of a table and line with a box, with the
headings above it and the entries around it. Which of them are items is decided later."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import marks, tables
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.comments import (
    Comment,
    Said,
    parted,
    understood,
)
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.items import BadChecklist, Known

if TYPE_CHECKING:
    from markdown_it.token import Token

# What people use as headings ranks below all real ones.
_SUMMARY_LEVEL, _BOLD_LEVEL = 7, 8
_SUMMARY = re.compile(r"<(summary|h[1-6])\b[^<>]{0,200}>(.{1,400}?)</\1>", re.I)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_NOT_SHOWN = re.compile(r"\s*<(?:script|style|pre|textarea)\b", re.I)
_BOLD = re.compile(r"[^\w*\[]{0,8}(\*\*|__)(?=\S)((?:(?!\1).){1,200})\1[^\w*\[]{0,8}")


@dataclass(slots=True, eq=False)
class Entry:
    """An entry of a list, a row of a table or a line: where it stands and what it says.

    mark: its box; None without one. governed: what the comments below the headings say. inside: the entry that it is
    nested in. details: further paragraphs, and columns of a table that tell about the row. claim: what a table says of
    how it stands. role: who signs it, where the table says so.
    """

    line: int
    words: str
    mark: marks.Mark | None
    headings: tuple[str, ...]
    governed: Said
    inside: Entry | None = None
    comments: list[Comment] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    optional: bool = False
    claim: str = ""
    role: str = ""

    @property
    def around(self) -> list[Entry]:
        """The entries that it is nested in, the outermost first."""
        return [*self.inside.around, self.inside] if self.inside else []


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    title: str
    said: Said


class Walk:
    """The entries of a document, and the lines that are not shown to people at all: comments and scripts."""

    def __init__(self, path: Path, tokens: Sequence[Token], known: Known) -> None:
        self._path, self._tokens, self._known = path, tokens, known
        self._headings: list[_Heading] = []
        self._everywhere = Said()
        self._lists: list[Entry | None] = []
        self.hidden: set[int] = set()
        self._top = self._level_of_the_title()
        self.entries = list(self._walk())

    def _level_of_the_title(self) -> int:
        """The level of the document's own title, which is not a section of it; 0 where it has none."""
        titles = [t for t in self._tokens if t.type == "heading_open"]
        if not titles or titles[0].tag != "h1" or sum(title.tag == "h1" for title in titles) > 1:
            return 0
        pairs = zip(self._tokens, self._tokens[1:], strict=False)
        bold = any(t.type == "paragraph_open" and t.level == 0 and _bold(after.content) for t, after in pairs)
        return 1 if len(titles) > 1 or bold else 0

    def _walk(self) -> Iterator[Entry]:
        for index, token in enumerate(self._tokens):
            if token.type == "list_item_open":
                self._lists.append(None)
            elif token.type == "list_item_close":
                self._lists.pop()
            elif token.type == "table_open":
                yield from self._rows(index)
            elif token.type == "html_block":
                yield from self._html(token)
            elif token.type in ("paragraph_open", "heading_open"):
                yield from self._block(token, self._tokens[index + 1])

    def _block(self, token: Token, inline: Token) -> Iterator[Entry]:
        """A paragraph or a heading. The first one in an entry of a list is its text."""
        heading = token.type == "heading_open"
        if self._lists and self._lists[-1] is None:
            yield from self._list_entry(inline)
        elif heading and not (token.markup in "=-" and self._has_boxes(inline)):
            yield from self._heading(token, inline)
        else:
            yield from self._paragraph(inline, token.level == 0)

    def _list_entry(self, inline: Token) -> Iterator[Entry]:
        first, *more = self._chunks(inline, in_list=True)
        entry = self._entry(first)
        self._lists[-1] = entry
        yield entry
        yield from (self._entry(chunk, entry) for chunk in more)

    def _heading(self, token: Token, inline: Token) -> Iterator[Entry]:
        level, line, title = int(token.tag[1]), _line(inline), inline.content
        if box := marks.task(title):
            self._enter(level, "", line)
            entry = self._entry(_Chunk(line, box, [box.words]))
            title = entry.words
            yield entry
        self._enter(level, title, line)

    def _paragraph(self, inline: Token, outside: bool) -> Iterator[Entry]:
        around = next((entry for entry in reversed(self._lists) if entry), None)
        chunks = self._chunks(inline)
        first = chunks[0]
        if first.mark is None:
            del chunks[0]
            if outside and (title := _bold(first.words)):
                self._enter(_BOLD_LEVEL, first.words, first.line, title)
            elif around:
                words, comments = self._parted(first.words, first.line)
                around.details += [words] if words.strip() else []
                around.comments += comments
            else:
                self._govern(first.words, first.line)
        yield from (self._entry(chunk, around) for chunk in chunks)

    def _rows(self, index: int) -> Iterator[Entry]:
        around = next((entry for entry in reversed(self._lists) if entry), None)
        for row in tables.rows(self._tokens, index):
            entry = self._entry(_Chunk(row.line, row.mark, [row.words]), around)
            entry.optional, entry.role, entry.claim, entry.details = row.optional, row.role, row.claim, [*row.details]
            entry.comments = self._parted(row.all, row.line)[1]
            yield entry

    def _html(self, token: Token) -> Iterator[Entry]:
        """Comments speak of the entry or the section that they stand in; <details> hold items and titles."""
        start, around = _line(token), next((entry for entry in reversed(self._lists[-1:]) if entry), None)
        if _NOT_SHOWN.match(token.content):
            self.hidden |= set(range(start, start + token.content.count("\n") + 1))
            return
        if around:
            around.comments += self._parted(token.content, start)[1]
        else:
            self._govern(token.content, start)
        for number, line in enumerate(_blanked(token.content).split("\n"), start):
            if not line.strip():
                self.hidden.add(number)
            if title := _SUMMARY.search(line):
                level = int(title[1][1]) if title[1][0] in "hH" else _SUMMARY_LEVEL
                self._enter(level, _TAG.sub("", title[2]), number)
            elif "</details" in line.lower():
                self._headings = [each for each in self._headings if each.level < _SUMMARY_LEVEL]
            elif box := marks.in_line(_TAG.sub("", line)):
                yield self._entry(_Chunk(number, box, [box.words]), around)

    def _enter(self, level: int, text: str, line: int, title: str = "") -> None:
        self._headings = [each for each in self._headings if each.level < level]
        words, comments = self._parted(text, line)
        said = understood(self._path, comments, self._known)
        if said.of_an_item:
            raise BadChecklist(self._path, line, "this golive comment stands at a heading; put it behind an item")
        if words.strip():
            self._headings.append(_Heading(level, _title(title or words), said))

    def _govern(self, text: str, line: int) -> None:
        """A comment of its own between items speaks of the whole section that it stands in."""
        dummy, comments = self._parted(text, line)
        said = understood(self._path, comments, self._known)
        if said.of_an_item:
            problem = "this golive comment stands at no item; put it behind one"
            raise BadChecklist(self._path, comments[0].line, problem)
        if self._headings:
            last = self._headings[-1]
            self._headings[-1] = replace(last, said=_overridden(last.said, said))
        else:
            self._everywhere = _overridden(self._everywhere, said)

    def _entry(self, chunk: _Chunk, inside: Entry | None = None) -> Entry:
        words, comments = self._parted(chunk.words, chunk.line)
        governed = self._everywhere
        for heading in self._headings:
            governed = _overridden(governed, heading.said)
        return Entry(
            line=chunk.line,
            words=" ".join(words.split()),
            mark=chunk.mark,
            headings=tuple(each.title for each in self._headings if each.level > self._top),
            governed=governed,
            inside=inside or next((entry for entry in reversed(self._lists) if entry), None),
            comments=comments,
        )

    def _parted(self, text: str, line: int) -> tuple[str, list[Comment]]:
        return parted(self._path, line, text)

    def _has_boxes(self, inline: Token) -> bool:
        return any(chunk.mark for chunk in self._chunks(inline))

    def _chunks(self, inline: Token, in_list: bool = False) -> list[_Chunk]:
        """A paragraph cut into its lines with a box, each with what follows it; first what stands before them."""
        found: list[_Chunk] = []
        for number, line in enumerate(inline.content.split("\n"), _line(inline)):
            box = None if in_list and not found else marks.in_line(line)
            if box and box.kind is marks.Kind.EMOJI and _bold(line):
                box = None  # a title with a picture
            if box or not found:
                found.append(_Chunk(number, box, [box.words if box else line]))
            else:
                found[-1].lines.append(line)
        if in_list and (box := marks.mark(found[0].words)):
            found[0] = _Chunk(found[0].line, box, [box.words])
        return found


@dataclass(frozen=True, slots=True)
class _Chunk:
    line: int
    mark: marks.Mark | None
    lines: list[str]

    @property
    def words(self) -> str:
        return "\n".join(self.lines)


def _overridden(before: Said, said: Said) -> Said:
    return Said(phase=said.phase or before.phase, section=said.section or before.section)


def _blanked(html: str) -> str:
    """The text with comments left blank. One that begins and never ends hides nothing: it is hardly meant to."""
    kept, end = [], 0
    while (start := html.find("<!--", end)) >= 0 and (closed := html.find("-->", start)) >= 0:
        kept += [html[end:start], "\n" * html.count("\n", start, closed)]
        end = closed + len("-->")
    return "".join([*kept, html[end:]])


def _bold(text: str) -> str:
    """The words of a line that is nothing but bold: people use it as a heading."""
    if "\n" in text or not ("**" in text or "__" in text):
        return ""
    found = _BOLD.fullmatch(re.sub(r"<!--.*?-->", "", text).strip())
    return found[2] if found else ""


def _title(text: str) -> str:
    words = " ".join(text.replace("**", "").split())
    return words.strip("_*").rstrip(":").rstrip("_* ")


def _line(token: Token) -> int:
    return (token.map or [0])[0] + 1
