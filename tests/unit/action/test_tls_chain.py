# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tls.valid_chain beyond the chain itself, on recordings: public logs, and what is stapled to the certificate."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Observer
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.tls.certificates import Roots, trusted
from tests.unit.action.tls_recordings import (
    ANSWERS,
    HANDSHAKE,
    INTER,
    LEAF,
    OPTIONS,
    REASONS,
    REFUSED,
    ROOT,
    STAPLE,
    prove,
    shake,
)
from tests.unit.pki import NOW, Issued, issue, timestamps

DEMANDING = issue("shop", INTER, names=["shop.test"], extra=[x509.TLSFeature([x509.TLSFeatureType.status_request])])


def chain(leaf: Issued, staple: Any = None, **options: Any) -> Verdict:
    answers = {**ANSWERS, HANDSHAKE: shake(leaf, INTER), STAPLE: staple or REFUSED}
    (verdict,) = prove("tls.valid_chain", OPTIONS | options, answers)
    return verdict


def logged(*logs: int, days: float = 80, made: float = -10) -> Issued:
    stamps = [timestamps(*logs, days=made)] if logs else []
    return issue("shop", INTER, names=["shop.test"], days=(-10, days), extra=stamps)


@pytest.mark.parametrize(
    ("leaf", "sentence"),
    [
        pytest.param(logged(1, 2), "", id="two logs"),
        pytest.param(logged(1, 2, days=169.9), "", id="two logs, less than 180 days"),
        pytest.param(logged(1, 2, 3, days=175), "", id="three logs"),
        pytest.param(logged(), "2 public logs must have stamped a certificate of 90 days, and 0 did", id="none"),
        pytest.param(logged(1), "and 1 did", id="one log"),
        pytest.param(logged(1, 1), "and 1 did", id="one log twice"),
        pytest.param(
            logged(1, 2, days=170),
            "3 public logs must have stamped a certificate of 180 days",
            id="two logs, 180 days",
        ),
        pytest.param(logged(1, 2, 1, days=175), "of 185 days, and 2 did", id="two logs of three"),
        pytest.param(logged(1, 2, made=1), "and 0 did", id="promised tomorrow"),
    ],
)
def test_a_public_certificate_is_in_public_logs(leaf: Issued, sentence: str) -> None:
    verdict = chain(leaf, certificate_transparency=True)
    assert verdict.status is (Status.FAIL if sentence else Status.PASS), verdict.message
    assert sentence in verdict.message
    assert verdict.expected.endswith(", publicly logged")


def test_it_is_not_asked_of_private_authorities() -> None:
    assert chain(logged()).status is Status.PASS
    assert chain(logged(), certificate_transparency=False).status is Status.PASS


def test_it_is_asked_of_those_that_the_controller_trusts() -> None:
    store = trusted(Observer(CONTROLLER), None).request.line
    answers = {**ANSWERS, store: Roots("its store", (ROOT.certificate,)), HANDSHAKE: shake(logged(), INTER)}
    (verdict,) = prove("tls.valid_chain", {"host": "shop.test"}, answers)
    assert (verdict.status, "and 0 did" in verdict.message) == (Status.FAIL, True), verdict.message
    (verdict,) = prove("tls.valid_chain", {"host": "shop.test", "certificate_transparency": False}, answers)
    assert verdict.status is Status.PASS


@pytest.mark.parametrize(
    "octets", [b"", b"\x04\x02\x00\x05", b"\x04\x04\x00\x02\x00\x09", b"junk"], ids=["empty", "short", "half", "junk"]
)
def test_timestamps_that_cannot_be_read_are_an_error(octets: bytes) -> None:
    broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), octets)
    leaf = issue("shop", INTER, names=["shop.test"], extra=[broken])
    assert chain(leaf, certificate_transparency=True).status is Status.ERROR


def answered(about: Issued = LEAF, signer: Issued = INTER, **changes: Any) -> ocsp.OCSPResponse:
    status = changes.get("status", ocsp.OCSPCertStatus.GOOD)
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=about.certificate,
        issuer=INTER.certificate,
        algorithm=changes.get("algorithm", hashes.SHA1()),
        cert_status=status,
        this_update=NOW - timedelta(days=2),
        next_update=NOW + timedelta(hours=changes.get("hours", 24)),
        revocation_time=NOW if revoked else None,
        revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    return builder.sign(signer.key, hashes.SHA256())


