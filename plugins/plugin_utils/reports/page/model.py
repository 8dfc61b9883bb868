# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in the order in which the page tells it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import claims, summary
from ansible_collections.golive.verify.plugins.plugin_utils.decisions import GO, GOOD, NOT_SELECTED
from ansible_collections.golive.verify.plugins.plugin_utils.gate import against
from ansible_collections.golive.verify.plugins.plugin_utils.reports.page import people
from ansible_collections.golive.verify.plugins.plugin_utils.reports.page.evidence import Embedded, Embedding, Group
from ansible_collections.golive.verify.plugins.plugin_utils.reports.page.findings import Finding, findings
from ansible_collections.golive.verify.plugins.plugin_utils.reports.page.matrix import Matrix, matrix
from ansible_collections.golive.verify.plugins.plugin_utils.reports.page.words import count, shown
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity

# Blockers that the first screen opens with; the rest unfold below them.
FIRST_BLOCKERS = 8
# Hosts that the page lists; those that did not answer come first.
MOST_HOSTS = 500
_MOST_ALIKE = 3

Data = Mapping[str, Any]
_RANK = {status: rank for rank, status in enumerate(summary.WORST_FIRST)}
_SEVERITIES = [severity.value for severity in Severity]
_CLAIMS = {
    claims.Kind.TICKED_BUT_FAILING: "Ticked, but failing",
    claims.Kind.TICKED_BUT_UNPROVEN: "Ticked, but not proven",
    claims.Kind.TEXT_CONTRADICTS_BOX: "Ticked, but its own words say otherwise",
    claims.Kind.OPEN_BUT_PROVEN: "Proven, but not ticked",
    claims.Kind.COMPLETION: "Stated completion",
}


