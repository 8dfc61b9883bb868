# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the queues of RQ (Python) as they lie in Redis, and tell whether they drain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import together
from ansible_collections.golive.verify.plugins.plugin_utils.redis.bullmq import count
from ansible_collections.golive.verify.plugins.plugin_utils.redis.questions import Redis
from ansible_collections.golive.verify.plugins.plugin_utils.redis.server import Value
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge

# How many jobs are looked at, of those next in turn: one that was put in front of the others may be younger.
_NEXT = 100


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the first questions told of a queue: the jobs that are next in turn, and the workers that know of it."""

    known: bool
    waiting: int
    jobs: list[str]
    failed: int
    workers: list[str]


@dataclass(frozen=True, slots=True)
class QueueState:
    """A queue as it stands. oldest: seconds that its oldest job waits, None when none does.

    lost: jobs whose worker has not spoken of them for long. overdue: of those scheduled, long to be done.
    """

    known: bool
    waiting: int
    oldest: float | None
    failed: int
    lost: int
    overdue: int
    workers: int
    suspended: bool = False

    def actual(self) -> dict[str, Any]:
        """The state for people."""
        oldest = None if self.oldest is None else round(self.oldest)
        names = ("waiting", "failed", "lost", "overdue", "workers")
        return {"oldest job waits, s": oldest} | {name: getattr(self, name) for name in names}

    def problems(self, max_wait: int, max_failed: int) -> list[str]:
        """Why it does not drain. A queue is known to Redis from its first job on, to its workers from their start."""
        if not self.known and not self.workers:
            return ["there is no such queue"]
        problems = [] if self.workers else ["no worker is attached"]
        if self.suspended:
            problems.append("the workers are suspended")
        if self.oldest is not None and self.oldest >= max_wait:
            problems.append(f"the oldest waiting job waits for {self.oldest:.0f} s")
        if self.failed > max_failed:
            problems.append(f"{self.failed} jobs failed")
        if self.lost:
            problems.append(f"{self.lost} jobs are lost: they are being worked on, and their worker is silent")
        if self.overdue:
            problems.append(f"{self.overdue} scheduled jobs are overdue")
        return problems


async def drained(redis: Redis, names: Sequence[str], max_wait: int, max_failed: int) -> list[Verdict]:
    """A verdict on each queue."""
    firsts = [["SMEMBERS", "rq:queues"], ["EXISTS", "rq:suspended"]]
    firsts += [question for name in names for question in _first(name)]
    info, replies = await together(redis.info(), redis.pipeline(firsts))
    known, suspended, *told = replies
    backlogs = {name: _backlog(name, known, told[at * 4 : at * 4 + 4]) for at, name in enumerate(names)}
    seconds = [
        question for name, backlog in backlogs.items() for question in _second(name, backlog, info.now, max_wait)
    ]
    answers = iter(await redis.pipeline(seconds, quiet=True))
    verdicts = []
    for name, backlog in backlogs.items():
        lost, overdue = (count(next(answers)) for dummy in range(2))
        since = [moment(reply) for reply in (next(answers) for dummy in backlog.jobs)]
        beats = [next(answers) for dummy in backlog.workers]
        waiting = [each for each in since if each is not None]
        state = QueueState(
            known=backlog.known,
            waiting=backlog.waiting,
            oldest=max(0.0, info.now - min(waiting)) if waiting else None,
            failed=backlog.failed,
            lost=lost,
            overdue=overdue,
            # The record of a worker expires when it sends no more heartbeats.
            workers=sum(_only(beat) is not None for beat in beats),
            suspended=count(suspended) > 0,
        )
        verdicts.append(_on_queue(name, state, max_wait, max_failed))
    return verdicts


def _first(name: str) -> list[list[str]]:
    return [
        ["LLEN", f"rq:queue:{name}"],
        ["LRANGE", f"rq:queue:{name}", "0", str(_NEXT - 1)],
        ["ZCARD", f"rq:failed:{name}"],
        ["SMEMBERS", f"rq:workers:{name}"],
    ]


def _backlog(name: str, known: Sequence[Value], replies: Sequence[Sequence[Value]]) -> Backlog:
    length, jobs, failed, workers = replies
    return Backlog(
        f"rq:queue:{name}" in known, count(length), list(map(str, jobs)), count(failed), list(map(str, workers))
    )


def _second(name: str, backlog: Backlog, now: float, max_wait: int) -> list[list[str]]:
    """The score of a job that is worked on is when its worker must have spoken of it again, at the latest."""
    due = ["0", str(int(now) - max_wait)]
    return [
        ["ZCOUNT", f"rq:wip:{name}", *due],
        ["ZCOUNT", f"rq:scheduled:{name}", *due],
        *(["HMGET", f"rq:job:{job}", "enqueued_at"] for job in backlog.jobs),
        *(["HMGET", worker, "last_heartbeat"] for worker in backlog.workers),
    ]


def moment(reply: Sequence[Value]) -> float | None:
    """When a job began to wait, as Unix seconds; None when it was taken in the meantime."""
    value = _only(reply)
    if value is None:
        return None
    try:
        return datetime.fromisoformat(str(value).removesuffix("Z")).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise CannotLook("malformed", "a waiting job does not say since when, as those of RQ do") from None


def _only(reply: Sequence[Value]) -> Value:
    if len(reply) != 1:
        raise CannotLook("malformed", f"{len(reply)} values where RQ has one")
    return reply[0]


def _on_queue(name: str, state: QueueState, max_wait: int, max_failed: int) -> Verdict:
    return judge(
        expected=f"jobs wait < {max_wait} s, <= {max_failed} failed, none lost or overdue, a worker attached",
        actual=state.actual(),
        problems=state.problems(max_wait, max_failed),
        subject=f"RQ queue {name}",
    )
