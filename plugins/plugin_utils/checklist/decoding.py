# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the bytes of a checklist to the lines that are parsed: bounded, decoded, repaired. No line changes its number.

The bounds keep the worst file to a few seconds and a few hundred megabytes; real checklists have at most some thousand
lines. What is beyond them is refused as a whole: half a checklist that looks like all of it would be worse.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import marks
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.items import BadChecklist
from ansible_collections.golive.verify.plugins.plugin_utils.plain_file import opened

MAX_BYTES = 10 * 1024 * 1024
MAX_LINES = 50_000
MAX_LINE = 20_000
# Signs of lists and quotes at the beginnings of all lines together: each costs the parser as much as a line.
MAX_SIGNS = 100_000

_LINE_END = re.compile(r"\r\n?|\n")
_SIGN = re.compile(r"[-*+>]|\d{1,9}[.)]")
_SIGNS = re.compile(r"(?:[ \t]*(?:[-*+>]|\d{1,9}[.)]))+")
# Pictures that a word processor puts into the text itself.
_EMBEDDED = re.compile(r"(data:[\w.+-]{1,60}/[\w.+-]{1,60};base64,)[A-Za-z0-9+/=]+")
_FRONT_MATTER_END = re.compile(r"(?:---|\.\.\.)[ \t]*")
_KEY = re.compile(r"\s*#|[\w\"'.-]{1,80}\s?:(?:\s|$)")
_LIKE_YAML = re.compile(rf"{_KEY.pattern}|\s+\S|-\s|[\]}}]")
# What UTF-8 looks like when it was read as another encoding: at least two characters beyond ASCII in a row.
_DAMAGED = re.compile(r"[^\x00-\x7f]{2,}")
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def content(path: Path) -> bytes:
    """What the file holds; BadChecklist where it cannot be read or holds too much."""
    try:
        with opened(path) as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadChecklist(path, 1, f"the checklist cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadChecklist(path, 1, f"the checklist {error}") from error
    if len(data) > MAX_BYTES:
        raise BadChecklist(path, 1, f"the checklist has more than {MAX_BYTES // 1024 // 1024} MiB")
    return data


def lines_of(path: Path, data: bytes) -> list[str]:
    """The lines of a checklist as they were meant to be, front matter left blank; BadChecklist beyond the bounds."""
    lines = _LINE_END.split(_decoded(data))
    if len(lines) > MAX_LINES:
        raise BadChecklist(path, MAX_LINES, f"the checklist has more than {MAX_LINES:,} lines")
    lines = [_EMBEDDED.sub(r"\1", line) if len(line) > MAX_LINE else line for line in lines]
    signs = 0
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            raise BadChecklist(path, number, f"this line has more than {MAX_LINE:,} characters")
        found = _SIGNS.match(line)
        signs += len(_SIGN.findall(found[0])) if found else 0
        if signs > MAX_SIGNS:
            raise BadChecklist(path, number, f"the checklist has more than {MAX_SIGNS:,} list entries")
    end = _front_matter(lines)
    return [""] * end + [_repaired(path, number, line) for number, line in enumerate(lines[end:], end + 1)]


def _decoded(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return data.decode("utf-8", "replace")


def _front_matter(lines: Sequence[str]) -> int:
    """How many lines are front matter. A document may as well begin with a rule, so all of it has to look like YAML."""
    if lines[0].rstrip() != "---":
        return 0
    end = next((n for n, line in enumerate(lines[1:200], 1) if _FRONT_MATTER_END.fullmatch(line)), 0)
    inner = [line for line in lines[1:end] if line.strip()]
    like_yaml = not inner or (_KEY.match(inner[0]) and all(map(_LIKE_YAML.match, inner)))
    return end + 1 if end and like_yaml and not any(map(marks.looks_like_an_item, inner)) else 0


def _repaired(path: Path, number: int, line: str) -> str:
    """A line that was encoded twice as it was meant. Most were not, and are left alone."""
    if line.isascii() or not _DAMAGED.search(line):
        return line
    try:
        import ftfy  # slow to import, and plain lists do not need it
    except ImportError as missing:
        needed = "reading this line needs the Python library ftfy: see requirements/core.txt"
        raise BadChecklist(path, number, needed) from missing
    fixed = _DAMAGED.sub(_from_mac_roman, str(ftfy.fix_encoding(line)))
    return line if _LINE_END.search(fixed) else fixed


def _from_mac_roman(run: re.Match[str]) -> str:
    """A run of letters that is valid UTF-8 when taken as Mac OS Roman: an emoji, which the library takes for text."""
    try:
        return run[0].encode("mac_roman").decode("utf-8")
    except UnicodeError:
        return run[0]
