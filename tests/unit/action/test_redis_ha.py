# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The redis verifier on what Sentinels and nodes of a cluster say: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.redis import ActionModule as Redis
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.redis import ha
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.redis_recordings import CLI, NOAUTH, csv, error, info, said
from tests.unit.proving import prove, status

VIEW: dict[str, Any] = {"name": "s1", "master": "10.0.0.1:6379", "quorum": 2, "known": 3, "usable": 3, "in_sync": 1}


@pytest.mark.parametrize(
    ("change", "well"),
    [
        ({}, True),
        ({"known": 5, "usable": 5, "quorum": 3}, True),
        ({"usable": 2}, False),
        ({"known": 2, "usable": 2}, False),
        ({"quorum": 3}, False),
        ({"known": 5, "usable": 3, "quorum": 2}, False),  # one less is no majority of five
        ({"in_sync": 0}, False),
        ({"master": ""}, False),
        ({"master_flags": frozenset({"master", "o_down"})}, False),
        ({"refusal": "NOQUORUM 1 usable Sentinels."}, False),
    ],
)
def test_what_a_sentinel_sees(change: dict[str, Any], well: bool) -> None:
    assert (ha.view_problems(ha.SentinelView(**VIEW | change), 3, 1) == []) is well


def sentinel(name: str, **changes: Any) -> dict[str, Any]:
    cli = f"redis-cli -h {name} -p 26379 --csv SENTINEL"
    master = ("name", "shop", "ip", "10.0.0.1", "port", "6379", "flags", "master", "quorum", "2")
    well = ("last-ok-ping-reply", "300", "down-after-milliseconds", "5000")
    peer = ("name", "x", "ip", "10.0.0.2", "port", "26379", "flags", "sentinel", *well)
    replica = ("name", "r", "ip", "10.0.0.3", "port", "6379", "flags", "slave", "master-link-status", "ok", *well)
    answers = {
        "MASTER": csv(*master),
        "CKQUORUM": csv("OK 3 usable Sentinels. Quorum and failover authorization can be reached"),
        "SENTINELS": csv(*peer, *peer),
        "REPLICAS": csv(*replica),
    } | changes
    return {f"{cli} {word} shop": answer for word, answer in answers.items()}


HA = {"sentinels": ["s1", "s2"], "master_name": "shop"}
# Down, and not flagged so, as Sentinel has it whenever it tries to connect again.
SILENT = csv(
    *("name", "r", "ip", "10.0.0.3", "port", "6379", "flags", "slave", "master-link-status", "ok"),
    *("last-ok-ping-reply", "9000", "down-after-milliseconds", "5000"),
)
NEVER_PROMOTED = csv(
    *("name", "r", "ip", "10.0.0.3", "port", "6379", "flags", "slave", "master-link-status", "ok"),
    *("last-ok-ping-reply", "300", "down-after-milliseconds", "5000", "slave-priority", "0"),
)
NO_REPLICA = said("\n")
OTHER = csv("name", "shop", "ip", "10.0.0.9", "port", "6379", "flags", "master", "quorum", "2")
DOWN = dict.fromkeys(("MASTER", "CKQUORUM", "SENTINELS", "REPLICAS"), CannotLook("unreachable", "refused"))


@pytest.mark.parametrize(
    ("first", "second", "proven"),
    [
        ({}, {}, Status.PASS),
        ({"REPLICAS": NO_REPLICA}, {}, Status.FAIL),
        ({"REPLICAS": SILENT}, {}, Status.FAIL),
        ({"REPLICAS": NEVER_PROMOTED}, {}, Status.FAIL),
        ({"SENTINELS": SILENT}, {}, Status.FAIL),
        ({"CKQUORUM": error("NOQUORUM 1 usable Sentinels. Not enough")}, {}, Status.FAIL),
        ({"CKQUORUM": error("NOQUORUM 1 usable Sentinels. Not enough")}, DOWN, Status.FAIL),
        ({"MASTER": OTHER}, {}, Status.FAIL),
        ({"MASTER": error("ERR No such master with that name")}, {}, Status.FAIL),
        ({}, DOWN, Status.ERROR),
        (DOWN, DOWN, Status.ERROR),
        ({"CKQUORUM": error(NOAUTH)}, {}, Status.ERROR),
        ({"MASTER": csv("garbage")}, {}, Status.ERROR),
        ({"MASTER": said("\n")}, {}, Status.ERROR),
        ({"CKQUORUM": csv("fine")}, {}, Status.ERROR),
    ],
)
def test_sentinels(first: dict[str, Any], second: dict[str, Any], proven: Status) -> None:
    assert status(Redis, "redis.ha", HA, sentinel("s1", **first) | sentinel("s2", **second)) is proven


