# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people decided about an environment, in the files beside its checklist: read once, before the first look.

    components.yml   what there is and what is not
    waivers.yml      failures to live with, until when
    attestations/    what only people can state, signed

A file that cannot be understood stops the run before anything is verified.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils import components, moments, rules, waivers
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import BadAttestations
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.standing import of_controls, of_item
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.verifying import verify_all
from ansible_collections.golive.verify.plugins.plugin_utils.binding.quantities import quantities, recurrence
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.components import Components
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control
from ansible_collections.golive.verify.plugins.plugin_utils.due import Earlier, window
from ansible_collections.golive.verify.plugins.plugin_utils.marked_yaml import BadYaml
from ansible_collections.golive.verify.plugins.plugin_utils.results import Result, Status
from ansible_collections.golive.verify.plugins.plugin_utils.waivers import Waivers

# More runs than anybody makes in the window of a phase; the newest are read first.
_MOST_RUNS = 500
# What an earlier run says of an item that it looked at.
_COUNTING = frozenset(Status) - {Status.NOT_DUE, Status.MISSED}


class BadGovernance(Exception):
    """A decision that cannot be understood: every problem, one line each."""


@dataclass(frozen=True, slots=True)
class Signed:
    """How an item stands by what people have signed for it: attested, expired, void (fail) or not to be verified.

    roles: those in which they did.
    """

    status: str
    words: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Governance:
    """Everything decided. launch: in Unix seconds, None where none is declared. gate: the rules, as written.
    signed: by item. earlier: by item, how it stood when its window was open."""

    launch: float | None = None
    gate: tuple[str, ...] = rules.DEFAULT
    components: Components = field(default_factory=Components)
    waivers: Waivers = field(default_factory=Waivers)
    signed: Mapping[str, Signed] = field(default_factory=dict)
    earlier: Mapping[str, Earlier] = field(default_factory=dict)


def read(
    directory: Path,
    items: Sequence[Item],
    known: Mapping[str, Control],
    *,
    now: datetime,
    launch: str = "",
    gate: Sequence[str] = (),
    runs: Path | None = None,
) -> tuple[Governance, list[Result]]:
    """All decisions of the environment in this directory, and a result for each control that somebody has signed for.

    runs: where its earlier runs are kept.
    """
    when = _launch(launch)
    try:
        for rule in gate:
            rules.parse(rule)
        declared = components.read(directory / components.FILE)
        waived = waivers.read(directory / "waivers.yml", known, items, now=now)
        attested = verify_all(directory, items, known, now=now)
    except (BadYaml, components.BadComponents, waivers.BadWaivers, BadAttestations) as wrong:
        raise BadGovernance(str(wrong)) from wrong
    except rules.BadRule as wrong:
        raise BadGovernance(f"golive_gate: {wrong}") from wrong
    seen = dict(_earlier(items, when, now.timestamp(), runs)) if when is not None and runs else {}
    roles = {item.id: tuple(v.attestation.role for v in attested if v.attestation.item == item.id) for item in items}
    signed = {
        item.id: Signed(*found, roles[item.id])
        for item in items
        if (found := of_item(attested, item.id, _since(item, now)))
    }
    return Governance(when, tuple(gate) or rules.DEFAULT, declared, waived, signed, seen), of_controls(attested, known)


def _launch(text: str) -> float | None:
    try:
        return moments.start(text).timestamp() if text else None
    except ValueError as wrong:
        raise BadGovernance(f"golive_launch: {wrong}") from wrong


def _since(item: Item, now: datetime) -> datetime | None:
    """From when on a statement counts for an item that asks for it again and again, as "quarterly"."""
    every = recurrence(quantities(item.text))
    return now - timedelta(days=float(every.into("days"))) if every else None


def _earlier(items: Iterable[Item], launch: float, now: float, runs: Path) -> Iterator[tuple[str, Earlier]]:
    """How items whose window has closed stood in the last run that looked while it was open."""
    windows = {item.id: window(item.phase, launch) for item in items if item.phase}
    closed = {identity: span for identity, span in windows.items() if span[1] <= now}
    for path in sorted(runs.glob("*/report.json"), reverse=True)[:_MOST_RUNS] if closed else ():
        for identity, seen in _report(path).items():
            opens, closes = closed.get(identity, (0.0, 0.0))
            if opens <= seen.at < closes:
                yield identity, seen
                del closed[identity]


def _report(path: Path) -> Mapping[str, Earlier]:
    """How each item stood in a run. One that was limited to some hosts speaks of no item in full, and one whose report
    cannot be read saw nothing that could count."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        if report["summary"]["left_out"].startswith(("limit ", "slice ")):
            return {}
        name, at = str(report["run"]["id"]), float(report["run"]["started"])
        return {
            item["id"]: Earlier(
                name, at, item["status"], item["text_hash"], str(item["reason"]), tuple(item["controls"])
            )
            for item in report["items"]
            if item["status"] in _COUNTING
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
