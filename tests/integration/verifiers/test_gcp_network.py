# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_network verifier through Google's library against a fake of its API, built from Google's own description."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_network import ActionModule as GcpNetwork
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers.google_cloud import needs, said, unread
from tests.integration.verifiers.live import prove_live

CONTROL = "cloud.network"
PROJECT = "/compute/v1/projects/shop"
NETWORKS, FIREWALLS = f"{PROJECT}/global/networks", f"{PROJECT}/global/networks/shop/getEffectiveFirewalls"
POLICIES, SUBNETS = f"{PROJECT}/aggregated/firewallPolicies", f"{PROJECT}/aggregated/subnetworks"
REGIONAL = f"{PROJECT}/regions/europe-west3/firewallPolicies/local"
URL = "https://www.googleapis.com/compute/v1/projects/shop"
NEEDS = needs("gcp_network")[CONTROL]
METHODS = [
    "compute.networks.list",
    "compute.networks.getEffectiveFirewalls",
    "compute.networkFirewallPolicies.aggregatedList",
    "compute.regionNetworkFirewallPolicies.get",
    "compute.subnetworks.aggregatedList",
]
WORLD = ["0.0.0.0/0"]
TAGS: dict[str, Any] = {"targetTags": ["web"]}
SSH, ALL = [{"IPProtocol": "tcp", "ports": ["22"]}], [{"IPProtocol": "all"}]


def rule(allowed: Any = (), sources: Any = ("0.0.0.0/0",), priority: int = 1000, **changed: Any) -> dict[str, Any]:
    found = {"direction": "INGRESS", "priority": priority, "sourceRanges": list(sources), **changed}
    return found | ({"allowed": list(allowed)} if allowed else {})


def of_policy(action: str, ports: str = "22", priority: int = 1000, **match: Any) -> dict[str, Any]:
    changed = match.pop("rule", {})
    layers = [{"ipProtocol": "tcp", "ports": [ports]}]
    return {
        "direction": "INGRESS",
        "priority": priority,
        "action": action,
        "match": {"layer4Configs": layers, "srcIpRanges": WORLD, **match},
        **changed,
    }


def put(gcp: FakeGcp, *rules: dict[str, Any], **policies: Any) -> None:
    """What a packet into the network meets: rules, and policies by their kind, with those that Google adds."""
    last = {**of_policy("goto_next", "0-65535", 2147483647), "match": {"srcIpRanges": [*WORLD, "::/0"]}}
    last["match"]["layer4Configs"] = [{"ipProtocol": "all"}]
    kinds = {kind: [{"type": kind, "rules": [last, *several]}] for kind, several in policies.items()}
    gcp.put(
        FIREWALLS, {"firewalls": list(rules), "firewallPolicys": [each for kind in kinds.values() for each in kind]}
    )


def put_networks(gcp: FakeGcp, *names: str, **changed: Any) -> None:
    gcp.put(NETWORKS, {"items": [{"name": name, **changed} for name in names]})


def subnet(name: str = "data-1", **changed: Any) -> dict[str, Any]:
    right = {"region": f"{URL}/regions/europe-west3", "purpose": "PRIVATE", "privateIpGoogleAccess": True}
    return {"name": name, "logConfig": {"enable": True}, **right, **changed}


def put_subnets(gcp: FakeGcp, *found: dict[str, Any]) -> None:
    items = {
        "regions/europe-west3": {"subnetworks": list(found)},
        "regions/x": {"warning": {"code": "NO_RESULTS_ON_PAGE"}},
    }
    gcp.put(SUBNETS, {"kind": "compute#subnetworkAggregatedList", "items": items})


def put_regional(gcp: FakeGcp, *rules: dict[str, Any]) -> None:
    about = [{"attachmentTarget": f"{URL}/global/networks/shop", "name": "x"}]
    policy = {"name": "local", "region": f"{URL}/regions/europe-west3", "associations": about}
    items = {"regions/europe-west3": {"firewallPolicies": [policy]}, "global": {"firewallPolicies": [{"name": "all"}]}}
    gcp.put(POLICIES, {"kind": "compute#networkFirewallPolicyAggregatedList", "items": items})
    gcp.put(REGIONAL, {**policy, "rules": list(rules)})


@pytest.fixture
def right(gcp):
    """A network that lets the world in to the shop, and everybody inside to more."""
    put_networks(gcp, "shop")
    web = [{"IPProtocol": "tcp", "ports": ["80", "443"]}]
    put(
        gcp,
        rule(web, [*WORLD, "::/0"], **TAGS),
        rule(ALL, ["10.0.0.0/8", "35.191.0.0/16"]),
        rule([{"IPProtocol": "icmp"}, {"IPProtocol": "esp"}]),
        rule(ALL, disabled=True),
        {**rule(ALL), "direction": "EGRESS"},
        rule(ALL, [], sourceTags=["bastion"]),
    )
    put_regional(gcp, of_policy("allow", srcIpRanges=["10.0.0.0/8"]))
    put_subnets(
        gcp,
        subnet(),
        subnet("web-1", privateIpGoogleAccess=False),
        subnet("proxy", purpose="REGIONAL_MANAGED_PROXY", logConfig={}),
    )
    return gcp


