# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sees to what: the first that fits."""

from __future__ import annotations

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import owners
from ansible_collections.golive.verify.plugins.plugin_utils.owners import Owner

DECLARED = [
    Owner("data", controls=("redis.*", "postgresql.*")),
    Owner("ops", hosts=("db*",)),
    Owner("web", sections=("Web*",)),
]


@pytest.mark.parametrize(
    ("section", "controls", "places", "who"),
    [
        ("Cache", ["redis.tls"], [("redis.tls", "cache1")], "data"),
        ("Cache", ["redis.tls"], [], "data"),
        ("Hosts", ["host.ssh"], [("host.ssh", "web1"), ("host.ssh", "db1")], "ops"),
        ("Web server", ["host.ssh"], [("host.ssh", "web1")], "web"),
        ("Web server", [], [], "web"),
        ("Hosts", ["host.ssh"], [("host.ssh", "web1")], ""),
        ("", [], [], ""),
    ],
)
def test_an_item_is_whose_its_results_are(
    section: str, controls: list[str], places: list[tuple[str, str]], who: str
) -> None:
    assert owners.of_item(DECLARED, section, controls, places) == who


def test_an_owner_without_patterns_has_all() -> None:
    assert owners.of_item([Owner("everybody")], "", [], []) == "everybody"


def test_what_cannot_be_understood_is_a_sentence() -> None:
    found, problems = owners.read(
        [{"owner": "data", "controls": "redis.*"}, {"controls": "x"}, {"owner": "a", "on": 1}, 7]
    )
    assert found == [Owner("data", ("redis.*",))]
    assert [problem.partition(":")[0] for problem in problems] == [f"golive_owners[{number}]" for number in (1, 2, 3)]
