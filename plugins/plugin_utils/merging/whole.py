# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole that slices are of: one plan over every host of the inventory, and what came of each of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.standing import HOST
from ansible_collections.golive.verify.plugins.plugin_utils.due import Earlier
from ansible_collections.golive.verify.plugins.plugin_utils.inventory import Inventory
from ansible_collections.golive.verify.plugins.plugin_utils.kept_run import KeptRun, Outcome
from ansible_collections.golive.verify.plugins.plugin_utils.merging.agreement import disagreements
from ansible_collections.golive.verify.plugins.plugin_utils.merging.duplicates import Duplicates, source
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan
from ansible_collections.golive.verify.plugins.plugin_utils.provenance import Note
from ansible_collections.golive.verify.plugins.plugin_utils.results import BEST_FIRST, Status

UNREADABLE, UNFINISHED, UNKNOWN_HOST = "slice_unreadable", "slice_unfinished", "slice_of_another_inventory"


class CannotMerge(Exception):
    """These are not slices of one run, or there is nothing in them: why, in one line."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A run as slices make it. outcomes: by host and slice."""

    plan: Plan
    outcomes: Mapping[str, Mapping[str, Outcome]]


def merge(slices: Sequence[KeptRun], unreadable: Sequence[str], inventory: Inventory, window_hours: float) -> Whole:
    """The whole of these slices, in whatever order they are given, and each once however often it is.

    unreadable: why others could not be read at all. inventory: which hosts there are. window_hours: how far apart the
    beginnings of slices of one run may lie.
    """
    by_digest = {each.digest: each for each in slices}
    ordered = sorted(by_digest.values(), key=lambda each: (each.plan.started, each.plan.run, each.digest))
    _insist(ordered, unreadable, window_hours)
    duplicates = Duplicates(ordered)
    outcomes = _outcomes(ordered, duplicates, _left_out(inventory))
    notes = (
        *(Note(UNREADABLE, f"a slice cannot be read, so nothing of it counts: {why}", True) for why in unreadable),
        *(
            Note(UNREADABLE, f"{each.name}: {why}; nothing of this file counts", True)
            for each in ordered
            for why in each.problems
        ),
        *_unfinished(ordered),
        *_of_others(ordered, inventory),
        *disagreements(ordered),
        *duplicates.disagreements(),
    )
    return Whole(_plan(ordered, inventory, notes), outcomes)


def _insist(slices: Sequence[KeptRun], unreadable: Sequence[str], window_hours: float) -> None:
    if not slices:
        raise CannotMerge(f"there is no slice to merge{': ' + '; '.join(unreadable) if unreadable else ''}")
    if not any(each.looked for each in slices):
        raise CannotMerge(f"no slice looked at anything: {', '.join(each.name for each in slices)}")
    environments = {each.plan.environment: each for each in slices}
    if len(environments) > 1:
        told = ", ".join(f"{each.name} of {name}" for name, each in environments.items())
        raise CannotMerge(f"the slices are of different environments: {told}")
    narrowings = {_narrowing(each).words() or "nothing": each for each in slices}
    if len(narrowings) > 1:
        told = ", ".join(f"{each.name} to {words}" for words, each in narrowings.items())
        raise CannotMerge(f"the slices were narrowed to different things: {told}")
    first, last = min(slices, key=_begun), max(slices, key=_begun)
    hours = (_begun(last) - _begun(first)) / 3600
    if hours > window_hours:
        raise CannotMerge(
            f"the slices are too far apart to be one run: {hours:.1f} hours between {first.name},"
            f" {_shown(_begun(first))}, and {last.name}, {_shown(_begun(last))}; window_hours is {window_hours:g}"
        )


def _begun(run: KeptRun) -> float:
    """When the oldest that it holds was seen, what it took over from others included."""
    return min([run.plan.started, *(each.started for each in run.plan.sources)])


def _narrowing(run: KeptRun) -> Narrowing:
    """What a slice was limited to besides its hosts."""
    return replace(run.plan.narrowing, limit="", slice="")


def _left_out(inventory: Inventory) -> frozenset[str]:
    """The hosts that are known, and not wanted now."""
    return frozenset(host for hosts in inventory.everywhere.values() for host in hosts) - inventory.targets.keys()


