# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.drill_startup import ActionModule as Startup
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.drilling import judge, plan

OPTIONS: dict[str, Any] = {"argv": ["api"], "env_file": "/etc/shop/env", "variables": ["A", "B"]}


def ended(status: int | None, named: bool = False) -> str:
    return json.dumps({"exit": status, "named": named})


GOOD = {"with all variables": ended(None), "without A": ended(1, named=True), "without B": ended(3, named=True)}


def test_it_is_started_with_all_variables_first() -> None:
    assert [step.name for step in plan(Startup, **OPTIONS)] == ["the place is made", *GOOD]


def test_a_release_that_refuses_and_says_why_passes() -> None:
    assert judge(Startup, GOOD, **OPTIONS)[0].status is Status.PASS


@pytest.mark.parametrize(
    ("said", "status", "message"),
    [
        ({"without B": ended(None)}, Status.FAIL, "without B it still ran after 30 s"),
        ({"without B": ended(0, named=True)}, Status.FAIL, "without B it ended as if all were well"),
        ({"without B": ended(1)}, Status.FAIL, "did not say that B is missing"),
        ({"with all variables": ended(1)}, Status.FAIL, "so that its refusals prove nothing"),
        ({"without B": ""}, Status.ERROR, "does not tell"),
        ({"without B": "{garbage"}, Status.ERROR, "does not tell"),
        ({"without B": None}, Status.ERROR, "without B"),
    ],
)
def test_any_other_does_not(said: dict[str, Any], status: Status, message: str) -> None:
    verdict, _measured = judge(Startup, {**GOOD, **said}, **OPTIONS)
    assert verdict.status is status
    assert message in verdict.message
