# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Redis server says through redis-cli, for the tests of its verifier."""

from __future__ import annotations

import time
from typing import Any

CLI = "redis-cli -h 127.0.0.1 -p 6379"
OWN = 'REDISCLI_AUTH="$(cat /etc/redis/password)" redis-cli -h 127.0.0.1 -p 6379'
NOW = int(time.time())
INFO: dict[str, Any] = {
    "redis_version": "7.2.5",
    "run_id": "a" * 40,
    "server_time_usec": NOW * 10**6,
    "uptime_in_seconds": 86400,
    "role": "master",
    "cluster_enabled": 0,
    "loading": 0,
    "aof_enabled": 1,
    "aof_last_write_status": "ok",
    "aof_last_bgrewrite_status": "ok",
    "rdb_last_bgsave_status": "ok",
    "rdb_last_save_time": NOW - 600,
    "rdb_changes_since_last_save": 5,
    "maxmemory": 1 << 30,
    "total_system_memory": 4 << 30,
    "used_memory": 1 << 20,
    "maxmemory_policy": "noeviction",
    "keyspace_hits": 9000,
    "keyspace_misses": 1000,
    "evicted_keys": 0,
}
NOAUTH = "NOAUTH Authentication required."
ADMIN_RULES = "~* &* +@all"
USERS = [f"user default off resetchannels -@all #{'0' * 64}", f"user root on #{'1' * 64} {ADMIN_RULES}"]


def said(stdout: str, stderr: str = "") -> dict[str, Any]:
    return {"exit": 0, "stdout": stdout, "stderr": stderr}


def info(**changes: Any) -> dict[str, Any]:
    return said("# Server\r\n" + "".join(f"{name}:{value}\r\n" for name, value in (INFO | changes).items()))


def error(words: str) -> dict[str, Any]:
    return said(f'ERROR,"{words}"\n')


def csv(*values: str) -> dict[str, Any]:
    return said(",".join(f'"{value}"' for value in values) + "\n")


def config(name: str, value: str, cli: str = CLI) -> dict[str, Any]:
    return {f"{cli} --csv CONFIG GET {name}": csv(name, value)}
