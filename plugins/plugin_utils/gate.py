# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide go or no-go: the verdict of every item from the results of its controls. Pure; nothing is read here.

An item passes only if it is bound and every result that it needs exists and passes. What is missing is never green.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Binding, Item
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Plan
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, worst

Results = Sequence[Mapping[str, Any]]
GO, NO_GO = "go", "no_go"
UNBOUND, NOT_SELECTED = "unbound", "not_selected"
GOOD = {Status.PASS.value, Status.ATTESTED.value, Status.WAIVED.value, Status.NOT_APPLICABLE.value}


@dataclass(frozen=True, slots=True)
class Target:
    """A host that was to be verified: answered, or why not (unreachable, failed, missing)."""

    name: str
    status: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ItemVerdict:
    """How an item stands: a Status, or unbound, or not_selected by a narrowed run; why; and the results it rests on."""

    item: Item
    status: str
    reason: str
    results: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Go only without reasons against it."""

    reasons: list[str]
    items: list[ItemVerdict]
    targets: list[Target]

    @property
    def word(self) -> str:
        """go or no_go."""
        return NO_GO if self.reasons else GO


class Gate:
    """The decision over one run. outcomes: what the run directory holds of each host."""

    def __init__(self, plan: Plan, outcomes: Mapping[str, Sequence[Mapping[str, Any]]], decided: bool) -> None:
        self._plan = plan
        self._decided = decided
        self.targets = [_target(name, outcomes.get(name, ())) for name in plan.targets]
        self.results: list[Mapping[str, Any]] = [
            r for parts in outcomes.values() for part in parts for r in part["results"]
        ]
        self._unasked = [each for parts in outcomes.values() for part in parts for each in part["unasked"]]
        self._silent = {target.name: f"{target.status}: {target.detail}" for target in self.targets if target.detail}

    def decide(self) -> Decision:
        """Judge every item, then weigh what speaks against going live."""
        items = [self._judge(item) for item in self._plan.items]
        return Decision(list(self._reasons(items)), items, self.targets)

    def _reasons(self, items: Sequence[ItemVerdict]) -> Iterator[str]:
        if not self._decided:
            yield "the run did not finish: the gate never decided"
        if not self.targets:
            yield "no hosts matched: nothing was looked at"
        if not self._plan.items:
            yield f"the checklist {self._plan.checklist} has no items"
        elif not any(verdict.status != NOT_SELECTED for verdict in items):
            yield f"no item of the checklist was selected by {self._plan.narrowing.words()}"
        if self.targets and not self.results:
            yield "no checks ran: the inventory asks for none (variables golive_checks_*)"
        for target in self.targets:
            if target.status != "answered":
                yield f"{target.name} is {target.status}{': ' + target.detail if target.detail else ''}"
        for verdict in items:
            if verdict.status not in GOOD and verdict.status != NOT_SELECTED:
                yield against(verdict.item.line, verdict.item.text, verdict.status, verdict.reason)

    def _judge(self, item: Item) -> ItemVerdict:
        if not self._plan.selected(item):
            return ItemVerdict(item, NOT_SELECTED, f"left out by {self._plan.narrowing.words()}", ())
        if not item.bindings:
            return ItemVerdict(item, UNBOUND, "no control is bound to it, so nothing proves it", ())
        needs = [
            need for binding in item.bindings for control in binding.controls for need in self._need(control, binding)
        ]
        if all(need is None for need in needs):
            return ItemVerdict(item, NOT_SELECTED, f"none of its targets is in {self._plan.narrowing.words()}", ())
        stated = [need for need in needs if need is not None]
        status = worst(Status(need.status) for need in stated)
        reason = "; ".join(dict.fromkeys(need.reason for need in stated if need.status == status.value and need.reason))
        return ItemVerdict(item, status.value, reason, tuple(sorted({i for need in stated for i in need.results})))

    def _need(self, control: str, binding: Binding) -> list[_Need | None]:
        """What the item gets from one control: on each host of its group, or wherever it is proven."""
        if not binding.on:
            return [self._anywhere(control)]
        everywhere = self._plan.everywhere.get(binding.on, [])
        if not everywhere:
            return [_Need("error", f"{control}: the group {binding.on} has no hosts")]
        hosts = [host for host in everywhere if host in self._plan.targets]
        return [self._on(control, host) for host in hosts] or [None]

    def _anywhere(self, control: str) -> _Need | None:
        found = [index for index, result in enumerate(self.results) if result["control"] == control]
        if found:
            return self._from_results(found)
        if self._plan.narrowing.limit:
            return None
        why = "; ".join(
            sorted({f"{each['verifier']} on {each['host']}: {each['reason']}" for each in self._unasked_of(control)})
        )
        return _Need("error", f"{control}: no check of the inventory proves it{f' ({why})' if why else ''}")

    def _on(self, control: str, host: str) -> _Need:
        found = [i for i, r in enumerate(self.results) if r["control"] == control and r["host"] == host]
        if found:
            return self._from_results(found)
        told = next((each["reason"] for each in self._unasked_of(control) if each["host"] == host), "")
        why = self._silent.get(host) or told or "no check proves it there"
        return _Need("error", f"{control} on {host}: {why}")

    def _unasked_of(self, control: str) -> Iterable[Mapping[str, str]]:
        return (each for each in self._unasked if each["control"] == control)

    def _from_results(self, indices: Sequence[int]) -> _Need:
        status = worst(Status(self.results[index]["status"]) for index in indices)
        messages = [_sentence(self.results[i]) for i in indices if self.results[i]["status"] == status.value]
        return _Need(status.value, "; ".join(messages) if status is not Status.PASS else "", tuple(indices))


def against(line: int, text: str, status: str, reason: str) -> str:
    """The sentence with which an item speaks against going live."""
    return f"line {line} '{text}': {status}: {reason}"


@dataclass(frozen=True, slots=True)
class _Need:
    status: str
    reason: str
    results: tuple[int, ...] = ()


def _sentence(result: Mapping[str, Any]) -> str:
    return f"{result['target']}: {result['message']}"


def _target(name: str, parts: Sequence[Mapping[str, Any]]) -> Target:
    if not parts:
        return Target(name, "missing", "no results: it was not reached before the run ended")
    for status in ("unreachable", "failed"):
        for part in parts:
            if part.get(status):
                return Target(name, status, str(part[status]))
    return Target(name, "answered")
