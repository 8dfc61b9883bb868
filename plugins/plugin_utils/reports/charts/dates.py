# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends when: certificates, waivers, attestations and the evidence of drills in a calendar, month by month."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby

from markupsafe import Markup

from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts.bars import Certificate
from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts.reading import (
    DAY,
    Data,
    Reading,
    bounded,
    day,
)
from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts.words import (
    NOTHING,
    counted,
    joined,
    rest,
    text,
)

# The nearest dates, over so many months at most; what ends later is counted.
MOST, MOST_MONTHS = 40, 12
KINDS = {"certificate": "Certificate", "waiver": "Waiver", "attestation": "Signature", "drill": "Proof of a drill"}
_WEEK = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTH = Markup(
    '<section class="chart-month"><p class="chart-head">%s</p>\n'
    '<table class="chart-days" aria-hidden="true"><thead><tr>%s</tr></thead>'
    "<tbody>%s</tbody></table>\n<ul>\n%s</ul></section>\n"
)
_LINE = Markup(
    '<li><span class="chart-date">%s</span> <span class="chart-kind">%s</span> %s'
    '<span class="chart-where">%s</span></li>\n'
)


@dataclass(slots=True)
class Due:
    """Something that ends. where: what of it rests on this."""

    kind: str
    at: float
    name: str
    where: list[str] = field(default_factory=list)


def dates(report: Data, certificates: Iterable[Certificate], found: Iterable[Reading]) -> Markup:
    """The calendar; nothing where nothing ends."""
    due = [Due("certificate", each.expires, each.name, each.places) for each in certificates]
    due = sorted([*due, *_dated(found)], key=lambda each: (each.at, each.kind, each.name))
    if not due:
        return NOTHING
    over = [each for each in due if each.at < report["run"]["started"]]
    nearest = [each for each in due if each.at >= report["run"]["started"]][:MOST]
    months = [list(same) for dummy, same in groupby(nearest, key=lambda each: _month(each.at))][:MOST_MONTHS]
    shown = sum(map(len, months)) + min(len(over), MOST)
    parts = [_over(over), *(_drawn(month) for month in months)]
    calendars = Markup('<div class="chart-months">\n%s</div>') % joined(parts)
    return calendars + rest(len(due) - shown, "date further away", "dates further away")


def _dated(found: Iterable[Reading]) -> Iterator[Due]:
    known: dict[tuple[str, float, str], Due] = {}
    for each in found:
        at = bounded(each.value + (each.threshold or 0.0) * DAY)
        if each.source.threshold and each.threshold is None:
            continue
        name = each.name if each.source.name else each.check["control"]
        of = each.source.kind, at, name
        due = known.setdefault(of, Due(*of))
        place = each.where if each.source.threshold else f"{each.check['control']} on {each.where}"
        if place not in due.where:
            due.where.append(place)
    yield from known.values()


def _over(due: Sequence[Due]) -> Markup:
    if not due:
        return NOTHING
    title = Markup(
        '<section class="chart-month chart-bad">'
        '<p class="chart-head"><span aria-hidden="true">✘</span> Over already</p>\n<ul>\n'
    )
    return title + joined(_line(each) for each in due[:MOST]) + Markup("</ul></section>\n")


def _drawn(due: Sequence[Due]) -> Markup:
    year, month = _month(due[0].at)
    marked = {_date(each.at).day: each.kind for each in reversed(due)}
    weeks = joined(
        Markup("<tr>%s</tr>") % joined(_day(number, marked.get(number, "")) for number in week)
        for week in calendar.Calendar().monthdayscalendar(year, month)
    )
    heads = joined(Markup("<th>%s</th>") % name for name in _WEEK)
    return _MONTH % (f"{_date(due[0].at):%B %Y}", heads, weeks, joined(map(_line, due)))


def _day(number: int, kind: str) -> Markup:
    if not number:
        return Markup("<td></td>")
    return Markup('<td class="chart-due">%s</td>') % number if kind else Markup("<td>%s</td>") % number


def _line(due: Due) -> Markup:
    more = len(due.where) - 1
    where = [*due.where[:1], *([f"and {counted(more, 'more place')}"] if more > 0 else [])]
    return _LINE % (day(due.at), KINDS[due.kind], text(due.name), text(" ".join(where), 200))


def _month(at: float) -> tuple[int, int]:
    return _date(at).year, _date(at).month


def _date(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
