# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the links of a document lead, and which of them lead nowhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.documents.model import Document, Link
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact, HttpFact

# Of more files than this the rest cannot be looked at in one round trip.
MAX_FILES = 300
MAX_LINKS = 3000

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
# Addresses that mean the reader's own machine, or the one that asks: never asked.
_OWN = re.compile(r"localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|169\.254\.\d+\.\d+|::1|fe80:.*|.*\.localhost", re.I)
_GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a link leads. path: a file below the checkout; url: on the web; anchor: the place in it."""

    link: Link
    path: str = ""
    url: str = ""
    anchor: str = ""


def destinations(document: Document, path: str) -> list[Destination]:
    """Where the links of a file at a path of its checkout lead; those to mailboxes and the like lead nowhere else."""
    return [found for link in _links(document) if (found := _of_file(link, path))]


def destinations_of_page(document: Document, url: str) -> list[Destination]:
    """The same for a page at a URL."""
    found = (Destination(link, url=urljoin(url, link.target)) for link in _links(document))
    return [each for each in found if _asked(each.url) and not each.link.target.startswith("#")]


def _links(document: Document) -> Sequence[Link]:
    if len(document.links) > MAX_LINKS:
        raise CannotLook("too_large", f"it has {len(document.links)} links; at most {MAX_LINKS} are examined")
    return document.links


def _of_file(link: Link, path: str) -> Destination | None:
    target = link.target.strip()
    if target.startswith("//") or _SCHEME.match(target):
        url = f"https:{target}" if target.startswith("//") else target
        return Destination(link, url=url) if _asked(url) else None
    parts = urlsplit(target)
    if not parts.path:
        return Destination(link, path=path, anchor=unquote(parts.fragment))
    written = unquote(parts.path)
    joined = written.lstrip("/") if written.startswith("/") else posixpath.join(posixpath.dirname(path), written)
    return Destination(link, path=posixpath.normpath(joined), anchor=unquote(parts.fragment))


def _asked(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(host) and not _OWN.fullmatch(host or "")


def outside(path: str) -> bool:
    """Whether a path leaves the directory that it is relative to."""
    return path.startswith(("/", "../")) or path == ".."


def inner_problems(document: Document, all_of: Iterable[Destination], path: str) -> list[str]:
    """Links to places that the document itself does not have, that leave the checkout, or that were left to fill in."""
    problems = []
    for each in all_of:
        written = f"line {each.link.line}: the link to {each.link.target or 'nothing'}"
        if _leads_nowhere(each.link):
            problems.append(f"{written} leads nowhere")
        elif each.path and outside(each.path):
            problems.append(f"{written} leaves the checkout")
        elif each.path == path and each.anchor and not has_anchor(document, each.anchor):
            problems.append(f"{written}: there is no such place in the document")
    return problems


def _leads_nowhere(link: Link) -> bool:
    return link.target.strip().lower() in ("", "#", "todo", "tbd", "link", "url")


def has_anchor(document: Document, anchor: str) -> bool:
    """Whether a place is there; #top always is, and browsers ignore the case of no other."""
    return anchor in document.anchors or anchor.lower() in document.anchors or anchor.lower() == "top"


def files(all_of: Iterable[Destination], path: str) -> dict[str, list[Destination]]:
    """The other files of the checkout that are linked to, each with the links. Too many are CannotLook("too_large")."""
    found: dict[str, list[Destination]] = {}
    for each in all_of:
        if each.path and each.path != path and not outside(each.path) and not _leads_nowhere(each.link):
            found.setdefault(each.path, []).append(each)
    if len(found) > MAX_FILES:
        raise CannotLook("too_large", f"{path} links to {len(found)} files; at most {MAX_FILES} are looked at")
    return found


def file_problems(linked: list[Destination], fact: FileFact | None, target: Document | None) -> Iterator[str]:
    """Why links to a file lead nowhere. fact: None when there is none. target: the document that it is, if read."""
    for each in linked:
        what = "image" if each.link.image else "link to"
        written = f"line {each.link.line}: the {what} {each.link.target}"
        if fact is None:
            yield f"{written}: there is no such file"
        elif each.link.image and (fact.type != "file" or not fact.size):
            yield f"{written}: it is empty" if fact.type == "file" else f"{written}: it is a {fact.type}"
        elif target is not None and each.anchor and not has_anchor(target, each.anchor):
            yield f"{written}: there is no such place in that document"


def pages(all_of: Iterable[Destination], most: int) -> dict[str, Link]:
    """The URLs that are linked to, each once. More than most are CannotLook("too_large")."""
    found: Mapping[str, Link] = {each.url.partition("#")[0]: each.link for each in reversed(list(all_of)) if each.url}
    if len(found) > most:
        raise CannotLook("too_large", f"it links to {len(found)} URLs, more than max_links={most}")
    return dict(found)


def page_problem(link: Link, reply: HttpFact | None) -> str:
    """Why a link to the web leads nowhere. reply: None when its host does not exist. An error of the server is
    CannotLook("unreachable"): tomorrow it may answer."""
    written = f"line {link.line}: the link to {link.target}"
    if reply is None:
        return f"{written}: there is no such host"
    if reply.status >= 500:
        raise CannotLook("unreachable", f"{link.target} answers {reply.status}")
    return f"{written} answers {reply.status}" if reply.status in _GONE else ""
