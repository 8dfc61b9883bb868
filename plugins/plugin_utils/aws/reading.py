# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an AWS account says of its identities and of its audit trail, as plain data, read strictly.

A part of an answer that is missing is a KeyError, which is the look's end as malformed: botocore takes much for an
empty answer.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import existing

_USED = ("password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date")
_ROOT = "<root_account>"
_NARROWING_LITTLE = {"eventCategory", "readOnly", "eventSource"}
_OF_ROOT = ":mfa/root-account-mfa-device"  # how AWS calls it when it is made in the console
_OF_AWS = "/aws-service-role/"  # roles that AWS makes and alone can change


def summary(account: Account) -> dict[str, int]:
    """What GetAccountSummary says of the root user; -1 for what it does not tell."""
    said = account.call("iam", "get_account_summary")["SummaryMap"]
    return {
        "mfa": int(said["AccountMFAEnabled"]),
        "access_keys": int(said["AccountAccessKeysPresent"]),
        "password": int(said.get("AccountPasswordPresent", -1)),
        "certificates": int(said.get("AccountSigningCertificatesPresent", -1)),
    }


def virtual_root_mfa(account: Account) -> list[str]:
    """The serial numbers of the virtual MFA devices that the root user signs in with."""
    listed = account.call("iam", "list_virtual_mfa_devices", AssignmentStatus="Assigned")["VirtualMFADevices"]
    return [
        each["SerialNumber"]
        for each in listed
        if each["SerialNumber"].endswith(_OF_ROOT) or each.get("User", {}).get("Arn", "").endswith(":root")
    ]


def password_policy(account: Account) -> dict[str, int]:
    """The rules for passwords of users; none at all where the account has no policy of its own."""
    said = existing(lambda: account.call("iam", "get_account_password_policy"))
    if said is None:
        return {}
    rules = said["PasswordPolicy"]
    return {"length": rules["MinimumPasswordLength"], "reuse": rules.get("PasswordReusePrevention", 0)}


def root_last_used(account: Account) -> dict[str, float | None]:
    """When the root user was last used in any way, by the credential report that lies ready; None for never.

    A report is not generated for this: without one, or without the root user in it, it is CannotLook("not_found").
    """
    content = account.call("iam", "get_credential_report")["Content"]
    root = next((row for row in csv.DictReader(content.splitlines()) if row["user"] == _ROOT), None)
    if root is None:
        raise CannotLook("not_found", f"the credential report does not speak of {_ROOT}")
    return {"at": max((used for used in map(_used, (root[column] for column in _USED)) if used), default=None)}


def _used(text: str) -> float | None:
    return None if text in ("N/A", "no_information", "not_supported") else datetime.fromisoformat(text).timestamp()


def users(account: Account) -> dict[str, float | None]:
    """When each user last signed in to the console; None for never, or not as far as AWS knows."""
    return {user["UserName"]: user.get("PasswordLastUsed") for user in account.call("iam", "list_users")["Users"]}


def access_keys(account: Account, names: Iterable[str]) -> list[dict[str, Any]]:
    """The access keys of users, each with its id, its user, whether it is active, and when it was created."""
    answers = account.each("iam", "list_access_keys", "UserName", names)
    return [
        {
            "id": key["AccessKeyId"],
            "user": user,
            "active": key["Status"] == "Active",
            "created": key["CreateDate"],
        }
        for user, answer in answers.items()
        for key in answer["AccessKeyMetadata"]
    ]


def last_uses(account: Account, keys: Iterable[str]) -> dict[str, float | None]:
    """When each of the access keys was last used; None for never."""
    answers = account.each("iam", "get_access_key_last_used", "AccessKeyId", keys)
    return {key: answer["AccessKeyLastUsed"].get("LastUsedDate") for key, answer in answers.items()}


def console_users(account: Account, names: Iterable[str]) -> dict[str, float]:
    """Those of the users who have a password for the console, and since when."""
    answers = account.each("iam", "get_login_profile", "UserName", names)
    return {user: answer["LoginProfile"]["CreateDate"] for user, answer in answers.items()}


def mfa_devices(account: Account, names: Iterable[str]) -> dict[str, int]:
    """How many MFA devices each of the users has."""
    answers = account.each("iam", "list_mfa_devices", "UserName", names)
    return {user: len(answer["MFADevices"]) for user, answer in answers.items()}


def authorization(account: Account) -> dict[str, Any]:
    """Every user and role that people can change, with the policies that apply to it; and each policy's document.

    An identity's policies are pairs of the group that gives the policy, or "", and the policy's name in documents.
    """
    said = account.call("iam", "get_account_authorization_details")
    documents: dict[str, Any] = {}
    groups = {
        group["GroupName"]: _policies(group, "Group", f"group {group['GroupName']}", documents)
        for group in said["GroupDetailList"]
    }
    identities = [
        *(_identity(user, "User", groups, documents) for user in said["UserDetailList"]),
        *(
            _identity(role, "Role", groups, documents)
            for role in said["RoleDetailList"]
            if not role["Path"].startswith(_OF_AWS)
        ),
    ]
    documents |= _managed(account, set(_named(identities)) - documents.keys(), said["Policies"])
    return {"identities": identities, "documents": documents}


