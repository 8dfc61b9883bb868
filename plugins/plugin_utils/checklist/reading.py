# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a checklist. A Markdown library finds lists, tables and headings; here they are only interpreted.

Items are the entries of task lists, ballot boxes, and the rows of tables that ask for something. Only where a checklist
has none of these, the entries of its plain lists are taken as items, so that every list of anybody can be governed.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import decoding, marks, sections, wording
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.comments import understood
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.items import (
    BadChecklist,
    Checklist,
    Item,
    Known,
    Stated,
    identified,
    text_hash,
)
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.marks import Kind
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.walking import Entry, Walk
from ansible_collections.golive.verify.plugins.plugin_utils.masking import masked

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_ITEMS = 20_000
# How deeply lists and quotes may be nested (a list takes two); what lies deeper is not parsed, and said to be unread.
MAX_NESTING = 40
# What is shown of an item, and of what stands around it. Its hash is of all of it.
MAX_TEXT, MAX_AROUND = 4_000, 300

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def read(path: Path, known: Known) -> Checklist:
    """The checklist as it stands; the file is never altered. known: the controls that a binding may name."""
    data = decoding.content(path)
    return _Reader(path, decoding.lines_of(path, data), known).checklist(hashlib.sha256(data).hexdigest())


class _Reader:
    def __init__(self, path: Path, lines: Sequence[str], known: Known) -> None:
        self._path, self._lines, self._known = path, lines, known
        self._tokens = _parse(path, "\n".join(lines))
        self._walk = Walk(path, self._tokens, known)
        self._secrets = {number for number, line in enumerate(lines, 1) if masked(line)[1]}

    def checklist(self, digest: str) -> Checklist:
        chosen = _chosen(self._walk.entries)
        self._refuse(chosen)
        details = self._details(chosen)
        items = identified([self._item(entry, details.get(entry, [])) for entry in chosen])
        again = next((item for item, often in zip(items, _repetition(items), strict=True) if often > 1), None)
        if again:
            raise BadChecklist(self._path, again.line, f"there is another item with the id {again.id}")
        return Checklist(
            path=str(self._path),
            sha256=digest,
            items=tuple(items),
            stated=tuple(self._stated()),
            secrets=tuple(sorted(self._secrets)),
            unread=tuple(self._unread({item.line for item in items})),
        )

    def _refuse(self, chosen: Sequence[Entry]) -> None:
        if len(chosen) > MAX_ITEMS:
            raise BadChecklist(self._path, chosen[MAX_ITEMS].line, f"the checklist has more than {MAX_ITEMS:,} items")
        items = set(chosen)
        for entry in self._walk.entries:
            if entry.comments and entry not in items:
                problem = "this golive comment stands at no item; put it behind one"
                raise BadChecklist(self._path, entry.comments[0].line, problem)

    def _details(self, chosen: Sequence[Entry]) -> dict[Entry, list[str]]:
        """What stands below each item and is none itself, in the order of the lines."""
        found: dict[Entry, list[str]] = {entry: [*entry.details] for entry in chosen}
        for entry in sorted(self._walk.entries, key=lambda each: each.line):
            owner = next((around for around in reversed(entry.around) if around in found), None)
            if owner and entry not in found:
                found[owner] += [entry.words, *entry.details]
        return found

    def _item(self, entry: Entry, details: Sequence[str]) -> Item:
        said = understood(self._path, entry.comments, self._known)
        text, kinds = masked(entry.words)
        if kinds:
            self._secrets.add(entry.line)
        shown = _cut(text, MAX_TEXT)
        headings = [_shown(title) for title in entry.headings]
        canonical = said.section or entry.governed.section or sections.canonical(headings)
        saying = wording.saying(shown, canonical == sections.SIGN_OFF)
        return Item(
            id=said.id,
            section=" > ".join(headings),
            line=entry.line,
            text=shown,
            box=entry.mark is not None and entry.mark.ticked,
            bindings=said.bindings,
            phase=said.phase or entry.governed.phase or sections.phase(headings),
            text_hash=text_hash(text),
            canonical=canonical,
            parents=tuple(_shown(around.words) for around in entry.around if around.words),
            parameters=tuple(_shown(words) for words in details if words),
            mark=said.mark,
            document=said.document,
            role=entry.role or saying.role,
            optional=saying.optional or entry.optional,
            condition=saying.condition,
            says=tuple(dict.fromkeys([*saying.doubts, *wording.doubts(masked(entry.claim)[0])])),
            blanks=saying.blanks,
        )

    def _stated(self) -> Iterator[Stated]:
        """Completions that running text states. What an item or a row says of itself is not of the whole."""
        entries = {entry.line for entry in self._walk.entries}
        table = 0
        for token in self._tokens:
            table += token.nesting if token.type in ("table_open", "table_close") else 0
            if token.type != "inline" or token.map is None or table:
                continue
            for number, line in enumerate(token.content.split("\n"), token.map[0] + 1):
                if number not in entries:
                    yield from (Stated(number, percent) for percent in wording.completions(line))

    def _unread(self, read_lines: set[int]) -> Iterator[int]:
        hidden = self._walk.hidden | read_lines
        for token in self._tokens:
            if token.type == "fence" and token.map and self._is_closed(token):
                hidden |= set(range(token.map[0] + 1, token.map[1] + 1))
        for number, line in enumerate(self._lines, 1):
            if number not in hidden and marks.looks_like_an_item(line):
                yield number

    def _is_closed(self, fence: Token) -> bool:
        """Whether code ends where it says so: one that is never closed swallows the rest of the document."""
        start, end = fence.map or (0, 0)
        return end - start > 1 and self._lines[end - 1].strip(" \t>").startswith(fence.markup)


def _chosen(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that are items: those with a box; with less certain signs only where there is none."""
    entries = [entry for entry in sorted(entries, key=lambda entry: entry.line) if entry.words]
    kinds = {entry.mark.kind for entry in entries if entry.mark}
    if Kind.TASK in kinds:
        return [entry for entry in entries if entry.mark and entry.mark.kind is not Kind.EMOJI]
    if kinds:
        return [entry for entry in entries if entry.mark]
    return [entry for entry in entries if not entry.inside and not marks.looks_like_an_item(entry.words)]


def _shown(text: str) -> str:
    """What stands around an item as people may see it."""
    return _cut(masked(text)[0], MAX_AROUND)


def _cut(text: str, most: int) -> str:
    """Text without what a terminal would obey, and not endless."""
    text = _CONTROL.sub("\ufffd", text)
    return text if len(text) <= most else f"{text[:most]} …"


def _repetition(items: Sequence[Item]) -> Iterator[int]:
    seen: Counter[str] = Counter()
    for item in items:
        seen[item.id] += 1
        yield seen[item.id]


def _parse(path: Path, text: str) -> Sequence[Token]:
    """What the library finds. Only blocks are needed; what stands in them, and links defined apart, takes it long."""
    try:
        from markdown_it import MarkdownIt
    except ImportError as missing:
        needed = "reading it needs the Python library markdown-it-py: see requirements/core.txt"
        raise BadChecklist(path, 1, needed) from missing
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
    return parser.disable(["inline", "text_join", "reference"]).parse(text)
