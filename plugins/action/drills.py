# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the named ones of a host's drills."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import action_loader

from ansible_collections.golive.verify.plugins.plugin_utils.drill import Drill
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import OWN, within

Loaded = tuple[str, type[Drill], Wanted]


class ActionModule(ActionBase):
    """All of them are checked before the first one runs."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the drills in their order, until one does not pass."""
        super().run(tmp, task_vars)
        want = interface(OWN + "drills").parse(self._task.args)
        loaded = [_load(f"drills[{index}]", entry) for index, entry in enumerate(want.drills)]
        names = [each[2].name for each in loaded]
        if len(set(names)) != len(names):
            raise AnsibleActionFail("two drills have one name, and would overwrite each other's evidence")
        done: dict[str, Any] = {}
        for kind, drill, options in _chosen(loaded, want.run):
            done[options.name] = within(drill, self).exercise(kind, options, task_vars or {})
            if done[options.name].get("failed"):
                break
        return {
            "changed": any(each["changed"] for each in done.values()),
            "failed": any(each.get("failed") for each in done.values()),
            "msg": "\n".join(f"{name}: {each['msg']}" for name, each in done.items())
            or "no drill of this host is meant",
            "ran": list(done),
            "drills": done,
        }


def _chosen(loaded: Sequence[Loaded], run: Sequence[str]) -> Iterator[Loaded]:
    return (each for each in loaded if "all" in run or each[2].name in run)


def _load(where: str, entry: Mapping[str, Any]) -> Loaded:
    if len(entry) != 1:
        raise AnsibleActionFail(f"{where} must be one drill's module with its options, as in drill_scenario: {{…}}")
    ((name, options),) = entry.items()
    kind = str(name) if "." in str(name) else OWN + str(name)
    found = action_loader.get(kind, class_only=True)
    if not (isinstance(found, type) and issubclass(found, Drill)):
        near = difflib.get_close_matches(kind, [OWN + "drill_scenario"], 1)
        hint = f"; did you mean {near[0].removeprefix(OWN)}?" if near else ""
        raise AnsibleActionFail(f"{where}: there is no drill {name}{hint}")
    try:
        return kind, found, interface(kind).parse(options or {})
    except AnsibleActionFail as wrong:
        raise AnsibleActionFail(f"{where}: {wrong.message}") from None
