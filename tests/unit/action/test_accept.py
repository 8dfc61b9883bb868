# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accepting: both files of the baseline or none, and only of a whole run over the checklist as it stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.action.acting import HOSTS, RUN, SHOP, act, admit, content, edit, refused, verified
from tests.unit.plugin_utils import dying
from tests.unit.plugin_utils.attestations.place import ALICE

PERSON: dict[str, Any] = {"person": ALICE, "key": "alice"}
MADE = ["baseline.json", "baseline.json.sig"]


@pytest.fixture
def options(shop: Path, keys: dict[str, Path]) -> dict[str, Any]:
    """What Alice, who may accept, has to say."""
    admit({ALICE: keys[ALICE]}, ["baseline"])
    return {**SHOP, "person": ALICE, "key": str(keys[ALICE])}


def test_the_latest_run_is_accepted_and_signed(options: dict[str, Any], shop: Path) -> None:
    run = verified(web2="fail")
    before = content(Path())
    told = act("accept", options | {"reason": "As launched"}, HOSTS)
    assert told == {
        "changed": True,
        "run": run.plan().run,
        "files": [str(shop / name) for name in MADE],
        "summary": {"fail": 1},
    }
    written = content(Path())
    assert sorted(set(written) - set(before)) == MADE
    kept = json.loads(written["baseline.json"])
    assert (kept["person"], kept["reason"]) == (ALICE, "As launched")


def test_check_mode_says_the_same_and_writes_nothing(options: dict[str, Any]) -> None:
    verified()
    before = content(Path())
    told = act("accept", options, HOSTS, check=True)
    assert (told["changed"], told["files"], told["summary"]) == (True, [], {"pass": 1})
    assert content(Path()) == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (SHOP, "golive.verify.accept: missing required arguments: key, person"),
        (SHOP | PERSON | {"reasons": "x"}, "there is no option reasons; did you mean reason?"),
        (PERSON, "which environment is meant? Give one inventory with -i, or its checklist"),
        (SHOP | PERSON | {"run_dir": "none"}, "nothing was accepted: none/plan.json: "),
        (SHOP | PERSON | {"environment": "new"}, "nothing was accepted: there is no run in runs/new: verify first"),
        (SHOP | PERSON | {"collections": ["acme.none"]}, "there is no collection acme.none"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_what_cannot_be_meant_is_one_line(given: dict[str, Any], said: str) -> None:
    assert said in refused("accept", given)


@pytest.mark.parametrize(
    ("run", "then", "said"),
    [
        ({}, edit("checklist.md", "Health", "Healthy"), "the checklist has changed since the run"),
        ({}, Path("checklist.md").unlink, "checklist.md: cannot be read: No such file or directory"),
        ({}, Path(RUN, "decision.json").unlink, "did not finish: verify again"),
        ({"slice": "job 1/2"}, None, "was narrowed to slice job 1/2: verify without narrowing"),
        ({"environment": "blog"}, None, "is one of blog, not of shop"),
        ({}, Path(RUN, "plan.json").unlink, "runs/shop"),
        ({}, Path("baseline.json").mkdir, "baseline.json: cannot be written: Is a directory"),
    ],
    ids=["changed", "gone", "killed", "narrowed", "another", "no-run", "no-place"],
)
def test_what_must_not_be_accepted_is_not(
    options: dict[str, Any], run: dict[str, Any], then: Callable[[], object] | None, said: str
) -> None:
    verified(**run)
    if then:
        then()
    refusal = refused("accept", options, HOSTS)
    assert refusal.startswith("nothing was accepted: ")
    assert said in refusal


def test_a_run_that_looked_at_nothing_is_none_to_accept(options: dict[str, Any]) -> None:
    for each in (verified().path / "results").iterdir():
        each.unlink()
    assert "looked at nothing" in refused("accept", options, HOSTS)


@pytest.mark.parametrize("point", ["before a draft", "with a whole draft", "before it takes its place"])
def test_without_room_there_is_neither_file(options: dict[str, Any], point: str) -> None:
    verified()
    with dying.failing(point, 1, dying.no_room):
        assert "baseline.json: cannot be written: No space left on device" in refused("accept", options, HOSTS)


def test_without_ssh_keygen_it_says_so(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    verified()
    monkeypatch.setenv("PATH", "")
    assert "ssh-keygen cannot be run: No such file or directory" in refused("accept", options, HOSTS)
