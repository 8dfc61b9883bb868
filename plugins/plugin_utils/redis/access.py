# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who can reach and enter a Redis server, and whether it is the one that is meant."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Collection

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.redis.acl import DANGEROUS, parse_users, user_problems
from ansible_collections.golive.verify.plugins.plugin_utils.redis.info import Info
from ansible_collections.golive.verify.plugins.plugin_utils.redis.questions import Redis, Refused, Untold
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_KEEPS_OUT = {"NOAUTH", "NOPERM", "DENIED"}


async def answering(redis: Redis) -> Part:
    """It answers us."""
    ping = await redis.ask("PING")
    return Part({"PING": ping[0] if ping else None}, [] if ping == ["PONG"] else ["PING is not answered with PONG"])


async def identity(redis: Redis, min_version: str, other_run_ids: Collection[str]) -> Part:
    """It is supported, and not another environment's server."""
    info = await redis.info()
    version, run_id = version_of(info), info["run_id"]
    problems = []
    if numbers(version) < numbers(min_version):
        problems.append(f"version {version} is no longer supported")
    if run_id in other_run_ids:
        problems.append(f"this is the server of another environment (run_id {shown(run_id)})")
    return Part({"version": version, "role": info["role"], "run_id": run_id}, problems)


def version_of(info: Info) -> str:
    """The version of the server; Valkey tells its own beside that of the Redis it is compatible with."""
    version = info["valkey_version"] if "valkey_version" in info else info["redis_version"]
    if not re.fullmatch(r"\d+(\.\d+)+\S*", version):
        raise CannotLook("malformed", f"INFO: {shown(version)!r} is no version")
    return version


def numbers(version: str) -> tuple[int, ...]:
    """A version as numbers that compare."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


async def reachability(redis: Redis, loopback: bool) -> Part:
    """More than one machine can reach it, unless it is declared that only its own shall.

    What answers at another address than loopback, to us, need not be asked which addresses it is bound to.
    """
    bind, met = await together(attempt(redis.config("bind")), _met_at(redis))
    outside = [address for address in met if not _is_loopback(address)]
    if isinstance(bind, CannotLook):
        if not outside or not isinstance(bind, Untold):
            raise bind
        return Part({"bind": f"not told; it answers at {shown(outside[0])}"}, [])
    local = redis.look.vantage == CONTROLLER and bool(met) and not outside
    alone = local or only_loopback(bind.value)
    problems = ["only its own machine can reach it (loopback)"] if alone and not loopback else []
    return Part({"bind": str(bind) or "every address"}, problems)


async def _met_at(redis: Redis) -> list[str]:
    """The addresses of the server's name, as seen from where it is asked."""
    host = redis.server.host
    if redis.server.socket:
        return []
    if redis.look.vantage != CONTROLLER and _is_loopback(host):
        return [host]
    return [each.address for each in (await redis.look.resolve(host)).addresses]


def only_loopback(bind: str) -> bool:
    """Whether a value of bind lists nothing but loopback addresses. Empty means every address."""
    addresses = [address.lstrip("-") for address in bind.split()]
    return bool(addresses) and all(map(_is_loopback, addresses))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return address == "localhost"


async def protection(redis: Redis) -> Part:
    """A server that loses its passwords still refuses strangers."""
    mode = await redis.config("protected-mode")
    return Part({"protected-mode": str(mode)}, [] if mode.value == "yes" else ["protected-mode is off"])


async def door(name: str, question: Awaitable[object]) -> Part:
    """Somebody without a name gets no answer to a question."""
    try:
        await question
    except Refused as refusal:
        if refusal.code not in _KEEPS_OUT:
            raise
        return Part({f"anonymous {name}": refusal.code}, [])
    return Part({f"anonymous {name}": "answered"}, [f"{name} is answered to anybody"])


async def users(redis: Redis, admins: Collection[str]) -> Part:
    """Every user needs a password, and only administrators may do harm."""
    rules, known = await together(
        redis.ask("ACL", "LIST"), attempt(redis.ask("COMMAND", "INFO", *(_command(name) for name in DANGEROUS)))
    )
    # Commands may be renamed away, which nobody who cannot see the commands may assume.
    existing = [name for name in DANGEROUS if isinstance(known, CannotLook) or _command(name) in known]
    found = parse_users(rules, existing)
    return Part({"users": [str(user) for user in found]}, user_problems(found, admins))


def _command(name: str) -> str:
    return name.partition("|")[0]
