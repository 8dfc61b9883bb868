# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate: an item passes only if every result that it needs exists and passes; all that is missing is no-go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import checklist
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue
from ansible_collections.golive.verify.plugins.plugin_utils.gate import Decision, Gate
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan, select_controls

GROUPS = {"all": ["a", "b", "c"], "web": ["a", "b"], "db": ["c"], "none": [], "a": ["a"], "b": ["b"], "c": ["c"]}


class Run:
    """A run over three hosts: set what the checklist says and what each host answered, then decide."""

    def __init__(self, tmp_path: Path) -> None:
        self._path = tmp_path / "checklist.md"
        self.outcomes: dict[str, list[dict[str, Any]]] = {}
        self.decided = True
        self.targets = ["a", "b", "c"]
        self.narrowing = Narrowing()

    def answers(
        self, host: str, results: Mapping[str, str], unasked: Sequence[Mapping[str, str]] = (), **why: str
    ) -> None:
        made = [
            {"control": c.partition("#")[0], "host": host, "target": host, "status": status, "message": f"{c} {status}"}
            for c, status in results.items()
        ]
        self.outcomes.setdefault(host, []).append({"results": made, "unasked": list(unasked), **why})

    def decide(self, *lines: str) -> Decision:
        self._path.write_text("# Production\n\n## Web\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
        items = checklist.read(self._path, catalogue())
        plan = Plan(
            run="r",
            environment="production",
            started=0.0,
            checklist="checklist.md",
            checklist_sha256="",
            items=items,
            targets={host: [g for g, hosts in GROUPS.items() if host in hosts] for host in self.targets},
            everywhere=GROUPS,
            narrowing=self.narrowing,
            selected_controls=select_controls(items, self.narrowing, catalogue()),
        )
        return Gate(Plan.from_dict(plan.as_dict()), self.outcomes, self.decided).decide()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    made = Run(tmp_path)
    for host in made.targets:
        made.answers(host, {"http.health": "pass"})
    return made


HEALTH = "- [ ] Health <!-- golive: http.health on=web -->"


def statuses(decision: Decision) -> list[str]:
    return [verdict.status for verdict in decision.items]


def test_everything_proven_is_go(run: Run) -> None:
    decision = run.decide(HEALTH, "- [x] Anywhere <!-- golive: http.health -->")
    assert (decision.word, decision.reasons) == ("go", [])
    assert statuses(decision) == ["pass", "pass"]


@pytest.mark.parametrize("status", ["fail", "error", "missed", "expired", "not_due"])
def test_one_result_that_does_not_pass_is_no_go(run: Run, status: str) -> None:
    run.answers("b", {"http.health#2": status})
    decision = run.decide(HEALTH)
    assert decision.word == "no_go"
    assert statuses(decision) == [status]
    assert "line 5" in decision.reasons[0]
    assert f"http.health#2 {status}" in decision.reasons[0]


def test_an_unbound_item_is_no_go_even_when_ticked(run: Run) -> None:
    decision = run.decide("- [x] Trust me")
    assert (decision.word, statuses(decision)) == ("no_go", ["unbound"])


def test_a_host_of_the_group_without_a_result_is_no_go(run: Run) -> None:
    run.outcomes["b"] = [{"results": [], "unasked": []}]
    decision = run.decide(HEALTH)
    assert statuses(decision) == ["error"]
    assert "http.health on b: no check proves it there" in decision.reasons[0]


def test_an_unreachable_a_failed_and_a_missing_host_are_each_named(run: Run) -> None:
    run.outcomes["a"] = [{"results": [], "unasked": [], "unreachable": "no route"}]
    run.outcomes["b"] = [{"results": [], "unasked": [], "failed": "checks[0]: there is no verifier rediss"}]
    del run.outcomes["c"]
    decision = run.decide(HEALTH)
    assert "a is unreachable: no route" in decision.reasons
    assert "b is failed: checks[0]: there is no verifier rediss" in decision.reasons
    assert any(reason.startswith("c is missing") for reason in decision.reasons)


def test_an_empty_or_unknown_group_is_no_go(run: Run) -> None:
    decision = run.decide(
        "- [ ] A <!-- golive: http.health on=none -->", "- [ ] B <!-- golive: http.health on=ghost -->"
    )
    assert statuses(decision) == ["error", "error"]
    assert "the group none has no hosts" in decision.reasons[0]


def test_a_control_that_nothing_proves_is_no_go_and_says_which_option_is_missing(run: Run) -> None:
    run.answers(
        "a", {}, [{"control": "https.enforced", "verifier": "http", "host": "a", "reason": "option names is not given"}]
    )
    decision = run.decide("- [ ] TLS <!-- golive: https.enforced -->")
    assert statuses(decision) == ["error"]
    assert "option names is not given" in decision.reasons[0]


@pytest.mark.parametrize("empty", ["no targets", "no items", "no checks", "undecided"])
def test_a_run_that_looked_at_nothing_is_no_go(run: Run, empty: str) -> None:
    lines = [HEALTH]
    if empty == "no targets":
        run.targets, run.outcomes = [], {}
    elif empty == "no items":
        lines = ["nothing to tick"]
    elif empty == "no checks":
        run.outcomes = {host: [{"results": [], "unasked": []}] for host in run.targets}
    else:
        run.decided = False
    decision = run.decide(*lines)
    assert decision.word == "no_go"
    assert decision.reasons


def test_a_limit_decides_over_its_hosts_only_and_says_what_it_left_out(run: Run) -> None:
    run.targets, run.narrowing = ["a"], Narrowing(limit="a")
    run.outcomes = {"a": run.outcomes["a"]}
    decision = run.decide(
        HEALTH, "- [ ] DB <!-- golive: http.health on=db -->", "- [ ] DNS <!-- golive: https.enforced -->"
    )
    assert decision.word == "go"
    assert statuses(decision) == ["pass", "not_selected", "not_selected"]


def test_a_limit_does_not_hide_a_failure(run: Run) -> None:
    run.targets, run.narrowing = ["a"], Narrowing(limit="a")
    run.outcomes = {}
    run.answers("a", {"http.health": "fail"})
    assert run.decide(HEALTH).word == "no_go"


def test_tags_and_sections_leave_items_out(run: Run) -> None:
    lines = (HEALTH, "- [ ] TLS <!-- golive: https.enforced -->", "- [ ] Unbound")
    run.narrowing = Narrowing(tags=("http",))
    assert statuses(run.decide(*lines)) == ["pass", "not_selected", "unbound"]
    run.narrowing = Narrowing(section="web")
    assert statuses(run.decide(*lines)) == ["pass", "error", "unbound"]
    run.narrowing = Narrowing(section="elsewhere")
    decision = run.decide(*lines)
    assert decision.word == "no_go"
    assert "no item of the checklist was selected by section elsewhere" in decision.reasons


def test_not_applicable_is_shown_as_such(run: Run) -> None:
    run.answers("a", {"http.health#2": "not_applicable"})
    decision = run.decide(HEALTH)
    assert (decision.word, statuses(decision)) == ("go", ["not_applicable"])
