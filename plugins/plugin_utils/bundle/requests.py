# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signatures that a run lacks, each as a statement that only waits for its person: who may sign, and the command.

Only what no machine speaks against is asked for: a signature never outweighs what was seen.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.attestations import go_live
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.signers import Signers
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.standing import VERIFIER
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.comments import HUMAN
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Plan
from ansible_collections.golive.verify.plugins.plugin_utils.reports.markdown import escaped

FILE = "sign-off.md"
_LACKING = ("error", "expired", "fail", "missed")
_KEY = "~/.ssh/id_ed25519"


@dataclass(frozen=True, slots=True)
class Request:
    """One signature that is missing. roles: those in which it may be given, empty for any; people: who holds one."""

    item: Item
    why: str
    roles: tuple[str, ...]
    people: Mapping[str, str]

    @property
    def decides(self) -> bool:
        """Whether it is the decision to go live, which is refused while anything critical does not hold."""
        return any(go_live.decides(role, self.item.controls) for role in self.roles or ("",))

    @property
    def who(self) -> str:
        """Who may sign, in Markdown; a person's name has nothing in it that Markdown would obey."""
        if self.people:
            return ", ".join(f"`{person}` as {role}" for person, role in self.people.items())
        wanted = escaped(" or ".join(self.roles) or "any role")
        return f"nobody yet: attestations/roles.yml and allowed_signers name no one with {wanted}"


def requests(plan: Plan, report: Mapping[str, Any], lists: Signers) -> list[Request]:
    """All of them in the checklist's order, the decision to go live last."""
    return sorted(_requests(plan, report, lists), key=lambda each: each.decides)


def _requests(plan: Plan, report: Mapping[str, Any], lists: Signers) -> Iterator[Request]:
    for item, told in zip(plan.items, report["items"], strict=True):
        seen = any(check["verifier"] != VERIFIER for check in summary.against(report, told))
        if told["status"] in _LACKING and not seen and _is_for_people(item, plan):
            roles = lists.wanted_roles(item.controls, item)
            yield Request(item, told["reason"], roles, _people(roles, lists))


def _is_for_people(item: Item, plan: Plan) -> bool:
    """Whether a signature is what the item lacks: it asks for one, had one, or no verifier proves what it needs."""
    unprovable = item.controls and all(control in plan.unprovable for control in item.controls)
    return item.mark == HUMAN or bool(item.role) or item.id in plan.governance.signed or bool(unprovable)


def _people(roles: Sequence[str], lists: Signers) -> dict[str, str]:
    """Who may sign, and in which role."""
    return {
        person: next(role for role in own if not roles or role in roles)
        for person, own in lists.roles.items()
        if (set(own) & set(roles) if roles else own) and lists.admitting(person)
    }


def page(asked: Sequence[Request], report: Mapping[str, Any], inventory: str, given: Mapping[str, str]) -> str:
    """The requests as a page: each with the command that signs it. given: what attest.yml has to be told besides."""
    lines = [f"# {escaped(report['run']['environment'])}: signatures to give\n"]
    if not asked:
        return lines[0] + "\nNone is missing that a person could give.\n"
    lines.append(
        "Sign only what you know to be so, and put it in your own words: change `statement`. Add `evidence` where"
    )
    lines.append("there is some, and your own key. docs/howto/attestations.md says what a signature stands for.\n")
    for each in asked:
        lines.append(f"## {escaped(each.item.text)}\n")
        lines.append(f"- line {each.item.line} of the checklist: {escaped(each.why)}")
        lines.append(f"- who may sign: {each.who}")
        if each.decides:
            lines.append("- sign this last: it is refused while anything critical does not hold in this run")
        lines += ["", *(f"      {line}" for line in _command(each, report, inventory, given)), ""]
    return "\n".join(lines)


def _command(request: Request, report: Mapping[str, Any], inventory: str, given: Mapping[str, str]) -> Iterator[str]:
    person, role = next(iter(request.people.items()), ("PERSON", next(iter(request.roles), "ROLE")))
    said = {"item": request.item.id, "role": role, "person": person, "key": _KEY, "statement": request.item.text}
    run = {"run_dir": str(Path(given["run_dir"]))} if request.decides else {}
    told = {**said, **run, **{name: value for name, value in given.items() if name != "run_dir"}}
    yield f"ansible-playbook playbooks/attest.yml {f'-i {shlex.quote(inventory)} ' if inventory else ''}\\"
    yield f"    -e {shlex.quote(json.dumps(told, ensure_ascii=False))}"
