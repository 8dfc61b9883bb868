# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the queues of Sidekiq as they lie in Redis, and tell whether they drain."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import together
from ansible_collections.golive.verify.plugins.plugin_utils.redis.bullmq import count, number
from ansible_collections.golive.verify.plugins.plugin_utils.redis.questions import Redis
from ansible_collections.golive.verify.plugins.plugin_utils.redis.server import Value
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge

# Seconds after which the record of a process expires that sends no more heartbeats, which it does every few seconds.
_BEAT = 60
_SETS = ("queues", "processes")


@dataclass(frozen=True, slots=True)
class Process:
    """One process that reports. queues: those it takes jobs from, none once it was told to stop."""

    queues: frozenset[str]

    @classmethod
    def parse(cls, reply: Sequence[Value], now: float) -> Process | None:
        """Read its record; None where it expired or grew old."""
        told, beat, quiet = reply
        if told is None or now - number(beat) > _BEAT:
            return None
        try:
            queues = [str(name) for name in json.loads(str(told))["queues"]]
        except (ValueError, KeyError, TypeError) as error:
            raise CannotLook("malformed", "the record of a process is not that of Sidekiq") from error
        return cls(frozenset() if quiet == "true" else frozenset(queues))


@dataclass(frozen=True, slots=True)
class QueueState:
    """A queue as it stands. oldest: seconds that its oldest job waits, None when none does; workers: processes."""

    known: bool
    waiting: int
    oldest: float | None
    workers: int

    def problems(self, max_wait: int) -> list[str]:
        """Why it does not drain. A queue is known to Redis from its first job on, to its processes from their start."""
        if not self.known and not self.workers:
            return ["there is no such queue"]
        problems = [] if self.workers else ["no process takes jobs from it"]
        if self.oldest is not None and self.oldest >= max_wait:
            problems.append(f"the oldest waiting job waits for {self.oldest:.0f} s")
        return problems


@dataclass(frozen=True, slots=True)
class Failures:
    """What all queues have in common. overdue: jobs that should long have been moved from the schedule to a queue."""

    processes: int
    dead: int
    retrying: int
    overdue: int

    def problems(self, max_failed: int, max_retrying: int) -> list[str]:
        """Why jobs are not done in the end."""
        problems = [] if self.processes else ["no process reports"]
        if self.dead > max_failed:
            problems.append(f"{self.dead} jobs are dead: they failed every time")
        if self.retrying > max_retrying:
            problems.append(f"{self.retrying} jobs failed and are to be retried")
        if self.overdue:
            problems.append(f"{self.overdue} scheduled jobs are overdue")
        return problems


async def drained(
    redis: Redis, names: Sequence[str], max_wait: int, max_failed: int, max_retrying: int
) -> list[Verdict]:
    """A verdict on each queue, and one on the jobs that failed, which lie together whatever their queue."""
    firsts = [*(["SMEMBERS", each] for each in _SETS), ["ZCARD", "dead"], ["ZCARD", "retry"]]
    # An empty range tells whether jobs may be read at all.
    firsts += [question for name in names for question in (["LLEN", _key(name)], ["LRANGE", _key(name), "1", "0"])]
    info, replies, *jobs = await together(
        redis.info(), redis.pipeline(firsts), *(_oldest(redis, name) for name in names)
    )
    (known, identities, dead, retrying), lengths = replies[:4], replies[4::2]
    due = ["0", str(int(info.now) - max_wait)]
    seconds = [["ZCOUNT", "schedule", *due], ["ZCOUNT", "retry", *due]]
    seconds += [["HMGET", str(identity), "info", "beat", "quiet"] for identity in identities]
    scheduled, retried, *records = await redis.pipeline(seconds, quiet=True)
    processes = [process for record in records if (process := Process.parse(record, info.now))]
    states = {
        name: QueueState(
            known=name in known,
            waiting=count(length),
            oldest=None if job is None else max(0.0, info.now - enqueued(job)),
            workers=sum(name in process.queues for process in processes),
        )
        for name, length, job in zip(names, lengths, jobs, strict=True)
    }
    failures = Failures(len(processes), count(dead), count(retrying), count(scheduled) + count(retried))
    return [
        *(_on_queue(name, state, max_wait) for name, state in states.items()),
        _on(failures, max_failed, max_retrying),
    ]


async def _oldest(redis: Redis, name: str) -> Mapping[str, Any] | None:
    """When the job that is next in turn began to wait; its arguments stay where they are."""
    return await redis.document(("enqueued_at", "created_at"), "LRANGE", _key(name), "-1", "-1")


def enqueued(job: Mapping[str, Any]) -> float:
    """When a job began to wait, as Unix seconds: Sidekiq 8 writes whole milliseconds, those before it seconds."""
    since = job.get("enqueued_at", job.get("created_at"))
    if isinstance(since, bool) or not isinstance(since, int | float):
        raise CannotLook("malformed", "a waiting job does not say since when, as those of Sidekiq do")
    return since / 1000 if isinstance(since, int) else since


def _key(queue: str) -> str:
    return f"queue:{queue}"


def _on_queue(name: str, state: QueueState, max_wait: int) -> Verdict:
    oldest = None if state.oldest is None else round(state.oldest)
    return judge(
        expected=f"jobs wait < {max_wait} s, a process takes them",
        actual={"oldest job waits, s": oldest, "waiting": state.waiting, "processes": state.workers},
        problems=state.problems(max_wait),
        subject=f"Sidekiq queue {name}",
    )


def _on(failures: Failures, max_failed: int, max_retrying: int) -> Verdict:
    return judge(
        expected=f"<= {max_failed} dead jobs, <= {max_retrying} to be retried, none overdue, a process reports",
        actual={name: getattr(failures, name) for name in ("processes", "dead", "retrying", "overdue")},
        problems=failures.problems(max_failed, max_retrying),
        subject="Sidekiq",
    )
