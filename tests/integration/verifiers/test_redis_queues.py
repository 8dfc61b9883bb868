# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The redis verifier against queues in a real Redis, as BullMQ lays them down, of a real Sidekiq and a real RQ."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.integration.verifiers.redis_servers import SERVER, Server, free_port, start, until
from tests.integration.verifiers.redis_verdicts import VANTAGES, Options, fails, passes, plain, prove

pytestmark = pytest.mark.skipif(
    SERVER is None, reason="needs redis-server and redis-cli (apt-get install redis-server)"
)
SIDEKIQ = shutil.which("sidekiq")
JOBS = """
require "sidekiq"
Sidekiq.configure_server { |config| config.redis = {url: ENV["REDIS_URL"]} }
Sidekiq.configure_client { |config| config.redis = {url: ENV["REDIS_URL"]} }
class Mail
  include Sidekiq::Worker
  sidekiq_options queue: "mail", retry: 0
  def perform(what)
    raise "as told" if what == "fail"
  end
end
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start(tmp_path_factory.mktemp("queues"), {"port": free_port(), "save": '""'})
    yield running
    running.stop()


@pytest.fixture(params=VANTAGES)
def options(request: pytest.FixtureRequest, server: Server) -> Options:
    return plain(server, **{"from": request.param})


def queue(root: Any, name: str, waiting: int = 1, age: float = 0) -> None:
    """What BullMQ lays down for a queue with waiting jobs."""
    now = time.time() - age
    root.hset(f"bull:{name}:meta", mapping={"opts.maxLenEvents": 10000, "version": "bullmq:5.0.0"})
    for number in range(1, waiting + 1):
        job = {"name": "send", "data": "{}", "opts": '{"attempts":1}', "timestamp": int(now * 1000), "delay": 0}
        root.hset(f"bull:{name}:{number}", mapping=job)
        root.lpush(f"bull:{name}:wait", number)


def test_a_queue_that_drains_passes_and_one_that_does_not_fails(options: Options, server: Server) -> None:
    root = server.root
    root.flushall()
    queue(root, "mail")
    wanted = options | {"queues": ["mail"]}
    fails("queue_health", wanted, "no worker is attached")
    root.client_setname("bull:" + base64.b64encode(b"mail").decode())
    passes("queue_health", wanted)
    queue(root, "mail", age=900)
    fails("queue_health", wanted, "waits for 90")
    root.delete("bull:mail:wait")
    root.zadd("bull:mail:failed", {str(number): number for number in range(1900)})
    fails("queue_health", wanted, "1900 jobs failed")
    passes("queue_health", wanted | {"max_failed": 2000})
    root.delete("bull:mail:failed")
    root.zadd("bull:mail:delayed", {"9": (time.time() - 1000) * 1000 * 4096})
    fails("queue_health", wanted, "overdue by 100")
    root.delete("bull:mail:delayed")
    root.lpush("bull:mail:active", "7")
    root.set("bull:mail:7:lock", "token", ex=30)
    passes("queue_health", wanted)
    root.delete("bull:mail:7:lock")
    fails("queue_health", wanted, "1 jobs stalled")
    root.client_setname("")
    root.flushall()


def process(root: Any, queues: list[str], beat: float = 0, quiet: str = "false") -> None:
    """What a process of Sidekiq lays down with each heartbeat."""
    identity = "web1:7:abcdef"
    told = {"hostname": "web1", "pid": 7, "concurrency": 5, "queues": queues, "identity": identity}
    root.sadd("processes", identity)
    record = {"info": json.dumps(told), "busy": 0, "beat": time.time() - beat, "quiet": quiet}
    root.hset(identity, mapping=record)


def test_a_sidekiq_that_drains_passes_and_one_that_does_not_fails(options: Options, server: Server) -> None:
    root = server.root
    root.flushall()
    wanted = options | {"sidekiq_queues": ["mail"]}
    assert [each.message for each in prove("queue_health", wanted)] == ["there is no such queue", "no process reports"]
    process(root, ["mail", "default"])
    passes("queue_health", wanted)
    job = {"class": "Mail", "args": ["a secret"], "jid": "1", "created_at": 1.5}
    root.sadd("queues", "mail")
    root.lpush("queue:mail", json.dumps(job | {"enqueued_at": time.time() - 20}))
    passes("queue_health", wanted)
    assert "a secret" not in str(prove("queue_health", wanted))
    root.lpush("queue:mail", json.dumps(job | {"enqueued_at": time.time()}))
    queue_fails(wanted | {"max_wait": 10}, "waits for 2")
    root.delete("queue:mail")
    root.lpush("queue:mail", json.dumps(job | {"enqueued_at": int((time.time() - 900) * 1000)}))
    queue_fails(wanted, "waits for 90")
    root.delete("queue:mail")
    for beat, quiet, queues in ((0, "true", ["mail"]), (120, "false", ["mail"]), (0, "false", ["default"])):
        process(root, queues, beat, quiet)
        queue_fails(wanted, "no process takes jobs from it")
    process(root, ["mail"])
    root.zadd("schedule", {json.dumps(job): time.time() - 1000})
    queue_fails(wanted, "1 scheduled jobs are overdue")
    root.zadd("schedule", {json.dumps(job): time.time() + 1000})
    passes("queue_health", wanted)
    root.lpush("queue:mail", "no job at all")
    assert {each.status for each in prove("queue_health", wanted)} == {Status.ERROR}
    root.flushall()


def queue_fails(options: Options, because: str) -> None:
    bad = [each for each in prove("queue_health", options) if each.status is Status.FAIL]
    assert any(because in each.message for each in bad), bad


@pytest.mark.skipif(SIDEKIQ is None, reason="needs Sidekiq (apt-get install ruby-sidekiq)")
def test_a_real_sidekiq_is_understood(server: Server, tmp_path: Path) -> None:
    server.root.flushall()
    (tmp_path / "jobs.rb").write_text(JOBS)
    environment = os.environ | {"REDIS_URL": f"redis://127.0.0.1:{server.port}/0"}

    def ask(*jobs: str) -> None:
        calls = "; ".join(f"Mail.perform_async({job!r})" for job in jobs)
        argv = ["ruby", "-r", str(tmp_path / "jobs.rb"), "-e", calls]
        subprocess.run(argv, env=environment, check=True, capture_output=True, timeout=30)

    wanted = plain(server, sidekiq_queues=["mail"])
    ask("the secret of a customer")
    queue_fails(wanted, "no process takes jobs from it")
    queue_fails(wanted | {"max_wait": 0}, "the oldest waiting job waits for")
    argv = [str(SIDEKIQ), "-r", str(tmp_path / "jobs.rb"), "-q", "mail", "-c", "1"]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            until(lambda: server.root.smembers("processes") and not server.root.llen("queue:mail"))
            passes("queue_health", wanted)
            ask("fail")
            until(lambda: server.root.zcard("dead"))
            queue_fails(wanted, "1 jobs are dead")
            passes("queue_health", wanted | {"max_failed": 1})
            worker.send_signal(signal.SIGTSTP)
            (identity,) = server.root.smembers("processes")
            until(lambda: server.root.hget(identity, "quiet") == "true")
            queue_fails(wanted, "no process takes jobs from it")
        finally:
            worker.kill()


def done(what: str) -> None:
    """The job of a worker."""
    if what == "fail":
        raise ValueError(what)


def test_a_real_rq_is_understood(options: Options, server: Server) -> None:
    rq = pytest.importorskip("rq", reason="needs RQ (pip install rq)")
    server.root.flushall()
    wanted = options | {"rq_queues": ["mail"]}
    fails("queue_health", wanted, "there is no such queue")
    raw = redis.Redis(port=server.port)
    mail = rq.Queue("mail", connection=raw)
    job = mail.enqueue(done, "the secret of a customer")
    fails("queue_health", wanted, "no worker is attached")
    worker = rq.SimpleWorker([mail], connection=raw)
    worker.register_birth()
    passes("queue_health", wanted)
    assert "secret" not in str(prove("queue_health", wanted))
    fails("queue_health", wanted | {"max_wait": 0}, "the oldest waiting job waits for")
    server.root.hset(job.key, "enqueued_at", "2020-01-01T00:00:00Z")
    mail.enqueue(done, "first", at_front=True)
    fails("queue_health", wanted, "the oldest waiting job waits for")
    rq.suspension.suspend(raw)
    fails("queue_health", wanted, "the workers are suspended")
    rq.suspension.resume(raw)
    rq.SimpleWorker([mail], connection=raw).work(burst=True, logging_level="CRITICAL")
    passes("queue_health", wanted)
    mail.enqueue(done, "fail")
    rq.SimpleWorker([mail], connection=raw).work(burst=True, logging_level="CRITICAL")
    fails("queue_health", wanted, "1 jobs failed")
    passes("queue_health", wanted | {"max_failed": 1})
    mail.failed_job_registry.requeue(mail.failed_job_registry.get_job_ids()[0])
    mail.empty()
    mail.enqueue_at(datetime.now(UTC) - timedelta(hours=1), done, "late")
    fails("queue_health", wanted, "1 scheduled jobs are overdue")
    server.root.delete("rq:scheduled:mail")
    server.root.zadd(mail.started_job_registry.key, {"gone:1": time.time() - 900})
    fails("queue_health", wanted, "1 jobs are lost")
    server.root.delete(mail.started_job_registry.key, worker.key)
    fails("queue_health", wanted, "no worker is attached")
    server.root.flushall()
