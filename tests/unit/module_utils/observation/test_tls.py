# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import shutil
import ssl
import sys
import time

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import tls
from tests.unit.module_utils.observation.servers import (
    Authority,
    closed_port,
    dripping,
    look,
    mute,
    openssl_server,
    reason,
    reset,
    saying,
    secured,
    serving,
    silent_port,
)

pytestmark = [
    pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to make certificates with"),
    pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning"),
]

# Versions, and how openssl s_server is told to speak nothing else.
VERSIONS = {"TLSv1": "-tls1", "TLSv1.1": "-tls1_1", "TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"}
SEES_CHAINS_OF_13 = sys.version_info >= (3, 10)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def presented(value):
    return [base64.b64decode(der) for der in value["chain"]]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_that_is_spoken_is_accepted(authority, version):
    with openssl_server(authority, VERSIONS[version], "-cipher", "ALL:@SECLEVEL=0") as port:
        value = look(tls.tls, host="127.0.0.1", port=port, version=version)
        unforced = look(tls.tls, host="127.0.0.1", port=port)
    assert (value["accepted"], value["version"]) == (True, version)
    assert value["bits"] >= 128
    assert value["cipher"]
    assert unforced["version"] == version
    complete = version != "TLSv1.3" or SEES_CHAINS_OF_13
    expected = [authority.der("leaf"), authority.der("intermediate")][: 2 if complete else 1]
    for each in (value, unforced):
        assert presented(each) == expected
        assert each["chain_complete"] is complete


@pytest.mark.parametrize(
    ("asked", "spoken"), [(asked, spoken) for asked in VERSIONS for spoken in VERSIONS if asked != spoken]
)
def test_a_version_that_is_off_is_refused(authority, asked, spoken):
    with openssl_server(authority, VERSIONS[spoken], "-cipher", "ALL:@SECLEVEL=0") as port:
        value = look(tls.tls, host="127.0.0.1", port=port, version=asked)
    refusal = value.pop("refusal")
    assert value == {"accepted": False, "address": "127.0.0.1", "family": "ipv4"}
    # Before TLS 1.3 a server answers a client of a later version with the latest that it speaks.
    lower = spoken < asked < "TLSv1.3"
    assert refusal == ("server answered with %s" % spoken if lower else "tls alert protocol version")


def test_the_chain_is_what_is_presented_however_wrong(authority):
    chain = authority.bundle("disorder", "leaf", "root", "wrong", "intermediate")
    for maximum in ("TLSv1_2", "MAXIMUM_SUPPORTED"):
        with serving(secured(authority.server(chain, maximum=maximum))) as port:
            value = look(tls.tls, host="localhost", address="127.0.0.1", port=port)
        assert presented(value) == [authority.der(name) for name in ("leaf", "root", "wrong", "intermediate")]
        assert value["chain_complete"] is True
        assert value["ocsp_response"] is None


@pytest.mark.parametrize("maximum", ["TLSv1_2", "TLSv1_3"])
def test_a_server_that_wants_a_certificate_of_ours_has_shown_its_own(authority, maximum):
    context = authority.server(maximum=maximum)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.root)
    with serving(secured(context)) as port:
        value = look(tls.tls, host="127.0.0.1", port=port)
    assert (value["accepted"], value["version"]) == (True, maximum.replace("_", "."))
    assert value["cipher"]
    assert value["bits"] >= 128
    assert presented(value) == [authority.der("leaf"), authority.der("intermediate")]


@pytest.mark.parametrize(
    ("name", "sent"),
    [(None, "localhost"), ("shop.example.com.", "shop.example.com"), ("127.0.0.1", None), ("::1", None), ("", None)],
)
def test_the_server_name_is_sent_unless_it_is_an_address(authority, name, sent):
    seen: list[str | None] = []
    context = authority.server(maximum="TLSv1_2")
    context.sni_callback = lambda _socket, server_name, _context: seen.append(server_name)
    with serving(secured(context)) as port:
        assert look(tls.tls, host="localhost", address="127.0.0.1", port=port, server_name=name)["accepted"]
    assert seen == [sent]


