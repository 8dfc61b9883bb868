# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the certificates that a server presents: each way in which clients would refuse them gets its own sentence."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import ssl
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, cannot_look_from
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Look, Observer
from ansible_collections.golive.verify.plugins.plugin_utils.tls.x509 import (
    CURVES,
    address_of,
    ascii_name,
    covers,
    days_left,
    extension,
    is_authority,
    is_valid,
    issued,
    key_of,
    label,
    lifetime_days,
    names_of,
    parse,
    parse_pem,
    printable,
    weak_signature,
)

# ansible-core itself needs cryptography; only ansible-test imports plugins where there is none.
with contextlib.suppress(ImportError):
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.utils import CryptographyDeprecationWarning
    from cryptography.x509.oid import ExtendedKeyUsageOID
    from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

# What browsers take of certificates that begin to be valid on that day or later, newest first: section 6.3.2 of the
# CA/Browser Forum's baseline requirements, as of ballot SC-081v3.
_LIFETIMES = (
    (datetime(2029, 3, 15, tzinfo=UTC), 47),
    (datetime(2027, 3, 15, tzinfo=UTC), 100),
    (datetime(2026, 3, 15, tzinfo=UTC), 200),
    (datetime.min.replace(tzinfo=UTC), 398),
)
# Section 6.1.5 of the CA/Browser Forum's baseline requirements, which browsers and their roots hold to.
_LEAST_RSA_BITS = 2048
_LONGEST_PATH = 10
_LARGEST_STORE = 8 << 20
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)", re.DOTALL)


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
        return [
            root
            for root in self.certificates
            if root.issuer == root.subject or not any(_seems_issued(root, other) for other in self.certificates)
        ]


def trusted(look: Observer, cafile: str | None) -> Look[Roots]:
    """The roots of a file on the controller, or without one those that OpenSSL trusts there."""
    where = cafile or _system_store()
    line = f"cat {shlex.quote(where)}{'/*.[0-9]' if os.path.isdir(where) else ''}"
    return look.call(line, partial(read_roots, cafile))


async def trusted_there(look: Observer, cafile: str | None) -> Roots:
    """The roots of a file where the look is made from, or without one those that OpenSSL trusts on the controller."""
    if cafile is None or look.vantage == CONTROLLER:
        return await trusted(look, cafile)
    fact = await look.file(cafile, content=True)
    return Roots(cafile, tuple(parse_pem(fact.content or "", cafile)))


def read_roots(cafile: str | None = None) -> Roots:
    """Read PEM certificates of a file, or of OpenSSL's own store; raise CannotLook when there is not one.

    Of a declared file all must be readable. The store has roots of all ages: one that cannot be read is not trusted.
    """
    where = cafile or _system_store()
    try:
        files = [Path(where)] if not os.path.isdir(where) else sorted(Path(where).resolve().glob("*.[0-9]"))
        blocks = [block for file in files for block in _PEM.findall(_content(file))]
    except OSError as error:
        raise cannot_look_from(error) from error
    certificates = [certificate for block in blocks if (certificate := _root(block, where, strict=bool(cafile)))]
    if not certificates:
        raise CannotLook("malformed", f"{where} holds no certificate")
    return Roots(where if cafile else f"the controller's trust store ({where})", tuple(certificates))


def _root(block: bytes, where: str, strict: bool) -> x509.Certificate | None:
    try:
        with warnings.catch_warnings():
            # That some old root has a serial number of zero is nothing that a user could change.
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            return x509.load_pem_x509_certificate(block)
    except ValueError as error:
        if strict:
            raise CannotLook("malformed", f"{where} holds a certificate that cannot be read: {error}") from error
        return None


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
    if is_authority(presented[0]) and not all(map(is_authority, presented)):
        problems.append("the server's own certificate is not sent first")
        presented.sort(key=is_authority)
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
        return next(
            (each for each in sorted(among, key=lambda c: not is_valid(c, at)) if _seems_issued(child, each)), None
        )

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


