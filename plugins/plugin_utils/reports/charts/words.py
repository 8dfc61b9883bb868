# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words and numbers as charts show them: escaped, bounded, on one line. Whatever a target says passes through here."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.reports.page.words import shown

NOTHING = Markup("")


def text(value: object, most: int = 160) -> Markup:
    """A text that may stand between tags and in attributes."""
    return escape(shown(summary.one_line(str(value), most)))


def number(value: float) -> str:
    """A number as a person reads it: 3,250, 80.5, 0.25."""
    return (
        f"{value:,.0f}"
        if value == round(value) or abs(value) >= 100
        else f"{value:.2g}"
        if abs(value) < 1
        else f"{value:.1f}"
    )


def counted(count: int, one: str, many: str = "") -> str:
    """How many of something: 1 run, 12 runs."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def joined(parts: Iterable[Markup], between: str = "") -> Markup:
    """Pieces of markup as one."""
    return escape(between).join(parts)


def rest(count: int, one: str, many: str = "", where: str = "report.json") -> Markup:
    """A line that says how many more there are; nothing where there are none."""
    if count <= 0:
        return NOTHING
    what, verb = (one, "is") if count == 1 else (many or one + "s", "are")
    return Markup('<p class="chart-rest">%s more %s %s in %s.</p>') % (f"{count:,}", what, verb, where)
