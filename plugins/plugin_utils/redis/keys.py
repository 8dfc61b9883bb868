# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at the keys of a Redis server, a bounded number of them: how many match, and how many of those expire."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.redis.questions import Redis
from ansible_collections.golive.verify.plugins.plugin_utils.redis.server import Value

# One SCAN of this size holds the server up for a few milliseconds; so many at most are made for one pattern.
_PAGE, _PAGES = 10_000, 20
# Enough to tell a share of 95 % from one of 90 % for sure, few enough to be asked in one go.
_SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How many keys of a pattern were looked at, and how many of them expire."""

    sampled: int
    expiring: int

    def problems(self, pattern: str, min_share: float) -> list[str]:
        """Why these keys are not those of a cache that stays bounded."""
        if not self.sampled:
            return [f"no key matches {pattern}"]
        if self.expiring < min_share * self.sampled:
            return [f"only {self.expiring} of {self.sampled} keys of {pattern} expire"]
        return []


async def lifetimes(redis: Redis, pattern: str) -> Lifetimes:
    """Sample the keys of a pattern. SCAN goes through keys in the order of their hashes, which is as good as random."""
    keys = (await _scan(redis, pattern, 1))[:_SAMPLE]
    replies = await redis.pipeline([["TTL", key] for key in keys], quiet=True)
    # -2: the key expired in the meantime; -1: it never does.
    seconds = [ttl for ttl in map(_ttl, replies) if ttl != -2]
    return Lifetimes(len(seconds), sum(ttl >= 0 for ttl in seconds))


async def own_lookups(redis: Redis) -> int:
    """How often TTL was asked, which Redis counts as hits: a cache must not look used because it was looked at."""
    stats = await redis.text("INFO", "commandstats")
    if not stats.startswith("# Commandstats"):
        raise CannotLook("malformed", "INFO commandstats: no statistics of commands")
    calls = re.search(r"^cmdstat_ttl:calls=(\d+)", stats, re.MULTILINE)
    return int(calls[1]) if calls else 0


async def count(redis: Redis, pattern: str, enough: int) -> int:
    """How many keys match, as far as it takes to see enough."""
    return len(await _scan(redis, pattern, enough))


async def _scan(redis: Redis, pattern: str, enough: int) -> list[str]:
    """Keys that match, until there are enough or all are seen; CannotLook when too many others lie between."""
    cursor, found = "0", set[str]()
    for dummy in range(_PAGES):
        reply = await redis.ask("SCAN", cursor, "MATCH", pattern, "COUNT", str(_PAGE))
        if not reply or not str(reply[0]).isdigit():
            raise CannotLook("malformed", "SCAN: a reply without a cursor")
        cursor = str(reply[0])
        found |= {str(key) for key in reply[1:]}
        if cursor == "0" or len(found) >= enough:
            return sorted(found)
    detail = f"only {len(found)} keys match {pattern} among the first {_PAGE * _PAGES}"
    raise CannotLook("too_large", detail)


def _ttl(reply: Sequence[Value]) -> int:
    if len(reply) != 1 or not isinstance(reply[0], int):
        raise CannotLook("malformed", "TTL: a reply that is no number")
    return reply[0]
