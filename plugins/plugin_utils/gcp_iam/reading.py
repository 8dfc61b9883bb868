# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Google Cloud says of who may do what in a project, as plain data, read strictly.

A part of an answer that is missing is a KeyError, which is the look's end, or that of one thing, as malformed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.policies import VERSION, grants
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

_PAGE = 100
_LAST_USED = "activityTypes/serviceAccountKeyLastAuthentication/activities:query"
Seen = dict[str, dict[str, Any]]


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


def denials(reader: Reader, scopes: Iterable[str]) -> Seen:
    """The rules of the deny policies that are attached to each of these."""

    def one(scope: str) -> list[dict[str, Any]]:
        path = f"v2/policies/{quote(f'cloudresourcemanager.googleapis.com/{scope}', safe='')}/denypolicies"
        # The list leaves out the rules.
        listed = reader.pages("iam", path, "policies", "iam.denypolicies.list", pageSize=_PAGE)
        names = [each["name"].rpartition("/")[2] for each in listed]
        policies = [reader.get("iam", f"{path}/{name}", "iam.denypolicies.get") for name in names]
        return [_denial(rule["denyRule"]) for policy in policies for rule in policy["rules"]]

    return reader.each(scopes, one)


def _denial(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "principals": said.get("deniedPrincipals", []),
        "except": said.get("exceptionPrincipals", []),
        "permissions": said.get("deniedPermissions", []),
        "without": said.get("exceptionPermissions", []),
        "condition": _condition(said["denialCondition"]) if "denialCondition" in said else "",
    }


def _condition(said: Mapping[str, Any]) -> str:
    return str(said.get("title") or said.get("expression") or "something that is not told")


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
