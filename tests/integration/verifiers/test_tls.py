# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tls verifier against real servers on loopback, each wrong in its own way."""

from __future__ import annotations

import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import TLSFeature, TLSFeatureType
from cryptography.x509.ocsp import OCSPCertStatus
from cryptography.x509.oid import ExtendedKeyUsageOID

from ansible_collections.golive.verify.plugins.action.tls import ActionModule as Tls
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status, Verdict
from tests.integration.verifiers.live import prove_live
from tests.integration.verifiers.tls_world import World
from tests.unit.pki import Issued, authority, issue, pem_file, rsa_key, sha1_signed, timestamps

# That the versions tried here are old is the point.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")

ADDRESSES = {"shop.test": ["127.0.0.1"], "www.shop.test": ["127.0.0.1"], "double.test": ["127.0.0.1", "::1"]}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    real = socket.getaddrinfo

    def known(host: Any, *arguments: Any, **options: Any) -> Any:
        found = [real(address, *arguments, **options) for address in ADDRESSES.get(host, [host])]
        return [each for one in found for each in one]

    monkeypatch.setattr(socket, "getaddrinfo", known)
    world = World(tmp_path)
    yield world
    world.close()


def prove(world: World, control: str, port: int, **options: Any) -> list[Verdict]:
    return prove_live(Tls, control, {"host": "shop.test", "port": port, "cafile": world.cafile, **options})


def chain(world: World, *presented: Issued, **options: Any) -> Verdict:
    (verdict,) = prove(world, "tls.valid_chain", world.serve(*presented), **options)
    return verdict


def test_a_right_chain_passes_and_says_what_was_seen(world: World) -> None:
    verdict = chain(world, world.leaf(), world.inter)
    assert verdict.status is Status.PASS, verdict.message
    assert verdict.subject == "shop.test at 127.0.0.1"
    assert verdict.actual["chain"] == ["shop", "Inter", "Root"]
    assert verdict.actual["revocation"] == {
        "shop": "no revocation source named",
        "Inter": "no revocation source named",
    }
    assert world.cafile in verdict.expected


def broken_chains(world: World) -> dict[str, tuple[list[Issued], str]]:
    leaf, other = world.leaf(), authority("Other")
    old, rsa_ca = authority("Old", days=(-900, -1)), authority("RSA", world.root, key=rsa_key(2048))
    return {
        "expired": ([world.leaf(days=(-90, -1)), world.inter], "expired on"),
        "wrong name": ([world.leaf(names=["other.test"]), world.inter], "not for shop.test"),
        "missing intermediate": ([leaf], "intermediate is missing"),
        "wrong order": ([leaf, world.root, world.inter], "wrong order"),
        "self-signed": ([issue("shop", names=["shop.test"])], "self-signed"),
        "another authority": ([issue("shop", other, names=["shop.test"]), other], "ends in Other"),
        "expired authority": ([world.leaf(old), old], "Old expired"),
        "SHA-1": ([sha1_signed(world.leaf(rsa_ca, key=rsa_key(2048)), rsa_ca), rsa_ca], "SHA1"),
        "1024 bits": ([world.leaf(key=rsa_key(1024)), world.inter], "1024 bits"),
        "825 days": ([world.leaf(days=(-10, 815)), world.inter], "valid for 825 days, longer than"),
    }


def test_a_broken_chain_fails(world: World) -> None:
    for presented, sentence in broken_chains(world).values():
        verdict = chain(world, *presented)
        assert (verdict.status, sentence in verdict.message) == (Status.FAIL, True), verdict.message


