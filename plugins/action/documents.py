# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Examine the documents that the items of a checklist name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.golive.verify.plugins.plugin_utils import verifier
from ansible_collections.golive.verify.plugins.plugin_utils.asked import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.standing import HOST
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory

ANY = "docs.document"


class ActionModule(ActionBase):
    """Runs once, on the controller, where the checkout is."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Examine each document for its item; what cannot be examined is a result, not a failed task."""
        super().run(tmp, task_vars)
        want = interface("golive.verify.documents").parse(self._task.args)
        run = RunDirectory(want.run_dir)
        plan = run.plan()
        checks = [
            verifier.load(self, {"document": _options(item, want)}, f"line {item.line}", item.id)
            for item in plan.items
            if item.document and plan.selected(item)
        ]
        variables = {**(task_vars or {}), "inventory_hostname": HOST}
        proofs = verifier.prove_all(self, checks, variables, Asked(None, run.asked().stated), want.deadline)
        run.write_results(HOST, "documents", proofs.as_outcome())
        return proofs.as_task_result()


def _options(item: Item, want: Wanted) -> Mapping[str, Any]:
    """The check of the item's document. The document verifier says which controls one can prove."""
    provable = interface("golive.verify.document").controls
    controls = [each for each in item.controls if each in provable] or [ANY]
    facts = {name: value for control in controls for name, value in want.facts.get(control, {}).items()}
    options = {"from": "controller", "controls": controls, "facts": facts}
    if "://" in item.document:
        return {**options, "url": item.document}
    return {**options, "path": item.document, "checkout": want.checkout}
