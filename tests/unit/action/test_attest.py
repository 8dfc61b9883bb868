# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing statements: what is written stands, what is refused leaves nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import writing
from tests.unit.action.acting import HOSTS, RUN, SHOP, act, admit, content, refused, verified
from tests.unit.plugin_utils import dying
from tests.unit.plugin_utils.attestations.place import ALICE, BOB

STATEMENT = {"item": "health", "statement": "It holds", "role": "tester"}
SAID = {**SHOP, "person": ALICE, "key": "alice"}


@pytest.fixture
def options(shop: Path, keys: dict[str, Path]) -> dict[str, Any]:
    """What Alice has to say beside her statement."""
    admit(keys, ["tester", "go_live"])
    return {**SHOP, "person": ALICE, "key": str(keys[ALICE])}


def new(before: dict[str, bytes]) -> list[str]:
    return sorted(set(content(Path())) - set(before))


def test_a_statement_is_signed_and_then_approved(options: dict[str, Any], keys: dict[str, Path], shop: Path) -> None:
    before = content(Path())
    made = act("attest", options | STATEMENT | {"expires": "30d", "approved_by": BOB}, HOSTS)
    signature, path = made["files"]
    assert made["changed"] is True
    expires = datetime.fromisoformat(made["expires"])
    assert timedelta(days=29, hours=23) < expires - datetime.now(UTC) <= timedelta(days=30)
    assert [str(shop / name) for name in new(before)] == [path, signature]
    before = content(Path())
    approved = act("attest", {**SHOP, "person": BOB, "key": str(keys[BOB]), "approve": path}, HOSTS)
    assert approved["files"] == [f"{path}.{BOB}.sig"]
    assert new(before) == [str(Path(path).relative_to(shop)) + f".{BOB}.sig"]


def test_check_mode_says_when_it_would_expire_and_signs_nothing(options: dict[str, Any]) -> None:
    before = content(Path())
    told = act("attest", options | STATEMENT | {"expires": "1d"}, HOSTS, check=True)
    assert (told["changed"], told["files"]) == (True, [])
    assert datetime.fromisoformat(told["expires"]) > datetime.now(UTC)
    assert content(Path()) == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"person": None, "key": None}, "golive.verify.attest: missing required arguments: key, person"),
        ({"checklist": None}, "which environment is meant? Give one inventory with -i, or its checklist"),
        ({}, "nothing was signed: give statement and role"),
        ({"statement": "x"}, "nothing was signed: give role"),
        (STATEMENT | {"control": "http.health"}, "nothing was signed: give one of item and control"),
        (STATEMENT | {"item": "Nothing"}, "checklist.md has no item with the id or text 'Nothing'"),
        (STATEMENT | {"item": "twice"}, "2 items have this text; name one by its id: "),
        (STATEMENT | {"item": "", "control": "http.helth"}, "nothing was signed: there is no control http.helth"),
        (STATEMENT | {"expires": "0d"}, "nothing was signed: "),
        (STATEMENT | {"expires": "400d"}, "nothing was signed: "),
        (STATEMENT | {"evidence": ["../hosts.yml"]}, "the evidence ../hosts.yml is not a plain file below "),
        (STATEMENT | {"evidence": ["none.pdf"]}, "none.pdf cannot be read: No such file or directory"),
        (STATEMENT | {"role": "go_live"}, "nothing was signed: there is no run in runs/shop: verify first"),
        (STATEMENT | {"checklist": "none.md"}, "nothing was signed: "),
        (STATEMENT, "nothing was signed: alice@example.com is not in attestations/allowed_signers"),
        ({"approve": "none.yml"}, "none.yml"),
    ],
)
def test_what_cannot_be_signed_is_one_line(shop: Path, given: dict[str, Any], said: str) -> None:
    with (shop / "checklist.md").open("a", encoding="utf-8") as stream:
        stream.write("- [ ] Twice\n- [ ] Twice\n")
    asked = {name: value for name, value in (SAID | given).items() if value is not None}
    assert said in refused("attest", asked)


@pytest.mark.usefixtures("shop")
def test_words_that_a_shell_took_for_more_are_not_lost_in_silence() -> None:
    said = refused("attest", SAID | STATEMENT, {"_raw_params": "finding is open"})
    assert said.startswith("'finding is open' on the command line belongs to no variable: quote a value")


def test_who_decides_to_go_live_rests_on_a_run(options: dict[str, Any]) -> None:
    run = verified()
    decision = options | STATEMENT | {"role": "go_live", "expires": "30d"}
    assert "the run has no report" in refused("attest", decision, HOSTS)
    writing.write(run, ["json"])
    made = act("attest", decision | {"run_dir": RUN}, HOSTS)
    assert run.plan().run in Path(made["files"][-1]).read_text("utf-8")


@pytest.mark.parametrize("point", ["before a draft", "with a whole draft"])
@pytest.mark.parametrize("nth", [1, 2])
def test_without_room_neither_statement_nor_signature_is_left(options: dict[str, Any], point: str, nth: int) -> None:
    with dying.failing(point, nth, dying.no_room):
        assert "No space left on device" in refused("attest", options | STATEMENT, HOSTS)


def test_without_ssh_keygen_it_says_so(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "nothing was signed: ssh-keygen cannot be run: " in refused("attest", options | STATEMENT, HOSTS)
