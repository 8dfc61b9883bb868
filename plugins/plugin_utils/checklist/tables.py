# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables whose rows are requirements: those with boxes, or with a column that says what is required, done or signed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import marks
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.marks import Kind, Mark

if TYPE_CHECKING:
    from markdown_it.token import Token

# What has more columns was not written by people.
MAX_COLUMNS = 50

_REQUIRED = re.compile(r"\b(required|mandatory|must)\b", re.I)
_DONE = re.compile(r"\b(done|completed?|checked|verified|ok|tick)\b|^\W*[✓✔☑✅]\W*$", re.I)
_SIGNED = re.compile(
    r"\b(signature|signed|sign[ -]?off|approved|approval|initials|(?:verified|checked|done)\sby)\b", re.I
)
_STATUS = re.compile(r"\b(status|state)\b", re.I)
_HISTORY = re.compile(r"\b(version|revision|author|change)\b", re.I)
_ROLE = re.compile(r"\b(role|position|team|department|function|approver|stakeholder)\b", re.I)
_NAME = re.compile(r"\bname\b", re.I)
_NUMBER = re.compile(r"\W*(?:#|nr|no|num|number|id|ref)\W*", re.I)
# Columns that tell about a requirement and are no words of it.
_ABOUT = re.compile(
    r"\b(owner|assignee|assigned|responsible|who|priority|severity|date|due|deadline|eta|evidence|link|ticket|status"
    r"|state)\b",
    re.I,
)
_BLANK = re.compile(r"[\s_.\-\u2013\u2014…]*")
_ANSWER = re.compile(
    r"\W{0,4}(?:yes|no|y|n|true|false|required|optional|mandatory|recommended|conditional|must|should|may|always|if\b"
    r"|when\b|only\b|prod\b|production\b|x|n/?a|done|complete|completed|pending|open|todo|tbd|ok|not\b|partial)\b",
    re.I,
)
_YES = re.compile(r"\W{0,4}(?:yes|y|done|complete|completed|ok|true|x|passed)\b", re.I)
_NOT_REQUIRED = re.compile(r"\b(no|optional|false|n/?a)\b", re.I)


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement of a table. all: every cell, for the comments in it; claim: what its status column says."""

    line: int
    words: str
    mark: Mark
    all: str
    optional: bool = False
    claim: str = ""
    role: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table are for; None for what it does not have. kind: how sure its rows are requirements."""

    kind: Kind
    required: int | None
    boxes: tuple[int, ...]
    signed: int | None
    status: int | None

    @property
    def claim(self) -> int | None:
        """The column that claims whether a row is done."""
        return next(iter(self.boxes), self.signed if self.signed is not None else self.status)


def columns(header: Sequence[str], body: Sequence[Sequence[str]]) -> Columns | None:
    """What a table is made of; None where it only tells something."""
    if len(header) > MAX_COLUMNS:
        return None
    by_column = [_under(body, index) for index in range(len(header))]
    required = _fitting(header, by_column, _REQUIRED)
    sure = [index for index, cells in enumerate(by_column) if any(map(_has_box, cells))]
    # Tables that tell the history of the document are signed as well.
    signed = None if _column(header, _HISTORY) is not None else _column(header, _SIGNED)
    done = _fitting(header, by_column, _DONE)
    if done is not None and done not in (*sure, required, signed):
        sure.append(done)
    status = _column(header, _STATUS)
    if required is not None or signed is not None or sure:
        return Columns(Kind.TASK, required, tuple(sure), signed, status)
    told = tuple(index for index, cells in enumerate(by_column) if _tells(header[index], cells))
    return Columns(Kind.EMOJI, None, told, None, status) if told else None


