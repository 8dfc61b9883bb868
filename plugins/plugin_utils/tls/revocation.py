# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask those whom certificates name whether they were revoked: OCSP responders (RFC 6960) and CRLs (RFC 5280).

A source is asked only for certificates whose chain is trusted: a stranger's certificate must not choose what the
controller connects to.
"""

from __future__ import annotations

import contextlib
import shlex
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from ansible.module_utils.urls import open_url

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, cannot_look_from
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.tls.x509 import extension, is_valid, issued, label

# ansible-core itself needs cryptography; only ansible-test imports plugins where there is none.
with contextlib.suppress(ImportError):
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.x509 import ocsp
    from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

# A CRL of a large authority has some tens of megabytes, an OCSP response one or two kilobytes.
_LARGEST = {"CRL": 64 << 20, "OCSP": 1 << 16}
_SECONDS = 15.0
# Clocks differ: a statement made five minutes from now is taken for one made now.
_CLOCK_SKEW = timedelta(minutes=5)
# RFC 6960, section 4.2.2.1: without nextUpdate newer information is always to be had, so this one must be new.
_WITHOUT_NEXT_UPDATE = timedelta(days=1)
NO_SOURCE = "no revocation source named"


@dataclass(frozen=True, slots=True)
class Source:
    """Where one certificate's revocation is told, and how to read the answer."""

    kind: str
    url: str
    certificate: x509.Certificate
    issuer: x509.Certificate

    def look(self, look: Observer) -> Look[bytes]:
        """Fetch what the source says, from the controller."""
        serial, url = f"0x{self.certificate.serial_number:x}", shlex.quote(self.url)
        line = {
            "OCSP": f"openssl ocsp -issuer issuer.pem -serial {serial} -url {url}",
            "CRL": f"curl -sSf {url} | openssl crl -inform DER -noout -text",
        }[self.kind]
        return look.call(line, partial(_fetch, self.kind, self.url, self._request()), timeout=_SECONDS + 1)

    def problems(self, answer: bytes, at: datetime) -> list[str]:
        """Why the certificate is not in good standing; an answer that proves nothing is CannotLook."""
        judge = {"OCSP": ocsp_problems, "CRL": crl_problems}[self.kind]
        try:
            return judge(answer, self.certificate, self.issuer, at)
        except CannotLook as reason:
            raise CannotLook(reason.reason, f"{self.kind} {self.url}: {reason.detail}") from None
        except (ValueError, UnsupportedAlgorithm) as error:
            raise CannotLook("malformed", f"{self.kind} {self.url}: {error}") from error

    def _request(self) -> bytes | None:
        if self.kind == "CRL":
            return None
        # The hash only finds the certificate; responders are held to know this one (RFC 5019, section 2.1.1).
        builder = ocsp.OCSPRequestBuilder().add_certificate(self.certificate, self.issuer, hashes.SHA1())  # noqa: S303
        return builder.build().public_bytes(serialization.Encoding.DER)


async def revocation(
    look: Observer, links: Sequence[tuple[x509.Certificate, x509.Certificate]], at: datetime
) -> tuple[list[str], dict[str, str]]:
    """What the named sources say of each certificate, given with its issuer: the problems, and what was found.

    One source that says revoked decides; otherwise one that cannot be asked is CannotLook, whatever others say.
    """
    sources = [source for certificate, issuer in links for source in sources_of(certificate, issuer)]
    outcomes = await together(*(attempt(_outcome(look, source, at)) for source in sources))
    problems = [problem for outcome in outcomes if not isinstance(outcome, CannotLook) for problem in outcome]
    unseen = [outcome for outcome in outcomes if isinstance(outcome, CannotLook)]
    if unseen and not problems:
        raise unseen[0]
    found: dict[str, str] = {label(certificate): NO_SOURCE for certificate, _issuer in links}
    for source, outcome in zip(sources, outcomes, strict=True):
        said = "not read" if isinstance(outcome, CannotLook) else "revoked" if outcome else "good"
        before = found[label(source.certificate)]
        found[label(source.certificate)] = f"{'' if before == NO_SOURCE else f'{before}, '}{source.kind} {said}"
    return problems, found


def sources_of(certificate: x509.Certificate, issuer: x509.Certificate) -> list[Source]:
    """The responder and each CRL that a certificate names, in their first form that speaks HTTP.

    A certificate that names sources, but none over HTTP, is CannotLook.
    """
    access = extension(certificate, x509.AuthorityInformationAccess) or ()
    responders = [each.access_location for each in access if each.access_method == AuthorityInformationAccessOID.OCSP]
    lists = [point.full_name or () for point in extension(certificate, x509.CRLDistributionPoints) or ()]
    named = [("OCSP", responders)] * bool(responders) + [("CRL", names) for names in lists]
    found = [Source(kind, url, certificate, issuer) for kind, names in named if (url := _http_url(names))]
    if named and not found:
        raise CannotLook("missing_tool", f"the revocation of {label(certificate)} is told, but not over HTTP")
    return found


