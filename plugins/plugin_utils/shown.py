# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of a target, fit to be printed: whoever wrote it may have meant it for a terminal, or for no end."""

from __future__ import annotations


def shown(text: object, most: int = 120) -> str:
    """The first of its characters, on one line; all but those of ASCII that can be printed as escapes."""
    return "".join(char if " " <= char <= "~" else ascii(char)[1:-1] for char in str(text)[:most])
