# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values against their thresholds: a table in which each row has a bar. The table is the chart, for every reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts.reading import DAY, Reading, bounded, day
from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts.words import (
    NOTHING,
    counted,
    joined,
    number,
    rest,
    text,
)

# More than a person compares by eye; the ones that matter first stand first.
MOST = 40
# Where the threshold stands in a bar that has one: what is within it and what is beyond can both be seen.
_AT = 62.5
# What one certificate is seen by several checks as, a tenth of a day apart at most since days are rounded.
_SAME = 0.15
_MOST_PLACES = 2
_BAR = Markup(
    '<svg class="chart-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    '<rect class="chart-track" width="100" height="10"/><rect class="chart-value" width="%s" height="10"/>%s</svg>'
)
_MARK = Markup('<rect class="chart-threshold" x="%s" width=".75" height="10"/>')
_ROW = Markup(
    '<tr class="chart-%s"><th scope="row">%s<span class="chart-where">%s</span></th><td>%s</td>'
    '<td class="chart-number">%s</td><td class="chart-number">%s</td></tr>\n'
)
_TABLE = Markup(
    '<table class="chart-bars"><caption>%s</caption><thead><tr><th scope="col">%s</th>'
    '<td></td><th scope="col" class="chart-number">%s</th><th scope="col" class="chart-number">%s</th></tr></thead>\n'
    "<tbody>\n%s</tbody></table>"
)


@dataclass(slots=True)
class Certificate:
    """One certificate and where it was seen. least: how many days must be left, where that is asked for."""

    name: str
    expires: float
    days: float
    least: float | None
    places: list[str]


def certificates(found: Iterable[Reading]) -> list[Certificate]:
    """Every certificate once, wherever it was seen, the first to expire first."""
    seen = sorted((_certificate(each) for each in found), key=lambda each: (each.name, each.expires))
    merged: list[Certificate] = []
    for each in seen:
        last = merged[-1] if merged else None
        if last and last.name == each.name and each.expires - last.expires <= _SAME * DAY:
            last.places += [place for place in each.places if place not in last.places]
            last.least = max((least for least in (last.least, each.least) if least is not None), default=None)
        else:
            merged.append(each)
    return sorted(merged, key=lambda each: (each.days, each.name))


def _certificate(reading: Reading) -> Certificate:
    seen, moment = float(reading.check["started"]), reading.source.reads == "moment"
    expires = bounded(reading.value if moment else seen + reading.value * DAY)
    days = (expires - seen) / DAY
    return Certificate(reading.name, expires, days, reading.threshold, [reading.where])


def certificate_bars(found: Sequence[Certificate]) -> Markup:
    """Days left of each certificate, on one scale."""
    nearest = found[:MOST]
    scale = max(90.0, *(2 * (each.least or 0.0) for each in nearest))
    rows = []
    for each in nearest:
        bad = each.days < (each.least or 0.0)
        mark = _MARK % f"{min(each.least / scale, 1) * 100:.2f}" if each.least is not None else NOTHING
        left = f"{number(max(each.days, 0))} days" if each.days >= 0 else f"over for {number(-each.days)} days"
        rows.append(
            _ROW
            % (
                "bad" if bad else "good",
                text(each.name),
                _places([f"until {day(each.expires)}", *each.places]),
                _BAR % (_width(each.days / scale), mark),
                f"{'✘ ' if bad else ''}{left}",
                f"≥ {number(each.least)} days" if each.least is not None else "",
            )
        )
    caption = "Days left of each certificate, the first to expire first. The line in a bar is what is asked for."
    table = _TABLE % (caption, "Certificate", "left", "wanted", joined(rows))
    return table + rest(len(found) - len(nearest), "certificate that lasts longer", "certificates that last longer")


def bars(found: Iterable[Reading], caption: str, what: str) -> Markup:
    """Values that should stay below their thresholds, the worst first. Each bar's line is its own threshold."""
    order = sorted(found, key=lambda each: (-_share(each), each.where, each.name))
    rows = []
    for each in order[:MOST]:
        share = _share(each)
        unit = text(each.source.unit)
        told = each.threshold is not None
        rows.append(
            _ROW
            % (
                "bad" if share > 1 else "good",
                text(each.where or each.check["control"]),
                text(f"{each.check['control']}: {each.name}"),
                _BAR % (_width(share * _AT / 100), _MARK % _AT) if told else NOTHING,
                Markup("%s%s %s") % ("✘ " if share > 1 else "", number(each.value), unit),
                Markup("≤ %s %s") % (number(each.threshold), unit) if each.threshold is not None else "",
            )
        )
    table = _TABLE % (caption, what, "seen", "at most", joined(rows))
    return table + rest(len(order) - len(rows), "value further from its limit", "values further from their limits")


def _share(reading: Reading) -> float:
    """How much of what is allowed is used up; 0 where nobody said how much that is."""
    if reading.threshold is None:
        return 0.0
    return reading.value / reading.threshold if reading.threshold > 0 else float(reading.value > 0) * 2


def _width(share: float) -> str:
    return f"{min(max(share, 0.0), 1.0) * 100:.2f}"


def _places(places: Sequence[str]) -> Markup:
    more = len(places) - 1 - _MOST_PLACES
    also = [f"and {counted(more, 'more place')}"] if more > 0 else []
    return text(" · ".join([*places[: 1 + _MOST_PLACES], *also]), 300)
