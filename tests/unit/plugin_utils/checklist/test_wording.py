# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the text of an item says besides its requirement."""

from __future__ import annotations

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import wording


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("CDN set up (pending)", ["pending"]),
        ("Load balancer (pending Kubernetes deployment)", ["pending"]),
        ("Helmet configured, CSP pending", ["pending"]),
        ("Redis (dev done, prod pending)", ["pending"]),
        ("Status: **pending**", ["pending"]),
        ("Alerts - in progress", ["in progress"]),
        ("Alerts — in progress since May", ["in progress"]),
        ("Retries not implemented", ["not implemented"]),
        ("Retries are not yet tested in staging", ["not yet tested"]),
        ("RTO: TBD", ["tbd"]),
        ("Runbook: missing", ["missing"]),
        ("Runbook (missing)", ["missing"]),
        ("Docs [incomplete]", ["incomplete"]),
        ("Email - Skipped (to be configured later)", ["to be configured"]),
        ("Tests, work in progress", ["work in progress"]),
        ("Tests TODO", ["todo"]),
        ("❌ Tests", ["❌"]),
        ("Tests ❌", ["❌"]),
        ("~~Tests~~", ["struck out"]),
        ("~~**Tests**~~.", ["struck out"]),
        ("TBD, pending, TBD", ["tbd", "pending"]),
        # What these words speak of is the requirement itself.
        ("No pending migrations", []),
        ("Migrations: none pending", []),
        ("Apply all pending migrations", []),
        ("Customer approval: PENDING repairs show on the dashboard", []),
        ("Indexes optimized (no missing indexes)", []),
        ("Alert when a backup is missing", []),
        ("Suspicious addresses blocked", []),
        ("Maintenance window planned", []),
        ("Placeholder text removed", []),
        ("No TODO comments in the code", []),
        ('Post status update: "Deployment in progress"', []),
        ("~~Redis~~ and ~~NATS~~", []),
        ("", []),
    ],
)
def test_doubts_are_heard_and_not_invented(text: str, doubts: list[str]) -> None:
    assert list(wording.doubts(text)) == doubts


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("Cache warm (if using Redis)", "if using Redis"),
        ("Cookie policy (if applicable)", "if applicable"),
        ("Cookie policy if applicable", "if applicable"),
        ("CSRF protection (for web apps)", "for web apps"),
        ("Clustered (for HA)", "for HA"),
        ("Consent (when  serving EU\nusers)", "when serving EU users"),
        ("CDN where needed, cached", "where needed"),
        ("Alerts for errors (for example 5xx)", ""),
        ("Check whether Redis is up", ""),
        ("Rollback if deployment fails", ""),
    ],
)
def test_conditions(text: str, condition: str) -> None:
    assert wording.saying(text, False).condition == condition


@pytest.mark.parametrize(
    ("text", "optional"),
    [
        ("CDN (optional)", True),
        ("CDN (optional but recommended)", True),
        ("Optional: CDN", True),
        ("**Optional** CDN", True),
        ("CDN (nice to have)", True),
        ("CDN (recommended)", False),
        ("Optional fields are validated", False),
        ("Make two-factor login optional", False),
    ],
)
def test_what_is_optional(text: str, optional: bool) -> None:
    assert wording.saying(text, False).optional == optional


@pytest.mark.parametrize(
    ("text", "signs", "role"),
    [
        ("Engineering Lead: ____ Date: ____", False, "Engineering Lead"),
        ("**Security Review:** ______", True, "Security Review"),
        ("Operations: ......", True, "Operations"),
        ("Sign-off by the Security Team", True, "Security Team"),
        ("Approved by CTO", True, "CTO"),
        ("Product Owner approval", True, "Product Owner"),
        ("QA Lead", True, "QA Lead"),
        ("QA Lead", False, ""),
        ("RTO (Recovery Time Objective): ____", False, ""),
        ("All issues resolved: ____ Date: ____", True, ""),
        ("Launch date: ____", True, ""),
        ("Everything is fine", True, ""),
        ("Security scan is clean", True, ""),
    ],
)
def test_who_signs(text: str, signs: bool, role: str) -> None:
    assert wording.saying(text, signs).role == role


def test_blanks_are_counted() -> None:
    assert wording.saying("RTO: ____ and RPO: .......... and …… but __init__ and so on...", False).blanks == 3


@pytest.mark.parametrize(
    ("line", "percents"),
    [
        ("**Completion**: 65% (based on the items above)", [65]),
        ("Overall progress: 29/56 (52 %)", [52]),
        ("Progress: 29 of 56 items, 51.8%", [51.8]),
        ("80 % complete, 100% done", [80, 100]),
        ("Readiness - 7%", [7]),
        ("Complete: 250%", []),
        ("Coverage above 80 %", []),
        ("Complete by May 3, then 50% off", []),
    ],
)
def test_stated_completions(line: str, percents: list[float]) -> None:
    assert list(wording.completions(line)) == percents
