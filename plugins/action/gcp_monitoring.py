# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that alerts of Cloud Monitoring reach people and watch what was agreed, and that logs expire."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from functools import partial

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import runbooks
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.gcp import listeners
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_monitoring import judging, reading, uptime
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_monitoring.judging import Policy
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.log_retention import kept, retention_seen
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, Seen, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import chosen, like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

# Google's own bucket for what its auditors need: nobody can change how long it keeps logs (Cloud Logging, _Required).
_GOOGLES = "_Required"


class ActionModule(Verifier):
    """Ask for each list once for all controls, and look up the channels that policies name."""

    def target(self, want: Wanted) -> str:
        return str(want.project)

    @proves("alerts.receivers")
    async def receivers(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each alert policy is on, and has a notification channel that works; so do all channels."""
        asked = ask(look, want)
        policies, snoozed = await _policies(asked)
        judged = [each for each in policies if not like(each["title"], want.ignored_policies)]
        channels = await _channels(asked, judged)
        verdicts = [
            verdict(
                _full(each["name"]),
                "on, and heard by somebody",
                partial(judging.works_seen, each, snoozed, want.max_snooze_hours, time.time()),
                partial(judging.heard_seen, each, channels),
            )
            for each in judged
        ]
        kinds = [
            Kind.of("alert policies", "reach nobody", verdicts, {"ignored": len(policies) - len(judged)}),
            _heard(channels, want),
        ]
        return whole("every alert policy reaches somebody", {}, kinds, subject=_subject(want))

    @proves("alerts.critical_set")
    async def critical_set(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each declared policy is there as it was agreed, can be evaluated, and leads to a runbook that opens."""
        declared = want.need("policies")
        found = await ask(look, want).of(reading.POLICIES, reading.policies)
        meant = [(each, policy) for each in declared for policy in found if like(policy["title"], [each["name"]])]
        pages = await runbooks.opened(
            look, sorted({url for _declared, policy in meant if (url := judging.runbook(policy))})
        )
        verdicts = [
            verdict(
                _full(policy["name"]),
                "as agreed, with a severity and a runbook that opens",
                partial(judging.agreed_seen, policy, each, want.severities, want.max_down_minutes),
                partial(runbooks.seen, pages, judging.runbook(policy)),
            )
            for each, policy in meant
        ]
        names = {each["name"] for each, _policy in meant}
        lacking = [(each["name"], "there is no alert policy of this name") for each in declared]
        lacking = [(name, wrong) for name, wrong in lacking if name not in names]
        if not any(each["site_down"] for each in declared):
            lacking.append(("site_down", "no declared policy tells that the service is down"))
        verdicts += [verdict(name, "an alert policy", partial(_nothing, wrong, len(found))) for name, wrong in lacking]
        judged = Kind.of("declared policies", "are not as agreed", verdicts)
        return whole("every declared policy is there and works", {}, [judged], subject=_subject(want))

    @proves("uptime.monitor")
    async def monitor(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each declared address is asked from outside, answers well, and somebody hears when it does not."""
        urls = want.need("urls")
        asked = ask(look, want)
        checks, (policies, snoozed) = await together(asked.of(reading.CHECKS, reading.checks), _policies(asked))
        asking = {url: uptime.of(url, checks) for url in urls}
        good = {url: uptime.good(asking[url], want.max_interval_minutes) for url in urls}
        names = sorted({each["name"] for several in good.values() for each in several})
        last, channels = await together(_last(asked, names, want.max_check_age_minutes), _channels(asked, policies))
        verdicts = [
            verdict(
                url,
                f"asked from outside every {want.max_interval_minutes} minutes, answered well, and heard by somebody",
                partial(uptime.asks_seen, asking[url], want.max_interval_minutes),
                partial(uptime.last_seen, good[url], last, want.max_check_age_minutes),
                partial(uptime.told_seen, good[url], policies, snoozed, channels, (want.max_snooze_hours, time.time())),
            )
            for url in urls
        ]
        judged = Kind.of("addresses", "are not watched from outside", verdicts)
        return whole("every public address is watched from outside", {}, [judged], subject=_subject(want))

    @proves("logs.rotation")
    async def retention(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each bucket of logs keeps them as long as was agreed."""
        found = await ask(look, want).of(reading.BUCKETS, reading.buckets)
        own = [each for each in found if each["id"] != _GOOGLES]
        names = chosen([each["id"] for each in own], want.log_buckets, "bucket of logs")
        expected = kept(want.retention_days, want.max_retention_days)
        verdicts = [
            verdict(
                f"//logging.googleapis.com/{each['name']}",
                expected,
                partial(retention_seen, each["days"], want.retention_days, want.max_retention_days),
            )
            for each in own
            if each["id"] in names
        ]
        aside = {"Google's own": len(found) - len(own)}
        judged = Kind.of("buckets of logs", "do not expire as agreed", verdicts, aside)
        return whole(f"logs that are {expected}", {}, [judged], subject=_subject(want))


async def _policies(asked: Asked) -> tuple[Sequence[Policy], Mapping[str, float]]:
    """The alert policies, and until when some of them are quiet."""
    policies, snoozed = await together(
        asked.of(reading.POLICIES, reading.policies), asked.of(reading.SNOOZES, reading.snoozes)
    )
    return policies, snoozed


async def _channels(asked: Asked, policies: Sequence[Policy]) -> Mapping[str, Detail]:
    names = sorted({name for each in policies for name in each["channels"]})
    if not names:
        return {}
    command = f"for each in {shlex.join(names)}; do gcloud beta monitoring channels describe $each; done"
    return await asked.of(command, listeners.channels, names)


async def _last(asked: Asked, names: Sequence[str], minutes: int) -> Mapping[str, Detail]:
    if not names:
        return {}
    asking = f"'https://monitoring.googleapis.com/v3/projects/{asked.project.name}/timeSeries?filter='"
    command = f'curl -H "Authorization: Bearer $(gcloud auth print-access-token)" {asking}'
    said = f"  # {reading.PASSED} of {' '.join(name.rpartition('/')[2] for name in names)}, the last {minutes} minutes"
    return await asked.of(command + said, reading.last, names, minutes)


def _heard(channels: Mapping[str, Detail], want: Wanted) -> Kind:
    verdicts = [
        verdict(_full(name), "a notification channel that works", partial(judging.channel_seen, detail))
        for name, detail in channels.items()
    ]
    titles = [detail["value"]["title"] for detail in channels.values() if "value" in detail]
    hidden = [CannotLook(each["reason"], each["detail"]) for each in channels.values() if "value" not in each]
    for pattern in want.channels:
        if not any(like(title, [pattern]) for title in titles):
            wrong = partial(_nothing, "no alert policy goes to such a channel", len(titles))
            verdicts.append(
                unseen(hidden[0], subject=pattern) if hidden else verdict(pattern, "policies that go there", wrong)
            )
    return Kind.of("notification channels", "do not reach anybody", verdicts, optional=True)


def _nothing(wrong: str, listed: int) -> Seen:
    return {"found among": listed}, [wrong]


def _full(name: str) -> str:
    return f"//monitoring.googleapis.com/{name}"


def _subject(want: Wanted) -> str:
    return f"//cloudresourcemanager.googleapis.com/projects/{want.project}"