def test_high_availability_is_proven_only_where_it_is_declared() -> None:
    for options in ({}, {"sentinels": ["s1"]}):
        with pytest.raises(NotAsked):
            prove(Redis, "redis.ha", options, {})
    assert ha.address("s1") == ("s1", 26379)
    assert ha.address("s1:1") == ("s1", 1)
    assert ha.address("[::1]:1") == ("::1", 1)
    assert ha.address("::1") == ("::1", 26379)


def node(letter: str, flags: str, master: str, slots: str = "") -> str:
    return f"{letter * 40} {letter}.test:6379@16379 {flags} {master} 0 0 1 connected {slots}".strip()


MASTERS = [
    node(letter, "master", "-", slots)
    for letter, slots in zip("abc", ("0-5460", "5461-10922", "10923-16383"), strict=True)
]
REPLICAS = [node(letter, "slave", master * 40) for letter, master in zip("def", "abc", strict=True)]
COVERED = "cluster_state:ok\r\ncluster_slots_ok:16384\r\n"


FOLLOWS = info(role="slave", master_link_status="up")


def clustered(state: str, nodes: list[str], of_d: Any = None) -> Status:
    answers = {f"{CLI} CLUSTER INFO": said(state), f"{CLI} CLUSTER NODES": said("\n".join(nodes) + "\n")}
    answers |= {f"redis-cli -h {letter}.test -p 6379 INFO": FOLLOWS for letter in "ef"}
    answers |= {"redis-cli -h d.test -p 6379 INFO": FOLLOWS if of_d is None else of_d}
    return status(Redis, "redis.ha", {"cluster": True}, answers)


@pytest.mark.parametrize(
    ("state", "nodes", "proven"),
    [
        (COVERED, [*MASTERS, *REPLICAS], Status.PASS),
        (COVERED.replace("ok\r\ncluster", "fail\r\ncluster"), [*MASTERS, *REPLICAS], Status.FAIL),
        (COVERED.replace("16384", "16383"), [*MASTERS, *REPLICAS], Status.FAIL),
        (COVERED, MASTERS, Status.FAIL),
        (COVERED, [*MASTERS, *REPLICAS[:2], node("f", "slave,fail", "c" * 40)], Status.FAIL),
        (COVERED, [node("a", "myself,master", "-", "0-16383"), REPLICAS[0]], Status.FAIL),
        ("ERR This instance has cluster support disabled\n", [*MASTERS], Status.ERROR),
        (COVERED, ["garbage"], Status.ERROR),
        (COVERED, [MASTERS[0].replace(":6379@", "@")], Status.ERROR),
        ("", [*MASTERS], Status.ERROR),
    ],
)
def test_clusters(state: str, nodes: list[str], proven: Status) -> None:
    assert clustered(state, nodes) is proven


@pytest.mark.parametrize(
    ("of_d", "proven"),
    [
        (FOLLOWS, Status.PASS),
        (info(role="slave", master_link_status="down"), Status.FAIL),
        (info(role="master"), Status.FAIL),
        (info(role="slave"), Status.ERROR),
        (said(NOAUTH), Status.ERROR),
        (CannotLook("unreachable", "refused"), Status.ERROR),
    ],
)
def test_replicas_of_a_cluster_follow_their_master(of_d: Any, proven: Status) -> None:
    assert clustered(COVERED, [*MASTERS, *REPLICAS], of_d) is proven
    # What is known to be wrong is a failure even where the rest cannot be seen.
    assert clustered(COVERED.replace("16384", "9"), [*MASTERS, *REPLICAS], of_d) is Status.FAIL


def test_a_replica_that_may_not_take_over_does_not_count() -> None:
    assert clustered(COVERED, [*MASTERS, *REPLICAS[1:], node("d", "slave,nofailover", "a" * 40)]) is Status.FAIL
