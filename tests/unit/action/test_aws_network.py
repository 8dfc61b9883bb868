# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_network verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_network import ActionModule as AwsNetwork
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import network_judging as judging
from ansible_collections.golive.verify.plugins.plugin_utils.aws import networks
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

CONTROL = "cloud.network"
GROUPS, LISTS, CLOUDS = "describe-security-groups", "get-managed-prefix-list-entries", "describe-vpcs"
SUBNETS, LOGS, ROUTES = "describe-subnets", "describe-flow-logs", "describe-route-tables"
DATABASES, CACHES = "describe-db-instances", "describe-cache-clusters"
CLUSTERS, CLUSTER, MACHINES = "eks list-clusters", "eks describe-cluster", "describe-instances"
PUBLIC = (80, 443)
WORLD, HALF, OTHER_HALF = "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"
HIDDEN = {"reason": "denied", "detail": "needs ec2:GetManagedPrefixListEntries"}


def rule(first: int, last: int = 0, *networks: str, protocol: str = "tcp", lists: Any = ()) -> dict[str, Any]:
    return {"protocol": protocol, "ports": [first, last or first], "networks": networks, "lists": lists, "groups": ()}


def group(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"id": "sg-1", "name": "web", "lets_in": rules, "ways_out": 1}


CLOSED = {"id": "sg-9", "name": "default", "lets_in": [], "ways_out": 1}
WEB = group(rule(443, 0, WORLD, "::/0"), rule(22, 0, "10.0.0.0/8"), rule(5432, lists=["pl-1"]))
TABLES: list[dict[str, Any]] = [
    {"id": "rtb-main", "vpc": "vpc-1", "main": True, "subnets": [], "out": []},
    {"id": "rtb-out", "vpc": "vpc-1", "main": False, "subnets": ["subnet-web"], "out": [WORLD]},
]
LOG: dict[str, Any] = {"of": "vpc-1", "active": True, "delivered": True, "traffic": "ALL"}
EKS: dict[str, Any] = {"arn": "arn:aws:eks:x:1:cluster/shop", "from": ["192.0.2.0/24"], "logs": ["api", "audit"]}
RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    GROUPS: [WEB],
    LISTS: {"pl-1": seen(["192.0.2.0/24"])},
    CLOUDS: ["vpc-1"],
    SUBNETS: [{"id": f"subnet-{name}", "vpc": "vpc-1", "zone": "a", "name": name} for name in ("web", "data", "more")],
    LOGS: [LOG],
    ROUTES: TABLES,
    CLUSTERS: ["shop"],
    CLUSTER: {"shop": seen(EKS)},
    MACHINES: [{"id": "i-1", "guarded": True}],
    DATABASES: [{"name": "shop", "subnets": ["subnet-data"]}],
    CACHES: {"sessions": ["subnet-more"]},
}
NO_STORES: dict[str, Any] = {DATABASES: [], CACHES: {}}


def verdicts(changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsNetwork, CONTROL, options, Answers({**RIGHT, **(changed or {})}))


def status(changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(changed, **options))


def routes(**changed: Any) -> dict[str, Any]:
    return {ROUTES: [{**TABLES[0], **changed}, TABLES[1]]}


