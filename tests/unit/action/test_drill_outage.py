# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.drill_outage import ActionModule as Outage
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.drilling import judge, plan

PROBE = {"argv": ["probe"]}
OPTIONS: dict[str, Any] = {"control": "failover.services", "unit": "redis", "copes": PROBE, "recovered": PROBE}
MARKED: dict[str, Any] = {**OPTIONS, "before": PROBE, "write": PROBE, "read": PROBE}


def test_a_mark_is_written_before_the_stop_and_read_before_the_start() -> None:
    assert [step.name for step in plan(Outage, **MARKED)] == [
        "all is well before",
        "a mark is written",
        "it stops",
        "the others cope",
        "the mark is found",
        "it starts again",
        "all is well after",
    ]


def test_only_the_stop_must_be_undone_by_the_start() -> None:
    undone = {step.name: list(step.undo) for step in plan(Outage, **MARKED) if step.undo}
    assert undone == {"it stops": ["systemctl", "start", "redis"]}


def test_the_interruption_lasts_from_the_stop_until_the_others_cope() -> None:
    verdict, measured = judge(Outage, {"the others cope": {"ms": 4200}}, **OPTIONS)
    assert verdict.status is Status.PASS
    assert measured == {"interruption_seconds": 5.2, "recovery_seconds": 2.0}


@pytest.mark.parametrize("step", ["the others cope", "the mark is found", "all is well after"])
def test_a_step_that_goes_wrong_fails(step: str) -> None:
    verdict, _measured = judge(Outage, {step: {"exit": 1, "problem": "exit status 1"}}, **MARKED)
    assert verdict.status is Status.FAIL
    assert step in verdict.message
