# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nats verifier against recorded answers: what real servers on loopback cannot easily be made to say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.nats import ActionModule as Nats
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.nats.consumers import Pace, pace_problems
from ansible_collections.golive.verify.plugins.plugin_utils.nats.entry import said
from ansible_collections.golive.verify.plugins.plugin_utils.nats.jetstream import Consumer, Group
from ansible_collections.golive.verify.plugins.plugin_utils.nats.monitoring import Fields
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit import pki
from tests.unit.action.nats_recordings import (
    ALL,
    ANSWERS,
    HOUR,
    INFO,
    JETSTREAM,
    LEAF,
    OPTIONS,
    PLACES,
    ROOT,
    ROUTEZ,
    STREAM,
    URL,
    conversation,
    file,
    group,
    jsz,
    mount,
    peer,
    reply,
    shaken,
    stream,
    varz,
)
from tests.unit.proving import prove


def verdict(control: str, options: Mapping[str, Any] | None = None, **changes: Any) -> Verdict:
    answers = ANSWERS | {PLACES[name]: answer for name, answer in changes.items()}
    (one,) = prove(Nats, f"nats.{control}", OPTIONS | dict(options or {}), answers)
    return one


@pytest.mark.parametrize("control", ["server", "jetstream", "clustering"])
def test_a_server_as_it_should_be_passes(control: str) -> None:
    found = verdict(control)
    assert found.status is Status.PASS, found


WRONG = [
    ("server", {"varz": varz(version="2.9.10")}, "version 2.9.10 is older than 2.14"),
    ("server", {"varz": varz(auth_required=False)}, "clients need no credentials"),
    ("server", {"varz": varz(tls_required=False)}, "clients may talk in clear"),
    ("server", {"varz": varz(cluster={"name": "shop", "cluster_port": 6222})}, "routes: port 6222 talks in clear"),
    ("server", {"varz": varz(websocket={"port": 443, "no_auth_user": "guest"})}, "websocket: anybody may enter"),
    ("server", {"varz": varz(mqtt={"port": 1883, "no_auth_user": "guest"})}, "mqtt: anybody may enter"),
    ("server", {"varz": varz(tls_cert_not_after="2026-12-01T12:00:00Z")}, "ends in 8 days, fewer than 30"),
    ("server", {"varz": varz(slow_consumers=50)}, "5.0 slow consumers a day"),
    ("server", {"door": conversation(INFO.replace("true", "false") + "PONG\r\n")}, "is let in; a client may talk in"),
    ("server", {"door": conversation(INFO + "PONG\r\n")}, "a client without credentials is let in"),
    ("server", {"tls": {"accepted": False, "address": "::1", "family": "ipv6", "refusal": "no"}}, "refuses TLS: no"),
    ("server", {"tls": shaken(pki.issue("x", ROOT, names=["127.0.0.1"], days=(-80, 9.5)))}, "expires in 9 days"),
    ("server", {"jsz": stream({"num_pending": 40000})}, "40000 messages wait for consumer mailer"),
    ("server", {"jsz": stream({"num_redelivered": 101})}, "101 messages of consumer mailer"),
    ("server", {"jsz": stream({"num_ack_pending": 1000})}, "gets nothing more"),
    ("server", {"jsz": stream({"paused": True})}, "is paused"),
    ("server", {"jsz": stream({"cluster": group("")})}, "consumer mailer of stream ORDERS has no leader"),
    # What is known to be wrong is a failure even where the rest cannot be seen.
    ("server", {"jsz": reply("x"), "door": conversation(INFO + "PONG\r\n")}, "a client without credentials is let in"),
    ("jetstream", {"jsz": jsz(disabled=True, account_details=[], accounts=0)}, "JetStream is disabled on n1"),
    ("jetstream", {"jsz": jsz(storage=900)}, "90 % of max_storage"),
    ("jetstream", {"mounts": {"mounts": [mount("/"), mount("/data", "tmpfs")], "unread": []}}, "is on tmpfs (/data)"),
    ("jetstream", {"mounts": {"mounts": [mount("/", "overlay")], "unread": []}}, "a container's own layer"),
    ("jetstream", {"mounts": {"mounts": [mount("/data"), mount("/data", "tmpfs")], "unread": []}}, "is on tmpfs"),
    ("jetstream", {"mounts": {"mounts": [mount("/", size=999)], "unread": []}}, "more than the file system has"),
    ("jetstream", {"jsz": stream(config={"storage": "memory"})}, "ORDERS of account SHOP is stored in memory"),
    ("jetstream", {"jsz": stream(config={"max_age": 0})}, "has no limit of age, size or number"),
    ("jetstream", {"jsz": stream(config={"max_age": HOUR})}, "is 1.0, not 24.0"),
    ("jetstream", {"jsz": jsz(account_details=[{"name": "SHOP"}])}, "stream ORDERS is not here"),
    ("jetstream", {"healthz": reply({"status": "unavailable", "error": "recovering"}, 503)}, "recovering"),
    ("clustering", {"routez": reply({"routes": ROUTEZ["routes"][:3]})}, "connected with 1 others (n1, n2 in all)"),
    ("clustering", {"varz": varz(cluster={})}, "n1 is in no cluster"),
    ("clustering", {"jsz": jsz(meta_cluster=None)}, "JetStream of n1 is not clustered"),
    ("clustering", {"jsz": jsz(disabled=True)}, "JetStream is disabled"),
    ("clustering", {"jsz": jsz(meta_cluster={"name": "shop", "cluster_size": 3})}, "have no leader, seen by n1"),
    # The server that is gone was current when it was last seen.
    (
        "clustering",
        {"jsz": jsz(meta_cluster={**group("n1", peer("n2"), peer("n3", offline=True)), "cluster_size": 3})},
        "after one more loss 1 of 3 servers would be left, and 2 are needed",
    ),
    ("clustering", {"jsz": jsz(meta_cluster={**ALL, "cluster_size": 2})}, "JetStream has 2 servers, not 3"),
    ("clustering", {"jsz": stream(config={"num_replicas": 1})}, "has 1 replicas, not 3"),
    ("clustering", {"jsz": stream(cluster=group("n1", peer("n2")))}, "is on 2 servers, not on 3"),
    ("clustering", {"jsz": stream(cluster=group("n1", peer("n2"), peer("n3", current=False)))}, "n3 is not current"),
    ("clustering", {"jsz": stream(cluster=group("n1", peer("n2"), peer("n3", offline=True)))}, "on n3 is offline"),
    ("clustering", {"jsz": stream(cluster=group("", peer("n2"), peer("n3")))}, "has no leader"),
    ("clustering", {"healthz": reply({"status": "unavailable"}, 503)}, "is not healthy"),
]


