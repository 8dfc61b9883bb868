# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide over a run, and fail the play on no-go."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils.gate import NO_GO, Gate
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory


class ActionModule(ActionBase):
    """Runs once, on the controller, when every host has finished or dropped out."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Judge every item of the plan by the results that are there."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.gate").parse(self._task.args)
        directory = RunDirectory(want.run_dir)
        try:
            decision = Gate(directory.plan(), directory.results(), decided=True).decide()
        except BadRun as wrong:
            raise AnsibleActionFail(f"the run cannot be read: {wrong}") from wrong
        directory.write("decision.json", {"decision": decision.word, "reasons": decision.reasons})
        shown = decision.reasons[: want.show]
        more = [f"… and {len(decision.reasons) - len(shown)} more"] if len(decision.reasons) > len(shown) else []
        return {
            "changed": False,
            "failed": decision.word == NO_GO and not want.only_tell,
            "decision": decision.word,
            "reasons": decision.reasons,
            "msg": "\n".join([decision.word.replace("_", "-"), *shown, *more]),
        }
