# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_network verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_network import ActionModule as GcpNetwork
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import REASONS, Answers, seen
from tests.unit.proving import prove

NETWORKS, FIREWALLS = "networks list", "get-effective-firewalls"
REGIONAL, SUBNETS = "network-firewall-policies list", "subnets list"
WORLD = ("0.0.0.0/0",)


def rule(ports: Any = ((22, 22),), verdict: str = "accept", sources: Any = WORLD, **changed: Any) -> dict[str, Any]:
    layers = [{"protocol": changed.pop("protocol", "tcp"), "ports": list(ports)}]
    right = {"priority": 1, "layers": layers, "from": list(sources), "certain": True, "unknown": "", "targets": []}
    return {**right, "verdict": verdict, **changed}


def firewall(*own: Any, above: Any = (), network: Any = ()) -> dict[str, Any]:
    """The rules of a network, and those of one policy above it and one of it."""
    return {FIREWALLS: {"shop": seen({"own": list(own), "above": [list(above)], "network": [list(network)]})}}


def subnet(**changed: Any) -> dict[str, Any]:
    return {
        SUBNETS: {"regions/r/subnetworks/data": {"name": "data", "recorded": True, "reaches_google": True, **changed}}
    }


RIGHT: dict[str, Any] = {
    NETWORKS: {"shop": False},
    **firewall(rule([(80, 80), (443, 443)]), rule([], protocol="all", sources=["10.0.0.0/8"])),
    REGIONAL: {},
    **subnet(),
}


def verdicts(changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    asked = {"project": "shop", "data_subnets": ["data"], **options}
    return prove(GcpNetwork, "cloud.network", asked, Answers({**RIGHT, **(changed or {})}))


def status(changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(changed, **options))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        firewall(),
        firewall(rule(verdict="drop"), rule()),
        firewall(rule(), above=[rule(verdict="drop")]),
        firewall(rule(targets=["a"]), above=[rule(verdict="drop", targets=["a"])]),
        {**firewall(rule(), network=[rule(verdict="drop")]), NETWORKS: {"shop": True}},
        firewall(rule(sources=["10.0.0.0/8", "2001:db8::/32"])),
        firewall(rule([], protocol="icmp"), rule([], protocol="50")),
        {SUBNETS: {}},
    ],
)
def test_what_is_closed_to_the_world_passes(changed: dict[str, Any]) -> None:
    data = [] if SUBNETS in changed else ["data"]
    assert [(one.status, one.message) for one in verdicts(changed, data_subnets=data)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        (firewall(rule()), "22/tcp over IPv4 is open to the world"),
        (firewall(rule(sources=["::/0"])), "22/tcp over IPv6 is open to the world"),
        (firewall(rule([(79, 81)])), "79/tcp over IPv4 is open to the world; 81/tcp over IPv4 is open to the world"),
        (firewall(rule(targets=["db"])), "22/tcp over IPv4 of db is open to the world"),
        (firewall(rule(targets=["db"]), rule()), "22/tcp over IPv4 is open to the world"),
        (firewall(rule(sources=["0.0.0.0/2"]), rule(sources=["128.0.0.0/1"])), "22/tcp over IPv4"),
        (firewall(rule(protocol="17", ports=[])), "1-65535/udp over IPv4"),
        (firewall(rule(), network=[rule(verdict="drop")]), "22/tcp over IPv4 is open to the world"),
        (firewall(rule(), above=[rule(verdict="drop", certain=False)]), "22/tcp over IPv4 is open to the world"),
        (firewall(rule(), above=[rule(verdict="return"), rule(verdict="drop")]), "22/tcp over IPv4"),
        ({REGIONAL: {"shop": {"europe-west3": [rule()]}}}, "22/tcp over IPv4 is open to the world"),
        ({NETWORKS: {"default": False}, FIREWALLS: {"default": RIGHT[FIREWALLS]["shop"]}}, "which nobody planned"),
    ],
)
def test_what_is_open_to_the_world_fails(changed: dict[str, Any], wrong: str) -> None:
    whole, one = verdicts(changed)
    assert (whole.status, one.status) == (Status.FAIL, Status.FAIL)
    assert one.subject.startswith("//compute.googleapis.com/projects/shop/global/networks/")
    assert wrong in one.message


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [({"recorded": False}, "has no flow logs"), ({"reaches_google": False}, "private Google access is off")],
)
def test_a_subnet_that_is_not_as_wanted_fails(changed: dict[str, Any], wrong: str) -> None:
    assert wrong in verdicts(subnet(**changed))[1].message


def test_ports_and_networks_may_be_declared_public() -> None:
    assert status(firewall(rule()), public_ports=[22, 80, 443]) is Status.PASS
    both = {
        NETWORKS: {"shop": False, "lab": False},
        FIREWALLS: {**RIGHT[FIREWALLS], "lab": firewall(rule())[FIREWALLS]["shop"]},
    }
    assert status(both, public_networks=["lab"]) is Status.PASS


def test_a_rule_that_says_too_little_is_an_error_and_hides_no_failure() -> None:
    group = rule(unknown="the rule of priority 1 is about offices", sources=[])
    assert status(firewall(network=[group])) is Status.ERROR
    assert status(firewall(rule(), network=[group])) is Status.FAIL


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("look", [NETWORKS, FIREWALLS, REGIONAL, SUBNETS])
def test_what_cannot_be_read_is_an_error(look: str, reason: str) -> None:
    assert {one.status for one in verdicts({look: CannotLook(reason, "so it is")})} == {Status.ERROR}
    if look == FIREWALLS:
        one = {"shop": {"reason": reason, "detail": "so it is"}}
        assert {each.status for each in verdicts({look: one})} == {Status.ERROR}


def test_without_networks_nothing_passes() -> None:
    assert status({NETWORKS: {}}) is Status.ERROR
    assert status(public_networks=["*"]) is Status.ERROR
    assert status({SUBNETS: {}}) is Status.ERROR
