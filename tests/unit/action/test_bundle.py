# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packing the evidence: which run, what people have to be told, and no part of an archive after a refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleActionSkip

from ansible_collections.golive.verify.plugins.plugin_utils import writing
from ansible_collections.golive.verify.plugins.plugin_utils.reports import junit
from tests.unit.action.acting import RUN, SHOP, act, admit, edit, refused, verified
from tests.unit.plugin_utils.attestations.place import ALICE, BOB

STRIPE = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
SAID = {"person": ALICE, "key": "alice"}


@pytest.fixture
def options(shop: Path, keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What Alice has to say, when a run lacks one signature; of the formats, one that is quick to write."""
    monkeypatch.setattr(writing, "FORMATS", ["junit"])
    with (shop / "checklist.md").open("a", encoding="utf-8") as stream:
        stream.write("\n## Sign-off\n- [ ] Security Officer: ____\n")
    admit({ALICE: keys[ALICE]}, ["security_officer"])
    verified()
    return {**SAID, "key": str(keys[ALICE]), "run_dir": RUN}


def test_what_is_handed_over_and_told(options: dict[str, Any], shop: Path) -> None:
    told = act("bundle", options)
    assert Path(told["bundle"]).parent == shop / RUN
    assert told["sha256"] == hashlib.sha256(Path(told["bundle"]).read_bytes()).hexdigest()
    assert told["key"].startswith("SHA256:")
    assert (told["changed"], told["golive_reported"]) == (True, str(shop / RUN))
    assert (told["decision"], told["missing_signatures"], told["unwritten"], told["msg"]) == ("no_go", 1, {}, "")


def test_a_report_that_cannot_be_made_is_told(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit, "render", lambda dummy: 1 / 0)
    told = act("bundle", options)
    assert told["msg"] == "the junit report could not be written: ZeroDivisionError: division by zero"


_TWO = '"golive_checklist": "checklist.md", "golive_environment": "shop'


@pytest.mark.parametrize(
    ("sources", "given", "said"),
    [
        (["inventories/production"], {}, "attest.yml -i inventories/production"),
        ([], {}, _TWO),
        (["one", "two"], {"environment": "shop-eu"}, f"{_TWO}-eu"),
    ],
)
def test_who_has_to_sign_is_told_the_command(
    options: dict[str, Any], sources: list[str], given: dict[str, str], said: str
) -> None:
    act("bundle", options | given, {"ansible_inventory_sources": sources})
    assert said in Path(RUN, "sign-off.md").read_text("utf-8")


def test_without_a_run_it_takes_the_latest_one_and_writes_where_it_is_told(options: dict[str, Any], shop: Path) -> None:
    told = act("bundle", SHOP | {"dest": "handed", "person": ALICE, "key": options["key"]})
    assert told["golive_reported"] == str(shop / RUN)
    assert [path.name for path in (shop / "handed").iterdir()] == [Path(told["bundle"]).name]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "golive.verify.bundle: missing required arguments: key, person"),
        (SAID, "which environment is meant? Give one inventory with -i, or its checklist"),
        (SAID | SHOP, "no bundle: there is no run in runs/shop: verify first"),
        (SAID | {"run_dir": "none"}, "/none/plan.json: "),
    ],
)
@pytest.mark.usefixtures("shop")
def test_what_cannot_be_meant_is_one_line(given: dict[str, Any], said: str) -> None:
    assert said in refused("bundle", given)


@pytest.mark.parametrize(
    ("changed", "then", "said"),
    [
        ({"person": BOB}, None, f"{BOB} is not in attestations/allowed_signers"),
        ({"key": "none"}, None, "did not sign"),
        ({"allowed": ["("]}, None, "no bundle: allowed: "),
        ({"dest": "checklist.md/below"}, None, "checklist.md/below: Not a directory"),
        ({}, edit("checklist.md", "Health", "Healthy"), "checklist.md has changed since the run: verify again"),
        (
            {},
            edit("attestations/roles.yml", "people:", f"# {STRIPE}\npeople:"),
            "roles.yml:1: what looks like a Stripe",
        ),
    ],
    ids=["stranger", "no-key", "allowed", "no-place", "changed", "secret"],
)
def test_what_must_not_be_handed_over_is_not(
    options: dict[str, Any], changed: dict[str, Any], then: Callable[[], object] | None, said: str
) -> None:
    if then:
        then()
    with pytest.raises(AnsibleActionFail, match="no bundle: ") as wrong:
        act("bundle", options | changed)
    assert said in str(wrong.value)
    assert STRIPE[12:] not in str(wrong.value)
    assert [path for path in Path().rglob("*") if ".tar" in path.name or path.name.startswith(".draft")] == []
    assert not Path(RUN, "audit.md").exists()


def test_in_check_mode_it_is_skipped() -> None:
    with pytest.raises(AnsibleActionSkip):
        act("bundle", SAID, check=True)
