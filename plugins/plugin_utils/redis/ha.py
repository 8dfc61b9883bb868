# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Redis would fail over by itself: what its Sentinels say of their quorum, or a Cluster of its slots."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.redis.questions import Redis, Refused
from ansible_collections.golive.verify.plugins.plugin_utils.redis.server import Value
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

SENTINEL_PORT, SLOTS = 26379, 16384
# Milliseconds between the pings of a Sentinel.
_PING_PERIOD = 1000
_DOWN = {"s_down", "o_down", "disconnected"}


@dataclass(frozen=True, slots=True)
class SentinelView:
    """What one Sentinel sees. known and usable count itself; in_sync: replicas that follow their master.

    master: its address, or "" when this Sentinel watches no master of the name. refusal: its words of a lost quorum.
    """

    name: str
    master: str
    master_flags: frozenset[str] = frozenset()
    quorum: int = 0
    known: int = 0
    usable: int = 0
    in_sync: int = 0
    refusal: str = ""

    def __str__(self) -> str:
        return (
            f"master {self.master or 'unknown'}, {self.usable} of {self.known} sentinels usable, quorum {self.quorum}"
        )


def address(text: str, port: int = SENTINEL_PORT) -> tuple[str, int]:
    """Host and port of "host", "host:port" or "[address]:port"."""
    match = re.fullmatch(r"\[(?P<v6>[^\]]+)\](?::(?P<p6>\d+))?|(?P<host>[^:]+)(?::(?P<port>\d+))?", text)
    if match is None:
        return text, port
    return match["v6"] or match["host"], int(match["p6"] or match["port"] or port)


async def sentinel(redis: Redis, name: str, group: str, min_sentinels: int, min_replicas: int) -> Part:
    """One Sentinel would have its group's master replaced."""
    view = await _view(redis, name, group)
    return Part({name: str(view)}, view_problems(view, min_sentinels, min_replicas))


async def agreement(redis: Redis, names: Sequence[str], group: str) -> Part:
    """The Sentinels that answer name the same master."""
    views = await together(*(attempt(_view(redis, name, group)) for name in names))
    masters = sorted({view.master for view in views if isinstance(view, SentinelView) and view.master})
    problems = [f"the sentinels disagree on the master: {', '.join(masters)}"] if len(masters) > 1 else []
    return Part({"master": masters}, problems)


async def _view(server: Redis, name: str, group: str) -> SentinelView:
    redis = server.at(*address(name))
    master, quorum, others, replicas = await together(
        *(attempt(redis.ask("SENTINEL", word, group)) for word in ("MASTER", "CKQUORUM", "SENTINELS", "REPLICAS"))
    )
    if isinstance(master, Refused) and "No such master" in master.said:
        return SentinelView(name, "")
    lost = quorum.said if isinstance(quorum, Refused) and quorum.code == "NOQUORUM" else ""
    for part in (master, others, replicas, *(() if lost else (quorum,))):
        if isinstance(part, CannotLook):
            raise part
    try:
        (of_master,) = records(master)
        return SentinelView(
            name=name,
            master=shown(f"{of_master['ip']}:{of_master['port']}"),
            master_flags=frozenset(of_master["flags"].split(",")),
            quorum=int(of_master["quorum"]),
            known=1 + len(records(others)),
            usable=min(_usable(lost or str(quorum[0])), 1 + sum(map(_reachable, records(others)))),
            in_sync=sum(map(_in_sync, records(replicas))),
            refusal=shown(lost),
        )
    except (ValueError, KeyError) as error:
        raise CannotLook("malformed", f"{name} does not describe a master as a Sentinel does") from error


def records(values: Sequence[Value]) -> list[dict[str, str]]:
    """The records of a Sentinel's reply, laid out flat: each starts anew with its name."""
    if len(values) % 2 or (values and values[0] != "name"):
        raise CannotLook("malformed", "not a list of records of a Sentinel")
    found: list[dict[str, str]] = []
    for field, value in zip(values[::2], values[1::2], strict=True):
        if field == "name":
            found.append({})
        found[-1][str(field)] = str(value)
    if not all({"ip", "port", "flags"} <= record.keys() for record in found):
        raise CannotLook("malformed", "a record of a Sentinel without ip, port or flags")
    return found


def _usable(said: str) -> int:
    number = re.search(r"\b(\d+) usable Sentinels", said)
    if number is None:
        raise CannotLook("malformed", f"SENTINEL CKQUORUM: {shown(said)}")
    return int(number[1])


def _reachable(peer: Mapping[str, str]) -> bool:
    """Whether a Sentinel reaches a peer or replica. While it tries to connect anew it takes back that one is down."""
    silent = int(peer["last-ok-ping-reply"]) > int(peer["down-after-milliseconds"]) + _PING_PERIOD
    return not silent and not _DOWN & {*peer["flags"].split(",")}


