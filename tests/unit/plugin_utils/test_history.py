# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What history says of a run: the words of drift in the report's shape, and a broken file that costs nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import history, report
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Checklist
from ansible_collections.golive.verify.plugins.plugin_utils.drift import document
from ansible_collections.golive.verify.plugins.plugin_utils.drift.comparing import compare
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side
from ansible_collections.golive.verify.plugins.plugin_utils.drift.values import rules
from ansible_collections.golive.verify.plugins.plugin_utils.entries import entries
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory
from ansible_collections.golive.verify.plugins.plugin_utils.store.past import Past
from tests.unit.plugin_utils.reports import chart_sample, sample
from tests.unit.plugin_utils.reports.test_json import SCHEMA

DAY = 86400.0
ITEMS = [sample.item("Redis", "Redis survives", "redis.persistence", on="cache"), sample.item("A", "B")]
PLAN = Plan("r", "shop", 5.0, Checklist("checklist.md", "0" * 64, ()), {}, {}, Narrowing(), None, {})


def told(status: str = "pass", run: str = "r2", started: float = 2 * DAY, **fields: Any) -> dict[str, Any]:
    made = sample.build(ITEMS, {"cache1": [sample.check("redis.persistence", "cache1", status, **fields)]})
    made["run"] |= {"id": run, "started": started}
    return made


def held(now: dict[str, Any], before: dict[str, Any], points: document.Points | None = None) -> dict[str, Any]:
    """What history says of a run with this one before it."""
    sides = Side.of_report(before), Side.of_report(now)
    drift = document.contract(sides[1], {document.LAST_RUN: compare(*sides, rules())}, points or {})
    runs = [{"run": "r1", "started": DAY, "decision": "no_go", "counts": dict(before["summary"]["items"])}]
    timelines = {item["id"]: [(DAY, item["status"])] for item in before["items"]}
    return history.contract(now, drift, Past(sides[0], "no_go", {}, runs, timelines))


def valid(made: dict[str, Any]) -> dict[str, Any]:
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(made)))
    return made


def test_the_changes_have_the_words_of_drift_and_the_identity_of_entries() -> None:
    now = told("fail", message="appendonly is no")
    found = valid(now | {"history": held(now, told(run="r1", started=DAY))})["history"]
    worse, still = found["changes"]
    uid = next(each.uid for each in entries(now) if each.check)
    assert worse == {
        "word": "regressed",
        "worse": True,
        "uid": uid,
        "item": now["items"][0]["id"],
        "control": "redis.persistence",
        "target": "cache1",
        "subject": "cache1",
        "severity": "high",
        "was": "pass",
        "now": "fail",
        "since": None,
        "detail": "appendonly is no",
    }
    assert (still["word"], still["subject"], still["target"], still["since"]) == ("still_failing", "B", "", DAY)
    assert found["previous"] == {"run": "r1", "started": DAY, "decision": "no_go"}
    assert (found["baseline"], found["baseline_changes"], found["notes"]) == (None, [], [])
    assert [each["run"] for each in found["runs"]] == ["r1", "r2"]
    assert found["runs"][-1]["counts"] == now["summary"]["items"]
    assert found["timelines"][now["items"][0]["id"]] == [[DAY, "pass"], [2 * DAY, "fail"]]


def test_what_moved_and_what_flaps_is_told() -> None:
    now = told(actual={"copies": 1})
    uid = next(each.uid for each in entries(now) if each.check)
    points = {uid: [(at / 10, status) for at, status in enumerate(["pass", "fail"] * 4)]}
    found = held(now, told(run="r1", started=DAY, actual={"copies": 14}), points)["changes"]
    assert [(each["word"], each["detail"]) for each in found] == [
        ("value_drift", "copies 14 → 1"),
        ("still_failing", "no control is bound to it, so nothing proves it"),
        ("flapping", "changed 8 times in 10 runs"),
    ]


def test_the_first_run_of_all_has_no_previous_one_and_itself_as_history() -> None:
    now = told()
    found = valid(now | {"history": history.contract(now, None, Past())})["history"]
    assert (found["previous"], found["changes"]) == (None, [])
    assert [each["run"] for each in found["runs"]] == ["r2"]


@pytest.mark.parametrize("left", ["limit cache1", ""])
def test_a_run_that_is_not_whole_is_none_of_the_runs(left: str) -> None:
    now = told()
    now["summary"]["left_out"], now["run"]["finished"] = left, bool(left)
    found = history.contract(now, None, Past(), ["the store is down"])
    assert (found["runs"], found["timelines"], found["notes"]) == ([], {}, ["the store is down"])


def test_a_report_that_is_made_again_has_the_same_history(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    run.create(PLAN)
    assert report.build(run)["history"] is None
    kept = chart_sample.told()["history"]
    history.write(run, kept)
    assert report.build(run)["history"] == report.build(run)["history"] == kept


def broken(**parts: Any) -> str:
    return json.dumps({"version": 1, **chart_sample.told()["history"], **parts})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "history.json"),
        ("[]", "not a JSON object"),
        ('{"version": 2}', "not of version 1"),
        ('{"version": 1}', "changes is not what it should be"),
        (broken(changes=[{"word": "regressed"}]), "changes is not"),
        (broken(changes=[chart_sample.change("fixed", since="1")]), "changes is not"),
        (broken(baseline_changes=[1]), "baseline_changes is not"),
        (broken(previous={"run": "r1"}), "previous is not"),
        (broken(baseline={"run": "r", "started": 1, "person": "a", "at": 1, "reason": ""}), "baseline is not"),
        (broken(runs=[{"run": "r", "started": 1, "decision": "go", "counts": {"pass": "1"}}]), "runs is not"),
        (broken(timelines={"a": [[1]]}), "timelines is not"),
        (broken(timelines={"a": 1}), "timelines is not"),
        (broken(notes=[1]), "notes is not"),
    ],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_history_that_cannot_be_read_is_told_and_costs_nothing_else(tmp_path: Path, text: str, why: str) -> None:
    run = RunDirectory(tmp_path / "run")
    run.create(PLAN)
    (run.path / history.FILE).write_text(text, encoding="utf-8")
    made = report.build(run)
    assert made["history"] is None
    (finding,) = (each for each in made["findings"] if each["kind"] == "history")
    assert why in finding["message"]
    assert not finding["blocks"]
