# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The redis verifier against recorded replies: what real servers on loopback cannot easily be made to say."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.redis import ActionModule as Redis
from ansible_collections.golive.verify.plugins.action.redis import aof_problems, memory_problems, rdb_problems
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import TcpFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.redis import access, bullmq, ha
from ansible_collections.golive.verify.plugins.plugin_utils.redis.acl import DANGEROUS, parse_users, user_problems
from ansible_collections.golive.verify.plugins.plugin_utils.redis.encryption import clear_reply
from ansible_collections.golive.verify.plugins.plugin_utils.redis.questions import Info
from ansible_collections.golive.verify.plugins.plugin_utils.redis.server import ErrorReply, parse_csv, quote
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit import pki
from tests.unit.proving import prove, status

CLI = "redis-cli -h 127.0.0.1 -p 6379"
OWN = 'REDISCLI_AUTH="$(cat /etc/redis/password)" redis-cli -h 127.0.0.1 -p 6379'
NOW = int(time.time())
INFO: dict[str, Any] = {
    "redis_version": "7.2.5",
    "run_id": "a" * 40,
    "server_time_usec": NOW * 10**6,
    "uptime_in_seconds": 86400,
    "role": "master",
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


def provisioned(options: Mapping[str, Any] | None = None, **changes: Any) -> Status:
    names = " ".join(name.partition("|")[0] for name in DANGEROUS)
    answers: dict[str, Any] = {
        f"{OWN} INFO": info(),
        f"{OWN} --csv PING": csv("PONG"),
        **config("bind", "10.0.0.5 -::1", OWN),
        **config("protected-mode", "yes", OWN),
        f"{OWN} --csv ACL LIST": csv(*USERS),
        f"{OWN} --csv COMMAND INFO {names}": csv(*(name.partition("|")[0] for name in DANGEROUS)),
        f"{CLI} --csv PING": error(NOAUTH),
        f"{CLI} INFO": said(NOAUTH + "\n"),
    }
    places = {
        "info": f"{OWN} INFO",
        "ping": f"{OWN} --csv PING",
        "bind": f"{OWN} --csv CONFIG GET bind",
        "mode": f"{OWN} --csv CONFIG GET protected-mode",
        "acl": f"{OWN} --csv ACL LIST",
        "commands": f"{OWN} --csv COMMAND INFO {names}",
        "stranger_ping": f"{CLI} --csv PING",
        "stranger_info": f"{CLI} INFO",
    }
    answers |= {places[name]: answer for name, answer in changes.items()}
    declared = {"password_file": "/etc/redis/password", "admin_users": ["root"]} | dict(options or {})
    return status(Redis, "redis.provisioned", declared, answers)


def test_a_production_server_passes() -> None:
    assert provisioned() is Status.PASS
    assert provisioned(bind=csv("bind", "")) is Status.PASS
    assert provisioned(bind=csv("bind", "* -::*")) is Status.PASS
    assert provisioned({"loopback": True}, bind=csv("bind", "127.0.0.1")) is Status.PASS
    assert provisioned(info=info(redis_version="7.2.4", valkey_version="8.1.0")) is Status.PASS
    assert provisioned(stranger_ping=error("NOPERM no"), stranger_info=said("DENIED protected mode\n")) is Status.PASS


@pytest.mark.parametrize(
    "change",
    [
        {"bind": csv("bind", "127.0.0.1 -::1")},
        {"mode": csv("protected-mode", "no")},
        {"info": info(redis_version="5.0.14")},
        {"stranger_ping": csv("PONG")},
        {"stranger_info": info()},
        {"acl": csv("user default on nopass ~* &* +@all")},
        {"acl": csv(*USERS, f"user app on #{'2' * 64} {ADMIN_RULES}")},
        {"ping": csv("PANG")},
        # What is known to be wrong is a failure even where the rest cannot be seen.
        {"stranger_ping": csv("PONG"), "acl": error("NOPERM no")},
    ],
)
def test_an_open_or_unfit_server_fails(change: dict[str, Any]) -> None:
    assert provisioned(**change) is Status.FAIL


def test_the_server_of_staging_fails() -> None:
    assert provisioned({"other_run_ids": ["a" * 40]}) is Status.FAIL


@pytest.mark.parametrize(
    "change",
    [
        {"info": said(NOAUTH + "\n")},
        {"info": said("")},
        {"info": said("<html>")},
        {"info": CannotLook("timeout", "10 s")},
        {"bind": error("NOPERM this user has no permissions to run the 'config|get' command")},
        {"bind": said("\n")},
        {"acl": error("ERR unknown command 'ACL'")},
        {"acl": said("\n")},
        {"acl": csv("nonsense")},
        {"stranger_ping": error("LOADING Redis is loading the dataset in memory")},
        {"stranger_ping": CannotLook("unreachable", "refused")},
        {"ping": CannotLook("missing_tool", "redis-cli is not installed")},
    ],
)
def test_what_cannot_be_seen_of_a_server_is_an_error(change: dict[str, Any]) -> None:
    assert provisioned(**change) is Status.ERROR


def test_commands_that_are_renamed_away_may_not_be_used() -> None:
    acl = csv("user default on #0 ~* &* +@all")
    assert provisioned(acl=acl) is Status.FAIL
    assert provisioned(acl=acl, commands=said("NULL,NULL\n")) is Status.PASS
    assert provisioned(acl=acl, commands=error("NOPERM no")) is Status.FAIL


def test_from_the_controller_a_name_of_loopback_is_a_development_server() -> None:
    options = {"from": "controller", "host": "localhost"}
    addresses = {"host": "localhost", "addresses": [{"address": "::1", "family": "ipv6"}]}
    cli = "redis-cli -h localhost -p 6379"
    names = " ".join(name.partition("|")[0] for name in DANGEROUS)
    answers = {
        f"{cli} INFO": ["".join(f"{name}:{value}\r\n" for name, value in ({"# Server\r\n#": ""} | INFO).items())],
        f"{cli} PING": ["PONG"],
        f"{cli} CONFIG GET bind": ["bind", "*"],
        f"{cli} CONFIG GET protected-mode": ["protected-mode", "yes"],
        f"{cli} ACL LIST": USERS,
        f"{cli} COMMAND INFO {names}": ["keys"],
        "getent ahosts localhost": addresses,
    }
    calls = {line: [value] if line != "getent ahosts localhost" else value for line, value in answers.items()}
    (verdict,) = prove(Redis, "redis.provisioned", options, calls)
    assert verdict.status is Status.FAIL
    assert "loopback" in verdict.message


@pytest.mark.parametrize(
    ("rules", "may"),
    [
        ("~* +@all", set(DANGEROUS)),
        ("~* -@all", set()),
        ("~* -@all +get +config|get +info", set()),
        ("~* -@all +config", {"config|set"}),
        ("~* +@all -@dangerous", set()),
        ("~* +@all -@admin", {"flushall", "flushdb", "keys"}),
        ("~* +@all -@dangerous +flushdb", {"flushdb"}),
        ("~* -@all +@read", {"keys"}),
        ("~* -@all +get (~x +flushall)", {"flushall"}),
        ("~* +flushall -flushall", set()),
    ],
)
def test_rules_of_a_user_are_read_in_their_order(rules: str, may: set[str]) -> None:
    default, user = parse_users(["user default off", f"user app on #0 {rules}"], DANGEROUS)
    assert (set(user.may), default.on) == (may, False)
    assert bool(user_problems([user], [])) is bool(may)
    assert user_problems([user], ["app"]) == []


def persistence(info_answer: Any = None, save: Any = None, **options: Any) -> Status:
    answers = {f"{CLI} INFO": info_answer or info(), f"{CLI} --csv CONFIG GET save": save or csv("save", "900 1")}
    return status(Redis, "redis.persistence", options, answers)


def test_persistence_passes_when_both_ways_work() -> None:
    assert persistence() is Status.PASS
    assert persistence(info(role="slave")) is Status.PASS
    assert persistence(save=error("NOPERM no"), persistence=["aof"]) is Status.PASS


@pytest.mark.parametrize(
    "change",
    [
        {"aof_enabled": 0},
        {"aof_last_write_status": "err"},
        {"aof_last_bgrewrite_status": "err"},
        {"rdb_last_bgsave_status": "err"},
        {"rdb_last_save_time": NOW - 25 * 3600},
        {"loading": 1},
    ],
)
def test_persistence_that_would_lose_data_fails(change: dict[str, Any]) -> None:
    assert persistence(info(**change)) is Status.FAIL


def test_an_old_snapshot_is_good_while_nothing_changed() -> None:
    assert rdb_problems(_info(rdb_last_save_time=0, rdb_changes_since_last_save=0), "900 1", 24) == []
    assert rdb_problems(_info(rdb_last_save_time=0), "900 1", 24) != []
    assert rdb_problems(_info(), "", 24) == ["there is no save rule, so no snapshot is ever made"]
    assert aof_problems(_info()) == []


def _info(**changes: Any) -> Info:
    return Info.parse(info(**changes)["stdout"])


@pytest.mark.parametrize(
    ("answer", "save"),
    [
        (said(NOAUTH), None),
        (said("# Server\r\n"), None),
        (info(aof_enabled="maybe"), None),
        (CannotLook("missing_tool", "redis-cli is not installed"), None),
        (CannotLook("timeout", "10 s"), None),
        (None, error("ERR unknown command 'CONFIG'")),
        (None, error("NOPERM no")),
        (None, said("\n")),
    ],
)
def test_persistence_that_cannot_be_seen_is_an_error(answer: Any, save: Any) -> None:
    assert persistence(answer, save) is Status.ERROR


def test_a_refused_config_names_the_right_to_grant() -> None:
    answers = {f"{CLI} INFO": info(), f"{CLI} --csv CONFIG GET save": error("NOPERM no")}
    (verdict,) = prove(Redis, "redis.persistence", {"persistence": ["rdb"]}, answers)
    assert "ACL SETUSER default +config|get" in verdict.message


@pytest.mark.parametrize(
    ("limit", "policy", "well"),
    [
        (1 << 30, "noeviction", True),
        (0, "noeviction", False),
        (4 << 30, "noeviction", False),
        (1 << 30, "allkeys-lru", False),
    ],
)
def test_memory(limit: int, policy: str, well: bool) -> None:
    assert (memory_problems(limit, 4 << 30, policy, "noeviction") == []) is well
    answers = {f"{CLI} INFO": info(maxmemory=limit, maxmemory_policy=policy)}
    proven = status(Redis, "redis.maxmemory", {"maxmemory_policy": "noeviction"}, answers)
    assert proven is (Status.PASS if well else Status.FAIL)


def test_memory_that_cannot_be_seen_is_an_error_and_no_policy_is_not_asked() -> None:
    for answer in (said(NOAUTH), said("# Memory\r\nmaxmemory:1\r\n"), CannotLook("unreachable", "refused")):
        assert (
            status(Redis, "redis.maxmemory", {"maxmemory_policy": "noeviction"}, {f"{CLI} INFO": answer})
            is Status.ERROR
        )
    with pytest.raises(NotAsked):
        prove(Redis, "redis.maxmemory", {}, {})


def port(number: int, state: str = "open", reply: str | None = "") -> dict[str, Any]:
    return {"address": "127.0.0.1", "family": "ipv4", "port": number, "state": state, "reply": reply}


@pytest.fixture(scope="module")
def chain() -> tuple[str, list[str]]:
    """A root as PEM, and a chain that leads to it."""
    root = pki.authority("Root")
    leaf = pki.issue("cache", root, names=["127.0.0.1"])
    return root.pem.decode(), [base64.b64encode(leaf.der).decode()]


def tls(chain: tuple[str, list[str]], clear: Any, listener: Any, shake: Any = None) -> Status:
    root, ders = chain
    file = {"path": "/ca.pem", "type": "file", "size": 1, "mode": "0644", "uid": 0, "gid": 0, "owner": "root"}
    file |= {"group": "root", "mtime": 0.0, "content": root}
    agreed = {"accepted": True, "address": "127.0.0.1", "family": "ipv4", "version": "TLSv1.3", "chain": ders}
    cli = "redis-cli -h 127.0.0.1 -p 6380 --tls --cacert /ca.pem"
    answers = {
        "openssl s_client -connect 127.0.0.1:6380 -servername 127.0.0.1 -showcerts": shake or agreed,
        "cat /ca.pem": file,
        f"{cli} --csv CONFIG GET port": listener,
        r"printf 'PING\015\012' | nc -w 5 127.0.0.1 6379": clear,
        r"printf 'PING\015\012' | nc -w 5 127.0.0.1 6380": port(6380),
    }
    return status(Redis, "redis.tls", {"port": 6380, "tls": True, "cafile": "/ca.pem"}, answers)


OFF, REFUSED = csv("port", "0"), CannotLook("denied", "NOPERM")


@pytest.mark.parametrize(
    ("clear", "listener", "proven"),
    [
        (port(6379, "refused"), OFF, Status.PASS),
        (port(6379, "refused"), REFUSED, Status.PASS),
        (port(6379, "silent"), OFF, Status.PASS),
        (port(6379, "silent"), REFUSED, Status.ERROR),
        (port(6379, "open", "+PONG\r\n"), REFUSED, Status.FAIL),
        (port(6379, "open", "-NOAUTH Authentication required.\r\n"), OFF, Status.FAIL),
        (port(6379, "refused"), csv("port", "6399"), Status.FAIL),
        (port(6379, "open", None), REFUSED, Status.ERROR),
        (port(6379, "open", "HTTP/1.1 400\r\n"), OFF, Status.ERROR),
        (CannotLook("unreachable", "no route"), OFF, Status.ERROR),
    ],
)
def test_clear_text_must_be_off(chain: Any, clear: Any, listener: Any, proven: Status) -> None:
    assert tls(chain, clear, listener) is proven


def test_a_handshake_must_show_a_valid_chain(chain: Any) -> None:
    other = pki.issue("cache", pki.authority("Another"), names=["127.0.0.1"])
    at = {"address": "127.0.0.1", "family": "ipv4"}
    untrusted = at | {"accepted": True, "chain": [base64.b64encode(other.der).decode()]}
    for shake, proven in (
        (untrusted, Status.FAIL),
        (at | {"accepted": False, "refusal": "tls alert handshake failure"}, Status.FAIL),
        (at | {"accepted": True, "chain": []}, Status.ERROR),
        (CannotLook("malformed", "answered without TLS"), Status.ERROR),
        (CannotLook("timeout", "10 s"), Status.ERROR),
    ):
        assert tls(chain, port(6379, "refused"), OFF, shake) is proven


def test_tls_is_proven_only_where_it_is_declared() -> None:
    with pytest.raises(NotAsked):
        prove(Redis, "redis.tls", {}, {})
    assert clear_reply(TcpFact("127.0.0.1", "ipv4", 6379, "open", "\x15\x03\x01"), "x").problems == []


VIEW: dict[str, Any] = {"name": "s1", "master": "10.0.0.1:6379", "quorum": 2, "known": 3, "usable": 3, "in_sync": 1}


@pytest.mark.parametrize(
    ("change", "well"),
    [
        ({}, True),
        ({"known": 5, "usable": 5, "quorum": 3}, True),
        ({"usable": 2}, False),
        ({"known": 2, "usable": 2}, False),
        ({"quorum": 3}, False),
        ({"known": 5, "usable": 3, "quorum": 2}, False),  # one less is no majority of five
        ({"in_sync": 0}, False),
        ({"master": ""}, False),
        ({"master_flags": frozenset({"master", "o_down"})}, False),
        ({"refusal": "NOQUORUM 1 usable Sentinels."}, False),
    ],
)
def test_what_a_sentinel_sees(change: dict[str, Any], well: bool) -> None:
    assert (ha.view_problems(ha.SentinelView(**VIEW | change), 3, 1) == []) is well


def sentinel(name: str, **changes: Any) -> dict[str, Any]:
    cli = f"redis-cli -h {name} -p 26379 --csv SENTINEL"
    master = ("name", "shop", "ip", "10.0.0.1", "port", "6379", "flags", "master", "quorum", "2")
    well = ("last-ok-ping-reply", "300", "down-after-milliseconds", "5000")
    peer = ("name", "x", "ip", "10.0.0.2", "port", "26379", "flags", "sentinel", *well)
    replica = ("name", "r", "ip", "10.0.0.3", "port", "6379", "flags", "slave", "master-link-status", "ok", *well)
    answers = {
        "MASTER": csv(*master),
        "CKQUORUM": csv("OK 3 usable Sentinels. Quorum and failover authorization can be reached"),
        "SENTINELS": csv(*peer, *peer),
        "REPLICAS": csv(*replica),
    } | changes
    return {f"{cli} {word} shop": answer for word, answer in answers.items()}


HA = {"sentinels": ["s1", "s2"], "master_name": "shop"}
# Down, and not flagged so, as Sentinel has it whenever it tries to connect again.
SILENT = csv(
    *("name", "r", "ip", "10.0.0.3", "port", "6379", "flags", "slave", "master-link-status", "ok"),
    *("last-ok-ping-reply", "9000", "down-after-milliseconds", "5000"),
)
NO_REPLICA = said("\n")
OTHER = csv("name", "shop", "ip", "10.0.0.9", "port", "6379", "flags", "master", "quorum", "2")
DOWN = dict.fromkeys(("MASTER", "CKQUORUM", "SENTINELS", "REPLICAS"), CannotLook("unreachable", "refused"))


@pytest.mark.parametrize(
    ("first", "second", "proven"),
    [
        ({}, {}, Status.PASS),
        ({"REPLICAS": NO_REPLICA}, {}, Status.FAIL),
        ({"REPLICAS": SILENT}, {}, Status.FAIL),
        ({"SENTINELS": SILENT}, {}, Status.FAIL),
        ({"CKQUORUM": error("NOQUORUM 1 usable Sentinels. Not enough")}, {}, Status.FAIL),
        ({"CKQUORUM": error("NOQUORUM 1 usable Sentinels. Not enough")}, DOWN, Status.FAIL),
        ({"MASTER": OTHER}, {}, Status.FAIL),
        ({"MASTER": error("ERR No such master with that name")}, {}, Status.FAIL),
        ({}, DOWN, Status.ERROR),
        (DOWN, DOWN, Status.ERROR),
        ({"CKQUORUM": error(NOAUTH)}, {}, Status.ERROR),
        ({"MASTER": csv("garbage")}, {}, Status.ERROR),
        ({"MASTER": said("\n")}, {}, Status.ERROR),
        ({"CKQUORUM": csv("fine")}, {}, Status.ERROR),
    ],
)
def test_sentinels(first: dict[str, Any], second: dict[str, Any], proven: Status) -> None:
    assert status(Redis, "redis.ha", HA, sentinel("s1", **first) | sentinel("s2", **second)) is proven


def test_high_availability_is_proven_only_where_it_is_declared() -> None:
    for options in ({}, {"sentinels": ["s1"]}):
        with pytest.raises(NotAsked):
            prove(Redis, "redis.ha", options, {})
    assert ha.address("s1") == ("s1", 26379)
    assert ha.address("s1:1") == ("s1", 1)
    assert ha.address("[::1]:1") == ("::1", 1)
    assert ha.address("::1") == ("::1", 26379)


def node(letter: str, flags: str, master: str, slots: str = "") -> str:
    return f"{letter * 40} 10.0.0.1:6379@16379 {flags} {master} 0 0 1 connected {slots}".strip()


MASTERS = [
    node(letter, "master", "-", slots)
    for letter, slots in zip("abc", ("0-5460", "5461-10922", "10923-16383"), strict=True)
]
REPLICAS = [node(letter, "slave", master * 40) for letter, master in zip("def", "abc", strict=True)]
COVERED = "cluster_state:ok\r\ncluster_slots_ok:16384\r\n"


@pytest.mark.parametrize(
    ("state", "nodes", "proven"),
    [
        (COVERED, [*MASTERS, *REPLICAS], Status.PASS),
        (COVERED.replace("ok\r\ncluster", "fail\r\ncluster"), [*MASTERS, *REPLICAS], Status.FAIL),
        (COVERED.replace("16384", "16383"), [*MASTERS, *REPLICAS], Status.FAIL),
        (COVERED, MASTERS, Status.FAIL),
        (COVERED, [*MASTERS, *REPLICAS[:2], node("f", "slave,fail", "c" * 40)], Status.FAIL),
        (COVERED, [node("a", "myself,master", "-", "0-16383"), REPLICAS[0]], Status.FAIL),
        ("ERR This instance has cluster support disabled\n", [*MASTERS], Status.ERROR),
        (COVERED, ["garbage"], Status.ERROR),
        ("", [*MASTERS], Status.ERROR),
    ],
)
def test_clusters(state: str, nodes: list[str], proven: Status) -> None:
    answers = {f"{CLI} CLUSTER INFO": said(state), f"{CLI} CLUSTER NODES": said("\n".join(nodes) + "\n")}
    assert status(Redis, "redis.ha", {"cluster": True}, answers) is proven


CLIENTS = "id=1 addr=10.0.0.1:1 laddr=10.0.0.2:2 fd=8 name=shop age=1\nid=2 addr=10.0.0.1:2 fd=9 name= age=1\n"


@pytest.mark.parametrize(
    ("ping", "latency", "clients", "proven"),
    [
        (csv("PONG"), said("0,1,0.23,30\n"), said(CLIENTS), Status.PASS),
        (csv("PONG"), said("90,400,130.00,3\n"), said(CLIENTS), Status.FAIL),
        (csv("PONG"), said("0,1,0.23,30\n"), said(CLIENTS.replace("shop", "other")), Status.FAIL),
        (csv("PONG"), said("0,0,0.00,0\n"), said(CLIENTS), Status.ERROR),
        (csv("PONG"), said(""), said(CLIENTS), Status.ERROR),
        (csv("PONG"), said("0,1,0.23,30\n"), said("NOPERM no\n"), Status.ERROR),
        (csv("PONG"), said("0,1,0.23,30\n"), said("garbage\n"), Status.ERROR),
        (csv("PONG"), said("0,1,0.23,30\n"), said(""), Status.ERROR),
        (error("LOADING"), said("0,1,0.23,30\n"), said(CLIENTS), Status.ERROR),
        (CannotLook("unreachable", "refused"), said(""), said(""), Status.ERROR),
    ],
)
def test_connectivity(ping: Any, latency: Any, clients: Any, proven: Status) -> None:
    answers = {
        f"{CLI} --csv PING": ping,
        f"{CLI} --csv --latency -i 0.2": latency,
        f"{CLI} CLIENT LIST": clients,
    }
    assert status(Redis, "redis.connectivity", {"clients": ["shop"]}, answers) is proven


def caching(counts: Any = None, scan: Any = None, ttls: Any = None, stats: Any = None, **options: Any) -> Status:
    answers = {
        f"{CLI} INFO": counts or info(),
        f"{CLI} INFO commandstats": stats or said("# Commandstats\r\ncmdstat_ttl:calls=10,usec=1\r\n"),
        f"{CLI} --csv SCAN 0 MATCH 'cache:*' COUNT 10000": scan or csv("0", "cache:1", "cache:2"),
        f"{CLI} --csv SCAN 7 MATCH 'cache:*' COUNT 10000": csv("7"),
        f"{CLI} --csv <<< 'TTL …'  # one line for each key seen before": ttls or said("60\n60\n"),
    }
    return status(Redis, "redis.caching", {"cache_keys": ["cache:*"]} | options, answers)


def test_an_effective_cache_passes() -> None:
    assert caching() is Status.PASS
    assert caching(ttls=said("60\n-2\n")) is Status.PASS  # one expired in the meantime
    assert caching(warm_keys={"cache:*": 2}) is Status.PASS


@pytest.mark.parametrize(
    "change",
    [
        {"counts": info(keyspace_hits=7900, keyspace_misses=2100)},
        {"counts": info(evicted_keys=24 * 101)},
        {"ttls": said("60\n-1\n")},
        {"scan": said('"0",\n')},
        {"warm_keys": {"cache:*": 3}},
        {
            "counts": info(keyspace_hits=9000, keyspace_misses=1000),
            "stats": said("# Commandstats\r\ncmdstat_ttl:calls=8000\r\n"),
        },
    ],
)
def test_a_cache_that_is_none_fails(change: dict[str, Any]) -> None:
    assert caching(**change) is Status.FAIL


@pytest.mark.parametrize(
    "change",
    [
        {"counts": info(keyspace_hits=9, keyspace_misses=1)},
        {"counts": said(NOAUTH)},
        {"stats": said("garbage")},
        {"scan": error("NOPERM no")},
        {"scan": said('"x","y"\n')},
        {"scan": csv("7")},  # keys without end, of which none matches
        {"ttls": said("60\n")},
        {"ttls": said("sixty\nsixty\n")},
        {"ttls": said("", "Could not connect to Redis")},
        {"ttls": CannotLook("timeout", "10 s")},
    ],
)
def test_a_cache_that_cannot_be_seen_is_an_error(change: dict[str, Any]) -> None:
    assert caching(**change) is Status.ERROR


def test_keys_do_not_show_in_reports() -> None:
    with pytest.raises(NotAsked):
        prove(Redis, "redis.caching", {}, {})
    assert quote(["TTL", 'a"b\\\n\udcff é']) == 'TTL "a\\x22b\\x5c\\x0a\\xff \\xc3\\xa9"'


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


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ('"PONG"', ["PONG"]),
        ("-2", [-2]),
        ("", []),
        ("NULL,NULL", [None, None]),
        ('"0",', ["0"]),
        (r'"a\"b\\\xc3\xa9\n\xff"', ['a"b\\é\n\udcff']),
        ('ERROR,"ERR no"', ErrorReply("ERR no")),
    ],
)
def test_replies_of_redis_cli_are_read_exactly(line: str, reply: Any) -> None:
    assert parse_csv(line) == reply


@pytest.mark.parametrize("line", ["PONG", '"PONG', '"a" "b"', "1.5x", "(error) NOAUTH", "NULLS"])
def test_what_is_no_reply_is_malformed(line: str) -> None:
    with pytest.raises(CannotLook, match="malformed"):
        parse_csv(line)


def test_versions_compare_as_numbers() -> None:
    assert access.numbers("7.0.15") > access.numbers("6.2")
    assert access.numbers("10.0") > access.numbers("9.9")
    assert access.only_loopback("127.0.0.1 -::1")
    assert not access.only_loopback("")
    assert not access.only_loopback("127.0.0.1 10.0.0.1")