def test_a_chosen_cipher(authority):
    with serving(secured(authority.server(ciphers="ECDHE-ECDSA-AES256-GCM-SHA384"))) as port:
        right = look(tls.tls, host="127.0.0.1", port=port, ciphers="ECDHE-ECDSA-AES256-GCM-SHA384")
        wrong = look(tls.tls, host="127.0.0.1", port=port, ciphers="ECDHE-ECDSA-AES128-SHA")
    assert (right["cipher"], right["version"], right["bits"]) == ("ECDHE-ECDSA-AES256-GCM-SHA384", "TLSv1.2", 256)
    assert (wrong["accepted"], wrong["refusal"]) == (False, "tls alert handshake failure")


@pytest.mark.parametrize(
    "params",
    [
        {"ciphers": "NO-SUCH-CIPHER"},
        {"version": "TLSv1", "ciphers": "AES128-GCM-SHA256"},
        {"version": "SSLv3"},
    ],
)
def test_what_this_openssl_cannot_offer_is_a_missing_tool_not_a_refusal(authority, monkeypatch, params):
    monkeypatch.setitem(tls._VERSIONS, "SSLv3", ssl.TLSVersion.SSLv3)
    with serving(secured(authority.server())) as port:
        assert reason(look(tls.tls, host="127.0.0.1", port=port, **params)) == "missing_tool"


@pytest.mark.parametrize(
    "params", [{"version": "TLS1"}, {"version": "TLSv1.3", "ciphers": "ALL"}, {"starttls": "ftp"}, {"port": 0}]
)
def test_what_makes_no_sense_is_malformed(params):
    assert reason(look(tls.tls, host="127.0.0.1", **params)) == "malformed"


@pytest.mark.parametrize(
    ("handle", "refusal"),
    [
        (saying(b"", first=1), "connection closed after the ClientHello"),
        (reset, "connection reset after the ClientHello"),
        (saying(b"\x15\x03\x01\x00\x02\x02\x28", first=1), "tls alert handshake failure"),
        (saying(b"\x15\x03\x01\x00\x02\x01\x00", first=1), "tls alert close notify"),
    ],
    ids=["closed", "reset", "alert", "close notify"],
)
def test_a_refusal_says_which(handle, refusal):
    with serving(handle) as port:
        value = look(tls.tls, host="127.0.0.1", port=port, version="TLSv1.2")
    assert (value["accepted"], value["refusal"]) == (False, refusal)


def hello_of(version):
    message = b"\x02\x00\x00\x26" + version + b"r" * 32 + b"\x00\xc0\x13\x00"
    return b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message


def test_a_certificate_message_without_certificates_shows_nothing():
    empty = b"\x16\x03\x03\x00\x07\x0b\x00\x00\x03\x00\x00\x00"
    with serving(saying(hello_of(b"\x03\x03") + empty, first=1)) as port:
        assert reason(look(tls.tls, host="127.0.0.1", port=port)) == "malformed"


def test_an_answer_in_another_version_is_a_refusal():
    with serving(saying(hello_of(b"\x03\x03"), first=1)) as port:
        value = look(tls.tls, host="127.0.0.1", port=port, version="TLSv1")
    assert (value["accepted"], value["refusal"]) == (False, "server answered with TLSv1.2")


@pytest.mark.parametrize(
    "answer",
    [
        b"-ERR unknown command\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x16HELO",
        b"\x16\x03\x01\xff\xff" + b"x" * 70000,
        b"\x16\x03\x01\x00\x04\x02\xff\xff\xff",
        hello_of(b"\x03\x03"),
        hello_of(b"\x03\x03")[:20],
        b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",
        b"\x15\x03\x01\x00\x02\x01\x70" * 5000,
    ],
    ids=["redis", "http", "almost", "record", "size", "cut", "shorter", "empty", "warnings"],
)
@pytest.mark.parametrize("version", [None, "TLSv1.2"])
def test_garbage_is_neither_accepted_nor_refused(answer, version):
    with serving(saying(answer, first=1)) as port:
        assert reason(look(tls.tls, host="127.0.0.1", port=port, version=version)) == "malformed"


@pytest.mark.parametrize("handle", [mute, dripping(b"\x16\x03\x03\x3f\xff" + b"x" * 1000)], ids=["mute", "dripping"])
def test_the_deadline_holds_whatever_the_server_does(handle):
    start = time.monotonic()
    with serving(handle) as port:
        assert reason(look(tls.tls, seconds=0.5, host="127.0.0.1", port=port)) in ("timeout", "malformed")
    assert time.monotonic() - start < 30


