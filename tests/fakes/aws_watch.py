# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moto cannot say of alarms and of those who hear them, by AWS' API reference.

- DescribeAlarms: whether an alarm can be evaluated, and composite alarms (moto: not told).
- ListFindings of GuardDuty: all of it (moto: not there).
- ListSubscriptionsByTopic: that a subscriber has not confirmed (moto: each has at once).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.fakes.aws_protocols import Asked


class Watch:
    """said: of alarms, by name, what is told beside moto's answer. composites: rules and actions of composite alarms.

    waiting: endpoints that have not confirmed. intrusions: ids of findings of GuardDuty that are open and serious.
    """

    def __init__(self) -> None:
        self.reset()
        self.answers: dict[str, Callable[[Asked], dict[str, Any]]] = {
            "guardduty:ListFindings": lambda _asked: {"FindingIds": self.intrusions}
        }
        self.changes = {
            "cloudwatch:DescribeAlarms": self._alarms,
            "sns:ListSubscriptionsByTopic": self._subscriptions,
        }

    def reset(self) -> None:
        """Every alarm can be evaluated, and everybody has confirmed."""
        self.said: dict[str, dict[str, Any]] = {}
        self.composites: dict[str, tuple[str, list[str]]] = {}
        self.waiting: set[str] = set()
        self.intrusions: list[str] = []

    def _alarms(self, _request: Asked, said: dict[str, Any]) -> None:
        for alarm in said["MetricAlarms"]:
            alarm.update(self.said.get(alarm["AlarmName"], {}))
        said["CompositeAlarms"] = [
            {
                "AlarmArn": f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}",
                "AlarmName": name,
                "AlarmRule": rule,
                "AlarmActions": actions,
                "ActionsEnabled": True,
                "StateValue": "OK",
                "StateUpdatedTimestamp": datetime.now(UTC),
            }
            for name, (rule, actions) in self.composites.items()
        ]

    def _subscriptions(self, _request: Asked, said: dict[str, Any]) -> None:
        for each in said["Subscriptions"]:
            if each["Endpoint"] in self.waiting:
                each["SubscriptionArn"] = "PendingConfirmation"
