# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare a run with the accepted baseline and with the run before it."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import history, report
from ansible_collections.golive.verify.plugins.plugin_utils.drift import baseline, looking_back, showing
from ansible_collections.golive.verify.plugins.plugin_utils.drift.values import BadRules
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory


class ActionModule(ActionBase):
    """Runs on the controller, after the gate."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write drift.json and drift.md, and fail where something is worse, or where nothing could be compared."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.drift").parse(self._task.args)
        directory = RunDirectory(want.run_dir)
        try:
            told = report.build(directory)
            found = looking_back.look_back(want, told, looking_back.accepted(want, told))
        except (BadRun, BadRules, baseline.BadBaseline) as wrong:
            raise AnsibleActionFail(f"nothing was compared: {wrong}") from wrong
        drift = found.drift
        history.write(directory, history.contract(told, drift, found.past, found.notes))
        if drift is None:
            why = "; ".join(found.notes) or "history holds no earlier run, this being the first"
            missing = (
                f"{looking_back.baseline_path(want, told)} does not exist (playbooks/accept.yml makes it), and {why}"
            )
            raise AnsibleActionFail(f"there is nothing to compare with: {missing}")
        files = [directory.write(showing.FILE, drift), directory.write(showing.PAGE, showing.page(drift))]
        return {
            "changed": False,
            "failed": drift["regressed"],
            "msg": "regressed" if drift["regressed"] else "nothing regressed",
            "golive_drift": {each["against"]: each["counts"] for each in drift["comparisons"]},
            "files": [str(path) for path in files],
        }
