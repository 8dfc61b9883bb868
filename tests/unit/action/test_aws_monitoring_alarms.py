# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom alarms of CloudWatch reach, and what raises composite ones and within what time."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import alarms as judging
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from tests.unit.action.aws_answers import seen

TOPIC = "arn:aws:sns:eu-central-1:123456789012:pager"
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:page"
ARN = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm"
HIDDEN = {"reason": "denied", "detail": "so it is"}
OLD = f"{TOPIC}-old"


@pytest.mark.parametrize(
    ("heard", "receivers", "expected"),
    [
        ({TOPIC: seen(1), OLD: seen(0)}, [], []),
        ({TOPIC: HIDDEN, OLD: seen(1)}, [], []),
        ({TOPIC: seen(0), OLD: seen(0)}, [], [f"nobody has confirmed to hear {TOPIC}, {OLD}"]),
        ({TOPIC: HIDDEN, OLD: seen(0)}, [], None),
        ({TOPIC: HIDDEN, OLD: HIDDEN}, ["arn:aws:lambda:*:page"], []),
    ],
)
def test_one_who_hears_it_is_enough(heard: dict[str, Any], receivers: list[str], expected: list[str] | None) -> None:
    alarm = {"enabled": True, "actions": [FUNCTION, TOPIC, OLD]}
    if expected is None:
        with pytest.raises(CannotLook):
            judging.heard_seen(alarm, heard, receivers)
    else:
        assert judging.heard_seen(alarm, heard, receivers)[1] == expected


class _Watched:
    """An account with three alarms, of five minutes, of an hour, and of a rule."""

    def __init__(self, rule: str) -> None:
        known: dict[str, Any] = {"ActionsEnabled": True, "StateValue": "OK", "StateUpdatedTimestamp": 0}
        slow = [("fast", 5), ("slow", 60)]
        metric = [
            {**known, "AlarmName": name, "AlarmArn": name, "Period": 60, "EvaluationPeriods": minutes}
            for name, minutes in slow
        ]
        composite = [{**known, "AlarmName": "whole", "AlarmArn": "whole", "AlarmRule": rule}]
        self.said = {"MetricAlarms": metric, "CompositeAlarms": composite}

    def call(self, *_asked: str, **_arguments: Any) -> dict[str, Any]:
        return self.said


@pytest.mark.parametrize(
    ("rule", "children", "seconds"),
    [
        ('ALARM("fast") OR ALARM(slow)', ["fast", "slow"], 300),
        ("ALARM(fast) AND ALARM('slow')", ["fast", "slow"], 3600),
        (f"ALARM({ARN}:slow)", ["slow"], 3600),
        ("ALARM(slow) AND NOT  ALARM(fast)", ["slow"], 3600),
        ("ALARM(slow) AND NOT (ALARM(fast) OR OK(slow))", [], None),
        ("ALARM(fast) OR ALARM(whole)", ["fast", "whole"], 300),
        ("ALARM(fast) OR ALARM(gone)", ["fast", "gone"], None),
        ("INSUFFICIENT_DATA(fast)", [], None),
    ],
)
def test_a_composite_alarm_is_raised_by_what_it_names(rule: str, children: list[str], seconds: int | None) -> None:
    whole = judging.alarms(cast(Account, _Watched(rule)), None)[-1]
    assert (whole["children"], whole["seconds"]) == (children, seconds)
