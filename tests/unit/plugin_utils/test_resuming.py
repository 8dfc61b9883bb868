# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an earlier run stands: answers to the same questions, without errors, not too old, of hosts still there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import kept_run, resuming, verifier
from ansible_collections.golive.verify.plugins.plugin_utils.asked import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.gate import Gate
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Plan
from ansible_collections.golive.verify.plugins.plugin_utils.questions import basis, question, where
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.resuming import CannotResume
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory
from tests.unit.callback import fakes
from tests.unit.plugin_utils.reports import sample

HOUR = 3600.0
CONTROL = "redis.persistence"


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A killed run that saw two questions on one host, one of them only in part."""
    directory = fakes.run_directory(tmp_path / "runs" / "shop" / "20261124T030000Z-1", decided=False)
    results = [
        sample.check(CONTROL, "cache1"),
        sample.check("redis.maxmemory", "cache1", "fail"),
        sample.check("redis.tls", "cache1", target="cache1 6379"),
        sample.check("redis.tls", "cache1", "error", target="cache1 6380"),
    ]
    outcome = {"results": results, "unasked": [], "questions": ["q1", "q2", "q3", "q3"]}
    directory.write_results("cache1", "task", outcome)
    return directory


def plan_of(run: RunDirectory, hours: float = 1, **fields: Any) -> Plan:
    return replace(run.plan(), run="r2", started=sample.STARTED + hours * HOUR, **fields)


def answers(run: RunDirectory, max_hours: float = 12, hours: float = 1, **fields: Any) -> Mapping[str, Any]:
    return resuming.answers(kept_run.read(run.path), plan_of(run, hours, **fields), max_hours)


def test_what_was_seen_without_an_error_stands_and_says_when_and_in_which_run(run: RunDirectory) -> None:
    kept = answers(run)["cache1"]
    assert {asks: [each["status"] for each in results] for asks, results in kept.items()} == {
        "q1": ["pass"],
        "q2": ["fail"],
    }
    assert kept["q1"][0]["started"] == sample.STARTED + 1
    assert kept["q1"][0]["provenance"] == {"run": "r", "started": sample.STARTED}


def test_of_a_host_that_is_gone_nothing_stands_and_of_a_new_one_nothing_is_known(run: RunDirectory) -> None:
    assert answers(run, targets={"cache2": ["all"]}) == {}


def test_results_that_say_not_what_they_answer_do_not_stand(run: RunDirectory) -> None:
    for questions in ([], ["q1"], ["", "", "", ""]):
        outcome = run.results()["cache1"][0] | {"questions": questions}
        run.write_results("cache1", "task", outcome)
        assert answers(run) == {}


def test_what_a_killed_resumed_run_was_to_take_over_stands_too(run: RunDirectory) -> None:
    first = {"provenance": {"run": "r0", "started": 1.0}}
    ready = {
        "q0": [sample.check("redis.tls", "cache1") | first],
        "q1": [sample.check(CONTROL, "cache1", "fail") | first],
        "bad": [{"status": "pass"}],
        "error": [sample.check("redis.tls", "cache1", "error")],
        "none": [],
    }
    run.keep_earlier("cache1", ready)
    run.keep_earlier("gone", ready)
    kept = answers(run)["cache1"]
    assert set(kept) == {"q0", "q1", "q2"}
    assert kept["q0"][0]["provenance"]["run"] == "r0"
    assert [each["status"] for each in kept["q1"]] == ["pass"]


REFUSALS: Mapping[str, tuple[Callable[[Plan], Plan], str]] = {
    "environment": (
        lambda plan: replace(plan, environment="staging"),
        "it is one of the environment shop, and this is staging",
    ),
    "checklist": (
        lambda plan: replace(plan, checklist=replace(plan.checklist, sha256="1" * 64)),
        "the checklist checklist.md has changed since",
    ),
    "version": (
        lambda plan: replace(plan, versions={"golive.verify": "2.0.0"}),
        "golive.verify was none then, and is 2.0.0 now",
    ),
    "catalogue": (lambda plan: replace(plan, versions={"catalogue": "abc"}), "catalogue was none then, and is abc now"),
    "too_old": (
        lambda plan: replace(plan, started=plan.started + 12 * HOUR),
        "it holds what was seen 13.0 hours ago, 2026-11-24T03:00:01Z, and resume_max_hours is 12",
    ),
    "future": (
        lambda plan: replace(plan, started=plan.started - 2 * HOUR),
        "it holds what was seen in the future, 2026-11-24T03:00:01Z: check the clock",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_another_run_is_refused_in_one_line(run: RunDirectory, name: str) -> None:
    change, said = REFUSALS[name]
    with pytest.raises(CannotResume) as refused:
        resuming.answers(kept_run.read(run.path), change(plan_of(run)), 12)
    assert str(refused.value).startswith("run r cannot be resumed: ")
    assert said in str(refused.value)


def test_another_ansible_is_not_refused(run: RunDirectory) -> None:
    assert answers(run, versions={"ansible-core": "2.30", "python": "3.20"})


def test_the_last_run_is_found_and_what_is_none_is_named(run: RunDirectory, tmp_path: Path) -> None:
    checklist, runs = tmp_path / "checklist.md", tmp_path / "runs" / "shop"
    newer = fakes.run_directory(runs / "20261124T040000Z-1")
    (runs / "20261124T050000Z-1").mkdir()
    assert resuming.find("last", "shop", checklist, runs).path == newer.path
    assert resuming.find(str(run.path), "shop", checklist, runs).path == run.path
    with pytest.raises(CannotResume, match=r"there is no run in .*staging"):
        resuming.find("last", "staging", checklist, tmp_path / "runs" / "staging")
    with pytest.raises(CannotResume, match=r"nowhere/plan\.json: .*No such file"):
        resuming.find(str(tmp_path / "nowhere"), "shop", checklist, runs)


def test_a_resumed_run_says_how_much_it_kept_and_decides_anew(run: RunDirectory, tmp_path: Path) -> None:
    earlier = kept_run.read(run.path)
    plan = plan_of(run, sources=resuming.source(earlier))
    resumed = RunDirectory(tmp_path / "resumed")
    resumed.create(plan)
    resumed.keep_earlier("cache1", answers(run)["cache1"])
    (kept,) = resumed.kept("cache1")["q1"]
    fresh = sample.check("redis.maxmemory", "cache1")
    resumed.write_results("cache1", "task", {"results": [kept, fresh], "unasked": []})
    decision = Gate(resumed.plan(), resumed.results(), decided=True).decide()
    assert decision.word == "go"
    (note,) = [finding for finding in decision.findings if finding.kind == "resumed"]
    assert note.message.startswith("resumed: 1 of 2 results were kept from r (2026-11-24T03:00:00Z)")
    assert not note.blocks
    assert Gate(resumed.plan(), {}, decided=True).decide().word == "no_go"


class Counted(verifier.Verifier):
    """Counts how often it proves what."""

    proven: list[str]

    def __init__(self) -> None:
        self.proven = []

    @verifier.proves(CONTROL)
    async def persistence(self, dummy: Observer, want: Any) -> Verdict:
        self.proven.append(CONTROL)
        return Verdict(Status.FAIL, "", None, f"port {want.port}")

    @verifier.proves("redis.maxmemory")
    async def maxmemory(self, dummy: Observer, want: Any) -> Verdict:
        self.proven.append("redis.maxmemory")
        return Verdict(Status.FAIL, "", None, f"port {want.port}")


VARIABLES = {"inventory_hostname": "cache1", "ansible_host": "192.0.2.1"}


def prove(
    counted: Counted, asked: Asked, variables: Mapping[str, Any] | None = None, **options: Any
) -> verifier.Proofs:
    face = interface("golive.verify.redis")
    want = face.parse({"controls": [CONTROL, "redis.maxmemory"], **options})
    return verifier.prove_all(counted, [verifier.Check(counted, face, want)], variables or VARIABLES, asked)


def test_only_what_is_asked_for_the_first_time_is_proven() -> None:
    counted = Counted()
    first = prove(counted, Asked(None, {}))
    assert counted.proven == [CONTROL, "redis.maxmemory"]
    assert len(set(first.questions)) == len(first.results) == 2
    outcome = json.loads(json.dumps(first.as_outcome()))
    kept = {first.questions[0]: [outcome["results"][0] | {"provenance": {"run": "r", "started": 1.0}}]}
    asked = Asked(None, {}, kept=kept)
    again = prove(counted, asked)
    assert counted.proven[2:] == ["redis.maxmemory"]
    assert {each["control"]: each.get("provenance") for each in again.as_outcome()["results"]} == {
        CONTROL: {"run": "r", "started": 1.0},
        "redis.maxmemory": None,
    }
    assert sorted(again.questions) == sorted(first.questions)
    assert again.results[0].message == "port 6379"
    for other in ({"port": 6380}, {"timeout": 3}, {"variables": VARIABLES | {"ansible_host": "192.0.2.2"}}):
        counted.proven.clear()
        prove(counted, asked, **other)
        assert counted.proven == [CONTROL, "redis.maxmemory"], other


def test_a_question_tells_nothing_of_a_secret() -> None:
    place = where(VARIABLES)
    asks = [
        basis(place, "redis", {"url": f"redis://app:{secret}@192.0.2.1"}, "")
        for secret in ("correct-horse-battery-9", "staple-mouse-charger-7")
    ]
    assert asks[0] == asks[1]
    assert basis(place, "redis", {"url": "redis://192.0.2.1"}, "") not in asks
    assert question(asks[0], CONTROL) != question(asks[0], "redis.tls")
