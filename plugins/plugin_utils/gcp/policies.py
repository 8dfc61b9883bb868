# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of IAM, as every service of Google Cloud gives them: who is granted which role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.principals import known

VERSION = 3  # the one that shows conditions
BODY: Mapping[str, Any] = {"options": {"requestedPolicyVersion": VERSION}}


def grants(policy: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each grant of a role to a principal, with the title of its condition; empty where it has none."""
    if "etag" not in policy:
        raise CannotLook("malformed", "a policy without an etag")
    return [
        {
            "principal": known(member),
            "role": binding["role"],
            "condition": (binding.get("condition") or {}).get("title", ""),
        }
        for binding in policy.get("bindings", [])
        for member in binding["members"]
    ]


def audited(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each type of access to a service of which Google keeps a record, with the principals that are exempted."""
    return [
        {"service": config["service"], "type": each["logType"], "exempted": each.get("exemptedMembers", [])}
        for config in policy.get("auditConfigs", [])
        for each in config["auditLogConfigs"]
    ]
