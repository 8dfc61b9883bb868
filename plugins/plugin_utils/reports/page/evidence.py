# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results with their evidence, as the data that the page's script shows when somebody opens an item.

Fleets say the same words over and over, so every text and every look stands once and is named by its number. Results
are taken worst first until the budget is spent; how many of an item were left out is told with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ansible_collections.golive.verify.plugins.plugin_utils import provenance, summary
from ansible_collections.golive.verify.plugins.plugin_utils.reports.page.words import moment, shown

# Looks of one result that a person reads; report.json has all.
MOST_LOOKS = 50
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_quoted = json.encoder.encode_basestring

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """What the page lists together: an item, or a control beyond the checklist. section: its number on the page."""

    place: str
    status: str
    severity: str
    section: int
    owner: str
    checks: Sequence[int]


@dataclass(frozen=True, slots=True)
class Embedded:
    """The data as text that is safe inside a script element, and how many results it tells of."""

    text: Markup
    told: int


class _Numbered:
    """Texts of JSON that stand once, named by their number. size: what they take, in bytes."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.size = 0
        self._numbers: dict[str, int] = {}

    def add(self, text: str) -> int:
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self.texts)
            self.texts.append(text)
            self.size += (len(text) if text.isascii() else len(text.encode())) + 1
        return number


class Embedding:
    """Collects results until the budget, in bytes, is spent. statuses: all that the page knows, worst first."""

    def __init__(self, report: Data, budget: int, statuses: Sequence[str]) -> None:
        self._checks: Sequence[Data] = report["checks"]
        self._started: float = report["run"]["started"]
        self._budget = budget
        self._statuses = {status: number for number, status in enumerate(statuses)}
        self._words, self._looks = _Numbered(), _Numbered()
        self._seen: dict[str, str] = {}

    def embed(self, groups: Sequence[Group], worst_first: Sequence[int]) -> Embedded:
        """Everything the script needs."""
        rows: dict[int, str] = {}
        spent = 0
        for index in worst_first:
            row = self._row(self._checks[index])
            spent += len(row) + 1
            if spent + self._words.size + self._looks.size > self._budget:
                break
            rows[index] = row
        numbers = {index: number for number, index in enumerate(rows)}
        parts = {
            "started": _JSON(self._started),
            "statuses": _JSON(list(self._statuses)),
            "marks": _JSON([summary.MARKS.get(status, "·") for status in self._statuses]),
            "groups": _JSON([self._group(group, numbers) for group in groups]),
            "numbers": _JSON(list(rows)),
            "results": f"[{','.join(rows.values())}]",
            "looks": f"[{','.join(self._looks.texts)}]",
            "words": f"[{','.join(self._words.texts)}]",
        }
        text = ",\n".join(f'"{name}":{part}' for name, part in parts.items())
        return Embedded(Markup("{" + _harmless(text) + "}"), len(rows))  # noqa: S704

    def _group(self, group: Group, numbers: Mapping[int, int]) -> list[Any]:
        told = sorted(numbers[index] for index in group.checks if index in numbers)
        status = self._statuses[group.status]
        return [group.place, status, group.severity, group.section, group.owner, told, len(group.checks) - len(told)]

    def _row(self, check: Data) -> str:
        """One result, in the order in which results.js reads it."""
        looks = check["evidence"]
        # What repeats it is mostly what was done; then it needs no words of its own.
        done = looks[0]["look"] if len(looks) == 1 else "\n".join(dict.fromkeys(look["look"] for look in looks))
        texts = (
            *(check["host"], summary.where(check, host=False), check["control"], check["verifier"], check["severity"]),
            *(check["expected"], "" if check["actual"] is None else summary.plain(check["actual"]), check["message"]),
            *(check["remediation"], check["threshold_source"]),
            *("" if check["reproduce"] == done else check["reproduce"], _waiver(check.get("waiver"))),
            _origin(check.get(provenance.FIELD)),
        )
        words = ",".join(map(self._word, texts))
        shown_looks = ",".join([str(self._look(look)) for look in looks[:MOST_LOOKS]])
        status, more = self._statuses[check["status"]], max(0, len(looks) - MOST_LOOKS)
        return f"[{status},{_from(check)},{words},[{shown_looks}],{more}]"

    def _word(self, text: str) -> str:
        # Asked first by what was given: making a text fit to be shown costs more than finding it again.
        number = self._seen.get(text)
        if number is None:
            number = self._seen[text] = str(self._words.add(_quoted(shown(text))))
        return number

    def _look(self, look: Data) -> int:
        command, outcome, detail = map(self._word, (look["look"], look["outcome"], look["detail"]))
        at = round(look["at"] - self._started)
        return self._looks.add(f"[{command},{_from(look)},{at},{look['ms']},{outcome},{detail}]")


def _from(looked: Data) -> int:
    return 0 if looked["vantage"] == "host" else 1


def _waiver(waiver: Data | None) -> str:
    if not waiver:
        return ""
    until = f"until {waiver['expires']} by {waiver['owner']} ({waiver['ticket']}), {waiver['where']}"
    return f"{waiver['reason']}\n{until}\nWithout it: {waiver['status']}: {waiver['message']}"


def _origin(source: Data | None) -> str:
    """Where a result comes from that another run saw."""
    if not source:
        return ""
    part = f", which looked at {source['slice']}" if source.get("slice") else ""
    return f"run {source['run']} of {moment(source['started'])}{part}"


def _harmless(text: str) -> str:
    """The same JSON without what would end a script or begin a comment in HTML."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
