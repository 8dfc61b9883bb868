# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the certificates that a server presents: each way in which clients would refuse them gets its own sentence."""

from __future__ import annotations

import ipaddress
import os
import shlex
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, cannot_look_from
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer

E = TypeVar("E", bound=x509.ExtensionType)

# Section 6.1.5 of the CA/Browser Forum's baseline requirements, which browsers and their roots hold to.
_LEAST_RSA_BITS = 2048
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_WEAK_HASHES = {"md5", "sha1"}
_LONGEST_PATH = 10
_LARGEST_STORE = 8 << 20


@dataclass(frozen=True, slots=True)
class Roots:
    """The authorities to trust, and where they were read, for people."""

    source: str
    certificates: tuple[x509.Certificate, ...]

    def anchors(self) -> list[x509.Certificate]:
        """Where a chain may end: all but those that another one here issued.

        So an intermediate that lies in a file of authorities does not excuse the server from sending it: the clients
        that trust the root alone could not complete the chain.
        """
        return [root for root in self.certificates if not any(_issued(root, other) for other in self._others(root))]

    def _others(self, root: x509.Certificate) -> Iterator[x509.Certificate]:
        if root.issuer != root.subject:
            yield from (other for other in self.certificates if other != root)


def trusted(look: Observer, cafile: str | None) -> Look[Roots]:
    """The roots of a file on the controller, or without one those that OpenSSL trusts there."""
    where = cafile or _system_store()
    line = f"cat {shlex.quote(where)}" if cafile else f"cat {shlex.quote(where)}  # the controller's trust store"
    return look.call(line, partial(read_roots, cafile))


def read_roots(cafile: str | None = None) -> Roots:
    """Read PEM certificates of a file, or of OpenSSL's own store; raise CannotLook when there is not one."""
    where = cafile or _system_store()
    try:
        files = [Path(where)] if not os.path.isdir(where) else sorted(set(Path(where).resolve().glob("*.[0-9]")))
        pem = b"\n".join(_content(file) for file in files)
        certificates = x509.load_pem_x509_certificates(pem)
    except OSError as error:
        raise cannot_look_from(error) from error
    except ValueError as error:
        raise CannotLook("malformed", f"{where} holds no certificates that can be read: {error}") from error
    return Roots(where if cafile else f"the controller's trust store ({where})", tuple(certificates))


def _system_store() -> str:
    """OpenSSL's file of roots, else its directory of them; both may be moved by SSL_CERT_FILE and SSL_CERT_DIR."""
    paths = ssl.get_default_verify_paths()
    return paths.cafile or paths.capath or paths.openssl_cafile


def _content(file: Path) -> bytes:
    with file.open("rb") as stream:
        content = stream.read(_LARGEST_STORE + 1)
    if len(content) > _LARGEST_STORE:
        raise CannotLook("too_large", f"{file} is larger than {_LARGEST_STORE} bytes")
    return content


def parse(ders: Sequence[bytes]) -> list[x509.Certificate]:
    """The presented certificates; raise CannotLook when there is none or one cannot be read."""
    if not ders:
        raise CannotLook("malformed", "no certificate was presented")
    try:
        certificates = [x509.load_der_x509_certificate(der) for der in ders]
        for certificate in certificates:
            # Extensions are parsed when they are asked for: what is broken in them must come up here.
            _ = (certificate.extensions, certificate.subject, certificate.issuer, certificate.not_valid_after_utc)
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


def chain_problems(
    ders: Sequence[bytes], name: str, roots: Roots, at: datetime, min_rsa_bits: int = _LEAST_RSA_BITS
) -> list[str]:
    """Why a client that trusts these roots would refuse this chain for this name at this time; none when it would not.

    ders: the certificates in the order presented. name: a host name or an IP address. at: with its time zone.
    min_rsa_bits: least size of the server's own RSA key; authorities need 2048 whatever it is.
    An empty chain, or one that cannot be parsed, is CannotLook.
    """
    presented = parse(ders)
    problems = []
    if _is_authority(presented[0]) and not all(map(_is_authority, presented)):
        problems.append("the server's own certificate is not sent first")
        presented.sort(key=_is_authority)
    path = path_of(presented, roots, at)
    problems += [
        *_name_problems(path.leaf, name),
        *_trust_problems(path, presented, roots),
        *_order_problems(path, presented),
        *_validity_problems(path, at),
        *_authority_problems(path),
        *(problem for each in path.below for problem in _signature_problems(each)),
        *_key_problems(path.leaf, min_rsa_bits),
        *(problem for each in path.all[1:] for problem in _key_problems(each, _LEAST_RSA_BITS)),
    ]
    return problems or _second_opinion(path, name, at)


