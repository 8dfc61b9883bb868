# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moto cannot say of budgets and costs, by AWS' API reference.

- DescribeSubscribersForNotification (moto: not there).
- GetCostAndUsage, day by day and service by service (moto: whatever one tells it to, whoever asks for what).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.fakes.aws_protocols import Asked

READER = {"SubscriptionType": "EMAIL", "Address": "finance@shop.test"}


class Money:
    """subscribers: those of each notification of a budget, by its name. costs: of each day, what each service cost.

    page: days that are told of at once.
    """

    def __init__(self) -> None:
        self.reset()
        self.answers = {
            "budgets:DescribeSubscribersForNotification": self._subscribers,
            "ce:GetCostAndUsage": self._costs,
        }
        self.changes: dict[str, Callable[[Asked, dict[str, Any]], None]] = {}

    def reset(self) -> None:
        """Somebody reads every budget, and nothing has cost anything."""
        self.subscribers: dict[str, list[dict[str, str]]] = {}
        self.costs: dict[date, dict[str, float]] = {}
        self.page = 100

    def _subscribers(self, request: Asked) -> dict[str, Any]:
        return {"Subscribers": self.subscribers.get(request.said["BudgetName"], [READER])}

    def _costs(self, request: Asked) -> dict[str, Any]:
        start, end = (date.fromisoformat(request.said["TimePeriod"][key]) for key in ("Start", "End"))
        first = int(request.said.get("NextPageToken", 0))
        days = [start + timedelta(days=each) for each in range((end - start).days)]
        more = {"NextPageToken": str(first + self.page)} if len(days) > first + self.page else {}
        return {"ResultsByTime": [self._day(each) for each in days[first : first + self.page]], **more}

    def _day(self, day: date) -> dict[str, Any]:
        groups = [
            {"Keys": [service], "Metrics": {"UnblendedCost": {"Amount": str(amount), "Unit": "USD"}}}
            for service, amount in self.costs.get(day, {}).items()
        ]
        period = {"Start": day.isoformat(), "End": (day + timedelta(days=1)).isoformat()}
        return {"TimePeriod": period, "Groups": groups, "Total": {}, "Estimated": True}
