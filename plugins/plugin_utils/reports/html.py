# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML page that needs nothing else: no network, no server, no script to be read.

Names, messages and values come from hosts that may be hostile. Every one of them passes _shown() and is then escaped by
the template engine; nothing of them becomes an address, a class or code. Should something slip through all the same,
the page's content security policy lets only our one style and our one script run, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ansible_collections.golive.verify.plugins.plugin_utils import claims, summary
from ansible_collections.golive.verify.plugins.plugin_utils.gate import GO, GOOD, NOT_SELECTED, against
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity

FILE = "report.html"

# A browser stays quick up to here; beyond, what passes is listed in one line each, and report.json has its evidence.
MOST_IN_FULL = 20_000
_MOST_FINDINGS = 5
_MOST_PLACES = 8
_MOST_ALIKE = 3

Data = Mapping[str, Any]
_HERE = Path(__file__).parent
# Controls of a terminal, of writing direction, invisible characters, and halves of characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)
_RANK = {status: rank for rank, status in enumerate(summary.WORST_FIRST)}
_SEVERITIES = [severity.value for severity in Severity]
_CLAIMS = {
    claims.Kind.TICKED_BUT_FAILING: "Ticked, but failing",
    claims.Kind.TICKED_BUT_UNPROVEN: "Ticked, but not proven",
    claims.Kind.TEXT_CONTRADICTS_BOX: "Ticked, but its own words say otherwise",
    claims.Kind.OPEN_BUT_PROVEN: "Proven, but not ticked",
    claims.Kind.COMPLETION: "Stated completion",
}
_ENDED = {
    "value": "answered",
    "missing_tool": "the tool is missing",
    "denied": "permission denied",
    "timeout": "timed out",
    "unreachable": "unreachable",
    "malformed": "not understood",
    "too_large": "too large",
    "not_found": "not found",
}


