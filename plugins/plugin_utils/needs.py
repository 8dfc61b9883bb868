# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an item needs for its verdict, and what of it is there: each control on each host, by result or signature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.attestations.standing import VERIFIER as ATTESTATION
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Binding, Item
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.comments import HUMAN
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Plan
from ansible_collections.golive.verify.plugins.plugin_utils.results import BEST_FIRST, Severity, Status, worst
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.outcomes import VERIFIER as TESTINFRA
from ansible_collections.golive.verify.plugins.plugin_utils.waivers import Applied


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that an item needs: how it stands, why, the results that say so, and how bad that is, where known."""

    status: str
    reason: str = ""
    results: tuple[int, ...] = ()
    severity: str = ""


class Needs:
    """All that is known of a run, asked item by item. silent: by host why it gave no results.

    unseen: by item the statuses that no result says, as waivers see results.
    """

    def __init__(
        self, plan: Plan, waived: Applied, unasked: Sequence[Mapping[str, str]], silent: Mapping[str, str]
    ) -> None:
        self._plan, self._waived, self._unasked, self._silent = plan, waived, unasked, silent
        self._components = plan.governance.components
        self.unseen: dict[str, list[Mapping[str, Any]]] = {}
        self._by_control: dict[str, list[int]] = {}
        self._by_place: dict[tuple[str, str], list[int]] = {}
        self._by_item: dict[str, list[int]] = {}
        for index, result in enumerate(waived.results):
            self._by_control.setdefault(result["control"], []).append(index)
            self._by_place.setdefault((result["control"], result["host"]), []).append(index)
            self._by_item.setdefault(result.get("item", ""), []).append(index)

    def of(self, item: Item) -> list[Need | None]:
        """Everything that the item needs; None for what a narrowed run left out. Empty for an item without a proof."""
        found = [need for binding in item.bindings for need in self._bound(item, binding)]
        if item.document:
            found.append(self._document(item))
        if item.mark == HUMAN or (item.role and not found):
            found.append(self._signed(item) or self._unsigned(item))
        if own := self._own(item):
            found.append(self._from_results(item, own))
        if not found and (signed := self._signed(item)):
            found.append(signed)
        return [need and self.lived_with(item, need) for need in found]

    def lived_with(self, item: Item, need: Need) -> Need:
        """The need as waived, where the item's own waiver covers a status that no result says."""
        if need.results:
            return need
        severity = need.severity or worst_of(self._plan.severities.get(control, "") for control in item.controls)
        seen = {"status": need.status, "severity": severity or Severity.HIGH.value, "target": f"line {item.line}"}
        self.unseen.setdefault(item.id, []).append(seen)
        waiver = self._waived.of_item(item.id, seen)
        said = f"{waiver.words}; it is {need.status}: {need.reason}" if waiver else ""
        return replace(need, status=Status.WAIVED.value, reason=said) if waiver else need

    def _bound(self, item: Item, binding: Binding) -> Iterator[Need | None]:
        if not binding.any_of:
            for control in binding.controls:
                yield from self._need(item, control, binding.on)
            return
        used = [control for control in binding.controls if self._components.required(control)]
        if used:
            yield from (need for control in used for need in self._need(item, control, binding.on))
            return
        alternatives = [_together(self._need(item, control, binding.on)) for control in binding.controls]
        there = [need for need in alternatives if need and need.status != Status.NOT_APPLICABLE]
        # What was seen of one alternative outweighs what is only missing, or signed, of another.
        best = min(there, key=lambda need: (not need.results, BEST_FIRST.index(Status(need.status))), default=None)
        yield best if best or None in alternatives else alternatives[0]

    def _need(self, item: Item, control: str, on: str) -> list[Need | None]:
        """What the item gets from one control: on each host of its group, or wherever it is proven."""
        if absent := self._components.absent(control):
            return [Need(Status.NOT_APPLICABLE, absent.words)]
        found = self._found(item, control)
        if control in self._plan.unprovable and not any(map(self._by_machine, found)):
            return [self._from_results(item, found) if found else self._signed(item) or self._without_verifier(control)]
        if not on:
            return [self._anywhere(item, control)]
        everywhere = self._plan.everywhere.get(on, [])
        if not everywhere and self._plan.narrowing.slice:
            return [None]
        if not everywhere:
            return [self._unproven(control, f"{control}: the group {on} has no hosts")]
        hosts = [host for host in everywhere if host in self._plan.targets]
        return [self._on(item, control, host) for host in hosts] or [None]

    def _anywhere(self, item: Item, control: str) -> Need | None:
        if found := self._found(item, control):
            return self._from_results(item, found)
        if self._plan.narrowing.hosts:
            return None
        why = "; ".join(
            sorted({f"{each['verifier']} on {each['host']}: {each['reason']}" for each in self._unasked_of(control)})
        )
        return self._unproven(control, f"{control}: no check of the inventory proves it{f' ({why})' if why else ''}")

    def _on(self, item: Item, control: str, host: str) -> Need:
        if found := self._for(item, self._by_place.get((control, host), ())):
            return self._from_results(item, found)
        told = next((each["reason"] for each in self._unasked_of(control) if each["host"] == host), "")
        why = self._silent.get(host) or told or "no check proves it there"
        return self._unproven(control, f"{control} on {host}: {why}")

    def _by_machine(self, index: int) -> bool:
        return bool(self._waived.results[index]["verifier"] != ATTESTATION)

    def _own(self, item: Item) -> list[int]:
        """The results of tests that the team has marked with the item, and with no control that it is bound to."""
        return [index for index in self._tests(item) if self._waived.results[index]["control"] not in item.controls]

    def _tests(self, item: Item) -> list[int]:
        results = self._waived.results
        return [index for index in self._by_item.get(item.id, ()) if results[index]["verifier"] == TESTINFRA]

    def _found(self, item: Item, control: str) -> list[int]:
        return self._for(item, self._by_control.get(control, ()))

    def _for(self, item: Item, found: Sequence[int]) -> list[int]:
        """These results without those that speak for another item alone."""
        return [index for index in found if self._waived.results[index].get("item", "") in ("", item.id)]

    def _unproven(self, control: str, why: str) -> Need:
        return Need(Status.ERROR, why, severity=self._plan.severities.get(control, ""))

    def _unasked_of(self, control: str) -> Iterable[Mapping[str, str]]:
        return (each for each in self._unasked if each["control"] == control)

    def _document(self, item: Item) -> Need:
        tests = self._tests(item)
        if found := [index for index in self._by_item.get(item.id, ()) if index not in tests]:
            return self._from_results(item, found)
        return Need(Status.ERROR, f"the document {item.document} was not examined")

    def _signed(self, item: Item) -> Need | None:
        """What people have signed for the item itself; it never outweighs what was seen."""
        signed = self._plan.governance.signed.get(item.id)
        return Need(signed.status, signed.words) if signed else None

    def _unsigned(self, item: Item) -> Need:
        who = f"as {item.role}" if item.role else "who knows"
        return Need(Status.ERROR, f"only a person can state it, and nobody {who} has signed that it holds")

    def _without_verifier(self, control: str) -> Need:
        return self._unproven(control, f"{control}: no verifier yet proves it, and nobody has signed for it")

    def _from_results(self, item: Item, indices: Sequence[int]) -> Need:
        results = [self._waived.for_item(item.id, self._waived.results[index]) for index in indices]
        status = worst(Status(result["status"]) for result in results)
        its = [each for each in results if each["status"] == status.value]
        said = "; ".join(f"{each['target']}: {each['message']}" for each in its) if status is not Status.PASS else ""
        return Need(status.value, said, tuple(indices), worst_of(each["severity"] for each in its))


def worst_of(severities: Iterable[str]) -> str:
    """The worst of the severities; empty without any."""
    known = set(severities)
    return next((severity.value for severity in Severity if severity.value in known), "")


def _together(needs: Iterable[Need | None]) -> Need | None:
    """Several needs of one control as one; None where all of them were left out."""
    stated = [need for need in needs if need is not None]
    if not stated:
        return None
    status = worst(Status(need.status) for need in stated)
    its = [need for need in stated if need.status == status.value]
    reasons = dict.fromkeys(need.reason for need in its if need.reason)
    results = tuple(index for need in stated for index in need.results)
    return Need(status.value, "; ".join(reasons), results, worst_of(need.severity for need in its))
