# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_stores verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_stores import ActionModule as AwsStores
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

ENCRYPTED, PITR, AUTOMATED = "data.encryption_at_rest", "backup.point_in_time", "backup.automated"
REDUNDANT, CLOSED, TLS = "ha.redundancy", "redis.provisioned", "redis.tls"
CONTROLS = [ENCRYPTED, PITR, AUTOMATED, REDUNDANT, CLOSED, TLS]
VOLUMES, DEFAULT, FILES = "describe-volumes", "get-ebs-encryption-by-default", "describe-file-systems"
POLICIES, GROUPS, SINGLES = "describe-backup-policy", "describe-replication-groups", "describe-cache-clusters"
TABLES, REWINDS, KEPT = "list-tables", "describe-continuous-backups", "describe-table"
SNAPSHOTS, PUBLIC = "describe-snapshots", "describe-snapshots --owner-ids self --restorable-by-user-ids all"
IMAGES, SHARED, STARTED = "describe-images", "describe-snapshot-attribute", "describe-image-attribute"
PARTNER, ORGANIZATION = "999999999999", "arn:aws:organizations::999999999999:organization/o-1"
USER_GROUPS, USERS = "describe-user-groups", "describe-users"
NOW, DAY, MINUTE = time.time(), 86400, 60
OPTIONS: dict[str, Any] = {"tables": ["orders"], "backed_up": ["sessions", "fs-1"]}
CACHE: dict[str, Any] = {
    "arn": "arn:aws:elasticache:eu-central-1:123456789012:replicationgroup:sessions",
    "name": "sessions",
    "engine": "valkey",
    "status": "available",
    "token": False,
    "user_groups": ["shop"],
    "encrypted": True,
    "key": "",
    "snapshot_days": 7,
    "failover": "enabled",
    "multi_az": "enabled",
    "transit": True,
    "transit_mode": "required",
    "shards": [["eu-central-1a", "eu-central-1b"]],
}
SYSTEM = {"arn": "arn:aws:elasticfilesystem:eu-central-1:123456789012:file-system/fs-1", "name": "fs-1"}
APP = {"name": "app", "on": True, "open": False}
RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    VOLUMES: [{"id": "vol-1", "encrypted": True, "key": ""}],
    DEFAULT: {"on": True},
    SNAPSHOTS: [{"id": "snap-1", "encrypted": True, "key": ""}],
    PUBLIC: [],
    IMAGES: [{"id": "ami-1", "public": False}],
    SHARED: {"snap-1": seen([])},
    STARTED: {"ami-1": seen([])},
    USER_GROUPS: {"shop": ["default", "app"]},
    USERS: {"default": {"name": "default", "on": False, "open": True}, "app": APP},
    FILES: [{**SYSTEM, "encrypted": True, "key": ""}],
    POLICIES: {"fs-1": seen("ENABLED")},
    GROUPS: [CACHE],
    SINGLES: [],
    TABLES: ["orders", "carts"],
    REWINDS: {"orders": seen({"earliest": NOW - 30 * DAY, "latest": NOW - 5 * MINUTE})},
    KEPT: {"orders": seen(True)},
}


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsStores, control, {**OPTIONS, **options}, Answers({**RIGHT, **(changed or {})}))


def status(control: str, changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(control, changed, **options))


def cache(**changed: Any) -> dict[str, Any]:
    return {GROUPS: [{**CACHE, **changed}]}


