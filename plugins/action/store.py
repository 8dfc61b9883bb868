# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a run to history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.golive.verify.plugins.plugin_utils import report
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory
from ansible_collections.golive.verify.plugins.plugin_utils.store import runs
from ansible_collections.golive.verify.plugins.plugin_utils.store.opening import CannotStore, opened, place


class ActionModule(ActionBase):
    """Reads the run's directory, and writes what it holds to a database."""

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
        try:
            with opened(place(want.store, Path(want.runs_dir))) as connection:
                stored = runs.write(connection, report.build(RunDirectory(want.run_dir)), keep)
        except Exception as wrong:  # whatever becomes of history, the verdict must survive it
            known = isinstance(wrong, (BadRun, CannotStore))
            said = f"the run was not stored: {wrong if known else f'{type(wrong).__name__}: {wrong}'}"
            if not want.best_effort:
                raise AnsibleActionFail(said) from wrong
            Display().warning(said)
            return {"changed": False, "stored": False, "msg": said}
        return {"changed": True, "stored": True, "result_count": stored.results, "dropped_runs": stored.dropped}