def render(report: Data) -> str:
    """The whole page."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": _moment, "clock": _clock, "plain": summary.plain, "coded": _coded}
    environment.filters["worst_first"] = _worst_first
    environment.globals |= {"where": summary.where, "counts": summary.counts, "marks": summary.MARKS, "ended": _ENDED}
    style, script = (Markup((_HERE / name).read_text(encoding="utf-8")) for name in ("html.css", "html.js"))  # noqa: S704
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    template = environment.get_template("html.j2")
    return template.render(page=Page(report), style=style, script=script, policy=policy)


class Page:
    """The report in the order in which the page tells it."""

    def __init__(self, report: Data) -> None:
        self.report = report
        self.run: Data = report["run"]
        self.summary: Data = report["summary"]
        self.items: Sequence[Data] = report["items"]
        self.checks: Sequence[Data] = report["checks"]
        self.go = report["gate"]["decision"] == GO
        self.compact = len(self.checks) > MOST_IN_FULL
        self._told: set[int] = set()

    @cached_property
    def blockers(self) -> list[Data]:
        """The items that speak against going live, the most severe first, then in the checklist's order."""
        blocking = [item for item in self.items if item["status"] not in GOOD and item["status"] != NOT_SELECTED]
        found = [{"item": item, "severity": item["severity"], "missing": self.missing(item)} for item in blocking]
        return sorted(found, key=lambda each: _SEVERITIES.index(each["severity"] or Severity.HIGH.value))

    @cached_property
    def in_full(self) -> list[Data]:
        """The blockers that are told one by one: all with results, and of the others those that are few."""
        listed = {item["line"] for items in self.in_short.values() for item in items}
        return [each for each in self.blockers if each["item"]["line"] not in listed]

    @cached_property
    def in_short(self) -> dict[str, list[Data]]:
        """By status, the blockers that nothing was looked at for, where they are too many to be told one by one."""
        silent = [each["item"] for each in self.blockers if not each["item"]["checks"]]
        by_status = _grouped(sorted(silent, key=lambda item: item["line"]), "status")
        return {status: items for status, items in by_status.items() if len(items) > _MOST_ALIKE}

    @cached_property
    def other_reasons(self) -> list[str]:
        """What speaks against going live besides the items."""
        by_items = {against(item["line"], item["text"], item["status"], item["reason"]) for item in self.items}
        return [reason for reason in self.report["gate"]["reasons"] if reason not in by_items]

    @cached_property
    def notes(self) -> list[str]:
        """What a person should know beside the items, and what does not speak against going live."""
        return [finding["message"] for finding in self.report["findings"] if not finding["blocks"]]

    @cached_property
    def sections(self) -> dict[str, list[Data]]:
        """The items by section, in the checklist's order."""
        return _grouped(self.items, "section")

    @cached_property
    def beyond(self) -> dict[str, list[int]]:
        """The results that no item asked for, by control."""
        used = {index for item in self.items for index in item["checks"]}
        found: dict[str, list[int]] = {}
        for index in range(len(self.checks)):
            if index not in used:
                found.setdefault(self.checks[index]["control"], []).append(index)
        return found

    @cached_property
    def hosts(self) -> list[Data]:
        """The targets, the silent ones first, with how their results stand."""
        stand: dict[str, Counter[str]] = {}
        for check in self.checks:
            stand.setdefault(check["host"], Counter())[check["status"]] += 1
        hosts = [{**target, "checks": stand.get(target["name"], {})} for target in self.report["targets"]]
        return sorted(hosts, key=lambda host: host["status"] == "answered")

    def tallies(self) -> Iterator[tuple[str, str, Data]]:
        """What there is how many of, one of it, and how many of it stand how."""
        yield "Items", "items of the checklist", _ordered(self.summary["items"])
        yield "Results", "results of checks", _ordered(self.summary["checks"])
        yield "Hosts", "hosts", _ordered(self.summary["targets"])

    def statuses(self) -> list[str]:
        """Every status that an item or result of this page has, worst first."""
        return list(_ordered({**self.summary["items"], **self.summary["checks"]}))

    @cached_property
    def claims(self) -> dict[str, list[claims.Claim]]:
        """Where the checklist says something else of itself than the results, by what it gets wrong."""
        found: dict[str, list[claims.Claim]] = {}
        for claim in claims.claims(self.report):
            found.setdefault(_CLAIMS[claim.kind], []).append(claim)
        return found

    def claim(self, item: Data) -> str:
        """Where the box says something else than the proof; empty where they agree or nothing was to be proven."""
        return claims.claim_of(item)

    def bad(self, item: Data) -> list[Data]:
        """The item's results that speak against it, the worst first."""
        return sorted(summary.against(self.report, item), key=lambda check: _RANK[check["status"]])

    def findings(self, item: Data) -> Iterator[Data]:
        """What is wrong, by control, and where: equal messages of several places are told once."""
        for control, checks in _grouped(self.bad(item), "control").items():
            messages = list(_grouped(checks, "message").items())
            yield {
                "control": control,
                "remediation": next((check["remediation"] for check in checks if check["remediation"]), ""),
                "told": [
                    {
                        "message": message,
                        "status": same[0]["status"],
                        "places": list(dict.fromkeys(summary.where(check) for check in same))[:_MOST_PLACES],
                        "more": max(0, len({summary.where(check) for check in same}) - _MOST_PLACES),
                        "first": same[0],
                    }
                    for message, same in messages[:_MOST_FINDINGS]
                ],
                "more": max(0, len(messages) - _MOST_FINDINGS),
            }

    def missing(self, item: Data) -> str:
        """What the item's reason says beyond its results: what was not even looked at."""
        return summary.unseen(item, self.bad(item))

    def stand(self, items: Sequence[Data]) -> dict[str, int]:
        """How many of the items stand how, worst first."""
        return _ordered(Counter(item["status"] for item in items))

    def worst(self, indices: Sequence[int]) -> str:
        """The worst status of the results."""
        return str(self.checks[_worst_first(indices, self.checks)[0]]["status"])

    def first_time(self, index: int) -> bool:
        """Whether the page has not shown this result yet; several items may rest on it."""
        first = index not in self._told
        self._told.add(index)
        return first


def _grouped(entries: Sequence[Data], key: str) -> dict[str, list[Data]]:
    found: dict[str, list[Data]] = {}
    for entry in entries:
        found.setdefault(entry[key], []).append(entry)
    return found


def _ordered(by_status: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(by_status.items(), key=lambda each: _RANK[each[0]]))


def _worst_first(indices: Sequence[int], checks: Sequence[Data]) -> list[int]:
    return sorted(indices, key=lambda index: _RANK[checks[index]["status"]])


def _shown(value: Any) -> Any:
    """What may stand on the page: no more than a person reads, and no character that hides or reorders others."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", summary.cut(value).replace("\r\n", "\n"))


def _coded(text: str) -> Markup:
    """Words with what stands between backticks as code."""
    parts = [escape(part) for part in str(_shown(text)).split("`")]
    if len(parts) % 2 == 0:
        return Markup("`").join(parts)
    return Markup().join(Markup("<code>%s</code>") % part if index % 2 else part for index, part in enumerate(parts))


def _moment(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _clock(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S}"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
