# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory of a playbook says of hosts and groups, and what its command narrowed the hosts to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Inventory:
    """targets: the hosts of the play, with their groups. everywhere: every host of the inventory, by group and by its
    own name. limit: what left hosts out, in words; empty where nothing did."""

    targets: dict[str, list[str]]
    everywhere: dict[str, list[str]]
    limit: str = ""

    @classmethod
    def of(cls, variables: Mapping[str, Any]) -> Inventory:
        """As the variables of a task on one of the play's hosts say it."""
        groups: Mapping[str, list[str]] = variables["groups"]
        targets = [str(host) for host in variables["ansible_play_hosts_all"]]
        return cls(
            {host: sorted(name for name, hosts in groups.items() if host in hosts) for host in targets},
            {name: [str(host) for host in hosts] for name, hosts in groups.items()}
            | {str(host): [str(host)] for host in groups.get("all", ())},
            _limit(variables, targets),
        )


def _limit(variables: Mapping[str, Any], targets: list[str]) -> str:
    """What narrowed the hosts: --limit, or a pattern of the play that leaves hosts of the inventory out."""
    if variables.get("ansible_limit"):
        return str(variables["ansible_limit"])
    left_out = set(variables["groups"].get("all", ())) - set(targets)
    return f"hosts: {','.join(targets)}" if left_out else ""
