# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_rds verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_rds import ActionModule as AwsRds
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

PROTECTED, ENCRYPTED, PITR = "aws.rds.protected", "data.encryption_at_rest", "backup.point_in_time"
AUTOMATED, FRESH, KEPT = "backup.automated", "backup.freshness", "backup.retention"
CONTROLS = [PROTECTED, ENCRYPTED, AUTOMATED, FRESH, KEPT, PITR]
INSTANCES, CLUSTERS = "describe-db-instances", "describe-db-clusters"
SNAPSHOTS, CLUSTER_SNAPSHOTS = "describe-db-snapshots", "describe-db-cluster-snapshots"
WINDOWS, AUTHORITIES = "describe-db-instance-automated-backups", "describe-certificates"
SHARED, PARAMETERS = "describe-db-snapshot-attributes", "describe-db-parameters"
VERSIONS, DOORS = "describe-db-engine-versions", "describe-security-groups"
LISTS, EVENTS, HEARD = "get-managed-prefix-list-entries", "describe-event-subscriptions", "list-subscriptions-by-topic"
NOW, MINUTE, HOUR, DAY = time.time(), 60, 3600, 86400

SHOP: dict[str, Any] = {
    "arn": "arn:aws:rds:eu-central-1:123456789012:db:shop",
    "name": "shop",
    "engine": "postgres",
    "version": "16.4",
    "retention": 30,
    "latest": NOW - 5 * MINUTE,
    "deletion_protection": True,
    "encrypted": True,
    "key": "arn:aws:kms:eu-central-1:123456789012:key/1",
    "groups": ["sg-1"],
    "cluster": "",
    "replica_of": "",
    "status": "available",
    "public": False,
    "multi_az": True,
    "minor_upgrades": True,
    "zone": "eu-central-1a",
    "port": 5432,
    "authority": "rds-ca",
    "certificate_until": NOW + 200 * DAY,
    "parameters": [{"group": "shop", "status": "in-sync"}],
}
OWN = {"arn", "name", "engine", "version", "retention", "latest", "deletion_protection", "encrypted", "key", "groups"}
AURORA = {name: SHOP[name] for name in (*OWN, "replica_of", "status", "port", "parameters")} | {
    "arn": "arn:aws:rds:eu-central-1:123456789012:cluster:aurora",
    "name": "aurora",
    "engine": "aurora-postgresql",
    "earliest": NOW - 30 * DAY,
}
MEMBER = {**SHOP, "arn": "arn:aws:rds:eu-central-1:123456789012:db:one", "name": "one", "cluster": "aurora"}


def snapshot(day: float, kind: str = "automated", **changed: Any) -> dict[str, Any]:
    known = {"arn": f"{SHOP['arn'].replace(':db:', ':snapshot:')}-{day}-{kind}", "name": f"{day}-{kind}", "of": "shop"}
    return {
        **known,
        "type": kind,
        "status": "available",
        "at": NOW - day * DAY,
        "encrypted": True,
        "key": "",
        **changed,
    }


def group(name: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "name": name, "lets_in": rules}


def rule(ports: list[int] | None, *networks: str, lists: Any = (), groups: Any = ()) -> dict[str, Any]:
    return {
        "protocol": "tcp" if ports else "all",
        "ports": ports or [-1, -1],
        "networks": networks,
        "lists": lists,
        "groups": [{"id": each, "of": "999999999999"} for each in groups],
    }