def verdicts(gcp: FakeGcp, **changed: Any) -> list[Verdict]:
    options = {"project": "shop", "endpoint_url": gcp.url, "timeout": 8, "data_subnets": ["data-*"]}
    return prove_live(GcpNetwork, CONTROL, options | changed)


def status(gcp: FakeGcp, **changed: Any) -> Status:
    return worst(each.status for each in verdicts(gcp, **changed))


def test_a_network_as_it_should_be_passes_with_the_declared_permissions(right):
    (verdict,) = verdicts(right)
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.subject == "//cloudresourcemanager.googleapis.com/projects/shop"
    assert verdict.actual == {"networks": 1, "declared public": 0, "subnets": 2}
    assert {method: right.calls[method] for method in METHODS} == dict.fromkeys(METHODS, 1)
    assert right.used == set(NEEDS)


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        ([rule(SSH)], "22/tcp over IPv4 is open to the world"),
        ([rule(SSH, ["::/0"])], "22/tcp over IPv6 is open to the world"),
        ([rule(ALL)], "1-79/tcp over IPv4 is open"),
        (
            [rule([{"IPProtocol": "tcp", "ports": ["20-25"]}], **TAGS)],
            "20-25/tcp over IPv4 of web is open to the world",
        ),
        ([rule([{"IPProtocol": "6"}], targetServiceAccounts=["a@b"])], "444-65535/tcp over IPv4 of a@b is open"),
        ([rule(SSH, ["0.0.0.0/1"]), rule(SSH, ["128.0.0.0/1"])], "22/tcp over IPv4 is open"),
        ([rule([{"IPProtocol": "udp", "ports": ["443"]}])], "443/udp over IPv4 is open"),
        ([rule(SSH, [])], "22/tcp over IPv4 is open to the world"),
        ([rule(SSH, destinationRanges=["10.1.0.0/16"])], "22/tcp over IPv4 is open to the world"),
        ([rule(SSH), rule(priority=2000, denied=ALL)], "22/tcp over IPv4 is open to the world"),
        ([rule(SSH), rule(priority=1, denied=ALL, sources=["10.0.0.0/8"])], "22/tcp over IPv4 is open to the world"),
        ([rule(SSH), rule(priority=1, denied=ALL, **TAGS)], "22/tcp over IPv4 is open to the world"),
        ([rule(SSH), rule(priority=1, denied=ALL, destinationRanges=["10.1.0.0/16"])], "22/tcp over IPv4 is open"),
    ],
)
def test_what_the_world_reaches_fails(right, rules, wrong):
    put(right, *rules)
    whole, one = verdicts(right)
    assert (whole.status, whole.message) == (Status.FAIL, "1 of 1 networks let the world in")
    assert one.subject == "//compute.googleapis.com/projects/shop/global/networks/shop"
    assert wrong in one.message
    assert status(right, public_networks=["sh*"]) is Status.ERROR


@pytest.mark.parametrize(
    "rules",
    [
        [rule(SSH), rule(priority=1000, denied=ALL)],
        [rule(SSH), rule(priority=1, denied=SSH)],
        [rule(SSH, **TAGS), rule(priority=1, denied=SSH, **TAGS)],
        [rule(SSH, ["10.0.0.0/8", "192.168.0.0/16"])],
        [rule(SSH, [], sourceServiceAccounts=["a@b"])],
        [],
    ],
)
def test_what_is_denied_first_is_not_open(right, rules):
    put(right, *rules)
    assert status(right) is Status.PASS


@pytest.mark.parametrize(
    ("policies", "reached"),
    [
        ({"HIERARCHY": [of_policy("deny")]}, False),
        ({"HIERARCHY": [of_policy("goto_next", priority=1), of_policy("deny")]}, True),
        ({"HIERARCHY": [of_policy("goto_next", priority=1, srcRegionCodes=["US"]), of_policy("deny")]}, True),
        ({"HIERARCHY": [of_policy("deny", rule={"disabled": True})]}, True),
        ({"HIERARCHY": [of_policy("deny", rule={"targetResources": [f"{URL}/global/networks/other"]})]}, True),
        ({"HIERARCHY": [of_policy("deny", rule={"targetResources": [f"{URL}/global/networks/shop"]})]}, False),
        ({"HIERARCHY": [of_policy("deny", destIpRanges=["10.0.0.0/8"])]}, True),
        ({"HIERARCHY": [of_policy("deny", srcNetworkType="INTRA_VPC")]}, True),
        ({"HIERARCHY": [of_policy("deny", rule={"targetType": "INTERNAL_MANAGED_LB"})]}, True),
        ({"NETWORK": [of_policy("deny")]}, True),
    ],
)
def test_policies_above_come_first_and_that_of_the_network_where_it_says(right, policies, reached):
    put(right, rule(SSH), **policies)
    assert status(right) is (Status.FAIL if reached else Status.PASS)


