# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How values stand on the page: bounded, with nothing hidden in them, and times as people say them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

from ansible_collections.golive.verify.plugins.plugin_utils import summary

_BRIEF = 300
# Controls of a terminal, of writing direction, invisible characters, and halves of characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)


def shown(value: Any) -> Any:
    """What may stand on the page: no more than a person reads, and no character that hides or reorders others."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", summary.cut(value).replace("\r\n", "\n"))


def coded(text: str) -> Markup:
    """Words with what stands between backticks as code."""
    parts = [escape(part) for part in str(shown(text)).split("`")]
    if len(parts) % 2 == 0:
        return Markup("`").join(parts)
    return Markup().join(Markup("<code>%s</code>") % part if index % 2 else part for index, part in enumerate(parts))


def moment(seconds: float) -> str:
    """A day and a time: 24 November 2026, 03:00 UTC."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 item, 1,200 items."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day(moment_in_words: str) -> str:
    """The day of a moment that is written as 2026-12-14T00:00:00Z."""
    return moment_in_words.partition("T")[0]


def brief(text: str) -> str:
    """As much of a text as fits into two lines or three."""
    line = " ".join(text.split())
    return line if len(line) <= _BRIEF else f"{line[: _BRIEF - 1]}…"
