# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each channel against the real thing, and against peers that misbehave in every way: one never costs another."""

from __future__ import annotations

import hashlib
import hmac
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.notify import http_post, routes, sending
from ansible_collections.golive.verify.plugins.plugin_utils.notify.message import Event, Message
from tests.integration.notify import servers
from tests.integration.notify.servers import Hook, Mailbox
from tests.unit.plugin_utils.reports.sample import HOSTILE

# That aiosmtpd warns of: the server of the test has TLS from the first byte on.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

AT = 1_795_489_200.0
CANARY = "q7Xv9Lr2Zt4"
REGRESSED = Event(
    uid="u1",
    word="regressed",
    title="Redis survives a restart",
    where="cache1",
    control="redis.persistence",
    host="cache1",
    target="cache1",
    line=7,
    severity="critical",
    owner="data",
    since=AT - 600,
    why="appendonly is no",
    expected="appendonly yes",
    actual="no",
    reproduce="redis-cli CONFIG GET appendonly",
)
FIXED = Event("u2", "fixed", "Copies are kept", "db1", "backup.retention", severity="high", since=AT - 86400)


def message(*events: Event, **named: Any) -> Message:
    return Message("shop", "run7", AT, "no_go", events, link="https://reports.example.com/shop/run7", **named)


def told(given: dict[str, Any], what: Message, seconds: float = 5) -> tuple[str, bool]:
    """What is said of one route that was told, and whether it was."""
    (route,), problems = routes.read([given])
    assert problems == []
    ((_name, said, ok),) = sending.deliver({route.name: (route, what)}, seconds)
    assert CANARY not in said
    return said, ok


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(sending, "_GRACE", 0.2)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with servers.hook() as made:
        yield made


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    directory = tmp_path_factory.mktemp("tls")
    return servers.certificate(directory), str(directory / "ca.pem")


@pytest.fixture
def mailbox(tls: tuple[ssl.SSLContext, str]) -> Iterator[tuple[Mailbox, dict[str, Any]]]:
    with servers.mailbox(tls[0]) as made:
        yield made, mail(made.port, tls[1])


def mail(port: int, cafile: str) -> dict[str, Any]:
    login = {"user": "golive", "password": servers.PASSWORD}
    people = {"from": "Golive <golive@example.com>", "to": ["ops@example.com", "boss@example.com"]}
    return {"channel": "mail", "host": "127.0.0.1", "port": port, "cafile": cafile, **login, **people}


def test_slack_shows_what_a_person_needs_and_none_of_it_as_markup(hook: Hook) -> None:
    hostile = Event("u3", "new", HOSTILE["script"], control="<!channel> @here &amp;", why="<https://sneaky.example|x>")
    assert told({"channel": "slack", "url": hook.url}, message(REGRESSED, FIXED, hostile)) == ("3 changes", True)
    text = hook.got[0]["text"]
    assert text.splitlines()[:6] == [
        "*shop: 1 regressed, 1 new, 1 fixed*",
        "• regressed: redis.persistence on cache1, critical, owner data, since 2026-11-24 02:50 UTC",
        "    Redis survives a restart (line 7)",
        "    appendonly is no",
        "    expected: appendonly yes; found: no",
        "    see it: redis-cli CONFIG GET appendonly",
    ]
    assert text.endswith("<https://reports.example.com/shop/run7|report of the run run7>")
    assert re.findall("<[^>]*>", text) == ["<https://reports.example.com/shop/run7|report of the run run7>"]
    assert "@here" not in text
    assert "&lt;!channel&gt;" in text


@pytest.mark.parametrize(("channel", "most"), [("slack", 15), ("webhook", 500)])
def test_a_message_has_an_end(hook: Hook, channel: str, most: int) -> None:
    events = [Event(f"u{number}", "new", HOSTILE["long"][:300], why="A" * 300) for number in range(1000)]
    assert told({"channel": channel, "url": hook.url}, message(*events))[1]
    assert len(hook.bodies[0]) < 1_000_000
    said = hook.got[0]
    if channel == "slack":
        assert f"… and {1000 - most} more in the report" in said["text"]
        assert len(said["text"]) < 16_000
    else:
        assert (len(said["changes"]), said["more"]) == (most, 1000 - most)


