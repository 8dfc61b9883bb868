# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a document is, whatever format it was written in: sections with blocks of text, links, and places to link to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

Kind = Literal["text", "item", "code", "table"]
Rows = tuple[tuple[str, ...], ...]

# Stands behind the text of a link that leads out of the document: a reader can go there.
LINKED = "↗"

_INLINE_CODE = re.compile(r"(`+)[^`\n]+\1")
_WORD = re.compile(r"[^\W_]{2,}")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, an entry of a list, a piece of code or a table.

    text: what a reader sees, inline code in backticks; that of a table is in rows, the first of which is its header.
    depth: how deeply an entry of a list is nested.
    """

    kind: Kind
    line: int
    text: str = ""
    rows: Rows = ()
    depth: int = 0

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each line with its number; each cell of a table is a line. Code has none, since it is not prose."""
        if self.kind == "table":
            for offset, row in enumerate(self.rows):
                yield from ((self.line + offset, cell) for cell in row)
        elif self.kind != "code":
            yield from ((self.line + offset, line) for offset, line in enumerate(self.text.split("\n")))

    @property
    def says(self) -> str:
        """All of its text; of a table that of its rows, without the header."""
        return " ".join(" ".join(row) for row in self.rows[1:]) if self.kind == "table" else self.text


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, from 1 (the highest level), and what stands below it up to the next one; level 0 is without one."""

    level: int
    title: str
    line: int
    blocks: tuple[Block, ...] = ()

    @property
    def says(self) -> str:
        """All of its own text, without that of the sections within it."""
        return " ".join(block.says for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Link:
    """Something that a document leads to or shows, as it is written there."""

    line: int
    target: str
    image: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read. anchors: what a link may name behind #. title: what its format says it is called.

    changed: the date of its last change as a page's own metadata states it; empty where there is none.
    """

    sections: tuple[Section, ...]
    links: tuple[Link, ...] = ()
    anchors: frozenset[str] = frozenset()
    title: str = ""
    changed: str = ""
    asks_for_password: bool = False

    @property
    def named(self) -> str:
        """Its title: the metadata's, or its first heading."""
        return self.title or next((section.title for section in self.sections if section.title), "")

    @property
    def words(self) -> int:
        """How many words it has below its headings."""
        return sum(words_of(section.says) for section in self.sections)

    def headed(self) -> Iterator[tuple[Section, tuple[Block, ...]]]:
        """Each section with a heading, and all blocks below it, those of the sections within it too.

        The heading of the document itself is not one of them: everything stands below it.
        """
        whole = self._own_title()
        for index, section in enumerate(self.sections):
            if section.level and index != whole:
                yield section, tuple(block for each in self._within(index) for block in each.blocks)

    def _within(self, index: int) -> Iterator[Section]:
        yield self.sections[index]
        for section in self.sections[index + 1 :]:
            if section.level <= self.sections[index].level:
                return
            yield section

    def _own_title(self) -> int | None:
        headings = [(index, section.level) for index, section in enumerate(self.sections) if section.level]
        if len(headings) > 1 and all(level > headings[0][1] for dummy, level in headings[1:]):
            return headings[0][0]
        return None

    def without(self, template: Document) -> Document:
        """The same without the text that its template has too: what somebody wrote into it."""
        known = {_plain(block.text) for section in template.sections for block in section.blocks}
        known |= {
            _plain(" ".join(row)) for section in template.sections for block in section.blocks for row in block.rows
        }
        return replace(self, sections=tuple(replace(each, blocks=_own(each.blocks, known)) for each in self.sections))


def _own(blocks: Sequence[Block], known: set[str]) -> tuple[Block, ...]:
    own = []
    for block in blocks:
        if block.kind != "table":
            own += [] if _plain(block.text) in known else [block]
        elif rows := tuple(row for row in block.rows[1:] if _plain(" ".join(row)) not in known):
            own.append(replace(block, rows=(block.rows[0], *rows)))
    return tuple(own)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def leads_out(target: str) -> bool:
    """Whether a link goes to the web, to a mailbox or to a telephone."""
    return target.lower().startswith(("http://", "https://", "mailto:", "tel:"))


def words_of(text: str) -> int:
    """How many words of at least two letters or digits a text has."""
    return sum(1 for dummy in _WORD.finditer(text))


def prose(text: str) -> str:
    """The text without its inline code, in which angle brackets and the like are meant as they stand."""
    return _INLINE_CODE.sub("code", text)


@cache
def wording(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern that finds any of the phrases as whole words, with the usual endings, however they are joined."""
    joined = (r"[\s_/-]+".join(re.escape(word) for word in phrase.split()) for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{'|'.join(joined)})(?:s|es|d|ed|ing)?(?!\w)", re.I)


def excerpt(text: str) -> str:
    """The beginning of a text, as a message shows it."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."
