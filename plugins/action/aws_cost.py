# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that an AWS account costs what was estimated, and that what runs in it is measured and of the right size."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import alarms, budgets, costs, models, usage
from ansible_collections.golive.verify.plugins.plugin_utils.aws.alarms import Alarm
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.aws.balancers import GLOBAL
from ansible_collections.golive.verify.plugins.plugin_utils.aws.costs import Estimate
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, seen, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, Seen, looked, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

Service = Mapping[str, Any]


class ActionModule(Verifier):
    """Ask for the bill, for metrics and for alarms, side by side."""

    def target(self, want: Wanted) -> str:
        return str(want.account_id or want.profile or "")

    @proves("cost.review")
    async def review(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The bill is as estimated, and each service uses neither too little nor too much."""
        want.need("estimate")
        services = want.need("services")
        asked = ask(look, want)
        identity = await asked.identity()
        regions: dict[str | None, list[Service]] = {}
        for each in services:
            regions.setdefault(each["region"] or asked.regions[0], []).append(each)
        kinds = await together(
            looked("sums of the bill", _bill(asked, identity["account"], want)),
            *(looked(_told_in(region), _sized(asked, region, found, want)) for region, found in regions.items()),
        )
        return whole("costs as estimated, and services of the right size", {"account": identity["account"]}, kinds)

    @proves("cost.ai_usage")
    async def ai_usage(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Calls and tokens of each model were counted lately, and an alarm on them reaches somebody."""
        names = want.need("models")
        asked = ask(look, want)
        identity, counts, told = await together(
            asked.identity(), attempt(_counted(asked, names, want.max_sample_age_hours)), attempt(_told(asked))
        )
        verdicts = [
            verdict(
                name,
                "calls and tokens counted, and an alarm on them that reaches somebody",
                partial(_counted_seen, counts, name, want.max_sample_age_hours),
                partial(_limit_seen, told, name),
            )
            for name in names
        ]
        judged = Kind.of("models", "are used without measure or limit", verdicts)
        return whole("models whose use is measured and limited", {"account": identity["account"]}, [judged])


Counts = list[dict[str, dict[str, Detail]]]
Told = tuple[list[Alarm], Mapping[str, Detail]]


def _counted_seen(counts: Counts | CannotLook, model: str, hours: int) -> Seen:
    return models.counted_seen([each[model] for each in seen(counts)], hours)


def _limit_seen(told: Told | CannotLook, model: str) -> Seen:
    listed, heard = seen(told)
    return models.limit_seen(model, listed, heard)


async def _counted(asked: Asked, names: Sequence[str], hours: int) -> Counts:
    """In each region, what was counted of each model."""
    questions = models.queries(names)
    command = usage.command(questions, hours)
    answers = await together(
        *(asked.of(command, usage.use, each, questions, hours, region=each) for each in asked.regions)
    )
    return [models.counted(names, each) for each in answers]


async def _told(asked: Asked) -> Told:
    """The alarms of all regions, and how many have confirmed to hear the topics of those."""
    found = await together(*(asked.of(alarms.COMMAND, alarms.alarms, each, region=each) for each in asked.regions))
    listed = [alarm for each in found for alarm in each]
    topics = sorted({action for alarm in listed for action in alarm["actions"] if alarms.is_topic(action)})
    command = f"aws sns list-subscriptions-by-topic --topic-arn {' '.join(topics)}"
    return listed, await asked.of(command, budgets.confirmed, topics) if topics else {}


async def _bill(asked: Asked, number: str, want: Wanted) -> Kind:
    today = datetime.now(UTC).date()
    start, end = costs.period(today)
    command = (
        f"aws ce get-cost-and-usage --time-period Start={start},End={end} --granularity DAILY --metrics UnblendedCost "
        f"--group-by Type=DIMENSION,Key=SERVICE --filter {shlex.quote(json.dumps(costs.chosen(number)))}"
    )
    listed = await asked.of(command, costs.daily, number, start, end, region=GLOBAL)
    found, ratio = costs.bill(listed, today), want.max_cost_ratio_percent / 100
    estimate = Estimate(want.estimate, want.upfront, ratio)
    expected = f"at most {want.max_cost_ratio_percent:g} % of the estimate"
    verdicts = [
        verdict("last day", expected, partial(costs.day_seen, found, estimate)),
        verdict("month to date", expected, partial(costs.month_seen, found, estimate)),
    ]
    verdicts += [
        verdict(name, expected, partial(costs.service_seen, found, name, Estimate(float(month), 0, ratio)))
        for name, month in want.service_estimates.items()
    ]
    told = {"last day": str(found.last), "month to date": round(sum(found.month.values()), 2)}
    return Kind.of("sums of the bill", "exceed the estimate", verdicts, told)


async def _sized(asked: Asked, region: str | None, services: Sequence[Service], want: Wanted) -> Kind:
    questions, days = usage.queries(services), want.use_days
    hours = days * 24
    answers = await asked.of(usage.command(questions, hours), usage.use, region, questions, hours, region=region)
    found = iter(answers[each["Id"]] for each in questions)
    limits = (days, want.min_use_percent, want.max_use_percent)
    verdicts = [
        verdict(
            each["name"],
            f"between {want.min_use_percent:g} and {want.max_use_percent:g} % of what it is given used, when busy",
            *(partial(usage.use_seen, metric, next(found), *limits) for metric in each["metrics"]),
        )
        for each in services
    ]
    return Kind.of(_told_in(region), "have the wrong size", verdicts)


def _told_in(region: str | None) -> str:
    return f"services in {region}" if region else "services"
