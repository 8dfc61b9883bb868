# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds of every drill, shown with one whose steps are the user's: a host's answer is not believed blindly."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.drill_scenario import ActionModule as Scenario
from ansible_collections.golive.verify.plugins.plugin_utils.drills.model import Outcome
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.drilling import judge, plan

OPTIONS: dict[str, Any] = {
    "control": "failover.chaos",
    "expected": "it lives",
    "steps": [
        {"name": "it stops", "argv": ["systemctl", "stop", "cache"], "undo": ["systemctl", "start", "cache"]},
        {"name": "it lives", "argv": ["curl", "http://shop"], "within": 30},
    ],
    "measure": {"interruption_seconds": "it lives"},
}
DENIED = {"exit": None, "problem": "denied: no"}
NOT_UNDONE = {"name": "it stops", "argv": ["x"], "problem": "exit status 1"}


def test_the_plan_says_what_is_done_and_how_it_is_undone() -> None:
    assert [step.line for step in plan(Scenario, **OPTIONS)] == [
        "it stops: systemctl stop cache; undone by: systemctl start cache",
        "it lives: curl http://shop, until it is so, for 30 s at most",
    ]


def test_a_drill_in_which_all_went_well_passes_and_tells_what_it_measured() -> None:
    verdict, measured = judge(Scenario, {}, **OPTIONS)
    assert verdict.status is Status.PASS
    assert measured == {"interruption_seconds": 1.0}


@pytest.mark.parametrize(
    ("said", "more", "status", "message"),
    [
        ({"it lives": None}, {}, Status.ERROR, "does not tell: it lives"),
        ({"it stops": None, "it lives": None}, {}, Status.ERROR, "does not tell: it stops, it lives"),
        ({"it lives": {"exit": 7, "problem": "exit status 7"}}, {}, Status.FAIL, "it lives: exit status 7"),
        ({"it lives": None}, {"aborted": "it lives: exit status 7"}, Status.FAIL, "exit status 7"),
        ({"it stops": DENIED, "it lives": None}, {"aborted": "no"}, Status.ERROR, "denied"),
        ({}, {"undone": [NOT_UNDONE]}, Status.FAIL, "not undone: it stops: exit status 1"),
        ({"it lives": {"exit": None, "problem": "timeout: x"}}, {"aborted": "timeout: x"}, Status.FAIL, "timeout"),
    ],
)  # fmt: skip
def test_whatever_else_a_host_answers_does_not(said: Any, more: Any, status: Status, message: str) -> None:
    verdict, measured = judge(Scenario, said, **more, **OPTIONS)
    assert verdict.status is status
    assert message in verdict.message
    assert status is not Status.ERROR or measured == {}


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"steps": [{}]}', '{"steps": 3}', json.dumps({"steps": []})])
def test_garbage_is_no_outcome(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Outcome.parse(text)
