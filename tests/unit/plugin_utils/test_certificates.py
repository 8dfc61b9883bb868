# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What clients refuse in a chain of certificates, each made for real, and the sentence that says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.tls.certificates import (
    Roots,
    chain_problems,
    lifetime_problems,
    read_roots,
)
from ansible_collections.golive.verify.plugins.plugin_utils.tls.x509 import covers
from tests.unit.pki import NOW, Issued, authority, issue, pem_file, rsa_key, sha1_signed

ROOT = authority("Root")
INTER = authority("Inter", ROOT, path_length=0)
LEAF = issue("shop", INTER, names=["shop.test", "*.shop.test", "192.0.2.1"])
FOREIGN = authority("Foreign")
OLD = authority("Old", days=(-4000, -1))


def roots(*trusted: Issued) -> Roots:
    return Roots("the roots", tuple(each.certificate for each in trusted))


def problems(*presented: Issued, name: str = "shop.test", trusted: Sequence[Issued] = (ROOT,), bits: int = 2048) -> str:
    return "; ".join(chain_problems([each.der for each in presented], name, roots(*trusted), NOW, bits))


def leaf(issuer: Issued | None = INTER, **options: object) -> Issued:
    return issue("shop", issuer, **{"names": ["shop.test"], **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["shop.test", "SHOP.test.", "www.shop.test", "192.0.2.1"])
def test_a_right_chain_has_no_problem(name: str) -> None:
    assert problems(LEAF, INTER, name=name) == ""


def test_what_is_sent_beyond_need_does_no_harm() -> None:
    assert problems(LEAF, INTER, ROOT) == ""
    assert problems(LEAF, INTER, FOREIGN) == ""


def test_a_private_certificate_that_is_itself_trusted_has_no_problem() -> None:
    own = issue("shop", names=["shop.test"])
    assert problems(own, trusted=[own]) == ""


def test_a_cross_signed_root_whose_other_way_expired_has_no_problem() -> None:
    cross = authority("Root", OLD, key=ROOT.key, days=(-4000, -1))
    assert problems(LEAF, INTER, cross, trusted=[ROOT]) == ""
    assert problems(LEAF, INTER, trusted=[authority("Root", key=ROOT.key, days=(-900, -1)), ROOT]) == ""


NARROW = authority("Narrow", ROOT, extra=[x509.NameConstraints([x509.DNSName("other.test")], None)])
SIGNED_BY_LEAF = issue("x", LEAF, names=["shop.test"])
OLD_INTER = authority("Old Inter", ROOT, days=(-900, -3))
UNDER_INTER = authority("Under Inter", INTER)
SAME_NAME = authority("Inter", FOREIGN)
RSA_ROOT = authority("RSA", key=rsa_key(2048))
SHA1_INTER = sha1_signed(authority("Weak", RSA_ROOT), RSA_ROOT)
SHA1_LEAF = sha1_signed(issue("shop", RSA_ROOT, names=["shop.test"]), RSA_ROOT)
SMALL_INTER = authority("Small", ROOT, key=rsa_key(1024))


@pytest.mark.parametrize(
    ("presented", "name", "trusted", "sentence"),
    [
        pytest.param([LEAF], "shop.test", [ROOT], "an intermediate is missing: shop is issued by Inter", id="miss"),
        pytest.param([LEAF], "shop.test", [ROOT, INTER], "an intermediate is missing", id="missing, but in the cafile"),
        pytest.param([LEAF, ROOT, INTER], "shop.test", [ROOT], r"wrong order \(shop, Root, Inter\)", id="order"),
        pytest.param([INTER, LEAF], "shop.test", [ROOT], "own certificate is not sent first", id="reversed"),
        pytest.param([LEAF, INTER], "shop.test", [FOREIGN], "an intermediate is missing: Inter is .* Root", id="ca"),
        pytest.param([LEAF, INTER, ROOT], "shop.test", [FOREIGN], "ends in Root, which is not trusted", id="root"),
        pytest.param([leaf(None)], "shop.test", [ROOT], "the certificate is self-signed", id="self-signed"),
        pytest.param([LEAF, SAME_NAME], "shop.test", [ROOT], "not signed with the key of the Inter", id="other key"),
        pytest.param([LEAF, INTER], "other.test", [ROOT], "is for shop.test, .*, not for other.test", id="other name"),
        pytest.param([LEAF, INTER], "a.b.shop.test", [ROOT], "not for a.b.shop.test", id="wildcard of two labels"),
        pytest.param([LEAF, INTER], "192.0.2.2", [ROOT], "not for 192.0.2.2", id="other address"),
        pytest.param([leaf(names=[]), INTER], "shop", [ROOT], "common name does not count", id="common name only"),
        pytest.param([leaf(days=(-90, -2)), INTER], "shop.test", [ROOT], "certificate expired on .* 2 d", id="old"),
        pytest.param([leaf(days=(1, 90)), INTER], "shop.test", [ROOT], "is not valid before", id="not yet valid"),
        pytest.param([leaf(OLD_INTER), OLD_INTER], "shop.test", [ROOT], "^Old Inter expired", id="old intermediate"),
        pytest.param([leaf(OLD)], "shop.test", [OLD], "the root Old expired", id="expired root"),
        pytest.param([SHA1_LEAF], "shop.test", [RSA_ROOT], "shop .* SHA1", id="SHA-1"),
        pytest.param([leaf(SHA1_INTER), SHA1_INTER], "shop.test", [RSA_ROOT], "Weak .* SHA1", id="SHA-1 above"),
        pytest.param([leaf(key=rsa_key(1024)), INTER], "shop.test", [ROOT], "shop has 1024 bits", id="1024"),
        pytest.param([leaf(SMALL_INTER), SMALL_INTER], "shop.test", [ROOT], "of Small has 1024", id="1024 above"),
        pytest.param(
            [leaf(key=ec.generate_private_key(ec.SECP224R1())), INTER], "shop.test", [ROOT], "224", id="P-224"
        ),
        pytest.param(
            [leaf(key=ed25519.Ed25519PrivateKey.generate()), INTER], "shop.test", [ROOT], "ed25519", id="Ed25519"
        ),
        pytest.param(
            [leaf(uses=[ExtendedKeyUsageOID.CLIENT_AUTH]), INTER], "shop.test", [ROOT], "not for servers", id="client"
        ),
        pytest.param(
            [SIGNED_BY_LEAF, LEAF, INTER], "shop.test", [ROOT], "shop issued x and is no", id="issued by a leaf"
        ),
        pytest.param(
            [leaf(UNDER_INTER), UNDER_INTER, INTER], "shop.test", [ROOT], "Inter allows only 0", id="path length"
        ),
        pytest.param([leaf(NARROW), NARROW], "shop.test", [ROOT], "does not verify: .*constraint", id="constraints"),
    ],
)
def test_what_clients_refuse_is_said_precisely(
    presented: list[Issued], name: str, trusted: list[Issued], sentence: str
) -> None:
    said = problems(*presented, name=name, trusted=trusted)
    assert re.search(sentence, said), said


def test_each_refusal_is_said_once() -> None:
    assert problems(LEAF).count(";") == 0
    assert problems(leaf(days=(-90, -2)), INTER).count(";") == 0
    assert problems(leaf(None)).count(";") == 0


def test_the_least_size_of_the_own_key_is_not_asked_of_authorities() -> None:
    small = authority("Small", key=rsa_key(2048))
    assert problems(leaf(small, key=rsa_key(3072)), trusted=[small], bits=3072) == ""
    assert "2048 bits, not 3072" in problems(leaf(small, key=rsa_key(2048)), trusted=[small], bits=3072)


@pytest.mark.parametrize("ders", [[], [b"junk"], [b""], [LEAF.der, LEAF.der[:-20]]])
def test_what_cannot_be_parsed_is_no_evidence(ders: list[bytes]) -> None:
    with pytest.raises(CannotLook, match="malformed"):
        chain_problems(ders, "shop.test", roots(ROOT), NOW)


@pytest.mark.parametrize(
    ("pattern", "name", "match"),
    [
        ("shop.test", "shop.test", True),
        ("Shop.Test", "shop.test.", True),
        ("*.shop.test", "www.shop.test", True),
        ("*.shop.test", "shop.test", False),
        ("*.shop.test", "a.b.shop.test", False),
        ("w*.shop.test", "www.shop.test", False),
        ("www.*.test", "www.shop.test", False),
        ("*.test", "shop.test", False),
        ("*", "test", False),
        ("xn--bcher-kva.test", "bücher.test", True),
        ("192.0.2.1", "192.0.2.1", True),
        ("*.0.2.1", "192.0.2.1", False),
        ("2001:db8::1", "2001:0db8:0::1", True),
        ("", "", True),
    ],
)
def test_a_wildcard_stands_for_one_whole_label(pattern: str, name: str, match: bool) -> None:
    assert covers(pattern, name) is match


def test_roots_are_read_from_a_file_or_from_the_system(tmp_path: Path) -> None:
    declared = read_roots(pem_file(tmp_path / "ca.pem", ROOT, FOREIGN))
    assert declared.source == str(tmp_path / "ca.pem")
    assert list(declared.certificates) == [ROOT.certificate, FOREIGN.certificate]


def test_roots_of_openssl_are_those_of_its_file_or_its_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = pem_file(tmp_path / "ca.pem", ROOT)
    monkeypatch.setenv("SSL_CERT_FILE", store)
    assert len(read_roots().certificates) == 1
    unreadable = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
    (tmp_path / "ca.pem").write_text(unreadable + ROOT.pem.decode())
    assert list(read_roots().certificates) == [ROOT.certificate]
    with pytest.raises(CannotLook, match="cannot be read"):
        read_roots(store)
    (tmp_path / "certs").mkdir()
    pem_file(tmp_path / "certs" / "0a775a30.0", ROOT)
    pem_file(tmp_path / "certs" / "f30dd6ad.0", FOREIGN)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "certs"))
    assert len(read_roots().certificates) == 2


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "not_found"), ("", "malformed"), ("-----BEGIN CERTIFICATE-----\n", "malformed")]
)
def test_without_roots_nothing_is_judged(tmp_path: Path, content: str | None, reason: str) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(CannotLook, match=reason):
        read_roots(str(tmp_path / "ca.pem"))


@pytest.mark.parametrize(
    ("begins", "days", "refused"),
    [
        ("2026-03-14", 398, False),
        ("2026-03-14", 399, True),
        ("2026-03-15", 200, False),
        ("2026-03-15", 201, True),
        ("2027-03-15", 100, False),
        ("2027-03-15", 101, True),
        ("2029-03-15", 47, False),
        ("2029-03-15", 48, True),
    ],
)
def test_how_long_a_certificate_may_be_valid_depends_on_its_first_day(begins: str, days: int, refused: bool) -> None:
    since = (datetime.fromisoformat(begins).replace(tzinfo=UTC) - NOW) / timedelta(days=1)
    leaf = issue("shop", INTER, names=["shop.test"], days=(since, since + days))
    assert bool(lifetime_problems(leaf.certificate)) is refused
    assert lifetime_problems(leaf.certificate, days) == []
