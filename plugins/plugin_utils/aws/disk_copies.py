# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of volumes that others might have: snapshots of EBS and images of machines."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

Region = str | None
_OWN = "aws ec2 describe-snapshots --owner-ids self"


def snapshots(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """The account's own snapshots."""
    return asked.of(_OWN, _snapshots, region, region=region)


def public_snapshots(asked: Asked, region: Region) -> Awaitable[list[str]]:
    """The ids of those of them of which everybody can make a volume."""
    return asked.of(f"{_OWN} --restorable-by-user-ids all", _public_snapshots, region, region=region)


def images(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """The account's own images."""
    return asked.of("aws ec2 describe-images --owners self", _images, region, region=region)


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


def _images(account: Account, region: Region) -> list[dict[str, Any]]:
    listed = account.call("ec2", "describe_images", region=region, Owners=["self"])["Images"]
    return [{"id": each["ImageId"], "public": each["Public"]} for each in listed]


def kept(name: str, public: Collection[str] | CannotLook) -> Seen:
    """Whether a snapshot is not everybody's."""
    if isinstance(public, CannotLook):
        raise public
    return {"public": name in public}, ["everybody can make a volume of it"] if name in public else []


def own(image: Mapping[str, Any]) -> Seen:
    """Whether an image is not everybody's."""
    return {"public": image["public"]}, ["everybody can start a machine of it"] if image["public"] else []
