# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that alarms of CloudWatch reach people and watch what was agreed, and that groups of logs expire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import runbooks
from ansible_collections.golive.verify.plugins.plugin_utils.aws import alarms, budgets, intrusions
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import everywhere, name_of
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.log_retention import kept, retention_seen
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, Seen, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like, unmet
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Ask each region side by side, and each list once for all controls."""

    def target(self, want: Wanted) -> str:
        return str(want.account_id or want.profile or "")

    @proves("alerts.receivers")
    async def receivers(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each alarm has actions that are on and end where somebody listens, and no notification was lost lately."""
        asked = ask(look, want)
        identity, *found = await together(
            asked.identity(), *(attempt(_listed(asked, region)) for region in asked.regions)
        )
        listed = [[] if isinstance(each, CannotLook) else each for each in found]
        actions = {action for each in listed for alarm in each for action in alarm["actions"]}
        topics = sorted(filter(alarms.is_topic, actions))
        heard, failed = await together(*_of_topics(asked, topics, want.failures_hours)) if topics else ({}, {})
        reached = [_reaching(each, heard, want) for each in listed]
        verdicts = [verdict for verdicts, _aside in reached for verdict in verdicts]
        aside = sum((aside for _verdicts, aside in reached), Counter[str]())
        kinds = [
            Kind.of("alarms", "reach nobody", [*verdicts, *_unread("alarms", asked.regions, found)], aside),
            _topics(topics, heard, failed, want, next((each for each in found if isinstance(each, CannotLook)), None)),
        ]
        return whole("every alarm reaches somebody", {"account": identity["account"]}, kinds)

    @proves("alerts.critical_set")
    async def critical_set(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each declared alarm is there as it was agreed, sees data, and leads to a runbook that opens."""
        declared = want.need("alarms")
        asked = ask(look, want)
        identity, *found = await together(asked.identity(), *(_listed(asked, region) for region in asked.regions))
        listed = [alarm for each in found for alarm in each]
        meant = [(each, alarm) for each in declared for alarm in listed if like(alarm["name"], [each["name"]])]
        urls = sorted({url for _declared, alarm in meant if (url := alarms.runbook(alarm))})
        pages = await runbooks.opened(look, urls)
        verdicts = [
            verdict(
                alarm["arn"],
                "as agreed, with data, a severity and a runbook that opens",
                partial(alarms.agreed_seen, alarm, each, want.severities, want.max_down_minutes),
                partial(runbooks.seen, pages, alarms.runbook(alarm)),
            )
            for each, alarm in meant
        ]
        verdicts += [
            verdict(each["name"], "an alarm", partial(_nothing, "there is no alarm of this name", len(listed)))
            for each in declared
            if not any(like(alarm["name"], [each["name"]]) for alarm in listed)
        ]
        if not any(each["site_down"] for each in declared):
            wrong = "no declared alarm tells that the service is down"
            verdicts.append(verdict("site_down", "an alarm for that", partial(_nothing, wrong, len(listed))))
        judged = Kind.of("declared alarms", "are not as agreed", verdicts)
        return whole("every declared alarm is there and works", {"account": identity["account"]}, [judged])

    @proves("host.intrusion_detection")
    async def intrusions(self, look: Observer, want: Wanted) -> list[Verdict]:
        """GuardDuty watches each region."""
        return await _by_region(look, want, "regions", "are not watched", intrusions.watched)

    @proves("alerts.security_quiet")
    async def quiet(self, look: Observer, want: Wanted) -> list[Verdict]:
        """GuardDuty has found nothing serious that nobody dealt with."""
        return await _by_region(look, want, "regions", "are not watched or not quiet", intrusions.quiet)

    @proves("logs.rotation")
    async def retention(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each group of logs expires, neither before nor after what was agreed."""
        asked = ask(look, want)
        identity, *found = await together(
            asked.identity(),
            *(
                attempt(asked.of("aws logs describe-log-groups", alarms.log_groups, region, region=region))
                for region in asked.regions
            ),
        )
        expected = kept(want.retention_days, want.max_retention_days)
        errors = _unread("log groups", asked.regions, found)
        groups = [group for one in found if not isinstance(one, CannotLook) for group in one]
        names = [group["name"] for group in groups]
        errors += [
            unseen(CannotLook("not_found", f"no log group is like {pattern}"), subject=pattern)
            for pattern in unmet(want.log_groups, names)
        ]
        verdicts = [
            verdict(
                group["arn"],
                expected,
                partial(retention_seen, group["days"], want.retention_days, want.max_retention_days),
            )
            for group in groups
            if not want.log_groups or like(group["name"], want.log_groups)
        ]
        judged = Kind.of("log groups", "do not expire as agreed", [*verdicts, *errors])
        return whole(f"log groups that are {expected}", {"account": identity["account"]}, [judged])


async def _by_region(look: Observer, want: Wanted, kind: str, wrong: str, judging: Any) -> list[Verdict]:
    """What GuardDuty says of each region."""
    if not want.guardduty:
        raise NotAsked("option guardduty is not set")
    asked = ask(look, want)
    identity, judged = await together(asked.identity(), everywhere(kind, wrong, asked.regions, partial(judging, asked)))
    return whole("GuardDuty watches, and nothing waits", {"account": identity["account"]}, [judged])


async def _listed(asked: Asked, region: str | None) -> Sequence[alarms.Alarm]:
    return await asked.of(alarms.COMMAND, alarms.alarms, region, region=region)


def _of_topics(asked: Asked, topics: Sequence[str], hours: int) -> Sequence[Any]:
    subscribed = f"aws sns list-subscriptions-by-topic --topic-arn {' '.join(topics)}"
    lost = "aws cloudwatch get-metric-statistics --namespace AWS/SNS --metric-name NumberOfNotificationsFailed"
    lost += f" --dimensions Name=TopicName,Value=TOPIC --statistics Sum  # {hours} hours, each of {' '.join(topics)}"
    return asked.of(subscribed, budgets.confirmed, topics), asked.of(lost, alarms.failed, topics, hours)


def _reaching(
    found: Sequence[alarms.Alarm], heard: Mapping[str, Detail], want: Wanted
) -> tuple[list[Verdict], Counter[str]]:
    """Judge the alarms of a region; what a composite one that reaches somebody speaks of need not do so itself."""
    meant = [each for each in found if not like(each["name"], want.ignored_alarms)]
    telling = [each for each in meant if not alarms.only_changes(each)]
    judged = {
        each["name"]: verdict(
            each["arn"], "actions that reach somebody", partial(alarms.heard_seen, each, heard, want.receivers)
        )
        for each in telling
    }
    reaching = [name for name, each in judged.items() if each.status is Status.PASS]
    covered = alarms.covered(found, reaching) & {each["name"] for each in telling if not each["actions"]}
    aside = {
        "ignored alarms": len(found) - len(meant),
        "alarms that only scale or repair": len(meant) - len(telling),
        "alarms of a composite one": len(covered),
    }
    return [each for name, each in judged.items() if name not in covered], Counter(aside)


def _topics(
    topics: Sequence[str],
    heard: Mapping[str, Detail],
    failed: Mapping[str, Detail],
    want: Wanted,
    hidden: CannotLook | None,
) -> Kind:
    """Judge the topics. hidden: why some alarms are not known, which may go to a topic that no other goes to."""
    verdicts = [
        verdict(
            topic,
            "somebody who confirmed to hear it, and nothing lost",
            partial(_topic_seen, heard[topic], failed[topic], want.failures_hours),
        )
        for topic in topics
    ]
    for pattern in want.topics:
        if not any(like(name, [pattern]) for topic in topics for name in (topic, name_of(topic))):
            wrong = partial(_nothing, "no alarm goes to such a topic", len(topics))
            expected = "alarms that go there"
            verdicts.append(
                unseen(hidden, expected=expected, subject=pattern) if hidden else verdict(pattern, expected, wrong)
            )
    return Kind.of("topics", "do not reach anybody", verdicts, optional=True)


def _topic_seen(heard: Detail, failed: Detail, hours: int) -> Seen:
    return alarms.topic_seen(heard, failed, hours)


def _nothing(wrong: str, listed: int) -> Seen:
    return {"found among": listed}, [wrong]


def _unread(kind: str, regions: Sequence[str | None], found: Sequence[object]) -> list[Verdict]:
    """An error for each region that could not be read."""
    return [
        unseen(each, subject=f"{kind} in {region}" if region else kind)
        for region, each in zip(regions, found, strict=True)
        if isinstance(each, CannotLook)
    ]
