# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happens to the run directory, no verdict gets better: killed, no room, no rights, other writers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleError

from ansible_collections.golive.verify.plugins.plugin_utils import report
from ansible_collections.golive.verify.plugins.plugin_utils.asked import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.environments import Environment
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Proofs
from tests.unit.action.acting import act
from tests.unit.callback import fakes
from tests.unit.plugin_utils import dying
from tests.unit.plugin_utils.reports import sample

# In the order in which a run writes them.
FILES = ("asked.json", "plan.json", "results/cache1.task.json", "decision.json")
points = pytest.mark.parametrize("point", dying.POINTS)


def whole_run(path: Path) -> Callable[[], None]:
    """A run over one host that ends with go."""

    def work() -> None:
        fakes.run_directory(path, decided=False)
        act("gate", {"run_dir": str(path)})

    return work


def decision(path: Path) -> str:
    try:
        return str(report.build(RunDirectory(path))["gate"]["decision"])
    except BadRun:
        return "unreadable"


def files(path: Path) -> tuple[str, ...]:
    return tuple(name for name in FILES if (path / name).exists())


@points
def test_a_run_that_is_killed_at_any_point_is_go_only_with_its_decision(tmp_path: Path, point: str) -> None:
    for nth in range(1, len(FILES) + 1):
        path = tmp_path / str(nth)
        assert dying.killed(point, nth, whole_run(path))
        there = FILES[: nth if point == "in its place" else nth - 1]
        assert files(path) == there
        assert decision(path) == (
            "go" if "decision.json" in there else "no_go" if "plan.json" in there else "unreadable"
        )
        with pytest.raises(FileExistsError):
            fakes.run_directory(path)
    assert not dying.killed(point, len(FILES) + 1, whole_run(tmp_path / "whole"))
    assert decision(tmp_path / "whole") == "go"


@points
def test_without_room_a_run_ends_in_an_error_and_is_never_go(tmp_path: Path, point: str) -> None:
    for nth in range(1, len(FILES) + 1):
        path = tmp_path / str(nth)
        with (
            pytest.raises((OSError, AnsibleActionFail), match="No space left"),
            dying.failing(point, nth, dying.no_room),
        ):
            whole_run(path)()
        if point != "in its place":
            assert decision(path) != "go"
            assert [each.name for each in path.rglob(".draft-*") if each.stat().st_size] == []


def proofs(_asked: Asked) -> Proofs:
    return Proofs([], [], [], 1, "")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda run: os.remove(run / "asked.json"), "the run cannot be read: .*asked.json"),
        (lambda run: (run / "asked.json").write_text("{"), "the run cannot be read: .*asked.json"),
        (lambda run: (run / "results").rename(run / "moved"), "what was seen cannot be kept: .*run: No such file"),
    ],
    ids=["no plan", "broken plan", "no place"],
)
def test_what_a_host_showed_and_cannot_be_kept_is_one_line_and_no_result(
    tmp_path: Path, broken: Callable[[Path], Any], said: str
) -> None:
    run = fakes.run_directory(tmp_path / "run", decided=False)
    for each in (run.path / "results").iterdir():
        each.unlink()
    broken(run.path)
    with pytest.raises(AnsibleError, match=said) as wrong:
        run.keep("cache1", "task", proofs)
    assert "\n" not in str(wrong.value)
    assert decision(run.path) == "no_go"


def test_a_decision_that_cannot_be_kept_is_no_go(tmp_path: Path) -> None:
    run = fakes.run_directory(tmp_path / "run", decided=False)
    with (
        dying.failing("with an empty draft", 1, dying.no_room),
        pytest.raises(AnsibleActionFail, match=r"no-go: the decision cannot be kept: .*run: No space left on device"),
    ):
        act("gate", {"run_dir": str(run.path)})
    assert decision(run.path) == "no_go"


def test_a_host_whose_play_ended_early_is_not_decided_over_by_what_it_left(tmp_path: Path) -> None:
    """As where a task takes too long, or its results could not be kept, after another one's could."""
    run = fakes.run_directory(tmp_path / "run", decided=False)
    both = {"ansible_play_hosts_all": ["cache1"]}
    assert act("gate", {"run_dir": str(run.path)}, both | {"ansible_play_hosts": ["cache1"]})["decision"] == "go"
    decided = act("gate", {"run_dir": str(run.path)}, both | {"ansible_play_hosts": []})
    assert decided["failed"]
    assert decided["reasons"] == ["cache1 is failed: the play ended early on it, before all of it was looked at"]
    assert decision(run.path) == "no_go"


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes nobody")
def test_a_run_that_may_not_be_written_says_so(open_to_all: Path) -> None:
    said = dying.FORK.Queue()
    checklist, runs = open_to_all / "checklist.md", open_to_all / "runs"

    def as_nobody() -> None:
        os.setuid(65534)
        options = {"checklist": str(checklist), "runs_dir": str(runs)}
        try:
            act("plan", options, {"groups": {"all": ["a"]}, "ansible_play_hosts_all": ["a"], "inventory_dir": "/shop"})
        except AnsibleError as wrong:
            said.put(str(wrong))

    runs.mkdir(mode=0o755)
    checklist.write_text("- [ ] Health\n", encoding="utf-8")
    process = dying.FORK.Process(target=as_nobody)
    process.start()
    assert said.get(timeout=30).startswith(f"the run cannot be kept: {runs}/shop")
    process.join(30)


def test_two_that_write_the_same_leave_one_of_them_whole(tmp_path: Path) -> None:
    run = fakes.run_directory(tmp_path / "run")
    results = {size: [sample.check("redis.persistence", "cache1", actual="x" * size)] for size in (1, 300_000)}

    def write(size: int) -> Callable[[], None]:
        def work() -> None:
            for dummy in range(20):
                run.write_results("cache1", "task", {"results": results[size], "unasked": []})

        return work

    writers = [dying.FORK.Process(target=write(size)) for size in results]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        (found,) = run.results()["cache1"]
        assert len(found["results"][0]["actual"]) in (len("as expected"), *results)
    for writer in writers:
        writer.join(30)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert list(run.path.rglob(".draft-*")) == []


def test_runs_of_a_clock_that_was_moved_back_stand_beside_the_others(tmp_path: Path) -> None:
    """The names of runs tell their order; one that seems older replaces nothing, and is not the last one."""
    later = fakes.run_directory(tmp_path / "shop" / "20261124T030000Z-1")
    fakes.run_directory(tmp_path / "shop" / "20251124T030000Z-2", status="fail")
    (tmp_path / "shop" / ".draft-x").mkdir()
    (tmp_path / "shop" / ".draft-x" / "plan.json").write_text("{}", encoding="utf-8")
    latest = Environment("shop", tmp_path / "checklist.md", tmp_path / "shop", ()).latest_run()
    assert latest is not None
    assert latest.path == later.path
