# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a page in HTML: what a person sees of it, without navigation, scripts and styles."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ansible_collections.golive.verify.plugins.plugin_utils.documents.model import (
    LINKED,
    Block,
    Document,
    Kind,
    Link,
    Section,
    leads_out,
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS = _names(
    """
    a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption center cite code
    col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font footer
    form h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark
    menu meta meter nav noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp
    script search section select small source span strong style sub summary sup svg table tbody td template textarea
    tfoot th thead time title tr track tt u ul var video wbr
    """
)
_UNSEEN = _names("script style nav footer template noscript svg select head")
_BLOCKS = _names("p div section article main li dd dt blockquote tr td th pre table ul ol dl br figcaption")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CHANGED = ("article:modified_time", "last-modified", "dcterms.modified", "datemodified")
# Nothing that people write is nested as deeply.
_DEEPEST = 100


def read(text: str) -> Document:
    """The document that an HTML page is."""
    page = _Page()
    page.feed(text)
    page.close()
    return page.document()


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._sections: list[tuple[int, str, int, list[Block]]] = [(0, "", 1, [])]
        self._links: list[Link] = []
        self._anchors: set[str] = set()
        self._open: list[str] = []
        self._said: list[str] = []
        self._begun = 1
        self._rows: list[list[str]] | None = None
        self._title = self._changed = ""
        self._password = False

    def document(self) -> Document:
        self._end("text")
        sections = tuple(Section(level, title, line, tuple(blocks)) for level, title, line, blocks in self._sections)
        title = " ".join(self._title.split())
        return Document(sections, tuple(self._links), frozenset(self._anchors), title, self._changed, self._password)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._note(tag, given)
        if tag in _BLOCKS or tag in _HEADINGS:
            self._end(self._kind())
        if tag == "table" and self._rows is None:
            self._rows = []
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag == "code" and "pre" not in self._open:
            self._said.append("`")
        if len(self._open) < _DEEPEST and tag not in _EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        if tag == "code" and "pre" not in self._open:
            self._said.append("`")
        elif tag == "a" and self._said and self._links and leads_out(self._links[-1].target):
            self._said.append(LINKED)
        if tag in ("td", "th") and self._rows:
            self._rows[-1].append(self._taken())
        elif tag in _HEADINGS:
            self._sections.append((_HEADINGS[tag], self._taken(), self._begun, []))
        elif tag == "table":
            self._table()
        elif tag in _BLOCKS:
            self._end(self._kind())
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "title" in self._open and "svg" not in self._open:
            self._title += data
        elif not _UNSEEN.intersection(self._open):
            if not self._said:
                self._begun = self.getpos()[0]
            self._said.append(data)

    def _note(self, tag: str, given: dict[str, str]) -> None:
        """What a tag says besides the text: places, links, dates, and that somebody has to log in."""
        self._anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if _UNSEEN.intersection(self._open) - {"head"}:
            return
        line = self.getpos()[0]
        if tag == "a" and given.get("href"):
            self._links.append(Link(line, given["href"]))
        elif tag == "img" and given.get("src"):
            self._links.append(Link(line, given["src"], image=True))
        elif tag == "meta" and (given.get("property") or given.get("name", "")).lower() in _CHANGED:
            self._changed = given.get("content", "")
        elif tag == "input" and given.get("type", "").lower() == "password":
            self._password = True

    def _kind(self) -> Kind:
        if "pre" in self._open:
            return "code"
        return "item" if {"li", "dd"}.intersection(self._open) else "text"

    def _taken(self) -> str:
        said, self._said = "".join(self._said), []
        return " ".join(said.split())

    def _end(self, kind: Kind) -> None:
        if self._rows is not None:
            return
        raw = "".join(self._said)
        text = self._taken()
        if text.strip("` "):
            depth = sum(1 for tag in self._open if tag in ("ul", "ol", "dl")) if kind == "item" else 0
            self._sections[-1][3].append(Block(kind, self._begun, raw if kind == "code" else text, depth=depth))

    def _table(self) -> None:
        rows, self._rows = tuple(tuple(row) for row in self._rows or () if row), None
        self._said = []
        if rows:
            self._sections[-1][3].append(Block("table", self._begun, rows=rows))


_EMPTY = _names("area base br col embed hr img input link meta param source track wbr")
_NOT_FOUND = re.compile(r"\b(?:404|page (?:was )?not found|not found|page does not exist|no such page)\b", re.I)


def says_not_found(page: Document) -> bool:
    """Whether a page tells a reader that there is none, whatever the status of the reply."""
    headings = [section.title for section in page.sections if section.title]
    return any(_NOT_FOUND.search(title) for title in (page.title, *headings[:1])) and page.words < 200
