# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the reports of a run again, also of one that was killed."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import writing
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory


class ActionModule(ActionBase):
    """Reads the run's directory and writes the reports into it."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write every format asked for; one that cannot be written fails the task after the others are there."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.report").parse(self._task.args)
        try:
            written = writing.write(RunDirectory(want.run_dir), want.formats)
        except BadRun as wrong:
            raise AnsibleActionFail(f"no report: {wrong}") from wrong
        return {
            "changed": False,
            "failed": bool(written.problems),
            "msg": "; ".join(f"{name}: {problem}" for name, problem in written.problems.items()),
            "files": {name: str(path) for name, path in written.files.items()},
            "decision": written.report["gate"]["decision"],
        }
