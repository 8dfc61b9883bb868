# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as GitHub-flavored Markdown, for a ticket or a pull request. What a target says is shown, never obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import summary

FILE = "report.md"

# What Markdown, HTML or GitHub would interpret inside a line: no text of a target becomes a link, a mention or markup.
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&@]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
# GitHub finds mentions, issues and mail addresses in the finished text, past all backslashes: a word joiner parts it.
_REFERENCE = re.compile(r"(@|#|\bGH-)(?=\w)", re.IGNORECASE)


def render(report: Mapping[str, Any]) -> str:
    """Decision, what speaks against it, every item by section, and the evidence of what does not pass."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    run, gate = report["run"], report["gate"]
    started = datetime.fromtimestamp(run["started"], UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield f"# {escaped(run['environment'])}: {'go' if gate['decision'] == 'go' else 'no-go'}"
    yield ""
    yield f"{started}, {len(report['targets'])} targets; items: {summary.counts(report['summary']['items'])}."
    if report["summary"]["left_out"]:
        yield f"**Narrowed to {escaped(report['summary']['left_out'])}**: what was left out is not decided."
    if gate["reasons"]:
        yield "\n## What speaks against going live\n"
        yield from (f"- {escaped(reason)}" for reason in gate["reasons"])
    if report["findings"]:
        yield "\n## To know\n"
        yield from (f"- {escaped(finding['message'])}" for finding in report["findings"])
    section = None
    for item in report["items"]:
        if item["section"] != section:
            section = item["section"]
            yield f"\n## {escaped(section or 'Checklist')}\n\n| | item | line | why |\n|---|---|---|---|"
        mark = summary.MARKS.get(item["status"], "")
        yield f"| {mark} {item['status']} | {escaped(item['text'])} | {item['line']} | {escaped(item['reason'])} |"
    yield from _evidence(report)


def _evidence(report: Mapping[str, Any]) -> Iterator[str]:
    bad = [check for check in report["checks"] if check["status"] not in ("pass", "attested")]
    if bad:
        yield "\n## Evidence of what does not pass\n"
    for check in bad:
        where, how = escaped(summary.where(check)), f"{check['status']} ({check['severity']})"
        yield f"### {escaped(check['control'])} on {where}: {how}\n"
        yield f"- seen from the {check['vantage']}"
        yield f"- why: {escaped(check['message'])}"
        yield f"- expected: {escaped(check['expected'])}"
        yield f"- actual: {escaped(summary.plain(check['actual']))}"
        if check["remediation"]:
            yield f"- remedy: {escaped(check['remediation'])}"
        if check["reproduce"]:
            yield "\n" + "\n".join(f"      {summary.one_line(line, 4000)}" for line in check["reproduce"].splitlines())
        yield ""


def escaped(text: str) -> str:
    """A text as one line of Markdown in which nothing of it is obeyed."""
    return _REFERENCE.sub(r"\1&#8288;", _SPECIAL.sub(r"\\\1", summary.one_line(summary.cut(text), 5000)))
