# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a region says of clusters of EKS and of machines of EC2, as plain data, and how far strangers get with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.network_judging import world
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen


def clusters(account: Account, region: str | None) -> list[str]:
    """The names of the region's clusters."""
    return list(account.call("eks", "list_clusters", region=region)["clusters"])


def described(account: Account, region: str | None, names: Iterable[str]) -> dict[str, Detail]:
    """Of each cluster, from which networks its API is reached, and what it records."""

    def read(name: str) -> dict[str, Any]:
        said = account.call("eks", "describe_cluster", region=region, name=name)["cluster"]
        reached = said["resourcesVpcConfig"]
        return {
            "arn": said["arn"],
            "from": reached.get("publicAccessCidrs", ["0.0.0.0/0"]) if reached["endpointPublicAccess"] else [],
            "logs": sorted(
                kind
                for each in said.get("logging", {}).get("clusterLogging", ())
                if each.get("enabled")
                for kind in each.get("types", ())
            ),
        }

    return details(account, names, read)


def machines(account: Account, region: str | None) -> list[dict[str, Any]]:
    """The machines that are there, and whether each gives its role's keys only to who has asked for a token before."""
    listed = account.call("ec2", "describe_instances", region=region)["Reservations"]
    return [
        {
            "id": each["InstanceId"],
            "guarded": each["MetadataOptions"].get("HttpTokens") == "required"
            or each["MetadataOptions"].get("HttpEndpoint") == "disabled",
        }
        for reservation in listed
        for each in reservation["Instances"]
        if each["State"]["Name"] not in ("shutting-down", "terminated")
    ]


def cluster_seen(cluster: Detail, public: bool, logs: Sequence[str]) -> Seen:
    """Whether the API of a cluster is out of the world's reach, unless that is meant, and records what it must."""
    known = value(cluster)
    open_to = [] if public else world(known["from"])
    problems = [f"its API is open to {' and '.join(open_to)}"] if open_to else []
    silent = [kind for kind in logs if kind not in known["logs"]]
    problems += [f"it does not record {', '.join(silent)}"] if silent else []
    return {"reached from": known["from"][:10], "records": known["logs"]}, problems


def machine_seen(machine: Mapping[str, Any]) -> Seen:
    """Whether a request that somebody else makes the machine send cannot take its keys."""
    wrong = "gives its keys to whatever request it is made to send (IMDSv1)"
    return {"token required": machine["guarded"]}, [] if machine["guarded"] else [wrong]