def rows(tokens: Sequence[Token], start: int) -> Iterator[Row]:
    """The requirements of the table that begins at start; none of a table that only tells something."""
    (dummy, header), *body = _cells(tokens, start) or [(0, [])]
    found = columns(header, [cells for dummy, cells in body])
    if not found:
        return
    words, about = _roles_of_columns(header, [cells for dummy, cells in body], found)
    role = _column(header, _ROLE) if found.signed is not None else None
    for line, cells in body:
        told = (_without_box(_cell(cells, i)) if i in found.boxes else _cell(cells, i) for i in words)
        said = [cell for cell in told if not _BLANK.fullmatch(cell)]
        if not said:
            continue
        yield Row(
            line=line,
            words=": ".join([said[0], " · ".join(said[1:])]) if len(said) > 1 else said[0],
            mark=Mark(found.kind, _ticked(found, cells), ""),
            all=" ".join(cells),
            optional=bool(_NOT_REQUIRED.search(_cell(cells, found.required))),
            claim=_cell(cells, found.status),
            role=_cell(cells, role).strip("*_ "),
            details=tuple(
                f"{header[index]}: {_cell(cells, index)}"
                for index in about
                if not _BLANK.fullmatch(_cell(cells, index))
            ),
        )


def _roles_of_columns(
    header: Sequence[str], body: Sequence[Sequence[str]], found: Columns
) -> tuple[list[int], list[int]]:
    """The columns that say what is required, and those that tell about it. Words may stand behind their own box."""
    role, name = _column(header, _ROLE), _column(header, _NAME)
    numbers = [index for index, title in enumerate(header) if _NUMBER.fullmatch(title)]
    bare = [i for i in found.boxes if not any(_has_box(cell) and _without_box(cell) for cell in _under(body, i))]
    others = [i for i in range(len(header)) if i not in (found.required, found.signed, *bare, *numbers)]
    about = [i for i in others if i not in found.boxes and (_ABOUT.search(header[i]) or i == found.status)]
    if found.signed is not None and role is not None:
        about = [i for i in others if i in about or i == name]
    words = [i for i in others if i not in about] or about[:1]
    return words, [i for i in about if i not in words]


def _ticked(found: Columns, cells: Sequence[str]) -> bool:
    """Whether a row claims to be done: by all of its boxes, else by a signature, else by its status."""
    if found.boxes:
        return all(_is_yes(_cell(cells, index)) for index in found.boxes)
    if found.signed is not None:
        signature = _cell(cells, found.signed)
        return not _BLANK.fullmatch(signature) and (_is_yes(signature) or not _ANSWER.match(signature))
    return _is_yes(_cell(cells, found.status))


def _is_yes(cell: str) -> bool:
    if mark := _mark(cell):
        return mark.ticked
    return bool(_YES.match(cell)) and not _has_box(cell)


def _has_box(cell: str) -> bool:
    mark = _mark(cell)
    return mark.kind is not Kind.EMOJI if mark else cell.startswith(tuple(marks.BALLOTS))


def _without_box(cell: str) -> str:
    mark = _mark(cell)
    return mark.words.removesuffix(" .").strip() if mark and mark.words != "." else "" if mark else cell


def _mark(cell: str) -> Mark | None:
    """The mark that a cell begins with; it may be all of the cell."""
    whole = f"{cell.removeprefix('- ')} ."
    return marks.task(whole) or marks.leading(whole)


def _tells(title: str, cells: Sequence[str]) -> bool:
    """Whether a column says of every row how it stands: by an emoji, or in words where its title says so."""
    told = [cell for cell in cells if cell]
    if not told:
        return False
    return all(_mark(cell) for cell in told) or (bool(_STATUS.search(title)) and _answers(told))


def _answers(cells: Sequence[str]) -> bool:
    return all(_BLANK.fullmatch(cell) or _ANSWER.match(cell) or _mark(cell) for cell in cells)


def _column(header: Sequence[str], meaning: re.Pattern[str]) -> int | None:
    return next((index for index, title in enumerate(header) if meaning.search(title)), None)


def _fitting(header: Sequence[str], by_column: Sequence[Sequence[str]], meaning: re.Pattern[str]) -> int | None:
    """The column of this meaning, if its cells answer with yes and no: a title alone is easily misunderstood."""
    return next((i for i, title in enumerate(header) if meaning.search(title) and _answers(by_column[i])), None)


def _cells(tokens: Sequence[Token], start: int) -> list[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    for index in range(start, len(tokens)):
        token = tokens[index]
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            found.append(((token.map or [0])[0] + 1, []))
        elif token.type == "inline" and found:
            found[-1][1].append(token.content.strip())
    return found


def _under(body: Sequence[Sequence[str]], index: int) -> list[str]:
    return [_cell(row, index) for row in body]


def _cell(row: Sequence[str], index: int | None) -> str:
    return row[index] if index is not None and index < len(row) else ""