def with_staple(response: ocsp.OCSPResponse | bytes | None, leaf: Issued = LEAF) -> dict[str, Any]:
    der = response if isinstance(response, bytes) else b""
    if isinstance(response, ocsp.OCSPResponse):
        der = response.public_bytes(serialization.Encoding.DER)
    encoded = None if response is None else base64.b64encode(der).decode()
    return shake(leaf, INTER, version="TLSv1.2", cipher=None, bits=None, ocsp_response=encoded)


TRY_LATER = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)


@pytest.mark.parametrize(
    ("response", "sentence"),
    [
        pytest.param(answered(), "", id="good"),
        pytest.param(answered(algorithm=hashes.SHA256()), "", id="good, by SHA-256"),
        pytest.param(None, "", id="none"),
        pytest.param(answered(status=ocsp.OCSPCertStatus.REVOKED), "stapled: shop was revoked on", id="revoked"),
        pytest.param(answered(status=ocsp.OCSPCertStatus.UNKNOWN), "does not know it", id="unknown"),
        pytest.param(answered(hours=-1), "refused by clients: it is stale", id="stale"),
        pytest.param(answered(signer=ROOT), "refused by clients: the reply is not signed", id="signed by another"),
        pytest.param(answered(about=DEMANDING), "does not speak of the certificate", id="of another"),
        pytest.param(TRY_LATER, "the responder answers try_later", id="try later"),
        pytest.param(b"junk", "cannot be read", id="junk"),
        pytest.param(b"", "cannot be read", id="empty"),
    ],
)
def test_what_is_stapled_is_good(response: Any, sentence: str) -> None:
    verdict = chain(LEAF, with_staple(response))
    assert verdict.status is (Status.FAIL if sentence else Status.PASS), verdict.message
    assert sentence in verdict.message
    assert verdict.actual["stapled"] == ("OCSP refused" if sentence else "nothing" if response is None else "OCSP good")


@pytest.mark.parametrize(
    ("staple", "status"),
    [
        pytest.param(with_staple(answered(DEMANDING), DEMANDING), Status.PASS, id="stapled"),
        pytest.param(with_staple(None, DEMANDING), Status.FAIL, id="not stapled"),
        pytest.param(REFUSED, Status.ERROR, id="TLS 1.3 only"),
        pytest.param(with_staple(answered()), Status.ERROR, id="to another certificate"),
    ],
)
def test_a_certificate_that_demands_a_staple_has_one(staple: Any, status: Status) -> None:
    verdict = chain(DEMANDING, staple)
    assert verdict.status is status, verdict.message


@pytest.mark.parametrize("leaf", [LEAF, DEMANDING], ids=["optional", "demanded"])
@pytest.mark.parametrize("reason", REASONS)
def test_a_staple_that_nobody_could_ask_for_is_an_error(leaf: Issued, reason: str) -> None:
    assert chain(leaf, CannotLook(reason, "no")).status is Status.ERROR


def test_without_tls_12_an_optional_staple_is_told_as_not_seen() -> None:
    verdict = chain(LEAF, REFUSED)
    assert verdict.status is Status.PASS
    assert verdict.actual["stapled"] == "not seen, TLS 1.2 is refused: tls alert protocol version"


def test_tls_12_may_show_another_certificate_which_is_trusted() -> None:
    other = issue("shop RSA", INTER, names=["shop.test"])
    assert chain(LEAF, with_staple(answered(other), other)).status is Status.PASS
    verdict = chain(LEAF, with_staple(None, issue("stranger", names=["shop.test"])))
    assert (verdict.status, "stranger, which is not trusted" in verdict.message) == (Status.FAIL, True)
    assert chain(LEAF, with_staple(None) | {"chain": []}).status is Status.ERROR


def test_a_bad_staple_is_told_even_where_the_responder_is_silent() -> None:
    leaf = issue("shop", INTER, names=["shop.test"], ocsp="http://ca.test/")
    line = f"openssl ocsp -issuer issuer.pem -serial 0x{leaf.certificate.serial_number:x} -url http://ca.test/"
    answers = {**ANSWERS, HANDSHAKE: shake(leaf, INTER), line: CannotLook("timeout", "no")}
    for staple, status in ((answered(leaf), Status.ERROR), (answered(leaf, hours=-1), Status.FAIL)):
        (verdict,) = prove("tls.valid_chain", OPTIONS, answers | {STAPLE: with_staple(staple, leaf)})
        assert verdict.status is status, verdict.message
