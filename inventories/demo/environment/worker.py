# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker of three queues, in a process of its own, with what its environment says. Run as worker.py serve."""

from __future__ import annotations

import base64
import os
import threading

import journal
import redis


def work(url: str) -> None:
    """Wait for jobs until killed, and log it once that begins."""
    connections = [_connected(url, queue) for queue in ("mail", "stock", "draw")]
    print(journal.line("ready", queues=len(connections)), flush=True)
    threading.Event().wait()


def _connected(url: str, queue: str) -> redis.Redis:
    """A connection by the name that BullMQ gives to those of a queue's workers."""
    connection = redis.Redis.from_url(url, client_name=f"bull:{base64.b64encode(queue.encode()).decode()}")
    connection.hset(f"bull:{queue}:meta", mapping={"version": "bullmq:5.34.0", "opts.maxLenEvents": "10000"})
    connection.set(f"bull:{queue}:id", 1841)
    return connection


if __name__ == "__main__":
    work(os.environ["REDIS_URL"])
