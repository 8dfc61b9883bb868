# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.drill_append_only import ActionModule as AppendOnly
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.drilling import judge, plan

OPTIONS: dict[str, Any] = {"database": "shop", "tables": ["public.audit"], "role": "app"}


def test_each_attempt_ends_in_a_rollback_and_no_option_is_part_of_its_text() -> None:
    row, *attempts = plan(AppendOnly, **OPTIONS | {"role": "app'; DROP TABLE x"})
    assert row.name == "public.audit has a row"
    assert [step.name.split()[0] for step in attempts] == ["UPDATE", "DELETE", "TRUNCATE"]
    assert all(step.stdin.endswith("ROLLBACK;\n") and "DROP" not in step.stdin for step in attempts)


@pytest.mark.parametrize(
    ("output", "refused"),
    [
        ("psql:<stdin>:14: ERROR:  42501", True),
        ("psql:<stdin>:14: ERROR:  P0001", True),
        ("BEGIN\nUPDATE 0\nROLLBACK", True),
        ("BEGIN\nUPDATE 1\nROLLBACK", False),
        ("psql:<stdin>:14: ERROR:  42P01", False),
        ("psql:<stdin>:14: ERROR:  57014", False),
        ("", False),
    ],
)
def test_what_counts_as_a_refusal(output: str, refused: bool) -> None:
    attempt = plan(AppendOnly, **OPTIONS)[1]
    assert bool(re.search(attempt.matches, output)) is refused


def test_an_attempt_that_is_not_told_of_proves_nothing() -> None:
    assert judge(AppendOnly, {}, **OPTIONS)[0].status is Status.PASS
    assert judge(AppendOnly, {"TRUNCATE public.audit": None}, **OPTIONS)[0].status is Status.ERROR
