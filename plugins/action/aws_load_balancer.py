# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the public entries of an AWS account stay up when a machine or a zone fails, and refuse attacks."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import attacks
from ansible_collections.golive.verify.plugins.plugin_utils.aws import balancer_judging as judging
from ansible_collections.golive.verify.plugins.plugin_utils.aws import balancers, certificates, classic
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
            *(attacks.sampled(look, url) for url in urls),
        )
        kinds = [entries, Kind.of("samples", "are let through", samples)]
        return whole("attacks are refused at every entry", {"account": identity["account"]}, kinds)


def _told(kind: str, region: str | None) -> str:
    return f"{kind} in {region}" if region else kind


async def _balanced(asked: Asked, region: str | None, want: Wanted) -> Kind:
    """Those of all kinds: who has classic load balancers only has load balancers too."""
    found, old = await together(asked.of(_LIST, balancers.balancers, region, region=region), _classics(asked, region))
    names = chosen([each["name"] for each in (*found, *old)], want.load_balancers, "load balancer")
    several = await together(
        *(
            judge(asked, region, [each for each in listed if each["name"] in names], want)
            for judge, listed in ((_current, found), (_classic, old))
        )
    )
    verdicts = [each for some in several for each in some]
    return Kind.of(_told("load balancers", region), "would not survive a failure", verdicts)


async def _current(asked: Asked, region: str | None, judged: Sequence[Entry], want: Wanted) -> list[Verdict]:
    """Load balancers of applications, networks and gateways."""
    if not judged:
        return []
    arns = [each["arn"] for each in judged]
    listening = _each("describe-listeners --load-balancer-arn", arns)
    asking = _each("describe-load-balancer-attributes --load-balancer-arn", arns)
    wanted = [
        *([judging.stays_seen] if want.deletion_protection else []),
        *([judging.logs_seen] if want.access_logs else []),
    ]
    spoken, groups, *known = await together(
        asked.of(listening, balancers.listeners, region, arns, region=region),
        attempt(_groups(asked, region, arns)),
        *([asked.of(asking, balancers.attributes, region, arns, region=region)] if wanted else []),
    )
    return [
        verdict(
            each["arn"],
            _expected(want),
            partial(judging.state_seen, each, spoken[each["arn"]]),
            partial(_targets, each, groups, want),
            *(partial(seen, attributes[each["arn"]]) for attributes in known for seen in wanted),
        )
        for each in judged
    ]


async def _classic(asked: Asked, region: str | None, judged: Sequence[Entry], want: Wanted) -> list[Verdict]:
    """Classic load balancers, of which none can be kept from being deleted."""
    if not judged:
        return []
    names = [each["name"] for each in judged]
    wanted = [
        *([classic.spread_seen] if want.cross_zone else []),
        *([judging.logs_seen] if want.access_logs else []),
    ]
    policies, behind, shown, *known = await together(
        classic.policies(asked, region, names),
        attempt(_behind(asked, region, judged)),
        _served(asked, region, classic.served(judged)),
        *([classic.attributes(asked, region, names)] if wanted else []),
    )
    return [
        verdict(
            each["arn"],
            _expected(want),
            partial(classic.tls_seen, each, policies[each["name"]]),
            partial(classic.certificates_seen, each, shown, want.min_days_left, time.time()),
            partial(_targets, each, behind, want),
            *(partial(seen, attributes[each["name"]]) for attributes in known for seen in wanted),
        )
        for each in judged
    ]


def _expected(want: Wanted) -> str:
    return f"TLS, and at least {want.min_healthy_targets} healthy targets in {want.min_zones} zones"


async def _classics(asked: Asked, region: str | None) -> list[dict[str, Any]]:
    """The classic load balancers of a region, with the ARNs that AWS does not tell of them."""
    identity, listed = await together(asked.identity(), classic.balancers(asked, region))
    start = f"arn:{identity['partition']}:elasticloadbalancing:{region or ''}:{identity['account']}:loadbalancer"
    return [{**each, "arn": f"{start}/{each['name']}"} for each in listed]


async def _behind(asked: Asked, region: str | None, judged: Sequence[Entry]) -> Behind:
    """The instances behind each, as if they were a target group."""
    names = [each["name"] for each in judged]
    groups = [{"arn": each["name"], "name": each["name"], "of": [each["arn"]], "path": each["path"]} for each in judged]
    targets = await classic.targets(asked, region, names)
    return groups, targets, await _zones(asked, region, targets)


async def _served(asked: Asked, region: str | None, arns: Sequence[str]) -> Mapping[str, Detail | CannotLook]:
    """What ACM and IAM, whichever has them, know of certificates."""
    acm = [arn for arn in arns if ":acm:" in arn]
    command = f"printf '%s\\n' {' '.join(acm)} | xargs -r -n 1 aws acm describe-certificate --certificate-arn"
    described, brought = await together(
        attempt(asked.of(command, certificates.described, region, acm, region=region)) if acm else _none(),
        attempt(asked.of("aws iam list-server-certificates", certificates.of_iam)) if len(acm) < len(arns) else _none(),
    )

    def one(arn: str) -> Detail | CannotLook:
        found: Mapping[str, Detail] | CannotLook = described if arn in acm else brought
        if isinstance(found, CannotLook):
            return found
        return found.get(arn) or {"reason": "not_found", "detail": f"IAM has no certificate {arn}"}

    return {arn: one(arn) for arn in arns}


async def _none() -> Mapping[str, Detail]:
    return {}


Behind = tuple[Sequence[Mapping[str, Any]], Mapping[str, Detail], Mapping[str, str] | CannotLook]


async def _groups(asked: Asked, region: str | None, arns: Sequence[str]) -> Behind:
    """The target groups behind some load balancers, their targets, and in which zones instances among these are."""
    listed = await asked.of("aws elbv2 describe-target-groups", balancers.groups, region, region=region)
    groups = [group for group in listed if set(group["of"]) & set(arns)]
    names = [group["arn"] for group in groups]
    command = _each("describe-target-health --target-group-arn", names)
    targets = await asked.of(command, balancers.targets, region, names, region=region)
    return groups, targets, await _zones(asked, region, targets)


async def _zones(asked: Asked, region: str | None, targets: Mapping[str, Detail]) -> Mapping[str, str] | CannotLook:
    """In which zones the instances among targets are, of which AWS does not tell it with these."""
    instances = sorted(
        {
            each["id"]
            for detail in targets.values()
            for each in detail.get("value", ())
            if each["id"].startswith("i-") and each["zone"] in ("", "all")
        }
    )
    if not instances:
        return {}
    command = f"aws ec2 describe-instances --instance-ids {' '.join(instances)}"
    return await attempt(asked.of(command, balancers.instance_zones, region, instances, region=region))


def _targets(balancer: Entry, behind: Behind | CannotLook, want: Wanted) -> tuple[Any, Sequence[str]]:
    if isinstance(behind, CannotLook):
        raise behind
    groups, targets, zones = behind
    return judging.targets_seen([each for each in groups if balancer["arn"] in each["of"]], targets, zones, want)


async def _entries(asked: Asked, want: Wanted) -> Kind:
    """Load balancers of HTTP that the internet reaches, and distributions; those of TCP can have no firewall."""
    found, old, spread = await together(
        together(*(asked.of(_LIST, balancers.balancers, region, region=region) for region in asked.regions)),
        together(*(_classics(asked, region) for region in asked.regions)),
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
    verdicts += [
        verdict(each["arn"], "rules in front that block", judging.unguardable_seen)
        for listed in old
        for each in listed
        if each["public"] and classic.is_of_the_web(each) and not _spared(each, want)
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
