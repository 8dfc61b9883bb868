# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.action.drill_restore_postgresql import ActionModule as Restore
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.drilling import judge, plan

ORDERS = {"name": "orders", "sql": "SELECT count(*) FROM orders", "at_least": 100, "at_most": 1e6}
OPTIONS: dict[str, Any] = {"directory": "/b", "database": "shop", "invariants": [ORDERS], "newest": "SELECT now();"}
AGE = "age of the newest row"
GOOD = {"orders": "500\n", AGE: "3600\n", "the backup is restored": "noise\n/b/shop.sql\n"}


def test_a_dump_needs_a_server_first_and_pgbackrest_brings_its_own() -> None:
    dump = [step.name for step in plan(Restore, **OPTIONS)]
    stanza = [step.name for step in plan(Restore, **OPTIONS | {"directory": None, "stanza": "main"})]
    assert dump[:4] == ["the place is made", "the server is made", "the server starts", "the backup is restored"]
    assert stanza[:3] == ["the place is made", "the backup is restored", "the server starts"]


def test_what_was_restored_is_timed_and_its_newest_row_is_the_loss() -> None:
    verdict, measured = judge(Restore, GOOD, **OPTIONS)
    assert verdict.status is Status.PASS
    assert measured == {"rto_seconds": 3.0, "rpo_seconds": 3600.0}
    assert verdict.actual["backup"] == "/b/shop.sql"


@pytest.mark.parametrize(
    ("said", "status", "message"),
    [
        ({"orders": "99"}, Status.FAIL, "orders is 99, below 100"),
        ({"orders": "2000000"}, Status.FAIL, "above 1e+06"),
        ({"orders": "nan"}, Status.FAIL, "which is no number"),
        ({"orders": "many"}, Status.FAIL, "which is no number"),
        ({AGE: "-7200"}, Status.FAIL, "of the future"),
        ({AGE: "nan"}, Status.ERROR, "no number"),
        ({AGE: "soon"}, Status.ERROR, "does not tell"),
        ({"orders": None}, Status.ERROR, "does not tell: orders"),
    ],
)
def test_anything_else_does_not_pass(said: dict[str, Any], status: Status, message: str) -> None:
    verdict, _measured = judge(Restore, {**GOOD, **said}, **OPTIONS)
    assert verdict.status is status
    assert message in verdict.message


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"stanza": "main"}, "either directory or stanza"),
        ({"directory": None}, "either directory or stanza"),
        ({"invariants": [{"name": "x", "sql": "SELECT 1"}]}, "x says none of equals"),
        ({"work_dir": "relative"}, "absolute path"),
    ],
)
def test_what_could_not_fail_or_has_no_place_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleActionFail, match=message):
        plan(Restore, **OPTIONS | changed)
