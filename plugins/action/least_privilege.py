# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what verifiers must be allowed, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import least_privilege
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory


class ActionModule(ActionBase):
    """Runs on the controller, where the run is."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write a file for each system and each set of hosts that need the same of it, and one that explains them."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.least_privilege").parse(self._task.args)
        try:
            found = least_privilege.of_run(RunDirectory(want.run_dir))
            files = found.files()
            changed = [name for name, text in files.items() if self._write(Path(want.output) / name, text)]
        except (BadRun, least_privilege.Unknown, OSError) as wrong:
            raise AnsibleActionFail(f"nothing tells what the checks must be allowed: {wrong}") from wrong
        return {
            "changed": bool(changed),
            "lines": found.lines(),
            "files": [str(Path(want.output) / name) for name in files],
        }

    def _write(self, path: Path, text: str) -> bool:
        """Write the file where it says something else, and tell whether it did."""
        if path.exists() and path.read_text(encoding="utf-8", errors="replace") == text:
            return False
        if not self._task.check_mode:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return True
