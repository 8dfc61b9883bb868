# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Budgets of a billing account of Google Cloud, and whom they tell, as plain data, read strictly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.policies import VERSION, grants
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

_PAGE = 100
# Of the filters of a budget, those that leave out a part of the costs of what it is about.
_PARTS = ("services", "subaccounts", "labels")
_TOLD_BY_ROLE = ("roles/billing.admin", "roles/billing.user")
_TOLD_BY_PROJECT = ("roles/owner",)


def resource(name: str) -> str:
    """The full name of a budget."""
    return f"//billingbudgets.googleapis.com/{name}"


def billing(reader: Reader) -> dict[str, Any]:
    """The billing account that pays for the project, empty where there is none, and whether it is open."""
    path = f"v1/projects/{reader.project}/billingInfo"
    said = reader.get("cloudbilling", path, "resourcemanager.projects.get")
    if "name" not in said:
        raise CannotLook("malformed", "billing information without a name")
    return {"account": said.get("billingAccountName", ""), "open": bool(said.get("billingEnabled"))}


def budgets(reader: Reader, account: str) -> list[dict[str, Any]]:
    """The budgets of a billing account: what each is about, its amount, and when it tells whom."""
    listed = reader.pages("billingbudgets", f"v1/{account}/budgets", "budgets", "billing.budgets.list", pageSize=_PAGE)
    return [_budget(each) for each in listed]


def _budget(said: Mapping[str, Any]) -> dict[str, Any]:
    about, tells = said.get("budgetFilter") or {}, said.get("notificationsRule") or {}
    return {
        "name": said["name"],
        "title": said.get("displayName", ""),
        "of": [*about.get("projects", []), *about.get("resourceAncestors", [])],
        "part": [name for name in _PARTS if about.get(name)],
        "period": "CUSTOM" if "customPeriod" in about else about.get("calendarPeriod", "MONTH"),
        **_amount(said["amount"]),
        "percents": [round(float(rule["thresholdPercent"]) * 100, 6) for rule in said.get("thresholdRules", [])],
        "by_role": not tells.get("disableDefaultIamRecipients"),
        "by_project": bool(tells.get("enableProjectLevelRecipients")) and len(about.get("projects", [])) == 1,
        "channels": tells.get("monitoringNotificationChannels", []),
        "topics": [tells["pubsubTopic"]] if tells.get("pubsubTopic") else [],
    }


def _amount(said: Mapping[str, Any]) -> dict[str, Any]:
    """The amount and its currency; None for one that is what the last period was."""
    if "lastPeriodAmount" in said:
        return {"amount": None, "currency": ""}
    fixed = said["specifiedAmount"]
    amount = int(fixed.get("units", 0)) + fixed.get("nanos", 0) / 1e9
    return {"amount": amount, "currency": fixed["currencyCode"]}


def told_by_role(reader: Reader, account: str) -> list[str]:
    """The people and groups who get the alerts of a billing account because of their role in it."""
    version = {"options.requestedPolicyVersion": VERSION}
    policy = reader.get("cloudbilling", f"v1/{account}:getIamPolicy", "billing.accounts.getIamPolicy", **version)
    return _people(grants(policy), _TOLD_BY_ROLE)


def owners(granted: Sequence[Mapping[str, str]]) -> list[str]:
    """The people and groups who get the alerts of a budget of one project because they own it."""
    return _people(granted, _TOLD_BY_PROJECT)


def _people(granted: Sequence[Mapping[str, str]], roles: Sequence[str]) -> list[str]:
    """The people and groups among those to whom one of the roles is granted."""
    held = {each["principal"] for each in granted if each["role"] in roles}
    return sorted(each for each in held if each.startswith(("user:", "group:")))