EVENT = {"name": "all", "topic": "pager", "source": "", "of": [], "categories": []}
APP = group("sg-app", rule([443, 443], "0.0.0.0/0", "::/0"), rule([22, 22], "10.0.0.0/8"))
DAILY = [snapshot(day + 0.3) for day in range(30)]
RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    INSTANCES: [SHOP],
    CLUSTERS: [],
    SNAPSHOTS: [*DAILY, snapshot(2, "manual")],
    CLUSTER_SNAPSHOTS: [],
    WINDOWS: {SHOP["arn"]: {"earliest": NOW - 30 * DAY, "latest": NOW - 5 * MINUTE}},
    AUTHORITIES: {"rds-ca": NOW + 2000 * DAY},
    SHARED: {"2-manual": seen([])},
    PARAMETERS: {"shop": seen({"rds.force_ssl": "1"})},
    VERSIONS: {"postgres:16.4": seen("available")},
    DOORS: [group("sg-1", rule([5432, 5432], "10.0.0.0/16", lists=["pl-1"], groups=["sg-app"])), APP],
    LISTS: {"pl-1": seen(["192.0.2.0/24"])},
    EVENTS: [EVENT],
    HEARD: {"pager": seen(1)},
}
CLUSTER: dict[str, Any] = {
    INSTANCES: [MEMBER, {**MEMBER, "name": "two", "zone": "eu-central-1b"}],
    CLUSTERS: [AURORA],
    SNAPSHOTS: [],
    CLUSTER_SNAPSHOTS: [{**each, "of": "aurora"} for each in DAILY],
    WINDOWS: {},
    "describe-db-cluster-parameters": {"shop": seen({"rds.force_ssl": "1"})},
    VERSIONS: {"aurora-postgresql:16.4": seen("available")},
}


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsRds, control, {"event_categories": ["failure"], **options}, Answers({**RIGHT, **(changed or {})}))


def status(control: str, changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(control, changed, **options))


def shop(**changed: Any) -> dict[str, Any]:
    return {INSTANCES: [{**SHOP, **changed}]}


def door(network: str, ports: list[int] | None) -> dict[str, Any]:
    return {DOORS: [group("sg-1", rule(ports, network))]}


def inner(*rules: dict[str, Any]) -> dict[str, Any]:
    """The database lets in a group that lets in another, which has these rules."""
    within = [
        group("sg-1", rule(None, groups=["sg-2", "sg-1"])),
        group("sg-2", rule([22, 22], groups=["sg-3", "sg-1"])),
    ]
    return {DOORS: [*within, group("sg-3", *rules)]}


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("world", [{}, CLUSTER], ids=["an instance", "a cluster"])
def test_databases_as_they_should_be_pass(control: str, world: dict[str, Any]) -> None:
    assert [(verdict.status, verdict.message) for verdict in verdicts(control, world)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("control", "changed"),
    [
        (PROTECTED, shop(public=True)),
        (PROTECTED, door("0.0.0.0/0", [5432, 5432])),
        (PROTECTED, door("::/0", [1, 65535])),
        (PROTECTED, door("0.0.0.0/1", None)),
        (PROTECTED, {**door("0.0.0.0/0", [22, 22]), **shop(port=None)}),
        (PROTECTED, {DOORS: [group("sg-1", rule(None, "0.0.0.0/1"), rule([5432, 5432], "128.0.0.0/1"))]}),
        (PROTECTED, {LISTS: {"pl-1": seen(["0.0.0.0/0"])}}),
        (PROTECTED, inner(rule([22, 22], "0.0.0.0/0"))),
        (PROTECTED, inner(rule(None, "::/0"))),
        (PROTECTED, shop(minor_upgrades=False)),
        (PROTECTED, {EVENTS: []}),
        (PROTECTED, {EVENTS: [{**EVENT, "source": "db-cluster"}]}),
        (PROTECTED, {EVENTS: [{**EVENT, "of": ["other"]}]}),
        (PROTECTED, {EVENTS: [{**EVENT, "categories": ["maintenance"]}]}),
        (PROTECTED, {HEARD: {"pager": seen(0)}}),
        (PROTECTED, {**CLUSTER, EVENTS: [{**EVENT, "source": "db-instance", "of": ["one"]}]}),
        (PROTECTED, shop(multi_az=False)),
        (PROTECTED, shop(deletion_protection=False)),
        (PROTECTED, shop(retention=29)),
        (PROTECTED, shop(retention=0, latest=None)),
        (PROTECTED, shop(latest=NOW - 16 * MINUTE)),
        (PROTECTED, shop(status="storage-full")),
        (PROTECTED, shop(status="inaccessible-encryption-credentials")),
        (PROTECTED, shop(certificate_until=NOW + 30 * DAY)),
        (PROTECTED, {AUTHORITIES: {"rds-ca": NOW - DAY}}),
        (PROTECTED, {VERSIONS: {"postgres:16.4": seen("deprecated")}}),
        (PROTECTED, {VERSIONS: {"postgres:16.4": seen(None)}}),
        (PROTECTED, {PARAMETERS: {"shop": seen({"rds.force_ssl": "0"})}}),
        (PROTECTED, {PARAMETERS: {"shop": seen({})}}),
        (PROTECTED, shop(parameters=[{"group": "shop", "status": "pending-reboot"}])),
        (PROTECTED, {SHARED: {"2-manual": seen(["all"])}}),
        (PROTECTED, {SHARED: {"2-manual": seen(["999999999999"])}}),
        (PROTECTED, {**CLUSTER, INSTANCES: [MEMBER, {**MEMBER, "name": "two"}]}),
        (PROTECTED, {**CLUSTER, INSTANCES: []} | {AUTHORITIES: {}}),
        (PROTECTED, {**CLUSTER, INSTANCES: [{**MEMBER, "public": True}, {**MEMBER, "zone": "eu-central-1b"}]}),
        (ENCRYPTED, shop(encrypted=False)),
        (ENCRYPTED, {SNAPSHOTS: [snapshot(1, encrypted=False)]}),
        (AUTOMATED, shop(retention=0)),
        (AUTOMATED, {SNAPSHOTS: []}),
        (AUTOMATED, {SNAPSHOTS: [snapshot(2), snapshot(0.1, "manual")]}),
        (FRESH, {SNAPSHOTS: [snapshot(1.1)]}),
        (FRESH, {SNAPSHOTS: [snapshot(0.1, status="creating"), snapshot(3)]}),
        (FRESH, {SNAPSHOTS: [snapshot(0.1, of="another")]}),
        (KEPT, {SNAPSHOTS: DAILY[:7]}),
        (KEPT, {SNAPSHOTS: [*DAILY[:10], *DAILY[11:]]}),
        (PITR, {WINDOWS: {}}),
        (PITR, {WINDOWS: {SHOP["arn"]: {"earliest": None, "latest": None}}}),
        (PITR, {WINDOWS: {SHOP["arn"]: {"earliest": NOW - 2 * DAY, "latest": NOW}}}),
        (PITR, {WINDOWS: {SHOP["arn"]: {"earliest": NOW - 20 * DAY, "latest": NOW - HOUR}}}),
    ],
)
def test_what_is_broken_fails(control: str, changed: dict[str, Any]) -> None:
    assert status(control, changed) is Status.FAIL


