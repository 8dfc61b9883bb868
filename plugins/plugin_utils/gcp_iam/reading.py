# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Google Cloud says of who may do what in a project, as plain data, read strictly.

A part of an answer that is missing is a KeyError, which is the look's end, or that of one thing, as malformed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.policies import BODY, VERSION, grants
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

_PAGE = 100
_LAST_USED = "activityTypes/serviceAccountKeyLastAuthentication/activities:query"
Seen = dict[str, dict[str, Any]]


def project(reader: Reader) -> dict[str, Any]:
    """The project's number, and what it inherits policies from, as in folders/12; it must be active."""
    manager, permission = "cloudresourcemanager", "resourcemanager.projects.get"
    said = reader.get(manager, f"v3/projects/{reader.project}", permission)
    if said["state"] != "ACTIVE":
        raise CannotLook("not_found", f"the project is {said['state']}")
    ancestry = reader.post(manager, f"v1/projects/{reader.project}:getAncestry", permission, {})["ancestor"]
    above = [f"{each['resourceId']['type']}s/{each['resourceId']['id']}" for each in ancestry]
    return {
        "number": said["name"].removeprefix("projects/"),
        "scopes": [f"projects/{reader.project}", *(scope for scope in above if not scope.startswith("projects/"))],
    }


def policies(reader: Reader, scopes: Iterable[str]) -> Seen:
    """Who is granted which role in each of these: the project, the folders around it, the organization."""

    def one(scope: str) -> list[dict[str, str]]:
        permission = f"resourcemanager.{scope.partition('/')[0]}.getIamPolicy"
        return grants(reader.post("cloudresourcemanager", f"v3/{scope}:getIamPolicy", permission, BODY))

    return reader.each(scopes, one)


def roles(reader: Reader, names: Iterable[str]) -> Seen:
    """The permissions of each of these roles; one that does not exist any more has none."""

    def one(name: str) -> list[str]:
        try:
            said = reader.get("iam", f"v1/{name}", "iam.roles.get")
        except CannotLook as reason:
            if reason.reason == "not_found":
                return []
            raise
        return [] if said.get("deleted") else list(said.get("includedPermissions", []))

    return reader.each(names, one)


def accounts(reader: Reader) -> list[str]:
    """The addresses of the project's service accounts; those that are disabled can be enabled again, and count."""
    path = f"v1/projects/{reader.project}/serviceAccounts"
    listed = reader.pages("iam", path, "accounts", "iam.serviceAccounts.list", pageSize=_PAGE)
    return [each["email"] for each in listed]


def account_policies(reader: Reader, emails: Iterable[str]) -> Seen:
    """Who is granted which role on each of these service accounts."""

    def one(email: str) -> list[dict[str, str]]:
        path = f"v1/projects/{reader.project}/serviceAccounts/{email}:getIamPolicy"
        version = {"options.requestedPolicyVersion": VERSION}  # the one service that wants it in the URL
        return grants(reader.post("iam", path, "iam.serviceAccounts.getIamPolicy", {}, **version))

    return reader.each(emails, one)


def keys(reader: Reader, emails: Iterable[str]) -> Seen:
    """The keys of each of these service accounts that people made, with the moment of their creation."""

    def one(email: str) -> list[dict[str, Any]]:
        path = f"v1/projects/{reader.project}/serviceAccounts/{email}/keys"
        said = reader.get("iam", path, "iam.serviceAccountKeys.list", keyTypes="USER_MANAGED")
        return [
            {
                "id": key["name"].rpartition("/")[2],
                "created": datetime.fromisoformat(key["validAfterTime"]).timestamp(),
                "disabled": bool(key.get("disabled")),
            }
            for key in said.get("keys", [])
        ]

    return reader.each(emails, one)


def last_uses(reader: Reader) -> dict[str, float]:
    """When each key was last used, by its id; keys of which Google knows no use are left out."""
    path = f"v1/projects/{reader.project}/locations/global/{_LAST_USED}"
    permission = "policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query"
    listed = reader.pages("policyanalyzer", path, "activities", permission, pageSize=_PAGE)
    return {
        each["fullResourceName"].rpartition("/")[2]: datetime.fromisoformat(used).timestamp()
        for each in listed
        if (used := each["activity"].get("lastAuthenticatedTime"))
    }
