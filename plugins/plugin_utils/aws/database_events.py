# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told of what happens to databases, such as failures and maintenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws import budgets
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

Region = str | None
Subscription = Mapping[str, Any]


async def heard(asked: Asked, region: Region) -> tuple[Sequence[Subscription], Mapping[str, Detail]]:
    """The subscriptions to events that are on, and how many confirmed subscribers the topics have that they go to."""
    found = await asked.of("aws rds describe-event-subscriptions", _subscriptions, region, region=region)
    topics = sorted({each["topic"] for each in found})
    command = f"aws sns list-subscriptions-by-topic --topic-arn {' '.join(topics)}"
    return found, await asked.of(command, budgets.confirmed, topics) if topics else {}


def _subscriptions(account: Account, region: Region) -> list[dict[str, Any]]:
    listed = account.call("rds", "describe_event_subscriptions", region=region)["EventSubscriptionsList"]
    return [
        {
            "name": each["CustSubscriptionId"],
            "topic": each["SnsTopicArn"],
            "source": each.get("SourceType") or "",
            "of": each.get("SourceIdsList") or [],
            "categories": each.get("EventCategoriesList") or [],
        }
        for each in listed
        if each["Enabled"] and each["Status"] == "active"
    ]


def told(
    sources: Sequence[tuple[str, Iterable[str]]],
    categories: Sequence[str],
    subscriptions: Sequence[Subscription],
    topics: Mapping[str, Detail],
) -> Seen:
    """Whether somebody is told of events of these categories. A subscription without a list is about all there is.

    sources: what a database is to RDS, each a kind and its names; to be told of one of the kinds is enough.
    """
    reached: dict[str, list[str]] = {}
    for category in categories:
        about = [
            each
            for each in subscriptions
            if (not each["categories"] or category in each["categories"])
            and any(each["source"] in ("", kind) and _all_of(each["of"], names) for kind, names in sources)
        ]
        counts = {each["name"]: value(topics[each["topic"]]) for each in about}
        reached[category] = [name for name, count in counts.items() if count]
    silent = [category for category, names in reached.items() if not names]
    problem = f"nobody who confirmed it is told of events of {', '.join(silent)}"
    return {"events told by": reached}, [problem] if silent else []


def _all_of(named: Sequence[str], names: Iterable[str]) -> bool:
    return not named or set(names) <= set(named)