def test_a_chain_that_cannot_be_seen_is_an_error(world: World, tmp_path: Path) -> None:
    port = world.serve(world.leaf(), world.inter)
    closed = world.listen(lambda connection: None)
    garbage = world.listen(lambda connection: connection.sendall(b"SSH-2.0-x\r\n"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        down = free.getsockname()[1]
    (refused,) = prove(world, "tls.valid_chain", closed)
    assert refused.status is Status.FAIL
    assert [v.status for p in (garbage, down) for v in prove(world, "tls.valid_chain", p)] == [Status.ERROR] * 2
    for cafile in (tmp_path / "absent", Path("/dev/null")):
        (verdict,) = prove(world, "tls.valid_chain", port, cafile=str(cafile))
        assert verdict.status is Status.ERROR
    silent = world.listen(lambda connection: time.sleep(2))
    (verdict,) = prove(world, "tls.valid_chain", silent, timeout=0.5)
    assert (verdict.status, "timeout" in verdict.message) == (Status.ERROR, True)


def test_each_address_is_judged_by_itself(world: World) -> None:
    good, other = world.leaf(names=["double.test"]), world.leaf(names=["other.test"])
    port = world.serve(good, world.inter)
    options = {"host": "double.test"}
    v4, v6 = prove(world, "tls.valid_chain", port, **options)
    assert (v4.status, v6.status) == (Status.PASS, Status.ERROR)
    world.serve(other, world.inter, address="::1", port=port)
    v4, v6 = prove(world, "tls.valid_chain", port, **options)
    assert (v4.status, v6.status, v6.subject) == (Status.PASS, Status.FAIL, "double.test at ::1")


def test_each_name_must_be_covered(world: World) -> None:
    port = world.serve(world.leaf(), world.inter)
    verdicts = prove(world, "tls.valid_chain", port, names=["shop.test", "www.shop.test"])
    assert [verdict.status for verdict in verdicts] == [Status.PASS, Status.FAIL]


def test_a_certificate_in_good_standing_passes(world: World) -> None:
    inter = authority("Sub", world.root, crl=world.crl("/root.crl", world.root))
    leaf = world.leaf(inter, ocsp=world.url + "/ocsp", crl=world.crl("/sub.crl", inter))
    world.ocsp("/ocsp", leaf, inter)
    verdict = chain(world, leaf, inter)
    assert verdict.status is Status.PASS, verdict.message
    assert verdict.actual["revocation"] == {"shop": "OCSP good, CRL good", "Sub": "CRL good"}
    delegate = issue("Responder", inter, uses=[ExtendedKeyUsageOID.OCSP_SIGNING])
    world.ocsp("/ocsp", leaf, inter, signer=delegate)
    assert chain(world, leaf, inter).status is Status.PASS


def test_a_revoked_certificate_fails(world: World) -> None:
    by_list = world.leaf(crl=world.url + "/crl")
    world.crl("/crl", world.inter, by_list)
    verdict = chain(world, by_list, world.inter)
    assert (verdict.status, "shop was revoked on" in verdict.message) == (Status.FAIL, True)
    # The list cannot be had: that the responder calls it revoked is enough.
    by_responder = world.leaf(ocsp=world.url + "/ocsp", crl=world.url + "/absent")
    world.ocsp("/ocsp", by_responder, world.inter, OCSPCertStatus.REVOKED)
    verdict = chain(world, by_responder, world.inter)
    assert (verdict.status, "(keyCompromise)" in verdict.message) == (Status.FAIL, True)
    world.ocsp("/ocsp", by_responder, world.inter, OCSPCertStatus.UNKNOWN)
    assert "does not know" in chain(world, by_responder, world.inter).message


def test_a_revoked_intermediate_fails(world: World) -> None:
    inter = authority("Sub", world.root, crl=world.url + "/root.crl")
    world.crl("/root.crl", world.root, inter)
    verdict = chain(world, world.leaf(inter), inter)
    assert (verdict.status, "Sub was revoked" in verdict.message) == (Status.FAIL, True)


def test_revocation_that_cannot_be_told_is_an_error(world: World) -> None:
    def error(**sources: Any) -> str:
        verdict = chain(world, world.leaf(**sources), world.inter)
        assert verdict.status is Status.ERROR, verdict.message
        return verdict.message

    with socket.create_server(("127.0.0.1", 0)) as free:
        down = f"http://127.0.0.1:{free.getsockname()[1]}/"
    assert "unreachable" in error(ocsp=down)
    assert "unreachable" in error(crl=down)
    assert "HTTP status 404" in error(ocsp=world.url + "/absent")
    world.answers["/junk"] = lambda: b"junk"
    assert "malformed" in error(ocsp=world.url + "/junk")
    assert "malformed" in error(crl=world.url + "/junk")
    assert "not over HTTP" in error(crl="ldap://127.0.0.1/cn=ca")
    assert "not signed by" in error(crl=world.crl("/forged", world.inter, signer=world.root))
    assert "not of Inter" in error(crl=world.crl("/other", world.root))
    assert "stale" in error(crl=world.crl("/stale", world.inter, hours=-1))


def test_a_reply_of_a_responder_that_proves_nothing_is_an_error(world: World) -> None:
    leaf, other = world.leaf(ocsp=world.url + "/ocsp"), world.leaf()
    stranger = issue("Responder", authority("Other"), uses=[ExtendedKeyUsageOID.OCSP_SIGNING])
    replies: dict[str, dict[str, Any]] = {
        "stale": {"issued": leaf, "hours": -1},
        "not signed by": {"issued": leaf, "signer": stranger},
        "does not speak of": {"issued": other},
        "entrusted": {"issued": leaf, "signer": world.leaf()},
    }
    for sentence, reply in replies.items():
        world.ocsp("/ocsp", issuer=world.inter, **reply)
        verdict = chain(world, leaf, world.inter)
        assert (verdict.status, sentence in verdict.message) == (Status.ERROR, True), verdict.message


def test_a_certificate_that_is_not_trusted_does_not_choose_what_is_connected_to(world: World) -> None:
    asked: list[str] = []
    world.answers["/ocsp"] = lambda: asked.append("x") or b""  # type: ignore[func-returns-value]
    verdict = chain(world, issue("shop", names=["shop.test"], ocsp=world.url + "/ocsp"))
    assert (verdict.status, asked) == (Status.FAIL, [])


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to serve what is stapled (apt-get install openssl)")
def test_what_is_stapled(world: World) -> None:
    demanding = world.leaf(extra=[TLSFeature([TLSFeatureType.status_request])])

    def staple(leaf: Issued, without: str = "-no_tls1_1", **reply: Any) -> Verdict:
        world.ocsp("/staple", leaf, world.inter, **reply)
        (verdict,) = prove(world, "tls.valid_chain", world.staple("/staple", leaf, world.inter, without=without))
        return verdict

    good = staple(demanding)
    assert (good.status, good.actual["stapled"]) == (Status.PASS, "OCSP good"), good.message
    bad: dict[str, dict[str, Any]] = {
        "stapled: shop was revoked on": {"status": OCSPCertStatus.REVOKED},
        "it is stale": {"hours": -1},
        "not signed by": {"signer": authority("Other")},
    }
    for sentence, reply in bad.items():
        verdict = staple(world.leaf(), **reply)
        assert (verdict.status, sentence in verdict.message) == (Status.FAIL, True), verdict.message
    hidden = staple(demanding, "-no_tls1_2")
    assert (hidden.status, "TLS 1.3 hides" in hidden.message) == (Status.ERROR, True)
    assert staple(world.leaf(), "-no_tls1_2").status is Status.PASS
    absent = chain(world, demanding, world.inter)
    assert (absent.status, "and there is none" in absent.message) == (Status.FAIL, True)


def test_public_logs(world: World) -> None:
    for leaf, status in ((world.leaf(extra=[timestamps(1, 2)]), Status.PASS), (world.leaf(), Status.FAIL)):
        assert chain(world, leaf, world.inter, certificate_transparency=True).status is status


@pytest.mark.parametrize(
    ("days", "status", "severity"),
    [
        (80, Status.PASS, None),
        (31, Status.PASS, None),
        (20, Status.FAIL, Severity.HIGH),
        (6, Status.FAIL, Severity.CRITICAL),
    ],
)
def test_days_left(world: World, days: int, status: Status, severity: Severity | None) -> None:
    port = world.serve(world.leaf(days=(-10, days + 0.01)), world.inter)
    (verdict,) = prove(world, "tls.expiry", port)
    assert (verdict.status, verdict.severity) == (status, severity)
    (shorter,) = prove(world, "tls.expiry", port, min_days_left=5, critical_days_left=2)
    assert shorter.status is Status.PASS


def test_an_intermediate_that_expires_counts(world: World) -> None:
    inter = authority("Sub", world.root, days=(-900, 9.01))
    (verdict,) = prove(world, "tls.expiry", world.serve(world.leaf(inter), inter))
    assert (verdict.status, verdict.message) == (Status.FAIL, "Sub expires in 9 days")


def test_what_is_on_the_disk_must_be_served(world: World, tmp_path: Path) -> None:
    leaf, renewed = world.leaf(), world.leaf()
    port = world.serve(leaf, world.inter)

    def stored(file: str) -> Verdict:
        served, verdict = prove(world, "tls.expiry", port, certificate_file=file)
        assert served.status is Status.PASS
        return verdict

    assert stored(pem_file(tmp_path / "same.pem", leaf, world.inter)).status is Status.PASS
    assert "serves another" in stored(pem_file(tmp_path / "new.pem", renewed)).message
    assert "for no name" in stored(pem_file(tmp_path / "other.pem", world.leaf(names=["other.test"]))).message
    assert "not_found" in stored(str(tmp_path / "absent.pem")).message
    (tmp_path / "junk.pem").write_text("junk")
    assert stored(str(tmp_path / "junk.pem")).status is Status.ERROR


def protocols(world: World, **options: Any) -> Verdict:
    (verdict,) = prove(world, "tls.protocols", world.serve(world.leaf(key=rsa_key(2048)), world.inter, **options))
    return verdict


def test_modern_protocols_pass(world: World) -> None:
    verdict = protocols(world)
    assert verdict.status is Status.PASS, verdict.message
    assert verdict.actual == {"accepted": ["TLSv1.2", "TLSv1.3"], "weak cipher": "refused", "SSLv3": "refused"}
    assert protocols(world, oldest=ssl.TLSVersion.TLSv1_3).status is Status.PASS


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"oldest": ssl.TLSVersion.TLSv1, "ciphers": "ALL:@SECLEVEL=0"}, "accepts TLSv1; accepts TLSv1.1"),
        ({"oldest": ssl.TLSVersion.TLSv1_1, "ciphers": "DEFAULT:@SECLEVEL=0"}, "accepts TLSv1.1"),
        ({"ciphers": "HIGH:!aNULL:eNULL:@SECLEVEL=0"}, "accepts weak cipher: NULL"),
        ({"ciphers": "HIGH:aNULL:@SECLEVEL=0"}, "accepts weak cipher: anonymous"),
    ],
)
def test_old_protocols_and_weak_ciphers_fail(world: World, options: dict[str, Any], sentence: str) -> None:
    verdict = protocols(world, **options)
    assert (verdict.status, sentence in verdict.message) == (Status.FAIL, True), verdict.message