class Page:
    """The report in the order in which the page tells it. budget: of the results' evidence, in bytes."""

    def __init__(self, report: Data, budget: int) -> None:
        self.report = report
        self.run: Data = report["run"]
        self.summary: Data = report["summary"]
        self.items: Sequence[Data] = report["items"]
        self.checks: Sequence[Data] = report["checks"]
        self.go = report["gate"]["decision"] == GO
        self._budget = budget
        self._owners: dict[int, str] = {}
        self._bad: dict[int, list[Data]] = {}

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
        by_status = grouped(sorted(silent, key=lambda item: item["line"]), "status")
        return {status: items for status, items in by_status.items() if len(items) > _MOST_ALIKE}

    @cached_property
    def other_reasons(self) -> list[str]:
        """What speaks against going live besides the items."""
        by_items = {against(item["line"], item["text"], item["status"], item["reason"]) for item in self.items}
        return [reason for reason in self.report["gate"]["reasons"] if reason not in by_items]

    @cached_property
    def lede(self) -> str:
        """What speaks against going live, counted, in a sentence."""
        by_status = Counter(each["item"]["status"] for each in self.blockers)
        failing = by_status.pop("fail", 0)
        unbound = by_status.pop("unbound", 0)
        unproven = sum(by_status.values())
        parts = [
            f"{count(failing, 'item')} {'fails' if failing == 1 else 'fail'}" if failing else "",
            f"{unproven:,} could not be proven" if failing and unproven else "",
            f"{count(unproven, 'item')} could not be proven" if unproven and not failing else "",
            f"{count(unbound, 'item')} {'is' if unbound == 1 else 'are'} bound to no proof" if unbound else "",
            count(len(self.other_reasons), "more reason") if self.other_reasons and self.blockers else "",
            count(len(self.other_reasons), "reason") if self.other_reasons and not self.blockers else "",
        ]
        return ", ".join(part for part in parts if part)

    @cached_property
    def notes(self) -> list[str]:
        """What a person should know beside the items, and what does not speak against going live."""
        return [finding["message"] for finding in self.report["findings"] if not finding["blocks"]]

    @cached_property
    def sections(self) -> dict[str, list[Data]]:
        """The items by section, in the checklist's order."""
        return grouped(self.items, "section")

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
        stand: dict[str, Counter[str]] = defaultdict(Counter)
        for check in self.checks:
            stand[check["host"]][check["status"]] += 1
        hosts = [{**target, "checks": stand.get(target["name"], {})} for target in self.report["targets"]]
        return sorted(hosts, key=lambda host: (host["status"] == "answered", not _bad(host["checks"])))

    def tallies(self) -> Iterator[tuple[str, str, Data]]:
        """What there is how many of, one of it, and how many of it stand how."""
        yield "Items", "items of the checklist", ordered(self.summary["items"])
        yield "Results", "results of checks", ordered(self.summary["checks"])
        yield "Hosts", "hosts", ordered(self.summary["targets"])

    def statuses(self) -> list[str]:
        """Every status that an item or result of this page has, worst first."""
        return list(ordered({**self.summary["items"], **self.summary["checks"]}))

    def severities(self) -> list[str]:
        """Every severity that an item or result of this page has, worst first."""
        found = {item["severity"] for item in self.items} | {check["severity"] for check in self.checks}
        return [severity for severity in _SEVERITIES if severity in found]

    @cached_property
    def owners(self) -> list[str]:
        """Everybody who owns an item."""
        return sorted({owner for item in self.items if (owner := self.owner(item))}, key=str.casefold)

    def owner(self, item: Data) -> str:
        """Who answers for an item, as far as the report says; empty where it says nobody."""
        if item["line"] not in self._owners:
            self._owners[item["line"]] = people.owner(item, self.checks)
        return self._owners[item["line"]]

    @cached_property
    def unowned(self) -> int:
        """How many blockers nobody is named for."""
        return sum(not self.owner(each["item"]) for each in self.blockers)

    @cached_property
    def signatures(self) -> list[Data]:
        """The items that people sign for: the roles of the checklist first, then what else was attested."""
        return people.signatures(self.report)

    @cached_property
    def waivers(self) -> list[people.Waived]:
        """What is lived with, and until when: the first to end first."""
        return people.waived(self.report)

    @cached_property
    def coverage(self) -> dict[str, list[int]]:
        """By section, of how many items which way a proof was looked for, in the order of people.WAYS."""
        return {
            name: [Counter(map(people.way, items))[way] for way in people.WAYS] for name, items in self.sections.items()
        }

    @property
    def covered(self) -> list[int]:
        """The same for the whole checklist."""
        return [sum(column) for column in zip(*self.coverage.values(), strict=True)]

    @cached_property
    def matrix(self) -> Matrix:
        """Items against hosts."""
        return matrix(self.report)

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
        if item["line"] not in self._bad:
            bad = summary.against(self.report, item)
            self._bad[item["line"]] = sorted(bad, key=lambda check: _RANK[check["status"]])
        return self._bad[item["line"]]

    def findings(self, item: Data) -> list[Finding]:
        """What is wrong with an item, by control."""
        return list(findings(self.bad(item)))

    def missing(self, item: Data) -> str:
        """What the item's reason says beyond its results: what was not even looked at."""
        return summary.unseen(item, self.bad(item))

    def stand(self, items: Sequence[Data]) -> dict[str, int]:
        """How many of the items stand how, worst first."""
        return ordered(Counter(item["status"] for item in items))

    def results(self, indices: Iterable[int]) -> dict[str, int]:
        """How many of the results stand how, worst first."""
        return ordered(Counter(self.checks[index]["status"] for index in indices))

    def worst(self, indices: Sequence[int]) -> str:
        """The worst status of the results."""
        return min((str(self.checks[index]["status"]) for index in indices), key=_RANK.__getitem__)

    @cached_property
    def evidence(self) -> Embedded:
        """The results as data for the page's script."""
        numbers = {section: number for number, section in enumerate(self.sections)}
        groups = [
            Group(
                *(f"line-{item['line']}", item["status"], item["severity"], numbers[item["section"]]),
                *(shown(self.owner(item)), item["checks"]),
            )
            for item in self.items
        ]
        groups += [
            Group(f"beyond-{number}", self.worst(indices), "", len(numbers), "", indices)
            for number, indices in enumerate(self.beyond.values(), 1)
        ]
        worst_first = sorted(range(len(self.checks)), key=lambda index: _RANK[self.checks[index]["status"]])
        return Embedding(self.report, self._budget, summary.WORST_FIRST).embed(groups, worst_first)


def grouped(entries: Sequence[Data], key: str) -> dict[str, list[Data]]:
    """The entries by one of their fields, in the order in which its values first come."""
    found: dict[str, list[Data]] = {}
    for entry in entries:
        found.setdefault(entry[key], []).append(entry)
    return found


def ordered(by_status: Mapping[str, int]) -> dict[str, int]:
    """The same counts, the worst status first."""
    return dict(sorted(by_status.items(), key=lambda each: _RANK[each[0]]))


def _bad(by_status: Mapping[str, int]) -> int:
    return sum(number for status, number in by_status.items() if status not in GOOD)