@pytest.mark.parametrize(
    ("changed", "options"),
    [
        ({}, {"data_subnets": ["data", "subnet-mo*"]}),
        (NO_STORES, {}),
        ({CLUSTERS: []}, {}),
        ({CLUSTER: {"shop": seen({**EKS, "from": [WORLD]})}}, {"public_clusters": ["sh*"]}),
        ({}, {"cluster_logs": ["audit"], "imdsv2": True}),
        ({MACHINES: []}, {"imdsv2": True}),
        ({GROUPS: [WEB, {**CLOSED, "ways_out": 0}]}, {"default_closed": True}),
        ({GROUPS: [group(rule(22, 0, WORLD))]}, {"public_ports": [22]}),
        ({GROUPS: [group(rule(22, 0, WORLD)), {**WEB, "id": "sg-2", "name": "api"}]}, {"public_groups": ["sg-1"]}),
        ({GROUPS: [group()]}, {}),
    ],
)
def test_a_network_as_it_should_be_passes(changed: dict[str, Any], options: dict[str, Any]) -> None:
    assert [(each.status, each.message) for each in verdicts(changed, **options)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("changed", "subject", "because"),
    [
        ({GROUPS: [group(rule(22, 0, WORLD))]}, "sg-1", "tcp/22 is open to 0.0.0.0/0"),
        ({LISTS: {"pl-1": seen([HALF, OTHER_HALF])}}, "sg-1", "tcp/5432 is open to 0.0.0.0/0"),
        ({LOGS: []}, "vpc-1", "no flow logs"),
        ({LOGS: [{**LOG, "active": False}]}, "vpc-1", "there are flow logs, but they are not delivered"),
        ({**routes(out=["::/0"]), CACHES: {}}, "subnet-data", "rtb-main routes ::/0 to an internet gateway"),
        ({DATABASES: [{"name": "shop", "subnets": ["subnet-web"]}]}, "subnet-web", "rtb-out routes 0.0.0.0/0 to an"),
    ],
)
def test_what_is_broken_fails(changed: dict[str, Any], subject: str, because: str) -> None:
    account, one = verdicts(changed)
    assert (account.status, one.status, one.subject) == (Status.FAIL, Status.FAIL, subject)
    assert because in one.message


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(
    ("look", "subjects"),
    [
        (WHO, {""}),
        (GROUPS, {"security groups"}),
        (LISTS, {"security groups"}),
        (CLOUDS, {"VPCs"}),
        (LOGS, {"VPCs"}),
        (SUBNETS, {"declared subnets", "VPCs", "data subnets"}),
        (ROUTES, {"data subnets"}),
        (DATABASES, {"data subnets"}),
        (CACHES, {"data subnets"}),
        (CLUSTERS, {"clusters of EKS"}),
        (CLUSTER, {"clusters of EKS"}),
        (MACHINES, {"machines"}),
    ],
)
def test_what_cannot_be_read_is_an_error_of_what_needs_it(look: str, subjects: set[str], reason: str) -> None:
    found = verdicts({look: CannotLook(reason, "so it is")}, data_subnets=["data"], imdsv2=True)
    assert {each.status for each in found} == {Status.ERROR}
    assert {each.subject for each in found} == subjects
    assert all(f"could not look ({reason})" in each.message for each in found)


OPTED = {"default_closed": True, "imdsv2": True, "cluster_logs": ["audit", "scheduler"]}


@pytest.mark.parametrize(
    ("changed", "subject", "because", "option"),
    [
        (
            {CLUSTER: {"shop": seen({**EKS, "from": [HALF, OTHER_HALF]})}},
            EKS["arn"],
            "its API is open to 0.0.0.0/0",
            "",
        ),
        ({}, EKS["arn"], "it does not record scheduler", "cluster_logs"),
        ({MACHINES: [{"id": "i-1", "guarded": False}]}, "i-1", "gives its keys to whatever request", "imdsv2"),
        ({GROUPS: [WEB, CLOSED]}, "sg-9", "the default group has rules (1), where", "default_closed"),
    ],
)
def test_what_is_left_open_fails(changed: dict[str, Any], subject: str, because: str, option: str) -> None:
    account, one = verdicts(changed, **({option: OPTED[option]} if option else {}))
    assert (account.status, one.status, one.subject) == (Status.FAIL, Status.FAIL, subject)
    assert because in one.message
    assert not option or status(changed) is Status.PASS


def test_what_cannot_be_read_hides_no_failure_elsewhere() -> None:
    found = verdicts({GROUPS: CannotLook("denied", "so it is"), LOGS: []})
    assert {each.subject: each.status for each in found} == {
        "": Status.FAIL,
        "vpc-1": Status.FAIL,
        "security groups": Status.ERROR,
    }
    assert [each.subject for each in verdicts({LISTS: {"pl-1": HIDDEN}})] == ["sg-1"]


