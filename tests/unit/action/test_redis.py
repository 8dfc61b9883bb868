# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The redis verifier against recorded replies: what real servers on loopback cannot easily be made to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.redis import ActionModule as Redis
from ansible_collections.golive.verify.plugins.action.redis import aof_problems, memory_problems, rdb_problems
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.redis import access
from ansible_collections.golive.verify.plugins.plugin_utils.redis.acl import DANGEROUS, parse_users, user_problems
from ansible_collections.golive.verify.plugins.plugin_utils.redis.info import Info
from ansible_collections.golive.verify.plugins.plugin_utils.redis.server import quote
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.redis_recordings import (
    ADMIN_RULES,
    CLI,
    INFO,
    NOAUTH,
    NOW,
    OWN,
    USERS,
    csv,
    error,
    info,
    said,
)
from tests.unit.proving import prove, status


def provisioned(
    options: Mapping[str, Any] | None = None, more: Mapping[str, Any] | None = None, at: str = CLI, **changes: Any
) -> Status:
    """more: further answers by their lines. changes: other answers, by name. at: where the server is."""
    own = OWN.replace(CLI, at)
    names = " ".join(name.partition("|")[0] for name in DANGEROUS)
    places = {
        "info": (f"{own} INFO", info()),
        "ping": (f"{own} --csv PING", csv("PONG")),
        "bind": (f"{own} --csv CONFIG GET bind", csv("bind", "10.0.0.5 -::1")),
        "mode": (f"{own} --csv CONFIG GET protected-mode", csv("protected-mode", "yes")),
        "acl": (f"{own} --csv ACL LIST", csv(*USERS)),
        "commands": (f"{own} --csv COMMAND INFO {names}", csv(*(name.partition("|")[0] for name in DANGEROUS))),
        "stranger_ping": (f"{at} --csv PING", error(NOAUTH)),
        "stranger_info": (f"{at} INFO", said(NOAUTH + "\n")),
    }
    answers = {line: changes.get(name, answer) for name, (line, answer) in places.items()} | dict(more or {})
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


REFUSED = (
    error("ERR unknown command `config`, with args beginning with: `get`, `save`"),
    error("ERR Command is not available: 'CONFIG'"),
    error("NOPERM User default has no permissions to run the 'config|get' command"),
)


@pytest.mark.parametrize("refused", REFUSED)
def test_a_managed_server_that_refuses_config_is_judged_by_what_it_tells(refused: dict[str, Any]) -> None:
    assert persistence(save=refused) is Status.ERROR
    assert persistence(info(rdb_saves=0), save=refused) is Status.ERROR
    assert persistence(info(rdb_saves=3), save=refused) is Status.PASS
    assert persistence(info(rdb_saves=3, rdb_last_save_time=0), save=refused) is Status.FAIL
    assert persistence(save=refused, declared={"save": "900 1"}) is Status.PASS
    assert persistence(save=refused, declared={"save": ""}) is Status.FAIL
    assert persistence(info(aof_enabled=0), save=refused, declared={"save": "900 1"}) is Status.FAIL


def test_what_is_declared_is_shown_so_and_counts_only_where_the_server_refuses() -> None:
    answers = {f"{CLI} INFO": info(), f"{CLI} --csv CONFIG GET save": REFUSED[0]}
    options = {"persistence": ["rdb"], "declared": {"save": "900 1"}}
    (verdict,) = prove(Redis, "redis.persistence", options, answers)
    assert verdict.actual["save"] == "900 1 (declared)"
    (verdict,) = prove(Redis, "redis.persistence", options | {"declared": {}}, answers)
    assert "state it in the option declared: {save: …}" in verdict.message
    assert persistence(save=csv("save", ""), declared={"save": "900 1"}) is Status.FAIL
    for hidden in (error(NOAUTH), error("LOADING no"), CannotLook("timeout", "10 s"), said("\n")):
        assert persistence(info(rdb_saves=3), save=hidden, declared={"save": "900 1"}) is Status.ERROR
    (verdict,) = prove(Redis, "redis.persistence", {"declared": {"appendonly": True}}, {})
    assert verdict.status is Status.ERROR
    assert "the server tells appendonly itself" in verdict.message


def test_a_managed_server_is_provisioned_by_where_it_answers() -> None:
    managed: dict[str, Any] = {"bind": REFUSED[0], "mode": REFUSED[0]}
    assert provisioned(**managed) is Status.ERROR
    assert provisioned({"declared": {"protected-mode": True}}, **managed) is Status.ERROR
    assert provisioned({"declared": {"protected-mode": True, "bind": "10.0.0.5"}}, **managed) is Status.PASS
    assert provisioned({"declared": {"protected-mode": True, "bind": "127.0.0.1"}}, **managed) is Status.FAIL
    assert provisioned({"declared": {"protected-mode": False, "bind": ""}}, **managed) is Status.FAIL


@pytest.mark.parametrize(
    ("address", "bind", "proven"),
    [
        ("10.0.0.5", REFUSED[0], Status.PASS),
        ("127.0.0.2", REFUSED[0], Status.ERROR),
        ("10.0.0.5", CannotLook("timeout", "10 s"), Status.ERROR),
        ("10.0.0.5", csv("bind", "127.0.0.1"), Status.FAIL),
    ],
)
def test_what_answers_elsewhere_than_on_loopback_is_reachable(address: str, bind: Any, proven: Status) -> None:
    found = {"host": "cache.test", "addresses": [{"address": address, "family": "ipv4"}]}
    options: dict[str, Any] = {"host": "cache.test", "declared": {"protected-mode": True}}
    at = "redis-cli -h cache.test -p 6379"
    assert provisioned(options, {"getent ahosts cache.test": found}, at, bind=bind, mode=REFUSED[0]) is proven


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


def test_versions_compare_as_numbers() -> None:
    assert access.numbers("7.0.15") > access.numbers("6.2")
    assert access.numbers("10.0") > access.numbers("9.9")
    assert access.only_loopback("127.0.0.1 -::1")
    assert not access.only_loopback("")
    assert not access.only_loopback("127.0.0.1 10.0.0.1")
