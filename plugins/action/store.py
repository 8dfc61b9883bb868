# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a run to history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.golive.verify.plugins.plugin_utils import history, report
from ansible_collections.golive.verify.plugins.plugin_utils.drift import looking_back
from ansible_collections.golive.verify.plugins.plugin_utils.drift.baseline import BadBaseline
from ansible_collections.golive.verify.plugins.plugin_utils.drift.values import BadRules
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory
from ansible_collections.golive.verify.plugins.plugin_utils.store import runs
from ansible_collections.golive.verify.plugins.plugin_utils.store.opening import CannotStore, opened, place
from ansible_collections.golive.verify.plugins.plugin_utils.store.past import Past


class ActionModule(ActionBase):
    """Reads the run's directory, writes what it holds to a database, and what that knows of earlier runs back."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Store the run, once however often; what cannot be stored fails the task, or is only a warning."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.store").parse(self._task.args)
        if self._task.check_mode:
            return {"changed": False, "skipped": True}
        keep = runs.Keep(want.keep_days or None, want.keep_runs or None)
        directory = RunDirectory(want.run_dir)
        told: dict[str, Any] = {}
        try:
            told = report.build(directory)
            with opened(place(want.store, Path(want.runs_dir))) as connection:
                stored = runs.write(connection, told, keep)
        except Exception as wrong:  # noqa: BLE001 - whatever becomes of history, the verdict must survive it
            said = f"the run was not stored: {_said(wrong)}"
            if not want.best_effort:
                # Ansible would add what drivers say of it, which is many lines and may hold an address.
                raise AnsibleActionFail(said) from None
            Display().warning(said)
            if told:
                _keep(directory, lambda: history.contract(told, None, Past(), [said]))
            return {"changed": False, "stored": False, "msg": said}
        _keep(directory, lambda: _history(want, told))
        return {"changed": True, "stored": True, "result_count": stored.results, "dropped_runs": stored.dropped}


def _history(want: Wanted, told: Mapping[str, Any]) -> dict[str, Any]:
    """What history says of the run. A baseline that cannot be trusted is compared with nothing, which is told."""
    accepted, notes = None, []
    try:
        accepted = looking_back.accepted(want, told)
    except BadBaseline as wrong:
        notes.append(f"the baseline was not compared: {wrong}")
    found = looking_back.look_back(want, told, accepted, notes)
    return history.contract(told, found.drift, found.past, found.notes)


def _keep(directory: RunDirectory, made: Callable[[], dict[str, Any]]) -> None:
    """Keep for the reports what history says. They are written all the same where that cannot be told."""
    try:
        history.write(directory, made())
    except Exception as wrong:  # noqa: BLE001 - the run is as it is, and so is its verdict
        Display().warning(f"the reports cannot tell what changed: {_said(wrong)}")


def _said(wrong: Exception) -> str:
    return str(wrong) if isinstance(wrong, (BadRun, BadRules, CannotStore)) else f"{type(wrong).__name__}: {wrong}"
