# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a Redis server can be talked to encrypted, and not in clear."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import TcpFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.redis.ha import address
from ansible_collections.golive.verify.plugins.plugin_utils.redis.questions import Redis, Setting
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.tls.certificates import chain_problems, trusted_there

_TLS_ALERT = "\x15"
_ANSWERS = ("+", "-", "$")


async def handshake(redis: Redis, port: int, of: str = "") -> Part:
    """Its certificates are those that a client which verifies them would take. of: whose port it is, for people."""
    server = redis.server
    name = server.server_name or server.host
    fact, roots = await together(
        redis.look.tls(server.host, port, server_name=server.server_name), trusted_there(redis.look, server.cafile)
    )
    if not fact.accepted:
        return Part({}, [f"{of}port {port} refuses TLS: {shown(fact.refusal)}"])
    if not fact.chain_complete:
        raise CannotLook("missing_tool", "this Python cannot show the whole chain of TLS 1.3: use Python 3.10 or newer")
    problems = [f"{of}{problem}" for problem in chain_problems(fact.certificates(), name, roots, datetime.now(UTC))]
    return Part({f"{of}port {port}": f"{fact.version} {fact.cipher}, certificate for {name}"}, problems)


def sentinel(redis: Redis, name: str) -> tuple[Awaitable[Part], Awaitable[Part]]:
    """A Sentinel speaks TLS, and TLS only: it tells clients where the master is, and takes orders to replace it.

    The certificate is judged for the name under which clients know it.
    """
    host, port = address(name)
    watcher = redis.at(host, port)
    watcher = replace(watcher, server=replace(watcher.server, server_name=None))
    of = f"sentinel {shown(name)}: "
    return handshake(watcher, port, of), _clear_sentinel(watcher, of)


async def _clear_sentinel(watcher: Redis, of: str) -> Part:
    probe = await watcher.look.tcp(watcher.server.host, watcher.server.port, send="PING\r\n", read=64)
    clear = clear_reply(probe, f"{of}clear text")
    return Part(clear.actual, [f"{of}{problem}" for problem in clear.problems])


async def between_servers(redis: Redis) -> Part:
    """What a replica has from its master, and the nodes of a cluster from each other, is encrypted as well.

    A master is asked for nothing more: replicas reach it on the ports that clients reach it on.
    """
    info, *outcomes = await together(redis.info(), *(attempt(redis.config(name)) for name in _BETWEEN_SERVERS))
    needed = {"tls-replication": info["role"] != "master", "tls-cluster": info.number("cluster_enabled") > 0}
    actual, problems = {}, []
    for name, setting in zip(_BETWEEN_SERVERS, outcomes, strict=True):
        if not needed[name]:
            continue
        if isinstance(setting, CannotLook):
            raise setting
        actual[name] = str(setting)
        problems += [] if setting.value == "yes" else [f"{name} is {setting}: data goes between servers in clear"]
    return Part(actual, problems)


_BETWEEN_SERVERS = ("tls-replication", "tls-cluster")


async def clear_port(redis: Redis, port: int) -> Part:
    """A PING in clear is not answered on this port: it is closed, or speaks TLS only."""
    probe, config = await together(
        redis.look.tcp(redis.server.host, port, send="PING\r\n", read=64), attempt(redis.config("port"))
    )
    what = f"clear text on port {port}"
    if probe.state == "silent" and isinstance(config, Setting) and config.value == "0":
        return Part({what: f"filtered; the server's port is {config}: it does not listen in clear"}, [])
    return clear_reply(probe, what)


def clear_reply(probe: TcpFact, what: str) -> Part:
    """Judge what a PING in clear met. No answer at all proves nothing."""
    if probe.state == "refused":
        return Part({what: "closed"}, [])
    if probe.state != "open" or probe.reply is None:
        raise CannotLook("timeout", f"port {probe.port} neither answers nor refuses a PING in clear")
    if probe.reply.startswith(_ANSWERS):
        return Part(
            {what: shown(probe.reply.strip())}, [f"port {probe.port} answers in clear: {shown(probe.reply.strip())}"]
        )
    if probe.reply and not probe.reply.startswith(_TLS_ALERT):
        raise CannotLook("malformed", f"port {probe.port} is neither Redis nor TLS: {shown(probe.reply)!r}")
    return Part({what: "refused"}, [])


async def clear_listener(redis: Redis) -> Part:
    """The server itself listens in clear nowhere. Where it may not be asked, the ports that were tried must do."""
    port = await attempt(redis.config("port"))
    if isinstance(port, CannotLook):
        return Part({}, [])
    return Part({"port": str(port)}, [] if port.value == "0" else [f"the server listens in clear on port {port}"])
