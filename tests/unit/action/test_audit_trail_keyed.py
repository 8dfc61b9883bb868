# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hash chains made with a key, judged from recorded answers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.audit_trail import ActionModule as AuditTrail
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.psql_recordings import UNSEEN, Psql, answered
from tests.unit.action.test_audit_trail import ANCHOR, COLUMNS, OPTIONS, VERIFIED
from tests.unit.proving import prove

KEYED = OPTIONS | {"hmac_key_file": "/etc/shop/audit.key"}
# What the database tells of a chain that it has no key for.
CHAIN = {"rows": 100, "last": "100", "doubled": 0, "first_doubled": None, "gaps": 0, "first_gaps": None}
WHOLE: dict[str, Any] = {"exit": 0, "stderr": "", "rows": 100, "altered": 0, "first": None}
DENIED = "ERROR:  42501: permission denied for table audit\nLOCATION:  aclcheck_error, aclchk.c:2700\n"


def judged(keyed: Any, chain: dict[str, Any] | None = None) -> Verdict:
    answers = Psql(answered([CHAIN | (chain or {})], [ANCHOR], COLUMNS, [VERIFIED]), keyed)
    (verdict,) = prove(AuditTrail, "audit.chain_valid", KEYED, answers)
    return verdict


def test_a_whole_chain() -> None:
    verdict = judged(WHOLE)
    assert (verdict.status, verdict.actual["rows hashed with the key"]) == (Status.PASS, 100), verdict.message
    assert verdict.expected.startswith("HMAC with sha256 of every row")


@pytest.mark.parametrize(
    ("keyed", "chain", "because"),
    [
        (WHOLE | {"altered": 3, "first": "48"}, {}, "the hash of row 48 is not that of its content, the first of 3"),
        (WHOLE, {"gaps": 1, "first_gaps": "49"}, "rows are missing before row 49"),
        (CannotLook("timeout", "no"), {"gaps": 1, "first_gaps": "49"}, "rows are missing before row 49"),
        (WHOLE | {"altered": 1, "first": "1"}, {"rows": 0}, "the hash of row 1"),
    ],
)
def test_a_broken_chain(keyed: Any, chain: dict[str, Any], because: str) -> None:
    verdict = judged(keyed, chain)
    assert (verdict.status, because in verdict.message) == (Status.FAIL, True), verdict.message


@pytest.mark.parametrize(
    ("keyed", "because"),
    [
        *((cannot, cannot.reason) for cannot in UNSEEN),
        (WHOLE | {"rows": 0}, "no row came to be hashed"),
        (WHOLE | {"exit": 2, "stderr": "connection to server failed: Connection refused"}, "unreachable"),
        (WHOLE | {"exit": 3, "rows": 0, "stderr": DENIED}, "GRANT SELECT ON audit"),
        (WHOLE | {"exit": 3, "stderr": "ERROR:  57014: canceling statement due to statement timeout"}, "timeout"),
        (WHOLE | {"exit": 1, "stderr": "out of memory"}, "malformed"),
        (WHOLE | {"rows": None}, "malformed"),
        ({"exit": 0}, "malformed"),
        ({}, "malformed"),
    ],
)
def test_nobody_could_look(keyed: Any, because: str) -> None:
    verdict = judged(keyed)
    assert (verdict.status, because in verdict.message) == (Status.ERROR, True), verdict.message