def test_a_webhook_is_signed_and_known_again(hook: Hook, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(f"{CANARY}\n", encoding="utf-8")
    given = {"channel": "webhook", "url": hook.url, "key_file": str(key), "token": "t0ken"}
    told(given, message(REGRESSED))
    told(given, message(REGRESSED))
    expected = hmac.new(CANARY.encode(), hook.bodies[0], hashlib.sha256).hexdigest()
    assert hook.headers[0]["X-Golive-Signature"] == f"sha256={expected}"
    assert hook.headers[0]["Authorization"] == "Bearer t0ken"
    assert hook.headers[0]["Idempotency-Key"] == hook.headers[1]["Idempotency-Key"] == hook.got[0]["id"]
    assert hook.got[0]["changes"] == [REGRESSED.as_dict()]
    assert hook.got[0]["headline"] == "shop: 1 regressed"


def test_a_login_in_the_address_is_sent_as_one(hook: Hook) -> None:
    told({"channel": "webhook", "url": hook.url.replace("//", "//golive:p%40ss@")}, message(REGRESSED))
    assert hook.headers[0]["Authorization"] == "Basic Z29saXZlOnBAc3M="


def test_mail_is_plain_text_over_tls_with_a_login(mailbox: tuple[Mailbox, dict[str, Any]]) -> None:
    box, given = mailbox
    hostile = Event("u3", "new", "x", why="sneaky\r\nBcc: x@sneaky.example", control="c\r\nBcc: y@sneaky.example")
    assert told(given, message(REGRESSED, hostile)) == ("2 changes", True)
    (got,) = box.mails
    assert box.to == [["ops@example.com", "boss@example.com"]]
    assert got["Subject"] == "[golive] shop: 1 regressed, 1 new"
    assert got["From"] == "Golive <golive@example.com>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Bcc"] is None
    assert got.get_content_type() == "text/plain"
    content = got.get_payload(decode=True)
    assert isinstance(content, bytes)
    text = content.decode()
    assert "* regressed: redis.persistence on cache1, critical, owner data" in text
    assert "https://reports.example.com/shop/run7" in text
    told(given, message(REGRESSED, hostile))
    assert box.mails[0]["Message-ID"] == box.mails[1]["Message-ID"]


def test_mail_by_tls_from_the_first_byte_on(tls: tuple[ssl.SSLContext, str]) -> None:
    with servers.mailbox(tls[0], at_once=True) as box:
        assert told(mail(box.port, tls[1]) | {"tls": "tls"}, message(REGRESSED)) == ("1 changes", True)
        assert len(box.mails) == 1


@pytest.mark.parametrize(
    ("changes", "codes", "said", "ok"),
    [
        ({"password": f"{CANARY}-wrong"}, {}, "it refuses the login (535)", False),
        ({"tls": "none"}, {}, "it knows no login", False),
        ({}, {"boss@example.com": "550 no"}, "1 changes, but it refuses 1 of the recipients", True),
        ({}, dict.fromkeys(["ops@example.com", "boss@example.com"], "550 no"), "it refuses all recipients", False),
        (
            {},
            dict.fromkeys(["ops@example.com", "boss@example.com"], "451 later"),
            "it refuses all recipients, tried 5 times",
            False,
        ),
        ({"cafile": None}, {}, "its certificate is not trusted: unable to get local issuer certificate", False),
    ],
)
def test_mail_that_is_refused(
    mailbox: tuple[Mailbox, dict[str, Any]], changes: dict[str, Any], codes: dict[str, str], said: str, ok: bool
) -> None:
    box, given = mailbox
    box.codes = codes
    found, taken = told(given | changes, message(REGRESSED))
    assert (found.replace("in certificate chain", ""), taken) == (said, ok)


@pytest.mark.skipif(
    not servers.ALERTMANAGER, reason="needs prometheus-alertmanager (Debian has a package of that name)"
)
def test_the_real_alertmanager_fires_and_resolves(tmp_path: Path) -> None:
    moved = Event("u3", "value_drift", "copies", control="backup.retention", why="copies 14 → 1")
    hostile = Event("u4", "new", HOSTILE["quotes"], control=HOSTILE["link"], target='x{y="z"}', since=-5e11)
    now = time.time()

    def at(*events: Event, **named: Any) -> Message:
        return Message("shop", "run7", now, "no_go", events, link="https://reports.example.com", **named)

    with servers.alertmanager(tmp_path) as url:
        given = {"channel": "alertmanager", "url": f"{url}/", "hold_hours": 1}
        # Since when it stands is yet to come: the clock was moved back.
        ahead = Event(**{**REGRESSED.as_dict(), "since": now + 9999})
        first = at(ahead, moved, hostile, standing=[ahead, hostile])
        assert told(given, first, 10) == ("2 firing, 0 resolved", True)
        found = {each["labels"]["uid"]: each for each in servers.alerts(url)}
        assert set(found) == {"u1", "u3", "u4"}
        assert found["u1"]["labels"] == {
            "alertname": "GoliveNotProven",
            "environment": "shop",
            "uid": "u1",
            "control": "redis.persistence",
            "host": "cache1",
            "target": "cache1",
            "severity": "critical",
            "owner": "data",
        }
        assert found["u1"]["annotations"]["reproduce"] == "redis-cli CONFIG GET appendonly"
        assert found["u1"]["startsAt"] <= found["u1"]["updatedAt"] < found["u1"]["endsAt"]
        assert found["u3"]["labels"]["alertname"] == "GoliveValueDrift"
        # Told again, it is the same alert; what is over is gone.
        assert told(given, at(standing=[hostile], resolved=[ahead]), 10) == ("1 firing, 1 resolved", True)
        assert {each["labels"]["uid"] for each in servers.alerts(url)} == {"u3", "u4"}
        many = [Event(f"m{number}", "new", "t", severity="low") for number in range(600)]
        assert told(given, at(standing=[*many, hostile]), 10)[1]
        fires = servers.alerts(url)
        assert {each["annotations"]["summary"] for each in fires if each["labels"]["alertname"] == "GoliveMore"} == {
            "101 more are in the report of the run run7"
        }
        assert len(fires) <= 503


