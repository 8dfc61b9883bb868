# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the queues of BullMQ (and Bull) as they lie in Redis, and tell whether they drain."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import together
from ansible_collections.golive.verify.plugins.plugin_utils.redis.questions import Redis
from ansible_collections.golive.verify.plugins.plugin_utils.redis.server import Value
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge

# How many jobs of a queue are looked at: those next in turn, and those being worked on.
_NEXT, _ACTIVE = 100, 1000
# Scores of delayed jobs are the due time in milliseconds, shifted to leave room for a counter.
_SCORE_SHIFT = 4096


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue, by the name that the application gives it."""

    name: str
    prefix: str = "bull"

    def key(self, part: str) -> str:
        """The Redis key of a part of the queue, or of a job."""
        return f"{self.prefix}:{self.name}:{part}"

    def first(self) -> list[list[str]]:
        """The questions to ask first."""
        return [
            ["EXISTS", self.key("meta"), self.key("id")],
            ["LRANGE", self.key("wait"), str(-_NEXT), "-1"],
            ["LRANGE", self.key("paused"), str(-_NEXT), "-1"],
            ["ZRANGE", self.key("prioritized"), "0", str(_NEXT - 1)],
            ["ZRANGE", self.key("delayed"), "0", "0", "WITHSCORES"],
            ["ZCARD", self.key("failed")],
            ["LRANGE", self.key("active"), "0", str(_ACTIVE - 1)],
        ]

    def works(self, client: str) -> bool:
        """Whether a connection of this name is one of the queue's workers, named or not.

        BullMQ for Node.js puts the queue's name there in base64, BullMQ for Python as it is.
        """
        owns = [f"{self.prefix}:{name}" for name in (base64.b64encode(self.name.encode()).decode(), self.name)]
        return any(client == own or client.startswith(f"{own}:w:") for own in owns)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the first questions told: the ids of jobs that wait and are worked on, and when the next delayed is due."""

    exists: bool
    waiting: list[str]
    active: list[str]
    failed: int
    due: float | None

    @classmethod
    def parse(cls, replies: Sequence[Sequence[Value]]) -> Backlog:
        """Read the replies to Queue.first()."""
        exists, wait, paused, prioritized, delayed, failed, active = replies
        # Before version 5 a marker such as 0:0 could stand in the list, which is no job.
        ids = [str(value) for value in (*wait, *paused, *prioritized) if not str(value).startswith("0:")]
        due = number(delayed[1]) / _SCORE_SHIFT / 1000 if delayed else None
        return cls(count(exists) > 0, ids, [str(value) for value in active], count(failed), due)

    def second(self, queue: Queue) -> Iterator[list[str]]:
        """The questions that follow: when each job began to wait, whether each active one still has its lock."""
        yield from (["HMGET", queue.key(job), "timestamp", "delay", "opts"] for job in self.waiting)
        yield from (["EXISTS", queue.key(f"{job}:lock")] for job in self.active)
        # Asked last, since a job that ended in the meantime is not stalled.
        yield ["LRANGE", queue.key("active"), "0", str(_ACTIVE - 1)]


@dataclass(frozen=True, slots=True)
class QueueState:
    """A queue as it stands. oldest: seconds that the oldest job waits beyond its delay, None when none does."""

    exists: bool
    waiting: int
    oldest: float | None
    failed: int
    stalled: int
    workers: int
    overdue: float | None = None

    def actual(self) -> dict[str, Any]:
        """The state for people."""
        oldest = None if self.oldest is None else round(self.oldest)
        return {"oldest job waits, s": oldest} | {
            name: getattr(self, name) for name in ("exists", "waiting", "failed", "stalled", "workers")
        }

    @classmethod
    def parse(cls, backlog: Backlog, replies: Sequence[Sequence[Value]], workers: int, now: float) -> QueueState:
        """Read the replies to Backlog.second(). now: Unix seconds on the server's clock."""
        *parts, still = replies
        jobs, locks = parts[: len(backlog.waiting)], parts[len(backlog.waiting) :]
        since = [moment for moment in map(_waits_since, jobs) if moment is not None]
        unlocked = {job for job, lock in zip(backlog.active, locks, strict=True) if count(lock) == 0}
        return cls(
            exists=backlog.exists,
            waiting=len(backlog.waiting),
            oldest=max(0.0, now - min(since)) if since else None,
            failed=backlog.failed,
            stalled=len(unlocked & {str(job) for job in still}),
            workers=workers,
            overdue=now - backlog.due if backlog.due is not None and backlog.due < now else None,
        )


async def drained(redis: Redis, queues: Sequence[Queue], max_wait: int, max_failed: int) -> list[Verdict]:
    """A verdict on each queue. max_wait: seconds."""
    firsts = [queue.first() for queue in queues]
    info, names, replies = await together(redis.info(), redis.client_names(), redis.pipeline(list(chain(*firsts))))
    backlogs = [Backlog.parse(part) for part in _like(firsts, replies)]
    seconds = [list(backlog.second(queue)) for backlog, queue in zip(backlogs, queues, strict=True)]
    answers = _like(seconds, await redis.pipeline(list(chain(*seconds)), quiet=True))
    verdicts = []
    for queue, backlog, part in zip(queues, backlogs, answers, strict=True):
        state = QueueState.parse(backlog, part, sum(map(queue.works, names)), info.now)
        verdicts.append(
            judge(
                expected=f"jobs wait < {max_wait} s, <= {max_failed} failed, none stalled, a worker attached",
                actual=state.actual(),
                problems=queue_problems(state, max_wait, max_failed),
                subject=f"queue {queue.name}",
            )
        )
    return verdicts


def _like(shape: Sequence[Sequence[Any]], flat: Sequence[Any]) -> list[list[Any]]:
    """Cut a flat list into parts as long as those of another."""
    rest: Iterator[Any] = iter(flat)
    return [[next(rest) for dummy in part] for part in shape]


def queue_problems(state: QueueState, max_wait: int, max_failed: int) -> list[str]:
    """Why a queue is not draining. max_wait: seconds."""
    if not state.exists:
        return ["there is no such queue"]
    problems = []
    if state.oldest is not None and state.oldest >= max_wait:
        problems.append(f"the oldest waiting job waits for {state.oldest:.0f} s")
    if state.overdue is not None and state.overdue >= max_wait:
        problems.append(f"a delayed job is overdue by {state.overdue:.0f} s")
    if state.failed > max_failed:
        problems.append(f"{state.failed} jobs failed")
    if state.stalled:
        problems.append(f"{state.stalled} jobs stalled: they are active and nobody holds their lock")
    if not state.workers:
        problems.append("no worker is attached")
    return problems


def _waits_since(job: Sequence[Value]) -> float | None:
    """When a job began to wait, as Unix seconds; None when it was taken in the meantime."""
    timestamp, delay, opts = job
    if timestamp is None:
        return None
    try:
        meant = json.loads(str(opts or "{}")).get("delay") or 0
    except (ValueError, AttributeError) as error:
        raise CannotLook("malformed", "the options of a waiting job are not those of BullMQ") from error
    return (number(timestamp) + max(number(delay or 0), number(meant))) / 1000


def count(reply: Sequence[Value]) -> int:
    """A reply that is one whole number."""
    if len(reply) != 1 or not isinstance(reply[0], int):
        raise CannotLook("malformed", "a count that is no number")
    return reply[0]


def number(value: object) -> float:
    """A time as Redis or a job tells it."""
    try:
        return float(str(value))
    except ValueError:
        raise CannotLook("malformed", "a time of a job that is no number") from None
