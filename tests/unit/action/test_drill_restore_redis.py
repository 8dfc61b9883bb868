# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.drill_restore_redis import ActionModule as Restore
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.drilling import judge, plan

OPTIONS: dict[str, Any] = {"directory": "/b", "min_keys": 10, "keys": ["config:shop"]}
GOOD = {"keys": "10\n", "key config:shop": "1\n", "the copy is unpacked": "/b/dump.rdb\n"}


def test_a_copy_is_checked_before_it_is_loaded() -> None:
    names = [step.name for step in plan(Restore, **OPTIONS)]
    assert names.index("the copy is whole") < names.index("the server starts")


@pytest.mark.parametrize(
    ("said", "status", "message"),
    [
        ({}, Status.PASS, ""),
        ({"keys": "9"}, Status.FAIL, "9 keys, fewer than 10"),
        ({"key config:shop": "0"}, Status.FAIL, "the key config:shop is not there"),
        ({"keys": "many"}, Status.ERROR, "does not tell"),
        ({"keys": None}, Status.ERROR, "does not tell: keys"),
        ({"the copy is whole": {"exit": 1, "problem": "exit status 1"}}, Status.FAIL, "the copy is whole"),
    ],
)
def test_how_a_copy_is_judged(said: dict[str, Any], status: Status, message: str) -> None:
    verdict, _measured = judge(Restore, {**GOOD, **said}, **OPTIONS)
    assert verdict.status is status
    assert message in verdict.message
