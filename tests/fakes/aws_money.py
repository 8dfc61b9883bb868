# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moto cannot say of budgets, by AWS' API reference: DescribeSubscribersForNotification (moto: not there)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.aws_protocols import Asked

READER = {"SubscriptionType": "EMAIL", "Address": "finance@shop.test"}


class Money:
    """subscribers: those of each notification of a budget, by its name."""

    def __init__(self) -> None:
        self.reset()
        self.answers = {"budgets:DescribeSubscribersForNotification": self._subscribers}
        self.changes: dict[str, Callable[[Asked, dict[str, Any]], None]] = {}

    def reset(self) -> None:
        """Somebody reads every budget."""
        self.subscribers: dict[str, list[dict[str, str]]] = {}

    def _subscribers(self, request: Asked) -> dict[str, Any]:
        return {"Subscribers": self.subscribers.get(request.said["BudgetName"], [READER])}
