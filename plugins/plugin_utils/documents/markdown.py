# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a document in Markdown. The library parses; here its tokens are only put into sections and blocks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.documents import html
from ansible_collections.golive.verify.plugins.plugin_utils.documents.model import (
    LINKED,
    Block,
    Document,
    Kind,
    Link,
    Section,
    leads_out,
    words_of,
)

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

# How deeply lists and quotes may be nested; what lies deeper is not read.
MAX_NESTING = 60
# What nobody writes, and what the parser would take minutes for: longer paragraphs, more links in one, more pieces.
MAX_PARAGRAPH = 8192
MAX_BRACKETS = 500
MAX_TOKENS = 60_000

_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_TOP_KEY = re.compile(r"^[\w-]+:.*$", re.M)
_EXPLICIT_ANCHOR = re.compile(r"\s*\{#([\w:.-]+)\}\s*$")
_BOX = re.compile(r"^\[[ xX]\]\s+")
_TAG = re.compile(r"</?([a-zA-Z][\w-]*)([^<>]*)>")
# Stands behind what is in bold at the beginning of a line, until it is known what follows.
_LABEL_ENDS = "\x1f"
_LABELED = re.compile(rf"{_LABEL_ENDS}[ \t]*[:\u2013\u2014-]?[ \t]*(?=\S)")
_NOT_IN_SLUGS = re.compile(r"[^\w\- ]")


def read(text: str) -> Document:
    """The document that a Markdown text is, with CommonMark's rules and GitHub's tables and anchors."""
    front = _FRONT_MATTER.match(text)
    body = text[: front.start()] + "\n" * front[0].count("\n") + text[front.end() :] if front else text
    reading = _Reading()
    if front:
        reading.add("text", 2, "\n".join(_TOP_KEY.findall(front[1])))
    reading.follow(_parse(body))
    return reading.document()


def _parse(text: str) -> Sequence[Token]:
    """The library is imported here, since a host's worker loads this file and seldom reads a document."""
    try:
        from markdown_it import MarkdownIt
    except ImportError as missing:
        raise CannotLook(
            "missing_tool", "the Python library markdown-it-py is not installed: see requirements/core.txt"
        ) from missing
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable(["table", "strikethrough"])
    parser.core.ruler.before("inline", "bounds", _insist_on_bounds)
    return parser.parse(text)


def _insist_on_bounds(state: StateCore) -> None:
    """A step of the parser, before it looks into paragraphs."""
    if len(state.tokens) > MAX_TOKENS:
        raise CannotLook("too_large", f"the document has more than {MAX_TOKENS} paragraphs, entries and cells")
    for token in state.tokens:
        if token.type != "inline":
            continue
        if len(token.content) > MAX_PARAGRAPH or token.content.count("[") > MAX_BRACKETS:
            raise CannotLook("too_large", f"line {_line(token)}: a paragraph longer than anybody writes")


