# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.drill_key_recovery import ActionModule as Recovery
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.drilling import judge, plan

OPTIONS: dict[str, Any] = {
    "locations": {"safe": ["cp", "/safe/key", "{key}"], "vault": ["bao", "kv", "get", "audit"]},
    "read": ["read-audit", "{key}"],
}
ONE, OTHER = "1" * 64, "2" * 64
IN_SAFE, IN_VAULT = "fingerprint of the copy in safe", "fingerprint of the copy in vault"
IN_PLACE = "fingerprint of the key in use"
IN_USE = {**OPTIONS, "in_use": ["cat", "/etc/shop/key"]}


def test_a_copy_is_never_an_argument_and_goes_with_its_place() -> None:
    steps = {step.name: step for step in plan(Recovery, **IN_USE)}
    place = "/dev/shm/golive-drill-tested"
    assert steps["the copy in safe"].argv[-3:] == ["cp", "/safe/key", f"{place}/copy-0"]
    assert list(steps["the place is made"].undo) == ["rm", "-rf", "--", place]


@pytest.mark.parametrize(
    ("options", "marks", "status", "message"),
    [
        (OPTIONS, {IN_SAFE: ONE, IN_VAULT: ONE}, Status.PASS, ""),
        (OPTIONS, {IN_SAFE: ONE, IN_VAULT: OTHER}, Status.FAIL, "the copy in vault is not the copy in safe"),
        (IN_USE, {IN_SAFE: ONE, IN_VAULT: ONE, IN_PLACE: OTHER}, Status.FAIL, "not the key in use"),
        (OPTIONS, {IN_SAFE: ONE, IN_VAULT: None}, Status.ERROR, IN_VAULT),
    ],
)  # fmt: skip
def test_copies_are_compared(options: Any, marks: dict[str, Any], status: Status, message: str) -> None:
    verdict, _measured = judge(Recovery, marks, **options)
    assert verdict.status is status
    assert message in verdict.message
    assert ONE not in str(verdict.actual)
