# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as OCSF 1.5 Compliance Findings (class 2003), an event for each line, as security lakes and SIEMs take it.

What could not be looked at has the status "Warning", which the schema explains as no result for lack of information.
Where history knows of the last run, a finding is created once, updated while it stands, and closed when it is mended.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.entries import GOOD, QUIET, Entry, before, entries

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
_NEW, _SUPPRESSED, _RESOLVED = (1, "New"), (3, "Suppressed"), (4, "Resolved")
_CREATE, _UPDATE, _CLOSE = (1, "Create"), (2, "Update"), (3, "Close")
_CLASS = 2003


def render(report: Mapping[str, Any]) -> str:
    """The events, in the checklist's order; none of what counts for nothing."""
    was = before(report)
    events = (_event(entry, report["run"], was(entry)) for entry in entries(report) if entry.status not in QUIET)
    return "".join(json.dumps(event) + "\n" for event in events)


def _activity(entry: Entry, was: str | None) -> tuple[int, str]:
    """What happened to a finding since the last run; where none is known of, each is a new one."""
    if was in (None, ""):
        return _CREATE
    if entry.status in GOOD:
        return _UPDATE if was in (*GOOD, *QUIET) else _CLOSE
    return _CREATE if was in (*GOOD, *QUIET) else _UPDATE


def _event(entry: Entry, run: Mapping[str, Any], was: str | None) -> dict[str, Any]:
    (activity, doing), waiver = _activity(entry, was), (entry.check or {}).get("waiver", {})
    check, good = entry.check or {}, entry.status in GOOD
    state, word = _COMPLIANCE.get(entry.status, _WARNING)
    finding, standing = _RESOLVED if good else _SUPPRESSED if entry.status == "waived" else _NEW
    event: dict[str, Any] = {
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "category_uid": 2,
        "category_name": "Findings",
        "activity_id": activity,
        "activity_name": doing,
        "type_uid": _CLASS * 100 + activity,
        "type_name": f"Compliance Finding: {doing}",
        "time": int(check.get("started", run["started"]) * 1000),
        "severity_id": _INFORMATIONAL if good else _SEVERITIES[entry.severity],
        "severity": "Informational" if good else entry.severity.capitalize(),
        "status_id": finding,
        "status": standing,
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
    if waiver:
        event["unmapped"]["waiver"] = {name: waiver[name] for name in ("owner", "ticket", "expires") if name in waiver}
    if check:
        event["resources"] = [{"uid": check["target"], "name": check["host"], "type": "target"}]
        event["evidences"] = [{"name": check["verifier"], "data": {"actual": summary.plain(check["actual"])}}]
        if check["remediation"]:
            event["remediation"] = {"desc": summary.cut(check["remediation"])}
    return event
