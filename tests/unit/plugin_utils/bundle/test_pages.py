# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first page, and the signatures that are asked for."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import report as reports
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.signers import Signers
from ansible_collections.golive.verify.plugins.plugin_utils.bundle import cover
from ansible_collections.golive.verify.plugins.plugin_utils.bundle.requests import Request, page, requests
from ansible_collections.golive.verify.plugins.plugin_utils.gate import Gate
from tests.unit.plugin_utils.governed import Run
from tests.unit.plugin_utils.reports import governed, sample

ALICE, BOB = "alice@example.com", "bob@example.com"
LINES = (
    '- [ ] "Quoted", it\'s <!-- golive: human -->',
    "- [ ] Seen by a machine <!-- golive: redis.persistence -->",
    "- [ ] Nobody says how",
    "- [ ] Signed for <!-- golive: human -->",
    "- [ ] Support is staffed <!-- golive: support.channels -->",
    "",
    "## Sign-off",
    "- [ ] Go <!-- golive: signoff.golive -->",
    "- [ ] Security Officer: ____",
)


def asked(tmp_path: Path, roles: Mapping[str, tuple[str, ...]]) -> tuple[list[Request], dict[str, Any]]:
    """What is asked for in a run over these lines, where a machine has seen one of them fail."""
    run = Run(tmp_path)
    run.answers("a", {"redis.persistence": "fail"})
    run.signed = {"Signed for": ("attested", "alice")}
    plan = run.plan(*LINES)
    gate = Gate(plan, run.outcomes, True)
    told = reports.contract(plan, gate, gate.decide(), True)
    lists = Signers(tuple(f"{person} ssh-ed25519 A".encode() for person in roles), roles, {})
    return requests(plan, told, lists), told


def test_what_only_people_can_say_is_asked_for_and_the_decision_last(tmp_path: Path) -> None:
    found, dummy = asked(tmp_path, {ALICE: ("tester", "security_officer"), BOB: ("go_live",)})
    texts = [each.item.text for each in found]
    assert texts[0] == '"Quoted", it\'s'
    assert texts[-2].startswith("Security Officer")
    assert texts[-1] == "Go"
    assert not {"Seen by a machine", "Nobody says how", "Signed for"} & set(texts)
    assert found[0].people == {ALICE: "tester", BOB: "go_live"}
    assert found[-2].people == {ALICE: "security_officer"}
    assert found[-1].people == {BOB: "go_live"}


def test_each_has_a_command_that_a_shell_takes_as_it_is_meant(tmp_path: Path) -> None:
    found, told = asked(tmp_path, {ALICE: ("tester",)})
    given = {"run_dir": "runs/r1", "golive_environment": "shop"}
    text = page(found, told, "inventories/my shop", given)
    first = text[text.index("      ansible-playbook") :].split("\n\n")[0]
    argv = shlex.split(first)
    assert argv[:4] == ["ansible-playbook", "playbooks/attest.yml", "-i", "inventories/my shop"]
    said = json.loads(argv[argv.index("-e") + 1])
    assert said["statement"] == '"Quoted", it\'s'
    assert (said["person"], said["role"], said["golive_environment"]) == (ALICE, "tester", "shop")
    assert "run_dir" not in said
    assert '"run_dir": "runs/r1"' in text[text.index("## Go\n") :]
    assert "nobody yet: attestations/roles.yml and allowed_signers name no one with security\\_officer" in text


def test_with_nothing_to_sign_it_says_so() -> None:
    assert "None is missing" in page([], sample.go(), "", {"run_dir": "r"})


def test_the_first_page_names_the_owners_of_what_blocks() -> None:
    packed = cover.Packed("golive-shop", ALICE, ["run/plan.json"], [], {})

    def who(report: Mapping[str, Any]) -> list[str]:
        text = cover.page(report, [], packed)
        rows = [line.split(" | ") for line in text.splitlines() if line.startswith(("| critical", "| high", "| low"))]
        return sorted(row[3] for row in rows)

    report = governed.report()
    assert who(report) == sorted(["Security Officer", *["nobody is named"] * 4])
    for item in report["items"]:
        item["owner"] = "web"
    assert set(who(report)) == {"web"}


def test_a_page_of_hostile_text_keeps_its_rows() -> None:
    packed = cover.Packed("golive-shop", ALICE, ["run/plan.json"], [], {})
    text = cover.page(sample.hostile(), [], packed)
    rows = [line for line in text.splitlines() if line.startswith(("| critical", "| high", "| medium", "| low"))]
    assert len(rows) == len(sample.hostile()["gate"]["reasons"])
    assert "\x1b" not in text
    assert "narrowed to section Redis" in cover.page(sample.narrowed(), [], packed)
