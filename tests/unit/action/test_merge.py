# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merging directories: whole or not at all, the same however often, and the slices stay as they are."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.plugin_utils import report
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory
from tests.unit.action.acting import act, inventory
from tests.unit.callback import fakes
from tests.unit.plugin_utils import dying

HOSTS = inventory("cache1", cache=["cache1"])


@pytest.fixture
def slices(tmp_path: Path) -> Path:
    """A directory of two slices, which saw the same."""
    fakes.run_directory(tmp_path / "slices" / "a")
    fakes.run_directory(tmp_path / "slices" / "b", status="fail")
    return tmp_path / "slices"


def merge(*slices: Path, **options: Any) -> dict[str, Any]:
    runs = next(each.parent for each in (slices[0], *slices[0].parents) if each.name == "slices") / "runs"
    given = {"slices": [str(each) for each in slices], "runs_dir": str(runs), **options}
    made: dict[str, Any] = act("merge", given, HOSTS)
    return made


def content(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_a_directory_of_slices_becomes_a_run_of_its_own_and_stays_as_it_is(slices: Path) -> None:
    before = content(slices)
    merged = merge(slices)
    directory = RunDirectory(merged["golive_run_dir"])
    assert directory.path.parent == slices.parent / "runs" / "shop"
    assert directory.path.stat().st_mode & 0o077 == 0
    assert (merged["slice_count"], merged["target_count"], merged["narrowed"]) == (2, 1, "")
    assert content(slices) == before
    assert not directory.decided()
    told = report.build(directory)
    assert told["gate"]["decision"] == "no_go"
    assert [check["status"] for check in told["checks"]] == ["fail"]
    assert {each["run"] for each in told["run"]["sources"]} == {"r"}


def test_merged_again_in_any_order_they_are_the_same_run_with_the_same_files(slices: Path) -> None:
    merged = merge(slices / "a", slices / "b")
    first = content(Path(merged["golive_run_dir"]))
    shutil.copytree(slices / "a", slices / "c")
    for again in (merge(slices / "b", slices / "a"), merge(slices / "c", slices / "b", slices / "a"), merge(slices)):
        assert again["golive_run_dir"] == merged["golive_run_dir"]
        assert content(Path(again["golive_run_dir"])) == first


def test_slices_are_given_on_the_command_line_separated_by_commas(slices: Path, tmp_path: Path) -> None:
    given = {"slices": f"{slices / 'a'},{slices / 'b'}", "run_dir": str(tmp_path / "merged")}
    assert act("merge", given, HOSTS)["slice_count"] == 2


def test_what_was_merged_is_no_slice_of_its_directory(slices: Path) -> None:
    merged = merge(slices, run_dir=str(slices / "merged"))
    first = content(slices / "merged")
    assert merge(slices, run_dir=str(slices / "merged"))["slice_count"] == merged["slice_count"] == 2
    assert content(slices / "merged") == first


def test_another_run_is_never_overwritten(slices: Path, tmp_path: Path) -> None:
    merge(slices / "a", run_dir=str(tmp_path / "merged"))
    before = content(tmp_path / "merged")
    with pytest.raises(
        AnsibleActionFail, match=r"nothing was merged: .*/merged exists already: a run never overwrites another"
    ):
        merge(slices / "a", slices / "b", run_dir=str(tmp_path / "merged"))
    assert content(tmp_path / "merged") == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_slices_that_are_cut_off_or_garbage_count_with_what_is_there(slices: Path) -> None:
    (slices / "b" / "plan.json").write_text('{"schema": 3, "run"', encoding="utf-8")
    (slices / "empty").mkdir()
    (slices / "a" / "results" / "cache1.more.json").write_text('{"results": [{"contr', encoding="utf-8")
    told = report.build(RunDirectory(merge(slices)["golive_run_dir"]))
    assert told["gate"]["decision"] == "no_go"
    blocking = [each["message"] for each in told["findings"] if each["blocks"]]
    assert [
        any(said in message for message in blocking) for said in ("b/plan.json", "empty/plan.json", "cache1.more")
    ] == [True] * 3
    assert [check["status"] for check in told["checks"]] == ["pass"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "golive.verify.merge: missing required arguments: slices"),
        ({"slices": []}, "nothing was merged: there is no slice to merge"),
        ({"slices": ["/nowhere/at/all"]}, "golive.verify.merge: slices: there is no directory /nowhere/at/all"),
        ({"slices": ["/etc/ssl"], "window_hours": "long"}, "window_hours"),
        ({"slice": ["/etc/ssl"]}, "there is no option slice; did you mean slices?"),
    ],
    ids=["missing", "none", "nowhere", "window", "misspelled"],
)
def test_wrong_options_are_one_line_with_their_name(options: dict[str, Any], said: str) -> None:
    with pytest.raises(AnsibleActionFail) as wrong:
        act("merge", options, HOSTS)
    assert said in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_no_part_of_a_run_is_left_where_it_cannot_be_written(slices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    for where, name in ((os, "fsync"), (Path, "chmod"), (Path, "rename")):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, full)
            with pytest.raises(AnsibleActionFail, match=r"nothing was merged: .*No space left on device"):
                merge(slices)
        assert list((slices.parent / "runs" / "shop").iterdir()) == []
    assert Path(merge(slices)["golive_run_dir"]).exists()


@pytest.mark.parametrize("point", dying.POINTS)
def test_a_merge_that_is_killed_leaves_nothing_or_all_of_it(slices: Path, point: str) -> None:
    whole = content(Path(merge(slices, runs_dir=str(slices.parent / "whole"))["golive_run_dir"]))
    for nth in range(1, 6):
        runs = slices.parent / f"runs{nth}"
        died = dying.killed(point, nth, lambda runs=runs: merge(slices, runs_dir=str(runs)))  # type: ignore[misc]
        assert died is (nth <= len(whole))
        made = [path for path in (runs / "shop").iterdir() if not path.name.startswith(".")]
        assert made == [] if died else [content(path) for path in made] == [whole]
        again = merge(slices, runs_dir=str(runs))
        assert content(Path(again["golive_run_dir"])) == whole
