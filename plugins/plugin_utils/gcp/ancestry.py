# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The place of a project in its organization, and the policies that it inherits from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.policies import BODY, audited, grants
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look

_MANAGER = "cloudresourcemanager"
_POLICY = {
    "projects": "projects get-iam-policy",
    "folders": "resource-manager folders get-iam-policy",
    "organizations": "organizations get-iam-policy",
}


def placed(asked: Asked) -> Look[dict[str, Any]]:
    """The project's number, and its scopes: itself and what it inherits policies from, as in folders/12, upwards.

    It must be active.
    """
    return asked.of(f"gcloud projects get-ancestors {asked.project.name}", _placed)


def policies(asked: Asked, scopes: Sequence[str]) -> Look[dict[str, Mapping[str, Any]]]:
    """By scope, who is granted which role there, and what is audited: its value, or why it cannot be read."""
    command = "; ".join(f"gcloud {_POLICY[kind]} {name}" for kind, name in (scope.split("/") for scope in scopes))
    return asked.of(command, _policies, scopes)


def _placed(reader: Reader) -> dict[str, Any]:
    permission = "resourcemanager.projects.get"
    said = reader.get(_MANAGER, f"v3/projects/{reader.project}", permission)
    if said["state"] != "ACTIVE":
        raise CannotLook("not_found", f"the project is {said['state']}")
    ancestry = reader.post(_MANAGER, f"v1/projects/{reader.project}:getAncestry", permission, {})["ancestor"]
    above = [f"{each['resourceId']['type']}s/{each['resourceId']['id']}" for each in ancestry]
    return {
        "number": said["name"].removeprefix("projects/"),
        "scopes": [f"projects/{reader.project}", *(scope for scope in above if not scope.startswith("projects/"))],
    }


def _policies(reader: Reader, scopes: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    def one(scope: str) -> dict[str, Any]:
        permission = f"resourcemanager.{scope.partition('/')[0]}.getIamPolicy"
        policy = reader.post(_MANAGER, f"v3/{scope}:getIamPolicy", permission, BODY)
        return {"grants": grants(policy), "audited": audited(policy)}

    return dict(reader.each(scopes, one))