@dataclass(frozen=True, slots=True)
class ChainPath:
    """The way from the server's own certificate up: those below the anchor, and the anchor when it is reached."""

    below: list[x509.Certificate]
    anchor: x509.Certificate | None

    @property
    def leaf(self) -> x509.Certificate:
        """The server's own certificate."""
        return self.below[0]

    @property
    def all(self) -> list[x509.Certificate]:
        """Every certificate of the path; one that is its own anchor stands once."""
        return [*self.below, *([self.anchor] if self.anchor and self.anchor not in self.below else [])]

    def links(self) -> list[tuple[x509.Certificate, x509.Certificate]]:
        """Each certificate with the one that issued it."""
        return list(zip(self.all, self.all[1:], strict=False))


def path_of(presented: Sequence[x509.Certificate], roots: Roots, at: datetime) -> ChainPath:
    """Climb from the first certificate to the nearest anchor; of several issuers one that is valid now is preferred."""

    def issuer_of(child: x509.Certificate, among: Sequence[x509.Certificate]) -> x509.Certificate | None:
        return next((each for each in sorted(among, key=lambda c: not _valid(c, at)) if _issued(child, each)), None)

    anchors, below = roots.anchors(), [presented[0]]
    while len(below) < _LONGEST_PATH:
        if below[-1] in anchors:
            return ChainPath(below, below[-1])
        if anchor := issuer_of(below[-1], anchors):
            return ChainPath(below, anchor)
        issuer = issuer_of(below[-1], [each for each in presented if each not in below])
        if issuer is None:
            break
        below.append(issuer)
    return ChainPath(below, None)


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
    if _address(name) is not None or _address(pattern) is not None:
        return _address(name) == _address(pattern)
    wanted, given = (_ascii(each).split(".") for each in (name, pattern))
    if given[0] == "*" and len(given) > 2:
        return len(wanted) == len(given) and wanted[0] != "" and wanted[1:] == given[1:]
    return wanted == given


def describe(certificate: x509.Certificate) -> dict[str, Any]:
    """What a person wants to see of a certificate."""
    return {
        "subject": label(certificate),
        "issuer": _label(certificate.issuer),
        "names": names_of(certificate),
        "not_after": certificate.not_valid_after_utc.isoformat(),
        "key": _key(certificate),
        "signature": certificate.signature_algorithm_oid._name,
        "serial": f"{certificate.serial_number:x}",
    }


def label(certificate: x509.Certificate) -> str:
    """Its common name, or else its whole subject, harmless to print."""
    return _label(certificate.subject)


def extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    """The value of one extension, or None."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _label(name: x509.Name) -> str:
    common = [str(each.value) for each in name.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return ascii((common or [name.rfc4514_string()])[0][:100])


def _ascii(name: str) -> str:
    try:
        return name.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return name.rstrip(".").lower()


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _valid(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _issued(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    if child.issuer != issuer.subject:
        return False
    try:
        child.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    constraints = extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _name_problems(leaf: x509.Certificate, name: str) -> list[str]:
    names = names_of(leaf)
    problems = []
    if not names:
        problems.append(f"{label(leaf)} has no subject alternative name, and its common name does not count")
    elif not any(covers(pattern, name) for pattern in names):
        problems.append(f"the certificate is for {', '.join(map(_printable, names[:10]))}, not for {name}")
    uses = extension(leaf, x509.ExtendedKeyUsage)
    if uses is not None and not {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & {*uses}:
        problems.append("the certificate is not for servers (extended key usage)")
    return problems


def _printable(text: str) -> str:
    return text[:100].encode("ascii", "backslashreplace").decode()


def _trust_problems(path: ChainPath, presented: Sequence[x509.Certificate], roots: Roots) -> list[str]:
    if path.anchor is not None:
        return []
    last = path.below[-1]
    if last.issuer == last.subject:
        what = "the certificate is self-signed" if last == path.leaf else f"the chain ends in {label(last)}"
        return [f"{what}, which is not trusted by {roots.source}"]
    namesakes = [each for each in (*presented, *roots.anchors()) if each != last and each.subject == last.issuer]
    if namesakes and len(path.below) < _LONGEST_PATH:
        return [f"{label(last)} was not signed with the key of the {_label(last.issuer)} that is sent or trusted"]
    return [
        f"an intermediate is missing: {label(last)} is issued by {_label(last.issuer)}, "
        f"which is neither sent nor trusted by {roots.source}"
    ]


def _order_problems(path: ChainPath, presented: Sequence[x509.Certificate]) -> list[str]:
    if list(presented[: len(path.below)]) == path.below:
        return []
    sent = ", ".join(map(label, presented[:_LONGEST_PATH]))
    return [f"the chain is sent in the wrong order ({sent}): each certificate must certify the one before it"]


def _validity_problems(path: ChainPath, at: datetime) -> list[str]:
    problems = []
    for each in path.all:
        what = "the certificate" if each == path.leaf else f"{'the root ' if each == path.anchor else ''}{label(each)}"
        if each.not_valid_after_utc < at:
            problems.append(f"{what} expired on {each.not_valid_after_utc:%Y-%m-%d}, {-days_left(each, at):.0f} d ago")
        if each.not_valid_before_utc > at:
            problems.append(f"{what} is not valid before {each.not_valid_before_utc:%Y-%m-%d %H:%M} UTC")
    return problems


def _authority_problems(path: ChainPath) -> list[str]:
    """Who may issue: RFC 5280, section 6.1.4, (k) to (n). What an anchor may do is for those to say who trust it."""
    problems = []
    for below, (child, issuer) in enumerate(path.links()):
        constraints, usage = extension(issuer, x509.BasicConstraints), extension(issuer, x509.KeyUsage)
        if issuer != path.anchor and not _is_authority(issuer):
            problems.append(f"{label(issuer)} issued {label(child)} and is no certificate authority")
        if usage is not None and not usage.key_cert_sign:
            problems.append(f"{label(issuer)} may not sign certificates (key usage), yet signed {label(child)}")
        if constraints is not None and constraints.path_length is not None and constraints.path_length < below:
            problems.append(f"{label(issuer)} allows only {constraints.path_length} authorities below it")
    return problems


def _signature_problems(certificate: x509.Certificate) -> list[str]:
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return [
            f"{label(certificate)} is signed with {certificate.signature_algorithm_oid.dotted_string}, unknown here"
        ]
    if algorithm is not None and algorithm.name in _WEAK_HASHES:
        return [f"{label(certificate)} is signed with {algorithm.name.upper()}, which can be forged"]
    return []


def _key_problems(certificate: x509.Certificate, min_rsa_bits: int) -> list[str]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        small = key.key_size < min_rsa_bits
        return [f"the RSA key of {label(certificate)} has {key.key_size} bits, not {min_rsa_bits}"] if small else []
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return []
    return [f"the key of {label(certificate)} is {_key(certificate)}; clients take RSA, P-256, P-384 and P-521"]


def _key(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA {_CURVES.get(key.curve.name, key.curve.name)}"
    return certificate.public_key_algorithm_oid._name


def _second_opinion(path: ChainPath, name: str, at: datetime) -> list[str]:
    """What a whole validator says of a chain in which nothing was found: it knows of name constraints and more.

    What it demands of public authorities alone is not demanded here, since private ones are trusted too.
    """
    if path.anchor is None or path.anchor == path.leaf:
        return []
    address = _address(name)
    policy = ExtensionPolicy.permit_all()
    try:
        verifier = (
            PolicyBuilder()
            .store(Store([path.anchor]))
            .time(at)
            .extension_policies(ca_policy=policy, ee_policy=policy)
            .build_server_verifier(x509.DNSName(_ascii(name)) if address is None else x509.IPAddress(address))
        )
        verifier.verify(path.leaf, path.below[1:])
    except (VerificationError, ValueError) as error:
        return [f"the chain does not verify: {str(error)[:300]}"]
    return []
