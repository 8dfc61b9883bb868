# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since the last run and since the accepted baseline, grouped by word, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup

from ansible_collections.golive.verify.plugins.plugin_utils.history import FLAPPING
from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts.reading import DAY, Data, day
from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts.words import (
    NOTHING,
    counted,
    joined,
    rest,
    text,
)

# By word, a mark and the tone that styles it.
WORDS = {
    "regressed": ("✘", "bad"),
    "disappeared": ("✘", "bad"),
    "new": ("+", "plain"),
    "not_comparable": ("?", "warn"),
    "value_drift": ("~", "warn"),
    FLAPPING: ("≈", "warn"),
    "fixed": ("✔", "good"),
    "still_failing": ("…", "plain"),
}
# Of each word a reader of the first screen sees so many; what is worse than it was stands first.
MOST = 6
_OPEN = Markup(
    '<div class="chart-change chart-%s">\n'
    '<p class="chart-head"><span class="chart-mark" aria-hidden="true">%s</span> %s</p>\n<ul>'
)
_LINE = Markup('<li><b class="chart-subject">%s</b> <span class="chart-facts">%s</span>%s</li>\n')


def changes(report: Data) -> Markup:
    """Both comparisons, each under a line that says with what; nothing where history says nothing."""
    history = report["history"]
    if not history:
        return NOTHING
    parts = [Markup('<p class="chart-note">%s</p>') % text(note, 400) for note in history["notes"]]
    if previous := history["previous"]:
        told = f"Since the last run, of {day(previous['started'])}, which was {_decided(previous['decision'])}"
        parts.append(_comparison(told, history["changes"], report))
    if baseline := history["baseline"]:
        told = f"Since the baseline, accepted by {baseline['person']} on {baseline['at'][:10]}"
        parts.append(_comparison(told, history["baseline_changes"], report))
    return joined(parts, "\n")


def _comparison(told: str, found: Sequence[Data], report: Data) -> Markup:
    by_word = {word: [each for each in found if each["word"] == word] for word in WORDS}
    count = ", ".join(f"{len(same):,} {word.replace('_', ' ')}" for word, same in by_word.items() if same)
    head = Markup('<p class="chart-against">%s: %s.</p>\n') % (text(told), count or "nothing changed")
    texts = {item["id"]: item["text"] for item in report["items"]}
    return head + joined(_group(word, same, report, texts) for word, same in by_word.items())


def _group(word: str, found: Sequence[Data], report: Data, texts: dict[str, Any]) -> Markup:
    if not found:
        return NOTHING
    mark, tone = WORDS[word]
    worst_first = sorted(found, key=lambda each: not each["worse"])
    bad = "bad" if any(each["worse"] for each in found) else tone
    title = f"{word.replace('_', ' ').capitalize()}: {len(found):,}"
    lines = joined(_line(each, report, texts) for each in worst_first[:MOST])
    return (
        _OPEN % (bad, mark, title)
        + lines
        + Markup("</ul>")
        + rest(len(found) - MOST, "change", where="history of report.json")
        + Markup("</div>\n")
    )


def _line(change: Data, report: Data, texts: dict[str, Any]) -> Markup:
    item = texts.get(change["item"] or "", "")
    facts = [change["control"] if change["subject"] != change["control"] else ""]
    facts.append(item if item != change["subject"] else "")
    if change["was"] != change["now"] and change["word"] != FLAPPING:
        facts.append(f"{_status(change['was'])} → {_status(change['now'])}")
    if change["since"] is not None:
        days = max(0, round((report["run"]["started"] - change["since"]) / DAY))
        facts.append(f"{_status(change['now'])} since {day(change['since'])}, {counted(days, 'day')}")
    detail = (
        Markup('<span class="chart-detail">%s</span>') % text(change["detail"], 300) if change["detail"] else NOTHING
    )
    return _LINE % (text(change["subject"]), _facts(facts), detail)


def _facts(facts: Iterable[str]) -> Markup:
    return joined((text(fact) for fact in facts if fact), " · ")


def _status(status: str) -> str:
    return status.replace("_", " ") or "not there"


def _decided(decision: str) -> str:
    return "go" if decision == "go" else "no-go"
