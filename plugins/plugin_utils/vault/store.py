# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the secret store itself can be relied upon: open, encrypted, kept on disk, audited, and of more than one."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.look import attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.vault.server import Vault, is_loopback, member

_REFUSED = ": certificate: "  # how the observation http names a certificate that it does not take
_NOWHERE = {"discard", "/dev/null"}
# Standby nodes report to the active one every few seconds.
_SILENT = 60.0


async def encrypted(vault: Vault) -> Part:
    """Its clients talk to it over TLS and take its certificate; in clear only on its own machine."""
    if vault.in_clear:
        return Part({"url": vault.url}, [f"{vault.url} is talked to in clear: tokens and secrets cross the network"])
    answer = await attempt(vault.seal_status())
    if isinstance(answer, CannotLook):
        if _REFUSED in answer.detail:
            refusal = shown(answer.detail.rpartition(_REFUSED)[2])
            return Part({"url": vault.url}, [f"clients refuse the certificate of {vault.url}: {refusal}"])
        raise answer
    return Part({"url": vault.url}, [])


async def opened(vault: Vault) -> Part:
    """It is initialized and unsealed, and what it holds outlives the process."""
    status = await vault.seal_status()
    problems = []
    if not status.initialized:
        problems.append("it is not initialized")
    elif status.sealed:
        problems.append("it is sealed: nobody gets a secret from it")
    if status.storage.startswith("inmem"):
        problems.append("it keeps all in memory, as in development mode: a restart loses every secret")
    actual = {"version": shown(status.version), "sealed": status.sealed, "storage": shown(status.storage)}
    return Part(actual, problems)


async def audited(vault: Vault) -> Part:
    """At least one audit device writes somewhere, and none writes secrets in clear."""
    devices = await vault.cluster("sys/audit", "read", "sudo")
    return Part({"audit": sorted(map(shown, devices))}, audit_problems(devices))


def audit_problems(devices: Mapping[str, Any]) -> list[str]:
    """Why nobody could tell from the audit devices who read what."""
    options = {
        name: {} if device.get("options") is None else member(device, "options", dict)
        for name, device in _objects(devices)
    }
    writing = [name for name, each in options.items() if str(each.get("file_path")) not in _NOWHERE]
    problems = [] if writing else ["no audit device keeps what it is told: nobody can tell who read which secret"]
    return problems + [
        f"audit device {shown(name)} writes secrets in clear: log_raw is on"
        for name, each in options.items()
        if _is_on(each.get("log_raw"))
    ]


async def failover(vault: Vault, least: int) -> Part:
    """It outlives the loss of as many of its nodes as wanted."""
    status, state, nodes = await together(
        vault.seal_status(),
        attempt(vault.cluster("sys/storage/raft/autopilot/state")),
        attempt(vault.cluster("sys/ha-status")),
    )
    answer = state if status.storage == "raft" else nodes
    if isinstance(answer, CannotLook):
        raise answer
    return (
        _raft(answer, least)
        if status.storage == "raft"
        else _standbys(answer, least, datetime.fromtimestamp(time.time(), UTC))
    )


def _raft(state: Mapping[str, Any], least: int) -> Part:
    """Judge the state of a cluster with integrated storage, as its autopilot reports it."""
    tolerance = member(state, "failure_tolerance", int)
    servers = dict(_objects(member(state, "servers", dict)))
    _some(servers)
    ill = sorted(name for name, server in servers.items() if not member(server, "healthy", bool))
    problems = [f"node {shown(name)} is not healthy" for name in ill[:10]]
    if not member(state, "healthy", bool) and not ill:
        problems.append("the cluster says that it is not healthy")
    return Part({"nodes": len(servers), "may be lost": tolerance}, problems + _tolerance_problems(tolerance, least))


def _standbys(state: Mapping[str, Any], least: int, now: datetime) -> Part:
    """Judge the nodes that share a storage of their own high availability."""
    nodes = [node for dummy, node in _objects(dict(enumerate(member(state, "nodes", list))))]
    _some(nodes)
    ready = sum(not member(node, "active_node", bool) and _heard(node, now) for node in nodes)
    return Part({"nodes": len(nodes), "may be lost": ready}, _tolerance_problems(ready, least))


def _some(nodes: Collection[Any]) -> None:
    if not nodes:
        raise CannotLook("malformed", "a store without a node is none")


def _heard(node: Mapping[str, Any], now: datetime) -> bool:
    try:
        return (now - moments.moment(member(node, "last_echo", str))).total_seconds() < _SILENT
    except ValueError as wrong:
        raise CannotLook("malformed", f"last_echo of a node: {wrong}") from None


def _tolerance_problems(tolerance: int, least: int) -> list[str]:
    return [f"nodes that it can lose: {tolerance}, wanted: {least}"] if tolerance < least else []


async def configured(vault: Vault) -> Part:
    """It listens in clear nowhere but on its own machine, and its storage cannot be read past its policies."""
    said = await vault.cluster("sys/config/state/sanitized")
    listeners = [each for dummy, each in _objects(dict(enumerate(member(said, "listeners", list))))]
    if not listeners:
        raise CannotLook("malformed", "sys/config/state/sanitized names no listener")
    problems = list(_clear_listeners(listeners))
    if member(said, "raw_storage_endpoint", bool):
        problems.append("raw_storage_endpoint is on: who may use it reads past all policies")
    return Part({"listeners": [shown(_address(each)) for each in listeners[:10]]}, problems)


def _clear_listeners(listeners: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for each in listeners:
        address = _address(each)
        host = address.rpartition(":")[0].strip("[]")
        clear = each.get("type") != "unix" and _is_on(member(each, "config", dict).get("tls_disable"))
        if clear and not is_loopback(host):
            yield f"the listener on {shown(address)} has TLS disabled"


def _address(listener: Mapping[str, Any]) -> str:
    return str(member(listener, "config", dict).get("address", "")) or f"{listener.get('type')}"


def _is_on(setting: Any) -> bool:
    """Whether a setting is on, which a configuration file may say in several ways."""
    return str(setting).lower() in ("true", "t", "1")


def _objects(said: Mapping[Any, Any]) -> list[tuple[Any, Mapping[str, Any]]]:
    """The members of a JSON object that must all be objects themselves."""
    if not all(isinstance(each, dict) for each in said.values()):
        raise CannotLook("malformed", "not the answer of a secret store: a part of it is no object")
    return list(said.items())


async def entrances(vault: Vault, meant: Iterable[str]) -> Part:
    """Nobody enters by a method of authentication that was not decided on."""
    methods = {path: member(method, "type", str) for path, method in _objects(await vault.ask("sys/auth"))}
    allowed = {*meant, "token", "ns_token"}  # tokens are what every other method ends in
    problems = [
        f"the auth method {shown(kind)} is enabled at {shown(path)}, which is not one of {', '.join(meant)}"
        for path, kind in sorted(methods.items())
        if kind not in allowed
    ]
    return Part({"auth methods": sorted(map(shown, set(methods.values())))}, problems)