HTTP = ("slack", "webhook", "alertmanager")
PEERS: dict[str, tuple[Callable[[socket.socket], None], str]] = {
    "silence": (servers.silence, "it does not answer|no answer within 3 s"),
    "dribble": (servers.dribble, "no answer within 3 s|what it answers is not SMTP|it does not answer"),
    "garbage": (servers.garbage, "what it answers is not (HTTP|SMTP)|it breaks the connection off"),
    "closed": (lambda connection: connection.close(), "it breaks the connection off|what it answers is not SMTP"),
}


def route_to(channel: str, port: int, scheme: str = "http") -> dict[str, Any]:
    if channel == "mail":
        return mail(port, "") | {"tls": "tls" if scheme == "https" else "starttls"}
    return {"channel": channel, "url": f"{scheme}://127.0.0.1:{port}/services/{CANARY}"}


@pytest.mark.parametrize("kind", PEERS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_peer_that_misbehaves_is_one_line_in_time(kind: str, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All channels beside each other, and one that works among them."""
    monkeypatch.setattr(http_post, "ATTEMPT", 0.2)
    behave, expected = PEERS[kind]
    with ExitStack() as stack:
        port = stack.enter_context(servers.peer(behave))
        good = stack.enter_context(servers.hook())
        given = [route_to(channel, port, scheme) for channel in (*HTTP, "mail")]
        known, _problems = routes.read([*given, {"channel": "slack", "name": "good", "url": good.url}])
        what = message(REGRESSED, standing=[REGRESSED])
        done = {name: (said, ok) for name, said, ok in sending.deliver({r.name: (r, what) for r in known}, 3)}
    assert done.pop("good") == ("1 changes", True)
    assert set(done) == {*HTTP, "mail"}
    expected += "|TLS with it fails" if scheme == "https" else ""
    for name, (said, ok) in done.items():
        assert not ok
        assert re.fullmatch(rf"({expected})(, tried \d times)?", said), (name, said)
        assert CANARY not in said


@pytest.mark.parametrize("channel", [*HTTP, "mail"])
def test_nobody_listens(channel: str) -> None:
    what = message(REGRESSED, standing=[REGRESSED])
    said, ok = told(route_to(channel, servers.free_port()), what)
    assert (said, ok) == ("it refuses the connection, tried 5 times", False)


@pytest.mark.parametrize("channel", HTTP)
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ([500], "it answers 500, tried 5 times"),
        ([429, 503, 200], ""),
        ([404], "it answers 404"),
        ([302], "it answers 302"),
    ],
    ids=["500", "later", "404", "moved"],
)
def test_what_a_server_says(hook: Hook, channel: str, status: list[int], expected: str) -> None:
    hook.status = list(status)
    said, ok = told({"channel": channel, "url": hook.url}, message(REGRESSED, standing=[REGRESSED]))
    assert ok == (not expected)
    assert ok or said == expected
    assert len(hook.got) == {"500": 5, "429": 3}.get(str(status[0]), 1)


def test_a_page_for_people_took_nothing(hook: Hook) -> None:
    hook.kind = "text/html; charset=utf-8"
    said, ok = told({"channel": "slack", "url": hook.url}, message(REGRESSED))
    assert (said, ok) == ("it answers with a page for people: something else is at this address", False)


def test_a_certificate_that_is_not_trusted_is_not_talked_to(tls: tuple[ssl.SSLContext, str], tmp_path: Path) -> None:
    with servers.hook(tls[0]) as hook:
        given = {"channel": "webhook", "url": hook.url}
        said, ok = told(given, message(REGRESSED))
        assert said.startswith("its certificate is not trusted: ")
        assert not ok
        assert told(given | {"cafile": "/nowhere"}, message(REGRESSED)) == (
            "its cafile cannot be read: No such file or directory",
            False,
        )
        assert hook.got == []
        assert told(given | {"cafile": tls[1]}, message(REGRESSED))[1]


@pytest.mark.parametrize(
    "url", [f"http://{CANARY}:port/", f"http://[{CANARY}/", "http://", f"http://x.invalid/{CANARY}"]
)
def test_an_address_that_is_none_is_not_repeated(url: str) -> None:
    said, ok = told({"channel": "slack", "url": url}, message(REGRESSED), 1)
    assert not ok
    assert re.fullmatch(r"its (address is no URL.*|name is not known.*)|it cannot be reached.*|no answer .*", said)
