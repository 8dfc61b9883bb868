# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gate makes of the results of a team's own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.outcomes import SUITE, VERIFIER
from tests.unit.plugin_utils.governed import Run

PASS, FAIL = "pass", "fail"
# A control that no verifier proves, so that only tests and signatures can.
UNPROVABLE = "scan.independent"
HEALTH = "- [ ] Health <!-- golive: id=health http.health on=web -->"
ALONE = "- [ ] Health <!-- golive: id=health -->"
BY_HAND = "- [ ] Health <!-- golive: human id=health -->"
DOCUMENT = "- [ ] Health <!-- golive: id=health document=health.md -->"


def verdict(path: Path, line: str, *seen: tuple[str, str, str, str], attests: str = "") -> tuple[str, str]:
    """How the item stands by results: control, status, host, item."""
    run = Run(path)
    for control, status, host, item in seen:
        verifier = VERIFIER if item or control in (SUITE, UNPROVABLE) else "http"
        made = run.result(control, status, host, item=item, verifier=verifier)
        run.outcomes.setdefault(host, []).append({"results": [made], "unasked": []})
    for host in ("a", "b", "c"):
        run.outcomes.setdefault(host, [{"results": [], "unasked": []}])
    if attests:
        run.attests(attests)
    found = run.verdict(line)
    return found.status, found.reason


@pytest.mark.parametrize(
    ("line", "seen", "status"),
    [
        (ALONE, [(SUITE, PASS, "a", "health")], "pass"),
        (ALONE, [(SUITE, PASS, "a", "health"), (SUITE, FAIL, "b", "health")], "fail"),
        (ALONE, [(SUITE, PASS, "a", "other")], "unbound"),
        (ALONE, [(SUITE, PASS, "a", "")], "unbound"),
        # Both what the checks say and what the tests say is needed.
        (HEALTH, [("http.health", PASS, "a", ""), ("http.health", PASS, "b", "")], "pass"),
        (
            HEALTH,
            [("http.health", PASS, "a", ""), ("http.health", PASS, "b", ""), (SUITE, FAIL, "c", "health")],
            "fail",
        ),
        (
            HEALTH,
            [("http.health", PASS, "a", ""), ("http.health", PASS, "b", ""), (SUITE, PASS, "c", "health")],
            "pass",
        ),
        (HEALTH, [("http.health", PASS, "a", ""), (SUITE, PASS, "a", "health")], "error"),
        (HEALTH, [("http.health", FAIL, "a", "other"), (SUITE, PASS, "a", "health")], "error"),
        # A test does not sign, and is no document.
        (BY_HAND, [(SUITE, PASS, "a", "health")], "error"),
        (DOCUMENT, [(SUITE, PASS, "a", "health")], "error"),
    ],
)
def test_a_test_that_is_marked_with_an_item_speaks_for_it(
    tmp_path: Path, line: str, seen: list[tuple[str, str, str, str]], status: str
) -> None:
    assert verdict(tmp_path, line, *seen)[0] == status


def test_a_control_without_verifier_is_proven_by_tests_on_each_host(tmp_path: Path) -> None:
    line = f"- [ ] Health <!-- golive: {UNPROVABLE} on=web -->"
    on_a, on_b = (UNPROVABLE, PASS, "a", ""), (UNPROVABLE, PASS, "b", "")
    assert verdict(tmp_path, line, on_a, on_b)[0] == "pass"
    status, reason = verdict(tmp_path, line, on_a)
    assert (status, "on b" in reason) == ("error", True)
    assert verdict(tmp_path, line, attests=UNPROVABLE)[0] == "attested"
    assert verdict(tmp_path, line)[0] == "error"
