# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence of drills proves its control while it is young, passed, and measured what was agreed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.drill import ActionModule
from ansible_collections.golive.verify.plugins.plugin_utils.drills.evidence import DrillEvidence
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.live import prove_live

DAY = 86400
CONTROL = "restore.database"


def left(directory: Path, **changed: Any) -> Path:
    """Evidence of a drill that went well yesterday."""
    now = time.time()
    sound: dict[str, Any] = {
        "drill": "restore-shop",
        "kind": "drill_restore_postgresql",
        "control": CONTROL,
        "host": "scratch",
        "started": now - DAY - 60,
        "ended": now - DAY,
        "status": "pass",
        "expected": "the newest dump restores",
        "actual": {"orders": 1000},
        "message": "",
        "measured": {"rto_seconds": 60.0, "rpo_seconds": 3600.0},
        "by": "ops",
    }
    return DrillEvidence(**(sound | changed)).write(directory)


def verdicts(directory: Path, control: str = CONTROL, **options: Any) -> list[Verdict]:
    return prove_live(ActionModule, control, {"evidence_dir": str(directory), **options})


def test_young_evidence_of_a_drill_that_passed_proves_its_control(tmp_path: Path) -> None:
    left(tmp_path)
    (verdict,) = verdicts(tmp_path, rto=3600, rpo=7200, drills={CONTROL: ["restore-shop"]})
    assert verdict.status is Status.PASS
    assert verdict.subject == "restore-shop"
    assert verdict.actual["rto_seconds"] == 60


@pytest.mark.parametrize(
    ("changed", "options", "problem"),
    [
        ({"status": "fail", "message": "12 orders are missing"}, {}, "12 orders are missing"),
        ({"ended": time.time() - 91 * DAY}, {}, "91 days old"),
        ({"ended": time.time() - 2 * DAY}, {"max_evidence_age": 1}, "expires after 1"),
        ({"ended": time.time() + DAY}, {}, "in the future"),
        ({}, {"rto": 30}, "rto_seconds was 60, above the rto of 30"),
        ({}, {"rpo": 60}, "rpo_seconds was 3600"),
        ({"measured": {}}, {"rto": 60}, "did not measure rto_seconds"),
        ({}, {"drills": {CONTROL: ["another"]}}, "never run"),
        ({"control": "restore.redis"}, {}, "has no evidence of it"),
        ({"control": "restore.redis"}, {"drills": {CONTROL: ["restore-shop"]}}, "never run"),
    ],
)
def test_everything_else_does_not(
    tmp_path: Path, changed: dict[str, Any], options: dict[str, Any], problem: str
) -> None:
    left(tmp_path, **changed)
    (verdict,) = verdicts(tmp_path, **options)
    assert verdict.status is Status.FAIL
    assert problem in verdict.message


def test_a_failover_may_not_take_too_long(tmp_path: Path) -> None:
    left(tmp_path, control="failover.services", measured={"interruption_seconds": 121.0})
    (verdict,) = verdicts(tmp_path, "failover.services")
    assert verdict.status is Status.FAIL
    assert "interruption_seconds was 121, above the max_interruption of 120" in verdict.message


def test_every_drill_of_a_control_counts(tmp_path: Path) -> None:
    left(tmp_path)
    left(tmp_path, drill="restore-billing", status="fail", message="no")
    assert {verdict.subject: verdict.status for verdict in verdicts(tmp_path)} == {
        "restore-shop": Status.PASS,
        "restore-billing": Status.FAIL,
    }


def test_a_drill_that_could_not_tell_is_an_error(tmp_path: Path) -> None:
    left(tmp_path, status="error", message="missing_tool: pg_restore is not installed")
    (verdict,) = verdicts(tmp_path)
    assert verdict.status is Status.ERROR
    assert "pg_restore is not installed" in verdict.message


@pytest.mark.parametrize("control", list(ActionModule.provers()))
def test_without_evidence_nothing_is_proven(tmp_path: Path, control: str) -> None:
    assert [verdict.status for verdict in verdicts(tmp_path / "nowhere", control)] == [Status.FAIL]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "\udcff",
        json.dumps({"schema": 1}),
        json.dumps({"schema": 2, "drill": "x"}),
        '{"schema": 1, "ended": NaN}',
    ],
)
def test_a_file_that_is_no_evidence_is_an_error_of_every_control(tmp_path: Path, text: str) -> None:
    left(tmp_path)
    (tmp_path / "x.json").write_text(text, errors="surrogateescape")
    (verdict,) = verdicts(tmp_path)
    assert verdict.status is Status.ERROR
    assert "x.json" in verdict.message


@pytest.mark.parametrize("changed", [{"ended": "today"}, {"measured": {"rto_seconds": "soon"}}, {"status": "waived"}])
def test_evidence_with_nonsense_in_it_is_an_error(tmp_path: Path, changed: dict[str, Any]) -> None:
    path = left(tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    (verdict,) = verdicts(tmp_path)
    assert verdict.status is Status.ERROR


def test_evidence_under_another_name_is_an_error(tmp_path: Path) -> None:
    left(tmp_path).rename(tmp_path / "copy.json")
    (verdict,) = verdicts(tmp_path)
    assert verdict.status is Status.ERROR