def test_who_does_not_listen_was_not_looked_at():
    assert reason(look(tls.tls, host="127.0.0.1", port=closed_port())) == "unreachable"
    with silent_port() as port:
        assert reason(look(tls.tls, seconds=0.3, host="127.0.0.1", port=port)) == "timeout"


def test_a_chain_of_another_leaf_is_not_taken_for_the_missing_one(authority, monkeypatch):
    """A server may have a certificate for TLS 1.3 and another for TLS 1.2."""
    monkeypatch.setattr(tls._Handshake, "chain", lambda self: None if self._tls.version() == "TLSv1.3" else [b"other"])
    with serving(secured(authority.server())) as port:
        value = look(tls.tls, host="127.0.0.1", port=port)
    assert (presented(value), value["chain_complete"]) == ([authority.der("leaf")], False)


def postgres(answer, then=mute):
    def handle(connection):
        if connection.recv(8) == b"\x00\x00\x00\x08\x04\xd2\x16\x2f":
            connection.sendall(answer)
            then(connection)

    return handle


def smtp(offers, answer=b"220 go ahead\r\n", then=mute):
    def handle(connection):
        connection.sendall(b"220-mail.example.com\r\n220 ESMTP\r\n")
        if connection.recv(100).startswith(b"EHLO "):
            connection.sendall(offers)
        if connection.recv(100) == b"STARTTLS\r\n":
            connection.sendall(answer)
            then(connection)

    return handle


def nats(info, then=mute):
    def handle(connection):
        connection.sendall(info)
        then(connection)

    return handle


OFFERED = b"250-mail.example.com\r\n250-SIZE\r\n250 STARTTLS\r\n"


@pytest.mark.parametrize("version", [None, "TLSv1.2"])
def test_starttls(authority, version):
    shake = secured(authority.server())
    offering = nats(b'INFO {"tls_available":true} \r\n', shake)
    sides = {"postgres": postgres(b"S", shake), "smtp": smtp(OFFERED, then=shake), "nats": offering}
    for starttls, handle in sides.items():
        with serving(handle) as port:
            value = look(tls.tls, host="127.0.0.1", port=port, version=version, starttls=starttls)
        assert presented(value) == [authority.der("leaf"), authority.der("intermediate")]


@pytest.mark.parametrize(
    ("starttls", "handle"),
    [
        ("postgres", postgres(b"N")),
        ("smtp", smtp(b"250-mail\r\n250 SIZE\r\n")),
        ("nats", nats(b'INFO {"server_id":"x"} \r\n')),
    ],
)
def test_a_server_without_tls_says_so(starttls, handle):
    with serving(handle) as port:
        value = look(tls.tls, host="127.0.0.1", port=port, starttls=starttls)
    assert (value["accepted"], value["refusal"]) == (False, "server offers no TLS")


@pytest.mark.parametrize(
    ("starttls", "handle"),
    [
        ("postgres", postgres(b"E")),
        ("postgres", saying(b"", first=8)),
        ("postgres", postgres(b"SE")),
        ("smtp", saying(b"SSH-2.0-x\r\n")),
        ("smtp", saying(b"")),
        ("smtp", saying(b"x" * 100000)),
        ("smtp", saying(b"220-x\r\n" * 10000)),
        ("smtp", saying(b"554 go away\r\n")),
        ("smtp", smtp(OFFERED, b"454 not now\r\n")),
        ("smtp", smtp(OFFERED, b"220 go ahead\r\n250 injected\r\n")),
        ("nats", saying(b"")),
        ("nats", saying(b"-ERR 'maximum connections exceeded'\r\n")),
        ("nats", saying(b"INFO {\r\n")),
        ("nats", saying(b"INFO [1]\r\n")),
        ("nats", saying(b"INFO " + b"[" * 60000 + b"\r\n")),
        ("nats", saying(b"INFO " + b"x" * 100000)),
        ("nats", nats(b'INFO {"tls_required":true}\r\nPING\r\n')),
    ],
)
def test_a_server_of_another_protocol_is_malformed(starttls, handle):
    with serving(handle) as port:
        assert reason(look(tls.tls, host="127.0.0.1", port=port, starttls=starttls)) == "malformed"
