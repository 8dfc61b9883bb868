# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an AWS account says of its public entries, as plain data: load balancers, distributions, and their firewalls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail

_MOST_NAMED = 100  # instances in one request
# The one region in which AWS keeps the firewalls of CloudFront (AWS WAF developer guide).
GLOBAL = "us-east-1"


def balancers(account: Account, region: str | None) -> list[dict[str, Any]]:
    """The load balancers, without those of the classic kind."""
    listed = account.call("elbv2", "describe_load_balancers", region=region)["LoadBalancers"]
    return [
        {
            "arn": each["LoadBalancerArn"],
            "name": each["LoadBalancerName"],
            "host": each.get("DNSName", ""),
            "kind": each["Type"],
            "public": each.get("Scheme") == "internet-facing",
            "state": each["State"]["Code"],
            "zones": sorted(zone["ZoneName"] for zone in each["AvailabilityZones"]),
        }
        for each in listed
    ]


def listeners(account: Account, region: str | None, arns: Iterable[str]) -> dict[str, Detail]:
    """Of each load balancer, on which ports it speaks what, and whether with a certificate."""

    def read(arn: str) -> list[dict[str, Any]]:
        listed = account.call("elbv2", "describe_listeners", region=region, LoadBalancerArn=arn)["Listeners"]
        return [
            {"port": each["Port"], "protocol": each["Protocol"], "certificates": len(each.get("Certificates", []))}
            for each in listed
        ]

    return details(account, arns, read)


def attributes(account: Account, region: str | None, arns: Iterable[str]) -> dict[str, Detail]:
    """Whether each load balancer is kept from being deleted, and whether it logs requests, which not all kinds can."""

    def read(arn: str) -> dict[str, bool]:
        said = account.call("elbv2", "describe_load_balancer_attributes", region=region, LoadBalancerArn=arn)
        values = {each["Key"]: each["Value"] for each in said["Attributes"]}
        return {
            "stays": values["deletion_protection.enabled"] == "true",
            "logs": values.get("access_logs.s3.enabled") == "true",
        }

    return details(account, arns, read)


def groups(account: Account, region: str | None) -> list[dict[str, Any]]:
    """The target groups, each with the load balancers in front, and how its targets are asked for their health."""
    listed = account.call("elbv2", "describe_target_groups", region=region)["TargetGroups"]
    return [
        {
            "arn": each["TargetGroupArn"],
            "name": each["TargetGroupName"],
            "of": each["LoadBalancerArns"],
            "path": each.get("HealthCheckPath", ""),
        }
        for each in listed
    ]


def targets(account: Account, region: str | None, arns: Iterable[str]) -> dict[str, Detail]:
    """Of each target group its targets, each with its health and, where AWS tells it, its zone."""

    def read(arn: str) -> list[dict[str, str]]:
        answer = account.call("elbv2", "describe_target_health", region=region, TargetGroupArn=arn)
        return [
            {
                "id": each["Target"]["Id"],
                "zone": each["Target"].get("AvailabilityZone", ""),
                "state": each["TargetHealth"]["State"],
            }
            for each in answer["TargetHealthDescriptions"]
        ]

    return details(account, arns, read)


def instance_zones(account: Account, region: str | None, ids: Iterable[str]) -> dict[str, str]:
    """In which zone each of some instances is."""
    names, found = sorted(ids), dict[str, str]()
    for start in range(0, len(names), _MOST_NAMED):
        page = names[start : start + _MOST_NAMED]
        for reservation in account.call("ec2", "describe_instances", region=region, InstanceIds=page)["Reservations"]:
            found |= {each["InstanceId"]: each["Placement"]["AvailabilityZone"] for each in reservation["Instances"]}
    return found


def distributions(account: Account) -> list[dict[str, Any]]:
    """The distributions of CloudFront that are in use, each with its firewall, if it has one."""
    listed = account.call("cloudfront", "list_distributions")["DistributionList"].get("Items", [])
    return [
        {"arn": each["ARN"], "name": each["DomainName"], "firewall": each["WebACLId"]}
        for each in listed
        if each["Enabled"]
    ]


def firewalls_of(account: Account, region: str | None, arns: Iterable[str]) -> dict[str, Detail]:
    """The firewall in front of each load balancer, or None."""

    def read(arn: str) -> dict[str, Any] | None:
        said = account.call("wafv2", "get_web_acl_for_resource", region=region, ResourceArn=arn)
        return _firewall(said["WebACL"]) if said.get("WebACL") else None

    return details(account, arns, read)


def firewalls(account: Account, arns: Iterable[str]) -> dict[str, Detail]:
    """The firewalls of distributions, by their ARNs."""

    def read(arn: str) -> dict[str, Any]:
        name, identity = arn.rsplit("/", 2)[1:]
        asked = {"Scope": "CLOUDFRONT", "Name": name, "Id": identity}
        return _firewall(account.call("wafv2", "get_web_acl", region=GLOBAL, **asked)["WebACL"])

    return details(account, arns, read)


def _firewall(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": said["Name"],
        "refuses": "Block" in said["DefaultAction"],
        "rules": {rule["Name"]: _blocks(rule) for rule in said.get("Rules", [])},
    }


def _blocks(rule: Mapping[str, Any]) -> bool:
    """Of a group of rules whether it does what it says, of a rule whether that is to block."""
    return "Block" in rule.get("Action", {}) or "None" in rule.get("OverrideAction", {})