def _in_sync(replica: Mapping[str, str]) -> bool:
    """Whether a replica follows its master and may take its place: one of priority 0 never does."""
    may = replica.get("slave-priority") != "0"
    return may and replica.get("master-link-status") == "ok" and _reachable(replica)


def view_problems(view: SentinelView, min_sentinels: int, min_replicas: int) -> list[str]:
    """Why this Sentinel would not have the master replaced, or not once one more of them is lost."""
    if not view.master:
        return [f"{view.name} watches no master of this name"]
    problems = [f"{view.name}: {view.refusal}"] if view.refusal else []
    if view.usable < min_sentinels:
        problems.append(f"{view.name} sees only {view.usable} usable sentinels of {view.known}")
    if view.usable - 1 < max(view.quorum, view.known // 2 + 1):
        problems.append(f"{view.name}: with one sentinel less, {view.quorum} of {view.known} would not agree")
    if _DOWN & view.master_flags:
        problems.append(f"{view.name} sees the master {view.master} down")
    if view.in_sync < min_replicas:
        problems.append(f"{view.name} sees {view.in_sync} replicas in sync, not {min_replicas}")
    return problems


@dataclass(frozen=True, slots=True)
class ClusterNode:
    """One node as another sees it. slots: how many it serves; master: the id of the one it follows, or ""."""

    id: str
    address: str
    flags: frozenset[str]
    master: str
    linked: bool
    slots: int

    @property
    def well(self) -> bool:
        """Whether it is connected, nobody thinks it failed, and it may take its master's place."""
        return self.linked and not {"fail", "fail?", "noaddr", "handshake", "nofailover"} & self.flags


async def cluster(redis: Redis, min_replicas: int) -> Part:
    """A cluster serves every slot, and would after the loss of a master: a replica of each really follows it."""
    state, lines = await together(redis.text("CLUSTER", "INFO"), redis.text("CLUSTER", "NODES"))
    info = {name: value for name, dummy, value in (line.partition(":") for line in state.split())}
    nodes = parse_nodes(lines)
    replicas = [node for node in nodes if node.master and node.well]
    follows = await together(*(attempt(_follows(redis, node)) for node in replicas))
    behind = {node.id for node, outcome in zip(replicas, follows, strict=True) if outcome is False}
    problems = cluster_problems(info, [node for node in nodes if node.id not in behind], min_replicas)
    for outcome in follows:
        if isinstance(outcome, CannotLook) and not problems:
            raise outcome
    actual = {
        node.address: f"{','.join(sorted(node.flags))}, {node.slots} slots"
        + (", does not follow its master" if node.id in behind else "")
        for node in nodes
    }
    return Part({"cluster_state": info.get("cluster_state")} | actual, problems)


async def _follows(redis: Redis, replica: ClusterNode) -> bool:
    """Whether a replica says itself that it is linked to its master: other nodes only know whether they reach it."""
    host, dummy, port = replica.address.rpartition(":")
    info = await redis.at(host or redis.server.host, int(port)).info()
    return info["role"] == "slave" and info["master_link_status"] == "up"


def parse_nodes(text: str) -> list[ClusterNode]:
    """The lines of CLUSTER NODES."""
    nodes = []
    for line in text.strip().splitlines():
        parts = line.split()
        if len(parts) < 8 or not re.fullmatch(r"[0-9a-f]{40}", parts[0]):
            raise CannotLook("malformed", "CLUSTER NODES: not a list of nodes")
        ranges = [re.fullmatch(r"(\d+)(?:-(\d+))?", part) for part in parts[8:]]
        slots = sum(int(each[2] or each[1]) - int(each[1]) + 1 for each in ranges if each)
        master = "" if parts[3] == "-" else parts[3]
        where = shown(parts[1].partition("@")[0])
        if not re.fullmatch(r".*:\d+", where):
            raise CannotLook("malformed", f"CLUSTER NODES: {where} is no address of a node")
        nodes.append(
            ClusterNode(parts[0], where, frozenset(parts[2].split(",")), master, parts[7] == "connected", slots)
        )
    return nodes


def cluster_problems(info: Mapping[str, str], nodes: Sequence[ClusterNode], min_replicas: int) -> list[str]:
    """Why a cluster does not serve every slot, or would not once a master is lost."""
    problems = []
    if info.get("cluster_state") != "ok":
        problems.append(f"cluster_state is {shown(info.get('cluster_state', 'not said'))}")
    covered = info.get("cluster_slots_ok", "0")
    if covered != str(SLOTS):
        problems.append(f"{shown(covered)} of {SLOTS} slots are served")
    masters = [node for node in nodes if node.slots]
    if len(masters) < 3:
        problems.append(f"{len(masters)} masters serve slots: no majority is left when one is lost")
    for master in masters:
        replicas = sum(node.master == master.id and node.well for node in nodes)
        if replicas < min_replicas:
            problems.append(f"the master {master.address} has {replicas} working replicas, not {min_replicas}")
    return problems
