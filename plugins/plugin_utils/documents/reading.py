# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose how a document is read, by its name or its media type, and refuse what no reader here understands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePosixPath

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.documents import html, markdown, marks
from ansible_collections.golive.verify.plugins.plugin_utils.documents.model import Document

Reader = Callable[[str], Document]

_ASCIIDOC, _RST, _TEXT = (partial(marks.read, marks=each) for each in (marks.ASCIIDOC, marks.RST, marks.TEXT))
# By the end of the name in lower case; a name without one (README, CHANGELOG) is plain text.
READERS: Mapping[str, Reader] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".rst": _RST,
    ".adoc": _ASCIIDOC,
    ".asciidoc": _ASCIIDOC,
    ".html": html.read,
    ".htm": html.read,
    ".txt": _TEXT,
    "": _TEXT,
}
_MEDIA_TYPES: Mapping[str, Reader] = {
    "text/html": html.read,
    "application/xhtml+xml": html.read,
    "text/markdown": markdown.read,
    "text/x-markdown": markdown.read,
    "text/x-rst": _RST,
    "text/asciidoc": _ASCIIDOC,
}
_FOREIGN = {"%PDF-": "a PDF", "PK\x03\x04": "a ZIP archive or an Office document", "{\\rtf": "a document in RTF"}
# Bytes of a document that are read: a parser takes its time for more.
MAX_BYTES = 1 << 18
# Pictures within a text, which are no part of it.
_EMBEDDED = re.compile(r"\bdata:[\w/+.-]{1,80};base64,[A-Za-z0-9+/=]*")
_LFS = "version https://git-lfs.github.com/spec/"
# What UTF-8 is not shows as replacement characters; a stray one in a long text is no more than a slip.
_MOST_DAMAGED = 0.01


def read_file(path: str, text: str) -> Document:
    """The document that a file is. One of another format, or whose content is no text, is CannotLook("malformed")."""
    suffix = PurePosixPath(path).suffix.lower()
    text = _text(path, text)
    if suffix not in READERS:
        known = ", ".join(suffix for suffix in READERS if suffix)
        raise CannotLook("malformed", f"cannot read {path}: a document is a text file ({known}), not {suffix}")
    return READERS[suffix](text)


def read_reply(url: str, media_type: str, text: str) -> Document:
    """The document that a web server sent. Plain text is read as what the end of the URL says that it is."""
    kind = media_type.partition(";")[0].strip().lower()
    text = _text(url, text)
    if kind in _MEDIA_TYPES:
        return _MEDIA_TYPES[kind](text)
    if kind != "text/plain":
        raise CannotLook("malformed", f"cannot read {url}: its media type is {kind or 'not said'}, not that of a text")
    return READERS.get(PurePosixPath(url.partition("?")[0].partition("#")[0]).suffix.lower(), _TEXT)(text)


def _text(name: str, text: str) -> str:
    """The text with plain line ends, if it is one."""
    for begin, what in _FOREIGN.items():
        if text.startswith(begin):
            raise CannotLook("malformed", f"cannot read {name}: it is {what}, not a text file")
    if text.startswith(_LFS):
        raise CannotLook(
            "malformed", f"cannot read {name}: it is only a pointer of Git LFS; fetch it with git lfs pull"
        )
    if "\0" in text or text.count("\ufffd") > len(text) * _MOST_DAMAGED:
        raise CannotLook("malformed", f"cannot read {name}: it is not text in UTF-8")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _EMBEDDED.sub("data:", text)
