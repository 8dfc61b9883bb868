# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as OCSF 1.5 Compliance Findings (class 2003), an event for each line, as security lakes and SIEMs take it.

What could not be looked at has the status "Warning", which the schema explains as no result for lack of information.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.entries import GOOD, QUIET, Entry, entries

FILE = "report.ocsf.jsonl"
_SEVERITIES = {"low": 2, "medium": 3, "high": 4, "critical": 5}
_INFORMATIONAL = 1
_PASS, _WARNING, _FAIL = (1, "Pass"), (2, "Warning"), (3, "Fail")
_COMPLIANCE = {
    "pass": _PASS,
    "attested": _PASS,
    "fail": _FAIL,
    "missed": _FAIL,
    "expired": _FAIL,
    "waived": _FAIL,
}
_NEW, _SUPPRESSED, _RESOLVED = 1, 3, 4


def render(report: Mapping[str, Any]) -> str:
    """The events, in the checklist's order; none of what counts for nothing."""
    events = (_event(entry, report["run"]) for entry in entries(report) if entry.status not in QUIET)
    return "".join(json.dumps(event) + "\n" for event in events)


def _event(entry: Entry, run: Mapping[str, Any]) -> dict[str, Any]:
    check, good = entry.check or {}, entry.status in GOOD
    state, word = _COMPLIANCE.get(entry.status, _WARNING)
    finding = _RESOLVED if good else _SUPPRESSED if entry.status == "waived" else _NEW
    event = {
        "class_uid": 2003,
        "category_uid": 2,
        "activity_id": 1,
        "type_uid": 200301,
        "time": int(check.get("started", run["started"]) * 1000),
        "severity_id": _INFORMATIONAL if good else _SEVERITIES[entry.severity],
        "status_id": finding,
        "message": summary.cut(entry.message),
        "metadata": {
            "version": "1.5.0",
            "product": {
                "name": "golive.verify",
                "vendor_name": "golive",
                "version": run["versions"].get("golive.verify", "0"),
            },
            "correlation_uid": run["id"],
        },
        "finding_info": {"uid": entry.uid, "title": entry.title},
        "compliance": {
            "standards": [f"Production checklist of {run['environment']}"],
            "control": entry.control or "unbound",
            "status_id": state,
            "status": word,
        },
        "unmapped": {"status": entry.status, "severity": entry.severity, "item": (entry.item or {}).get("id", "")},
    }
    if check:
        event["resources"] = [{"uid": check["target"], "name": check["host"], "type": "target"}]
        event["evidences"] = [{"name": check["verifier"], "data": {"actual": summary.plain(check["actual"])}}]
        if check["remediation"]:
            event["remediation"] = {"desc": summary.cut(check["remediation"])}
    return event
