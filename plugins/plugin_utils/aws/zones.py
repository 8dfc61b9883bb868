# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an AWS account says of its hosted zones, of the domains that it has registered, and of health checks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.balancers import GLOBAL
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail

_MINUTE = 60
_LATELY = 15 * _MINUTE  # in which a health check, which is made every half a minute, has certainly told of itself
# How Route 53 writes what is no letter, digit, hyphen or underscore in a name, such as the asterisk of a wildcard.
_OCTAL = re.compile(r"\\([0-7]{3})")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def absolute(name: str) -> str:
    """A name that Route 53 gives, in lower case, with its final dot."""
    plain = _OCTAL.sub(lambda found: chr(int(found[1], 8)), name)
    return f"{plain.rstrip('.').lower()}."


def zones(account: Account) -> list[dict[str, Any]]:
    """The hosted zones, each with its name, and whether only its own networks see it."""
    return [
        {
            "id": each["Id"].rpartition("/")[2],
            "name": absolute(each["Name"]),
            "private": each["Config"]["PrivateZone"],
        }
        for each in account.call("route53", "list_hosted_zones")["HostedZones"]
    ]


def name_servers(account: Account, ids: Iterable[str]) -> dict[str, Detail]:
    """The name servers that answer for each of some public zones."""

    def read(identity: str) -> list[str]:
        said = account.call("route53", "get_hosted_zone", Id=identity)
        return sorted(map(absolute, said["DelegationSet"]["NameServers"]))

    return details(account, ids, read)


def record_sets(account: Account, zone: str) -> list[dict[str, Any]]:
    """The record sets of a zone. alias: the name that Route 53 answers in place of this one."""
    listed = account.call("route53", "list_resource_record_sets", HostedZoneId=zone)["ResourceRecordSets"]
    return [
        {
            "name": absolute(each["Name"]),
            "type": each["Type"],
            "identifier": each.get("SetIdentifier", ""),
            "ttl": each.get("TTL"),
            "values": [record["Value"] for record in each.get("ResourceRecords", [])],
            "alias": absolute(each["AliasTarget"]["DNSName"]) if "AliasTarget" in each else None,
            "primary": each.get("Failover") == "PRIMARY",
            "check": each.get("HealthCheckId"),
            "evaluated": each.get("AliasTarget", {}).get("EvaluateTargetHealth", False),
        }
        for each in listed
    ]


def signing(account: Account, zone: str) -> dict[str, Any]:
    """Whether Route 53 signs a zone, and with which keys for keys."""
    said = account.call("route53", "get_dnssec", HostedZoneId=zone)
    return {
        "status": said["Status"]["ServeSignature"],
        "trouble": said["Status"].get("StatusMessage", ""),
        "keys": [
            {"name": each["Name"], "status": each["Status"], "trouble": each.get("StatusMessage", ""), **_key(each)}
            for each in said.get("KeySigningKeys", [])
        ],
    }


def _key(said: Mapping[str, Any]) -> dict[str, Any]:
    digest = said.get("DigestValue") or said.get("Digest") or ""
    return {"tag": said["KeyTag"], "digest": digest.lower(), "public": "".join((said.get("PublicKey") or "").split())}


def query_logs(account: Account) -> list[dict[str, str]]:
    """To which groups of logs the queries for which zones are written."""
    listed = account.call("route53", "list_query_logging_configs")["QueryLoggingConfigs"]
    return [
        {
            "zone": each["HostedZoneId"].rpartition("/")[2],
            "group": each["CloudWatchLogsLogGroupArn"].removesuffix(":*"),
        }
        for each in listed
    ]


def domains(account: Account) -> list[str]:
    """The domains that the account has registered."""
    listed = account.call("route53domains", "list_domains", region=GLOBAL)["Domains"]
    return [absolute(each["DomainName"]) for each in listed]


def domain(account: Account, name: str) -> dict[str, Any]:
    """What the registrar keeps of a domain. status: in the words of RFC 8056. public: whose contacts all may read."""
    said = account.call("route53domains", "get_domain_detail", region=GLOBAL, DomainName=name)
    contacts = {"administrative": "Admin", "registrant's": "Registrant", "technical": "Tech", "billing": "Billing"}
    return {
        "ends": said["ExpirationDate"],
        "renews": said["AutoRenew"],
        "status": sorted({_WORD.sub(" ", each.split()[0]).lower() for each in said["StatusList"]}),
        "name_servers": sorted(absolute(each["Name"]) for each in said["Nameservers"]),
        "public": [word for word, key in contacts.items() if not said.get(f"{key}Privacy", key == "Billing")],
        "keys": [_key(each) for each in said.get("DnssecKeys") or []],
    }


def health_checks(account: Account) -> dict[str, dict[str, Any]]:
    """The health checks of the account, by their identifiers."""
    listed = account.call("route53", "list_health_checks")["HealthChecks"]
    return {
        each["Id"]: {
            "of": each["HealthCheckConfig"].get("FullyQualifiedDomainName")
            or each["HealthCheckConfig"].get("IPAddress")
            or each["HealthCheckConfig"]["Type"],
            "disabled": each["HealthCheckConfig"].get("Disabled", False),
        }
        for each in listed
    }


def health(account: Account, checks: Iterable[str]) -> dict[str, Detail]:
    """Whether each health check was well when it was last made, of whatever kind it is."""
    now = account.now

    def read(check: str) -> bool:
        said = account.call(
            "cloudwatch",
            "get_metric_statistics",
            region=GLOBAL,
            Namespace="AWS/Route53",
            MetricName="HealthCheckStatus",
            Dimensions=[{"Name": "HealthCheckId", "Value": check}],
            StartTime=datetime.fromtimestamp(now - _LATELY, UTC),
            EndTime=datetime.fromtimestamp(now, UTC),
            Period=_MINUTE,
            Statistics=["Minimum"],
        )
        if not said["Datapoints"]:
            raise CannotLook("not_found", f"nothing has told of it within {_LATELY // _MINUTE} minutes")
        return bool(max(said["Datapoints"], key=lambda each: each["Timestamp"])["Minimum"] >= 1)

    return details(account, checks, read)