LOOKS = [
    *((control, look) for control in CONTROLS for look in (WHO, INSTANCES, CLUSTERS)),
    *((control, look) for control in CONTROLS[:-1] for look in (SNAPSHOTS, CLUSTER_SNAPSHOTS)),
    *((PROTECTED, look) for look in (AUTHORITIES, SHARED, PARAMETERS, VERSIONS, DOORS, LISTS, EVENTS, HEARD)),
    (PITR, WINDOWS),
]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(("control", "look"), LOOKS)
def test_what_cannot_be_read_is_an_error(control: str, look: str, reason: str) -> None:
    assert {one.status for one in verdicts(control, {look: CannotLook(reason, "so it is")})} == {Status.ERROR}


@pytest.mark.parametrize("control", CONTROLS)
def test_where_there_is_no_database_nothing_is_proven(control: str) -> None:
    assert status(control, {INSTANCES: [], SNAPSHOTS: []}) is Status.ERROR
    assert status(control, databases=["orders"]) is Status.ERROR


def test_a_region_that_cannot_be_read_hides_no_failure_in_another() -> None:
    here, there = "aws --region eu-central-1 ", "aws --region eu-west-1 "
    lists = (INSTANCES, CLUSTERS, SNAPSHOTS, CLUSTER_SNAPSHOTS)
    answers = {f"{here}rds {look}": RIGHT[look] for look in lists}
    answers |= {f"{there}rds {look}": CannotLook("denied", "by a policy of the organization") for look in lists}
    regions = ["eu-central-1", "eu-west-1"]
    assert [(each.subject, each.status) for each in verdicts(FRESH, answers, regions=regions)] == [
        ("databases in eu-west-1", Status.ERROR)
    ]
    answers[f"{here}rds {SNAPSHOTS}"] = []
    assert [(each.subject, each.status) for each in verdicts(FRESH, answers, regions=regions)] == [
        ("", Status.FAIL),
        (SHOP["arn"], Status.FAIL),
        ("databases in eu-west-1", Status.ERROR),
    ]