def _identity(said: dict[str, Any], kind: str, groups: dict[str, Any], documents: dict[str, Any]) -> dict[str, Any]:
    name = said[f"{kind}Name"]
    own = _policies(said, kind, f"{kind.lower()} {name}", documents)
    through = [(group, policy) for group in said.get("GroupList", ()) for policy in groups[group]]
    return {
        "kind": kind.lower(),
        "name": name,
        "path": said["Path"],
        "arn": said["Arn"],
        "policies": [("", policy) for policy in own] + through,
        "boundary": said.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "trust": said["AssumeRolePolicyDocument"] if kind == "Role" else None,
    }


def _policies(said: dict[str, Any], kind: str, whose: str, documents: dict[str, Any]) -> list[str]:
    """The names of the policies that are in something or attached to it; those in it go into documents."""
    inline = {
        f"policy {policy['PolicyName']} in {whose}": policy["PolicyDocument"]
        for policy in said.get(f"{kind}PolicyList", ())
    }
    documents |= inline
    return [*inline, *(policy["PolicyArn"] for policy in said["AttachedManagedPolicies"])]


def _named(identities: Iterable[dict[str, Any]]) -> Iterator[str]:
    for each in identities:
        yield from (policy for _group, policy in each["policies"])
        yield from chain([each["boundary"]] if each["boundary"] else [])


def _managed(account: Account, wanted: set[str], said: list[dict[str, Any]]) -> dict[str, Any]:
    """The documents of managed policies in force; those that AWS left out, as it may its own, are asked for."""
    found = {
        policy["Arn"]: version["Document"]
        for policy in said
        if policy["Arn"] in wanted
        for version in policy["PolicyVersionList"]
        if version["IsDefaultVersion"]
    }
    for arn in sorted(wanted - found.keys()):
        version = account.call("iam", "get_policy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
        answer = account.call("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
        found[arn] = answer["PolicyVersion"]["Document"]
    return found


def trails(account: Account, region: str | None) -> list[dict[str, Any]]:
    """The trails that record a region, those whose home is another region or another account included."""
    answer = account.call("cloudtrail", "describe_trails", region=region, includeShadowTrails=True)
    return [
        {
            "arn": trail["TrailARN"],
            "home": trail["HomeRegion"],
            "multi_region": trail["IsMultiRegionTrail"],
            "validated": trail["LogFileValidationEnabled"],
            "selective": trail["HasCustomEventSelectors"],
        }
        for trail in answer["trailList"]
    ]


def trail_status(account: Account, arn: str, home: str) -> dict[str, Any]:
    """Whether a trail records, when it last delivered, and what went wrong with that, as its home region says."""
    answer = account.call("cloudtrail", "get_trail_status", region=home, Name=arn)
    return {
        "logging": answer["IsLogging"],
        "delivered": answer.get("LatestDeliveryTime"),
        "error": answer.get("LatestDeliveryError") or "",
    }


def management_events(account: Account, arn: str, home: str) -> list[str]:
    """Which management events a trail with event selectors of its own records: of read, write, both or neither."""
    answer = account.call("cloudtrail", "get_event_selectors", region=home, TrailName=arn)
    classic, advanced = answer.get("EventSelectors", []), answer.get("AdvancedEventSelectors", [])
    if not classic and not advanced:
        raise CannotLook("malformed", "a trail with event selectors of its own shows none")
    return sorted(set(chain(_classic(classic), _advanced(advanced))))


def _classic(selectors: Iterable[dict[str, Any]]) -> Iterator[str]:
    kinds = {"All": ("read", "write"), "ReadOnly": ("read",), "WriteOnly": ("write",)}
    for each in selectors:
        # AWS' own defaults: management events are recorded, all of them.
        if each.get("IncludeManagementEvents", True):
            yield from kinds[each.get("ReadWriteType", "All")]


def _advanced(selectors: Iterable[dict[str, Any]]) -> Iterator[str]:
    for each in selectors:
        fields = {field["Field"]: field for field in each["FieldSelectors"]}
        # Leaving noisy services out is usual; recording only some events, services or people proves little.
        whole = fields.keys() <= _NARROWING_LITTLE and not fields.get("eventSource", {}).get("Equals")
        if whole and "Management" in fields["eventCategory"].get("Equals", []):
            read_only = fields.get("readOnly", {}).get("Equals", ["true", "false"])
            yield from ({"true": "read", "false": "write"}[value.lower()] for value in read_only)
