# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a team's Markdown checklist: its task-list items, where they stand, and the controls they are bound to.

A Markdown library finds the items; here they are only interpreted. An item names its controls in an HTML comment,
invisible when rendered:

    - [ ] Redis persistence configured <!-- golive: redis.persistence on=cache -->
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_BYTES = 10 * 1024 * 1024
_BOX = re.compile(r"\[([ xX])\][ \t]+(.*)", re.S)
_COMMENT = re.compile(r"<!--\s*golive:(.*?)-->", re.S)
_OPTIONS = ("on", "phase")
_OPTIONS_SHOWN = ", ".join(f"{option}=…" for option in _OPTIONS)


class BadChecklist(Exception):
    """The checklist cannot be used as it is: which file, which line, what is wrong."""

    def __init__(self, path: Path | str, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")


@dataclass(frozen=True, slots=True)
class Binding:
    """Controls that an item needs, on every host of a group (or on one host), or wherever the inventory proves them."""

    controls: tuple[str, ...]
    on: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist. line counts from 1; box tells whether it is ticked, which is a claim and no proof."""

    id: str
    section: str
    line: int
    text: str
    box: bool
    bindings: tuple[Binding, ...]
    phase: str = ""

    @property
    def controls(self) -> tuple[str, ...]:
        """All the controls that the item needs, each once."""
        return tuple(dict.fromkeys(control for binding in self.bindings for control in binding.controls))


def read(path: Path, known: Sequence[str] | Mapping[str, object]) -> list[Item]:
    """All items of the checklist, in its order. known: the ids of controls that a binding may name."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadChecklist(path, 1, f"the checklist cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise BadChecklist(path, 1, f"the checklist has more than {MAX_BYTES // 1024 // 1024} MiB")
    return list(_items(path, data.decode("utf-8", "replace"), known))


def _parser(path: Path) -> MarkdownIt:
    """The library is imported here, since every host of a run loads this file and only the plan reads Markdown."""
    try:
        from markdown_it import MarkdownIt
    except ImportError as missing:
        needed = "reading it needs the Python library markdown-it-py: see requirements/core.txt"
        raise BadChecklist(path, 1, needed) from missing
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _items(path: Path, text: str, known: Sequence[str] | Mapping[str, object]) -> Iterator[Item]:
    tokens = _parser(path).parse(text)
    headings: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            level = int(token.tag[1])
            headings = [each for each in headings if each[0] < level] + [(level, tokens[index + 1].content.strip())]
        box = _box(tokens, index) if token.type == "list_item_open" else None
        if box is None:
            continue
        content = tokens[index + 2]
        line = (content.map or [0])[0] + 1
        # The document's own title is not a section of it.
        section = " > ".join(title for level, title in headings if level > 1) or (headings[0][1] if headings else "")
        words = " ".join(_COMMENT.sub("", box[2]).split())
        bindings, phase = _bound(path, line, _comments(tokens, index, box[2]), known)
        yield Item(_identity(section, words, seen), section, line, words, box[1] in "xX", bindings, phase)


def _box(tokens: Sequence[Token], index: int) -> re.Match[str] | None:
    paragraph = tokens[index + 1 : index + 3]
    if [token.type for token in paragraph] != ["paragraph_open", "inline"]:
        return None
    return _BOX.match(paragraph[1].content)


def _comments(tokens: Sequence[Token], index: int, content: str) -> list[str]:
    """What the item's own comments say: those in its text, and those that stand alone below it."""
    found = _COMMENT.findall(content)
    for token in tokens[index + 3 :]:
        if token.type in ("list_item_open", "list_item_close"):
            break
        if token.type == "html_block":
            found += _COMMENT.findall(token.content)
    return found


def _bound(
    path: Path, line: int, comments: Sequence[str], known: Sequence[str] | Mapping[str, object]
) -> tuple[tuple[Binding, ...], str]:
    bindings, phase = [], ""
    for comment in comments:
        options: dict[str, str] = {}
        controls: list[str] = []
        for word in comment.replace(",", " ").split():
            name, equals, value = word.partition("=")
            if not equals:
                controls.append(_known(path, line, word, known))
            elif name in _OPTIONS and value:
                options[name] = value
            else:
                raise BadChecklist(path, line, f"{word!r} in the golive comment is not one of {_OPTIONS_SHOWN}")
        phase = options.get("phase", phase)
        if not controls and "on" in options:
            raise BadChecklist(path, line, "the golive comment names a group but no control")
        if controls:
            bindings.append(Binding(tuple(controls), options.get("on", "")))
    return tuple(bindings), phase


def _known(path: Path, line: int, control: str, known: Sequence[str] | Mapping[str, object]) -> str:
    if control in known:
        return control
    near = difflib.get_close_matches(control, list(known), 1)
    raise BadChecklist(path, line, f"there is no control {control}{f'; did you mean {near[0]}?' if near else ''}")


def _identity(section: str, words: str, seen: dict[str, int]) -> str:
    """The same for the same words in the same section, wherever they stand; repeated items are numbered."""
    digest = hashlib.sha256(f"{section}\n{words}".casefold().encode()).hexdigest()[:10]
    seen[digest] = seen.get(digest, 0) + 1
    return digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