def _server_hello(version: bytes, suite: bytes) -> bytes:
    body = version + bytes(32) + b"\0" + suite + b"\0"
    message = b"\2" + len(body).to_bytes(3, "big") + body
    return b"\x16" + version + len(message).to_bytes(2, "big") + message


@pytest.mark.parametrize(
    ("version", "suite", "sentence"),
    [
        (b"\3\3", b"\0\5", "accepts weak cipher: RC4 (0x0005)"),
        (b"\3\3", b"\0\x0a", "accepts weak cipher: 3DES (0x000a)"),
        (b"\3\0", b"\0\x2f", "accepts SSLv3: suite (0x002f)"),
    ],
)
def test_what_no_openssl_speaks_any_more_fails(world: World, version: bytes, suite: bytes, sentence: str) -> None:
    def old(connection: socket.socket) -> None:
        hello = connection.recv(65536)
        offered = hello[9:11] == version and suite in hello[43:]
        connection.sendall(_server_hello(version, suite) if offered else b"\x15\3\3\0\2\2\x46")

    (verdict,) = prove(world, "tls.protocols", world.listen(old))
    assert (verdict.status, sentence in verdict.message) == (Status.FAIL, True), verdict.message


def test_protocols_that_cannot_be_tried_are_an_error_or_fail(world: World) -> None:
    garbage = world.listen(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    deaf = world.listen(lambda connection: None)
    with socket.create_server(("127.0.0.1", 0)) as free:
        down = free.getsockname()[1]
    verdicts = [verdict for port in (garbage, down, deaf) for verdict in prove(world, "tls.protocols", port)]
    assert [verdict.status for verdict in verdicts] == [Status.ERROR, Status.ERROR, Status.FAIL]


def internal(world: World, port: int, **hop: Any) -> Verdict:
    hops = [{"host": "127.0.0.1", "name": "shop.test", "port": port, **hop}]
    (verdict,) = prove(world, "tls.internal", 443, hops=hops)
    return verdict


def test_an_encrypted_and_verified_hop_passes(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    verdict = internal(world, world.serve(world.leaf(), world.inter), cleartext_port=closed)
    assert (verdict.status, verdict.actual["clear text"]) == (Status.PASS, "refused"), verdict.message
    assert verdict.subject.startswith("shop.test at 127.0.0.1 port ")


def test_a_hop_that_is_not_encrypted_or_not_verified_fails(world: World) -> None:
    right = world.serve(world.leaf(), world.inter)
    clear = world.listen(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    old = world.serve(world.leaf(), world.inter, oldest=ssl.TLSVersion.TLSv1, newest=ssl.TLSVersion.TLSv1_1)
    self_signed = world.serve(issue("shop", names=["shop.test"]))
    postgres = world.listen(lambda connection: connection.sendall(b"N"))
    sentences = {
        "answered without TLS": internal(world, clear),
        "for clear text, is open": internal(world, right, cleartext_port=clear),
        "agrees on TLSv1.1": internal(world, old),
        "self-signed": internal(world, self_signed),
        "not for db.test": internal(world, right, name="db.test"),
        "server offers no TLS": internal(world, postgres, starttls="postgres"),
    }
    for sentence, verdict in sentences.items():
        assert (verdict.status, sentence in verdict.message) == (Status.FAIL, True), verdict.message


def test_a_hop_that_cannot_be_looked_at_is_an_error(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        down = free.getsockname()[1]
    assert internal(world, down).status is Status.ERROR


def test_protocols_are_those_of_the_hops_too(world: World) -> None:
    old = world.serve(world.leaf(), world.inter, oldest=ssl.TLSVersion.TLSv1_1, ciphers="ALL:@SECLEVEL=0")
    port = world.serve(world.leaf(), world.inter)
    hops = [{"host": "127.0.0.1", "name": "shop.test", "port": old}]
    assert [v.status for v in prove(world, "tls.protocols", port, hops=hops)] == [Status.PASS, Status.FAIL]


def test_what_begins_in_clear_is_judged_like_the_rest(world: World) -> None:
    port = world.serve(world.leaf(), world.inter, postgres=True)
    for control in ("tls.valid_chain", "tls.expiry", "tls.protocols"):
        (verdict,) = prove(world, control, port, starttls="postgres")
        assert verdict.status is Status.PASS, verdict.message
    weak = world.serve(world.leaf(), world.inter, postgres=True, ciphers="HIGH:!aNULL:eNULL:@SECLEVEL=0")
    (verdict,) = prove(world, "tls.protocols", weak, starttls="postgres")
    assert "accepts weak cipher: NULL" in verdict.message
    hop = {"starttls": "postgres"}
    assert internal(world, port, **hop).status is Status.PASS
    refusing = world.listen(lambda connection: connection.sendall(b"N"))
    (verdict,) = prove(world, "tls.protocols", refusing, starttls="postgres")
    assert verdict.status is Status.FAIL
