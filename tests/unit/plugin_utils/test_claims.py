# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Claims against facts: what a checklist says of itself, and what the run found."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.claims import (
    Claim,
    Counted,
    Kind,
    claim_of,
    claims,
    counted,
)
from tests.unit.plugin_utils.reports import sample

FAILS, UNPROVEN, PROVEN = "ticked, but fails", "ticked, but not proven", "proven, but not ticked"


def item(status: str, ticked: bool = False, **fields: Any) -> dict[str, Any]:
    made = {"id": "1", "line": 3, "text": "It holds", "box": ticked, "says": [], "status": status, "reason": ""}
    return made | fields


def report(*items: dict[str, Any], stated: tuple[float, ...] = ()) -> dict[str, Any]:
    completions = [{"line": 90 + number, "percent": percent} for number, percent in enumerate(stated)]
    return {"run": {"stated_completion": completions}, "items": list(items)}


@pytest.mark.parametrize(
    ("status", "ticked", "opened"),
    [
        ("pass", "", PROVEN),
        ("attested", "", PROVEN),
        ("fail", FAILS, ""),
        ("error", UNPROVEN, ""),
        ("missed", UNPROVEN, ""),
        ("expired", UNPROVEN, ""),
        ("unbound", UNPROVEN, ""),
        ("not_due", UNPROVEN, ""),
        ("waived", "", ""),
        ("not_applicable", "", ""),
        ("not_selected", "", ""),
        ("info", "", ""),
    ],
)
def test_every_status_against_its_box(status: str, ticked: str, opened: str) -> None:
    assert claim_of(item(status, ticked=True)) == ticked
    assert claim_of(item(status, ticked=False)) == opened
    assert [claim.sentence for claim in claims(report(item(status, ticked=True)))] == ([ticked] if ticked else [])


def test_a_claim_says_why_it_does_not_hold() -> None:
    found = claims(report(item("fail", ticked=True, reason="web1: expired", line=7)))
    assert found == [Claim(Kind.TICKED_BUT_FAILING, 7, "It holds", "ticked, but fails: web1: expired")]


def test_a_text_that_contradicts_its_box_is_told_whatever_was_proven() -> None:
    found = claims(report(item("pass", ticked=True, says=["pending", "not tested"])))
    said = "ticked, but its own text says 'pending' and 'not tested'"
    assert found == [Claim(Kind.TEXT_CONTRADICTS_BOX, 3, "It holds", said)]
    assert claims(report(item("fail", says=["pending"]))) == []


@pytest.mark.parametrize(
    ("stated", "told"), [(50.0, False), (50.4, False), (49.1, False), (65.0, True), (51.0, True), (100.0, True)]
)
def test_a_stated_completion_is_compared_with_boxes_and_proofs(stated: float, told: bool) -> None:
    found = claims(report(item("pass", ticked=True), item("fail"), stated=(stated,)))
    assert bool(found) is told
    if told:
        assert found[0].kind is Kind.COMPLETION
        assert found[0].line == 90
        assert found[0].sentence == (
            f"the checklist states {stated:g} %, but 50 % of its boxes are ticked (1 of 2) and 50 % of its items are "
            "proven (1 of 2)"
        )


def test_boxes_without_proof_do_not_make_a_completion_true() -> None:
    [box, completion] = claims(report(item("error", ticked=True), stated=(100.0,)))
    assert box.kind is Kind.TICKED_BUT_UNPROVEN
    assert completion.kind is Kind.COMPLETION


def test_what_is_excused_or_left_out_has_not_to_be_proven() -> None:
    items = [item(s) for s in ("pass", "fail", "waived", "not_applicable", "not_selected", "info", "unbound")]
    assert counted(items) == Counted(ticked=0, boxes=7, proven=1, items=3)


def test_nothing_is_zero_percent_complete() -> None:
    assert [claim.line for claim in claims(report(stated=(0.0, 10.0)))] == [91]


def test_a_whole_report_in_the_order_of_its_lines() -> None:
    found = claims(sample.realistic())
    assert [claim.line for claim in found] == sorted(claim.line for claim in found)
    assert {claim.kind for claim in found} >= {Kind.TICKED_BUT_FAILING, Kind.TICKED_BUT_UNPROVEN, Kind.OPEN_BUT_PROVEN}
