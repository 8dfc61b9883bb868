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
from ansible_collections.golive.verify.plugins.plugin_utils.aws import databases, networks
from ansible_collections.golive.verify.plugins.plugin_utils.aws import network_judging as judging
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import verdict
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, looked, whole
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
        identity, *kinds = await together(
            asked.identity(),
            looked("declared subnets", _declared(asked, want)),
            *(
                looked(_told(kind, region), judge(_Region(asked, region, want, _told(kind, region))))
                for region in asked.regions
                for kind, judge in (("security groups", _groups), ("VPCs", _clouds), ("data subnets", _subnets))
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
    groups = await region.of("ec2 describe-security-groups", networks.groups)
    names = sorted({name for group in groups for rule in group["lets_in"] for name in rule["lists"]})
    command = "ec2 get-managed-prefix-list-entries --prefix-list-id " + " ".join(names)
    lists = await region.of(command, networks.prefix_lists, names) if names else {}
    judged = [group for group in groups if not _meant(group, region.want.public_groups)]
    verdicts = [
        verdict(
            group["id"],
            "open to the world on public ports only",
            partial(judging.group_seen, group, lists, region.want.public_ports),
        )
        for group in judged
    ]
    return region.judged("let the world in", verdicts, {"groups declared public": len(groups) - len(judged)})


def _meant(thing: Mapping[str, Any], patterns: Sequence[str]) -> bool:
    return like(thing["id"], patterns) or like(thing["name"], patterns)


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
