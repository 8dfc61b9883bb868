# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hash chains, judged from recorded answers."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.audit_trail import ActionModule as AuditTrail
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.audit_trail.chain import parse_anchor
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.psql_recordings import GARBAGE, UNSEEN, Psql, answered
from tests.unit.proving import prove

DAY = 86400
OPTIONS: dict[str, Any] = {
    "database": "shop",
    "table": "audit",
    "content": "{previous} || id",
    "anchor": "90 ABC",
    "last_verification": "SELECT 1",
}
CHAIN: dict[str, Any] = {"rows": 100, "last": "100"} | {
    name: value for fault in ("altered", "doubled", "gaps") for name, value in ((fault, 0), (f"first_{fault}", None))
}
ANCHOR: dict[str, Any] = {"hash": "abc", "after": 10}
COLUMNS = [{"name": "id"}, {"name": "hash"}, {"name": "actor"}]
VERIFIED: dict[str, Any] = {"age": DAY}
TIMER = {"name": "audit.timer", "unit": "audit.service", "next": time.time() + DAY, "last": time.time() - DAY}
RUNS = {"enabled": "enabled", "active": "active", "result": "success", "exit": 0}


def judged(answers: Psql, **options: Any) -> tuple[Status, str]:
    (verdict,) = prove(AuditTrail, "audit.chain_valid", OPTIONS | options, answers)
    return verdict.status, verdict.message


@pytest.mark.parametrize(
    ("chain", "anchor", "verified", "said", "because"),
    [
        ({}, [ANCHOR], VERIFIED, Status.PASS, ""),
        ({"altered": 3, "first_altered": "48"}, [ANCHOR], VERIFIED, Status.FAIL, "the hash of row 48"),
        ({"altered": 3, "first_altered": "48"}, "42501", VERIFIED, Status.FAIL, "its content, the first of 3"),
        ({"gaps": 1, "first_gaps": "49"}, [ANCHOR], VERIFIED, Status.FAIL, "rows are missing before row 49"),
        ({"doubled": 1, "first_doubled": None}, [ANCHOR], VERIFIED, Status.FAIL, "more than once, or has no number"),
        ({"rows": 0}, [ANCHOR], VERIFIED, Status.ERROR, "public.audit is empty"),
        ({"altered": None}, [ANCHOR], VERIFIED, Status.ERROR, "altered: not a count but NULL"),
        ({}, [], VERIFIED, Status.FAIL, "row 90, which was anchored, is gone"),
        ({}, [ANCHOR, ANCHOR], VERIFIED, Status.FAIL, "has not the hash that was anchored"),
        ({}, [ANCHOR | {"hash": None}], VERIFIED, Status.FAIL, "has not the hash that was anchored"),
        ({}, "42501", VERIFIED, Status.ERROR, "denied"),
        ({}, [ANCHOR], {"age": 8 * DAY}, Status.FAIL, "the last verification was 8 days ago, more than 7 days"),
        ({}, [ANCHOR], {"age": None}, Status.FAIL, "the last verification never happened"),
    ],
)
def test_judging(chain: dict[str, Any], anchor: Any, verified: dict[str, Any], said: Status, because: str) -> None:
    found, message = judged(Psql(answered([CHAIN | chain], anchor, COLUMNS, [verified])))
    assert (found, because in message) == (said, True), message


@pytest.mark.parametrize("answer", [*UNSEEN, *GARBAGE, answered([], [], [], []), answered(*["57014"] * 4)])
def test_nobody_could_look(answer: dict[str, Any] | CannotLook) -> None:
    assert judged(Psql(answer))[0] is not Status.PASS


@pytest.mark.parametrize(
    ("timers", "said", "because"),
    [
        ({"timers": [TIMER | RUNS]}, Status.PASS, ""),
        ({"timers": [TIMER | RUNS | {"enabled": "disabled"}]}, Status.FAIL, "not started at boot"),
        ({"timers": [TIMER | RUNS | {"last": None}]}, Status.FAIL, "has never run"),
        ({"timers": [TIMER | RUNS | {"last": time.time() - 8 * DAY}]}, Status.FAIL, "was 8 days ago"),
        ({"timers": []}, Status.FAIL, "there is no timer audit.timer"),
        (CannotLook("unreachable", "no systemd"), Status.ERROR, "no systemd"),
    ],
)
def test_a_timer_verifies_it(timers: Any, said: Status, because: str) -> None:
    answers = Psql(answered([CHAIN], [ANCHOR], COLUMNS), **{"systemctl list-timers --all": timers})
    found, message = judged(answers, last_verification=None, timer="audit")
    assert (found, because in message) == (said, True), message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7 abc", ("7", "abc")),
        ("5 old\n7 abc\n\n", ("7", "abc")),
        ("2026-11-01 10:00:00+00  abc", ("2026-11-01 10:00:00+00", "abc")),
    ],
)
def test_anchors(text: str, found: tuple[str, str]) -> None:
    assert parse_anchor(text) == found


@pytest.mark.parametrize("text", ["", " \n", "abc"])
def test_no_anchors(text: str) -> None:
    with pytest.raises(CannotLook):
        parse_anchor(text)