def test_the_policy_of_a_network_may_come_first(right):
    put(right, rule(SSH), NETWORK=[of_policy("deny")])
    put_networks(right, "shop", networkFirewallPolicyEnforcementOrder="BEFORE_CLASSIC_FIREWALL")
    assert status(right) is Status.PASS


@pytest.mark.parametrize(
    "opening",
    [
        of_policy("allow"),
        of_policy("apply_security_profile_group"),
        of_policy("allow", srcIpRanges=[], srcRegionCodes=["US"]),
        of_policy("allow", srcIpRanges=[], srcThreatIntelligences=["iplist-public-clouds"]),
        of_policy("allow", rule={"targetSecureTags": [{"name": "tagValues/1"}]}),
    ],
)
@pytest.mark.parametrize("where", ["HIERARCHY", "NETWORK", "a region"])
def test_what_a_policy_opens_is_open(right, where, opening):
    if where == "a region":
        put_regional(right, opening)
    else:
        put(right, **{where: [opening]})
    assert "22/tcp over IPv4" in said(verdicts(right))


@pytest.mark.parametrize("match", [{"srcSecureTags": [{"name": "tagValues/1"}]}, {"srcFqdns": ["example.com"]}])
def test_names_and_tags_are_not_the_world(right, match):
    put(right, NETWORK=[of_policy("allow", srcIpRanges=[], **match)])
    assert status(right) is Status.PASS


def test_what_an_address_group_holds_is_not_known(right):
    groups: dict[str, Any] = {
        "srcIpRanges": [],
        "srcAddressGroups": ["projects/shop/locations/global/addressGroups/offices"],
    }
    put(right, NETWORK=[of_policy("allow", **groups)])
    assert "(malformed): the rule of priority 1000 is about offices" in said(verdicts(right))
    put(right, rule(SSH), NETWORK=[of_policy("allow", **groups)])
    assert status(right) is Status.FAIL
    put(right, NETWORK=[of_policy("deny", **groups)])
    assert status(right) is Status.PASS


def test_the_default_network_is_gone(right):
    put_networks(right, "shop", "default")
    right.put(FIREWALLS.replace("shop/get", "default/get"), {"firewallPolicys": []})
    assert "which nobody planned" in said(verdicts(right))
    assert status(right, default_network=True) is Status.PASS


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"logConfig": {"enable": False}}, "has no flow logs"),
        ({"logConfig": {}}, "has no flow logs"),
        ({"privateIpGoogleAccess": False}, "private Google access is off"),
    ],
)
def test_subnets_that_are_not_as_wanted_fail(right, changed, wrong):
    put_subnets(right, subnet(**changed), subnet("other"))
    whole, one = verdicts(right)
    assert whole.message == "1 of 2 subnets are not as wanted"
    assert one.subject == "//compute.googleapis.com/projects/shop/regions/europe-west3/subnetworks/data-1"
    assert wrong in one.message


def test_what_is_not_there_never_passes(right):
    assert "no subnet is like gone-*" in said(verdicts(right, data_subnets=["gone-*"]))
    put_networks(right)
    assert status(right) is Status.ERROR


def test_what_nobody_understands_is_an_error(right):
    put(right, NETWORK=[of_policy("perhaps")])
    assert "(malformed)" in said(verdicts(right))
    put(right, rule(SSH, ["nowhere"]))
    assert "(malformed)" in said(verdicts(right))
    put(right)
    right.put(SUBNETS, {"kind": "x", "unreachables": ["regions/y"]})
    assert "subnetworks of regions/y" in said(verdicts(right))
    right.put(SUBNETS, {"kind": "x", "items": {"regions/y": {"warning": {"code": "UNREACHABLE"}}}})
    assert "subnetworks of regions/y: Google warns of UNREACHABLE" in said(verdicts(right))
    right.put(SUBNETS, {"kind": "x", "warning": {"code": "UNREACHABLE"}})
    assert "subnetworks of the whole list" in said(verdicts(right))
    right.hang("compute.networks.list")
    assert "(timeout)" in said(verdicts(right, timeout=0.4))
    assert "(unreachable)" in said(verdicts(right, endpoint_url="http://127.0.0.1:9"))


@pytest.mark.parametrize("method", METHODS)
def test_what_cannot_be_read_is_an_error(right, method):
    unread(right, method, verdicts)


@pytest.mark.parametrize("permission", NEEDS)
def test_each_permission_that_is_denied_is_named(right, permission):
    right.deny(permission)
    found = verdicts(right)
    assert {each.status for each in found} == {Status.ERROR}
    assert f"needs {permission}" in said(found)
