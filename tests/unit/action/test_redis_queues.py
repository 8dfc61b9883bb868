# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The redis verifier on queues of BullMQ, Sidekiq and RQ as recorded: right, broken, unreadable and absent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.redis import ActionModule as Redis
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.redis import bullmq
from ansible_collections.golive.verify.plugins.plugin_utils.redis.server import quote
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.redis_recordings import CLI, NOW, info, said
from tests.unit.proving import prove, status

QUEUE = bullmq.Queue("mail")
LINES = "\n".join(map(quote, QUEUE.first()))
FIRST = f"{CLI} --csv <<< '{LINES}\n'"
WORKER = "id=1 name=bull:bWFpbA== age=1\n"


def job(age: float, delay: int = 0) -> str:
    return f'"{int((NOW - age) * 1000)}","0","{{\\"delay\\":{delay}}}"\n'


def queue(first: str, second: str, clients: str = WORKER, more: Any = None) -> Status:
    answers: dict[str, Any] = {
        f"{CLI} INFO": info(),
        f"{CLI} CLIENT LIST": said(clients),
        FIRST: said(first),
        f"{CLI} --csv <<< 'HMGET …'  # one line for each key seen before": said(second),
        f"{CLI} --csv <<< 'EXISTS …'  # one line for each key seen before": said(second),
        f"{CLI} --csv <<< 'LRANGE …'  # one line for each key seen before": said(second),
    } | (more or {})
    return status(Redis, "redis.queue_health", {"queues": ["mail"]}, answers)


def backlog(
    exists: int = 2,
    wait: str = "",
    paused: str = "",
    prio: str = "",
    delayed: str = "",
    failed: int = 0,
    active: str = "",
) -> str:
    return f"{exists}\n{wait}\n{paused}\n{prio}\n{delayed}\n{failed}\n{active}\n"


@pytest.mark.parametrize(
    ("first", "second", "clients", "proven"),
    [
        pytest.param(backlog(), "\n", WORKER, Status.PASS, id="empty and attended"),
        pytest.param(backlog(wait='"1"'), job(5) + "\n", WORKER, Status.PASS, id="a young job"),
        pytest.param(backlog(wait='"0:0"'), "\n", WORKER, Status.PASS, id="a marker is no job"),
        pytest.param(backlog(wait='"1"'), "NULL,NULL,NULL\n\n", WORKER, Status.PASS, id="taken meanwhile"),
        pytest.param(backlog(wait='"1"'), job(3600, 3599_000) + "\n", WORKER, Status.PASS, id="was delayed"),
        pytest.param(backlog(active='"7"'), '1\n"7"\n', WORKER, Status.PASS, id="active with a lock"),
        pytest.param(backlog(active='"7"'), "0\n\n", WORKER, Status.PASS, id="ended meanwhile"),
        pytest.param(backlog(wait='"1"'), job(301) + "\n", WORKER, Status.FAIL, id="an old job"),
        pytest.param(backlog(paused='"1"'), job(301) + "\n", WORKER, Status.FAIL, id="paused"),
        pytest.param(backlog(prio='"1"'), job(301) + "\n", WORKER, Status.FAIL, id="prioritized"),
        pytest.param(backlog(active='"7"'), '0\n"7"\n', WORKER, Status.FAIL, id="stalled"),
        pytest.param(backlog(failed=1), "\n", WORKER, Status.FAIL, id="failed"),
        pytest.param(backlog(delayed=f'"9","{(NOW - 400) * 4096000}"'), "\n", WORKER, Status.FAIL, id="overdue"),
        pytest.param(backlog(exists=0), "\n", WORKER, Status.FAIL, id="absent"),
        pytest.param(backlog(), "\n", "id=1 name= age=1\n", Status.FAIL, id="no worker"),
        pytest.param(backlog(), "\n", "id=1 name=bull:bWFpbA==:qe age=1\n", Status.FAIL, id="an observer is no worker"),
        pytest.param("", "\n", WORKER, Status.ERROR, id="nothing said"),
        pytest.param('ERROR,"NOPERM no"\n' * 7, "\n", WORKER, Status.ERROR, id="denied"),
        pytest.param(backlog(wait='"1"'), '"x","0","{}"\n\n', WORKER, Status.ERROR, id="no time"),
        pytest.param(backlog(wait='"1"'), '"1","0","{"\n\n', WORKER, Status.ERROR, id="no options"),
        pytest.param(backlog(), "\n", "NOPERM no\n", Status.ERROR, id="clients denied"),
    ],
)
def test_queues(first: str, second: str, clients: str, proven: Status) -> None:
    assert queue(first, second, clients) is proven


def test_queues_that_cannot_be_reached_are_errors_and_none_are_not_asked() -> None:
    assert queue(backlog(), "\n", more={FIRST: CannotLook("unreachable", "refused")}) is Status.ERROR
    with pytest.raises(NotAsked):
        prove(Redis, "redis.queue_health", {}, {})
    assert QUEUE.works("bull:bWFpbA==:w:first")
    assert QUEUE.works("bull:mail")
    assert not QUEUE.works("bull:bWFpbDI=")


