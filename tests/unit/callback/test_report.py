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


@pytest.mark.parametrize("task", [PLAN, "golive.verify.merge"])
def test_a_run_that_never_began_is_no_go(report: Any, task: str) -> None:
    report.v2_playbook_on_play_start(fakes.Play([[fakes.Task(task)]]))
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


def play(report: Any, path: str, run_dir: Path, heartbeats: Path) -> None:
    playbook = fakes.Playbook(path)
    report.v2_playbook_on_start(playbook)
    begin(report, run_dir)
    report.v2_runner_on_ok(fakes.result("localhost", PLAN, golive_heartbeat_dir=str(heartbeats)))


@pytest.mark.parametrize("path", ["playbooks/verify-prod.yml", "/x/golive/verify/playbooks/verify_prod.yml"])
@pytest.mark.parametrize(("status", "go"), [("pass", 1), ("fail", 0)])
def test_a_run_that_ends_leaves_its_heartbeat(report: Any, tmp_path: Path, path: str, status: str, go: int) -> None:
    run = fakes.run_directory(tmp_path / "run", status)
    play(report, path, run.path, tmp_path / "beats")
    report.v2_playbook_on_stats(FAILED)
    (beat,) = (tmp_path / "beats").iterdir()
    assert beat.name == "golive-shop-verify_prod.prom"
    told = beat.read_text(encoding="utf-8")
    of = '{environment="shop",playbook="verify_prod"}'
    assert f"golive_heartbeat_go{of} {go}\n" in told
    assert f"golive_heartbeat_finished{of} 1\n" in told
    assert f"golive_heartbeat_compared{of} 0\n" in told
    assert "golive_heartbeat_regressed{" not in told


@pytest.mark.parametrize(("drift", "said"), [('{"regressed": true}', "1"), ('{"regressed": false}', "0"), ("{", "")])
def test_the_heartbeat_says_whether_anything_regressed(report: Any, tmp_path: Path, drift: str, said: str) -> None:
    run = fakes.run_directory(tmp_path / "run")
    (run.path / "drift.json").write_text(drift, encoding="utf-8")
    play(report, "playbooks/drift.yml", run.path, tmp_path)
    report.v2_playbook_on_stats(FAILED)
    told = (tmp_path / "golive-shop-drift.prom").read_text(encoding="utf-8")
    found = [line.split()[-1] for line in told.splitlines() if line.startswith("golive_heartbeat_regressed{")]
    assert found == ([said] if said else [])


def test_a_heartbeat_that_cannot_be_left_costs_nothing_else(
    report: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = fakes.run_directory(tmp_path / "run")
    (tmp_path / "file").touch()
    play(report, "playbooks/drift.yml", run.path, tmp_path / "file")
    report.v2_playbook_on_stats(fakes.Stats())
    assert "report.json" in written(run.path)
    assert "the heartbeat could not be left in" in capsys.readouterr().err


def test_a_run_that_another_one_shut_out_ends_in_a_way_of_its_own(report: Any) -> None:
    begin(report)
    report.v2_runner_on_failed(fakes.result("web1", PLAN, golive_held=True, msg="…"))
    with pytest.raises(SystemExit) as end:
        report.v2_playbook_on_stats(FAILED)
    assert end.value.code == 75
