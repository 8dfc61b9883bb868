# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the options of an action of the controller is one line that names the option, before any work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory
from tests.unit.action.acting import act, inventory
from tests.unit.callback import fakes

HOSTS = inventory("web1", "web2", web=["web1", "web2"])


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """An environment with a checklist and one run."""
    (tmp_path / "checklist.md").write_text("- [ ] Health <!-- golive: http.health on=web -->\n", encoding="utf-8")
    fakes.run_directory(tmp_path / "runs" / "shop" / "20261124T030000Z-1")
    return tmp_path


def filled(value: Any, shop: Path) -> Any:
    return json.loads(json.dumps(value).replace("SHOP", str(shop)))


CHECKLIST = {"checklist": "SHOP/checklist.md", "environment": "shop", "runs_dir": "SHOP/runs"}
PERSON = {"person": "ada@example.com", "key": "SHOP/key"}
STATEMENT = {"item": "Health", "statement": "It holds", "role": "cto", "expires": "2027-01-01"}
RUN = "SHOP/runs/shop/20261124T030000Z-1"

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("accept", CHECKLIST, "golive.verify.accept: missing required arguments: key, person"),
    ("accept", CHECKLIST | PERSON | {"reasons": "x"}, "there is no option reasons; did you mean reason?"),
    ("accept", {**PERSON}, "which environment is meant? Give one inventory with -i, or its checklist"),
    ("accept", CHECKLIST | PERSON | {"run_dir": "SHOP/none"}, "nothing was accepted: SHOP/none/plan.json: "),
    ("accept", CHECKLIST | PERSON | {"environment": "new"}, "nothing was accepted: there is no run in SHOP/runs/new"),
    ("accept", CHECKLIST | PERSON, "nothing was accepted: the checklist has changed since the run r"),
    ("attest", CHECKLIST, "golive.verify.attest: missing required arguments: key, person"),
    ("attest", CHECKLIST | PERSON, "nothing was signed: give "),
    ("attest", CHECKLIST | PERSON | STATEMENT | {"control": "http.health"}, "give one of item and control"),
    ("attest", CHECKLIST | PERSON | STATEMENT | {"item": "Nothing"}, "nothing was signed: "),
    ("attest", CHECKLIST | PERSON | {"approve": "SHOP/none.yml"}, "SHOP/none.yml"),
    ("bind", CHECKLIST | {"confidence": "high"}, "confidence"),
    ("bind", CHECKLIST | {"matcher": "magic"}, "nothing was written: "),
    ("bind", CHECKLIST | {"checklist": "SHOP/none.md"}, "SHOP/none.md"),
    ("bind", CHECKLIST | {"collections": ["acme.none"]}, "there is no collection acme.none"),
    ("drift", {}, "golive.verify.drift: missing required arguments: run_dir"),
    ("drift", {"run_dir": "SHOP/none"}, "nothing was compared: SHOP/none/plan.json: "),
    ("drift", {"run_dir": RUN, "value": []}, "there is no option value; did you mean values?"),
    ("drift", {"run_dir": RUN, "values": [{"control": "a.b", "odd": 1}]}, "nothing was compared: "),
    ("gate", {}, "golive.verify.gate: missing required arguments: run_dir"),
    ("gate", {"run_dir": "SHOP/none"}, "the run cannot be read: SHOP/none/plan.json: "),
    ("gate", {"run_dir": RUN, "show": "all"}, "show"),
    ("plan", {}, "golive.verify.plan: missing required arguments: checklist"),
    ("plan", CHECKLIST | {"checklist": "SHOP/none.md"}, "SHOP/none.md"),
    ("plan", CHECKLIST | {"gate": ["fail is nice"]}, "golive_gate: "),
    ("plan", CHECKLIST | {"launch": "tomorrow"}, "golive_launch: 'tomorrow' is neither a date"),
    ("plan", CHECKLIST | {"resume": "SHOP/none"}, "nothing was verified: resume: SHOP/none/plan.json: "),
    ("plan", CHECKLIST | {"resume": "last", "environment": "new"}, "resume: there is no run in SHOP/runs/new"),
    (
        "plan",
        CHECKLIST | {"resume": "last"},
        "resume: run r cannot be resumed: the checklist SHOP/checklist.md has changed",
    ),
    ("plan", CHECKLIST | {"resume": "last", "resume_max_hours": "few"}, "resume_max_hours"),
    ("plan", CHECKLIST | {"run_dir": RUN}, f"{RUN} exists already: a run never overwrites another"),
    ("report", {"run_dir": "SHOP/none"}, "no report: SHOP/none/plan.json: "),
    ("report", {"run_dir": RUN, "formats": ["pdf"]}, "formats"),
    ("store", {}, "golive.verify.store: missing required arguments: run_dir"),
    ("store", {"run_dir": RUN, "keep_days": "long"}, "keep_days"),
    ("store", {"run_dir": "SHOP/none"}, "the run was not stored: SHOP/none/plan.json: "),
    ("store", {"run_dir": RUN, "store": "mysql://db/golive"}, "the run was not stored: the store's address is neither"),
    (
        "store",
        {"run_dir": RUN, "store": "SHOP/checklist.md"},
        "the run was not stored: SHOP/checklist.md: file is not a",
    ),
]


@pytest.mark.parametrize(("action", "options", "said"), WRONG, ids=[f"{each[0]}-{n}" for n, each in enumerate(WRONG)])
def test_wrong_options_are_one_line(shop: Path, action: str, options: dict[str, Any], said: str) -> None:
    before = sorted(path for path in shop.rglob("*") if not path.name.startswith("."))
    with pytest.raises(AnsibleActionFail) as wrong:
        act(
            action, filled(options, shop), {**HOSTS, "inventory_dir": None} if action in ("accept", "attest") else HOSTS
        )
    assert filled(said, shop) in str(wrong.value)
    assert "\n" not in str(wrong.value)
    assert "Traceback" not in str(wrong.value)
    assert sorted(path for path in shop.rglob("*") if not path.name.startswith(".")) == before


def test_a_plan_is_of_the_hosts_of_the_play_and_a_slice_has_a_name_of_its_own(shop: Path) -> None:
    plan = {**filled(CHECKLIST, shop), "environment": "other"}
    whole = act("plan", plan | {"run_dir": str(shop / "whole")}, HOSTS)
    assert (whole["target_count"], whole["item_count"], whole["narrowed"]) == (2, 1, "")
    sliced = act("plan", plan | {"slice": "job 7/9"}, HOSTS)
    assert sliced["narrowed"] == "slice job 7/9"
    assert Path(sliced["golive_run_dir"]).name.endswith("-job-7-9")
    made = RunDirectory(whole["golive_run_dir"]).plan()
    assert (made.targets["web1"], made.everywhere["web"]) == (["all", "web"], ["web1", "web2"])
    assert set(made.versions) >= {"ansible-core", "python", "golive.verify", "catalogue"}


def test_history_that_cannot_be_kept_is_told_and_costs_nothing_where_that_is_asked(shop: Path) -> None:
    run = shop / "runs" / "shop" / "20261124T030000Z-1"
    before = (run / "decision.json").read_bytes()
    for store in ("postgresql://golive:s3cret@127.0.0.1:9/golive", str(shop / "checklist.md")):
        told = act("store", {"run_dir": str(run), "store": store, "best_effort": True})
        assert told["stored"] is False
        assert told["msg"].startswith("the run was not stored: ")
        assert "s3cret" not in told["msg"]
    assert (run / "decision.json").read_bytes() == before
