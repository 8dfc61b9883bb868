# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS says of alarms, of the topics that they go to, and of groups of logs, as plain data; and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import runbooks
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.identities import date
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like

COMMAND = "aws cloudwatch describe-alarms --alarm-types MetricAlarm CompositeAlarm"  # what a person asks for alarms()
_HOUR = 3600
# Named in the rule of a composite alarm: as what raises it, unless that it does not ring is what does.
_CHILD = re.compile(r"(?<!\w)(?<!NOT )ALARM\s*\(\s*(?:\"([^\"]+)\"|'([^']+)'|([^\s\"')]+))\s*\)")
_OF_BRACKETS = re.compile(r"(?<!\w)NOT\s*\(")
_ALL = re.compile(r"(?<!\w)AND(?!\w)")
_ARN = re.compile(r"arn:[^:]*:cloudwatch:[^:]*:[^:]*:alarm:")
# Services whose actions change something rather than tell somebody.
_CHANGING = ("autoscaling", "application-autoscaling", "automate", "swf", "ec2")

Alarm = Mapping[str, Any]


def alarms(account: Account, region: str | None) -> list[dict[str, Any]]:
    """The metric and composite alarms of a region."""
    kinds = ["MetricAlarm", "CompositeAlarm"]
    said = account.call("cloudwatch", "describe_alarms", region=region, AlarmTypes=kinds)
    found = [_alarm(each) for each in chain(said["MetricAlarms"], said["CompositeAlarms"])]
    rules = {each["AlarmName"]: each["AlarmRule"] for each in said["CompositeAlarms"]}
    return [{**each, "seconds": _within(each["name"], found, rules)} if each["children"] else each for each in found]


def _within(name: str, found: Sequence[Alarm], rules: Mapping[str, str]) -> int | None:
    """Within how many seconds a composite alarm is raised; None where not all that raises it tells.

    Where any will do, the fastest is enough; as soon as a rule wants several at once, the slowest counts.
    """
    below = covered(found, [name])
    known = {each["name"]: each["seconds"] for each in found}
    seconds = [known.get(each) for each in below if each not in rules]
    several = any(_ALL.search(rules.get(each, "")) for each in (name, *below))
    told = [each for each in seconds if each]
    return (max if several else min)(told, default=None) if len(told) == len(seconds) else None


def _alarm(said: Mapping[str, Any]) -> dict[str, Any]:
    metrics = [said] if said.get("MetricName") else []
    metrics += [each["MetricStat"]["Metric"] for each in said.get("Metrics", ()) if "MetricStat" in each]
    periods = said.get("DatapointsToAlarm") or said.get("EvaluationPeriods")
    of_metrics = [each["MetricStat"]["Period"] for each in said.get("Metrics", ()) if "MetricStat" in each]
    period = said.get("Period") or max(of_metrics, default=None)
    return {
        "arn": said["AlarmArn"],
        "name": said["AlarmName"],
        "enabled": said["ActionsEnabled"],
        "actions": said.get("AlarmActions", []),
        "description": said.get("AlarmDescription", ""),
        "state": said["StateValue"],
        "since": said.get("StateTransitionedTimestamp") or said["StateUpdatedTimestamp"],
        "trouble": said.get("EvaluationState", ""),
        "metrics": [each["MetricName"] for each in metrics],
        "sources": [
            {
                "namespace": each.get("Namespace", ""),
                "metric": each["MetricName"],
                "dimensions": {part["Name"]: part["Value"] for part in each.get("Dimensions", ())},
            }
            for each in metrics
        ],
        "threshold": said.get("Threshold"),
        "upward": "Greater" in said.get("ComparisonOperator", ""),
        "seconds": periods * period if periods and period else None,
        "children": _children(" ".join(said.get("AlarmRule", "").split())),
    }


def _children(rule: str) -> list[str]:
    """The alarms that raise a composite one. Of a rule that negates what is in brackets, none is known to."""
    named = [] if _OF_BRACKETS.search(rule) else _CHILD.findall(rule)
    return sorted({_ARN.sub("", "".join(each), count=1) for each in named})


def failed(account: Account, topics: Iterable[str], hours: int) -> dict[str, Detail]:
    """How many notifications of each topic could not be delivered lately."""
    now = account.now

    def read(topic: str) -> int:
        region, name = topic.split(":")[3], topic.split(":")[5]
        said = account.call(
            "cloudwatch",
            "get_metric_statistics",
            region=region,
            Namespace="AWS/SNS",
            MetricName="NumberOfNotificationsFailed",
            Dimensions=[{"Name": "TopicName", "Value": name}],
            StartTime=datetime.fromtimestamp(now - hours * _HOUR, UTC),
            EndTime=datetime.fromtimestamp(now, UTC),
            Period=_HOUR,
            Statistics=["Sum"],
        )
        # SNS counts only what fails: where nothing did, there are no points, but there is the metric's label.
        if said["Label"] != "NumberOfNotificationsFailed":
            raise CannotLook("malformed", f"asked for failed notifications, told of {said['Label']}")
        return int(sum(each["Sum"] for each in said["Datapoints"]))

    return details(account, topics, read)


