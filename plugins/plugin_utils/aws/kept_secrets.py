# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS says of secrets that it keeps, without reading one; and whether they are there, closed, and young."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws import resource_access, resource_policy
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.identities import date
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details, existing
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

_DAY = 86400
_CURRENT = "AWSCURRENT"
_ENCRYPTED = "SecureString"

Kept = Mapping[str, Any]


def secrets(account: Account, region: str | None, names: Iterable[str]) -> dict[str, Detail]:
    """Each secret of Secrets Manager, by the name that was asked for; None where there is none."""

    def read(name: str) -> dict[str, Any] | None:
        said = existing(lambda: account.call("secretsmanager", "describe_secret", region=region, SecretId=name))
        if said is None:
            return None
        return {
            "arn": said["ARN"],
            "current": any(_CURRENT in stages for stages in said.get("VersionIdsToStages", {}).values()),
            "deleted": said.get("DeletedDate"),
            "rotates": bool(said.get("RotationEnabled")),
            "due": said.get("NextRotationDate"),
            "changed": said.get("LastChangedDate") or said["CreatedDate"],
        }

    return details(account, names, read)


def written(account: Account, region: str | None, names: Iterable[str]) -> dict[str, Detail]:
    """When the current value of each secret was written; None where it has none.

    What AWS calls the change of a secret is also that of a tag or of its description.
    """

    def read(name: str) -> float | None:
        said = existing(lambda: account.call("secretsmanager", "list_secret_version_ids", region=region, SecretId=name))
        versions = said["Versions"] if said else []
        return max(
            (each["CreatedDate"] for each in versions if _CURRENT in each.get("VersionStages", ())), default=None
        )

    return details(account, names, read)


def policies(account: Account, region: str | None, names: Iterable[str]) -> dict[str, Detail]:
    """The policy of each secret; None where it has none, so that those of identities alone let in."""

    def read(name: str) -> str | None:
        said = existing(lambda: account.call("secretsmanager", "get_resource_policy", region=region, SecretId=name))
        if said is None:
            return None
        # Always told: what is not such an answer must not look like one without a policy.
        dummy = said["ARN"]
        document: str | None = said.get("ResourcePolicy")
        return document

    return details(account, names, read)


def parameters(account: Account, region: str | None, names: Iterable[str]) -> dict[str, Detail]:
    """Each parameter of Systems Manager, by its name; None where there is none."""

    def read(name: str) -> dict[str, Any] | None:
        asked = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
        listed = account.call("ssm", "describe_parameters", region=region, ParameterFilters=asked)["Parameters"]
        found = [each for each in listed if each["Name"] == name]
        return {"kind": found[0]["Type"], "changed": found[0]["LastModifiedDate"]} if found else None

    return details(account, names, read)


def secret_seen(secret: Kept | None) -> Seen:
    """Whether a secret is there to be used."""
    if secret is None:
        return {"there": False}, ["it is not in Secrets Manager"]
    wrong = [] if secret["current"] else ["it has no current version"]
    if secret["deleted"] is not None:
        wrong.append(f"it is being deleted ({date(secret['deleted'])})")
    return {"there": True, "changed": date(secret["changed"])}, wrong


def policy_seen(document: str | None, patterns: Sequence[str], account: str) -> Seen:
    """Whether a secret's own policy lets in only whom it may. patterns: whom it may; the account itself without any."""
    if document is None:
        return {"policy": None}, []
    let_in = resource_access.admitted(resource_policy.parse(document))
    others = [who for who in let_in if not resource_access.accepted(who, patterns, account)]
    return {"policy": len(let_in)}, [f"its policy lets in {who}" for who in others[:10]]


def parameter_seen(parameter: Kept | None) -> Seen:
    """Whether a parameter is there, and encrypted."""
    if parameter is None:
        return {"there": False}, ["it is not in Parameter Store"]
    encrypted = parameter["kind"] == _ENCRYPTED
    wrong = [] if encrypted else [f"it is kept in clear ({parameter['kind']}, not {_ENCRYPTED})"]
    return {"there": True, "changed": date(parameter["changed"])}, wrong


def age_seen(kept: Kept | None, max_days: float, automatic: bool, now: float) -> Seen:
    """Whether a secret was changed lately, and where that is wanted changes by itself."""
    if kept is None:
        return {"there": False}, ["it is not there"]
    if kept["changed"] is None:
        return {"there": True}, ["it has no current version"]
    days = (now - kept["changed"]) / _DAY
    wrong = [f"its value is {days:.0f} days old, more than {max_days:g}"] if days > max_days else []
    if automatic and not kept.get("rotates"):
        wrong.append("nothing rotates it")
    due = kept.get("due")
    if kept.get("rotates") and due is not None and due < now - _DAY:
        wrong.append(f"its rotation is overdue since {date(due)}")
    return {"changed": date(kept["changed"]), "rotates": bool(kept.get("rotates"))}, wrong
