# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run of another controller or day is read with doubt: garbage counts for nothing, and is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import kept_run
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory
from tests.unit.callback import fakes
from tests.unit.plugin_utils.reports import sample


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return fakes.run_directory(tmp_path / "run")


def results_file(run: RunDirectory) -> Path:
    (path,) = (run.path / "results").glob("*.json")
    return path


def test_a_run_is_read_as_it_was_written_and_its_copies_are_the_same(run: RunDirectory, tmp_path: Path) -> None:
    read = kept_run.read(run.path)
    assert (read.finished, read.problems, read.looked, read.name) == (True, (), True, "run r")
    assert read.plan == run.plan()
    assert read.outcomes == run.results()
    shutil.copytree(run.path, tmp_path / "copy")
    assert kept_run.read(tmp_path / "copy").digest == read.digest
    (tmp_path / "copy" / "decision.json").unlink()
    assert kept_run.read(tmp_path / "copy").digest != read.digest


@pytest.mark.parametrize(
    "plan",
    [
        "",
        "{",
        "[]",
        '{"schema": 2}',
        '{"schema": 3}',
        '{"schema": 3, "run": 5}',
        {"run": ""},
        {"environment": "../../etc"},
        {"environment": "/etc"},
        {"started": "now"},
        {"started": float("nan")},
        {"targets": ["cache1"]},
        {"targets": {"cache1": 5}},
        {"everywhere": None},
        {"checklist": []},
        {"checklist": {"items": [5]}},
        {"narrowing": "all"},
        {"governance": []},
        {"sources": [5]},
        {"versions": {"golive.verify": 5}},
        None,
    ],
    ids=str,
)
def test_a_run_without_a_plan_is_none(run: RunDirectory, plan: Any) -> None:
    path = run.path / "plan.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(plan if isinstance(plan, str) else json.dumps(whole | (plan or {})), encoding="utf-8")
    if plan is None:
        path.unlink()
    with pytest.raises(BadRun, match=r"plan\.json") as wrong:
        kept_run.read(run.path)
    assert "\n" not in str(wrong.value)


def result(**fields: Any) -> dict[str, Any]:
    return sample.check("redis.persistence", "cache1") | fields


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("", "Expecting value"),
        ('{"results": [{"control": "redis', "Unterminated string"),
        ("\x00\xff", "results/cache1.task.json: "),
        ("[]", "not a JSON object"),
        ({}, "it is not what comes of a task"),
        ({"results": {}}, "results is not a list"),
        ({"results": [], "unasked": [{}]}, "unasked is not what it should be"),
        ({"results": [], "findings": [5]}, "findings, questions or secrets hold what is no text"),
        ({"results": [], "unreachable": True}, "it is not what comes of a task"),
        ({"results": [5]}, "result 1: it is not an object"),
        ({"results": [result(), {}]}, "result 2: control is missing or no text"),
        ({"results": [result(host="cache2")]}, "result 1: it is one of 'cache2'"),
        ({"results": [result(status="great")]}, "result 1: 'great' is no status that it can have"),
        ({"results": [result(status="waived")]}, "result 1: 'waived' is no status that it can have"),
        ({"results": [result(status="attested")]}, "result 1: 'attested' is no status that it can have"),
        ({"results": [result(severity="huge")]}, "result 1: 'huge' is no severity"),
        ({"results": [result(started="now")]}, "started or duration_ms is no time"),
        ({"results": [result(evidence={})]}, "its evidence is not what it should be"),
        ({"results": [result(evidence=[{"outcome": "value"}])]}, "its evidence is not what it should be"),
        ({"results": [result(evidence=[])]}, "result 1: it passes without evidence"),
        ({"results": [result(evidence=[sample.look("true", "denied")])]}, "result 1: it passes without evidence"),
        ({"results": [result(item=5)]}, "item or provenance is not what it should be"),
        ({"results": [{k: v for k, v in result().items() if k != "actual"}]}, "result 1: actual is missing"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isprintable() else "outcome",
)
def test_a_file_of_results_counts_whole_or_not_at_all(run: RunDirectory, outcome: Any, said: str) -> None:
    run.write_results("cache1", "good", {"results": [result(status="fail")], "unasked": []})
    text = outcome if isinstance(outcome, str) else json.dumps(outcome)
    (run.path / "results" / "cache1.task.json").write_text(text, encoding="latin-1")
    read = kept_run.read(run.path)
    (problem,) = read.problems
    assert problem.startswith("results/cache1.task.json: ")
    assert said in problem
    assert [each["status"] for each in read.results] == ["fail"]


def test_results_of_a_host_that_the_plan_does_not_know_count_for_nothing(run: RunDirectory) -> None:
    results_file(run).rename(run.path / "results" / "web9.task.json")
    read = kept_run.read(run.path)
    assert read.problems == ("results/web9.task.json: its plan has no such host",)
    assert not read.looked


def test_results_that_cannot_be_opened_are_named(run: RunDirectory) -> None:
    path = results_file(run)
    path.unlink()
    path.mkdir()
    assert "Is a directory" in kept_run.read(run.path).problems[0]
