# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret store itself, against recorded answers; and what its policies allow."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.vault import ActionModule as Vault
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from ansible_collections.golive.verify.plugins.plugin_utils.vault.policy import allowed, parse
from ansible_collections.golive.verify.plugins.plugin_utils.vault.rights import too_much
from tests.unit.action.vault_recordings import (
    AUDIT,
    OPTIONS,
    STATUS,
    Answers,
    answer,
    asked,
    denied,
    device,
    nothing,
    reply,
    seal_status,
)
from tests.unit.proving import prove

NOW = time.time()
SEAL = asked("sys/seal-status", token=False)
LOOKUP = asked("auth/token/lookup-accessor", body='{"accessor": "Oz34wClvCgE7l38irqCZSsXY"}')
SHIPPED = """
# Allow tokens to look up their own properties
path "auth/token/lookup-self" {
    capabilities = ["read"]
}
path "identity/entity/id/{{identity.entity.id}}" { capabilities = ["read"] }
path "cubbyhole/*" {
    capabilities = ["create", "read", "update", "delete", "list"]
}
"""


def raft(tolerance: int, *healthy: bool) -> dict[str, Any]:
    servers = {f"n{index}": {"healthy": each, "status": "voter"} for index, each in enumerate(healthy)}
    return answer(healthy=all(healthy), failure_tolerance=tolerance, servers=servers, leader="n0")


def nodes(*seconds: float | None) -> dict[str, Any]:
    """The active node, and standby nodes that were heard of so many seconds ago."""
    echoes = [each and datetime.fromtimestamp(NOW - each, UTC).isoformat() for each in seconds]
    return answer(nodes=[{"active_node": each is None, "last_echo": each, "hostname": "h"} for each in echoes])


def listener(address: str, **config: Any) -> dict[str, Any]:
    return {"type": "tcp", "config": {"address": address, **config}}


def configuration(*listeners: Any, raw: Any = False) -> dict[str, Any]:
    return answer(listeners=list(listeners), raw_storage_endpoint=raw, storage={"type": "raft"})


def token(**changed: Any) -> dict[str, Any]:
    said = {"accessor": "Oz34wClvCgE7l38irqCZSsXY", "creation_time": 1795421856, "display_name": "approle"}
    return answer(**(said | {"policies": ["shop"], "ttl": 3599, "expire_time": "2026-11-23T09:17:36Z"} | changed))


SOUND: Answers = {
    SEAL: STATUS,
    asked("sys/audit"): AUDIT,
    asked("sys/storage/raft/autopilot/state"): raft(1, True, True, True),
    asked("sys/ha-status"): nodes(None, 2, 3),
    asked("sys/config/state/sanitized"): configuration(listener("0.0.0.0:8200", tls_disable=False)),
    asked("sys/policies/acl?list=true"): answer(keys=["default", "root", "shop"]),
    asked("sys/policies/acl/default"): answer(name="default", policy=SHIPPED),
    asked("sys/policies/acl/shop"): answer(policy='path "secret/data/shop/*" { capabilities = ["read"] }'),
    asked("auth/token/accessors?list=true"): answer(keys=["Oz34wClvCgE7l38irqCZSsXY"]),
    LOOKUP: token(),
}


def told(answers: Answers, **options: Any) -> tuple[Status, str]:
    (said,) = prove(Vault, "secrets.store_health", {**OPTIONS, **options}, answers)
    return said.status, said.message


@pytest.mark.parametrize("vantage", ["host", "controller"])
def test_a_sound_store(vantage: str) -> None:
    (said,) = prove(Vault, "secrets.store_health", {**OPTIONS, "from": vantage}, SOUND)
    assert (said.status, said.message) == (Status.PASS, "")
    assert said.actual["audit"] == ["main/"]
    assert (said.actual["nodes"], said.actual["may be lost"], said.actual["tokens"]) == (3, 1, 1)


