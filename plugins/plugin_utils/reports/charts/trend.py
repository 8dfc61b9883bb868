# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How runs went over time, as history holds them: all items as columns, and one item as a strip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from ansible_collections.golive.verify.plugins.plugin_utils.decisions import PROVEN
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import BAD
from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts.reading import Data, day
from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts.words import NOTHING, counted, joined, text

# From the ground up, and how each is called.
BANDS = {"good": "proven", "plain": "neither", "bad": "against going live"}
_LEAST = 2
_HEIGHT = 100.0
_TREND = Markup(
    '<figure class="chart-figure"><svg class="chart-trend" viewBox="0 0 %d 100" preserveAspectRatio="none" role="img"'
    ' aria-label="%s">\n<title>%s</title><desc>%s</desc>\n%s</svg>\n<figcaption class="chart-axis"><span>%s</span>'
    "<span>%s</span></figcaption></figure>\n"
)
_RECT = Markup('<rect class="chart-%s" x="%s" y="%.2f" width="%s" height="%.2f"/>')
_TABLE = Markup(
    '<details class="chart-table"><summary>The same as a table</summary><table><thead><tr><th scope="col">Run</th>'
    '<th scope="col">Decision</th>%s</tr></thead>\n<tbody>\n%s</tbody></table></details>'
)
_STRIP = Markup(
    '<svg class="chart-strip" viewBox="0 0 %d 10" preserveAspectRatio="none" role="img" aria-label="%s">'
    "<title>%s</title>%s</svg>"
)
# Not by color alone: what is proven is low, what is not stands up.
_CELLS = {"good": (6.0, 4.0), "plain": (4.0, 6.0), "bad": (0.0, 10.0)}


def band(status: str) -> str:
    """Whether a status proves, speaks against going live, or neither."""
    return "good" if status in PROVEN else "bad" if status in BAD else "plain"


def trend(runs: Sequence[Data]) -> Markup:
    """How many items were proven and how many were not in each run; nothing where there are too few runs to compare."""
    if len(runs) < _LEAST:
        return NOTHING
    stacks = [_stack(run) for run in runs]
    most = max((stack.total() for stack in stacks), default=0)
    if not most:
        return NOTHING
    columns = joined(
        _column(index, run, stack, most) for index, (run, stack) in enumerate(zip(runs, stacks, strict=True))
    )
    first, last = stacks[0], stacks[-1]
    title = f"Items proven and not proven over {counted(len(runs), 'run')}"
    said = "; ".join(f"{name} {first[key]} then, {last[key]} now" for key, name in BANDS.items())
    drawing = _TREND % (10 * len(runs), title, title, said, columns, _end(runs[0]), _end(runs[-1]))
    return drawing + _key(last) + _table(runs, stacks)


def timeline(points: Sequence[tuple[float, str]]) -> Markup:
    """How one item stood in each run, as a strip with the newest run on the right; nothing of a single run."""
    if len(points) < _LEAST:
        return NOTHING
    cells, words, at = [], [], 0
    for status, same in groupby(points, key=lambda point: point[1]):
        times = [each[0] for each in same]
        y, height = _CELLS[band(status)]
        days = day(times[0]) if day(times[0]) == day(times[-1]) else f"{day(times[0])} to {day(times[-1])}"
        words.append(f"{status.replace('_', ' ')} {days}")
        rect = _RECT % (band(status), 2 * at, y, 2 * len(times), height)
        said = text(f"{words[-1]}, {counted(len(times), 'run')}")
        cells.append(Markup("<g><title>%s</title>%s</g>") % (said, rect))
        at += len(times)
    label = text(f"The last {counted(len(points), 'run')}: {'; '.join(words[-6:][::-1])}", 500)
    return _STRIP % (2 * len(points), label, label, joined(cells))


def _stack(run: Data) -> Counter[str]:
    stack: Counter[str] = Counter()
    for status, count in run["counts"].items():
        # What only informs, or was not asked for, is no part of the whole.
        if status not in ("info", "not_selected"):
            stack[band(status)] += count
    return stack


def _column(index: int, run: Data, stack: Counter[str], most: int) -> Markup:
    rects, y = [], _HEIGHT
    for key in BANDS:
        height = stack[key] / most * _HEIGHT
        y -= height
        if height:
            rects.append(_RECT % (key, 10 * index + 1, y, 8, height))
    words = ", ".join(f"{stack[key]} {name}" for key, name in BANDS.items())
    return Markup("<g><title>%s</title>%s</g>\n") % (text(f"{_end(run)}: {words}"), joined(rects))


def _key(last: Counter[str]) -> Markup:
    each = Markup('<li class="chart-%s"><span class="chart-swatch" aria-hidden="true"></span>%s <b>%s</b></li>')
    return Markup('<ul class="chart-key">%s</ul>\n') % joined(
        each % (key, name, last[key]) for key, name in BANDS.items()
    )


def _table(runs: Sequence[Data], stacks: Sequence[Counter[str]]) -> Markup:
    heads = joined(Markup('<th scope="col" class="chart-number">%s</th>') % name for name in BANDS.values())
    rows = []
    for run, stack in zip(reversed(runs), reversed(stacks), strict=True):
        cells = joined(Markup('<td class="chart-number">%s</td>') % stack[key] for key in BANDS)
        decision = "go" if run["decision"] == "go" else "no-go"
        rows.append(Markup('<tr><th scope="row">%s</th><td>%s</td>%s</tr>\n') % (text(_end(run)), decision, cells))
    return _TABLE % (heads, joined(rows))


def _end(run: Data) -> str:
    return day(run["started"])
