# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real copies of Redis are loaded, and a real Sentinel replaces a master that is stopped."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.action.drill_outage import ActionModule as Outage
from ansible_collections.golive.verify.plugins.action.drill_restore_redis import ActionModule as Restore
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.drills.exercise import exercise
from tests.integration.verifiers.redis_servers import PASSWORD, SERVER, free_port, start, until

pytestmark = [pytest.mark.timeout(120), pytest.mark.skipif(not SERVER, reason="redis-server is not installed")]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of a server with 100 keys."""
    place = tmp_path_factory.mktemp("source")
    server = start(place, {"port": free_port(), "dbfilename": "dump.rdb"})
    for number in range(99):
        server.root.set(f"session:{number}", "x" * 100)
    server.root.set("config:shop", "open")
    server.root.save()
    server.stop()
    return place / "dump.rdb"


def restore(directory: Path, **options: Any) -> tuple[Verdict, Any]:
    sound = {"directory": str(directory), "user": "", "work_dir": str(directory), "min_keys": 100, "limit": 20}
    return exercise(Restore, **(sound | {"keys": ["config:shop"]} | options))


def test_a_copy_is_loaded_and_holds_what_it_must(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "a.rdb.gz").write_bytes(gzip.compress(copy.read_bytes()))
    verdict, measured = restore(tmp_path)
    assert verdict.status is Status.PASS, verdict.message
    assert verdict.actual["keys"] == 100
    assert measured["rto_seconds"] >= 0
    assert not (tmp_path / "golive-drill-tested").exists()


@pytest.mark.parametrize(
    ("cut", "options", "problem"),
    [
        (0, {"min_keys": 101}, "100 keys, fewer than 101"),
        (0, {"keys": ["config:other"]}, "the key config:other is not there"),
        (40, {}, "the copy is whole"),
        (100000, {}, "the copy is whole"),
        (0, {"pattern": "*.nothing"}, "no file in"),
    ],
)
def test_a_copy_that_is_not_whole_fails(
    copy: Path, tmp_path: Path, cut: int, options: dict[str, Any], problem: str
) -> None:
    content = copy.read_bytes()
    (tmp_path / "a.rdb").write_bytes(content[: max(0, len(content) - cut)])
    verdict, _measured = restore(tmp_path, **options)
    assert verdict.status is Status.FAIL
    assert problem in verdict.message


class Primary:
    """A master, its replica and a Sentinel; a file that can be run stops the master, and another starts it again."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.ports = [free_port(), free_port(), free_port()]
        access = {"requirepass": PASSWORD, "masterauth": PASSWORD}
        self.master_settings = {"port": self.ports[0], **access}
        self.master = start(work / "master", self.master_settings, password=PASSWORD)
        replica = {"port": self.ports[1], "replicaof": f"127.0.0.1 {self.ports[0]}", **access}
        self.replica = start(work / "replica", replica, password=PASSWORD)
        watched = [
            f"monitor shop 127.0.0.1 {self.ports[0]} 1",
            f"auth-pass shop {PASSWORD}",
            "down-after-milliseconds shop 500",
            "failover-timeout shop 3000",
        ]
        self.sentinel = start(work / "sentinel", {"port": self.ports[2], "sentinel": watched}, args=["--sentinel"])
        until(lambda: [each["master-link-status"] for each in self.sentinel.root.sentinel_slaves("shop")] == ["ok"])
        (work / "password").write_text(PASSWORD)
        conf = work / "master" / "redis.conf"
        shutil.copy(conf, work / "again.conf")
        with (work / "again.conf").open("a") as stream:
            stream.write(f"daemonize yes\npidfile {work}/pid\n")

    def ask(self, port: int, *command: str, matches: str = "") -> dict[str, Any]:
        argv = ["redis-cli", "-p", str(port), *command]
        return {"argv": argv, "matches": matches, "env_files": {"REDISCLI_AUTH": str(self.work / "password")}}

    def drill(self, **options: Any) -> tuple[Verdict, Any]:
        first, second, _third = self.ports
        kill = f"redis-cli -p {first} shutdown nosave; true"
        sound = {
            "control": "failover.services",
            "stop": ["sh", "-c", f"REDISCLI_AUTH=$(cat {self.work}/password) {kill}"],
            "start": ["redis-server", str(self.work / "again.conf")],
            "before": self.ask(first, "role", matches="^master"),
            "write": self.ask(first, matches="OK\n1") | {"stdin": "set mark 1\nwait 1 1000\n"},
            "copes": self.ask(second, "set", "after", "1", matches="OK"),
            "read": self.ask(second, "get", "mark", matches="^1"),
            "recovered": self.ask(first, "info", "replication", matches="master_link_status:up"),
            "max_interruption": 20,
            "max_recovery": 20,
        }
        return exercise(Outage, **(sound | options))

    def stop(self) -> None:
        for port in self.ports[:2]:
            pid = self.work / "pid"
            if port == self.ports[0] and pid.exists():
                os.kill(int(pid.read_text()), signal.SIGKILL)
        for server in (self.master, self.replica, self.sentinel):
            server.stop()


@pytest.fixture
def primary(tmp_path: Path) -> Iterator[Primary]:
    found = Primary(tmp_path)
    yield found
    found.stop()


def test_a_master_that_stops_is_replaced_and_comes_back_as_a_replica(primary: Primary) -> None:
    verdict, measured = primary.drill()
    assert verdict.status is Status.PASS, verdict.message
    assert 0.5 <= measured["interruption_seconds"] < 20
    assert measured["recovery_seconds"] < 20


def test_without_a_sentinel_nobody_replaces_it_but_it_is_started_again(primary: Primary) -> None:
    primary.sentinel.stop()
    verdict, _measured = primary.drill(max_interruption=1.5)
    assert verdict.status is Status.FAIL
    assert "the others cope" in verdict.message
    until(primary.master.root.ping)


def test_the_wrong_host_is_left_alone(primary: Primary) -> None:
    verdict, _measured = primary.drill(before=primary.ask(primary.ports[1], "role", matches="^master"))
    assert verdict.status is Status.FAIL
    assert "all is well before" in verdict.message
    assert primary.master.root.role()[0] == "master"


def test_a_lost_write_is_found(primary: Primary) -> None:
    verdict, _measured = primary.drill(read=primary.ask(primary.ports[1], "get", "another", matches="1"))
    assert verdict.status is Status.FAIL
    assert "the mark is found" in verdict.message


def test_half_a_drill_is_refused() -> None:
    probe = {"argv": ["true"]}
    sound = {"control": "failover.chaos", "unit": "redis", "copes": probe, "recovered": probe}
    with pytest.raises(AnsibleActionFail, match="both write and read"):
        exercise(Outage, **(sound | {"write": probe}))
    with pytest.raises(AnsibleActionFail, match="either unit, or stop and start"):
        exercise(Outage, **(sound | {"stop": ["true"], "start": ["true"]}))
