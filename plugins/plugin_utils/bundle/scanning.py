# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a file holds what looks like a secret: by all that the collection knows of how they look, never by its value.

What is quoted in JSON, HTML or Markdown is read as it stands and as it was before somebody quoted it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.module_utils.observation.sensitive import Sensitive
from ansible_collections.golive.verify.plugins.plugin_utils.logs.sources import patterns
from ansible_collections.golive.verify.plugins.plugin_utils.masking import masked

# Kinds of logs.content that masking, which is for prose, does not know.
_ALSO = ("card number", "session cookie")
_ESCAPED = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|([nrt])|(.))")
_HEAD = 64 * 1024


class BadAllowance(Exception):
    """What is said to be no secret is no regular expression: why."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that must not be handed over. line: counted from 1; 0 is the file's name itself."""

    name: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.name}:{self.line}: what looks like a {self.kind}"


class Scanner:
    """allowed: regular expressions of what looks like a secret and is none."""

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        try:
            self._allowed = [re.compile(expression) for expression in allowed]
            also = [pattern for pattern in patterns() if pattern["name"] in _ALSO]
            self._sensitive = Sensitive(also)
        except (re.error, CannotLook) as error:
            raise BadAllowance(f"allowed: {error}") from error

    def hits(self, name: str, path: Path) -> Iterator[Hit]:
        """Every line of a file that holds one, each kind once."""
        yield from (Hit(name, 0, kind) for kind in self.kinds(name))
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                text = line.decode("utf-8", "replace")
                yield from (Hit(name, number, kind) for kind in self.kinds(text))

    def kinds(self, text: str) -> list[str]:
        """What looks like which secret in a text."""
        found: dict[str, None] = {}
        for reading in dict.fromkeys((text, _unescaped(text))):
            rest = reading
            for allowed in self._allowed:
                rest = allowed.sub(" ", rest)
            found |= dict.fromkeys((*masked(rest)[1], *sorted(self._sensitive.kinds_in(rest))))
        return list(found)


def is_text(path: Path) -> bool:
    """Whether a file can be read for secrets at all: what is packed or encrypted cannot."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The last character may be cut in two by where the head ends.
        return b"\0" not in head and len(head) == _HEAD and error.start > _HEAD - 4
    return b"\0" not in head


def _unescaped(text: str) -> str:
    plain = html.unescape(text) if "&" in text else text
    return _ESCAPED.sub(_one, plain) if "\\" in plain else plain


def _one(match: re.Match[str]) -> str:
    code, blank, char = match.groups()
    return chr(int(code, 16)) if code else " " if blank else str(char)
