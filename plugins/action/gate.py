# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide over a run, and fail the play on no-go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils.decisions import NO_GO
from ansible_collections.golive.verify.plugins.plugin_utils.gate import Gate
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
            _note_dropped(directory, task_vars or {})
            decision = Gate(directory.plan(), directory.results(), decided=True).decide()
            directory.write("decision.json", {"decision": decision.word, "reasons": decision.reasons})
        except BadRun as wrong:
            raise AnsibleActionFail(f"the run cannot be read: {wrong}") from wrong
        except OSError as error:
            said = f"no-go: the decision cannot be kept: {directory.path}: {error.strerror}"
            raise AnsibleActionFail(said) from error
        shown = decision.reasons[: want.show]
        more = [f"… and {len(decision.reasons) - len(shown)} more"] if len(decision.reasons) > len(shown) else []
        return {
            "changed": False,
            "failed": decision.word == NO_GO and not want.only_tell,
            "decision": decision.word,
            "reasons": decision.reasons,
            "msg": "\n".join([decision.word.replace("_", "-"), *shown, *more]),
        }


def _note_dropped(directory: RunDirectory, variables: Mapping[str, Any]) -> None:
    """Note the hosts on which the play ended early although nothing that they left behind says so: a task that took
    too long, or whose results could not be kept. What it would have shown is not known."""
    dropped = {*variables.get("ansible_play_hosts_all", ())} - {*variables.get("ansible_play_hosts", ())}
    results = directory.results() if dropped else {}
    for host in sorted(map(str, dropped)):
        parts = results.get(host, [])
        if parts and not any(part.get("failed") or part.get("unreachable") for part in parts):
            why = "the play ended early on it, before all of it was looked at"
            directory.write_results(host, "play", {"results": [], "unasked": [], "failed": why})
