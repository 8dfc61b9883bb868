# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report callback: reports are written however the play ends, and nothing undecided looks like a good end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.callback import fakes

PLAN = "golive.verify.plan"
FAILED = fakes.Stats(failures={"cache1": 1})


@pytest.fixture
def report() -> Any:
    return fakes.callback("report")


def begin(report: Any, run_dir: Path | None = None) -> None:
    report.v2_playbook_on_play_start(fakes.Play([[fakes.Task("ansible.builtin.debug"), fakes.Task(PLAN)]]))
    if run_dir:
        report.v2_runner_on_ok(fakes.result("localhost", PLAN, golive_run_dir=str(run_dir)))
        report.v2_runner_on_ok(fakes.result("cache1", "golive.verify.checks", verdict="pass"))


def written(path: Path) -> set[str]:
    return {file.name for file in path.glob("report.*")}


def test_a_good_run_is_reported_in_every_format(
    report: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = fakes.run_directory(tmp_path / "run")
    begin(report, run.path)
    report.v2_playbook_on_stats(fakes.Stats())
    assert written(run.path) == {"report.html", "report.json", "report.md", "report.xml"}
    assert f"report: {run.path / 'report.html'}" in capsys.readouterr().out


def test_the_user_chooses_the_formats(report: Any, tmp_path: Path) -> None:
    run = fakes.run_directory(tmp_path / "run")
    report.set_option("formats", ["json"])
    begin(report, run.path)
    report.v2_playbook_on_stats(fakes.Stats())
    assert written(run.path) == {"report.json"}


@pytest.mark.parametrize(("status", "decided"), [("fail", True), ("error", True), ("pass", False)])
def test_a_run_that_is_no_go_never_ends_well(report: Any, tmp_path: Path, status: str, decided: bool) -> None:
    run = fakes.run_directory(tmp_path / "run", status, decided)
    begin(report, run.path)
    with pytest.raises(SystemExit) as end:
        report.v2_playbook_on_stats(fakes.Stats())
    assert end.value.code == 2
    assert "report.html" in written(run.path)


def test_where_ansible_already_fails_its_own_exit_status_stands(report: Any, tmp_path: Path) -> None:
    run = fakes.run_directory(tmp_path / "run", "fail")
    begin(report, run.path)
    report.v2_playbook_on_stats(FAILED)
    report.v2_playbook_on_stats(fakes.Stats(dark={"cache1": 1}))
    assert "report.html" in written(run.path)


def test_a_run_that_never_began_is_no_go(report: Any) -> None:
    begin(report)
    with pytest.raises(SystemExit) as end:
        report.v2_playbook_on_stats(fakes.Stats())
    assert end.value.code == 2
    report.v2_playbook_on_stats(FAILED)


def test_a_run_that_cannot_be_read_is_no_go(report: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begin(report, tmp_path / "gone")
    with pytest.raises(SystemExit) as end:
        report.v2_playbook_on_stats(fakes.Stats())
    assert end.value.code == 2
    assert "no report" in capsys.readouterr().err


def test_a_format_that_cannot_be_written_is_said(
    report: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = fakes.run_directory(tmp_path / "run")
    report.set_option("formats", ["nonsense", "json"])
    begin(report, run.path)
    report.v2_playbook_on_stats(fakes.Stats())
    assert "the nonsense report could not be written" in " ".join(capsys.readouterr().err.split())
    assert written(run.path) == {"report.json"}


def test_other_playbooks_are_none_of_its_business(report: Any, capsys: pytest.CaptureFixture[str]) -> None:
    report.v2_playbook_on_play_start(fakes.Play([fakes.Task("ansible.builtin.debug")]))
    report.v2_playbook_on_play_start(object())
    report.v2_runner_on_ok(fakes.result("web1", "ansible.builtin.debug", msg="hello"))
    report.v2_playbook_on_stats(fakes.Stats())
    assert capsys.readouterr() == ("", "")
