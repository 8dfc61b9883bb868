# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing: what got worse fails, what cannot be compared is no comparison, and both are told and kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from tests.unit.action.acting import HOSTS, RUN, SHOP, act, admit, content, refused, verified
from tests.unit.plugin_utils.attestations.place import ALICE

AGAIN = "runs/shop/20261125T030000Z-2"
COMPARED = ["drift.json", "drift.md", "history.json"]


@pytest.fixture
def accepted(shop: Path, keys: dict[str, Path]) -> Path:
    """A run that Alice has accepted."""
    admit({ALICE: keys[ALICE]}, ["baseline"])
    verified()
    act("accept", {**SHOP, "person": ALICE, "key": str(keys[ALICE])}, HOSTS)
    return shop


@pytest.mark.parametrize(
    ("web2", "failed", "msg", "counts"),
    [("pass", False, "nothing regressed", {}), ("fail", True, "regressed", {"regressed": 1})],
)
@pytest.mark.usefixtures("accepted")
def test_a_run_is_held_against_the_baseline(web2: str, failed: bool, msg: str, counts: dict[str, int]) -> None:
    run = verified(AGAIN, web2)
    before = content(Path())
    told = act("drift", {"run_dir": AGAIN}, check=True)
    assert (told["changed"], told["failed"], told["msg"]) == (False, failed, msg)
    assert told["golive_drift"] == {"baseline": counts}
    assert told["files"] == [f"{AGAIN}/drift.json", f"{AGAIN}/drift.md"]
    assert sorted(set(content(Path())) - set(before)) == [f"{AGAIN}/{name}" for name in COMPARED]
    kept = json.loads((run.path / "history.json").read_text("utf-8"))
    assert (kept["baseline"]["person"], kept["previous"]) == (ALICE, None)


@pytest.mark.usefixtures("accepted")
def test_it_is_held_against_the_last_run_as_well_where_history_has_one() -> None:
    act("store", {"run_dir": RUN, "runs_dir": "runs", "store": "yes"})
    verified(AGAIN, "fail")
    told = act("drift", {"run_dir": AGAIN, "runs_dir": "runs"})
    assert told["golive_drift"] == {"baseline": {"regressed": 1}, "last_run": {"regressed": 1}}


@pytest.mark.usefixtures("shop")
def test_with_nothing_to_compare_with_it_fails_and_history_says_why() -> None:
    run = verified()
    with pytest.raises(AnsibleActionFail, match=r"nothing to compare with: .*baseline\.json does not exist") as wrong:
        act("drift", {"run_dir": RUN, "runs_dir": "runs"})
    assert "history holds no earlier run, this being the first" in str(wrong.value)
    assert not (run.path / "drift.json").exists()
    assert json.loads((run.path / "history.json").read_text("utf-8"))["previous"] is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "golive.verify.drift: missing required arguments: run_dir"),
        ({"run_dir": "none"}, "nothing was compared: none/plan.json: "),
        ({"run_dir": RUN, "value": []}, "there is no option value; did you mean values?"),
        ({"run_dir": RUN, "values": [{"control": "a.b", "odd": 1}]}, "nothing was compared: "),
    ],
)
@pytest.mark.usefixtures("shop")
def test_what_cannot_be_meant_is_one_line(given: dict[str, Any], said: str) -> None:
    verified()
    assert said in refused("drift", given)


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (Path("baseline.json.sig").unlink, "baseline.json: it is not signed: baseline.json.sig is missing"),
        (lambda: Path("baseline.json").write_text("{", encoding="utf-8"), "baseline.json: line 1: is not JSON"),
        (lambda: Path("attestations/roles.yml").unlink(), "baseline.json: alice@example.com has neither the role"),
    ],
    ids=["unsigned", "garbage", "no-role"],
)
@pytest.mark.usefixtures("accepted")
def test_a_baseline_that_cannot_be_trusted_is_compared_with_nothing(then: Callable[[], object], said: str) -> None:
    verified(AGAIN)
    then()
    refusal = refused("drift", {"run_dir": AGAIN})
    assert refusal.startswith("nothing was compared: ")
    assert said in refusal


@pytest.mark.usefixtures("accepted")
def test_a_store_that_is_down_is_a_note_without_its_password() -> None:
    verified(AGAIN)
    told = act("drift", {"run_dir": AGAIN, "store": "postgresql://golive:s3cret@127.0.0.1:9/golive"})
    assert told["golive_drift"] == {"baseline": {}}
    kept = Path(AGAIN, "drift.json").read_text("utf-8")
    assert "history could not be read, so that the last run was not compared" in kept
    assert "s3cret" not in kept
