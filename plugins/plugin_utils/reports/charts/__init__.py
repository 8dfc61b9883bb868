# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts of the report, where people would rather look than read: safe markup without a script or a style of its own.

What is in a chart is in a table or in words too. A chart that would have nothing to show is not there. The style is
charts.css beside this directory, over the variables of the page.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from markupsafe import Markup

from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts import bars, changed, dates, trend
from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts.reading import Data, Reading, readings


def sections(report: Data) -> list[dict[str, Any]]:
    """The charts in the order in which they are read: id, title and markup. The first is for the first screen."""
    found: dict[str, list[Reading]] = defaultdict(list)
    for each in readings(report):
        found[each.source.chart].append(each)
    certificates = bars.certificates(found["certificates"])
    runs = report["history"]["runs"] if report["history"] else []
    drawn = [
        ("changes", "What changed", changed.changes(report)),
        ("trend", "Over the last runs", trend.trend(runs)),
        ("certificates", "Certificates", bars.certificate_bars(certificates) if certificates else ""),
        ("dates", "What ends when", dates.dates(report, certificates, found["dates"])),
        (
            "backups",
            "Age of backups",
            _bars(found["backups"], "Age of the newest backup, against what may be lost.", "Backup"),
        ),
        (
            "windows",
            "Response times and error rates",
            _bars(found["windows"], "What was measured, against what is allowed, the closest first.", "Measured on"),
        ),
    ]
    return [{"id": name, "title": title, "markup": markup} for name, title, markup in drawn if markup]


def timeline(report: Data, item_id: str) -> Markup:
    """How an item stood in the last runs, as a strip; nothing where history knows of fewer than two."""
    history = report["history"]
    return trend.timeline(history["timelines"].get(item_id, ()) if history else ())


def _bars(found: list[Reading], caption: str, what: str) -> Markup:
    return bars.bars(found, caption, what) if found else Markup("")