@pytest.mark.parametrize(
    ("path", "value", "status", "because"),
    [
        (SEAL, seal_status(sealed=True), Status.FAIL, "it is sealed"),
        (SEAL, seal_status(sealed=True, initialized=False), Status.FAIL, "it is not initialized"),
        (SEAL, seal_status(sealed="false"), Status.ERROR, "sealed is no bool"),
        (SEAL, reply(200, "[]"), Status.ERROR, "not the answer of a secret store"),
        (SEAL, reply(404, "{}"), Status.ERROR, "not the answer of a secret store"),
        (SEAL, CannotLook("unreachable", "refused"), Status.ERROR, "unreachable"),
        (
            SEAL,
            CannotLook("malformed", "certificate: certificate has expired"),
            Status.FAIL,
            "clients refuse the certificate of https://vault.example.com:8200: certificate has expired",
        ),
        ("sys/audit", answer(), Status.FAIL, "no audit device keeps what it is told"),
        ("sys/audit", answer(**{"m/": device(file_path="/dev/null")}), Status.FAIL, "no audit device keeps"),
        ("sys/audit", answer(**{"m/": device(file_path="discard")}), Status.FAIL, "no audit device keeps"),
        ("sys/audit", answer(**{"m/": {**device(), "type": "syslog", "options": None}}), Status.PASS, ""),
        ("sys/audit", answer(**{"m/": device(file_path="/a", log_raw="true")}), Status.FAIL, "log_raw is on"),
        ("sys/audit", answer(**{"m/": "file"}), Status.ERROR, "no object"),
        ("sys/audit", answer(**{"m/": {**device(), "options": "x"}}), Status.ERROR, "options is no dict"),
        ("sys/storage/raft/autopilot/state", raft(0, True), Status.FAIL, "nodes that it can lose: 0, wanted: 1"),
        ("sys/storage/raft/autopilot/state", raft(1, True, True, False), Status.FAIL, "node n2 is not healthy"),
        ("sys/storage/raft/autopilot/state", raft(1), Status.ERROR, "a store without a node"),
        ("sys/storage/raft/autopilot/state", answer(healthy=True), Status.ERROR, "failure_tolerance is no int"),
        ("sys/storage/raft/autopilot/state", denied(), Status.ERROR, 'needs path "sys/storage/raft/autopilot/state"'),
        # Only what the storage at hand knows is asked of it.
        ("sys/ha-status", denied(), Status.PASS, ""),
        (
            "sys/config/state/sanitized",
            configuration(listener("0.0.0.0:8200"), listener("10.0.0.7:8202", tls_disable="True")),
            Status.FAIL,
            "the listener on 10.0.0.7:8202 has TLS disabled",
        ),
        (
            "sys/config/state/sanitized",
            configuration(listener("[::]:8200", tls_disable=1)),
            Status.FAIL,
            "the listener on [::]:8200 has TLS disabled",
        ),
        ("sys/config/state/sanitized", configuration(listener("[::1]:8200", tls_disable=True)), Status.PASS, ""),
        (
            "sys/config/state/sanitized",
            configuration({"type": "unix", "config": {"address": "/run/bao.sock", "tls_disable": True}}),
            Status.PASS,
            "",
        ),
        ("sys/config/state/sanitized", configuration(), Status.ERROR, "names no listener"),
        (
            "sys/config/state/sanitized",
            configuration(listener("0.0.0.0:8200"), raw=True),
            Status.FAIL,
            "raw_storage_endpoint",
        ),
        ("sys/policies/acl?list=true", denied(), Status.ERROR, 'path "sys/policies/acl" { capabilities = ["list"] }'),
        ("sys/policies/acl?list=true", answer(keys=[]), Status.ERROR, "lists no policy"),
        ("sys/policies/acl?list=true", answer(keys=["x"] * 501), Status.ERROR, "501 policies are too many"),
        ("sys/policies/acl/shop", answer(policy="path {"), Status.ERROR, "policy shop: not an ACL policy"),
        ("sys/policies/acl/shop", denied(), Status.ERROR, 'path "sys/policies/acl/shop" { capabilities = ["read"] }'),
        (
            "sys/policies/acl/default",
            answer(policy=SHIPPED + 'path "secret/data/shop/*" { capabilities = ["read"] }'),
            Status.FAIL,
            "the policy default, which every token has, allows read at secret/data/shop/*",
        ),
        (
            "auth/token/accessors?list=true",
            denied(),
            Status.ERROR,
            'path "auth/token/accessors" { capabilities = ["list", "sudo"] }',
        ),
        ("auth/token/accessors?list=true", answer(keys=["x"] * 101), Status.ERROR, "101 tokens are alive"),
        ("auth/token/accessors?list=true", answer(keys=[7]), Status.ERROR, "keys that are no names"),
        ("auth/token/accessors?list=true", nothing(), Status.PASS, ""),
        (LOOKUP, token(policies=["root"], ttl=0, expire_time=None), Status.FAIL, "Oz34wClv…, is a root token"),
        (LOOKUP, token(ttl=0, expire_time=None), Status.FAIL, "the token 'approle' of 2026-11-23, accessor"),
        (LOOKUP, denied(), Status.ERROR, 'path "auth/token/lookup-accessor" { capabilities = ["update"] }'),
        # It ended after it was listed.
        (LOOKUP, reply(400, '{"errors":["1 error occurred:\\n\\t* invalid accessor\\n\\n"]}'), Status.PASS, ""),
        (LOOKUP, reply(403, '{"errors":["invalid accessor"]}'), Status.PASS, ""),
        (LOOKUP, answer(ttl="1h"), Status.ERROR, "malformed"),
    ],
)
def test_the_store(path: str, value: Any, status: Status, because: str) -> None:
    line = path if path.startswith("curl") else asked(path)
    found, message = told({**SOUND, line: value})
    assert (found, because in message) == (status, True), message


