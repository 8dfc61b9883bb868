# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run directory: whole files or none, readable at any moment, for its owner's eyes only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import report
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Binding, Checklist, Item
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory

PLAN = Plan(
    run="20261123T030000Z-1",
    environment="production",
    started=1.0,
    checklist=Checklist(
        "checklist.md", "0" * 64, (Item("i1", "Web", 3, "Health", False, (Binding(("http.health",), "web"),)),)
    ),
    targets={"a": ["web"], "b/c": ["web"]},
    everywhere={"web": ["a", "b/c"]},
    narrowing=Narrowing(tags=("http",)),
    selected_controls=["http.health"],
)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    made = RunDirectory(tmp_path / "runs" / "r1")
    made.create(PLAN)
    return made


def test_a_plan_comes_back_as_it_was(run: RunDirectory) -> None:
    assert run.plan() == PLAN


def test_only_the_owner_may_read(run: RunDirectory) -> None:
    assert run.path.stat().st_mode & 0o077 == 0


def test_results_come_back_by_host_whatever_its_name(run: RunDirectory) -> None:
    run.write_results("a", "t1", {"results": []})
    run.write_results("b/c", "t1", {"results": [1]})
    run.write_results("b/c", "t2", {"results": [2]})
    assert {host: len(parts) for host, parts in run.results().items()} == {"a": 1, "b/c": 2}


def test_what_a_verifier_saw_is_kept_whatever_its_type(run: RunDirectory) -> None:
    run.write_results("a", "t", {"results": [{"actual": {"item": PLAN.items[0], "set": {2, 1}, "path": run.path}}]})
    actual = run.results()["a"][0]["results"][0]["actual"]
    assert (actual["item"]["text"], actual["set"], actual["path"]) == ("Health", [1, 2], str(run.path))


def test_a_run_never_overwrites_another(run: RunDirectory) -> None:
    with pytest.raises(FileExistsError):
        run.create(PLAN)


def test_a_half_written_file_is_not_seen(run: RunDirectory) -> None:
    (run.path / "results" / ".draft-x").write_text('{"results": [', encoding="utf-8")
    assert run.results() == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 99}'])
def test_a_broken_plan_says_which_file(run: RunDirectory, text: str) -> None:
    (run.path / "plan.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadRun, match=r"plan\.json"):
        run.plan()


def test_the_report_of_a_killed_run_says_what_is_missing(run: RunDirectory) -> None:
    said = {"status": "pass", "severity": "high", "message": ""}
    outcome = {"control": "http.health", "host": "a", "target": "a", **said}
    run.write_results("a", "t1", {"results": [outcome], "unasked": []})
    made = report.build(run)
    assert made["gate"]["decision"] == "no_go"
    assert "the run did not finish: the gate never decided" in made["gate"]["reasons"]
    assert [(target["name"], target["status"]) for target in made["targets"]] == [("a", "answered"), ("b/c", "missing")]
    assert json.dumps(made)
