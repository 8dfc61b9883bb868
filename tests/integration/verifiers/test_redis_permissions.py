# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the redis verifier declares that it needs is enough, and with one thing less it is an error that names it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, worst
from tests.integration.verifiers.redis_servers import PASSWORD, SERVER, USERS, Server, free_port, start
from tests.integration.verifiers.redis_verdicts import VANTAGES, Options, prove
from tests.integration.verifiers.test_redis_queues import queue

pytestmark = pytest.mark.skipif(SERVER is None, reason="needs redis-server (apt-get install redis-server)")
NEEDS = interface("golive.verify.redis").needs
# Each needs what it declares on a single server with a queue of BullMQ's.
ASKED: dict[str, Options] = {
    "provisioned": {},
    "persistence": {},
    "maxmemory": {"maxmemory_policy": "noeviction"},
    "connectivity": {"clients": ["shop"]},
    "caching": {"cache_keys": ["cache:*"], "min_lookups": 1, "min_hit_ratio": 0},
    "queue_health": {"queues": ["mail"]},
}
# Without them, another question still tells enough, or Sidekiq's queues alone need them.
SPARED = {"provisioned": {"+command|info"}, "queue_health": {"+llen", "+smembers", "+zcount"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {
        "port": free_port(),
        "user": [f"{name} {rules}" for name, rules in USERS.items()],
        "appendonly": "yes",
        "save": "900 1",
        "maxmemory": "64mb",
        "maxmemory_policy": "noeviction",
    }
    running = start(tmp_path_factory.mktemp("redis"), settings, username="root", password=PASSWORD)
    queue(running.root, "mail", waiting=2)
    running.root.set("cache:page", "x", ex=600)
    running.root.get("cache:page")
    application = redis.Redis(port=running.port, username="root", password=PASSWORD, client_name="shop")
    application.ping()
    yield running
    application.close()
    running.stop()


def statuses(server: Server, control: str, vantage: str, rights: set[str], password: Path) -> tuple[Status, str]:
    server.root.execute_command("ACL", "SETUSER", "verifier", "reset", "on", f">{PASSWORD}", "%R~*", "-@all", *rights)
    verdicts = prove(
        control,
        {
            "from": vantage,
            "port": server.port,
            "plain_ports": [],
            "loopback": True,
            "user": "verifier",
            "password_file": str(password),
            "admin_users": ["root"],
            **ASKED[control],
        },
    )
    return worst(verdict.status for verdict in verdicts), " ".join(verdict.message for verdict in verdicts)


@pytest.mark.parametrize("vantage", VANTAGES)
@pytest.mark.parametrize("control", ASKED)
def test_it_is_enough_and_nothing_less_is(control: str, vantage: str, server: Server, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    declared = set(NEEDS[f"redis.{control}"])
    status, said = statuses(server, control, vantage, declared, password)
    assert status is not Status.ERROR, said
    for right in declared - SPARED.get(control, set()):
        status, said = statuses(server, control, vantage, declared - {right}, password)
        assert status in (Status.ERROR, Status.FAIL)
        assert right in said, (right, said)
