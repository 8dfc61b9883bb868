# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read documents whose structure shows in the marks of their lines: reStructuredText, AsciiDoc and plain text.

Only what a judgment needs is understood: headings, lists, code, simple tables, links and anchors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.plugin_utils.documents.model import Block, Document, Link, Section

_LONGEST_LINE = 2000
_ITEM = re.compile(r"^(\s*)(?:[-+•]|\*+|\.+|\d{1,3}[.)]|#\.)\s+(?:\[[ xX*]\]\s+)?(\S.*)$")
_UNDERLINE = re.compile(r"^([=\-~^\"'`#*+_:.])\1{2,}\s*$")
_SPACES = re.compile(r"\s+")

Heading = tuple[int, str]
Found = Callable[[re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class Marks:
    """How one format marks things. Every pattern names its parts: text, target, name.

    heading: a line that is one by itself; the length of "level" is its level. underlined: whether the line below makes
    one. code: a line that begins code, up to the same line again, or while lines are indented where none ends it.
    ignored: a line that no reader sees. label: a line that gives something a value. table: a line around a table.
    """

    heading: re.Pattern[str]
    underlined: bool
    fence: re.Pattern[str]
    indents: re.Pattern[str]
    ignored: re.Pattern[str]
    label: re.Pattern[str]
    table: re.Pattern[str]
    links: re.Pattern[str]
    images: re.Pattern[str]
    anchors: re.Pattern[str]
    suffix: str = ""


_NEVER = re.compile(r"(?!)")
_BARE_LINK = r"(?P<target>https?://[^\s<>\"'`\])]+)"

RST = Marks(
    heading=_NEVER,
    underlined=True,
    fence=_NEVER,
    indents=re.compile(
        r"^\.\. (?:code-block|code|sourcecode|parsed-literal|raw|math|doctest|testcode|prompt)::.*"
        r"|^(?!\s*\.\.\s).*::\s*$"
    ),
    ignored=re.compile(r"^\s*\.\.(?:\s.*)?$|^\s+:[\w-]+:.*$"),
    label=re.compile(r"^:(?P<name>[^:`]{1,60}):\s*(?P<text>.*)$"),
    table=_NEVER,
    links=re.compile(rf"`[^`<>]*<(?P<named>[^<>\s]+)>`_|:doc:`(?:[^`<]*<)?(?P<document>[^`<>]+)>?`|{_BARE_LINK}"),
    images=re.compile(r"^\s*\.\.\s+(?:\|[^|]+\|\s+)?(?:image|figure)::\s+(?P<target>\S+)"),
    anchors=re.compile(r"^\.\. _(?P<name>[^:]+):\s*$"),
    suffix=".rst",
)
ASCIIDOC = Marks(
    heading=re.compile(r"^(?P<level>={1,6})\s+(?P<text>\S.*)$"),
    underlined=False,
    fence=re.compile(r"^(-{4,}|\.{4,}|```\w*)\s*$"),
    indents=_NEVER,
    ignored=re.compile(r"^(?://.*|\[[^\]]*\]|\+|<<<|={4,}|\*{4,}|_{4,}|\.[A-Z]\S.*)$"),
    label=re.compile(r"^(?::(?P<attribute>[\w-]+):|(?P<name>[^:|]{1,60})::)\s*(?P<text>.*)$"),
    table=re.compile(r"^\|={3,}\s*$"),
    links=re.compile(rf"(?:link|xref):(?P<named>[^\[\s]+)\[|<<(?P<inner>[^,>\s]+)[^>]*>>|{_BARE_LINK}"),
    images=re.compile(r"image::?(?P<target>[^\[\s]+)\["),
    anchors=re.compile(r"\[\[(?P<name>[\w:.-]+)[^\]]*\]\]|^\[#(?P<short>[\w:.-]+)"),
)
TEXT = Marks(
    heading=re.compile(
        r"^(?P<level>#{1,6})\s+(?P<text>\S.*)$|^(?P<shouted>(?=.*[A-Z]{3})[A-Z0-9][A-Z0-9 ,&/()'.-]{3,60}):?\s*$"
    ),
    underlined=True,
    fence=re.compile(r"^(```|~~~)\w*\s*$"),
    indents=_NEVER,
    ignored=_NEVER,
    label=_NEVER,
    table=_NEVER,
    links=re.compile(_BARE_LINK),
    images=_NEVER,
    anchors=_NEVER,
)


def read(text: str, marks: Marks) -> Document:
    """The document that a text with these marks is."""
    return _Reading(text, marks).document()


class _Reading:
    """One pass over the lines."""

    def __init__(self, text: str, marks: Marks) -> None:
        self._lines = [line[:_LONGEST_LINE].rstrip() for line in text.splitlines()]
        self._marks = marks
        self._sections: list[tuple[int, str, int, list[Block]]] = [(0, "", 1, [])]
        self._links: list[Link] = []
        self._anchors: set[str] = set()
        self._levels: list[str] = []

    def document(self) -> Document:
        at = 0
        while at < len(self._lines):
            at = self._read(at)
        sections = tuple(Section(level, title, line, tuple(blocks)) for level, title, line, blocks in self._sections)
        return Document(sections, tuple(self._links), frozenset(self._anchors))

    def _read(self, at: int) -> int:
        """Read what begins at a line; give the line at which the next begins."""
        line, marks = self._lines[at], self._marks
        self._note(at)
        heading = self._heading(at)
        if heading:
            level, title = heading
            self._sections.append((level, title, at + 1, []))
            self._anchors |= {_SPACES.sub("-", title.lower()), f"_{_SPACES.sub('_', title.lower())}"}
            return at + (2 if marks.underlined and self._underline(at + 1) else 1)
        if fence := marks.fence.match(line):
            return self._code(at + 1, self._until(at + 1, lambda each: each.startswith(fence[1][:3])))
        if marks.indents.match(line):
            self._text(at, line.removesuffix("::").strip() + ":" if not line.startswith("..") else "")
            return self._code(at + 1, self._until(at + 1, lambda each: bool(each) and not each[0].isspace()), ends=0)
        if marks.table.match(line):
            return self._table(at + 1, self._until(at + 1, lambda each: bool(marks.table.match(each))))
        if not line.strip() or marks.ignored.match(line) or (marks.underlined and _UNDERLINE.match(line)):
            return at + 1
        return self._paragraph(at)

    def _heading(self, at: int) -> Heading | None:
        marked = self._marks.heading.match(self._lines[at])
        if marked and marked.groupdict().get("shouted"):
            if self._alone(at):
                return self._level("capitals"), marked["shouted"].strip()
        elif marked:
            return len(marked["level"]), marked["text"]
        line = self._lines[at].strip()
        mark = self._underline(at + 1) if self._marks.underlined and line and not _UNDERLINE.match(line) else ""
        if not mark or len(self._lines[at + 1]) < min(len(line), 4):
            return None
        over = at > 0 and self._lines[at - 1] == self._lines[at + 1]
        return self._level(mark * (2 if over else 1)), line

    def _level(self, style: str) -> int:
        """The first style of headings that a text has is that of its highest level, and so on."""
        if style not in self._levels:
            self._levels.append(style)
        return self._levels.index(style) + 1

    def _alone(self, at: int) -> bool:
        """Whether the lines around a line are empty, which makes one in capitals a heading."""
        around = self._lines[max(0, at - 1) : at] + self._lines[at + 1 : at + 2]
        return not any(around)

    def _underline(self, at: int) -> str:
        found = _UNDERLINE.match(self._lines[at]) if at < len(self._lines) else None
        return found[1] if found else ""

    def _until(self, at: int, ends: Callable[[str], bool]) -> int:
        return next((i for i in range(at, len(self._lines)) if ends(self._lines[i])), len(self._lines))

    def _code(self, begin: int, end: int, ends: int = 1) -> int:
        code = "\n".join(self._lines[begin:end]).strip("\n")
        if code.strip():
            self._sections[-1][3].append(Block("code", begin + 1, code))
        return end + ends

    def _table(self, begin: int, end: int) -> int:
        """Rows of which each line begins with |, as AsciiDoc writes short ones."""
        lines = [line for line in self._lines[begin:end] if line.startswith("|")]
        rows = tuple(tuple(cell.strip() for cell in line[1:].split("|")) for line in lines)
        for at in range(begin, end):
            self._note(at)
        if rows:
            self._sections[-1][3].append(Block("table", begin + 1, rows=rows))
        return end + 1

    def _paragraph(self, at: int) -> int:
        item = _ITEM.match(self._lines[at])
        words = [item[2]] if item else [_labeled(self._marks.label, self._lines[at].strip())]
        begin, depth = at, (len(item[1]) // 2 + 1 if item else 0)
        at += 1
        while at < len(self._lines) and self._continues(at):
            self._note(at)
            words.append(_labeled(self._marks.label, self._lines[at].strip()))
            at += 1
        self._sections[-1][3].append(Block("item" if item else "text", begin + 1, "\n".join(words), depth=depth))
        return at

    def _continues(self, at: int) -> bool:
        line, marks = self._lines[at], self._marks
        begins = (marks.fence, marks.indents, marks.table, marks.ignored)
        if not line.strip() or _ITEM.match(line) or any(pattern.match(line) for pattern in begins):
            return False
        return not self._heading(at)

    def _text(self, at: int, text: str) -> None:
        if text.strip(": "):
            self._sections[-1][3].append(Block("text", at + 1, text))

    def _note(self, at: int) -> None:
        """The links, images and anchors of a line."""
        line, marks = self._lines[at], self._marks
        self._links += [Link(at + 1, target) for target in self._targets(marks.links.finditer(line))]
        self._links += [Link(at + 1, found["target"], image=True) for found in marks.images.finditer(line)]
        self._anchors |= {next(filter(None, found.groups())) for found in marks.anchors.finditer(line)}

    def _targets(self, found: Iterator[re.Match[str]]) -> Iterator[str]:
        for each in found:
            named: Mapping[str, str | None] = each.groupdict()
            if named.get("document"):
                yield f"{named['document']}{self._marks.suffix}"
            elif named.get("inner"):
                yield f"#{named['inner']}"
            else:
                yield (named.get("named") or named.get("target") or "").rstrip(".,;:")


def _labeled(label: re.Pattern[str], line: str) -> str:
    found = label.match(line)
    if not found:
        return line
    named = found.groupdict()
    return f"{named.get('attribute') or named['name']}: {named['text']}"
