# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules by which objects are deleted, held against how long they must be there, and when they must be gone."""

from __future__ import annotations

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.lifecycles import (
    Deletion,
    early_problems,
    late_problems,
)


@pytest.mark.parametrize(
    ("days", "problems"),
    [
        (30, []),
        (31, []),
        (29, ["rule a deletes objects after 29 days, not 30"]),
        (0, ["rule a deletes objects after 0 days, not 30"]),
        (None, ["rule a deletes objects, however young"]),
    ],
)
def test_nothing_may_be_deleted_too_early(days: float | None, problems: list[str]) -> None:
    assert early_problems([Deletion("rule a", "objects", days)], 30) == problems


def test_without_rules_nothing_is_deleted_early() -> None:
    assert early_problems([], 30) == []


@pytest.mark.parametrize(
    ("objects", "replaced", "problems"),
    [
        (30, 0, []),
        (20, 10, []),
        (31, 0, ["data stays for 31 days, not 30"]),
        (29, 2, ["data stays for 31 days (29 as objects, 2 as replaced versions), not 30"]),
        (None, 0, ["no rule for all objects deletes objects"]),
        (1, None, ["no rule for all objects deletes replaced versions"]),
        (
            None,
            None,
            ["no rule for all objects deletes objects", "no rule for all objects deletes replaced versions"],
        ),
    ],
)
def test_all_must_be_gone_in_time(objects: float | None, replaced: float | None, problems: list[str]) -> None:
    assert late_problems(objects, replaced, 30) == problems