def test_a_replica_needs_neither_backups_nor_a_standby_but_to_be_closed() -> None:
    replica = {**SHOP, "replica_of": "shop", "retention": 0, "multi_az": False, "latest": None, "name": "reader"}
    assert status(PROTECTED, {INSTANCES: [SHOP, replica]}) is Status.PASS
    assert status(PITR, {INSTANCES: [SHOP, replica]}) is Status.PASS
    assert status(PROTECTED, {INSTANCES: [SHOP, {**replica, "public": True}]}) is Status.FAIL


def test_an_engine_of_which_nothing_is_known_is_an_error_where_tls_is_wanted() -> None:
    oracle = {**shop(engine="oracle-ee"), VERSIONS: {"oracle-ee:16.4": seen("available")}}
    assert status(PROTECTED, oracle) is Status.ERROR
    assert status(PROTECTED, oracle, require_tls=False) is Status.PASS


def test_keys_and_accounts_may_be_declared() -> None:
    assert status(ENCRYPTED, {SNAPSHOTS: []}, kms_keys=["arn:aws:kms:*:123456789012:key/*"]) is Status.PASS
    assert status(ENCRYPTED, {SNAPSHOTS: []}, kms_keys=["arn:aws:kms:*:key/2"]) is Status.FAIL
    assert status(PROTECTED, {SHARED: {"2-manual": seen(["999999999999"])}}, share_with=["999999999999"]) is Status.PASS


def test_groups_that_are_let_in_are_followed_to_what_opens_them() -> None:
    (_whole, verdict) = verdicts(PROTECTED, inner(rule([22, 22], "0.0.0.0/0")))
    assert verdict.message == "security group sg-1 lets in sg-2 lets in sg-3, where tcp/22 is open to 0.0.0.0/0"
    for harmless in (rule([443, 443], "0.0.0.0/0"), rule([22, 22], "10.0.0.0/8"), rule(None)):
        assert status(PROTECTED, inner(harmless)) is Status.PASS
    assert status(PROTECTED, inner(rule([443, 443], "0.0.0.0/0")), public_ports=[80]) is Status.FAIL
    assert status(PROTECTED, inner(rule([22, 22], "0.0.0.0/0")), trusted_groups=["sg-3"]) is Status.PASS
    # Another port of the database's machine is not the database.
    closed = {DOORS: [group("sg-1", rule([22, 22], groups=["sg-2"])), group("sg-2", rule([22, 22], "0.0.0.0/0"))]}
    assert status(PROTECTED, closed) is Status.PASS


def test_a_group_of_another_account_is_an_error_unless_it_is_trusted() -> None:
    theirs = {DOORS: [group("sg-1", rule([5432, 5432], groups=["sg-theirs"]))]}
    (verdict,) = verdicts(PROTECTED, theirs)
    assert verdict.status is Status.ERROR
    assert "sg-theirs of account 999999999999, which trusted_groups does not name" in verdict.message
    assert status(PROTECTED, theirs, trusted_groups=["sg-th*"]) is Status.PASS


def test_who_is_told_of_the_instances_of_a_cluster_is_told_of_it() -> None:
    of_both = {EVENTS: [{**EVENT, "source": "db-instance", "of": ["one", "two"], "categories": ["failure"]}]}
    assert status(PROTECTED, {**CLUSTER, **of_both}) is Status.PASS
    assert status(PROTECTED, {**CLUSTER, EVENTS: [{**EVENT, "source": "db-cluster", "of": ["aurora"]}]}) is Status.PASS
    assert status(PROTECTED, {**shop(minor_upgrades=False), EVENTS: []}, minor_upgrades=False, event_categories=[]) is (
        Status.PASS
    )