@pytest.mark.parametrize(
    ("ha", "status", "because"),
    [
        (nodes(None, 4), Status.PASS, ""),
        (nodes(None), Status.FAIL, "nodes that it can lose: 0, wanted: 1"),
        (nodes(None, 3600), Status.FAIL, "nodes that it can lose: 0, wanted: 1"),
        (answer(nodes=[{"active_node": False, "last_echo": "lately"}]), Status.ERROR, "last_echo"),
        (denied(), Status.ERROR, 'needs path "sys/ha-status"'),
    ],
)
def test_nodes_that_share_another_storage(ha: Any, status: Status, because: str) -> None:
    unused = reply(400, '{"errors":["raft storage is not in use"]}')
    answers = {
        **SOUND,
        SEAL: seal_status(storage_type="postgresql"),
        asked("sys/storage/raft/autopilot/state"): unused,
        asked("sys/ha-status"): ha,
    }
    found, message = told(answers)
    assert (found, because in message) == (status, True), message


def test_a_store_in_memory_is_one_for_development() -> None:
    answers = {**SOUND, SEAL: seal_status(storage_type="inmem")}
    assert "it keeps all in memory" in told(answers)[1]


def test_methods_of_authentication() -> None:
    methods = answer(**{"token/": {"type": "token"}, "approle/": {"type": "approle"}, "ldap/": {"type": "ldap"}})
    answers = {**SOUND, asked("sys/auth"): methods}
    assert told(answers, auth_methods=["approle", "ldap"])[0] is Status.PASS
    status, message = told(answers, auth_methods=["approle"])
    assert (status, "the auth method ldap is enabled at ldap/" in message) == (Status.FAIL, True)
    assert told({**SOUND, asked("sys/auth"): denied()}, auth_methods=["approle"])[0] is Status.ERROR


def test_a_policy_that_is_meant_to_be_wide_is_not_read() -> None:
    answers = {line: value for line, value in SOUND.items() if not line.endswith("/shop")}
    assert told(answers, wide_policies=["shop"])[0] is Status.PASS


def test_tokens_are_not_looked_at_where_none_may_be() -> None:
    answers = {line: value for line, value in SOUND.items() if "auth/token" not in line}
    assert told(answers, max_tokens=0)[0] is Status.PASS