SIDEKIQ = [
    "SMEMBERS queues",
    "SMEMBERS processes",
    "ZCARD dead",
    "ZCARD retry",
    "LLEN queue:mail",
    "LRANGE queue:mail 1 0",
]
ASKED = f"{CLI} --csv <<< '{chr(10).join(SIDEKIQ)}{chr(10)}'"
OLDEST = f"{CLI} LRANGE queue:mail -1 -1 # only enqueued_at, created_at"
THEN = f"{CLI} --csv <<< 'ZCOUNT …'  # one line for each key seen before"
PROCESS = "web1:7:abc"


def process(queues: str = r"[\"mail\",\"default\"]", beat: float = 1, quiet: str = "false") -> str:
    """The record of a process as Sidekiq 6.4 keeps it."""
    told = rf"{{\"hostname\":\"web1\",\"pid\":7,\"concurrency\":5,\"queues\":{queues},\"identity\":\"{PROCESS}\"}}"
    return f'"{told}","{NOW - beat}","{quiet}"\n'


def sidekiq(
    first: str = f'"mail","default"\n"{PROCESS}"\n0\n3\n0\n\n',
    job: Any = "",
    then: str = "0\n0\n" + process(),
    **options: Any,
) -> list[Status]:
    """Of the queue, and of what all queues have in common."""
    answers = {
        f"{CLI} INFO": info(),
        ASKED: said(first),
        OLDEST: job if isinstance(job, CannotLook) else said(job),
        THEN: said(then),
    }
    wanted = {"sidekiq_queues": ["mail"]} | options
    return [verdict.status for verdict in prove(Redis, "redis.queue_health", wanted, answers)]


def first(dead: int = 0, retrying: int = 0, waiting: int = 1, known: str = '"mail"', processes: str = PROCESS) -> str:
    return f'{known}\n"{processes}"\n{dead}\n{retrying}\n{waiting}\n\n'


def document(age: float, old: bool = True) -> str:
    """What is kept of a job: Sidekiq 8 writes milliseconds."""
    moment = f"{NOW - age:.3f}" if old else str(int((NOW - age) * 1000))
    return f'{{"enqueued_at": {moment}, "created_at": {NOW - 9e6:.1f}}}'


WELL, ILL, UNSEEN = [Status.PASS, Status.PASS], [Status.FAIL, Status.PASS], [Status.ERROR]


@pytest.mark.parametrize(
    ("change", "proven"),
    [
        pytest.param({}, WELL, id="empty and attended"),
        pytest.param({"first": first(), "job": document(5)}, WELL, id="a young job"),
        pytest.param({"first": first(), "job": document(5, old=False)}, WELL, id="a young job of Sidekiq 8"),
        pytest.param({"first": first(), "job": ""}, WELL, id="taken meanwhile"),
        pytest.param({"first": first(known="")}, WELL, id="no job yet, and attended"),
        pytest.param({"first": first(retrying=20)}, WELL, id="a few to be retried"),
        pytest.param({"first": first(), "job": document(301)}, ILL, id="an old job"),
        pytest.param({"first": first(), "job": document(301, old=False)}, ILL, id="an old job of Sidekiq 8"),
        pytest.param({"then": "0\n0\n" + process(r"[\"default\"]")}, ILL, id="attended by nobody"),
        pytest.param({"then": "0\n0\n" + process(quiet="true")}, ILL, id="told to stop"),
        pytest.param({"first": first(dead=1)}, [Status.PASS, Status.FAIL], id="a dead job"),
        pytest.param({"first": first(retrying=21)}, [Status.PASS, Status.FAIL], id="many to be retried"),
        pytest.param({"then": "2\n0\n" + process()}, [Status.PASS, Status.FAIL], id="an overdue job"),
        pytest.param({"then": "0\n2\n" + process()}, [Status.PASS, Status.FAIL], id="an overdue retry"),
        pytest.param({"then": "0\n0\n" + process(beat=90)}, [Status.FAIL, Status.FAIL], id="silent"),
        pytest.param({"then": "0\n0\nNULL,NULL,NULL\n"}, [Status.FAIL, Status.FAIL], id="gone"),
        pytest.param(
            {"first": "\n\n0\n0\n0\n\n", "then": "0\n0\n"}, [Status.FAIL, Status.FAIL], id="no Sidekiq at all"
        ),
        pytest.param({"first": ""}, UNSEEN, id="nothing said"),
        pytest.param({"first": 'ERROR,"NOPERM no"\n' * 6}, UNSEEN, id="denied"),
        pytest.param({"first": first(), "job": CannotLook("malformed", "no JSON")}, UNSEEN, id="no job of Sidekiq"),
        pytest.param({"first": first(), "job": '{"jid": 1}'}, UNSEEN, id="no time"),
        pytest.param({"first": first(), "job": '{"enqueued_at": "now"}'}, UNSEEN, id="no moment"),
        pytest.param({"first": first(), "job": "[1]"}, UNSEEN, id="no object"),
        pytest.param({"first": first(), "job": CannotLook("timeout", "10 s")}, UNSEEN, id="too slow"),
        pytest.param({"then": "0\n0\n" + '"{}","1","false"\n'.replace("1", str(NOW))}, UNSEEN, id="no process"),
        pytest.param({"then": "0\n"}, UNSEEN, id="half an answer"),
    ],
)
def test_queues_of_sidekiq(change: dict[str, Any], proven: list[Status]) -> None:
    assert sidekiq(**change) == proven


