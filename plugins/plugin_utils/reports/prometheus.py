# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in Prometheus' text format, for the textfile collector of node_exporter: numbers to alert on.

No text of a target becomes a label: only names that the team itself gave, so that the number of series is theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.entries import GOOD, QUIET

FILE = "report.prom"
Sample = tuple[Mapping[str, str], float]


def render(report: Mapping[str, Any]) -> str:
    """All metrics, each with its help and type."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    run = report["run"]
    of = {"environment": run["environment"]}
    go = report["gate"]["decision"] == "go"
    yield from gauge("golive_go", "Whether the environment may go live (1) or not (0).", [(of, float(go))])
    yield from gauge("golive_blockers", "Reasons against going live.", [(of, len(report["gate"]["reasons"]))])
    yield from gauge("golive_run_started_timestamp_seconds", "When the last run began.", [(of, run["started"])])
    yield from gauge("golive_run_finished", "Whether the last run came to its end.", [(of, float(run["finished"]))])
    yield from gauge(
        "golive_run_reported_timestamp_seconds",
        "When this was written: alert where it grows old.",
        [(of, run["reported"])],
    )
    counted = Counter((item["status"], item["severity"] or "none") for item in report["items"])
    items = [
        (of | {"status": status, "severity": severity}, count) for (status, severity), count in sorted(counted.items())
    ]
    yield from gauge("golive_items", "Items of the checklist, by how they stand.", items)
    judged = Counter((check["status"], check["severity"]) for check in report["checks"])
    results = [
        (of | {"status": status, "severity": severity}, count) for (status, severity), count in sorted(judged.items())
    ]
    yield from gauge("golive_results", "Results of checks, by how they stand.", results)
    targets = [(of | {"status": status}, count) for status, count in sorted(report["summary"]["targets"].items())]
    yield from gauge("golive_targets", "Targets, by whether they answered.", targets)
    held = [
        (of | {"item": item["id"], "severity": item["severity"] or "none"}, float(item["status"] in GOOD))
        for item in report["items"]
        if item["status"] not in QUIET
    ]
    yield from gauge("golive_item_proven", "Whether an item that counts is proven (1) or not (0).", held)


def gauge(name: str, words: str, samples: Iterable[Sample]) -> Iterator[str]:
    """The lines of one metric."""
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{{{told}}} {value:.17g}"


def _escaped(text: str) -> str:
    clean = "".join(char if char.isprintable() else "\ufffd" for char in text[:200])
    return clean.replace("\\", r"\\").replace('"', r"\"")