@pytest.mark.parametrize(
    ("policy", "because"),
    [
        ('path "*" { capabilities = ["read"] }', "allows read on every path"),
        ('path "+/*" { capabilities = ["list", "sudo"] }', "allows list, sudo on every path"),
        ('path "*" { policy = "write" }', "allows create, delete, list, read, update on every path"),
        ('path "*" { capabilities = ["deny"] }', None),
        ('path "secret/*" { capabilities = ["read", "list"] }', "allows read on every secret of secret/"),
        ('path "/secret/data/*" { capabilities = ["update"] }', "allows update on every secret of secret/"),
        ('path "secret/data/+" { capabilities = ["read"] }', "allows read on every secret of secret/"),
        ('path "+/data/+/+" { capabilities = ["read"] }', "allows read on every secret of secret/"),
        ('path "secret/metadata/*" { capabilities = ["read", "list"] }', None),
        ('path "secret/data/shop/*" { capabilities = ["create", "read", "update"] }', None),
        ('path "secret/data/{{identity.entity.name}}/*" { capabilities = ["read"] }', None),
        ('path "sys/policies/acl/*" { capabilities = ["read", "list"] }', None),
        ('path "sys/policies/acl/*" { capabilities = ["update"] }', "rewrite policies (sys/policies/acl/*)"),
        ('path "sys/policy/+" { capabilities = ["create"] }', "rewrite policies (sys/policy/*)"),
        ('path "auth/token/create" { capabilities = ["update"] }', None),
        ('path "auth/token/*" { capabilities = ["update", "sudo"] }', "make tokens with any policy"),
        ('path "auth/+/role/*" { capabilities = ["create", "update"] }', "give logins any policy"),
        ('path "identity/*" { capabilities = ["update"] }', "give people and groups any policy"),
        ('path "sys/audit*" { capabilities = ["delete", "sudo"] }', "change what is audited"),
        ('path "sys/audit" { capabilities = ["read", "sudo"] }', None),
        ('path "sys/*" { capabilities = ["read", "sudo"] }', "read the storage itself"),
        # The rule that says more of a path counts there.
        ('path "sys/*" {policy="sudo"} path "sys/p*" {policy="deny"} path "sys/raw/*" {policy="deny"}', "auth methods"),
        ('path "secret/*" { capabilities = ["read"] }\npath "secret/data/*" { capabilities = ["deny"] }', None),
        ('path "secret/data/*" { capabilities = ["read"] }\npath "secret/data/*" { capabilities = ["deny"] }', None),
        ("", None),
    ],
)
def test_what_is_too_much(policy: str, because: str | None) -> None:
    found = "; ".join(too_much(parse(policy), "secret"))
    assert (because in found) if because else not found, found


HCL = """
name = "shop"   // and a comment
/* another
   one */ path "secret/data/shop/*" {
  capabilities = [
    "read", "patch",
  ]
  min_wrapping_ttl = 90
  allowed_parameters = { "*" = ["a", 7], "b" = [] }
  control_group = { factor "ops" { identity { group_names = ["x"] approvals = 2 } } }
}
path "a\\"b" { }
"""


def test_policies_are_read_as_servers_do() -> None:
    first, second = parse(HCL)
    assert (first.path, sorted(first.capabilities)) == ("secret/data/shop/*", ["patch", "read"])
    assert (second.path, sorted(second.capabilities)) == ('a"b', [])
    written = {"path": {"a/*": {"capabilities": ["read"]}, "b": [{"policy": "read"}]}}
    assert [(rule.path, sorted(rule.capabilities)) for rule in parse(json.dumps(written))] == [
        ("a/*", ["read"]),
        ("b", ["list", "read"]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "path",
        'path "a" {',
        'path "a" { capabilities = "read" }',
        'path "a" { capabilities = [["read"]] }',
        'path "a" { capabilities = ["read" }',
        'path "a" { policy = "all" }',
        'path "a" = "b"',
        'path "a',
        'pathes "a" { capabilities = ["read"] }',
        'path "a" { x = <<EOT\ny\nEOT\n}',
        "}",
        "a " + "{ b " * 50,
        '{"path": 7}',
        '{"pathes": {"*": {"capabilities": ["read"]}}}',
        '{"path": ',
        "@",
    ],
)
def test_what_is_no_policy_is_not_taken_for_an_empty_one(text: str) -> None:
    with pytest.raises(CannotLook, match="not an ACL policy"):
        parse(text)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("secret/a", "secret/a*"),
        ("secret/*", "secret*"),
        ("secret/a/*", "secret/+/*"),
        ("secret/+/b", "secret/+/*"),
        ("secret/+/b", "secret/+/+"),
    ],
)
def test_the_more_telling_rule_counts(more: str, less: str) -> None:
    rules = parse(f'path "{less}" {{ capabilities = ["read"] }} path "{more}" {{ capabilities = ["list"] }}')
    path = more.replace("*", "b").replace("+", "a")
    assert allowed(rules, path) == {"list"}