def test_what_is_not_there_proves_nothing() -> None:
    assert status({GROUPS: []}) is Status.ERROR
    assert status(public_groups=["we*"]) is Status.ERROR
    assert status({CLOUDS: []}) is Status.ERROR
    assert status(data_subnets=["data", "nowhere"]) is Status.ERROR
    assert status({ROUTES: [], **NO_STORES}) is Status.PASS
    assert status({ROUTES: [TABLES[1]]}) is Status.ERROR
    (one,) = verdicts({DATABASES: [{"name": "shop", "subnets": ["subnet-data", "subnet-gone"]}]})
    assert (one.status, one.subject) == (Status.ERROR, "subnet-gone")
    assert status(account_id="999999999999") is Status.ERROR


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        ([rule(80, 0, WORLD), rule(443, 0, "::/0")], []),
        ([rule(80, 443, WORLD)], ["tcp/80-443 is open to 0.0.0.0/0"]),
        ([rule(443, 0, WORLD, protocol="udp")], ["udp/443 is open to 0.0.0.0/0"]),
        ([rule(0, 65535, WORLD)], ["all of tcp is open to 0.0.0.0/0"]),
        ([rule(-1, -1, WORLD, "::/0", protocol="all")], ["everything is open to 0.0.0.0/0 and ::/0"]),
        ([rule(-1, -1, WORLD, protocol="50")], ["all of 50 is open to 0.0.0.0/0"]),
        ([rule(8, -1, WORLD, protocol="icmp"), rule(-1, -1, "::/0", protocol="icmpv6")], []),
        ([rule(22, 0, HALF), rule(22, 0, OTHER_HALF)], ["tcp/22 is open to 0.0.0.0/0"]),
        ([rule(22, 0, HALF), rule(20, 30, OTHER_HALF)], ["tcp/20-30 is open to 128.0.0.0/1", "tcp/22 is open to 0."]),
        ([rule(22, 0, HALF, lists=["pl-1"])], ["tcp/22 is open to 0.0.0.0/0"]),
        ([rule(22, 0, "::/1", "8000::/1")], ["tcp/22 is open to ::/0"]),
        ([rule(22, 0, "2000::/3")], ["tcp/22 is open to 2000::/3"]),
        ([rule(22, 0, HALF, "128.0.0.0/2", "192.0.0.0/3")], ["tcp/22 is open to 0.0.0.0/1 and 128.0.0.0/2 and 192."]),
        ([rule(22, 0, "10.0.0.0/8", "2001:db8::/32")], []),
        ([rule(22, 0, "10.0.0.0/7")], ["tcp/22 is open to 10.0.0.0/7"]),
        ([rule(22)], []),
    ],
)
def test_ports_are_open_to_what_all_rules_let_in_together(rules: list[Any], wrong: list[str]) -> None:
    found = judging.group_seen(group(*rules), {"pl-1": seen([OTHER_HALF])}, PUBLIC)[1]
    assert len(found) == len(wrong)
    assert all(said.startswith(start) for said, start in zip(found, wrong, strict=True))


def test_a_network_that_is_not_understood_is_an_error() -> None:
    assert status({LISTS: {"pl-1": seen(["somewhere"])}}) is Status.ERROR


@pytest.mark.parametrize(
    ("logs", "good"),
    [
        ([{**LOG, "traffic": "REJECT"}], True),
        ([{**LOG, "traffic": "ACCEPT"}], False),
        ([{**LOG, "delivered": False}], False),
        ([{**LOG, "active": False}, LOG], True),
        ([{**LOG, "of": "a"}, {**LOG, "of": "b"}], True),
        ([{**LOG, "of": "a"}], False),
        ([{**LOG, "of": "a"}, {**LOG, "of": "b", "delivered": False}], False),
        ([{**LOG, "of": "vpc-2"}], False),
    ],
)
def test_a_cloud_is_recorded_by_a_log_of_its_own_or_by_those_of_all_its_subnets(logs: list[Any], good: bool) -> None:
    assert (judging.logged_seen("vpc-1", ["a", "b"], logs)[1] == []) is good
    assert judging.logged_seen("vpc-3", [], logs)[1] == ["no flow logs"]


def test_stores_are_told_by_their_subnets() -> None:
    assert networks.holding([{"name": "shop", "subnets": ["a", "b"]}], {"sessions": ["b"], "odd": []}) == {
        "a": ["database shop"],
        "b": ["database shop", "cache sessions"],
    }
