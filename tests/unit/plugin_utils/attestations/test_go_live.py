# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision to go live rests on a full, finished, recent run of this checklist in which nothing critical is open."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.attestations import go_live
from tests.unit.plugin_utils.attestations.place import NOW

CHECKLIST = "c" * 64
CRITICAL = {"tls.expiry", "signoff.golive"}


def check(status: str, severity: str = "critical", control: str = "tls.expiry") -> dict[str, str]:
    return {"control": control, "target": "shop", "status": status, "severity": severity, "message": "6 days left"}


def item(status: str, *controls: str) -> dict[str, Any]:
    return {"line": 7, "status": status, "controls": list(controls), "reason": "no check of the inventory proves it"}


@pytest.mark.parametrize(
    ("checks", "items", "count"),
    [
        ([check("pass")], [item("pass", "tls.expiry")], 0),
        ([check("fail")], [], 1),
        ([check("error")], [], 1),
        ([check("missed")], [], 1),
        ([check("expired")], [], 1),
        ([check("waived")], [], 0),
        ([check("not_due")], [], 0),
        ([check("not_applicable")], [], 0),
        ([check("attested")], [], 0),
        ([check("fail", "high"), check("error", "low")], [], 0),
        ([check("fail", control="signoff.golive")], [], 0),
        ([], [item("error", "tls.expiry")], 1),
        ([], [item("missed", "tls.expiry", "host.motd")], 1),
        ([], [item("error", "host.motd")], 0),
        ([], [item("error", "no.control")], 0),
        ([], [item("error", "signoff.golive")], 0),
        ([], [item("not_due", "tls.expiry")], 0),
        ([], [item("not_applicable", "tls.expiry")], 0),
        ([], [item("unbound")], 0),
        ([check("fail", "high")], [item("fail", "tls.expiry")], 0),
        ([check("fail"), check("fail")], [item("error", "tls.expiry")], 2),
    ],
)
def test_what_forbids_it(checks: list[dict[str, Any]], items: list[dict[str, Any]], count: int) -> None:
    assert len(list(go_live.blockers(checks, items, CRITICAL))) == count


@pytest.mark.parametrize(
    ("role", "controls", "decides"),
    [
        ("go_live", (), True),
        ("cto", ("signoff.golive",), True),
        ("cto", ("signoff.security",), False),
        ("cto", (), False),
    ],
)
def test_which_attestation_is_the_decision(role: str, controls: tuple[str, ...], decides: bool) -> None:
    assert go_live.decides(role, controls) is decides


def report(**run: Any) -> dict[str, Any]:
    about = {"id": "r1", "environment": "production", "started": NOW.timestamp() - 60, "finished": True,
             "checklist_sha256": CHECKLIST}  # fmt: skip
    return {
        "run": {**about, **run},
        "gate": {"decision": "no_go"},
        "summary": {"left_out": ""},
        "checks": [check("pass")],
        "items": [item("pass", "tls.expiry")],
    }


def examined(path: Path, made: object) -> dict[str, str]:
    (path / "report.json").write_text(made if isinstance(made, str) else json.dumps(made), encoding="utf-8")
    return go_live.examined(path, "production", CHECKLIST, CRITICAL, now=NOW)


def test_it_keeps_the_run_that_it_rests_on(tmp_path: Path) -> None:
    kept = examined(tmp_path, report())
    digest = hashlib.sha256((tmp_path / "report.json").read_bytes()).hexdigest()
    assert kept == {"id": "r1", "decision": "no_go", "report_sha256": digest}


@pytest.mark.parametrize(
    ("made", "refusal"),
    [
        (report(finished=False), "the run r1 did not finish"),
        (report(environment="staging"), "the run r1 is one of staging, not of production"),
        (report(checklist_sha256="d" * 64), "the checklist has changed since the run r1"),
        (report(started=NOW.timestamp() - 25 * 3600), "is not of the last 24 hours"),
        (report(started=NOW.timestamp() + 2 * 3600), "is not of the last 24 hours"),
        ({**report(), "summary": {"left_out": "limit cache"}}, "was narrowed to limit cache"),
        ({**report(), "checks": []}, "looked at nothing"),
        ({**report(), "items": []}, "looked at nothing"),
        (
            {**report(), "checks": [check("fail")]},
            "critical controls do not hold in the run r1: tls.expiry on shop: fail",
        ),
        ({**report(), "checks": [check("fail")] * 9}, r"\(and 4 more\)"),
        ({**report(), "checks": [{"control": "tls.expiry"}]}, "is not the report of a run"),
        ({"run": {}}, "is not the report of a run"),
        ([], "is not the report of a run"),
        ("{", "is not the report of a run"),
        ("", "is not the report of a run"),
    ],
)
def test_runs_that_do_not_allow_it(tmp_path: Path, made: object, refusal: str) -> None:
    with pytest.raises(go_live.Refused, match=refusal):
        examined(tmp_path, made)


def test_without_a_report_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(go_live.Refused, match="the run has no report"):
        go_live.examined(tmp_path, "production", CHECKLIST, CRITICAL, now=NOW)