@pytest.mark.parametrize(("control", "changes", "because"), WRONG)
def test_what_is_wrong_fails(control: str, changes: dict[str, Any], because: str) -> None:
    found = verdict(control, **changes)
    assert found.status is Status.FAIL, found
    assert because in found.message


HIDDEN = [
    ("jsz", reply("<html>"), "malformed"),
    ("jsz", reply([]), "malformed"),
    ("jsz", reply("[" * 100000), "malformed"),
    ("jsz", reply('{"accounts": ' + "9" * 5000 + "}"), "malformed"),
    ("jsz", reply(JETSTREAM, truncated=True), "too_large"),
    ("jsz", jsz(accounts=1025), "too_large"),
    ("jsz", jsz(server_id="NB"), "answered by another server"),
    ("jsz", jsz(now="soon"), "malformed"),
    ("jsz", jsz(config=None), "malformed"),
    ("jsz", jsz(account_details={"name": "SHOP"}), "malformed"),
    ("jsz", jsz(account_details=[1]), "malformed"),
    ("jsz", stream(config={"max_age": "1h"}), "malformed"),
    ("jsz", stream(config={"num_replicas": True}), "malformed"),
    ("jsz", stream(config={"storage": None}), "says nothing of storage"),
    ("jsz", stream({"num_pending": None}), "says nothing of num_pending"),
    ("jsz", stream({"config": {}}), "tells no configuration"),
    ("jsz", stream(state=None), "tells no configuration and state"),
    ("jsz", reply({}, 401), "denied"),
    ("jsz", reply({}, 404), "http_base_path"),
    ("jsz", reply({}, 500), "malformed"),
    ("jsz", CannotLook("timeout", "10 s"), "timeout"),
    ("varz", CannotLook("unreachable", "refused"), "is monitoring on"),
]


@pytest.mark.parametrize("control", ["server", "jetstream", "clustering"])
@pytest.mark.parametrize(("name", "answer", "because"), HIDDEN)
def test_what_cannot_be_read_is_an_error(control: str, name: str, answer: Any, because: str) -> None:
    found = verdict(control, **{name: answer})
    assert found.status is Status.ERROR, found
    assert because in found.message


