# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove the controls of one Redis server from what it says of itself at run time."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from itertools import chain

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, proven
from ansible_collections.golive.verify.plugins.plugin_utils.redis import (
    access,
    bullmq,
    encryption,
    ha,
    keys,
    rq,
    sidekiq,
)
from ansible_collections.golive.verify.plugins.plugin_utils.redis.info import Info
from ansible_collections.golive.verify.plugins.plugin_utils.redis.questions import Redis, Setting, Untold
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Ask one server, on the host through redis-cli, from the controller through redis-py."""

    def target(self, want: Wanted) -> str:
        if want.socket:
            return str(want.socket)
        return f"{want.host}:{want.port}" if want["from"] == CONTROLLER else f"redis port {want.port}"

    @proves("redis.provisioned")
    async def provisioned(self, look: Observer, want: Wanted) -> Verdict:
        """It answers, is no private development server, is supported, and lets nobody in who has no right to."""
        redis = Redis.of(look, want)
        stranger = redis.anonymous()
        return await proven(
            f"PONG, version >= {want.min_version}, not only on loopback; no entry without a password, users restricted",
            access.answering(redis),
            access.identity(redis, want.min_version, want.other_run_ids),
            access.reachability(redis, want.loopback),
            access.protection(redis),
            access.door("PING", stranger.ask("PING")),
            access.door("INFO", stranger.info()),
            access.users(redis, want.admin_users),
        )

    @proves("redis.persistence")
    async def persistence(self, look: Observer, want: Wanted) -> Verdict:
        """What is written survives a restart, as the running server does it, whatever its file says."""
        redis = Redis.of(look, want)
        chosen = [_aof(redis) if name == "aof" else _rdb(redis, want.max_save_age) for name in want.need("persistence")]
        wanted = " and ".join(want.persistence)
        return await proven(f"{wanted} on, without errors, saved within {want.max_save_age} h", _loaded(redis), *chosen)

    @proves("redis.maxmemory")
    async def maxmemory(self, look: Observer, want: Wanted) -> Verdict:
        """Memory is bounded below the machine's, and what happens at the bound is what was decided."""
        want.need("maxmemory_policy")
        info = await Redis.of(look, want).info()
        limit, total, policy = info.number("maxmemory"), info.number("total_system_memory"), info["maxmemory_policy"]
        return judge(
            expected=f"0 < maxmemory < the machine's memory, policy {want.maxmemory_policy}",
            actual={"maxmemory": limit, "memory": total, "used": info.number("used_memory"), "policy": shown(policy)},
            problems=memory_problems(limit, total, policy, want.maxmemory_policy),
        )

    @proves("redis.tls")
    async def tls(self, look: Observer, want: Wanted) -> Verdict:
        """Clients that verify can talk to it encrypted, and nobody can talk to it in clear."""
        if not (want.tls or want.tls_port):
            raise NotAsked("option tls or tls_port is not given")
        redis = Redis.of(look, want)
        port = want.tls_port or want.port
        return await proven(
            f"TLS on port {port}, valid for {want.server_name or want.host}, and between servers; no answer in clear",
            encryption.handshake(redis, port),
            encryption.clear_listener(redis),
            encryption.between_servers(redis),
            *chain.from_iterable(encryption.sentinel(redis, each) for each in want.sentinels),
            *(encryption.clear_port(redis, each) for each in sorted({port, want.port, *want.plain_ports})),
        )

    @proves("redis.ha")
    async def high_availability(self, look: Observer, want: Wanted) -> Verdict:
        """It fails over by itself, and would still do so after one more loss."""
        redis = Redis.of(look, want)
        if want.cluster:
            expected = f"cluster_state ok, {ha.SLOTS} slots, >= {want.min_replicas} working replicas of each master"
            return await proven(expected, ha.cluster(redis, want.min_replicas))
        if not want.sentinels:
            raise NotAsked("option sentinels or cluster is not given")
        group = want.need("master_name")
        return await proven(
            f">= {want.min_sentinels} sentinels with a quorum to spare, >= {want.min_replicas} replicas in sync",
            ha.agreement(redis, want.sentinels, group),
            *(ha.sentinel(redis, each, group, want.min_sentinels, want.min_replicas) for each in want.sentinels),
        )

    @proves("redis.connectivity")
    async def connectivity(self, look: Observer, want: Wanted) -> Verdict:
        """It is near, and the application is really connected to it."""
        redis = Redis.of(look, want)
        return await proven(
            f"PING within {want.max_ping_ms} ms, connections named {', '.join(want.need('clients'))}",
            access.answering(redis),
            _near(redis, want.max_ping_ms),
            _clients(redis, want.clients),
        )

    @proves("redis.caching")
    async def caching(self, look: Observer, want: Wanted) -> Verdict:
        """Lookups hit, cached keys expire, little is evicted; and the declared keys are there before traffic."""
        want.need("cache_keys")
        redis = Redis.of(look, want)
        return await proven(
            f"hit ratio >= {want.min_hit_ratio}, >= {want.min_ttl_share} of the keys expire, warm keys present",
            _effect(redis, want.min_hit_ratio, want.min_lookups),
            _evictions(redis, want.max_evicted_per_hour),
            *(_expiry(redis, pattern, want.min_ttl_share) for pattern in want.cache_keys),
            *(_warmth(redis, pattern, int(least)) for pattern, least in want.warm_keys.items()),
        )

    @proves("redis.queue_health")
    async def queue_health(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each queue drains: jobs do not wait too long, few failed, none stalled, and workers are attached."""
        if not (want.queues or want.sidekiq_queues or want.rq_queues):
            raise NotAsked("none of the options queues, sidekiq_queues and rq_queues is given")
        redis = Redis.of(look, want)
        of_bullmq = [bullmq.Queue(name, want.queue_prefix) for name in want.queues]
        bounds = (want.max_wait, want.max_failed)
        proven_queues = await together(
            *([bullmq.drained(redis, of_bullmq, *bounds)] if of_bullmq else []),
            *([sidekiq.drained(redis, want.sidekiq_queues, *bounds, want.max_retrying)] if want.sidekiq_queues else []),
            *([rq.drained(redis, want.rq_queues, *bounds)] if want.rq_queues else []),
        )
        return list(chain(*proven_queues))


async def _loaded(redis: Redis) -> Part:
    info = await redis.info()
    return Part({"role": info["role"]}, ["the data is still being loaded"] if info.number("loading") else [])


async def _aof(redis: Redis) -> Part:
    info = await redis.info()
    actual = {
        "appendonly": "yes" if info.number("aof_enabled") else "no",
        "last AOF write": info["aof_last_write_status"],
        "last AOF rewrite": info["aof_last_bgrewrite_status"],
    }
    return Part(actual, aof_problems(info))


def aof_problems(info: Info) -> list[str]:
    """Why the append-only file would not bring everything back."""
    problems = [] if info.number("aof_enabled") else ["appendonly is no"]
    if info["aof_last_write_status"] != "ok":
        problems.append("the last AOF write failed")
    if info["aof_last_bgrewrite_status"] != "ok":
        problems.append("the last AOF rewrite failed")
    return problems


async def _rdb(redis: Redis, max_age: int) -> Part:
    info, rules = await together(redis.info(), attempt(redis.config("save")))
    # Where nobody may see the rules, snapshots that were really made since it started speak for themselves.
    made = info.number("rdb_saves") if "rdb_saves" in info else 0
    if isinstance(rules, CannotLook) and not (isinstance(rules, Untold) and made):
        raise rules
    told = isinstance(rules, Setting)
    actual = {
        "save": str(rules) if told else f"not told; {made} snapshots since it started",
        "last save": info["rdb_last_bgsave_status"],
        "minutes since": round((info.now - info.number("rdb_last_save_time")) / 60),
        "changes since": info.number("rdb_changes_since_last_save"),
    }
    return Part(actual, rdb_problems(info, rules.value if told else None, max_age))


def rdb_problems(info: Info, rules: str | None, max_age: int) -> list[str]:
    """Why there is no snapshot to come back to. max_age: hours; without changes an older one is as good as new.

    rules: when snapshots are made, None where that is not told.
    """
    problems = ["there is no save rule, so no snapshot is ever made"] if rules is not None and not rules.strip() else []
    if info["rdb_last_bgsave_status"] != "ok":
        problems.append("the last snapshot failed")
    hours = (info.now - info.number("rdb_last_save_time")) / 3600
    if hours >= max_age and info.number("rdb_changes_since_last_save"):
        problems.append(f"the last snapshot is {hours:.0f} h old, and there are changes since")
    return problems


def memory_problems(limit: int, total: int, policy: str, wanted: str) -> list[str]:
    """Why memory is not bounded as decided; limit and total in bytes."""
    problems = []
    if limit <= 0:
        problems.append("maxmemory is 0: there is no bound")
    elif limit >= total:
        problems.append(f"maxmemory ({limit}) is not below the machine's memory ({total})")
    if policy != wanted:
        problems.append(f"the policy is {shown(policy)}")
    return problems


async def _near(redis: Redis, max_ms: int) -> Part:
    ms = await redis.latency()
    return Part({"PING, ms": round(ms, 2)}, [f"PING takes {ms:.0f} ms"] if ms >= max_ms else [])


async def _clients(redis: Redis, wanted: Sequence[str]) -> Part:
    names = await redis.client_names()
    counts = {name: sum(fnmatch.fnmatchcase(each, name) for each in names) for name in wanted}
    return Part({"connections": counts}, [f"no connection is named {name}" for name, n in counts.items() if not n])


async def _effect(redis: Redis, min_ratio: float, min_lookups: int) -> Part:
    info, asked = await together(redis.info(), keys.own_lookups(redis))
    hits, misses = max(0, info.number("keyspace_hits") - asked), info.number("keyspace_misses")
    if hits + misses < min_lookups:
        detail = (
            f"only {hits + misses} lookups since it started: too few to judge a cache by (min_lookups {min_lookups})"
        )
        raise CannotLook("not_found", detail)
    ratio = hits / max(hits + misses, 1)
    return Part({"hits": hits, "misses": misses}, [f"the hit ratio is {ratio:.2f}"] if ratio < min_ratio else [])


async def _evictions(redis: Redis, limit: int) -> Part:
    info = await redis.info()
    hourly = info.number("evicted_keys") * 3600 / max(info.number("uptime_in_seconds"), 3600)
    return Part(
        {"evicted an hour": round(hourly)}, [f"{hourly:.0f} keys an hour are evicted"] if hourly > limit else []
    )


async def _expiry(redis: Redis, pattern: str, min_share: float) -> Part:
    seen = await keys.lifetimes(redis, pattern)
    return Part({pattern: f"{seen.expiring} of {seen.sampled} expire"}, seen.problems(pattern, min_share))


async def _warmth(redis: Redis, pattern: str, least: int) -> Part:
    found = await keys.count(redis, pattern, least)
    problems = [f"{found} keys match {pattern}, not {least}"] if found < max(least, 1) else []
    return Part({f"warm {pattern}": found}, problems)
