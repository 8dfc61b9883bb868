# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host says, fit to be shown to people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

HOUR, DAY = 3600, 86400
_FEW = 8


def few(names: Collection[str]) -> str:
    """The first of some names, and how many there are beyond them."""
    first = ", ".join(shown(name) for name in list(names)[:_FEW])
    return f"{first} and {len(names) - _FEW} more" if len(names) > _FEW else first


def count(number: int, thing: str) -> str:
    """A number of things: "1 file", "3 files"."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def when(seconds: float) -> str:
    """A moment, given as Unix seconds."""
    return moments.shown(datetime.fromtimestamp(seconds, UTC))