class _Reading:
    """One pass over the tokens."""

    def __init__(self) -> None:
        self._sections: list[tuple[int, str, int, list[Block]]] = [(0, "", 1, [])]
        self._links: list[Link] = []
        self._anchors: set[str] = set()
        self._slugs: Counter[str] = Counter()

    def document(self) -> Document:
        sections = tuple(Section(level, title, line, tuple(blocks)) for level, title, line, blocks in self._sections)
        return Document(sections, tuple(self._links), frozenset(self._anchors))

    def add(self, kind: Kind, line: int, text: str, depth: int = 0) -> None:
        if text.strip():
            self._sections[-1][3].append(Block(kind, line, text, depth=depth))

    def follow(self, tokens: Sequence[Token]) -> None:
        lists, fresh_item, at = 0, False, 0
        while at < len(tokens):
            token = tokens[at]
            if token.type in ("bullet_list_open", "ordered_list_open"):
                lists += 1
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                lists -= 1
            elif token.type == "list_item_open":
                fresh_item = True
            elif token.type == "heading_open":
                self._enter(int(token.tag[1]), tokens[at + 1])
                at += 1
            elif token.type == "table_open":
                at = self._table(tokens, at)
            elif token.type == "inline":
                self._paragraph(token, lists if fresh_item else 0)
                fresh_item = False
            elif token.type in ("fence", "code_block"):
                self.add("code", _line(token), token.content)
            elif token.type == "html_block":
                self._html(token)
            at += 1

    def _enter(self, level: int, inline: Token) -> None:
        title = self._text(inline)
        explicit = _EXPLICIT_ANCHOR.search(title)
        self._anchors.add(explicit[1] if explicit else self._slug(title))
        title = title[: explicit.start()] if explicit else title
        self._sections.append((level, " ".join(title.replace("`", "").split()), _line(inline), []))

    def _slug(self, title: str) -> str:
        """The anchor that GitHub gives a heading; a second one of the same words is numbered."""
        slug = _NOT_IN_SLUGS.sub("", title.strip().lower()).replace(" ", "-")
        self._slugs[slug] += 1
        return slug if self._slugs[slug] == 1 else f"{slug}-{self._slugs[slug] - 1}"

    def _paragraph(self, inline: Token, depth: int) -> None:
        text = self._text(inline)
        if not depth and (title := _bold_alone(inline)):
            self._sections.append((7, title, _line(inline), []))
        elif depth:
            self.add("item", _line(inline), _BOX.sub("", text), depth)
        else:
            self.add("text", _line(inline), text)

    def _table(self, tokens: Sequence[Token], start: int) -> int:
        rows: list[list[str]] = []
        for at in range(start, len(tokens)):
            token = tokens[at]
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(self._text(token).strip())
            elif token.type == "table_close":
                break
        self._sections[-1][3].append(Block("table", _line(tokens[start]), rows=tuple(map(tuple, rows))))
        return at

    def _html(self, token: Token) -> None:
        found = html.read(token.content)
        self._anchors |= found.anchors
        self._links += [Link(_line(token) + link.line - 1, link.target, link.image) for link in found.links]
        for section in found.sections:
            if section.level:
                self._sections.append((section.level, section.title, _line(token) + section.line - 1, []))
            self._sections[-1][3].extend(section.blocks)

    def _text(self, inline: Token) -> str:
        """What a reader sees; what stands in bold at the beginning is the label of the rest."""
        parts: list[str] = []
        strong_from = None
        for child in inline.children or ():
            if child.type == "strong_open" and not "".join(parts).rpartition("\n")[2].strip():
                strong_from = len(parts)
            elif child.type == "strong_close" and strong_from is not None:
                label, strong_from = "".join(parts[strong_from:]), None
                parts.append("" if label.rstrip().endswith((":", ".")) else _LABEL_ENDS)
            else:
                parts.append(self._part(inline, child))
        text = "".join(parts)
        return _LABELED.sub(": ", text).replace(_LABEL_ENDS, "")

    def _part(self, inline: Token, child: Token) -> str:
        if child.type == "code_inline":
            return f"`{child.content}`"
        if child.type in ("softbreak", "hardbreak"):
            return "\n"
        if child.type == "link_open":
            self._links.append(Link(_line(inline), str(child.attrGet("href") or "")))
        elif child.type == "link_close":
            return LINKED if leads_out(self._links[-1].target) else ""
        elif child.type == "image":
            self._links.append(Link(_line(inline), str(child.attrGet("src") or ""), image=True))
            return child.content
        elif child.type == "html_inline":
            return self._tag(inline, child.content)
        return child.content if child.type == "text" else ""

    def _tag(self, inline: Token, tag: str) -> str:
        """A tag of HTML is not seen, but its links and anchors count; one that HTML does not have is text."""
        named = _TAG.fullmatch(tag)
        if named and named[1].lower() not in html.ELEMENTS:
            return tag
        if named and named[1].lower() == "br":
            return " "
        found = html.read(tag)
        self._anchors |= found.anchors
        self._links += [Link(_line(inline), link.target, link.image) for link in found.links]
        return ""


def _bold_alone(inline: Token) -> str:
    """The text of a paragraph that is nothing but a few bold words: people use it as a heading."""
    children = [child for child in inline.children or () if child.content or child.type.startswith("strong")]
    if len(children) < 3 or (children[0].type, children[-1].type) != ("strong_open", "strong_close"):
        return ""
    inner = children[1:-1]
    if any(child.type not in ("text", "code_inline") for child in inner):
        return ""
    title = "".join(child.content for child in inner).strip()
    return "" if title.endswith((".", "!")) or words_of(title) > 8 else title.rstrip(":")


def _line(token: Token) -> int:
    return (token.map or [0])[0] + 1