def ocsp_problems(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> list[str]:
    """Why the responder does not call the certificate good. A reply that is not to be trusted is CannotLook."""
    reply = ocsp.load_der_ocsp_response(der)
    if reply.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise CannotLook("malformed", f"the responder answers {reply.response_status.name.lower()}")
    if not any(_signed(reply, signer) for signer in _signers(reply, issuer, at)):
        raise CannotLook("malformed", "the reply is not signed by the issuer or by whom it entrusted")
    for single in reply.responses:
        if _speaks_of(single, certificate, issuer):
            break
    else:
        raise CannotLook("malformed", "the reply does not speak of the certificate")
    _check_age(single.this_update_utc, single.next_update_utc or single.this_update_utc + _WITHOUT_NEXT_UPDATE, at)
    if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        return [_revoked(certificate, single.revocation_time_utc, single.revocation_reason)]
    if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        return [f"the OCSP responder of {label(certificate)} does not know it"]
    return []


def crl_problems(content: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> list[str]:
    """Why the list does not clear the certificate. A list that is not to be trusted is CannotLook."""
    load = x509.load_pem_x509_crl if content.startswith(b"-----BEGIN") else x509.load_der_x509_crl
    crl = load(content)
    key = issuer.public_key()
    if not isinstance(key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey)) or crl.issuer != issuer.subject:
        raise CannotLook("malformed", f"the list is not of {label(issuer)}")
    if not crl.is_signature_valid(key):
        raise CannotLook("malformed", f"the list is not signed by {label(issuer)}")
    if crl.next_update_utc is None:
        raise CannotLook("malformed", "the list does not say until when it holds")
    _check_age(crl.last_update_utc, crl.next_update_utc, at)
    _check_scope(crl, certificate)
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None:
        return []
    reasons = [each.value.reason for each in entry.extensions if isinstance(each.value, x509.CRLReason)]
    return [_revoked(certificate, entry.revocation_date_utc, reasons[0] if reasons else None)]


def _speaks_of(single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if single.serial_number != certificate.serial_number:
        return False
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, single.hash_algorithm).build()
    return single.issuer_key_hash == asked.issuer_key_hash


async def _outcome(look: Observer, source: Source, at: datetime) -> list[str]:
    return source.problems(await source.look(look), at)


def _http_url(names: Iterable[x509.GeneralName]) -> str | None:
    urls = (str(name.value) for name in names if isinstance(name, x509.UniformResourceIdentifier))
    return next((url for url in urls if urlsplit(url).scheme.lower() in ("http", "https")), None)


def _revoked(certificate: x509.Certificate, when: datetime | None, reason: x509.ReasonFlags | None) -> str:
    why = f" ({reason.value})" if reason else ""
    return f"{label(certificate)} was revoked{f' on {when:%Y-%m-%d}' if when else ''}{why}"


def _check_age(made: datetime, until: datetime, at: datetime) -> None:
    if made > at + _CLOCK_SKEW:
        raise CannotLook("malformed", f"it is dated {made.isoformat()}, which is yet to come")
    if until < at:
        raise CannotLook("malformed", f"it is stale: it held until {until.isoformat()}")


def _check_scope(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> None:
    """RFC 5280, section 5.2: a list may speak of some certificates only, or only of changes."""
    scopes = [each.value for each in crl.extensions if isinstance(each.value, x509.IssuingDistributionPoint)]
    if any(isinstance(each.value, x509.DeltaCRLIndicator) for each in crl.extensions):
        raise CannotLook("malformed", "the list tells only what changed")
    constraints = extension(certificate, x509.BasicConstraints)
    authority = constraints is not None and constraints.ca
    points = extension(certificate, x509.CRLDistributionPoints) or ()
    named = {name.value for point in points for name in point.full_name or ()}
    for scope in scopes:
        other_kind = scope.only_contains_user_certs if authority else scope.only_contains_ca_certs
        other_part = bool(scope.full_name) and not named & {name.value for name in scope.full_name or ()}
        if other_kind or other_part or scope.only_some_reasons or scope.only_contains_attribute_certs:
            raise CannotLook("malformed", "the list does not speak of certificates like this one")


def _signers(reply: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> Iterator[x509.Certificate]:
    yield issuer
    for delegate in reply.certificates:
        uses = extension(delegate, x509.ExtendedKeyUsage)
        entrusted = uses is not None and ExtendedKeyUsageOID.OCSP_SIGNING in uses
        if entrusted and is_valid(delegate, at) and issued(delegate, issuer):
            yield delegate


def _signed(reply: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, digest = signer.public_key(), reply.signature_hash_algorithm
    if digest is None or digest.name in ("md5", "sha1"):
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(reply.signature, reply.tbs_response_bytes, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(reply.signature, reply.tbs_response_bytes, ec.ECDSA(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _fetch(kind: str, url: str, request: bytes | None) -> bytes:
    headers = {"Content-Type": "application/ocsp-request"} if request else {}
    end = time.monotonic() + _SECONDS
    try:
        with open_url(
            url, data=request, headers=headers, timeout=_SECONDS, use_netrc=False, http_agent="golive.verify"
        ) as reply:
            return _bounded(reply.read1, _LARGEST[kind], end)
    except HTTPError as error:
        raise CannotLook("unreachable", f"HTTP status {error.code}") from error
    except URLError as error:
        known = error.reason if isinstance(error.reason, OSError) else None
        raise (cannot_look_from(known) if known else CannotLook("unreachable", str(error.reason))) from error
    except OSError as error:
        raise cannot_look_from(error) from error


def _bounded(read: Callable[[int], bytes], most: int, end: float) -> bytes:
    content = bytearray()
    while block := read(1 << 16):
        content += block
        if len(content) > most:
            raise CannotLook("too_large", f"more than {most} bytes")
        if time.monotonic() > end:
            raise CannotLook("timeout", f"not read within {_SECONDS:g} s")
    return bytes(content)
