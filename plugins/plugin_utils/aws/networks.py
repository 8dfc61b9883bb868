# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a region of an AWS account says of its networks, as plain data, read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail

# https://www.iana.org/assignments/protocol-numbers, as far as AWS does not spell them out; -1 is all of them.
_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "-1": "all"}


async def doors(asked: Asked, region: str | None) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, Detail]]:
    """The security groups of a region, and the networks of the prefix lists that their rules name."""
    listed = await asked.of("aws ec2 describe-security-groups", groups, region, region=region)
    names = sorted({name for group in listed for rule in group["lets_in"] for name in rule["lists"]})
    command = "aws ec2 get-managed-prefix-list-entries --prefix-list-id " + " ".join(names)
    return listed, await asked.of(command, prefix_lists, region, names, region=region) if names else {}


def groups(account: Account, region: str | None) -> list[dict[str, Any]]:
    """The security groups, each with what its rules let in: a protocol, ports, and from where."""
    listed = account.call("ec2", "describe_security_groups", region=region)["SecurityGroups"]
    return [
        {
            "id": each["GroupId"],
            "name": each["GroupName"],
            "lets_in": [_rule(rule) for rule in each["IpPermissions"]],
            "ways_out": len(each["IpPermissionsEgress"]),
        }
        for each in listed
    ]


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "protocol": _PROTOCOLS.get(rule["IpProtocol"], rule["IpProtocol"]),
        "ports": [rule.get("FromPort", -1), rule.get("ToPort", -1)],
        "networks": [each["CidrIp"] for each in rule.get("IpRanges", [])]
        + [each["CidrIpv6"] for each in rule.get("Ipv6Ranges", [])],
        "lists": [each["PrefixListId"] for each in rule.get("PrefixListIds", [])],
        "groups": [{"id": each["GroupId"], "of": each.get("UserId", "")} for each in rule.get("UserIdGroupPairs", [])],
    }


def prefix_lists(account: Account, region: str | None, names: Iterable[str]) -> dict[str, Detail]:
    """The networks of each prefix list."""

    def read(name: str) -> list[str]:
        listed = account.call("ec2", "get_managed_prefix_list_entries", region=region, PrefixListId=name)["Entries"]
        return [each["Cidr"] for each in listed]

    return details(account, names, read)


def private_clouds(account: Account, region: str | None) -> list[str]:
    """The ids of the region's VPCs."""
    return [each["VpcId"] for each in account.call("ec2", "describe_vpcs", region=region)["Vpcs"]]


def flow_logs(account: Account, region: str | None) -> list[dict[str, Any]]:
    """Of what there are flow logs, of which traffic, and whether they are delivered."""
    listed = account.call("ec2", "describe_flow_logs", region=region)["FlowLogs"]
    return [
        {
            "of": each["ResourceId"],
            "active": each["FlowLogStatus"] == "ACTIVE",
            # Nothing says so before the first delivery.
            "delivered": each.get("DeliverLogsStatus", "SUCCESS") == "SUCCESS",
            "traffic": each.get("TrafficType", "ALL"),
        }
        for each in listed
    ]


def subnets(account: Account, region: str | None) -> list[dict[str, Any]]:
    """The subnets, each with its VPC, its zone and its name."""
    listed = account.call("ec2", "describe_subnets", region=region)["Subnets"]
    return [
        {
            "id": each["SubnetId"],
            "vpc": each["VpcId"],
            "zone": each["AvailabilityZone"],
            "name": next((tag["Value"] for tag in each.get("Tags", []) if tag["Key"] == "Name"), ""),
        }
        for each in listed
    ]


def routes(account: Account, region: str | None) -> list[dict[str, Any]]:
    """The route tables, each with the subnets that it is for, and its ways to internet gateways."""
    listed = account.call("ec2", "describe_route_tables", region=region)["RouteTables"]
    return [
        {
            "id": each["RouteTableId"],
            "vpc": each["VpcId"],
            "main": any(one.get("Main") for one in each["Associations"]),
            "subnets": [one["SubnetId"] for one in each["Associations"] if one.get("SubnetId")],
            "out": [
                route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock") or "a prefix list"
                for route in each["Routes"]
                if route.get("GatewayId", "").startswith("igw-")
            ],
        }
        for each in listed
    ]


def cache_subnets(account: Account, region: str | None) -> dict[str, list[str]]:
    """The subnets in which each cache is."""
    clusters = account.call("elasticache", "describe_cache_clusters", region=region)["CacheClusters"]
    if not clusters:
        return {}
    groups = account.call("elasticache", "describe_cache_subnet_groups", region=region)["CacheSubnetGroups"]
    subnets = {
        group["CacheSubnetGroupName"]: [each["SubnetIdentifier"] for each in group["Subnets"]] for group in groups
    }
    return {each["CacheClusterId"]: subnets.get(each.get("CacheSubnetGroupName", ""), []) for each in clusters}


def holding(instances: Iterable[Mapping[str, Any]], caches: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The subnets in which databases and caches are, each with whose they are."""
    found: dict[str, list[str]] = {}
    kept = [(f"database {each['name']}", each["subnets"]) for each in instances]
    kept += [(f"cache {name}", subnets) for name, subnets in caches.items()]
    for store, subnets in kept:
        for subnet in subnets:
            found.setdefault(subnet, []).append(store)
    return found
