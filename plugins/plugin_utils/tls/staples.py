# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the OCSP response that a server staples: clients that get one believe it, or refuse the connection."""

from __future__ import annotations

import contextlib
from base64 import b64decode
from datetime import datetime

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import TlsFact
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.tls.certificates import Roots, path_of
from ansible_collections.golive.verify.plugins.plugin_utils.tls.revocation import ocsp_problems
from ansible_collections.golive.verify.plugins.plugin_utils.tls.x509 import label, parse

# ansible-core itself needs cryptography; only ansible-test imports plugins where there is none.
with contextlib.suppress(ImportError):
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm


def must_staple(leaf: x509.Certificate) -> bool:
    """Whether clients are told to refuse it without a stapled OCSP response (RFC 7633)."""
    features = [each.value for each in leaf.extensions if isinstance(each.value, x509.TLSFeature)]
    return any(x509.TLSFeatureType.status_request in feature for feature in features)


def stapled(fact: TlsFact | CannotLook, leaf: x509.Certificate, roots: Roots, at: datetime) -> Part:
    """What is stapled to the certificate, and why clients would refuse it.

    fact: the handshake that asked for it, in TLS 1.2. Where the server does not speak that, a response that the
    certificate demands is a CannotLook; one that it does not demand may be there or not.
    """
    if isinstance(fact, CannotLook):
        raise fact
    demanded = must_staple(leaf)
    if not fact.accepted:
        if demanded:
            raise CannotLook("missing_tool", f"{label(leaf)} demands a stapled OCSP response, which TLS 1.3 hides")
        return Part({"stapled": f"not seen, TLS 1.2 is refused: {fact.refusal}"}, [])
    path = path_of(parse(fact.certificates()), roots, at)
    if path.leaf != leaf and demanded:
        raise CannotLook("malformed", f"TLS 1.2 shows another certificate than {label(leaf)}, with its own staple")
    if path.anchor is None:
        return Part({}, [f"with TLS 1.2 another certificate is shown, {label(path.leaf)}, which is not trusted"])
    if fact.ocsp_response is None:
        missing = f"{label(leaf)} demands a stapled OCSP response (must-staple), and there is none"
        return Part({"stapled": "nothing"}, [missing] if demanded else [])
    issuer = path.all[1] if len(path.all) > 1 else path.leaf
    problems = _problems(b64decode(fact.ocsp_response), path.leaf, issuer, at)
    return Part({"stapled": "OCSP refused" if problems else "OCSP good"}, problems)


def _problems(response: bytes, leaf: x509.Certificate, issuer: x509.Certificate, at: datetime) -> list[str]:
    """What a responder is asked and cannot tell is an error; what the server itself hands out to clients is wrong."""
    try:
        return [f"stapled: {problem}" for problem in ocsp_problems(response, leaf, issuer, at)]
    except CannotLook as reason:
        return [f"the stapled OCSP response is refused by clients: {reason.detail}"]
    except UnsupportedAlgorithm as error:
        raise CannotLook("malformed", f"a stapled OCSP response that cannot be verified: {error}") from error
    except ValueError as error:
        return [f"the stapled OCSP response cannot be read: {error}"]