def is_topic(action: str) -> bool:
    """Whether an action is to tell a topic of SNS."""
    return action.split(":")[2:3] == ["sns"]


def only_changes(alarm: Alarm) -> bool:
    """Whether all that an alarm does is to scale or repair something."""
    services = [(action.split(":") + ["", ""])[2] for action in alarm["actions"]]
    return bool(services) and all(service in _CHANGING for service in services)


def heard_seen(alarm: Alarm, heard: Mapping[str, Detail], receivers: Sequence[str]) -> Seen:
    """Whether an alarm reaches people. heard: how many confirmed subscribers each topic has."""
    actions = alarm["actions"]
    topics = [action for action in actions if is_topic(action)]
    others = [action for action in actions if not is_topic(action)]
    actual = {"topics": topics, "other actions": others}
    if not alarm["enabled"]:
        return actual, ["its actions are switched off"]
    if not actions:
        return actual, ["it has no action"]
    if any(like(action, receivers) for action in others):
        return actual, []
    if not topics:
        return actual, [f"nothing shows that its actions reach anybody: {', '.join(others[:5])}"]
    unread = []
    for topic in topics:
        try:
            if value(heard[topic]):
                return actual, []
        except CannotLook as reason:
            unread.append(reason)
    if unread:
        raise unread[0]
    return actual, [f"nobody has confirmed to hear {', '.join(topics)}"]


def covered(found: Iterable[Alarm], reaching: Iterable[str]) -> set[str]:
    """The names of alarms that a composite one which reaches people speaks of, itself or through another."""
    children = {alarm["name"]: alarm["children"] for alarm in found}
    names, todo = set[str](), list(reaching)
    while todo:
        new = set(children.get(todo.pop(), ())) - names
        names |= new
        todo += new
    return names


def topic_seen(heard: Detail, failures: Detail, hours: int) -> Seen:
    """Whether a topic has somebody who hears it, and lost nothing lately."""
    listening, lost = value(heard), value(failures)
    problems = [] if listening else ["nobody has confirmed to hear it"]
    if lost:
        problems.append(f"{lost} of its notifications were not delivered within {hours} hours")
    return {"confirmed": listening, "failed": lost}, problems


def agreed_seen(alarm: Alarm, declared: Mapping[str, Any], severities: Sequence[str], max_down_minutes: int) -> Seen:
    """Whether an alarm is the one that was agreed upon, and works."""
    since = date(alarm["since"])
    problems = [] if alarm["enabled"] else ["its actions are switched off"]
    if alarm["state"] == "INSUFFICIENT_DATA":
        problems.append(f"it has not seen enough data since {since}")
    if alarm["trouble"]:
        problems.append(f"it cannot be evaluated well ({alarm['trouble']})")
    if declared["metric"] and declared["metric"] not in alarm["metrics"]:
        problems.append(f"it watches {', '.join(alarm['metrics']) or 'no metric'}, not {declared['metric']}")
    if declared["threshold"] is not None and alarm["threshold"] != declared["threshold"]:
        problems.append(f"its limit is {alarm['threshold']}, not {declared['threshold']:g}")
    if declared["site_down"] and alarm["seconds"] is not None and alarm["seconds"] > max_down_minutes * 60:
        problems.append(f"it takes {alarm['seconds'] / 60:g} minutes, more than {max_down_minutes}")
    if declared["site_down"] and alarm["seconds"] is None:
        problems.append("nothing tells within what time it is raised")
    if not _severity(alarm, severities):
        problems.append("neither its name nor its description tells its severity")
    if runbook(alarm) is None:
        problems.append("its description names no runbook")
    return {"state": alarm["state"], "since": since, "metrics": alarm["metrics"], "limit": alarm["threshold"]}, problems


def _severity(alarm: Alarm, severities: Sequence[str]) -> bool:
    words = {word.lower() for word in re.findall(r"[A-Za-z0-9]+", f"{alarm['name']} {alarm['description']}")}
    return any(each.lower() in words for each in severities)


def runbook(alarm: Alarm) -> str | None:
    """The first address in an alarm's description."""
    return runbooks.named(alarm["description"])


def log_groups(account: Account, region: str | None) -> list[dict[str, Any]]:
    """The groups of logs of a region, each with the days after which it forgets; None for never."""
    listed = account.call("logs", "describe_log_groups", region=region)["logGroups"]
    return [
        {
            "arn": each["arn"].removesuffix(":*"),
            "name": each["logGroupName"],
            "days": each.get("retentionInDays"),
        }
        for each in listed
    ]
