# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small report with one of everything that formats tell apart: waivers, a waived item, and what changed since."""

from __future__ import annotations

from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.entries import entries
from tests.unit.plugin_utils.reports import sample

WAIVER = {
    "status": "fail",
    "message": "14 days",
    "reason": "the store is full until Friday",
    "owner": "eve",
    "ticket": "OPS-1",
    "expires": "2027-01-31T23:59:59Z",
    "where": "waivers.yml:3",
}
# By control how it stood in the last run; empty where it was not there.
WAS = {
    "made.regressed": "pass",
    "made.new": "",
    "made.worse": "error",
    "made.fixed": "fail",
    "made.waived": "fail",
}


def report() -> dict[str, Any]:
    """With controls that no catalogue has, so that its words do not show. Its history knows of a last run."""
    checks = [
        sample.check("made.passes", "web1"),
        sample.check("made.regressed", "web1", "fail", message="it is off", severity="critical"),
        sample.check("made.new", "web1", "fail", message="it is new"),
        sample.check("made.worse", "web1", "fail", message="it was an error", severity="low"),
        sample.check("made.still", "web1", "error", message="could not look (denied): cat"),
        sample.check("made.fixed", "web1"),
        sample.check("made.waived", "web1", "waived", message="waived until 2027-01-31 by eve", waiver=WAIVER),
        sample.check("made.of_item", "web1", "fail", message="nobody minds"),
        sample.check("made.beyond", "web1", "missed", message="it is too late"),
    ]
    items = [
        sample.item("Web", f"The {name} holds", f"made.{name}", on="web")
        for name in ("passes", "regressed", "new", "worse", "still", "fixed", "waived", "of_item")
    ]
    made = sample.build([*items, sample.item("Web", "Nobody looks at this")], {"web1": checks})
    made["run"]["reported"] = sample.STARTED + 60
    made["items"][1]["role"] = "Security Officer"
    made["items"][7] |= {"status": "waived", "reason": "by eve (OPS-1): nobody minds; it is fail"}
    made["gate"]["reasons"] = [each for each in made["gate"]["reasons"] if "of_item" not in each]
    made["history"] = {
        "previous": {"run": "20261123T030000Z-1", "started": sample.STARTED - 86400, "decision": "no_go"},
        "changes": [change(made, control, was) for control, was in WAS.items()],
        "baseline": None,
        "baseline_changes": [],
        "runs": [],
        "timelines": {},
        "notes": [],
    }
    return made


def change(made: dict[str, Any], control: str, was: str) -> dict[str, Any]:
    """As history tells it of the statement on this control."""
    entry = next(each for each in entries(made) if each.control == control)
    return {
        "word": "new" if not was else "fixed" if entry.status == "pass" else "regressed",
        "worse": entry.status == "fail",
        "uid": entry.uid,
        "item": entry.item and entry.item["id"],
        "control": control,
        "target": "web1",
        "subject": "web1",
        "severity": entry.severity,
        "was": was,
        "now": entry.status,
        "since": None,
        "detail": entry.message,
    }
