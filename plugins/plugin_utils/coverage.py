# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of a checklist can be proven, and by what: per canonical section and per heading. Pure.

An item counts where its weakest need stands: one that a machine proves and a person attests is an attestation, and one
that needs a control without a verifier is not covered at all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Binding, Checklist, Item
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.comments import HUMAN
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control
from ansible_collections.golive.verify.plugins.plugin_utils.decisions import INFO, NOT_SELECTED, PROVEN
from ansible_collections.golive.verify.plugins.plugin_utils.reports.markdown import escaped
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from ansible_collections.golive.verify.plugins.plugin_utils.summary import one_line

# By what an item can be proven, the strongest first; then what proves it not.
MACHINE, DOCUMENT, DRILL, ATTESTATION = "machine", "document", "drill", "attestation"
NO_VERIFIER, UNBOUND = "no_verifier", "unbound"
MEANS = (MACHINE, DOCUMENT, DRILL, ATTESTATION, NO_VERIFIER, UNBOUND)
_COLUMNS = (*MEANS, INFO)
_ELSEWHERE = "(no section)"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items of a section can be proven by what. proven: how many were, by the run; None without one."""

    name: str
    items: int
    by: Mapping[str, int]
    proven: int | None


@dataclass(frozen=True, slots=True)
class Orphan:
    """A binding that nothing answers: the item's line and text, and the control that no check of the run looked at."""

    line: int
    text: str
    control: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """A checklist's coverage. run: the id of the run that orphans, unwanted and silent come from; empty without one.

    unwanted: controls that checks looked at and no item asks for, with how many results. silent: hosts that did not
    answer, whose checks are therefore not known. no_verifier: controls that nothing can prove yet, with how many items
    ask for each.
    """

    checklist: str
    run: str
    whole: Tally
    sections: tuple[Tally, ...]
    headings: tuple[Tally, ...]
    no_verifier: Mapping[str, int]
    orphans: tuple[Orphan, ...]
    unwanted: Mapping[str, int]
    silent: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return asdict(self)


def coverage(
    checklist: Checklist,
    catalogue: Mapping[str, Control],
    provable: Container[str],
    report: Mapping[str, Any] | None = None,
) -> Coverage:
    """The coverage of a checklist. provable: the controls that have a verifier. report: of the latest run."""
    statuses = {item["id"]: item["status"] for item in report["items"]} if report else None
    items = [(item, _means(item, catalogue, provable, (statuses or {}).get(item.id, ""))) for item in checklist.items]
    asked = {control for item in checklist.items for control in item.controls}
    checks = Counter(check["control"] for check in report["checks"]) if report else Counter[str]()
    waiting = Counter(
        control
        for item, means in items
        for control in item.controls
        if means == NO_VERIFIER and _means_of(control, catalogue, provable) == NO_VERIFIER
    )
    return Coverage(
        checklist=checklist.path,
        run=report["run"]["id"] if report else "",
        whole=_tally("all", items, statuses),
        sections=tuple(_grouped(items, statuses, lambda item: item.canonical)),
        headings=tuple(_grouped(items, statuses, lambda item: item.section)),
        no_verifier=dict(waiting.most_common()),
        orphans=tuple(_orphans(checklist, provable, checks, statuses)) if statuses is not None else (),
        unwanted={control: count for control, count in sorted(checks.items()) if control not in asked},
        silent=tuple(t["name"] for t in report["targets"] if t["status"] != "answered") if report else (),
    )


def lines(found: Coverage) -> Iterator[str]:
    """The coverage as a terminal shows it."""
    rows = [_cells(tally, found.run) for tally in (*found.sections, found.whole)]
    titles = ["section", *_titles(found.run)]
    widths = [max(len(row[column]) for row in (titles, *rows)) for column in range(len(titles))]
    for row in (titles, *rows):
        numbers = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join((row[0].ljust(widths[0]), *numbers))
    yield from _remarks(found)


