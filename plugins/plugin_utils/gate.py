# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide go or no-go: the verdict of every item from the results of its controls. Pure; nothing is read here.

An item passes only if it is bound and every result that it needs exists and passes. What is missing is never green.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import due, provenance, rules, waivers
from ansible_collections.golive.verify.plugins.plugin_utils.attestations import go_live
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.signers import slug
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.standing import VERIFIER as ATTESTATION
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.decisions import GO, INFO, NO_GO, NOT_SELECTED, UNBOUND
from ansible_collections.golive.verify.plugins.plugin_utils.needs import Need, Needs, worst_of
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Plan
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status, worst

Results = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Target:
    """A host that was to be verified: answered, or why not (unreachable, failed, missing)."""

    name: str
    status: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ItemVerdict:
    """How an item stands: a Status, or unbound, info, or not_selected by a narrowed run; why; how bad that is; and the
    results it rests on."""

    item: Item
    status: str
    reason: str
    results: tuple[int, ...] = ()
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person should know beside the items. blocks: it speaks against going live."""

    kind: str
    message: str
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Go only without reasons against it."""

    reasons: list[str]
    items: list[ItemVerdict]
    targets: list[Target]
    findings: list[Finding]

    @property
    def word(self) -> str:
        """go or no_go."""
        return NO_GO if self.reasons else GO


