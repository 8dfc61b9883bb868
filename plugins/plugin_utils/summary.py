# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run in the lines that a terminal shows: what does not pass, on what, why, what to do; then the decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.gate import GO, NOT_SELECTED

MARKS = {"pass": "✔", "fail": "✘", "error": "!", "unbound": "?", "not_applicable": "–", "not_selected": "·"}
_ORDER = ("fail", "error", "expired", "missed", "unbound", "waived", "not_due", "not_applicable", "attested", "pass")


def counts(by_status: Mapping[str, int]) -> str:
    """How many of each status, worst first: 2 fail, 12 pass."""
    known = [status for status in _ORDER if by_status.get(status)]
    return ", ".join(f"{by_status[status]} {status.replace('_', ' ')}" for status in known) or "nothing proven"


def lines(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Lines with the status that colors them."""
    yield "quiet", ""
    section = None
    for item in report["items"]:
        if item["status"] in ("pass", "attested", NOT_SELECTED):
            continue
        if item["section"] != section:
            section = item["section"]
            yield "quiet", f"  {section}"
        yield item["status"], f"  {MARKS.get(item['status'], ' ')} {item['text']}  (line {item['line']})"
        yield from _why(report, item)
    yield from _targets(report)
    gate, summary = report["gate"], report["summary"]
    yield "quiet", ""
    yield "quiet", f"items:   {counts(summary['items'])}"
    yield "quiet", f"checks:  {counts(summary['checks'])}"
    if summary["left_out"]:
        left = summary["items"].get(NOT_SELECTED, 0)
        yield "error", f"narrowed to {summary['left_out']}: {left} items were left out and are not decided"
    word = "GO" if gate["decision"] == GO else f"NO-GO: {len(gate['reasons'])} reasons"
    yield gate["decision"], f"{report['run']['environment']}: {word}"


def _why(report: Mapping[str, Any], item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each result that keeps the item from passing, or the reason of an item without results."""
    bad = [report["checks"][i] for i in item["checks"] if report["checks"][i]["status"] not in ("pass", "attested")]
    for check in bad:
        yield check["status"], f"      {check['target']}: {_short(check['message'])}"
    for remedy in dict.fromkeys(check["remediation"] for check in bad if check["remediation"]):
        yield "quiet", f"      → {' '.join(remedy.split())}"
    if not bad:
        yield item["status"], f"      {_short(item['reason'])}"


def _targets(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for target in report["targets"]:
        if target["status"] != "answered":
            yield "error", f"  ! {target['name']} {target['status']}: {_short(target['detail'])}"


def _short(text: str, limit: int = 300) -> str:
    """One line, without control characters: what a target says must not steer the terminal."""
    line = "".join(char if char.isprintable() else " " for char in " ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"
