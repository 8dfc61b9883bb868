# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import shutil
import ssl
import struct

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import stapling, tls
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from tests.unit.module_utils.observation.servers import (
    Authority,
    closed_port,
    dripping,
    look,
    mute,
    openssl_server,
    reason,
    saying,
    secured,
    serving,
)

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to make certificates with")

# An OCSPResponse whose status is tryLater: the smallest that OpenSSL will staple (RFC 6960, section 4.2.1).
RESPONSE = b"\x30\x03\x0a\x01\x03"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def ask(port, **more):
    return look(tls.tls, host="127.0.0.1", server_name="localhost", port=port, staple=True, **more)


def test_what_is_stapled_is_seen_with_the_chain(authority, tmp_path):
    (tmp_path / "staple").write_bytes(RESPONSE)
    with openssl_server(authority, "-status_file", str(tmp_path / "staple")) as port:
        value = ask(port)
    assert base64.b64decode(value["ocsp_response"]) == RESPONSE
    assert [base64.b64decode(der) for der in value["chain"]] == [authority.der("leaf"), authority.der("intermediate")]
    assert (value["accepted"], value["version"], value["chain_complete"]) == (True, "TLSv1.2", True)
    assert value["cipher"].startswith("ECDHE-ECDSA-")


def test_who_staples_nothing_is_seen_to(authority):
    with serving(secured(authority.server())) as port:
        value = ask(port)
    assert (value["accepted"], value["ocsp_response"], len(value["chain"])) == (True, None, 2)


@pytest.mark.parametrize(
    ("only", "refusal"), [("-tls1_3", "tls alert protocol version"), ("-tls1_1", "server answered with TLSv1.1")]
)
def test_a_server_without_tls_12_refuses(authority, only, refusal):
    with openssl_server(authority, only, "-cipher", "ALL:@SECLEVEL=0") as port:
        value = ask(port)
    assert value == {"accepted": False, "address": "127.0.0.1", "family": "ipv4", "refusal": refusal}


def test_it_is_asked_for_behind_starttls(authority):
    shake = secured(authority.server())

    def postgres(connection):
        if connection.recv(8) == b"\x00\x00\x00\x08\x04\xd2\x16\x2f":
            connection.sendall(b"S")
            shake(connection)

    with serving(postgres) as port:
        assert ask(port, starttls="postgres")["accepted"]


def test_the_question_is_the_last_extension_of_a_hello_that_stays_whole():
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    hello = outgoing.read()
    asked = stapling.asking(hello)
    assert (len(asked), asked[-9:]) == (len(hello) + 9, b"\x00\x05\x00\x05\x01\x00\x00\x00\x00")
    assert struct.unpack_from(">H", asked, 3)[0] == len(asked) - 5
    assert int.from_bytes(asked[6:9], "big") == len(asked) - 9


def record(*messages):
    return b"".join(b"\x16\x03\x03" + struct.pack(">H", len(message)) + message for message in messages)


def message(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


HELLO = message(2, b"\x03\x03" + bytes(32) + b"\x00\xc0\x2f\x00")
CERTIFICATE = message(11, b"\x00\x00\x05\x00\x00\x02xx")
STATUS = message(22, b"\x01\x00\x00\x05" + RESPONSE)
DONE = message(14, b"")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="http"),
        pytest.param(record(HELLO), id="hello only"),
        pytest.param(record(HELLO, CERTIFICATE, STATUS), id="no end"),
        pytest.param(record(CERTIFICATE, STATUS, DONE), id="no hello"),
        pytest.param(record(HELLO[:20]), id="half a hello"),
        pytest.param(record(message(2, b"\x03\x03"), DONE), id="short hello"),
        pytest.param(record(HELLO, CERTIFICATE, message(22, b""), DONE), id="empty status"),
        pytest.param(record(HELLO, CERTIFICATE, message(22, b"\x01\x00\x00\x00"), DONE), id="empty response"),
        pytest.param(record(HELLO, CERTIFICATE, message(22, b"\x02\x00\x00\x05" + RESPONSE), DONE), id="other type"),
        pytest.param(record(HELLO, CERTIFICATE, message(22, b"\x01\x00\x00\x06" + RESPONSE), DONE), id="other size"),
        pytest.param(record(HELLO, CERTIFICATE, message(22, b"\x01\x00\x00\x04" + RESPONSE), DONE), id="more behind"),
        pytest.param(b"\x16\x03\x03\xff\xff" + b"x" * 70000, id="garbage"),
    ],
)
def test_garbage_is_neither_a_staple_nor_its_absence(answer):
    with serving(saying(answer, first=1)) as port:
        assert reason(ask(port)) == "malformed"


def test_messages_may_come_in_pieces():
    flight = HELLO + CERTIFICATE + STATUS + DONE
    whole = record(flight[:50], flight[50:90], flight[90:])
    with serving(saying(whole, first=1)) as port:
        assert base64.b64decode(ask(port)["ocsp_response"]) == RESPONSE
    with serving(dripping(whole, 0.001)) as port:
        assert base64.b64decode(ask(port)["ocsp_response"]) == RESPONSE


def test_what_never_ends_is_cut_off():
    endless = record(HELLO) + record(message(22, b"\x01" * 16000)) * 20
    with serving(saying(endless, first=1)) as port:
        assert reason(ask(port)) == "too_large"
    with serving(mute) as port:
        assert reason(ask(port, seconds=0.3)) == "timeout"
    assert reason(ask(closed_port())) == "unreachable"


def test_an_alert_is_a_refusal():
    with serving(saying(b"\x15\x03\x03\x00\x02\x02\x28", first=1)) as port:
        assert ask(port)["refusal"] == "tls alert handshake failure"
    with serving(saying(b"", first=1)) as port:
        assert ask(port)["refusal"].startswith("connection ")


def test_no_message_is_no_response():
    assert stapling.response(None) is None
    with pytest.raises(CannotLook):
        stapling.response(b"\x01")
