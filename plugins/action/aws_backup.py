# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that AWS Backup makes, keeps and protects what must survive, and that it was restored."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import recovery
from ansible_collections.golive.verify.plugins.plugin_utils.aws import recovery_judging as judging
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import everywhere
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, Seen, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like, unmet
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

Facts = Mapping[str, Any]
Last = Mapping[str, float | None]
Looks = Callable[[str], Iterable[Callable[[], Seen]]]


class ActionModule(Verifier):
    """Ask all regions side by side. What is declared and was never backed up is a failure, not something unseen."""

    def target(self, want: Wanted) -> str:
        return str(want.account_id or want.profile or "")

    @proves("backup.automated")
    async def automated(self, look: Observer, want: Wanted) -> list[Verdict]:
        """There are plans, each runs by itself for something, and what is declared was backed up lately."""
        asked, patterns, now = ask(look, want), want.need("resources"), time.time()

        async def plans(region: str | None) -> list[Verdict]:
            known = await recovery.plans(asked, region)
            ids = [plan["id"] for plan in known]
            rules, selections = await _of_plans(asked, region, ids, recovery.rules, recovery.selections)
            return [
                verdict(
                    plan["arn"],
                    "a rule with a schedule, and a selection",
                    partial(judging.runs, rules[plan["id"]], selections[plan["id"]]),
                )
                for plan in known
            ]

        async def judged(_region: str | None, found: Last) -> Looks:
            return lambda arn: [partial(judging.lately, found[arn], want.max_age_hours, want.grace_hours, now)]

        identity, plan, resources = await together(
            asked.identity(),
            everywhere("plans", "do nothing by themselves", asked.regions, plans, optional=True),
            _resources(asked, patterns, f"backed up within {want.max_age_hours:g} h", judged),
        )
        return whole("plans that run, and back up what is declared", _account(identity), [_some(plan), resources])

    @proves("backup.freshness")
    async def freshness(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The newest recovery point of what is declared is whole and recent."""
        asked, patterns, now = ask(look, want), want.need("resources"), time.time()

        async def judged(region: str | None, found: Last) -> Looks:
            points = await recovery.points(asked, region, found)
            return lambda arn: [partial(judging.fresh, points[arn], want.max_age_hours, want.grace_hours, now)]

        expected = f"a whole recovery point at most {want.max_age_hours:g} h old (+{want.grace_hours:g} h)"
        return await _declared(asked, patterns, expected, judged)

    @proves("backup.retention")
    async def retention(self, look: Observer, want: Wanted) -> list[Verdict]:
        """There is a recovery point of each day, locked if wanted, and plans that keep those to come long enough."""
        asked, patterns, now, days = ask(look, want), want.need("resources"), time.time(), want.retention_days

        async def judged(region: str | None, found: Last) -> Looks:
            points, plans, *vaults = await together(
                recovery.points(asked, region, found),
                attempt(_plans(asked, region)),
                *([attempt(recovery.vaults(asked, region))] if want.immutable else []),
            )
            return lambda arn: [
                partial(judging.daily, points[arn], days, now),
                partial(_kept, arn, points[arn], plans, want),
                *(partial(_locked, points[arn], known, days, now) for known in vaults),
            ]

        expected = f"a recovery point of each of the last {days} days, and a rule that keeps them for as long"
        return await _declared(asked, patterns, expected, judged)

    @proves("backup.offsite")
    async def offsite(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each other region holds a recent, encrypted recovery point of what is declared."""
        asked, patterns, now = ask(look, want), want.need("resources"), time.time()
        regions = want.need("copy_regions")

        async def judged(region: str | None, found: Last) -> Looks:
            others = [other for other in regions if other != region]
            if not others:
                raise CannotLook("not_found", f"copy_regions names no other region than {region}")
            copies = await together(*(recovery.points(asked, other, found) for other in others))
            return lambda arn: [
                partial(_in_region, other, known[arn], want, now) for other, known in zip(others, copies, strict=True)
            ]

        expected = f"an encrypted copy at most {want.offsite_max_age_hours:g} h old in {', '.join(regions)}"
        return await _declared(asked, patterns, expected, judged)

    @proves("restore.database")
    async def restored(self, look: Observer, want: Wanted) -> list[Verdict]:
        """What is declared was restored lately, and what came of it was validated."""
        asked, patterns, now = ask(look, want), want.need("resources"), time.time()

        async def judged(region: str | None, _found: Last) -> Looks:
            jobs = await recovery.restores(asked, region)
            return lambda arn: [
                partial(judging.restored, [job for job in jobs if job["of"] == arn], want.max_evidence_age, now)
            ]

        expected = f"a validated restore within {want.max_evidence_age} days"
        return await _declared(asked, patterns, expected, judged)

    @proves("data.encryption_at_rest")
    async def encryption(self, look: Observer, want: Wanted) -> list[Verdict]:
        """All recovery points are encrypted, whichever key protects their vault."""
        asked = ask(look, want)

        async def region(name: str | None) -> list[Verdict]:
            vaults = await recovery.vaults(asked, name)
            kept = await recovery.kept(asked, name, vaults) if vaults else {}
            return [
                verdict(vaults[each]["arn"], "encrypted", partial(judging.in_cipher, kept[each]))
                for each in vaults
                if not judging.empty(kept[each])
            ]

        identity, vaults = await together(
            asked.identity(), everywhere("vaults with recovery points", "hold some in clear", asked.regions, region)
        )
        return whole("every recovery point is encrypted", _account(identity), [vaults])


async def _plans(asked: Asked, region: str | None) -> judging.Plans:
    """The plans of a region with their rules, and what its vaults tell of who made what they hold."""
    known, vaults = await together(recovery.plans(asked, region), recovery.vaults(asked, region))
    arns = {plan["id"]: plan["arn"] for plan in known}
    (rules,), held = await together(
        _of_plans(asked, region, list(arns), recovery.rules), recovery.kept(asked, region, vaults)
    )
    return judging.Plans(arns, rules, held)


def _kept(arn: str, points: Detail, plans: judging.Plans | CannotLook, want: Wanted) -> Seen:
    if isinstance(plans, CannotLook):
        raise plans
    return judging.keeps(arn, points, plans, want.retention_days, want.every_rule)


def _locked(points: Detail, vaults: Mapping[str, Facts] | CannotLook, days: int, now: float) -> Seen:
    if isinstance(vaults, CannotLook):
        raise vaults
    return judging.locked(points, vaults, days, now)


def _in_region(region: str, points: Any, want: Wanted, now: float) -> Seen:
    actual, problems = judging.fresh(points, want.offsite_max_age_hours, want.grace_hours, now, encrypted=True)
    return {region: actual}, [f"in {region}: {problem}" for problem in problems]


async def _of_plans(asked: Asked, region: str | None, ids: Sequence[str], *asking: Any) -> list[Facts]:
    """What is asked of each plan; nothing where there is none."""
    if not ids:
        return [{}] * len(asking)
    found: list[Facts] = await together(*(each(asked, region, ids) for each in asking))
    return found


async def _declared(asked: Asked, patterns: Sequence[str], expected: str, judged: Any) -> list[Verdict]:
    identity, resources = await together(asked.identity(), _resources(asked, patterns, expected, judged))
    return whole(expected, _account(identity), [resources])


async def _resources(asked: Asked, patterns: Sequence[str], expected: str, judged: Any) -> Kind:
    """Judge the resources that are like the patterns, each in the region that backs it up.

    A pattern that nothing is like that was ever backed up is a failure, where all regions could be read.
    """
    names: list[str] = []
    hidden: list[str | None] = []

    async def region(name: str | None) -> list[Verdict]:
        known = await attempt(recovery.protected(asked, name))
        if isinstance(known, CannotLook):
            hidden.append(name)
            raise known
        found = {arn: last for arn, last in known.items() if like(arn, patterns)}
        names.extend(found)
        looks = await judged(name, found) if found else None
        return [verdict(arn, expected, *looks(arn)) for arn in found] if looks else []

    kind, wrong = "resources", "are not backed up as wanted"
    seen = await everywhere(kind, wrong, asked.regions, region, optional=True)
    lost = [_missing(pattern, expected, bool(hidden)) for pattern in unmet(patterns, names)]
    return Kind(
        kind,
        seen.judged + len(lost),
        wrong,
        [*seen.failures, *(each for each in lost if not hidden)],
        [*seen.errors, *(each for each in lost if hidden)],
    )


def _missing(pattern: str, expected: str, hidden: bool) -> Verdict:
    said = "nothing that was ever backed up is like it"
    if hidden:
        return unseen(CannotLook("not_found", f"{said}, in the regions that can be read"), subject=pattern)
    return judge(expected=expected, actual=None, problems=[said], subject=pattern)


def _some(plans: Kind) -> Kind:
    """No plan at all is a failure: nothing is backed up by itself."""
    if plans.judged:
        return plans
    none = judge(expected="a plan", actual=None, problems=["there is no backup plan"], subject="plans")
    return Kind(plans.name, 1, "is there that runs: there is none", [none])


def _account(identity: Facts) -> dict[str, str]:
    return {"account": identity["account"]}