class Gate:
    """The decision over one run. outcomes: what the run directory holds of each host."""

    def __init__(self, plan: Plan, outcomes: Mapping[str, Sequence[Mapping[str, Any]]], decided: bool) -> None:
        self._plan = plan
        self._decided = decided
        self._governance = plan.governance
        self.targets = [_target(name, outcomes.get(name, ())) for name in plan.targets]
        parts = [part for host in outcomes.values() for part in host]
        self._waived = waivers.apply(
            plan.governance.waivers,
            [result for part in parts for result in part["results"]],
            plan.items,
            now=datetime.fromtimestamp(plan.started, UTC),
            groups=plan.everywhere,
            narrowed=bool(plan.narrowing),
        )
        self.results: Results = self._waived.results
        self._told = [finding for part in parts for finding in part.get("findings", ())]
        self._secrets = [told for part in parts for told in part.get("secrets", ())]
        silent = {target.name: f"{target.status}: {target.detail}" for target in self.targets if target.detail}
        self._needs = Needs(plan, self._waived, [each for part in parts for each in part["unasked"]], silent)

    def decide(self) -> Decision:
        """Judge every item, then weigh what speaks against going live."""
        items = self._refusing_go_live([self._judge(item) for item in self._plan.items])
        findings = list(self._findings())
        return Decision([*self._reasons(items, findings)], items, self.targets, findings)

    def _judge(self, item: Item) -> ItemVerdict:
        if not self._plan.selected(item):
            return self._verdict(item, NOT_SELECTED, f"left out by {self._plan.narrowing.words()}")
        if item.mark == INFO:
            return self._verdict(item, INFO, "nothing to check, says its comment")
        if excuse := self._governance.components.excuses(item):
            return self._verdict(item, Status.NOT_APPLICABLE, excuse.words)
        timing = due.timing(
            item,
            self._plan.started,
            self._governance.launch,
            self._governance.earlier,
            asked=self._plan.narrowing.phase == item.phase,
        )
        if timing.status:
            need = self._needs.lived_with(item, Need(timing.status, timing.reason))
            return self._verdict(item, need.status, need.reason, [need])
        return self._proof(item)

    def _refusing_go_live(self, items: Sequence[ItemVerdict]) -> list[ItemVerdict]:
        """The decision to go live, signed as it may be, does not stand while something critical speaks against it."""
        signed = [v for v in items if v.status == Status.ATTESTED and self._decides(v.item)]
        if not signed:
            return list(items)
        told = [
            {"controls": v.item.controls, "status": v.status, "line": v.item.line, "reason": v.reason} for v in items
        ]
        critical = {name for name, severity in self._plan.severities.items() if severity == Severity.CRITICAL}
        against_it = list(go_live.blockers(self.results, told, critical))
        reason = f"it is signed, but cannot stand while critical controls do not hold: {'; '.join(against_it)}"
        refused = against_it and signed
        return [replace(v, status=Status.FAIL.value, reason=reason) if refused and v in signed else v for v in items]

    def _decides(self, item: Item) -> bool:
        """Whether the item is the decision to go live: by its control, by who signs there, or by who has signed."""
        signed = self._governance.signed.get(item.id)
        roles = (slug(item.role), *(signed.roles if signed else ()))
        return any(go_live.decides(role, item.controls) for role in roles)

    def _proof(self, item: Item) -> ItemVerdict:
        needs = self._needs.of(item)
        if not needs:
            return self._verdict(item, UNBOUND, "no control is bound to it, so nothing proves it")
        stated = [need for need in needs if need is not None]
        if not stated:
            return self._verdict(item, NOT_SELECTED, f"none of its targets is in {self._plan.narrowing.words()}")
        status = worst(Status(need.status) for need in stated)
        reason = "; ".join(dict.fromkeys(need.reason for need in stated if need.status == status.value and need.reason))
        return self._verdict(item, status.value, reason, stated)

    def _verdict(self, item: Item, status: str, reason: str, needs: Sequence[Need] = ()) -> ItemVerdict:
        results = tuple(sorted({index for need in needs for index in need.results}))
        severity = worst_of(need.severity for need in needs if need.status == status)
        own = worst_of(self._plan.severities.get(control, "") for control in item.controls)
        return ItemVerdict(item, str(status), reason, results, severity or own)

    def _reasons(self, items: Sequence[ItemVerdict], findings: Iterable[Finding]) -> Iterator[str]:
        if not self._decided:
            yield "the run did not finish: the gate never decided"
        if not self.targets:
            yield "no hosts matched: nothing was looked at"
        if not items:
            yield f"the checklist {self._plan.checklist.path} has no items"
        elif all(verdict.status == NOT_SELECTED for verdict in items):
            yield f"no item of the checklist was selected by {self._plan.narrowing.words()}"
        if self.targets and all(result.get("verifier") == ATTESTATION for result in self.results):
            yield "no checks ran: the inventory asks for none (variables golive_checks_*)"
        for target in self.targets:
            if target.status != "answered":
                yield f"{target.name} is {target.status}{': ' + target.detail if target.detail else ''}"
        yield from (finding.message for finding in findings if finding.blocks)
        yield from self._broken_rules([verdict for verdict in items if verdict.status not in (NOT_SELECTED, INFO)])

    def _broken_rules(self, items: Sequence[ItemVerdict]) -> Iterator[str]:
        counted = [rules.Counted(v.status, v.severity, v.item.canonical, v.item.phase) for v in items]
        blockers: dict[int, None] = {}
        for rule in map(rules.parse, self._governance.gate):
            sentence = rule.broken(counted)
            if sentence and rule.text not in rules.DEFAULT:
                yield sentence
            blockers |= dict.fromkeys(rule.offenders(counted) if sentence else ())
        for index in sorted(blockers):
            verdict = items[index]
            yield against(verdict.item.line, verdict.item.text, verdict.status, verdict.reason)

    def _findings(self) -> Iterator[Finding]:
        path = self._plan.checklist.path
        for line in self._plan.checklist.unread:
            message = f"{path}:{line}: this line looks like an item and could not be read as one"
            yield Finding("unread", message, blocks=True)
        for line in self._plan.checklist.secrets:
            yield Finding("secret", f"{path}:{line}: the text holds what looks like a secret; remove and replace it")
        for told in dict.fromkeys(self._secrets):
            yield Finding("secret", told)
        for sentence in self._governance.components.contradictions(self.results):
            yield Finding("component", sentence, blocks=True)
        for sentence in self._governance.components.unknown(self._plan.items):
            yield Finding("component", sentence)
        for found in self._waived.told(self._needs.unseen):
            yield Finding(f"waiver_{found.kind}", str(found))
        for note in (*provenance.told(self._plan.sources, self.results), *self._plan.notes):
            yield Finding(note.kind, note.message, note.blocks)
        for told in dict.fromkeys(self._told):
            yield Finding("threshold", told, blocks=True)


def against(line: int, text: str, status: str, reason: str) -> str:
    """The sentence with which an item speaks against going live."""
    return f"line {line} '{text}': {status}: {reason}"


def _target(name: str, parts: Sequence[Mapping[str, Any]]) -> Target:
    if not parts:
        return Target(name, "missing", "no results: it was not reached before the run ended")
    for status in ("unreachable", "failed"):
        for part in parts:
            if part.get(status):
                return Target(name, status, str(part[status]))
    return Target(name, "answered")
