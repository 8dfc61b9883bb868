# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of volumes that others might have: snapshots of EBS and images of machines."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details, existing
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like

Region = str | None
_OWN = "aws ec2 describe-snapshots --owner-ids self"
_OWN_IMAGES = "aws ec2 describe-images --owners self"
_EVERYBODY = "Group"
# What an entry of a list of permissions may say of who has it.
_WHO = (_EVERYBODY, "UserId", "OrganizationArn", "OrganizationalUnitArn")
_MOST_NAMED = 10


def snapshots(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """The account's own snapshots."""
    return asked.of(_OWN, _snapshots, region, region=region)


def public_snapshots(asked: Asked, region: Region) -> Awaitable[list[str]]:
    """The ids of those of them of which everybody can make a volume."""
    return asked.of(f"{_OWN} --restorable-by-user-ids all", _public_snapshots, region, region=region)


def snapshots_shared(asked: Asked, region: Region, ids: Iterable[str]) -> Awaitable[dict[str, Detail]]:
    """The accounts that can make a volume of each of the region's snapshots, by their numbers."""
    each = f"{_OWN} --query 'Snapshots[].SnapshotId' --output text | xargs -r -n 1 aws"
    command = f"{each} ec2 describe-snapshot-attribute --attribute createVolumePermission --snapshot-id"
    return asked.of(command, _snapshots_shared, region, list(ids), region=region)


def images_shared(asked: Asked, region: Region, ids: Iterable[str]) -> Awaitable[dict[str, Detail]]:
    """Who can start a machine of each of the region's images: numbers of accounts, and ARNs of organizations."""
    each = f"{_OWN_IMAGES} --query 'Images[].ImageId' --output text | xargs -r -n 1 aws"
    command = f"{each} ec2 describe-image-attribute --attribute launchPermission --image-id"
    return asked.of(command, _images_shared, region, list(ids), region=region)


def images(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """The account's own images."""
    return asked.of(_OWN_IMAGES, _images, region, region=region)


def _snapshots(account: Account, region: Region) -> list[dict[str, Any]]:
    listed = account.call("ec2", "describe_snapshots", region=region, OwnerIds=["self"])["Snapshots"]
    return [
        {"id": each["SnapshotId"], "encrypted": each["Encrypted"], "key": each.get("KmsKeyId", "")} for each in listed
    ]


def _public_snapshots(account: Account, region: Region) -> list[str]:
    public = {"OwnerIds": ["self"], "RestorableByUserIds": ["all"]}
    return [
        each["SnapshotId"] for each in account.call("ec2", "describe_snapshots", region=region, **public)["Snapshots"]
    ]


def _snapshots_shared(account: Account, region: Region, ids: list[str]) -> dict[str, Detail]:
    return _shared(account, region, ids, "snapshot", "SnapshotId", "createVolumePermission")


def _images_shared(account: Account, region: Region, ids: list[str]) -> dict[str, Detail]:
    return _shared(account, region, ids, "image", "ImageId", "launchPermission")


def _shared(
    account: Account, region: Region, ids: list[str], kind: str, argument: str, permission: str
) -> dict[str, Detail]:
    """Who has a permission besides the account itself and everybody; nobody where the thing is gone by now."""
    operation, told = f"describe_{kind}_attribute", f"{permission[0].upper()}{permission[1:]}s"

    def one(name: str) -> list[str]:
        asked = {argument: name, "Attribute": permission}
        answer = existing(lambda: account.call("ec2", operation, region=region, **asked))
        entries = [] if answer is None else answer[told]
        return sorted(who for kind, who in map(_who, entries) if kind != _EVERYBODY)

    return details(account, ids, one)


def _who(entry: Mapping[str, str]) -> tuple[str, str]:
    for kind in _WHO:
        if kind in entry:
            return kind, entry[kind]
    raise CannotLook("malformed", f"a permission says nothing of who has it: {dict(entry)}"[:200])


def _images(account: Account, region: Region) -> list[dict[str, Any]]:
    listed = account.call("ec2", "describe_images", region=region, Owners=["self"])["Images"]
    return [{"id": each["ImageId"], "public": each["Public"]} for each in listed]


def kept(name: str, public: Collection[str] | CannotLook) -> Seen:
    """Whether a snapshot is not everybody's."""
    if isinstance(public, CannotLook):
        raise public
    return {"public": name in public}, ["everybody can make a volume of it"] if name in public else []


def shared(others: Mapping[str, Detail] | CannotLook, name: str, accounts: Sequence[str], what: str) -> Seen:
    """Whether only declared accounts and organizations have it too. what: in words, what they can do with it."""
    if isinstance(others, CannotLook):
        raise others
    found = value(others[name])
    strange = [each for each in found if not like(each, accounts)]
    problems = [f"{each}, which is not declared, can {what}" for each in strange[:_MOST_NAMED]]
    if len(strange) > _MOST_NAMED:
        problems.append(f"and {len(strange) - _MOST_NAMED} more can")
    return {"shared with": found[:_MOST_NAMED], "others": len(found)}, problems


def own(image: Mapping[str, Any]) -> Seen:
    """Whether an image is not everybody's."""
    return {"public": image["public"]}, ["everybody can start a machine of it"] if image["public"] else []
