# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The redis verifier against real Sentinels and a real cluster: right, really broken and out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.verifiers.redis_servers import SERVER, Server, free_port, start, until
from tests.integration.verifiers.redis_verdicts import VANTAGES, errs, fails, passes, plain

pytestmark = pytest.mark.skipif(
    SERVER is None, reason="needs redis-server and redis-cli (apt-get install redis-server)"
)


@pytest.fixture(scope="module")
def sentinels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Server], Server, Server]]:
    """Three Sentinels, a master and a replica of it."""
    work = tmp_path_factory.mktemp("sentinels")
    master = start(work / "master", {"port": free_port(), "save": '""'})
    replica = start(work / "replica", {"port": free_port(), "save": '""', "replicaof": f"127.0.0.1 {master.port}"})
    until(lambda: replica.root.info("replication")["master_link_status"] == "up")
    watchers = []
    for number in range(3):
        settings = {
            "port": free_port(),
            "sentinel": [
                f"monitor shop 127.0.0.1 {master.port} 2",
                "down-after-milliseconds shop 1500",
                "failover-timeout shop 60000",
            ],
        }
        watchers.append(start(work / f"sentinel{number}", settings, args=["--sentinel"]))
    for watcher in watchers:
        until(lambda watcher=watcher: _usable(watcher) == 3)
        until(lambda watcher=watcher: watcher.root.sentinel_slaves("shop")[0]["master-link-status"] == "ok")
    yield watchers, master, replica
    for each in (*watchers, master, replica):
        each.stop()


def _usable(watcher: Server) -> int:
    peers = watcher.root.sentinel_sentinels("shop")
    return 1 + sum(not {"s_down", "disconnected"} & set(each["flags"].split(",")) for each in peers)


def _silent(records: Any) -> bool:
    """Whether a Sentinel has heard nothing of these for so long that it cannot be a moment's matter."""
    return all(int(each["last-ok-ping-reply"]) > 2700 for each in records)


def test_sentinels_fail_over_while_they_have_a_quorum(sentinels: Any) -> None:
    watchers, _master, replica = sentinels
    names = [f"127.0.0.1:{watcher.port}" for watcher in watchers]
    both = [{"from": vantage, "sentinels": names, "master_name": "shop"} for vantage in VANTAGES]
    for options in both:
        passes("ha", options)
        fails("ha", options | {"master_name": "other"}, "watches no master of this name")
        fails("ha", options | {"min_replicas": 2}, "1 replicas in sync, not 2")
        errs("ha", options | {"sentinels": [*names, f"127.0.0.1:{free_port()}"]}, "unreachable")
    watchers[0].root.execute_command("SENTINEL", "SET", "shop", "quorum", "3")
    fails("ha", both[0], "with one sentinel less")
    watchers[0].root.execute_command("SENTINEL", "SET", "shop", "quorum", "2")
    replica.stop()
    until(lambda: _silent(watchers[0].root.sentinel_slaves("shop")))
    for options in both:
        fails("ha", options | {"sentinels": names[:1]}, "0 replicas in sync")
    watchers[1].stop()
    watchers[2].stop()
    until(lambda: _silent(watchers[0].root.sentinel_sentinels("shop")))
    for options in both:
        fails("ha", options, "sees only 1 usable sentinels of 3")


def _nodes(server: Server) -> list[Any]:
    return list(server.root.cluster("nodes").values())


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """Three masters, of which each has a replica."""
    work = tmp_path_factory.mktemp("cluster")
    settings = {"cluster_enabled": "yes", "cluster_node_timeout": "1500", "save": '""'}
    nodes = [
        start(work / f"node{number}", settings | {"port": free_port(), "cluster_port": free_port()})
        for number in range(6)
    ]
    masters, replicas = nodes[:3], nodes[3:]
    for number, node in enumerate(masters):
        last = 16383 if number == 2 else (number + 1) * 5461 - 1
        node.root.execute_command("CLUSTER", "ADDSLOTSRANGE", number * 5461, last)
    for number, node in enumerate(nodes):
        node.root.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
    for node in nodes[1:]:
        bus = node.root.config_get("cluster-port")["cluster-port"]
        nodes[0].root.execute_command("CLUSTER", "MEET", "127.0.0.1", node.port, bus)
    until(lambda: all(node.root.cluster("info")["cluster_known_nodes"] == "6" for node in nodes))
    for master, replica in zip(masters, replicas, strict=True):
        until(
            lambda m=master, r=replica: r.root.execute_command(
                "CLUSTER", "REPLICATE", m.root.execute_command("CLUSTER", "MYID")
            )
        )
    until(lambda: masters[0].root.cluster("info")["cluster_state"] == "ok")
    until(lambda: sum("slave" in each["flags"] for each in _nodes(masters[0])) == 3)
    until(lambda: all(each.root.info("replication")["master_link_status"] == "up" for each in replicas))
    yield nodes
    for node in nodes:
        node.stop()


def test_a_cluster_covers_all_slots_with_replicas(cluster: list[Server], sentinels: Any) -> None:
    both = [plain(cluster[0], cluster=True, **{"from": vantage}) for vantage in VANTAGES]
    for options in both:
        passes("ha", options)
        fails("ha", options | {"min_replicas": 2}, "1 working replicas, not 2")
        errs("ha", options | {"port": sentinels[1].port}, "cluster support disabled")
    with cluster[3].config(masterauth="wrong"), cluster[0].config(requirepass="secret"):
        cluster[0].root.client_kill_filter(_type="replica")
        until(lambda: cluster[3].root.info("replication")["master_link_status"] == "down")
        fails("ha", both[0] | {"port": cluster[1].port}, "0 working replicas, not 1")
    cluster[5].stop()
    until(lambda: any("fail" in each["flags"] for each in _nodes(cluster[0])))
    for options in both:
        fails("ha", options, "0 working replicas, not 1")
    cluster[2].stop()
    until(lambda: cluster[0].root.cluster("info")["cluster_state"] == "fail")
    for options in both:
        fails("ha", options, "cluster_state is fail")
