# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift for people: lines for the terminal, and a page of Markdown. What targets say is shown, never obeyed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.drift.document import BASELINE
from ansible_collections.golive.verify.plugins.plugin_utils.reports.markdown import escaped
from ansible_collections.golive.verify.plugins.plugin_utils.summary import one_line, where

FILE, PAGE = "drift.json", "drift.md"
_DAY = 86400.0
# Of what is no worse, a reader of the terminal sees so many of each word; drift.md has all.
_MOST = 8
_MARKS = {"regressed": "✘", "disappeared": "✘", "new": "+", "fixed": "✔", "still_failing": "…", "value_drift": "~"}


def lines(drift: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Lines with the status that colors them."""
    for comparison in drift["comparisons"]:
        yield "quiet", ""
        yield "quiet", f"drift since {_against(comparison)}: {_counts(comparison)}"
        for note in comparison["notes"]:
            yield "unbound", f"  ! {one_line(note)}"
        seen: dict[str, int] = defaultdict(int)
        for change in comparison["changes"]:
            seen[change["word"]] += 1
            if change["worse"] or seen[change["word"]] <= _MOST:
                yield _color(change), f"  {_MARKS.get(change['word'], '?')} {one_line(_said(change, drift))}"
        hidden = sum(max(0, count - _MOST) for count in seen.values())
        if hidden:
            yield "quiet", f"    {PAGE} lists all {len(comparison['changes'])}"
    for each in drift["flapping"]:
        yield "unbound", f"  ≈ flapping: {one_line(_place(each))} changed {each['changed']} times in {each['of']} runs"
    for note in drift["notes"]:
        yield "error", f"  ! {one_line(note)}"
    word = "regressed" if drift["regressed"] else "nothing regressed"
    yield ("no_go" if drift["regressed"] else "go"), f"{one_line(drift['run']['environment'])}: {word}"


def page(drift: Mapping[str, Any]) -> str:
    """The drift as GitHub-flavored Markdown."""
    return "\n".join(_page(drift)) + "\n"


def _page(drift: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {escaped(drift['run']['environment'])}: {'regressed' if drift['regressed'] else 'nothing regressed'}"
    yield ""
    yield f"Run {escaped(drift['run']['id'])}, {_moment(drift['run']['started'])}."
    for note in drift["notes"]:
        yield f"**{escaped(note)}**"
    for comparison in drift["comparisons"]:
        yield f"\n## Since {escaped(_against(comparison))}\n"
        yield f"{_counts(comparison)}."
        yield from (f"**{escaped(note)}**" for note in comparison["notes"])
        if comparison["changes"]:
            yield "\n| | worse | item or control | on | before | now | why |\n|---|---|---|---|---|---|---|"
        for change in comparison["changes"]:
            cells = (
                change["word"].replace("_", " "),
                "yes" if change["worse"] else "",
                change["text"],
                _on(change),
                change["before"],
                change["after"],
                _why(change, drift),
            )
            yield f"| {' | '.join(map(escaped, cells))} |"
    if drift["flapping"]:
        yield "\n## Flapping\n"
    for each in drift["flapping"]:
        yield f"- {escaped(_place(each))}: changed {each['changed']} times in the last {each['of']} runs"


def _against(comparison: Mapping[str, Any]) -> str:
    if comparison["against"] == BASELINE:
        accepted = comparison["accepted"]
        return f"the baseline of {accepted['at']}, accepted by {accepted['person']}"
    return f"the last run, {_moment(comparison['run']['started'])}"


def _counts(comparison: Mapping[str, Any]) -> str:
    said = [f"{count} {word.replace('_', ' ')}" for word, count in comparison["counts"].items()]
    if comparison["left_out"]:
        said.append(f"{comparison['left_out']} left out")
    return ", ".join(said) or "nothing changed"


def _color(change: Mapping[str, Any]) -> str:
    if change["worse"]:
        return "fail"
    return "pass" if change["word"] == "fixed" else "quiet"


def _said(change: Mapping[str, Any], drift: Mapping[str, Any]) -> str:
    why = _why(change, drift)
    return f"{change['word'].replace('_', ' ')}: {_place(change)}{': ' + why if why else ''}"


def _why(change: Mapping[str, Any], drift: Mapping[str, Any]) -> str:
    parts = [change["why"], *(value["words"] for value in change["values"])]
    if "since" in change:
        days = max(0.0, (drift["run"]["started"] - change["since"]) / _DAY)
        parts.insert(0, f"since {_moment(change['since'])} ({days:.0f} {'day' if f'{days:.0f}' == '1' else 'days'})")
    return "; ".join(part for part in parts if part)


def _place(entry: Mapping[str, Any]) -> str:
    on = _on(entry)
    name = entry["control"] if on else entry["text"]
    return f"{name} on {on}" if on else f"{name} (line {entry['line']})"


def _on(entry: Mapping[str, Any]) -> str:
    return where(entry) if entry["target"] else ""


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
