# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a document states: of what (a heading, the head of a column or row, a label), and what it says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ansible_collections.golive.verify.plugins.plugin_utils.documents.model import Block, Document, Section
from ansible_collections.golive.verify.plugins.plugin_utils.documents.placeholders import is_blank, is_instruction

_LABELED = re.compile(r"^\W*(?P<label>[^\W_][^:|]{0,80}?)\s*(?::(?!//)|\s[\u2013\u2014-](?=\s)|\s=)\s*(?P<value>.*)$")


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a document says. values: what it says, one for each cell of a column.

    rows: the rows of tables in it; items: the entries of lists; code: whether it holds a command to type.
    """

    label: str
    where: str
    line: int
    values: tuple[str, ...]
    rows: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    code: bool = False
    heading: bool = False

    @property
    def text(self) -> str:
        """All that it says."""
        return " ".join(self.values)

    @property
    def blank(self) -> bool:
        """Whether it says nothing."""
        return not self.code and all(map(is_blank, self.values))


@dataclass(frozen=True)
class Statements:
    """All that a document states."""

    document: Document

    @cached_property
    def all(self) -> tuple[Statement, ...]:
        """First what labels and tables say, then what stands below headings."""
        labeled = [each for section in self.document.sections for each in _labeled(section)]
        tables = [each for section in self.document.sections for block in section.blocks for each in _cells(block)]
        return (*labeled, *tables, *(_below(section, blocks) for section, blocks in self.document.headed()))

    def about(self, words: re.Pattern[str]) -> list[Statement]:
        """The statements on what the words name."""
        return [each for each in self.all if words.search(each.label)]


def _labeled(section: Section) -> Iterator[Statement]:
    """Label: value, of each line of a text; an entry of a list with what is nested in it."""
    for index, block in enumerate(section.blocks):
        if block.kind not in ("text", "item"):
            continue
        lines = list(block.lines())
        for at, (number, text) in enumerate(lines):
            found = _LABELED.match(text)
            if not found or found["label"].count("`") % 2:
                continue
            # A label at the end announces what comes next.
            below = _announced(section.blocks, index) if at == len(lines) - 1 else ()
            values = (found["value"], *(each.says for each in below if each.kind != "code"))
            yield Statement(
                label=found["label"],
                where=f"line {number}",
                line=number,
                values=(" ".join(filter(None, values)),),
                rows=tuple(" ".join(row) for each in below for row in each.rows[1:]),
                items=tuple(each.text for each in below if each.kind == "item"),
                code="`" in found["value"] or any(each.kind == "code" or "`" in each.text for each in below),
            )


def _announced(blocks: tuple[Block, ...], index: int) -> tuple[Block, ...]:
    """What belongs to the label at the end of a block: what is nested deeper in the list, or a list, code or table."""
    here, found = blocks[index], []
    for block in blocks[index + 1 :]:
        if block.kind == "text" or (block.kind == "item" and block.depth <= here.depth):
            break
        found.append(block)
    return tuple(found)


def _cells(block: Block) -> Iterator[Statement]:
    """Each column by its header and each row by its first cell."""
    if block.kind != "table" or len(block.rows) < 2:
        return
    header, *rows = block.rows
    for column, label in enumerate(header):
        cells = tuple(row[column] if column < len(row) else "" for row in rows)
        joined = tuple(" ".join(row) for row in rows)
        yield Statement(
            label, f"column '{label}'", block.line, cells, rows=joined, code=any("`" in cell for cell in cells)
        )
    for offset, row in enumerate(rows, 1):
        rest = " ".join(row[1:])
        yield Statement(
            row[0], f"line {block.line + offset}", block.line + offset, (rest,), rows=(" ".join(row),), code="`" in rest
        )


def _below(section: Section, blocks: tuple[Block, ...]) -> Statement:
    said = () if is_instruction(blocks) else blocks
    return Statement(
        label=section.title,
        where=f"section '{section.title}'",
        line=section.line,
        values=tuple(block.says for block in said if block.kind != "code"),
        rows=tuple(" ".join(row) for block in said for row in block.rows[1:]),
        items=tuple(block.text for block in said if block.kind == "item"),
        code=any(
            block.kind == "code" or "`" in block.text or any("`" in cell for row in block.rows for cell in row)
            for block in said
        ),
        heading=True,
    )


def blank_cells(document: Document, words: re.Pattern[str]) -> Iterator[str]:
    """A sentence for each row of a table that says nothing in a column which the words name."""
    for section in document.sections:
        for block in section.blocks:
            if block.kind != "table":
                continue
            header, *rows = block.rows
            for column, label in enumerate(header):
                if not words.search(label):
                    continue
                for offset, row in enumerate(rows, 1):
                    if is_blank(row[column] if column < len(row) else ""):
                        yield f"line {block.line + offset}: '{row[0]}' has no {label.lower() or 'value'}"
