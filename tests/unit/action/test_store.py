# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping history: once however often, told in the run's directory, and never at the cost of the verdict."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.plugin_utils.store import runs
from tests.unit.action.acting import RUN, act, content, refused, verified

STORE: dict[str, Any] = {"run_dir": RUN, "runs_dir": "runs", "store": "yes"}
AGAIN = "runs/shop/20261125T030000Z-2"


@pytest.fixture(autouse=True)
def run(shop: Path) -> Path:
    return shop / RUN if verified() else shop


def history(run_dir: str = RUN) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(Path(run_dir, "history.json").read_text("utf-8"))
    return kept


def test_a_run_is_stored_once_however_often_and_compared_with_the_one_before() -> None:
    for dummy in range(2):
        told = act("store", STORE)
        assert told == {"changed": True, "stored": True, "result_count": 2, "dropped_runs": 0}
    verified(AGAIN, "fail")
    act("store", STORE | {"run_dir": AGAIN})
    assert [each["run"] for each in history(AGAIN)["runs"]] == [Path(RUN).name, Path(AGAIN).name]
    assert [each["word"] for each in history(AGAIN)["changes"]] == ["regressed"]
    assert (history()["previous"], history()["notes"]) == (None, [])


def test_runs_beyond_those_to_keep_are_dropped() -> None:
    act("store", STORE)
    verified(AGAIN)
    assert act("store", STORE | {"run_dir": AGAIN, "keep_runs": 1})["dropped_runs"] == 1


def test_in_check_mode_nothing_is_kept() -> None:
    before = content(Path())
    assert act("store", STORE, check=True) == {"changed": False, "skipped": True}
    assert content(Path()) == before


def test_a_baseline_that_cannot_be_trusted_is_a_note() -> None:
    Path("baseline.json").write_text("{", encoding="utf-8")
    assert act("store", STORE)["stored"] is True
    (note,) = history()["notes"]
    assert note.startswith("the baseline was not compared: ")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"run_dir": None}, "golive.verify.store: missing required arguments: run_dir"),
        ({"keep_days": "long"}, "keep_days"),
        ({"run_dir": "none"}, "the run was not stored: none/plan.json: "),
        ({"store": "mysql://db/golive"}, "the run was not stored: the store's address is neither a path nor a URL"),
        ({"store": "checklist.md"}, "/checklist.md: file is not a database"),
        ({"store": "checklist.md/history"}, "/checklist.md/history: "),
        ({"store": "postgresql://golive:s3cret@127.0.0.1:9/golive"}, "the run was not stored: postgresql+psycopg://go"),
    ],
)
def test_what_cannot_be_stored_is_one_line(given: dict[str, Any], said: str) -> None:
    refusal = refused("store", {name: value for name, value in (STORE | given).items() if value is not None})
    assert said in refusal
    assert "s3cret" not in refusal


@pytest.mark.parametrize("store", ["postgresql://golive:s3cret@127.0.0.1:9/golive", "checklist.md"])
def test_where_that_is_asked_it_costs_nothing_and_the_reports_tell_it(store: str, run: Path) -> None:
    before = (run / "decision.json").read_bytes()
    told = act("store", STORE | {"store": store, "best_effort": True})
    assert (told["changed"], told["stored"]) == (False, False)
    assert told["msg"].startswith("the run was not stored: ")
    assert "s3cret" not in told["msg"]
    assert history()["notes"] == [told["msg"]]
    assert (run / "decision.json").read_bytes() == before


def test_without_the_library_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    said = refused("store", STORE)
    assert said == "the run was not stored: history needs the Python library sqlalchemy: see requirements/history.in"


def test_what_breaks_halfway_leaves_nothing_of_the_run_in_history(monkeypatch: pytest.MonkeyPatch) -> None:
    act("store", STORE)
    verified(AGAIN)
    with monkeypatch.context() as patch:
        patch.setattr(runs, "_drop", lambda *dummy: 1 / 0)
        with pytest.raises(AnsibleActionFail, match="the run was not stored: ZeroDivisionError: division by zero"):
            act("store", STORE | {"run_dir": AGAIN})
    act("store", STORE)
    assert [each["run"] for each in history()["runs"]] == [Path(RUN).name]
