# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real records, encrypted with AES-256-GCM, are read with copies of a key that are right, wrong or lost."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ansible_collections.golive.verify.plugins.action.drill_key_recovery import ActionModule
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.drills.exercise import exercise

pytestmark = pytest.mark.timeout(60)
READER = """
import base64, pathlib, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
key = AESGCM(base64.b64decode(pathlib.Path(sys.argv[1]).read_text()))
records = pathlib.Path(sys.argv[2]).read_bytes().splitlines()
for record in records:
    raw = base64.b64decode(record)
    print(key.decrypt(raw[:12], raw[12:], None))
print(len(records), "records are authentic")
"""


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    """Two copies of the key, the key in use, and ten records that it encrypted."""
    import base64
    import os

    key = AESGCM.generate_key(256)
    for name in ("in-use", "safe", "vault"):
        (tmp_path / name).write_text(base64.b64encode(key).decode() + ("\n" if name == "safe" else ""))
    nonces = [os.urandom(12) for dummy in range(10)]
    records = [nonce + AESGCM(key).encrypt(nonce, b"a card was shown", None) for nonce in nonces]
    (tmp_path / "records").write_bytes(b"\n".join(map(base64.b64encode, records)))
    (tmp_path / "read.py").write_text(READER)
    return tmp_path


def recover(safe: Path, **options: Any) -> tuple[Verdict, Any]:
    sound = {
        "locations": {"safe": ["cp", str(safe / "safe"), "{key}"], "vault": ["cat", str(safe / "vault")]},
        "in_use": ["cat", str(safe / "in-use")],
        "read": [sys.executable, str(safe / "read.py"), "{key}", str(safe / "records")],
        "matches": "^10 records are authentic",
        "work_dir": str(safe),
    }
    return exercise(ActionModule, **(sound | options))


def test_every_copy_reads_the_records(safe: Path) -> None:
    verdict, measured = recover(safe)
    assert verdict.status is Status.PASS, verdict.message
    assert verdict.actual["copies"] == ["safe", "vault"]
    assert "rto_seconds" in measured
    assert (safe / "in-use").read_text() not in json.dumps([verdict.actual, verdict.message])
    assert not (safe / "golive-drill-tested").exists()


def test_a_copy_of_the_key_before_is_found(safe: Path) -> None:
    import base64

    (safe / "vault").write_text(base64.b64encode(AESGCM.generate_key(256)).decode())
    verdict, _measured = recover(safe)
    assert verdict.status is Status.FAIL
    assert "records read with the copy in vault" in verdict.message
    assert "card" not in verdict.message
    verdict, _measured = recover(safe, read=["test", "-s", "{key}"], matches="")
    assert verdict.status is Status.FAIL
    assert "the copy in vault is not the key in use" in verdict.message


@pytest.mark.parametrize("content", [None, ""])
def test_a_copy_that_is_lost_is_found(safe: Path, content: str | None) -> None:
    (safe / "vault").unlink()
    if content is not None:
        (safe / "vault").write_text(content)
    verdict, _measured = recover(safe)
    assert verdict.status is Status.FAIL
    assert "the copy in vault" in verdict.message


def test_records_that_are_fewer_than_declared_are_found(safe: Path) -> None:
    verdict, _measured = recover(safe, matches="^12 records are authentic")
    assert verdict.status is Status.FAIL


def test_what_could_not_fail_is_refused(safe: Path) -> None:
    with pytest.raises(AnsibleActionFail, match="without the copy"):
        recover(safe, read=["true"])
    with pytest.raises(AnsibleActionFail, match="fewer than min_locations"):
        recover(safe, locations={"safe": ["cat", str(safe / "safe")]})


def test_a_user_who_is_not_there_is_an_error(safe: Path) -> None:
    assert recover(safe, user="nobody-of-that-name")[0].status is Status.ERROR