def _outcomes(
    slices: Sequence[KeptRun], duplicates: Duplicates, left_out: frozenset[str]
) -> Mapping[str, Mapping[str, Outcome]]:
    found: dict[str, dict[str, Outcome]] = {}
    for index, each in enumerate(slices):
        for host, parts in each.outcomes.items():
            if host in left_out:
                continue
            for number, part in enumerate(parts):
                found.setdefault(host, {})[f"slice-{index + 1}-{number + 1}"] = _part(part, index, duplicates)
    return found


def _part(part: Outcome, index: int, duplicates: Duplicates) -> Outcome:
    """What came of a task, without what another slice says better. What speaks against the host itself stays."""
    questions = part.get("questions") or []
    known = questions if len(questions) == len(part["results"]) else [""] * len(part["results"])
    left = [(duplicates.left(index, each), asks) for each, asks in zip(part["results"], known, strict=True)]
    return {
        "results": [each for each, dummy in left if each is not None],
        "questions": [asks for each, asks in left if each is not None],
        "unasked": part.get("unasked", []),
        "findings": part.get("findings", []),
        "unreachable": part.get("unreachable", ""),
        "failed": part.get("failed", ""),
    }


def _unfinished(slices: Sequence[KeptRun]) -> Iterator[Note]:
    """A sentence for each slice that was cut off. What another one finished instead of it is not missed."""
    finished = {host for each in slices if each.finished for host in each.outcomes}
    for each in slices:
        if each.finished:
            continue
        hosts = sorted(each.plan.targets.keys() - finished)
        shown = ", ".join(hosts[:5]) + (f" and {len(hosts) - 5} more" if len(hosts) > 5 else "")
        missed = f"{shown} may not have been looked at in full" if hosts else "others looked at all of its hosts"
        yield Note(UNFINISHED, f"{each.name} did not finish: {missed}", bool(hosts))


def _of_others(slices: Sequence[KeptRun], inventory: Inventory) -> Iterator[Note]:
    """A sentence for each slice whose inventory has what this one has not."""
    for each in slices:
        unknown = sorted(
            f"{host} in {group}" if group != host else host
            for group, hosts in each.plan.everywhere.items()
            if group != "all"
            for host in hosts
            if host not in inventory.everywhere.get(group, ())
        )
        if unknown:
            more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
            said = f"{each.name} knows {', '.join(unknown[:5])}{more}, which the inventory of this merge does not have"
            yield Note(UNKNOWN_HOST, said, True)


def _plan(slices: Sequence[KeptRun], inventory: Inventory, notes: tuple[Note, ...]) -> Plan:
    """The newest slice's plan, for all hosts. The whole began with its first slice, and is named after its last."""
    newest = slices[-1].plan
    strangers = {
        host: groups
        for each in slices
        for host, groups in sorted(each.plan.targets.items())
        if host != HOST and host not in inventory.everywhere
    }
    named = datetime.fromtimestamp(newest.started, UTC)
    return replace(
        newest,
        run=f"{named:%Y%m%dT%H%M%S}Z-merged-{_identity(slices, inventory, notes)}",
        started=slices[0].plan.started,
        targets=inventory.targets | strangers,
        everywhere={host: [host] for host in strangers} | inventory.everywhere,
        narrowing=replace(newest.narrowing, limit=inventory.limit, slice=""),
        governance=replace(newest.governance, earlier=_earlier(slices)),
        versions=_versions(slices),
        sources=tuple(source(each) for each in slices),
        notes=notes,
    )


def _identity(slices: Sequence[KeptRun], inventory: Inventory, notes: Sequence[Note]) -> str:
    """The same for the same slices, hosts and what there is to say of them: merged again they are the same run."""
    said = [asdict(inventory), [each.digest for each in slices], [asdict(note) for note in notes]]
    text = json.dumps(said, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _earlier(slices: Sequence[KeptRun]) -> Mapping[str, Earlier]:
    """How items stood in windows that are closed, as whoever has the runs of all controllers would find them."""
    found: dict[str, Earlier] = {}
    for each in slices:
        for item, seen in each.plan.governance.earlier.items():
            if item not in found or _rank(seen) > _rank(found[item]):
                found[item] = seen
    return found


def _rank(seen: Earlier) -> tuple[float, int, str]:
    return seen.at, BEST_FIRST.index(Status(seen.status)), seen.run


def _versions(slices: Sequence[KeptRun]) -> dict[str, str]:
    names = dict.fromkeys(name for each in slices for name in each.plan.versions)
    return {name: ", ".join(sorted({each.plan.versions.get(name, "?") for each in slices})) for name in sorted(names)}


def _shown(seconds: float) -> str:
    return moments.shown(datetime.fromtimestamp(seconds, UTC))