@pytest.mark.parametrize(
    ("control", "changes", "because"),
    [
        ("server", {"varz": varz(version="new")}, "is no version"),
        ("server", {"varz": varz(start="")}, "when it started"),
        ("server", {"door": conversation(None, "silent")}, "timeout"),
        ("server", {"door": conversation(None, "refused")}, "lame duck"),
        ("server", {"door": conversation("")}, "handshake_first"),
        ("server", {"door": conversation("-ERR 'maximum connections exceeded'\r\n")}, "without NATS's INFO"),
        ("server", {"door": conversation("INFO {\r\n")}, "malformed"),
        ("server", {"tls": {**shaken(LEAF), "chain_complete": False}}, "missing_tool"),
        ("server", {"tls": shaken()}, "could not look"),
        ("server", {"ca": CannotLook("not_found", "no /ca.pem")}, "not_found"),
        ("server", {"unit": CannotLook("missing_tool", "no systemctl")}, "missing_tool"),
        ("jetstream", {"mounts": CannotLook("denied", "no")}, "denied"),
        ("jetstream", {"mounts": {"mounts": [], "unread": []}}, "not_found"),
        ("jetstream", {"store": CannotLook("not_found", "no")}, "in a container?"),
        ("jetstream", {"store": file("/data/nats/jetstream", "regular")}, "is no directory"),
        (
            "jetstream",
            {"mounts": {"mounts": [mount("/")], "unread": [{"path": "/data", "reason": "timeout", "detail": "nfs"}]}},
            "timeout",
        ),
        ("clustering", {"routez": reply("x")}, "malformed"),
        ("clustering", {"healthz": reply({})}, "says nothing of status"),
        ("clustering", {"jsz": jsz(meta_cluster={**ALL, "cluster_size": None})}, "says nothing of cluster_size"),
    ],
)
def test_what_else_cannot_be_seen_is_an_error(control: str, changes: dict[str, Any], because: str) -> None:
    found = verdict(control, **changes)
    assert found.status is Status.ERROR, found
    assert because in found.message


FOLLOWED = group("n2", peer("n2"), peer("n3", current=False))


def test_a_follower_does_not_know_how_the_others_stand() -> None:
    """It tells that nothing waits, and that the other followers have stopped."""
    led = jsz(meta_cluster={**FOLLOWED, "cluster_size": 3})
    assert verdict("clustering", jsz=led).status is Status.PASS
    for control, answer in (
        ("server", stream({"cluster": FOLLOWED, "num_pending": 0})),
        ("clustering", stream(cluster=FOLLOWED)),
    ):
        found = verdict(control, {"each_server": False}, jsz=answer)
        assert found.status is Status.ERROR
        assert "is led by n2" in found.message
        assert verdict(control, jsz=answer).status is Status.PASS


def test_the_leader_is_believed_before_the_follower() -> None:
    other = "http://127.0.0.2:8222"
    answers = dict(ANSWERS)
    answers[PLACES["jsz"]] = stream({"cluster": FOLLOWED, "num_pending": 0}, cluster=FOLLOWED)
    moved = group("n2", peer("n1"), peer("n3"))
    answers[PLACES["jsz"].replace(URL, other)] = reply(
        json.loads(stream({"cluster": moved, "num_pending": 40000}, cluster=moved)["body"]) | {"server_id": "NB"}
    )
    answers[PLACES["varz"].replace(URL, other)] = varz(server_name="n2", server_id="NB")
    for monitors in ([URL, other], [other, URL]):
        (found,) = prove(Nats, "nats.server", OPTIONS | {"monitors": monitors}, answers)
        assert found.status is Status.FAIL
        assert "40000 messages wait" in found.message


def test_a_stream_that_may_be_elsewhere_is_not_known_to_be_absent() -> None:
    five = jsz(meta_cluster={**ALL, "cluster_size": 5}, account_details=[])
    found = verdict("jetstream", jsz=five | {"body": five["body"].replace('"accounts": 1', '"accounts": 0')})
    assert (found.status, "on none of the servers" in found.message) == (Status.ERROR, True)
    no_consumer = stream(consumer_detail=[])
    found = verdict("server", jsz=no_consumer)
    assert (found.status, "has no durable consumer mailer" in found.message) == (Status.ERROR, True)


def test_without_streams_nothing_is_said_of_them() -> None:
    for control in ("jetstream", "clustering"):
        with pytest.raises(NotAsked):
            verdict(control, {"streams": []})
    assert verdict("clustering", {"streams": [], "jetstream": False}).status is Status.PASS
    assert verdict("server", {"streams": []}).status is Status.PASS


