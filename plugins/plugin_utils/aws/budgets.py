# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an AWS account says of its budgets, and why one would be overrun in silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

_WAITING = {"PendingConfirmation", "Deleted"}

Budget = Mapping[str, Any]


def budgets(account: Account, number: str) -> list[dict[str, Any]]:
    """The budgets of costs: each with its name, its period, its limit, and whether it counts only a part of them."""
    listed = account.call("budgets", "describe_budgets", AccountId=number)["Budgets"]
    return [
        {
            "name": each["BudgetName"],
            "period": each["TimeUnit"],
            "limit": float(each["BudgetLimit"]["Amount"]) if "BudgetLimit" in each else None,
            "currency": each.get("BudgetLimit", {}).get("Unit", ""),
            "partial": bool(each.get("CostFilters") or each.get("FilterExpression")),
        }
        for each in listed
        if each["BudgetType"] == "COST"
    ]


def alerts(account: Account, number: str, names: Iterable[str]) -> dict[str, Detail]:
    """Of each budget its notifications, each with whom it tells."""

    def read(name: str) -> list[dict[str, Any]]:
        budget = {"AccountId": number, "BudgetName": name}
        listed = account.call("budgets", "describe_notifications_for_budget", **budget)["Notifications"]
        return [{**_notification(each), "tells": _subscribers(account, budget, each)} for each in listed]

    return details(account, names, read)


def _notification(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "on": said["NotificationType"].lower(),
        "above": said["ComparisonOperator"] == "GREATER_THAN",
        "threshold": float(said["Threshold"]),
        "percent": said.get("ThresholdType", "PERCENTAGE") == "PERCENTAGE",
    }


def _subscribers(account: Account, budget: Mapping[str, str], notification: Mapping[str, Any]) -> list[dict[str, str]]:
    asked: dict[str, Any] = {**budget, "Notification": notification}
    listed = account.call("budgets", "describe_subscribers_for_notification", **asked)["Subscribers"]
    return [{"kind": each["SubscriptionType"], "address": each["Address"]} for each in listed]


def confirmed(account: Account, topics: Iterable[str]) -> dict[str, Detail]:
    """How many subscribers of each topic have confirmed that they are."""

    def read(topic: str) -> int:
        region = topic.split(":")[3]
        listed = account.call("sns", "list_subscriptions_by_topic", region=region, TopicArn=topic)["Subscriptions"]
        return sum(each["SubscriptionArn"] not in _WAITING for each in listed)

    return details(account, topics, read)


def topics(found: Iterable[Detail]) -> list[str]:
    """The topics of SNS that any of the notifications goes to."""
    tells = (each for detail in found for alert in detail.get("value", ()) for each in alert["tells"])
    return sorted({each["address"] for each in tells if each["kind"] == "SNS"})


def limit_seen(budget: Budget, amount: float | None) -> Seen:
    """Whether a budget is about all costs of a month, and of the declared amount."""
    problems = [] if budget["period"] == "MONTHLY" else [f"it is {budget['period'].lower()}, not monthly"]
    if budget["partial"]:
        problems.append("it counts only a part of the costs (it has filters)")
    if amount is not None and budget["limit"] != amount:
        problems.append(f"its limit is {_amount(budget)}, not {amount:g}")
    elif not budget["limit"]:
        problems.append("it has no limit, or one of nothing")
    return {"limit": _amount(budget)}, problems


def alerts_seen(budget: Budget, alerts: Sequence[Mapping[str, Any]], heard: Mapping[str, int], most: float) -> Seen:
    """Whether somebody is told before the budget is spent. heard: confirmed subscribers by topic. most: percent."""
    reached = [
        {"on": each["on"], "percent": _percent(each, budget), "told": sum(_hears(one, heard) for one in each["tells"])}
        for each in alerts
        if each["above"]
    ]
    problems = []
    if not any(each["told"] and each["percent"] <= most for each in reached):
        problems.append(f"nobody is told when {most:g} % of it are spent, or less")
    silent = [f"{each['percent']:g} % ({each['on']})" for each in reached if not each["told"]]
    if silent:
        problems.append(f"nobody who confirmed it is told at {', '.join(silent)}")
    return {"alerts": reached[:20]}, problems


def _percent(alert: Mapping[str, Any], budget: Budget) -> float:
    if alert["percent"] or not budget["limit"]:
        return float(alert["threshold"])
    return float(round(alert["threshold"] / budget["limit"] * 100, 6))


def _hears(subscriber: Mapping[str, str], heard: Mapping[str, int]) -> bool:
    """AWS has addresses of mail confirm nothing; subscribers of a topic have to."""
    return subscriber["kind"] == "EMAIL" or heard.get(subscriber["address"], 0) > 0


def _amount(budget: Budget) -> str:
    return "none" if budget["limit"] is None else f"{budget['limit']:g} {budget['currency']}".strip()