@pytest.mark.parametrize("control", CONTROLS)
def test_stores_as_they_should_be_pass(control: str) -> None:
    assert [(verdict.status, verdict.message) for verdict in verdicts(control)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("control", "changed"),
    [
        (ENCRYPTED, {DEFAULT: {"on": False}}),
        (ENCRYPTED, {VOLUMES: [*RIGHT[VOLUMES], {"id": "vol-2", "encrypted": False, "key": ""}]}),
        (ENCRYPTED, {FILES: [{**SYSTEM, "encrypted": False, "key": ""}]}),
        (ENCRYPTED, cache(encrypted=False)),
        (ENCRYPTED, {SINGLES: [{**CACHE, "encrypted": False}]}),
        (ENCRYPTED, {SNAPSHOTS: [{"id": "snap-1", "encrypted": False, "key": ""}]}),
        (ENCRYPTED, {PUBLIC: ["snap-1"]}),
        (ENCRYPTED, {IMAGES: [{"id": "ami-1", "public": True}]}),
        (ENCRYPTED, {SHARED: {"snap-1": seen([PARTNER])}}),
        (ENCRYPTED, {STARTED: {"ami-1": seen([ORGANIZATION])}}),
        (CLOSED, cache(user_groups=[])),
        (CLOSED, {SINGLES: [{**CACHE, "user_groups": []}]}),
        (CLOSED, cache(status="create-failed")),
        (CLOSED, {USERS: {"default": {"name": "default", "on": True, "open": True}, "app": APP}}),
        (PITR, {KEPT: {"orders": seen(False)}}),
        (PITR, {REWINDS: {"orders": seen(None)}}),
        (PITR, {REWINDS: {"orders": seen({"earliest": NOW - DAY, "latest": NOW})}}),
        (PITR, {REWINDS: {"orders": seen({"earliest": NOW - 30 * DAY, "latest": NOW - 30 * MINUTE})}}),
        (AUTOMATED, cache(snapshot_days=0)),
        (AUTOMATED, cache(snapshot_days=6)),
        (AUTOMATED, {POLICIES: {"fs-1": seen("DISABLED")}}),
        (REDUNDANT, cache(failover="disabled")),
        (REDUNDANT, cache(multi_az="disabled")),
        (REDUNDANT, cache(shards=[["eu-central-1a", "eu-central-1b"], ["eu-central-1a"]])),
        (REDUNDANT, cache(shards=[["eu-central-1a", "eu-central-1a"]])),
        (REDUNDANT, cache(shards=[])),
        (REDUNDANT, {SINGLES: [{**CACHE, "failover": "disabled"}]}),
        (TLS, cache(transit=False)),
        (TLS, cache(transit_mode="preferred")),
    ],
)
def test_what_is_broken_fails(control: str, changed: dict[str, Any]) -> None:
    assert status(control, changed) is Status.FAIL


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(
    ("control", "look"),
    [
        *((control, WHO) for control in CONTROLS),
        *((ENCRYPTED, look) for look in (VOLUMES, DEFAULT, SNAPSHOTS, PUBLIC, SHARED, IMAGES, STARTED)),
        *((ENCRYPTED, look) for look in (FILES, GROUPS, SINGLES)),
        *((PITR, look) for look in (TABLES, REWINDS, KEPT)),
        *((AUTOMATED, look) for look in (FILES, POLICIES, GROUPS, SINGLES)),
        *((CLOSED, look) for look in (USER_GROUPS, USERS)),
        *((control, look) for control in (REDUNDANT, CLOSED, TLS) for look in (GROUPS, SINGLES)),
    ],
)
def test_what_cannot_be_read_is_an_error(control: str, look: str, reason: str) -> None:
    assert {one.status for one in verdicts(control, {look: CannotLook(reason, "so it is")})} == {Status.ERROR}
    if look in (POLICIES, REWINDS, KEPT, SHARED, STARTED):
        hidden = {name: {"reason": reason, "detail": "so it is"} for name in RIGHT[look]}
        assert {one.status for one in verdicts(control, {look: hidden})} == {Status.ERROR}


@pytest.mark.parametrize("control", CONTROLS)
def test_where_there_is_nothing_nothing_is_proven(control: str) -> None:
    assert status(control, {VOLUMES: [], SNAPSHOTS: [], IMAGES: [], FILES: [], GROUPS: [], TABLES: []}) is Status.ERROR


def test_copies_are_shared_with_those_only_who_are_declared() -> None:
    shared = {SHARED: {"snap-1": seen(["111111111111", PARTNER])}, STARTED: {"ami-1": seen([ORGANIZATION])}}
    assert status(ENCRYPTED, shared, share_with=["111111111111", PARTNER, "*:organization/o-1"]) is Status.PASS
    found = verdicts(ENCRYPTED, shared, share_with=["111111111111"])
    assert found[1].message.endswith(f"{PARTNER}, which is not declared, can make a volume of it")
    assert found[2].message.endswith(f"{ORGANIZATION}, which is not declared, can start a machine of it")
    many = {SHARED: {"snap-1": seen([f"{number:012}" for number in range(12)])}}
    assert "and 2 more can" in verdicts(ENCRYPTED, many)[1].message


def test_what_cannot_be_read_of_shares_hides_no_snapshot_that_is_everybodys() -> None:
    denied = {SHARED: CannotLook("denied", "needs ec2:DescribeSnapshotAttribute"), PUBLIC: ["snap-1"]}
    assert {each.status for each in verdicts(ENCRYPTED, denied)} == {Status.FAIL}


def test_what_is_declared_and_not_there_is_an_error() -> None:
    assert status(PITR, tables=["orders", "invoices"]) is Status.ERROR
    assert status(AUTOMATED, backed_up=["sessions", "queue"]) is Status.ERROR
    assert status(TLS, caches=["queue"]) is Status.ERROR


def test_a_token_is_enough_and_who_uses_memcached_is_not_asked() -> None:
    denied = CannotLook("denied", "needs elasticache:DescribeUsers")
    assert status(CLOSED, {**cache(token=True, user_groups=[]), USERS: denied}) is Status.PASS
    assert status(CLOSED, cache(engine="memcached")) is Status.ERROR
    assert status(CLOSED, {SINGLES: [{**CACHE, "engine": "memcached", "user_groups": []}]}) is Status.PASS
    assert status(CLOSED, {USER_GROUPS: {}}) is Status.ERROR
    assert status(CLOSED, {USERS: {}}) is Status.ERROR
