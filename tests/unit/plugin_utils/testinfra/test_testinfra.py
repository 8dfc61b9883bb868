# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What marks mean, how executions end, and which questions travel together. Pure; suites run in tests/integration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.testinfra import outcomes
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.interruptions import Pending, Unseen
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.phases import Phase, verdict
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.questions import Attempt, Frame, Questions
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.suite import Case, Ended, Story

PERSISTENCE = "redis.persistence"
LOOK = ("cat /etc/hostname", {"at": 1.0, "ms": 3, "value": {"exit": 0, "stdout": "cache1\n", "stderr": ""}})


def marks(**more: Any) -> outcomes.Marks:
    known: dict[str, Any] = {"named": [], "selected": None, "items": ["orders-flow"], "catalogues": []}
    return outcomes.Marks(host="cache1", groups=["cache"], **{**known, **more})


def case(*controls: str, items: Sequence[str] = (), hosts: Sequence[str] | None = None) -> Case:
    return Case("test_a.py::test_it", "It persists.", controls, items, hosts)


@pytest.mark.parametrize(
    ("cases", "chosen", "problem"),
    [
        ([], [], "it has no tests"),
        ([case()], [], "none of its 1 tests is marked"),
        ([case(), case(PERSISTENCE)], [1], ""),
        ([case(items=["orders-flow"])], [0], ""),
        ([case("redis.persistance")], [], "the control redis.persistance, which no catalogue knows"),
        ([case(PERSISTENCE, "no.such")], [0], "the control no.such, which no catalogue knows"),
        ([case(items=["order-flow"])], [0], "does not have; did you mean orders-flow?"),
        ([case(PERSISTENCE, hosts=["ansible://web"])], [], "none of its 1 tests is for this host"),
        ([case(PERSISTENCE, hosts=["ansible://web,cache"])], [0], ""),
        ([case(PERSISTENCE, hosts=["ansible://cach*"])], [0], ""),
        ([case(PERSISTENCE, hosts=["cache1"])], [0], ""),
        ([case(PERSISTENCE, hosts=["ansible://"])], [0], ""),
    ],
)
def test_marked_tests_of_this_host_run_and_what_is_wrong_is_told(
    cases: list[Case], chosen: list[int], problem: str
) -> None:
    run, problems = marks().choose(cases)
    assert run == chosen
    assert len(problems) == bool(problem)
    assert problem in "".join(problems)


@pytest.mark.parametrize(
    ("more", "chosen", "problem"),
    [
        ({"selected": [PERSISTENCE]}, [0, 2], ""),
        ({"selected": []}, [2], ""),
        ({"named": ["redis.tls"]}, [1, 2], ""),
        ({"named": ["redis.ha"]}, [2], "no test is marked with redis.ha"),
        ({"items": None}, [0, 1, 2], ""),
    ],
)
def test_a_narrowed_run_leaves_tests_out(more: dict[str, Any], chosen: list[int], problem: str) -> None:
    run, problems = marks(**more).choose([case(PERSISTENCE), case("redis.tls"), case(items=["orders-flow"])])
    assert (run, problem in "".join(problems)) == (chosen, True)


def test_a_test_becomes_a_result_for_each_thing_that_it_speaks_of() -> None:
    both = case(PERSISTENCE, "redis.tls", items=["orders-flow"])
    story = Story(run={0: both, 1: case(items=["orders-flow"])}, looks=[LOOK])
    story.ended = {0: Ended("pass", "", looks=[0], seconds=0.002), 1: Ended("fail", "no\x1b[2J orders", "E  no", [0])}
    made = outcomes.results(story, marks())
    assert [(each.control, each.item, each.status.value) for each in made] == [
        (PERSISTENCE, "orders-flow", "pass"),
        ("redis.tls", "orders-flow", "pass"),
        (outcomes.SUITE, "orders-flow", "fail"),
        (outcomes.SUITE, "", "fail"),
    ]
    assert (made[0].expected, made[0].duration_ms, made[0].reproduce) == (
        "It persists.",
        5,
        "/bin/sh -c 'cat /etc/hostname'",
    )
    assert made[2].message == "no [2J orders"
    assert made[2].remediation


def test_a_problem_is_an_error_beside_what_passed() -> None:
    story = Story(
        run={0: case(PERSISTENCE)}, ended={0: Ended("pass", "", looks=[0])}, looks=[LOOK], problems=["broken"]
    )
    assert [each.status.value for each in outcomes.results(story, marks())] == ["pass", "error"]
    assert [each.message for each in outcomes.results(Story(problems=["it has no tests"]), marks())] == [
        "it has no tests"
    ]


