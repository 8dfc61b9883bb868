# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a comment for a pull request: the decision, who has to act on what, what changed; the rest is folded.

A comment holds so many characters and no more, so whatever does not fit is counted and left to the other formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.blockers import NOBODY, Blocker, blockers
from ansible_collections.golive.verify.plugins.plugin_utils.reports.markdown import escaped

FILE = "comment.md"
# What GitHub takes of the body of a comment.
MOST = 65_536
# By this a script finds the comment of an earlier run, to write over it.
MARKER = "<!-- golive.verify -->"
_MOST_BLOCKERS, _MOST_CHANGES = 25, 25
# What is left of the whole for the lines that say how much was left out.
_SPARE = 1_000
_UNSAID = ("still_failing",)


def render(report: Mapping[str, Any]) -> str:
    """The comment, never longer than MOST."""
    page = _Page()
    page.add(_head(report))
    against = blockers(report)
    table = "| severity | what | why | who |\n|---|---|---|---|"
    page.part(f"**What speaks against going live**\n\n{table}", map(_blocker, against), "", _MOST_BLOCKERS)
    since, changes = _changed(report)
    page.part(f"**What changed since {since}**\n", map(_change, changes), "", _MOST_CHANGES)
    opened = "<details>\n<summary>{}</summary>\n"
    page.part(opened.format("What was seen, and what to do"), _evidence(against), "\n</details>")
    rows = (_row(item) for item in report["items"])
    page.part(opened.format("Every item") + "\n| | item | line |\n|---|---|---|", rows, "\n</details>")
    return page.text()


class _Page:
    """Text that stays within MOST, counted as GitHub's own page counts: in units of UTF-16."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = MOST - _SPARE

    def add(self, text: str) -> bool:
        """Add a line, or lines, where there is room."""
        size = _size(text)
        if size > self._room:
            return False
        self._room -= size
        self._parts.append(text)
        return True

    def part(self, opening: str, lines: Iterable[str], closing: str, most: int = 10**9) -> None:
        """A heading with as many of its lines as there is room for; nothing where it has none."""
        each = list(lines)
        self._room -= _size(closing)
        if not each or not self.add("\n" + opening):
            self._room += _size(closing)
            return
        shown = 0
        while shown < min(len(each), most) and self.add(each[shown]):
            shown += 1
        if len(each) > shown:
            self._parts.append(f"\n… and {len(each) - shown:,} more, which the report has.")
        if closing:
            self._parts.append(closing)

    def text(self) -> str:
        """All of it."""
        return "\n".join(self._parts) + "\n"


def _size(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 + 1


def _head(report: Mapping[str, Any]) -> str:
    run, gate, told = report["run"], report["gate"], report["summary"]
    started = datetime.fromtimestamp(run["started"], UTC).strftime("%Y-%m-%d %H:%M UTC")
    word = "✔ go" if gate["decision"] == "go" else "✘ no-go"
    lines = [MARKER, f"### {word}: {_short(run['environment'])}\n"]
    targets = len(report["targets"])
    of = "1 target" if targets == 1 else f"{targets} targets"
    lines.append(f"Items: {summary.counts(told['items'])}. {of}, {started}.")
    if told["left_out"]:
        lines.append(f"**Narrowed to {_short(told['left_out'])}**: what was left out is not decided.")
    return "\n".join(lines)


def _blocker(blocker: Blocker) -> str:
    who = _short(blocker.owner) or NOBODY
    return f"| {blocker.severity} | {_short(blocker.what)} | {_short(blocker.why)} | {who} |"


def _changed(report: Mapping[str, Any]) -> tuple[str, list[Mapping[str, Any]]]:
    """What is compared with, the last run or else the baseline, and what is another than then."""
    history = report["history"] or {"previous": None, "baseline": None}
    for name, changes, words in (
        ("previous", "changes", "the last run"),
        ("baseline", "baseline_changes", "the baseline"),
    ):
        if history[name]:
            return words, [change for change in history[changes] if change["word"] not in _UNSAID]
    return "", []


def _change(change: Mapping[str, Any]) -> str:
    ways = " → ".join(filter(None, (change["was"], change["now"])))
    what = ": ".join(filter(None, (_short(change["control"]), _short(change["subject"]))))
    said = [f"**{change['word'].replace('_', ' ')}** {what}", f" ({ways})" if ways else ""]
    return "- " + "".join(said) + (f": {_short(change['detail'])}" if change["detail"] else "")


def _evidence(against: Iterable[Blocker]) -> Iterator[str]:
    for blocker in against:
        for check in blocker.checks:
            said = {
                "expected": check["expected"],
                "actual": summary.plain(check["actual"]) if check["actual"] is not None else "",
                "to do": summary.one_line(check["remediation"], 500),
            }
            told = "".join(f"\n  - {name}: {_short(text, 500)}" for name, text in said.items() if text)
            place = f"{_short(check['control'])} on {_short(summary.where(check))}"
            yield f"- {_short(blocker.what)}\n  - {place}: {_short(check['message'])}{told}"


def _row(item: Mapping[str, Any]) -> str:
    mark = summary.MARKS.get(item["status"], "")
    return f"| {mark} {item['status'].replace('_', ' ')} | {_short(item['text'])} | {item['line']} |"


def _short(text: str, most: int = 200) -> str:
    return escaped(summary.one_line(text, most))
