# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded handshakes, for the tests of the tls verifier."""

from __future__ import annotations

import base64
from typing import Any

from ansible_collections.golive.verify.plugins.action.tls import ActionModule as Tls
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.tls.certificates import Roots
from tests.unit.pki import Issued, authority, issue
from tests.unit.proving import prove as prove_recorded

ROOT = authority("Root")
INTER = authority("Inter", ROOT)
LEAF = issue("shop", INTER, names=["shop.test"])

REASONS = ("missing_tool", "denied", "timeout", "malformed", "unreachable")
OPTIONS = {"host": "shop.test", "cafile": "/ca.pem"}
RESOLVE, CAFILE = "getent ahosts shop.test", "cat /ca.pem"
S_CLIENT = "openssl s_client -connect 192.0.2.1:443 -servername shop.test"
HANDSHAKE, STAPLE = f"{S_CLIENT} -showcerts", f"{S_CLIENT} -tls1_2 -status -showcerts"


def resolved(*addresses: str) -> dict[str, Any]:
    families = [{"address": each, "family": "ipv6" if ":" in each else "ipv4"} for each in addresses]
    return {"host": "shop.test", "addresses": families}


def shake(*chain: Issued, **changes: Any) -> dict[str, Any]:
    return {
        "accepted": True,
        "address": "192.0.2.1",
        "family": "ipv4",
        "version": "TLSv1.3",
        "cipher": "TLS_AES_256_GCM_SHA384",
        "bits": 256,
        "chain": [base64.b64encode(each.der).decode() for each in chain],
        "chain_complete": True,
        "ocsp_response": None,
        **changes,
    }


RIGHT = shake(LEAF, INTER)
REFUSED = {"accepted": False, "address": "192.0.2.1", "family": "ipv4", "refusal": "tls alert protocol version"}
ANSWERS: dict[str, Any] = {
    RESOLVE: resolved("192.0.2.1"),
    CAFILE: Roots("/ca.pem", (ROOT.certificate,)),
    HANDSHAKE: RIGHT,
}


def prove(control: str, options: dict[str, Any], answers: dict[str, Any]) -> list[Verdict]:
    """The verdicts of one control. Where it is not said what is stapled, TLS 1.2 is refused and nothing was seen."""
    shaken = [line for line in answers if line.endswith(" -showcerts")]
    unseen = {line.replace(" -showcerts", " -tls1_2 -status -showcerts"): REFUSED for line in shaken}
    return prove_recorded(Tls, control, options, unseen | answers)