def render(found: Coverage, suffix: str) -> str:
    """The coverage as a file of this suffix holds it: .json, or else Markdown."""
    if suffix == ".json":
        return json.dumps(found.as_dict(), indent=2, ensure_ascii=False) + "\n"
    parts = [f"# Coverage of {escaped(found.checklist)}"]
    for title, tallies in (("section", (*found.sections, found.whole)), ("heading", found.headings)):
        table = [[title, *_titles(found.run)], ["---", *("--:" for dummy in _titles(found.run))]]
        table += [[escaped(name), *numbers] for name, *numbers in (_cells(tally, found.run) for tally in tallies)]
        parts.append("\n".join(f"| {' | '.join(row)} |" for row in table))
    if remarks := list(_remarks(found)):
        parts.append("\n".join(f"- {escaped(remark)}" for remark in remarks))
    return "\n\n".join(parts) + "\n"


def _means(item: Item, catalogue: Mapping[str, Control], provable: Container[str], status: str) -> str:
    """By what the item is proven, at its weakest need."""
    if item.mark == INFO:
        return INFO
    if status == Status.ATTESTED:
        return ATTESTATION
    needs = [means for binding in item.bindings for means in _needs(binding, catalogue, provable)]
    if item.document:
        needs.append(DOCUMENT)
    if item.mark == HUMAN or (item.role and not needs):
        needs.append(ATTESTATION)
    return max(needs, key=MEANS.index, default=UNBOUND)


def _needs(binding: Binding, catalogue: Mapping[str, Control], provable: Container[str]) -> Iterable[str]:
    """What each control of a binding is proven by; of alternatives, the strongest is enough."""
    found = [_means_of(control, catalogue, provable) for control in binding.controls]
    return [min(found, key=MEANS.index)] if binding.any_of else found


def _means_of(control: str, catalogue: Mapping[str, Control], provable: Container[str]) -> str:
    """A person can attest without any verifier; all else needs one, documents and drills included."""
    proof = catalogue[control].proof if control in catalogue else ""
    if proof == ATTESTATION:
        return ATTESTATION
    if control not in provable:
        return NO_VERIFIER
    return proof if proof in (DOCUMENT, DRILL) else MACHINE


def _grouped(
    items: Sequence[tuple[Item, str]], statuses: Mapping[str, str] | None, key: Callable[[Item], str]
) -> Iterator[Tally]:
    groups: dict[str, list[tuple[Item, str]]] = {}
    for item, means in items:
        groups.setdefault(key(item) or _ELSEWHERE, []).append((item, means))
    yield from (_tally(name, members, statuses) for name, members in groups.items())


def _tally(name: str, items: Sequence[tuple[Item, str]], statuses: Mapping[str, str] | None) -> Tally:
    by = Counter(means for dummy, means in items)
    proven = None if statuses is None else sum(statuses.get(item.id) in PROVEN for item, dummy in items)
    return Tally(name, len(items), {means: by[means] for means in _COLUMNS}, proven)


def _orphans(
    checklist: Checklist, provable: Container[str], checks: Container[str], statuses: Mapping[str, str]
) -> Iterator[Orphan]:
    """Controls with a verifier that no check of the run asked for. Of alternatives, one that was checked is enough."""
    for item in checklist.items:
        if statuses.get(item.id, NOT_SELECTED) in (NOT_SELECTED, Status.NOT_APPLICABLE, Status.NOT_DUE):
            continue
        for binding in item.bindings:
            missing = [control for control in binding.controls if control in provable and control not in checks]
            if not binding.any_of or not any(control in checks for control in binding.controls):
                yield from (Orphan(item.line, item.text, control) for control in missing)


def _titles(run: str) -> list[str]:
    return ["items", *(means.replace("_", " ") for means in _COLUMNS), *(["proven"] if run else [])]


def _cells(tally: Tally, run: str) -> list[str]:
    numbers = [tally.items, *tally.by.values(), *([tally.proven or 0] if run else [])]
    return [one_line(tally.name, 60), *(str(number) if number else "·" for number in numbers)]


def _remarks(found: Coverage) -> Iterator[str]:
    for control, count in found.no_verifier.items():
        yield f"no verifier yet: {control}, which {count} {'item asks' if count == 1 else 'items ask'} for"
    for orphan in found.orphans:
        text = one_line(orphan.text, 80)
        yield f"asked for by no check: {orphan.control}, to which line {orphan.line} is bound ({text})"
    for control, count in found.unwanted.items():
        yield f"asked for by no item: {control}, with {count} {'result' if count == 1 else 'results'}"
    for host in found.silent:
        yield f"{one_line(host)} did not answer, so what its checks ask for is not known"
