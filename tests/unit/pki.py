# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority for tests: whatever is wrong in the world of certificates is really made here."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Any

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        pkcs8, clear = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return bytes(self.key.private_bytes(serialization.Encoding.PEM, pkcs8, clear))


@cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def issue(
    subject: str,
    issuer: Issued | None = None,
    *,
    names: Sequence[str] = (),
    ca: bool = False,
    path_length: int | None = None,
    days: tuple[float, float] = (-10, 80),
    key: Any = None,
    ocsp: str | None = None,
    crl: str | None = None,
    uses: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.SERVER_AUTH,),
    extra: Sequence[x509.ExtensionType] = (),
) -> Issued:
    """A certificate for a subject; without an issuer it signs itself. days: from and to, relative to now."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    signer = issuer.key if issuer else key
    name = _name(subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca, path_length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(each) for each in names]), critical=False)
    if uses and not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
    if ocsp:
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp))
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    if crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    for extension in extra:
        critical = not isinstance(extension, (x509.TLSFeature, x509.UnrecognizedExtension))
        builder = builder.add_extension(extension, critical=critical)
    return Issued(builder.sign(signer, hashes.SHA256()), key)


def timestamps(*logs: int, days: float = 0) -> x509.UnrecognizedExtension:
    """What logs of Certificate Transparency promised so many days from now (RFC 6962, section 3.2 and 3.3)."""
    moment = int((NOW + timedelta(days=days)).timestamp() * 1000).to_bytes(8, "big")
    signature = b"\4\3" + _sized(b"\x30\6\2\1\1\2\1\1")
    stamps = _sized(b"".join(_sized(b"\0" + bytes([log]) * 32 + moment + _sized(b"") + signature) for log in logs))
    octets = b"\4" + (bytes([len(stamps)]) if len(stamps) < 128 else b"\x81" + bytes([len(stamps)])) + stamps
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), octets)


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def sha1_signed(issued: Issued, issuer: Issued) -> Issued:
    """The same certificate signed with SHA-1, which the library no longer does. The issuer's key must be RSA."""
    with_sha256, with_sha1 = (bytes.fromhex("2a864886f70d0101" + last) for last in ("0b", "05"))
    signature = issuer.key.sign(
        issued.certificate.tbs_certificate_bytes.replace(with_sha256, with_sha1), padding.PKCS1v15(), hashes.SHA1()
    )
    der = issued.der.replace(with_sha256, with_sha1)[: -len(signature)] + signature
    return Issued(x509.load_der_x509_certificate(der), issued.key)


def authority(subject: str, issuer: Issued | None = None, **options: Any) -> Issued:
    """A certificate authority of ten years."""
    return issue(subject, issuer, ca=True, **{"days": (-400, 3250), **options})


def pem_file(path: Path, *issued: Issued, key: bool = False) -> str:
    """Write certificates, and the key of the first, as a server takes them."""
    path.write_bytes(b"".join(each.pem for each in issued) + (issued[0].key_pem if key else b""))
    return str(path)


def _name(subject: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
