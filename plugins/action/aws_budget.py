# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that an AWS account has a budget, and that somebody is told before it is spent."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws import budgets
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import ask
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, Seen, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Ask for the budgets, whom each tells, and whether these listen."""

    def target(self, want: Wanted) -> str:
        return str(want.account_id or want.profile or "")

    @proves("cost.budget_alerts")
    async def budget_alerts(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each budget of the declared ones, or of all, is of the whole month's costs and tells somebody in time."""
        asked = ask(look, want)
        identity = await asked.identity()
        number = identity["account"]
        told = f"--account-id {number}"
        found = await asked.of(f"aws budgets describe-budgets {told}", budgets.budgets, number)
        judged = [each for each in found if not want.budgets or each["name"] in want.budgets]
        missing = [name for name in want.budgets if name not in {each["name"] for each in found}]
        if missing or not judged:
            said = [f"there is no budget {name}" for name in missing] or ["there is no budget of costs"]
            return [judge(expected="a budget", actual={"budgets": len(found)}, problems=said)]
        names = [each["name"] for each in judged]
        command = f"aws budgets describe-notifications-for-budget {told} --budget-name {' '.join(names)}"
        alerts = await asked.of(command, budgets.alerts, number, names)
        topics = budgets.topics(alerts.values())
        subscribed = "aws sns list-subscriptions-by-topic --topic-arn " + " ".join(topics)
        heard = await asked.of(subscribed, budgets.confirmed, topics) if topics else {}
        verdicts = [
            verdict(
                f"budget {each['name']}",
                f"the month's costs, and somebody told at {want.max_threshold_percent:g} % or before",
                partial(budgets.limit_seen, each, _amount(want, each["name"])),
                partial(_told, each, alerts[each["name"]], heard, want.max_threshold_percent),
            )
            for each in judged
        ]
        return whole(
            "budgets whose alerts are heard", {"account": number}, [Kind.of("budgets", "would be overrun", verdicts)]
        )


def _amount(want: Wanted, name: str) -> float | None:
    amount = want.budgets.get(name)
    return None if amount is None else float(amount)


def _told(budget: Mapping[str, Any], alerts: Detail, heard: Mapping[str, Detail], most: float) -> Seen:
    listed = value(alerts)
    mentioned = {each["address"] for alert in listed for each in alert["tells"]} & heard.keys()
    return budgets.alerts_seen(budget, listed, {topic: value(heard[topic]) for topic in mentioned}, most)
