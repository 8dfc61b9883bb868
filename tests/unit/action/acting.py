# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run an action of the controller as a task would, without a play."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unittest.mock import MagicMock

from ansible.plugins.loader import action_loader


def act(name: str, options: Mapping[str, Any], variables: Mapping[str, Any] | None = None, check: bool = False) -> Any:
    """What the task of this action gives back; what it raises is for the test."""
    task = MagicMock(args=dict(options), async_val=0, check_mode=check, environment=[], action=f"golive.verify.{name}")
    plugin = action_loader.get(
        f"golive.verify.{name}",
        task=task,
        connection=MagicMock(),
        play_context=MagicMock(check_mode=check),
        loader=MagicMock(),
        templar=MagicMock(),
        shared_loader_obj=MagicMock(),
    )
    return plugin.run(task_vars=dict(variables or {}))


def inventory(*hosts: str, limit: str = "", **groups: list[str]) -> dict[str, Any]:
    """The variables that tell of these hosts and groups; all of the hosts are in the play."""
    return {
        "groups": {"all": list(hosts), "ungrouped": [], **groups},
        "ansible_play_hosts_all": list(hosts),
        "ansible_limit": limit,
        "inventory_dir": "/inventories/shop",
    }
