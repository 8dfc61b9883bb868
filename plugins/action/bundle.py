# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pack the evidence of a run for an audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils.bundle import making
from ansible_collections.golive.verify.plugins.plugin_utils.bundle.gathering import CannotBundle, Source
from ansible_collections.golive.verify.plugins.plugin_utils.bundle.scanning import BadAllowance
from ansible_collections.golive.verify.plugins.plugin_utils.environments import Environment
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory

# What attest.yml has to be told as well, by its own name for it.
_GIVEN = {
    "checklist": "golive_checklist",
    "environment": "golive_environment",
    "environment_dir": "environment_dir",
    "runs_dir": "golive_runs_dir",
}


class ActionModule(ActionBase):
    """Runs on the controller, where the runs and the keys are."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = False
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the archive; whatever stands against it fails the task, and nothing of one is left."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.bundle").parse(self._task.args)
        try:
            wish = _wish(want, task_vars or {})
            made = making.make(wish)
        except (CannotBundle, BadAllowance, BadRun) as wrong:
            raise AnsibleActionFail(f"no bundle: {wrong}") from wrong
        return {
            "changed": True,
            "bundle": str(made.path),
            "sha256": made.sha256,
            "key": made.key,
            "golive_reported": str(wish.source.run),
            "decision": made.decision,
            "missing_signatures": made.missing,
            "unwritten": dict(made.unwritten),
            "msg": "; ".join(_lost(made)),
        }


def _lost(made: making.Bundle) -> Iterator[str]:
    return (f"the {name} report could not be written: {why}" for name, why in made.unwritten.items())


def _wish(want: Wanted, variables: Mapping[str, Any]) -> making.Wish:
    run = Path(want.run_dir).absolute() if want.run_dir else _latest(want, variables)
    plan = RunDirectory(run).plan()
    checklist = Path(want.checklist or plan.checklist.path).absolute()
    directory = Path(want.environment_dir or checklist.parent).absolute()
    sources = list(variables.get("ansible_inventory_sources") or ())
    given = {told: str(want[name]) for name, told in _GIVEN.items() if name in want.given and want[name]}
    if len(sources) != 1:
        # Several inventories do not say which environment is meant.
        given = {"golive_checklist": _short(str(checklist)), "golive_environment": plan.environment} | given
    return making.Wish(
        source=Source(run, directory, checklist, Path(want.drills_dir or directory / "drills")),
        person=want.person,
        key=Path(want.key),
        dest=Path(want.dest).absolute() if want.dest else run,
        inventory=_short(str(sources[0])) if len(sources) == 1 else "",
        given=given | {"run_dir": _short(str(run))},
        allowed=want.allowed,
    )


def _latest(want: Wanted, variables: Mapping[str, Any]) -> Path:
    environment = Environment.meant(want, variables)
    found = environment.latest_run()
    if found is None:
        raise BadRun(f"there is no run in {environment.runs}: verify first")
    return found.path.absolute()


def _short(path: str) -> str:
    """As one would type it where the playbook was started."""
    absolute = Path(path).absolute()
    return str(absolute.relative_to(Path.cwd())) if absolute.is_relative_to(Path.cwd()) else path
