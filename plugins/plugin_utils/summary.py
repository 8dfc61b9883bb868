# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run in the lines that a terminal shows: what does not pass, on what, why, what to do; then the decision."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.decisions import GO, GOOD, NOT_SELECTED, PROVEN

MARKS = {
    "pass": "✔",
    "attested": "✔",
    "answered": "✔",
    "fail": "✘",
    "missed": "✘",
    "expired": "✘",
    "failed": "✘",
    "error": "!",
    "unreachable": "!",
    "missing": "!",
    "unbound": "?",
    "not_due": "…",
    "waived": "~",
    "not_applicable": "-",
    "info": "·",
    "not_selected": "·",
}
WORST_FIRST = (
    *("unreachable", "failed", "missing", "fail", "error", "missed", "expired", "unbound"),
    *("waived", "not_due", "not_applicable", "info", NOT_SELECTED, "attested", "pass", "answered"),
)
# Items that a reader of the terminal need not see one by one.
_QUIET = ("pass", "attested", "info", "not_due", NOT_SELECTED)
_JSON = json.JSONEncoder(ensure_ascii=False)
_MOST_PLACES = 4
# How the reason of an item says that nobody has written a verifier for its control; and how many such items, or items
# without a control, a reader of the terminal is shown one by one.
_NO_VERIFIER = "no verifier yet proves it"
_MOST_WAITING = 5


def counts(by_status: Mapping[str, int]) -> str:
    """How many of each status, worst first: 2 fail, 12 pass."""
    known = [status for status in WORST_FIRST if by_status.get(status)]
    return ", ".join(f"{by_status[status]} {status.replace('_', ' ')}" for status in known) or "nothing proven"


def where(check: Mapping[str, Any], host: bool = True) -> str:
    """The host of a result and, where that is something else, the target looked at; host=False: only the latter."""
    name, target = str(check["host"]), str(check["target"])
    rest = "" if target == name else target.removeprefix(f"{name} ")
    return " ".join(part for part in (name if host else "", rest) if part)


def against(report: Mapping[str, Any], item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The results that keep an item from passing; of one that is waived or not applicable, those that are."""
    good = PROVEN if item["status"] in GOOD else GOOD
    return [report["checks"][index] for index in item["checks"] if report["checks"][index]["status"] not in good]


def unseen(item: Mapping[str, Any], checks: Iterable[Mapping[str, Any]]) -> str:
    """What the item's reason says beyond these results: what was not even looked at."""
    said = set("; ".join(f"{check['target']}: {check['message']}" for check in checks).split("; "))
    return "; ".join(part for part in item["reason"].split("; ") if part not in said)


def lines(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Lines with the status that colors them."""
    yield "quiet", ""
    items = [item for item in report["items"] if item["status"] not in _QUIET]
    waiting = [item for item in items if _waits(item)]
    if len(waiting) > _MOST_WAITING:
        items = [item for item in items if not _waits(item)]
    section = None
    for item in items:
        if item["section"] != section:
            section = item["section"]
            yield "quiet", f"  {one_line(section)}"
        yield item["status"], f"  {MARKS.get(item['status'], ' ')} {one_line(item['text'])}  (line {item['line']})"
        yield from _why(report, item)
    if len(waiting) > _MOST_WAITING:
        yield from _counted(waiting)
    yield from _targets(report)
    for finding in report["findings"]:
        yield (
            ("error" if finding["blocks"] else "quiet"),
            f"  {'!' if finding['blocks'] else '·'} {one_line(finding['message'])}",
        )
    gate, summary = report["gate"], report["summary"]
    yield "quiet", ""
    yield "quiet", f"items:   {counts(summary['items'])}"
    yield "quiet", f"checks:  {counts(summary['checks'])}"
    if summary["left_out"]:
        left = summary["items"].get(NOT_SELECTED, 0)
        out = "item was left out and is" if left == 1 else "items were left out and are"
        yield "error", f"narrowed to {one_line(summary['left_out'])}: {left} {out} not decided"
    against_it = len(gate["reasons"])
    word = "GO" if gate["decision"] == GO else f"NO-GO: {against_it} {'reason' if against_it == 1 else 'reasons'}"
    yield gate["decision"], f"{one_line(report['run']['environment'])}: {word}"


def _why(report: Mapping[str, Any], item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What keeps the item from passing: each message once, with the places it comes from; then what is to be done."""
    bad = against(report, item)
    places: dict[tuple[str, str], dict[str, None]] = {}
    for check in bad:
        places.setdefault((check["status"], one_line(check["message"])), {})[one_line(where(check), 120)] = None
    for (status, message), found in places.items():
        more = f" and {len(found) - _MOST_PLACES} more" if len(found) > _MOST_PLACES else ""
        yield status, f"      {', '.join(list(found)[:_MOST_PLACES])}{more}: {message}"
    if missing := unseen(item, bad):
        yield item["status"], f"      {one_line(missing)}"
    for remedy in dict.fromkeys(check["remediation"] for check in bad if check["remediation"]):
        yield "quiet", f"      → {one_line(remedy, 1000)}"


def _waits(item: Mapping[str, Any]) -> bool:
    """Whether nothing keeps the item from passing but that nobody can look: no verifier, or no control."""
    return item["status"] == "unbound" or (
        not item["checks"] and all(_NO_VERIFIER in part for part in item["reason"].split("; "))
    )


def _counted(waiting: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Items that wait for a proof, a line for each section."""
    yield "quiet", "  Nothing proves these yet: no verifier, no control, no signature"
    for section, count in Counter(one_line(item["section"]) for item in waiting).items():
        yield "unbound", f"  {MARKS['unbound']} {section}: {count} {'item' if count == 1 else 'items'}"
    yield "quiet", f"    the report lists all {len(waiting)}, each with the control that it waits for"


def _targets(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for target in report["targets"]:
        if target["status"] != "answered":
            yield "error", f"  ! {one_line(target['name'])} {target['status']}: {one_line(target['detail'])}"


def one_line(text: str, limit: int = 300) -> str:
    """One line, without control characters: what a target says must not steer the terminal."""
    line = " ".join(text.split())
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    return line if line.isprintable() else "".join(char if char.isprintable() else " " for char in line)


def cut(text: str, limit: int = 4000) -> str:
    """Not more than a person reads; report.json has all of it."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit:,} more characters are in report.json)"


def plain(value: Any) -> str:
    """What was seen, as a person reads it: words as they are, data as JSON."""
    return value if isinstance(value, str) else _JSON.encode(value)
