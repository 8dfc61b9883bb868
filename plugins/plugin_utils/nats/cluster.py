# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a cluster has its quorum, and would keep it after the loss of one server."""

from __future__ import annotations

from collections.abc import Collection

from ansible_collections.golive.verify.plugins.plugin_utils.look import together
from ansible_collections.golive.verify.plugins.plugin_utils.nats.jetstream import Stream, View, view_of
from ansible_collections.golive.verify.plugins.plugin_utils.nats.monitoring import Fields, Monitor
from ansible_collections.golive.verify.plugins.plugin_utils.nats.streams import Survey, settled, some
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown


async def health(monitor: Monitor) -> Part:
    """The server itself says that it works, and that its own replicas are current."""
    fields = await monitor.healthz()
    status = shown(fields.text("status"))
    problem = f"{monitor.url} is not healthy: {shown(fields.text('error', status))}"
    return Part({f"health of {monitor.url}": status}, [] if status == "ok" else [problem])


async def routes(monitor: Monitor, least: int) -> Part:
    """Enough servers are connected with each other."""
    varz, routez = await together(monitor.varz(), monitor.routez())
    server, cluster = shown(varz.text("server_name")), varz.fields("cluster")
    if cluster is None or not cluster.text("name", ""):
        return Part({server: "in no cluster"}, [f"{server} is in no cluster"])
    names = sorted(map(shown, connected(varz.text("server_name"), routez)))
    actual = {"cluster": shown(cluster.text("name")), f"connected, seen by {server}": names}
    few = f"{server} is connected with {len(names) - 1} others ({', '.join(names)} in all), not with {least - 1}"
    return Part(actual, [few] if len(names) < least else [])


def connected(server: str, routez: Fields) -> set[str]:
    """The servers that are connected with one, and itself. To each of them there may be several routes."""
    return {
        server,
        *(route.text("remote_name", "") or route.text("remote_id") for route in routez.many("routes")),
    }


async def quorum(monitor: Monitor, least: int) -> Part:
    """The servers have elected a leader of JetStream, and one of them can be spared."""
    view, routez = await together(view_of(monitor), monitor.routez())
    server = shown(view.server)
    if view.disabled:
        return Part({server: "JetStream disabled"}, [f"JetStream is disabled on {server}"])
    if view.meta is None:
        return Part({server: "JetStream alone"}, [f"JetStream of {server} is not clustered"])
    actual = {"meta leader": shown(view.meta.leader) or None, "servers of JetStream": view.size}
    return Part(actual, quorum_problems(view, connected(view.server, routez), least))


def quorum_problems(view: View, alive: Collection[str], least: int) -> list[str]:
    """Why the servers of JetStream would not bear the loss of one of them. alive: those that are connected."""
    seen_by = f"seen by {shown(view.server)}"
    if view.meta is None or not view.meta.leader:
        return [f"the servers of JetStream have no leader, {seen_by}"]
    gone = sorted(peer.name for peer in view.meta.peers if peer.offline or peer.name not in alive)
    problems = [f"{shown(name)} is offline, {seen_by}" for name in gone]
    if view.meta.informed:
        late = (peer.name for peer in view.meta.peers if peer.name not in gone and not peer.current)
        problems += [f"{shown(name)} is not current, {seen_by}, the meta leader" for name in late]
    if view.size < least:
        problems.append(f"JetStream has {view.size} servers, not {least}")
    left, needed = view.size - len(gone) - 1, view.size // 2 + 1
    if left < needed:
        problems.append(f"after one more loss {left} of {view.size} servers would be left, and {needed} are needed")
    return problems


async def replication(survey: Survey) -> Part:
    """Every stream has its replicas, and all of them are current."""
    jetstream = await survey.jetstream()
    problems, unknown = survey.absent(jetstream)
    streams = jetstream.streams().values()
    for each in streams:
        problems += replica_problems(each, survey.policy(each).replicas or survey.replicas)
        unknown += jetstream.unknown(each.label, each.group)
    actual = {each.label: _replicas(each) for each in streams}
    return settled(some(actual), problems, [*unknown, *jetstream.hidden])


def replica_problems(stream: Stream, least: int) -> list[str]:
    """Why the loss of one server would lose a stream or stop it."""
    there = len(stream.group.peers) + 1
    if stream.replicas < least:
        return [f"{stream.label} has {stream.replicas} replicas, not {least}"]
    if not stream.group.informed:
        return []
    missing = [f"{stream.label} is on {there} servers, not on {stream.replicas}"] if there < stream.replicas else []
    return [*missing, *stream.group.problems(stream.label)]


def _replicas(stream: Stream) -> str:
    if not stream.group.informed:
        return f"{stream.replicas} replicas, led by {shown(stream.group.leader)}"
    current = sum(peer.current and not peer.offline for peer in stream.group.peers)
    return f"{stream.replicas} replicas, led by {shown(stream.group.leader) or None}, {current} others current"
