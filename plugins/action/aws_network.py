# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the networks of an AWS account keep data stores and admin ports to themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import databases, machines, networks
from ansible_collections.golive.verify.plugins.plugin_utils.aws import network_judging as judging
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, looked, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Ask each region side by side, and each list once."""

    def target(self, want: Wanted) -> str:
        return str(want.account_id or want.profile or "")

    @proves("cloud.network")
    async def network(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Only public ports are open to the world, traffic is recorded, and data stores have no way out."""
        asked = ask(look, want)
        judges = {"security groups": _groups, "VPCs": _clouds, "data subnets": _subnets, "clusters of EKS": _clusters}
        judges |= {"machines": _machines} if want.imdsv2 else {}
        identity, *kinds = await together(
            asked.identity(),
            looked("declared subnets", _declared(asked, want)),
            *(
                looked(_told(kind, region), judge(_Region(asked, region, want, _told(kind, region))))
                for region in asked.regions
                for kind, judge in judges.items()
            ),
        )
        return whole(
            f"open to the world: only {', '.join(map(str, want.public_ports))}",
            {"account": identity["account"]},
            kinds,
        )


async def _declared(asked: Asked, want: Wanted) -> Kind:
    """Each pattern of subnets must be like one, in whatever region."""
    if want.data_subnets:
        regions = [_Region(asked, region, want, "") for region in asked.regions]
        listed = await together(*(region.of("ec2 describe-subnets", networks.subnets) for region in regions))
        for pattern in want.data_subnets:
            if not any(_meant(subnet, [pattern]) for subnets in listed for subnet in subnets):
                raise CannotLook("not_found", f"no subnet is like {pattern}")
    return Kind("declared subnets", len(want.data_subnets))


def _told(kind: str, region: str | None) -> str:
    return f"{kind} in {region}" if region else kind


@dataclass(frozen=True, slots=True)
class _Region:
    """A region that is asked, for what is meant by kind."""

    asked: Asked
    name: str | None
    want: Wanted
    kind: str

    def of(self, command: str, read: Any, *arguments: Any) -> Any:
        """What the region says; several of its controls may ask the same."""
        return self.asked.of(f"aws {command}", read, self.name, *arguments, region=self.name)

    def judged(self, wrong: str, verdicts: Sequence[Verdict], aside: Mapping[str, int] | None = None) -> Kind:
        """What was judged of the kind."""
        return Kind.of(self.kind, wrong, verdicts, aside)


async def _groups(region: _Region) -> Kind:
    groups, lists = await networks.doors(region.asked, region.name)
    judged = [group for group in groups if not _meant(group, region.want.public_groups)]
    verdicts = [
        verdict(
            group["id"],
            "open to the world on public ports only",
            partial(judging.group_seen, group, lists, region.want.public_ports),
            *(
                [partial(judging.default_seen, group)]
                if region.want.default_closed and group["name"] == "default"
                else []
            ),
        )
        for group in judged
    ]
    return region.judged("let the world in", verdicts, {"groups declared public": len(groups) - len(judged)})


def _meant(thing: Mapping[str, Any], patterns: Sequence[str]) -> bool:
    return like(thing["id"], patterns) or like(thing["name"], patterns)


async def _clusters(region: _Region) -> Kind:
    names = await region.of("eks list-clusters", machines.clusters)
    if not names:
        return Kind(region.kind)
    command = f"printf '%s\\n' {' '.join(names)} | xargs -r -n 1 aws eks describe-cluster --name"
    found = await region.asked.of(command, machines.described, region.name, names, region=region.name)
    want = region.want
    verdicts = [
        verdict(
            detail["value"]["arn"] if "value" in detail else f"cluster {name}",
            "an API that the world does not reach",
            partial(machines.cluster_seen, detail, like(name, want.public_clusters), want.cluster_logs),
        )
        for name, detail in found.items()
    ]
    return region.judged("are open, or do not record what they must", verdicts)


async def _machines(region: _Region) -> Kind:
    found = await region.of("ec2 describe-instances", machines.machines)
    verdicts = [
        verdict(each["id"], "metadata for who has a token", partial(machines.machine_seen, each)) for each in found
    ]
    return region.judged("give their keys away", verdicts) if verdicts else Kind(region.kind)


async def _clouds(region: _Region) -> Kind:
    clouds, subnets, logs = await together(
        region.of("ec2 describe-vpcs", networks.private_clouds),
        region.of("ec2 describe-subnets", networks.subnets),
        region.of("ec2 describe-flow-logs", networks.flow_logs),
    )
    within = {cloud: [subnet["id"] for subnet in subnets if subnet["vpc"] == cloud] for cloud in clouds}
    verdicts = [
        verdict(cloud, "flow logs that are delivered", partial(judging.logged_seen, cloud, within[cloud], logs))
        for cloud in clouds
    ]
    return region.judged("have no working flow logs", verdicts)


async def _subnets(region: _Region) -> Kind:
    """The subnets of databases and caches, and those that are declared; where there are none, none is wrong."""
    subnets, tables, instances, caches = await together(
        region.of("ec2 describe-subnets", networks.subnets),
        region.of("ec2 describe-route-tables", networks.routes),
        databases.instances(region.asked, region.name),
        region.of(
            "elasticache describe-cache-clusters; aws elasticache describe-cache-subnet-groups", networks.cache_subnets
        ),
    )
    stores = networks.holding(instances, caches)
    judged = [each for each in subnets if each["id"] in stores or _meant(each, region.want.data_subnets)]
    verdicts = [
        verdict(
            each["id"],
            "no route to an internet gateway",
            partial(judging.subnet_seen, each, tables, stores.get(each["id"], ())),
        )
        for each in judged
    ]
    listed = {each["id"] for each in subnets}
    verdicts += [
        unseen(CannotLook("not_found", f"nothing tells of the subnet of {', '.join(whose)}"), subject=name)
        for name, whose in stores.items()
        if name not in listed
    ]
    return region.judged("lead to the internet", verdicts) if verdicts else Kind(region.kind)
