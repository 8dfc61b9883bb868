# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What KMS says of keys that data is encrypted with: whether they are there to stay, and become new by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.identities import date
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details, existing
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

_YEAR = 365  # how often AWS makes new material for keys that it manages, and for others unless told otherwise


def keys(account: Account, region: str | None, names: Iterable[str]) -> dict[str, Detail]:
    """Each key, by the id, alias or ARN that was asked for; None where there is none."""

    def read(name: str) -> dict[str, Any] | None:
        answer = existing(lambda: account.call("kms", "describe_key", region=region, KeyId=name))
        if answer is None:
            return None
        said = answer["KeyMetadata"]
        return {
            "state": said["KeyState"],
            "deleted": said.get("DeletionDate"),
            "every": _YEAR if said["KeyManager"] == "AWS" else _period(account, region, said["KeyId"]),
        }

    return details(account, names, read)


def _period(account: Account, region: str | None, key: str) -> int | None:
    """After how many days a key gets new material; None for never."""
    said = account.call("kms", "get_key_rotation_status", region=region, KeyId=key)
    return int(said.get("RotationPeriodInDays", _YEAR)) if said["KeyRotationEnabled"] else None


def key_seen(detail: Detail, max_days: int) -> Seen:
    """Whether a key is in use, not about to be lost with all that it encrypts, and rotated."""
    known = value(detail)
    if known is None:
        return {"there": False}, ["there is no such key"]
    problems = [] if known["state"] == "Enabled" else [f"it is {known['state']}"]
    if known["deleted"] is not None:
        problems.append(f"it will be deleted on {date(known['deleted'])}, and what it encrypts is lost then")
    if known["every"] is None:
        problems.append("nothing rotates it")
    elif known["every"] > max_days:
        problems.append(f"it is rotated every {known['every']} days, not {max_days}")
    return {"state": known["state"], "rotated every": known["every"]}, problems
