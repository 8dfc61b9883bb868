# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sign a statement for what no machine can see, or approve one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import checklist, moments
from ansible_collections.golive.verify.plugins.plugin_utils.attestations import go_live, reading, signing
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import Attestation, BadAttestations
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.verifying import World
from ansible_collections.golive.verify.plugins.plugin_utils.environments import Environment
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity

_NEEDED = ("statement", "role")
_QUOTE = """quote a value that has spaces twice, as in -e statement="'No finding is open'", or give JSON"""
_DAYS = re.compile(r"([1-9][0-9]{0,3})d")


class ActionModule(ActionBase):
    """Runs on the controller, where the keys are."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the files and name them; whatever stands against it fails the task before anything is written."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        if "_raw_params" in variables:
            lost = str(variables["_raw_params"])
            raise AnsibleActionFail(f"{lost!r} on the command line belongs to no variable: {_QUOTE}")
        want = interface("golive.verify.attest").parse(self._task.args)
        try:
            return _Session(want, variables, self._task.check_mode).run()
        except (BadAttestations, signing.CannotAttest, go_live.Refused, checklist.BadChecklist) as wrong:
            raise AnsibleActionFail(f"nothing was signed: {wrong}") from wrong


class _Session:
    def __init__(self, want: Wanted, variables: Mapping[str, Any], check_mode: bool) -> None:
        self._want, self._check_mode = want, check_mode
        self._now = datetime.now(UTC).replace(microsecond=0)
        self._environment = Environment.meant(want, variables)
        self._known = self._environment.known()
        self._checklist = checklist.read(self._environment.checklist, self._known)
        directory = Path(want.environment_dir or self._environment.checklist.parent).absolute()
        self._world = World(directory, self._checklist.items, self._known, self._now)

    def run(self) -> dict[str, Any]:
        if self._want.approve:
            made = reading.read(Path(self._want.approve).absolute())
            self._decision(made.role, made.control, made.item)
            files = [] if self._check_mode else self._approve(made)
        else:
            made = self._composed()
            files = [] if self._check_mode else signing.attest(made, Path(self._want.key), self._world)
        return {"changed": True, "files": [str(path) for path in files], "expires": moments.shown(made.expires)}

    def _composed(self) -> Attestation:
        want = self._want
        missing = [name for name in _NEEDED if not want[name]]
        if missing or bool(want.item) == bool(want.control):
            lacking = " and ".join(missing) or "one of item and control"
            raise signing.CannotAttest(f"give {lacking}")
        item = self._item(want.item).id if want.item else ""
        if want.control and want.control not in self._known:
            raise signing.CannotAttest(f"there is no control {want.control}")
        return signing.composed(
            signing.Statement(
                statement=want.statement,
                role=want.role,
                person=want.person,
                expires=self._expires(want.expires),
                control=want.control or "",
                item=item,
                evidence=want.evidence,
                approved_by=want.approved_by or "",
                run=self._decision(want.role, want.control or "", item),
            ),
            self._world,
        )

    def _approve(self, made: Attestation) -> list[Path]:
        return signing.approve(made, self._want.person, Path(self._want.key), self._world)

    def _item(self, named: str) -> checklist.Item:
        """The item with this id, or the only one with this text."""
        words = " ".join(named.split()).casefold()
        items = self._checklist.items
        found = [item for item in items if item.id == named] or [
            item for item in items if " ".join(item.text.split()).casefold() == words
        ]
        if len(found) == 1:
            return found[0]
        choice = ", ".join(f"{item.id} (line {item.line})" for item in found)
        raise signing.CannotAttest(
            f"{len(found)} items have this text; name one by its id: {choice}"
            if found
            else f"{self._checklist.path} has no item with the id or text {named[:80]!r}"
        )

    def _expires(self, text: str) -> str:
        days = _DAYS.fullmatch(text)
        return moments.shown(self._now + timedelta(days=int(days[1]))) if days else text

    def _decision(self, role: str, control: str, item: str) -> dict[str, str]:
        """What a decision to go live keeps of the run that it rests on; nothing for any other statement."""
        if not go_live.decides(role, self._world.controls(control, item)):
            return {}
        critical = {name for name, known in self._known.items() if known.severity is Severity.CRITICAL}
        return go_live.examined(
            self._run_dir(), self._environment.name, self._checklist.sha256, critical, now=self._now
        )

    def _run_dir(self) -> Path:
        if self._want.run_dir:
            return Path(self._want.run_dir)
        latest = self._environment.latest_run()
        if latest is None:
            raise go_live.Refused(f"there is no run in {self._environment.runs}: verify first")
        return latest.path
