# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the terminal shows of a run: what does not pass, on what, why, what to do."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from tests.unit.plugin_utils.reports import sample


def shown(report: dict[str, Any]) -> list[str]:
    return [line for dummy, line in summary.lines(report)]


def test_a_failing_item_says_what_where_why_and_what_to_do() -> None:
    lines = shown(sample.realistic())
    start = lines.index("  ✘ Certificates do not expire within 30 days  (line 7)")
    assert lines[start + 1 : start + 3] == [
        "      web1 shop.example.com:443: the certificate ends in 12 days, on 5 December 2026",
        "      → Renew it now, then repair the timer that should have done so.",
    ]
    assert lines[-1] == "shop-production: NO-GO: 8 reasons"


def test_equal_messages_are_one_line_with_all_their_places() -> None:
    lines = shown(sample.realistic())
    assert "      cache1, cache2: appendonly is no" in lines
    checks = {f"app{n}": [sample.check("host.mode", f"app{n}", "fail", message="same")] for n in range(9)}
    lines = shown(sample.build([sample.item("A", "Modes", "host.mode")], checks))
    assert "      app0, app1, app2, app3 and 5 more: same" in lines


def test_what_was_not_looked_at_is_said_too() -> None:
    lines = shown(sample.realistic())
    start = lines.index("  ! Memory limit and eviction policy set  (line 13)")
    assert lines[start + 1].startswith("      redis.maxmemory on cache3: unreachable: ssh")


def waiting(count: int) -> list[str]:
    """A run in which so many items wait for a verifier, one for a control, and one fails and waits as well."""
    controls = ["load.tested", "scan.clean"]
    items = [
        sample.item("Tests", "Fails and waits", "host.mode", "scan.clean"),
        *(sample.item("Speed", f"Waits {n}", *controls) for n in range(count - 1)),
        sample.item("Team", "Nobody bound it"),
    ]
    answers = {"web1": [sample.check("host.mode", "web1", "fail", message="is 0777")]}
    return shown(sample.build(items, answers, unprovable=controls))


def test_items_that_many_wait_for_a_verifier_are_counted_by_section() -> None:
    lines = waiting(6)
    start = lines.index("  Nothing proves these yet: no verifier, no control, no signature")
    assert lines[start + 1 : start + 4] == [
        "  ? Speed: 5 items",
        "  ? Team: 1 item",
        "    the report lists all 6, each with the control that it waits for",
    ]
    assert not any("Waits" in line or "Nobody bound it" in line for line in lines)
    assert "items:   1 fail, 5 error, 1 unbound" in lines


def test_an_item_that_waits_and_fails_too_is_not_only_counted() -> None:
    assert any("Fails and waits" in line for line in waiting(6))
    assert "      web1: is 0777" in waiting(6)


def test_a_few_items_that_wait_for_a_verifier_are_shown_one_by_one() -> None:
    lines = waiting(5)
    assert sum("Waits" in line for line in lines) == 4
    assert not any(line.startswith("  Nothing proves these yet") for line in lines)


def test_what_passes_is_only_counted() -> None:
    assert shown(sample.go()) == ["", "", "items:   1 pass", "checks:  3 pass", "shop-production: GO"]


def test_a_narrowed_run_says_so_and_an_empty_one_proves_nothing() -> None:
    assert "narrowed to section Redis: 1 item was left out and is not decided" in shown(sample.narrowed())
    assert "items:   nothing proven" in shown(sample.empty())
    assert shown(sample.build([sample.item("A", "Nothing binds me")], {"a": [sample.check("x.y", "a")]}))[-1] == (
        "shop-production: NO-GO: 1 reason"
    )


@pytest.mark.parametrize("name", sample.EVERY)
def test_no_line_can_steer_the_terminal_or_fill_it(name: str) -> None:
    for line in shown(sample.EVERY[name]()):
        assert line == "" or line.isprintable()
        assert len(line) <= 1_500


@pytest.mark.parametrize(
    ("host", "target", "both", "only"),
    [
        ("web1", "web1", "web1", ""),
        ("web1", "web1 /etc/passwd", "web1 /etc/passwd", "/etc/passwd"),
        ("web1", "shop.example.com:443", "web1 shop.example.com:443", "shop.example.com:443"),
        ("web", "web1:80", "web web1:80", "web1:80"),
    ],
)
def test_where_names_the_host_once_and_the_target_if_it_is_another(
    host: str, target: str, both: str, only: str
) -> None:
    assert summary.where({"host": host, "target": target}) == both
    assert summary.where({"host": host, "target": target}, host=False) == only


def test_every_status_has_a_mark_and_a_place_in_the_order() -> None:
    assert set(summary.MARKS) == set(summary.WORST_FIRST)
    assert summary.counts({"pass": 12, "fail": 2, "not_due": 1}) == "2 fail, 1 not due, 12 pass"
    assert summary.counts({}) == "nothing proven"
