# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the public entries of an AWS account stay up when a machine or a zone fails, and refuse attacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import balancer_judging as judging
from ansible_collections.golive.verify.plugins.plugin_utils.aws import balancers
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, looked, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import chosen, like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

Entry = Mapping[str, Any]
_LIST = "aws elbv2 describe-load-balancers"


class ActionModule(Verifier):
    """Ask each region side by side, and send harmless samples of attacks where that is asked for."""

    def target(self, want: Wanted) -> str:
        return str(want.account_id or want.profile or "")

    @proves("lb.configured")
    async def configured(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each load balancer speaks TLS, and has healthy targets in several zones."""
        asked = ask(look, want)
        identity, *kinds = await together(
            asked.identity(),
            *(looked(_told("load balancers", region), _balanced(asked, region, want)) for region in asked.regions),
        )
        return whole("load balancers with healthy targets", {"account": identity["account"]}, kinds)

    @proves("edge.waf")
    async def firewall(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each public entry has rules in front that block, and samples of attacks are refused there."""
        urls = want.need("sample_urls")
        asked = ask(look, want)
        identity, entries, *samples = await together(
            asked.identity(),
            looked("public entries", _entries(asked, want)),
            *(_sampled(look, url) for url in urls),
        )
        kinds = [entries, Kind.of("samples", "are let through", samples)]
        return whole("attacks are refused at every entry", {"account": identity["account"]}, kinds)


def _told(kind: str, region: str | None) -> str:
    return f"{kind} in {region}" if region else kind


async def _balanced(asked: Asked, region: str | None, want: Wanted) -> Kind:
    found = await asked.of(_LIST, balancers.balancers, region, region=region)
    names = chosen([each["name"] for each in found], want.load_balancers, "load balancer")
    judged = [each for each in found if each["name"] in names]
    arns = [each["arn"] for each in judged]
    listening = _each("describe-listeners --load-balancer-arn", arns)
    staying = _each("describe-load-balancer-attributes --load-balancer-arn", arns)
    spoken, groups, *kept = await together(
        asked.of(listening, balancers.listeners, region, arns, region=region),
        attempt(_groups(asked, region, arns)),
        *([asked.of(staying, balancers.protections, region, arns, region=region)] if want.deletion_protection else []),
    )
    verdicts = [
        verdict(
            each["arn"],
            f"TLS, and at least {want.min_healthy_targets} healthy targets in {want.min_zones} zones",
            partial(judging.state_seen, each, spoken[each["arn"]]),
            partial(_targets, each, groups, want),
            *(partial(judging.stays_seen, protections[each["arn"]]) for protections in kept),
        )
        for each in judged
    ]
    return Kind.of(_told("load balancers", region), "would not survive a failure", verdicts)


Behind = tuple[Sequence[Mapping[str, Any]], Mapping[str, Detail], Mapping[str, str] | CannotLook]


async def _groups(asked: Asked, region: str | None, arns: Sequence[str]) -> Behind:
    """The target groups behind some load balancers, their targets, and in which zones instances among these are."""
    listed = await asked.of("aws elbv2 describe-target-groups", balancers.groups, region, region=region)
    groups = [group for group in listed if set(group["of"]) & set(arns)]
    names = [group["arn"] for group in groups]
    command = _each("describe-target-health --target-group-arn", names)
    targets = await asked.of(command, balancers.targets, region, names, region=region)
    instances = sorted(
        {
            each["id"]
            for detail in targets.values()
            for each in detail.get("value", ())
            if each["id"].startswith("i-") and each["zone"] in ("", "all")
        }
    )
    command = f"aws ec2 describe-instances --instance-ids {' '.join(instances)}"
    if not instances:
        return groups, targets, {}
    return groups, targets, await attempt(asked.of(command, balancers.instance_zones, region, instances, region=region))


def _targets(balancer: Entry, behind: Behind | CannotLook, want: Wanted) -> tuple[Any, Sequence[str]]:
    if isinstance(behind, CannotLook):
        raise behind
    groups, targets, zones = behind
    return judging.targets_seen([each for each in groups if balancer["arn"] in each["of"]], targets, zones, want)


async def _entries(asked: Asked, want: Wanted) -> Kind:
    """Load balancers of HTTP that the internet reaches, and distributions; those of TCP can have no firewall."""
    found, spread = await together(
        together(*(asked.of(_LIST, balancers.balancers, region, region=region) for region in asked.regions)),
        asked.of("aws cloudfront list-distributions", balancers.distributions),
    )
    public = {
        region: [
            each for each in listed if each["public"] and each["kind"] == "application" and not _spared(each, want)
        ]
        for region, listed in zip(asked.regions, found, strict=True)
    }
    spread = [each for each in spread if not _spared(each, want)]
    guarded = [each["firewall"] for each in spread if each["firewall"]]
    of_regions, of_spread = await together(
        together(*(_firewalls(asked, region, [each["arn"] for each in listed]) for region, listed in public.items())),
        asked.of(_each_firewall(guarded), balancers.firewalls, guarded),
    )
    known = {arn: detail for details in of_regions for arn, detail in details.items()}
    known |= {each["arn"]: of_spread.get(each["firewall"], {"value": None}) for each in spread}
    verdicts = [
        verdict(arn, "rules in front that block", partial(_guarded, detail)) for arn, detail in sorted(known.items())
    ]
    return Kind.of("public entries", "are not guarded", verdicts)


def _spared(entry: Entry, want: Wanted) -> bool:
    return like(entry["arn"], want.unguarded) or like(entry["name"], want.unguarded)


def _guarded(detail: Detail) -> tuple[Any, Sequence[str]]:
    return judging.firewall_seen(value(detail))


def _firewalls(asked: Asked, region: str | None, arns: Sequence[str]) -> Any:
    command = f"printf '%s\\n' {' '.join(arns)} | xargs -r -n 1 aws wafv2 get-web-acl-for-resource --resource-arn"
    return asked.of(command, balancers.firewalls_of, region, arns, region=region)


def _each(command: str, arns: Sequence[str]) -> str:
    return f"printf '%s\\n' {' '.join(arns)} | xargs -r -n 1 aws elbv2 {command}"


def _each_firewall(arns: Sequence[str]) -> str:
    return f"aws wafv2 get-web-acl --scope CLOUDFRONT --region {balancers.GLOBAL}  # of {' '.join(arns) or 'none'}"


async def _sampled(look: Observer, url: str) -> Verdict:
    """A usual request, and samples of attacks in its query."""
    joint = "&" if "?" in url else "?"
    looks = {name: look.http(f"{url}{joint}{query}") for name, query in judging.SAMPLES.items()}
    normal, *attacks = await together(attempt(look.http(url)), *(attempt(each) for each in looks.values()))

    def seen() -> tuple[Any, Sequence[str]]:
        for answer in (normal, *attacks):
            if isinstance(answer, CannotLook):
                raise answer
        return judging.samples_seen(normal, dict(zip(looks, attacks, strict=True)))

    return verdict(f"samples at {url}", "attacks refused with 403, and the rest served", seen)