def test_what_counts_as_failed_is_the_users_choice() -> None:
    assert sidekiq(first=first(dead=5, retrying=50), max_failed=5, max_retrying=50) == WELL


RQ = [
    *("SMEMBERS rq:queues", "EXISTS rq:suspended", "LLEN rq:queue:mail"),
    *("LRANGE rq:queue:mail 0 99", "ZCARD rq:failed:mail", "SMEMBERS rq:workers:mail"),
]
RQ_ASKED = f"{CLI} --csv <<< '{chr(10).join(RQ)}{chr(10)}'"
KNOWN, LIVE = '"rq:queue:mail"', '"2026-11-23T10:00:00.000001Z"'


def rq(first: str, then: str, **options: Any) -> Status:
    answers = {f"{CLI} INFO": info(), RQ_ASKED: said(first), THEN: said(then)}
    return status(Redis, "redis.queue_health", {"rq_queues": ["mail"]} | options, answers)


def lain(
    known: str = KNOWN, suspended: int = 0, jobs: str = "", failed: int = 0, workers: str = '"rq:worker:a"'
) -> str:
    return f"{known}\n{suspended}\n{jobs.count(',') + 1 if jobs else 0}\n{jobs}\n{failed}\n{workers}\n"


def seen(*records: str, lost: object = 0, overdue: int = 0) -> str:
    return "".join(f"{each}\n" for each in (lost, overdue, *(records or (LIVE,))))


def since(age: float) -> str:
    return datetime.fromtimestamp(NOW - age, UTC).strftime('"%Y-%m-%dT%H:%M:%S.%fZ"')


@pytest.mark.parametrize(
    ("first", "then", "proven"),
    [
        pytest.param(lain(), seen(), Status.PASS, id="empty and attended"),
        pytest.param(lain(known=""), seen(), Status.PASS, id="no job yet, and attended"),
        pytest.param(lain(jobs='"7","8"'), seen(since(9), since(5), LIVE), Status.PASS, id="young jobs"),
        pytest.param(lain(jobs='"7"'), seen("NULL", LIVE), Status.PASS, id="taken meanwhile"),
        pytest.param(lain(jobs='"7"'), seen(since(5).replace(".000000", ""), LIVE), Status.PASS, id="of an older RQ"),
        pytest.param(lain(jobs='"7","8"'), seen(since(5), since(301), LIVE), Status.FAIL, id="behind one in front"),
        pytest.param(lain(failed=1), seen(), Status.FAIL, id="failed"),
        pytest.param(lain(suspended=1), seen(), Status.FAIL, id="suspended"),
        pytest.param(lain(), seen(lost=1), Status.FAIL, id="lost"),
        pytest.param(lain(), seen(overdue=1), Status.FAIL, id="overdue"),
        pytest.param(lain(workers=""), "0\n0\n", Status.FAIL, id="attended by nobody"),
        pytest.param(lain(), seen("NULL"), Status.FAIL, id="silent"),
        pytest.param(lain(known="", workers=""), "0\n0\n", Status.FAIL, id="absent"),
        pytest.param("", seen(), Status.ERROR, id="nothing said"),
        pytest.param('ERROR,"NOPERM no"\n' * 6, seen(), Status.ERROR, id="denied"),
        pytest.param(lain(), 'ERROR,"NOPERM no"\n' * 3, Status.ERROR, id="denied later"),
        pytest.param(lain(jobs='"7"'), seen('"yesterday"', LIVE), Status.ERROR, id="no moment"),
        pytest.param(lain(), seen(LIVE + ",1"), Status.ERROR, id="no answer of RQ"),
        pytest.param(lain(), seen("1", lost="x"), Status.ERROR, id="no count"),
        pytest.param(lain(), "0\n", Status.ERROR, id="half an answer"),
    ],
)
def test_queues_of_rq(first: str, then: str, proven: Status) -> None:
    assert rq(first, then) is proven


def test_how_many_may_have_failed_and_how_long_jobs_may_wait() -> None:
    assert rq(lain(jobs='"7"', failed=5), seen(since(900), LIVE), max_failed=5, max_wait=901) is Status.PASS