def phase(when: str, outcome: str, said: str = "", broken: str = "", expected_failure: str | None = None) -> Phase:
    return Phase(when, outcome, expected_failure, broken, said, "E  text")


@pytest.mark.parametrize(
    ("phases", "status", "said"),
    [
        ([phase("setup", "passed"), phase("call", "passed"), phase("teardown", "passed")], "pass", ""),
        ([phase("setup", "passed"), phase("call", "failed", "assert 1 == 2")], "fail", "assert 1 == 2"),
        ([phase("call", "failed", "ValueError: no ss", "ValueError")], "error", "the test broke: ValueError: no ss"),
        ([phase("setup", "failed", "assert 0"), phase("teardown", "passed")], "error", "its setup failed: assert 0"),
        ([phase("call", "passed"), phase("teardown", "failed", "x")], "error", "its teardown failed: x"),
        ([phase("call", "failed", "no"), phase("teardown", "failed", "x")], "fail", "no"),
        ([phase("setup", "skipped", "Skipped: later")], "error", "skipped: later"),
        ([phase("call", "skipped", expected_failure="soon")], "error", "it fails, as it is marked to (xfail: soon)"),
        ([phase("call", "passed", expected_failure="")], "error", "it passes, although it is marked to"),
        ([phase("call", "failed", "[XPASS(strict)] soon")], "error", "it passes, although it is marked to fail"),
        ([phase("setup", "passed")], "error", "the test did not run"),
        ([], "error", "the test did not run"),
    ],
)
def test_only_a_test_that_ran_and_was_meant_to_pass_passes(phases: list[Phase], status: str, said: str) -> None:
    found, message, detail = verdict(phases)
    assert found == status
    assert message.startswith(said)
    assert detail in ("", "E  text")


class Host:
    """Answers commands with how many were asked before."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def __call__(self, commands: Sequence[str]) -> list[dict[str, Any]]:
        self.batches.append(list(commands))
        return [{"value": {"exit": 0, "stdout": command, "stderr": ""}} for command in commands]


def attempt(questions: Questions, *commands: str, at_once: bool = False) -> Attempt:
    """Execute a test that runs these commands."""
    made = Attempt()
    with questions.attempting(made, at_once):
        for command in commands:
            try:
                questions.answer(command)
            except (Pending, Unseen):
                break
    return made


def test_what_many_tests_ask_is_asked_once_and_together() -> None:
    host = Host()
    questions = Questions(host)
    tests = [("a", "b"), ("a", "c"), ("d", "d")]
    for expected in ([["a", "d"]], [["a", "d"], ["b", "c", "d"]]):
        assert all(attempt(questions, *commands).pending for commands in tests)
        questions.begin_round()
        assert host.batches == expected
    ended = [attempt(questions, *commands) for commands in tests]
    assert [(each.pending, each.frame.looks) for each in ended] == [(None, [0, 2]), (None, [0, 3]), (None, [1, 4])]


def test_what_was_foreseen_is_not_asked_again() -> None:
    host = Host()
    questions = Questions(host)
    questions.learn([("uname -s", {"value": {"exit": 0, "stdout": "Linux", "stderr": ""}})])
    assert attempt(questions, "uname -s").pending is None
    assert host.batches == []


def test_a_test_that_never_asks_the_same_twice_is_known_by_that() -> None:
    questions = Questions(Host())
    steady, stray = attempt(questions, "a"), attempt(questions, "mktemp 1")
    questions.begin_round()
    attempt(questions, "a")
    attempt(questions, "mktemp 2")
    assert (questions.strays(steady), questions.strays(stray)) == (False, True)
    assert attempt(questions, "mktemp 3", "mktemp 4", at_once=True).pending is None


def test_what_fixtures_ask_counts_for_them() -> None:
    questions, fixture = Questions(Host()), Frame()
    made = Attempt()
    with questions.attempting(made, True):
        with questions.framed(fixture):
            questions.answer("a")
        questions.answer("a")
    assert (fixture.looks, made.frame.looks) == ([0], [0])


def test_a_swallowed_interruption_is_remembered() -> None:
    questions = Questions(lambda commands: [{"reason": "unreachable", "detail": "no route"}] * len(commands))
    assert attempt(questions, "a", at_once=True).unseen == "could not look (unreachable): no route"
