# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begin a run: read the checklist, see which hosts are to be verified, and write both down before the first look."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible import __version__ as ansible_version
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import checklist, governance
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.standing import HOST, VERIFIER
from ansible_collections.golive.verify.plugins.plugin_utils.binding.stated import stated
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control, catalogue, catalogue_in
from ansible_collections.golive.verify.plugins.plugin_utils.environments import plugins_of, version_of
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface, provable
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
        directory = RunDirectory(want.run_dir or Path(want.runs_dir) / plan.environment / plan.run)
        try:
            directory.create(plan)
        except FileExistsError as error:
            raise AnsibleActionFail(f"{directory.path} exists already: a run never overwrites another") from error
        if attested:
            outcome = {"results": [result.as_dict() for result in attested], "unasked": []}
            directory.write_results(HOST, VERIFIER, outcome)
        return {
            "changed": False,
            "golive_run_dir": str(directory.path.absolute()),
            "item_count": len(plan.items),
            "document_count": sum(bool(item.document) for item in plan.items),
            "target_count": len(plan.targets),
            "narrowed": plan.narrowing.words(),
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
        groups: Mapping[str, list[str]] = variables["groups"]
        targets = [str(host) for host in variables["ansible_play_hosts_all"]]
        narrowing = Narrowing(
            limit=_limit(variables, targets),
            tags=tuple(tag for tag in variables.get("ansible_run_tags", ()) if tag != "all"),
            skip_tags=tuple(variables.get("ansible_skip_tags", ())),
            section=want.section or "",
            phase=want.phase or "",
        )
        bound = sorted({control for item in read.items for control in item.controls})
        return Plan(
            run=f"{now:%Y%m%dT%H%M%S}Z-{os.getppid()}",
            environment=environment,
            started=now.timestamp(),
            checklist=read,
            targets={host: sorted(name for name, hosts in groups.items() if host in hosts) for host in targets},
            everywhere={name: [str(host) for host in hosts] for name, hosts in groups.items()}
            | {str(host): [str(host)] for host in groups.get("all", ())},
            narrowing=narrowing,
            selected_controls=select_controls(read.items, narrowing, known),
            severities={control: known[control].severity.value for control in bound},
            unprovable=[control for control in bound if control not in provable],
            stated=stated(read.items, known),
            governance=decided,
            versions={
                "ansible-core": ansible_version,
                "python": platform.python_version(),
                "golive.verify": version_of(OWN_PLUGINS),
            },
        )


def _limit(variables: Mapping[str, Any], targets: list[str]) -> str:
    """What narrowed the hosts: --limit, or a pattern of the play that leaves hosts of the inventory out."""
    if variables.get("ansible_limit"):
        return str(variables["ansible_limit"])
    left_out = set(variables["groups"].get("all", ())) - set(targets)
    return f"hosts: {','.join(targets)}" if left_out else ""
