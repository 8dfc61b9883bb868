# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begin a run: read the checklist, see which hosts are to be verified, and write both down before the first look."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from ansible import __version__ as ansible_version
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import checklist
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control, catalogue, catalogue_in
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan, select_controls
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory


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
        known = catalogue(catalogue_in(_plugins_of(name)) for name in want.collections)
        try:
            items = checklist.read(path, known)
        except checklist.BadChecklist as wrong:
            raise AnsibleActionFail(str(wrong)) from wrong
        plan = self._plan(want, variables, path, items, known)
        directory = RunDirectory(want.run_dir or Path(want.runs_dir) / plan.environment / plan.run)
        try:
            directory.create(plan)
        except FileExistsError as error:
            raise AnsibleActionFail(f"{directory.path} exists already: a run never overwrites another") from error
        return {
            "changed": False,
            "golive_run_dir": str(directory.path.absolute()),
            "item_count": len(items),
            "target_count": len(plan.targets),
            "narrowed": plan.narrowing.words(),
        }

    def _plan(
        self,
        want: Wanted,
        variables: Mapping[str, Any],
        path: Path,
        items: list[checklist.Item],
        known: Mapping[str, Control],
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
        now = time.time()
        return Plan(
            run=f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%S}Z-{os.getppid()}",
            environment=want.environment or Path(str(variables.get("inventory_dir", "inventory"))).name,
            started=now,
            checklist=str(path),
            checklist_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            items=items,
            targets={host: sorted(name for name, hosts in groups.items() if host in hosts) for host in targets},
            everywhere={name: [str(host) for host in hosts] for name, hosts in groups.items()}
            | {str(host): [str(host)] for host in groups.get("all", ())},
            narrowing=narrowing,
            selected_controls=select_controls(items, narrowing, known),
            versions={"ansible-core": ansible_version, "python": platform.python_version()},
        )


def _plugins_of(collection: str) -> Path:
    try:
        package = import_module(f"ansible_collections.{collection}")
    except ImportError as error:
        raise AnsibleActionFail(
            f"there is no collection {collection}, whose controls the checklist may name"
        ) from error
    return Path(package.__path__[0]) / "plugins"


def _limit(variables: Mapping[str, Any], targets: list[str]) -> str:
    """What narrowed the hosts: --limit, or a pattern of the play that leaves hosts of the inventory out."""
    if variables.get("ansible_limit"):
        return str(variables["ansible_limit"])
    left_out = set(variables["groups"].get("all", ())) - set(targets)
    return f"hosts: {','.join(targets)}" if left_out else ""
