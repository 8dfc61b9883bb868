# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Claims against facts: where a checklist says something else of itself than the results of a run. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.decisions import INFO, NOT_SELECTED, PROVEN

Reported = Mapping[str, Any]

# These need no proof, so a box says nothing wrong of them either way; or nothing was decided over them.
_EXCUSED = frozenset({"waived", "not_applicable"})
_UNDECIDED = frozenset({NOT_SELECTED, INFO})
# People round up and down: what differs by less than this, in percent, is said to agree.
_ROUNDING = 1.0


class Kind(StrEnum):
    """What a claim gets wrong."""

    TICKED_BUT_FAILING = "ticked_but_failing"
    TICKED_BUT_UNPROVEN = "ticked_but_unproven"
    OPEN_BUT_PROVEN = "open_but_proven"
    TEXT_CONTRADICTS_BOX = "text_contradicts_box"
    COMPLETION = "completion"


_SENTENCES = {
    Kind.TICKED_BUT_FAILING: "ticked, but fails",
    Kind.TICKED_BUT_UNPROVEN: "ticked, but not proven",
    Kind.OPEN_BUT_PROVEN: "proven, but not ticked",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim that the facts do not bear out. text: the item's; empty for a stated completion."""

    kind: Kind
    line: int
    text: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How complete a checklist is by its boxes, and by what was proven of the items that have to be."""

    ticked: int
    boxes: int
    proven: int
    items: int

    @property
    def percent_ticked(self) -> float:
        """The share of boxes that are ticked."""
        return 100 * self.ticked / self.boxes if self.boxes else 0.0

    @property
    def percent_proven(self) -> float:
        """The share of items that are proven."""
        return 100 * self.proven / self.items if self.items else 0.0


def claims(report: Reported) -> list[Claim]:
    """Every claim of a run's checklist that its results do not bear out, in the order of the lines."""
    items, counts = report["items"], counted(report["items"])
    completions = (claim for stated in report["run"]["stated_completion"] for claim in _completion(stated, counts))
    return sorted([*_boxes(items), *_texts(items), *completions], key=lambda claim: claim.line)


def counted(items: Sequence[Reported]) -> Counted:
    """The completion as counted. What is excused, left out of the run or no check has not to be proven."""
    needed = [item for item in items if item["status"] not in _EXCUSED | _UNDECIDED]
    return Counted(
        ticked=sum(item["box"] for item in items),
        boxes=len(items),
        proven=sum(item["status"] in PROVEN for item in needed),
        items=len(needed),
    )


def claim_of(item: Reported) -> str:
    """Where an item's box says something else than its status; empty where they agree or nothing was to be proven."""
    kind = _kind(item)
    return _SENTENCES[kind] if kind else ""


def _kind(item: Reported) -> Kind | None:
    status = item["status"]
    if status in _EXCUSED | _UNDECIDED or item["box"] == (status in PROVEN):
        return None
    if not item["box"]:
        return Kind.OPEN_BUT_PROVEN
    return Kind.TICKED_BUT_FAILING if status == "fail" else Kind.TICKED_BUT_UNPROVEN


def _boxes(items: Sequence[Reported]) -> Iterator[Claim]:
    for item in items:
        if kind := _kind(item):
            why = f": {item['reason']}" if item["box"] and item["reason"] else ""
            yield Claim(kind, item["line"], item["text"], f"{_SENTENCES[kind]}{why}")


def _texts(items: Sequence[Reported]) -> Iterator[Claim]:
    for item in items:
        if item["box"] and item["says"]:
            said = " and ".join(f"'{words}'" for words in item["says"])
            yield Claim(Kind.TEXT_CONTRADICTS_BOX, item["line"], item["text"], f"ticked, but its own text says {said}")


def _completion(stated: Reported, counts: Counted) -> Iterator[Claim]:
    if all(abs(stated["percent"] - each) < _ROUNDING for each in (counts.percent_ticked, counts.percent_proven)):
        return
    yield Claim(
        Kind.COMPLETION,
        stated["line"],
        "",
        f"the checklist states {stated['percent']:g} %, but {counts.percent_ticked:.0f} % of its boxes are ticked "
        f"({counts.ticked} of {counts.boxes}) and {counts.percent_proven:.0f} % of its items are proven "
        f"({counts.proven} of {counts.items})",
    )