def expiry_problems(path: ChainPath, at: datetime, min_days: int) -> list[str]:
    """Which certificates have too few days left; the root's own count too, since clients give it up the same day."""
    left = [(label(each), days_left(each, at)) for each in path.all]
    return [
        f"{name} expired {-days:.0f} days ago" if days < 0 else f"{name} expires in {days:.0f} days"
        for name, days in left
        if days < min_days
    ]


def lifetime_problems(leaf: x509.Certificate, max_days: int | None = None) -> list[str]:
    """Why clients would refuse a certificate for the time that it is valid.

    max_days: the most that it may be; without it, what browsers take by the day on which it begins to be valid.
    """
    days = lifetime_days(leaf)
    if max_days is None:
        max_days = next(most for since, most in _LIFETIMES if leaf.not_valid_before_utc >= since)
    return [f"the certificate is valid for {days:.0f} days, longer than {max_days}"] if days > max_days else []


def _seems_issued(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    """A weak signature is not worth verifying, and gets its own sentence: there the name shows the way."""
    return issued(child, issuer) or (child.issuer == issuer.subject and weak_signature(child) is not None)


def _name_problems(leaf: x509.Certificate, name: str) -> list[str]:
    names = names_of(leaf)
    problems = []
    if not names:
        problems.append(f"{label(leaf)} has no subject alternative name, and its common name does not count")
    elif not any(covers(pattern, name) for pattern in names):
        problems.append(f"the certificate is for {', '.join(map(_harmless, names[:10]))}, not for {name}")
    uses = extension(leaf, x509.ExtendedKeyUsage)
    if uses is not None and not {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & {*uses}:
        problems.append("the certificate is not for servers (extended key usage)")
    return problems


def _harmless(text: str) -> str:
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
        return [f"{label(last)} was not signed with the key of the {printable(last.issuer)} that is sent or trusted"]
    return [
        f"an intermediate is missing: {label(last)} is issued by {printable(last.issuer)}, "
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
        if issuer != path.anchor and not is_authority(issuer):
            problems.append(f"{label(issuer)} issued {label(child)} and is no certificate authority")
        if usage is not None and not usage.key_cert_sign:
            problems.append(f"{label(issuer)} may not sign certificates (key usage), yet signed {label(child)}")
        if constraints is not None and constraints.path_length is not None and constraints.path_length < below:
            problems.append(f"{label(issuer)} allows only {constraints.path_length} authorities below it")
    return problems


def _signature_problems(certificate: x509.Certificate) -> list[str]:
    weak = weak_signature(certificate)
    return [f"{label(certificate)} is signed with {weak}, which can be forged or is unknown"] if weak else []


def _key_problems(certificate: x509.Certificate, min_rsa_bits: int) -> list[str]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        small = key.key_size < min_rsa_bits
        return [f"the RSA key of {label(certificate)} has {key.key_size} bits, not {min_rsa_bits}"] if small else []
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in CURVES:
        return []
    return [f"the key of {label(certificate)} is {key_of(certificate)}; clients take RSA, P-256, P-384 and P-521"]


def _second_opinion(path: ChainPath, name: str, at: datetime) -> list[str]:
    """What a whole validator says of a chain in which nothing was found: it knows of name constraints and more.

    What it demands of public authorities alone is not demanded here, since private ones are trusted too.
    """
    if path.anchor is None or path.anchor == path.leaf:
        return []
    address = address_of(name)
    anything, agnostic = ExtensionPolicy.permit_all(), Criticality.AGNOSTIC
    authority = anything.require_present(x509.BasicConstraints, agnostic, None)
    server = anything.require_present(x509.SubjectAlternativeName, agnostic, None)
    try:
        verifier = (
            PolicyBuilder()
            .store(Store([path.anchor]))
            .time(at)
            .extension_policies(ca_policy=authority, ee_policy=server)
            .build_server_verifier(x509.DNSName(ascii_name(name)) if address is None else x509.IPAddress(address))
        )
        verifier.verify(path.leaf, path.below[1:])
    except VerificationError as error:
        return [f"the chain does not verify: {str(error)[:300]}"]
    except ValueError as error:
        raise CannotLook("malformed", f"{name}: {error}") from error
    return []
