# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begin a run: read the checklist, see which hosts are to be verified, and write both down before the first look."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible import __version__ as ansible_version
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.golive.verify.plugins.plugin_utils import (
    checklist,
    governance,
    heartbeat,
    lock,
    moments,
    owners,
    resuming,
)
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.standing import HOST, VERIFIER
from ansible_collections.golive.verify.plugins.plugin_utils.binding.stated import stated
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control, catalogue, catalogue_in, digest
from ansible_collections.golive.verify.plugins.plugin_utils.environments import plugins_of, version_of
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface, provable
from ansible_collections.golive.verify.plugins.plugin_utils.inventory import Inventory
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan, select_controls
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory

OWN_PLUGINS = Path(__file__).parents[1]


class ActionModule(ActionBase):
    """Runs once, on the controller; every host of the play is a target."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the plan and tell where the run keeps its results."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        want = interface("golive.verify.plan").parse(self._task.args)
        path = Path(want.checklist)
        plugins = plugins_of(want.collections)
        known = catalogue(map(catalogue_in, plugins))
        environment = want.environment or Path(str(variables.get("inventory_dir", "inventory"))).name
        now = datetime.now(UTC)
        try:
            unlocked = _alone(want, environment, now)
        except lock.Held as held:
            said = f"nothing was verified, as two runs over {environment} must not overlap: {held}"
            return {"failed": True, "golive_held": True, "msg": said}
        try:
            read = checklist.read(path, known)
            decided, attested = governance.read(
                Path(want.environment_dir or path.parent),
                read.items,
                known,
                now=now,
                launch=want.launch or "",
                gate=want.gate,
                runs=Path(want.runs_dir) / environment,
            )
        except (checklist.BadChecklist, governance.BadGovernance) as wrong:
            raise AnsibleActionFail(str(wrong)) from wrong
        plan = self._plan(want, variables, environment, now, read, decided, known, provable([OWN_PLUGINS, *plugins]))
        plan, kept = _resumed(want, plan)
        directory = RunDirectory(want.run_dir or Path(want.runs_dir) / plan.environment / plan.run)
        try:
            directory.create(plan)
            for host, answers in kept.items():
                directory.keep_earlier(host, answers)
        except FileExistsError as error:
            raise AnsibleActionFail(f"{directory.path} exists already: a run never overwrites another") from error
        except OSError as error:
            said = f"the run cannot be kept: {error.filename or directory.path}: {error.strerror}"
            raise AnsibleActionFail(said) from error
        if want.only_needs:
            directory.write("asked.json", replace(plan.asked(), only_needs=True).as_dict())
        elif attested:
            outcome = {"results": [result.as_dict() for result in attested], "unasked": []}
            directory.write_results(HOST, VERIFIER, outcome)
        return {
            "changed": False,
            "golive_needs_dir" if want.only_needs else "golive_run_dir": str(directory.path.absolute()),
            "golive_heartbeat_dir": heartbeat.place(want.heartbeat_dir, want.runs_dir, want.run_dir),
            "item_count": len(plan.items),
            "document_count": sum(bool(item.document) for item in plan.items),
            "target_count": len(plan.targets),
            "narrowed": plan.narrowing.words(),
            "golive_notes": [["lock", "error", unlocked]] if unlocked else [],
        }

    def _plan(
        self,
        want: Wanted,
        variables: Mapping[str, Any],
        environment: str,
        now: datetime,
        read: checklist.Checklist,
        decided: governance.Governance,
        known: Mapping[str, Control],
        provable: frozenset[str],
    ) -> Plan:
        inventory = Inventory.of(variables)
        narrowing = Narrowing(
            limit=inventory.limit,
            slice=want.slice or "",
            tags=tuple(tag for tag in variables.get("ansible_run_tags", ()) if tag != "all"),
            skip_tags=tuple(variables.get("ansible_skip_tags", ())),
            section=want.section or "",
            phase=want.phase or "",
        )
        bound = sorted({control for item in read.items for control in item.controls})
        return Plan(
            run=_name(now, want.slice or ""),
            environment=environment,
            started=now.timestamp(),
            checklist=read,
            targets=inventory.targets,
            everywhere=inventory.everywhere,
            narrowing=narrowing,
            selected_controls=select_controls(read.items, narrowing, known),
            severities={control: known[control].severity.value for control in bound},
            unprovable=[control for control in bound if control not in provable],
            stated=stated(read.items, known),
            governance=decided,
            owners=_owners(want),
            versions={
                "ansible-core": ansible_version,
                "python": platform.python_version(),
                "golive.verify": version_of(OWN_PLUGINS),
                "catalogue": digest(known),
                **{name: version_of(plugins_of([name])[0]) for name in want.collections},
            },
        )


def _alone(want: Wanted, environment: str, now: datetime) -> str:
    """Take the environment's lock; why nobody can, where that is so. Slices of one run go side by side."""
    if want.run_dir or want.slice or want.only_needs:
        return ""
    try:
        lock.take(lock.path_for(Path(want.runs_dir), environment), _name(now), moments.shown(now), want.lock_wait)
    except lock.CannotLock as wrong:
        said = f"nothing keeps another run over {environment} from starting beside this one: {wrong}"
        Display().warning(said)
        return said
    return ""


def _owners(want: Wanted) -> tuple[owners.Owner, ...]:
    found, problems = owners.read(want.owners)
    if problems:
        raise AnsibleActionFail(problems[0])
    return tuple(found)


def _name(now: datetime, part: str = "") -> str:
    """The run's name. Slices begin in the same second, in containers whose processes have the same numbers."""
    own = re.sub(r"[^0-9A-Za-z]+", "-", part)[:40]
    return f"{now:%Y%m%dT%H%M%S}Z-{os.getppid()}{f'-{own}' if own else ''}"


def _resumed(want: Wanted, plan: Plan) -> tuple[Plan, Mapping[str, resuming.Answers]]:
    """The plan with the run that it goes on with, and what of that stands, by host."""
    if not want.resume:
        return plan, {}
    runs = Path(want.runs_dir) / plan.environment
    try:
        earlier = resuming.find(want.resume, plan.environment, Path(want.checklist), runs)
        kept = resuming.answers(earlier, plan, want.resume_max_hours)
    except resuming.CannotResume as wrong:
        raise AnsibleActionFail(f"nothing was verified: resume: {wrong}") from wrong
    return replace(plan, sources=resuming.source(earlier)), kept
