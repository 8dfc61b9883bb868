# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an identity that is no administrator could make itself one, by the ways that escalation.yml lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.aws.policy import Policy, givers

_ANY = "qzxgolive-wvkprobe"
_REGION = "qz-golive-9"
# What resources belong to, where their ARNs name another service than the action.
_RESOURCES_OF = {"sts": "iam"}


@dataclass(frozen=True, slots=True)
class WayUp:
    """Actions that together make an administrator, each with the policies that give it."""

    through: Mapping[str, tuple[str, ...]]

    @property
    def actions(self) -> str:
        """What has to be done."""
        return " and ".join(self.through)

    @property
    def policies(self) -> list[str]:
        """The policies that give all of it, each once."""
        return list(dict.fromkeys(name for names in self.through.values() for name in names))


def ways_up(policies: Mapping[str, Policy], boundary: Policy | None, partition: str, account: str) -> list[WayUp]:
    """The ways that the policies, by name, leave open within a boundary.

    A condition on allowing may hold, so that it counts; what is allowed on named resources alone does not.
    """
    if not any(statement.allows for policy in policies.values() for statement in policy):
        return []
    given: dict[tuple[str, str], tuple[str, ...]] = {}
    found = []
    for way in _ways():
        for action, tail in way.items():
            if (action, tail) not in given:
                resource = _resource(action, tail, partition, account)
                given[action, tail] = tuple(givers(action, resource, policies, boundary))
        through = {action: given[action, tail] for action, tail in way.items()}
        if all(through.values()):
            found.append(WayUp(through))
    return found


def _resource(action: str, tail: str, partition: str, account: str) -> str:
    service = action.partition(":")[0]
    owner = _RESOURCES_OF.get(service, service)
    region = "" if owner == "iam" else _REGION
    return f"arn:{partition}:{owner}:{region}:{account}:{tail.format(any=_ANY)}"


@cache
def _ways() -> tuple[Mapping[str, str], ...]:
    listed = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    return tuple(each["actions"] for each in listed)
