# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Card numbers in exported files, judged from recorded answers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.card_data import ActionModule as CardData
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.psql_recordings import Psql, answered
from tests.unit.action.test_card_data import NOTE, ORDERS
from tests.unit.proving import prove

CONTROL, PATH = "payments.no_pan_stored", "/srv/exports/*.csv"
LINE = f"zcat -f {PATH} # judged in place: card number, security code of a card, no text"
CLEAN: dict[str, Any] = {
    **dict.fromkeys(("garbled", "structured", "explained"), 0),
    **dict.fromkeys(("oldest", "newest", "modified")),
    **{name: [] for name in ("findings", "unstructured", "lacking", "unexplained")},
    "lines": 9,
    "bytes": 900,
    "levels": {},
    "complete": True,
    "files": ["/srv/exports/a.csv"],
}


def finding(name: str, lines: int = 1) -> dict[str, Any]:
    return {"name": name, "lines": lines, "places": ["/srv/exports/a.csv:2"]}


def judged(answer: Any) -> tuple[Status, str]:
    (verdict,) = prove(CardData, CONTROL, {"files": [PATH]}, {LINE: answer})
    assert verdict.subject == PATH
    return verdict.status, verdict.message


@pytest.mark.parametrize(
    ("change", "said", "because"),
    [
        ({}, Status.PASS, ""),
        ({"garbled": 9}, Status.PASS, ""),
        (
            {"findings": [finding("card number", 3)]},
            Status.FAIL,
            "3 lines (/srv/exports/a.csv:2, …) with a card number",
        ),
        (
            {"findings": [finding("security code of a card")]},
            Status.FAIL,
            "a.csv:2) with a security code of a card",
        ),
        ({"findings": [finding("no text"), finding("card number")], "complete": False}, Status.FAIL, "a card number"),
        ({"findings": [finding("no text")]}, Status.ERROR, "1 line (/srv/exports/a.csv:2) of no text"),
        ({"complete": False}, Status.ERROR, "only the newest 32 MB were read; raise max_scan_megabytes"),
        ({"lines": 0, "bytes": 0, "files": []}, Status.ERROR, "there is no line to search"),
    ],
)
def test_judging(change: dict[str, Any], said: Status, because: str) -> None:
    found, message = judged(CLEAN | change)
    assert (found, because in message) == (said, True), message


@pytest.mark.parametrize(
    "answer", [*map(CannotLook, ("missing_tool", "denied", "timeout", "not_found"), "abcd"), {}, 7]
)
def test_nobody_could_look(answer: Any) -> None:
    assert judged(answer)[0] is Status.ERROR


def test_the_database_and_the_files_are_told_apart() -> None:
    options = {"database": "shop", "files": [PATH]}
    right = {LINE: CLEAN | {"findings": [finding("card number")]}}
    for looks, said in (
        ((answered([ORDERS]), answered([NOTE])), Status.PASS),
        ((CannotLook("denied", "no"),), "error"),
    ):
        verdicts = prove(CardData, CONTROL, options, Psql(*looks, **right))
        assert [(each.subject, each.status) for each in verdicts] == [
            ("postgresql port 5432 shop", said),
            (PATH, Status.FAIL),
        ]


def test_nothing_is_asked_of_nothing() -> None:
    with pytest.raises(NotAsked):
        prove(CardData, CONTROL, {}, {})