def consumer(**changes: Any) -> Consumer:
    state: dict[str, Any] = {
        "name": "c",
        "group": Group("n1", (), True),
        "pending": 1,
        "ack_pending": 0,
        "max_ack_pending": 0,
        "redelivered": 0,
        "max_deliver": -1,
        "created": 0.0,
        "delivered": None,
        "acknowledged": None,
        "acknowledges": True,
        "paused": False,
        "now": 7200.0,
    }
    return Consumer(**state | changes)


@pytest.mark.parametrize(
    ("state", "stopped"),
    [
        ({}, True),
        ({"created": 7000.0}, False),
        ({"pending": 0}, False),
        ({"pending": 0, "ack_pending": 1}, True),
        ({"acknowledged": 7000.0}, False),
        # The first message after a quiet night is under way.
        ({"delivered": 7190.0, "acknowledged": 10.0}, False),
        ({"delivered": 7190.0, "acknowledged": 10.0, "redelivered": 1}, True),
        ({"delivered": 7190.0, "redelivered": 1, "acknowledges": False}, False),
    ],
)
def test_a_consumer_that_gets_nowhere_has_stopped(state: dict[str, Any], stopped: bool) -> None:
    assert bool(pace_problems(consumer(**state), "it", Pace(10, 10, 15))) is stopped


@pytest.mark.parametrize(
    ("rest", "flags", "let_in"),
    [
        ("-ERR 'Authorization Violation'\r\n", {"auth_required": True, "tls_available": True}, False),
        ("PONG\r\n", {"auth_required": True, "tls_required": True}, True),
        ("", {"tls_required": True}, True),
        ("", {"auth_required": True, "tls_required": True}, False),
    ],
)
def test_who_is_let_in(rest: str, flags: dict[str, bool], let_in: bool) -> None:
    problems = said(f"INFO {json.dumps(flags)}\r\n{rest}").problems
    assert ("a client without credentials is let in" in problems) is let_in


def test_a_refusal_for_another_reason_says_nothing() -> None:
    with pytest.raises(CannotLook):
        said("INFO " + '{"auth_required": true}' + "\r\n-ERR 'Connection throttling is active'\r\n")


def unit(stdout: str) -> dict[str, Any]:
    return {"exit": 0, "stdout": stdout, "stderr": ""}


@pytest.mark.parametrize(
    ("stdout", "status"),
    [
        ("LoadState=loaded\nKillSignal=12\nTimeoutStopUSec=infinity\n", Status.PASS),
        ("LoadState=loaded\nExecStop={ nats-server --signal ldm }\nKillSignal=15\nTimeoutStopUSec=3min\n", Status.PASS),
        ("LoadState=loaded\nKillSignal=15\nTimeoutStopUSec=3min\n", Status.FAIL),
        ("LoadState=loaded\nKillSignal=12\nTimeoutStopUSec=1min 30s\n", Status.FAIL),
        ("LoadState=loaded\nKillSignal=12\nTimeoutStopUSec=soon\n", Status.ERROR),
        ("LoadState=not-found\nKillSignal=15\nTimeoutStopUSec=1min\n", Status.ERROR),
        ("", Status.ERROR),
    ],
)
def test_a_stop_lets_clients_leave(stdout: str, status: Status) -> None:
    assert verdict("server", unit=unit(stdout)).status is status


def test_hostile_texts_are_bounded() -> None:
    name = "\x1b[2J" + "x" * 5000
    found = verdict("jetstream", jsz=stream(config={"storage": name}))
    assert found.status is Status.FAIL
    assert "\x1b" not in found.message
    assert len(found.message) < 500


def test_many_streams_are_counted_and_the_first_shown() -> None:
    many = [{**STREAM, "name": f"S{number}"} for number in range(50)]
    found = verdict(
        "jetstream",
        {"streams": [{"name": "S7"}]},
        jsz=jsz(account_details=[{"name": "$G", "stream_detail": many}]),
    )
    assert found.status is Status.PASS
    assert found.actual["…"] == "50 in all"


def test_fields_are_read_strictly() -> None:
    fields = Fields("x", {"one": 1, "texts": ["a", 1], "zero": "0001-01-01T00:00:00Z"})
    assert fields.moment("zero") is None
    for read in (lambda: fields.text("one"), lambda: fields.flag("one"), lambda: fields.texts("texts")):
        with pytest.raises(CannotLook):
            read()
