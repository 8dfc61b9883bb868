# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read certificates: what they say, for whom they are good, and who issued them."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

# ansible-core itself needs cryptography; only ansible-test imports plugins where there is none.
with contextlib.suppress(ImportError):
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.x509.oid import NameOID

E = TypeVar("E", bound="x509.ExtensionType")

# The curves that browsers and their roots take: section 6.1.5 of the CA/Browser Forum's baseline requirements.
CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_WEAK_HASHES = {"md5", "sha1"}


def parse(ders: Sequence[bytes]) -> list[x509.Certificate]:
    """The presented certificates; raise CannotLook when there is none or one cannot be read."""
    if not ders:
        raise CannotLook("malformed", "no certificate was presented")
    try:
        certificates = [x509.load_der_x509_certificate(der) for der in ders]
        for certificate in certificates:
            # Extensions are parsed when they are asked for: what is broken in them must come up here.
            for part in ("extensions", "subject", "issuer", "not_valid_after_utc"):
                getattr(certificate, part)
            certificate.public_key()
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise CannotLook("malformed", f"a certificate that cannot be read: {error}") from error
    return certificates


def parse_pem(content: str, where: str) -> list[x509.Certificate]:
    """The certificates of a PEM file's content."""
    try:
        return x509.load_pem_x509_certificates(content.encode())
    except ValueError as error:
        raise CannotLook("malformed", f"{where} holds no certificate that can be read: {error}") from error


def days_left(certificate: x509.Certificate, at: datetime) -> float:
    """Days until it expires; negative when it has."""
    return (certificate.not_valid_after_utc - at).total_seconds() / 86400


def lifetime_days(certificate: x509.Certificate) -> float:
    """Days from the first to the last moment at which it is valid."""
    return (certificate.not_valid_after_utc - certificate.not_valid_before_utc).total_seconds() / 86400


def names_of(certificate: x509.Certificate) -> list[str]:
    """The DNS names and IP addresses for which it is good: subject alternative names only (RFC 9525, section 2)."""
    names = extension(certificate, x509.SubjectAlternativeName)
    if names is None:
        return []
    return [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]


def covers(pattern: str, name: str) -> bool:
    """Whether a subject alternative name stands for a name: * is one whole label, the first (RFC 9525, section 6.3)."""
    if address_of(name) is not None or address_of(pattern) is not None:
        return address_of(name) == address_of(pattern)
    wanted, given = (ascii_name(each).split(".") for each in (name, pattern))
    if given[0] == "*" and len(given) > 2:
        return len(wanted) == len(given) and wanted[0] != "" and wanted[1:] == given[1:]
    return wanted == given


def describe(certificate: x509.Certificate) -> dict[str, Any]:
    """What a person wants to see of a certificate."""
    return {
        "subject": label(certificate),
        "issuer": printable(certificate.issuer),
        "names": names_of(certificate),
        "not_after": certificate.not_valid_after_utc.isoformat(),
        "key": key_of(certificate),
        "signature": certificate.signature_algorithm_oid._name,
        "serial": f"{certificate.serial_number:x}",
    }


def label(certificate: x509.Certificate) -> str:
    """Its common name, or else its whole subject, harmless to print."""
    return printable(certificate.subject)


def extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    """The value of one extension, or None."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def issued(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's key signed the child, with an algorithm that is still good for it."""
    if child.issuer != issuer.subject:
        return False
    try:
        child.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it says of itself that it may issue others."""
    constraints = extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def is_valid(certificate: x509.Certificate, at: datetime) -> bool:
    """Whether a moment lies within its dates."""
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def key_of(certificate: x509.Certificate) -> str:
    """Algorithm and size of its key, in the field's words."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA {CURVES.get(key.curve.name, key.curve.name)}"
    return certificate.public_key_algorithm_oid._name


def printable(name: x509.Name) -> str:
    """Its common name, or else all of it, harmless to print."""
    common = [str(each.value) for each in name.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return ascii((common or [name.rfc4514_string()])[0][:100])[1:-1]


def ascii_name(name: str) -> str:
    """A host name as it stands in certificates: lower case, A-labels, no final dot."""
    try:
        return name.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return name.rstrip(".").lower()


def address_of(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a name is, or None."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def weak_signature(certificate: x509.Certificate) -> str | None:
    """The algorithm of its signature, when it can be forged or is not even known."""
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return certificate.signature_algorithm_oid.dotted_string
    return algorithm.name.upper() if algorithm is not None and algorithm.name in _WEAK_HASHES else None
