# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress callback: a line per host as it finishes, then the summary; on a terminal, how far the run is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from ansible.plugins.callback.default import CallbackModule as Default

from tests.unit.callback import fakes

CHECKS = "golive.verify.checks"
PLAN = "golive.verify.plan"


@pytest.fixture
def progress() -> Any:
    return fakes.callback("progress")


def plan(hosts: int, run_dir: Path | str = "/nowhere") -> fakes.Result:
    return fakes.result("localhost", PLAN, golive_run_dir=str(run_dir), target_count=hosts)


def checks(host: str, verdict: str = "pass", **summary: int) -> fakes.Result:
    return fakes.result(host, CHECKS, verdict=verdict, summary=summary or {verdict: 2}, round_trips=1)


def test_a_line_for_each_host_and_nothing_about_our_own_tasks(
    progress: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.v2_playbook_on_play_start(fakes.Play([]))
    progress.v2_playbook_on_task_start(fakes.Task(CHECKS), False)
    progress.v2_playbook_on_include(object())
    progress.v2_runner_on_ok(plan(3))
    progress.v2_runner_on_ok(checks("web1"))
    progress.v2_runner_on_ok(checks("cache1", "fail", **{"fail": 1, "pass": 4}))
    progress.v2_runner_on_unreachable(fakes.result("db1", CHECKS, msg="Connection timed out"))
    assert capsys.readouterr().out.splitlines() == [
        f"✔ {'web1':<24} 2 pass",
        f"✘ {'cache1':<24} 1 fail, 4 pass",
        f"! {'db1':<24} unreachable: Connection timed out",
    ]


def test_what_a_host_says_cannot_steer_the_terminal(progress: Any, capsys: pytest.CaptureFixture[str]) -> None:
    progress.v2_runner_on_unreachable(fakes.result("web1", CHECKS, msg="no\x1b[2J\r\n\x07route" + "A" * 9000))
    progress.v2_runner_on_unreachable(fakes.result("web2", CHECKS))
    out = capsys.readouterr().out
    assert all(line.isprintable() and len(line) < 1100 for line in out.splitlines())
    assert len(out.splitlines()) == 2


def test_wrong_input_is_one_line_and_the_gates_no_go_is_left_to_the_summary(
    progress: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.v2_runner_on_failed(fakes.result("web1", CHECKS, msg="golive_checks_web[0]: there is no verifier htttp"))
    progress.v2_runner_on_failed(fakes.result("web1", "golive.verify.gate", decision="no_go", msg="no-go\n..."))
    assert capsys.readouterr().out == f"! {'web1':<24} golive_checks_web[0]: there is no verifier htttp\n"


def test_tasks_that_are_not_ours_are_shown_as_ever(progress: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    names = ("v2_runner_on_ok", "v2_runner_on_failed", "v2_playbook_on_task_start", "v2_playbook_on_stats")
    for name in names:
        monkeypatch.setattr(Default, name, lambda _self, *_told, name=name: told.append(name))
    progress.v2_playbook_on_task_start(fakes.Task("ansible.builtin.debug"), False)
    progress.v2_playbook_on_task_start(fakes.Task("checks", CHECKS), False)
    progress.v2_runner_on_ok(fakes.result("web1", "ansible.builtin.debug", msg="hello"))
    progress.v2_runner_on_failed(fakes.result("web1", "ansible.builtin.command", msg="no"))
    progress.v2_playbook_on_stats(fakes.Stats())
    assert told == [names[2], names[0], names[1], names[3]]


def test_the_summary_closes_a_run(progress: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = fakes.run_directory(tmp_path / "run", "fail")
    progress.v2_runner_on_ok(plan(1, run.path))
    progress.v2_playbook_on_stats(fakes.Stats())
    lines = capsys.readouterr().out.splitlines()
    assert "      cache1: appendonly is no" in lines
    assert lines[-1] == "shop: NO-GO: 1 reason"


def test_a_run_that_cannot_be_read_is_said(progress: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    progress.v2_runner_on_ok(plan(1, tmp_path / "gone"))
    progress.v2_playbook_on_stats(fakes.Stats())
    assert capsys.readouterr().out.startswith("no summary: ")


def test_a_terminal_shows_how_far_the_run_is_and_keeps_nothing_of_it(
    progress: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    run = fakes.run_directory(tmp_path / "run")
    progress.v2_runner_on_ok(plan(3, run.path))
    progress.v2_runner_on_ok(checks("web1"))
    assert capsys.readouterr().out.endswith("2 pass\n1 of 3 hosts are done ...")
    progress.v2_runner_on_ok(checks("web1"))
    assert capsys.readouterr().out.endswith("1 of 3 hosts are done ...")
    progress.v2_runner_on_unreachable(fakes.result("web2", CHECKS, msg="gone"))
    out = capsys.readouterr().out
    assert out.startswith("\r" + " " * len("1 of 3 hosts are done ...") + "\r! web2")
    assert out.endswith("2 of 3 hosts are done ...")
    progress.v2_runner_on_ok(checks("web3"))
    progress.v2_playbook_on_stats(fakes.Stats())
    assert "hosts are done" not in capsys.readouterr().out


def test_without_a_terminal_nothing_is_rewritten_or_colored(progress: Any, capsys: pytest.CaptureFixture[str]) -> None:
    progress.v2_runner_on_ok(plan(3))
    progress.v2_runner_on_ok(checks("web1"))
    out = capsys.readouterr().out
    assert "\r" not in out
    assert "\x1b" not in out
    assert "hosts are done" not in out


def test_notes_of_our_tasks_are_shown_and_those_with_nothing_to_do_are_not(
    progress: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = [["notify", "pass", "chat: 2 changes"], ["notify", "error", "mail was not told: \x1b[2Jno"]]
    progress.v2_playbook_on_play_start(fakes.Play([]))
    progress.v2_runner_on_ok(fakes.result("localhost", "golive.verify.notify", golive_notes=notes))
    progress.v2_runner_on_skipped(fakes.result("localhost", "golive.verify.notify"))
    assert capsys.readouterr().out.splitlines() == [
        f"✔ {'notify':<24} chat: 2 changes",
        f"! {'notify':<24} mail was not told:  [2Jno",
    ]
