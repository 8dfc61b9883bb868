# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may use caches of ElastiCache: whoever has a token, or is a user of their groups."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

Region = str | None


def user_groups(asked: Asked, region: Region) -> Awaitable[dict[str, list[str]]]:
    """The ids of the users of each group, by the group's own."""
    return asked.of("aws elasticache describe-user-groups", _user_groups, region, region=region)


def users(asked: Asked, region: Region) -> Awaitable[dict[str, dict[str, Any]]]:
    """Each user, by its id: its name, whether it is on, and whether it needs neither password nor identity."""
    return asked.of("aws elasticache describe-users", _users, region, region=region)


def _user_groups(account: Account, region: Region) -> dict[str, list[str]]:
    listed = account.call("elasticache", "describe_user_groups", region=region)["UserGroups"]
    return {each["UserGroupId"]: each["UserIds"] for each in listed}


def _users(account: Account, region: Region) -> dict[str, dict[str, Any]]:
    listed = account.call("elasticache", "describe_users", region=region)["Users"]
    return {
        each["UserId"]: {
            "name": each["UserName"],
            "on": "off" not in each["AccessString"].split(),
            "open": each["Authentication"]["Type"] == "no-password",
        }
        for each in listed
    }


def closed(
    cache: Mapping[str, Any], groups: Mapping[str, Sequence[str]] | CannotLook, known: Mapping[str, Any] | CannotLook
) -> Seen:
    """Whether nobody uses a cache who is not known to it; the default user of AWS needs no password."""
    problems = [] if cache["status"] == "available" else [f"is {cache['status']}"]
    if not cache["user_groups"]:
        problems += [] if cache["token"] else ["asks clients for no password: neither a token nor users"]
        return {"token": cache["token"]}, problems
    for found in (groups, known):
        if isinstance(found, CannotLook):
            raise found
    members = [name for group in cache["user_groups"] for name in _of(groups, group, "group of users")]
    own = [_of(known, name, "user") for name in members]
    open_to = sorted({each["name"] for each in own if each["on"] and each["open"]})
    problems += [f"lets in {', '.join(open_to)} without a password"] if open_to else []
    return {"users": len(own)}, problems


def _of(found: Any, name: str, kind: str) -> Any:
    if name not in found:
        raise CannotLook("not_found", f"nothing is known of {kind} {name}")
    return found[name]
