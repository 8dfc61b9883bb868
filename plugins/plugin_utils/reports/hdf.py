# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in MITRE's Heimdall Data Format (the JSON of InSpec): a control for each item, with the results it has.

Its viewers take a control with a passed and a skipped result for passed, so what could not be looked at is an error
here, and never skipped; and one of impact 0 for not applicable, whatever its results say. They do not look at dates: a
waiver or a signature that is over has become a failure before it comes here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.entries import (
    Entry,
    checklist_uri,
    entries,
    rationale,
    stands_alone,
    title,
)

FILE = "report.hdf.json"
_IMPACTS = {"critical": 0.9, "high": 0.7, "medium": 0.5, "low": 0.3}
_STATUSES = {"pass": "passed", "attested": "passed", "fail": "failed", "missed": "failed", "expired": "failed"}
_SKIPPED = ("not_due", "not_selected", "not_applicable", "waived")


def render(report: Mapping[str, Any]) -> str:
    """One profile: the checklist."""
    run, uri = report["run"], checklist_uri(report)
    spent = sum(check["duration_ms"] for check in report["checks"]) / 1000
    controls = [_control(item, report, uri) for item in report["items"] if item["status"] != "info"]
    controls += _beyond(report, uri)
    profile = {
        "name": f"golive-{run['environment']}",
        "title": f"{run['environment']}: {report['gate']['decision'].replace('_', '-')}",
        "version": run["versions"].get("golive.verify", "0"),
        "sha256": run["checklist_sha256"],
        "supports": [],
        "attributes": [],
        "groups": [],
        "controls": controls,
    }
    whole = {
        "platform": {"name": "golive.verify", "release": profile["version"], "target_id": run["environment"]},
        "version": profile["version"],
        "statistics": {"duration": spent},
        "profiles": [profile],
    }
    return json.dumps(whole, indent=1) + "\n"


def _control(item: Mapping[str, Any], report: Mapping[str, Any], uri: str) -> dict[str, Any]:
    checks = [report["checks"][index] for index in item["checks"]]
    severity = item["severity"] or "high"
    alone = [_alone(item, report["run"]["started"])] if stands_alone(item, report) else []
    remedies = dict.fromkeys(check["remediation"] for check in checks if check["remediation"])
    made: dict[str, Any] = {
        "id": item["id"],
        "title": item["text"],
        "desc": " ".join(filter(None, map(rationale, item["controls"]))) or item["text"],
        "descriptions": [{"label": "fix", "data": summary.cut(remedy)} for remedy in remedies],
        "impact": 0 if item["status"] == "not_applicable" else _IMPACTS[severity],
        "refs": [],
        "tags": {"severity": severity, "controls": item["controls"], "section": item["section"]},
        "code": "",
        "source_location": {"ref": uri, "line": item["line"]},
        "results": [*(_result(Entry(item, check), check) for check in checks), *alone],
    }
    if item["status"] == "waived":
        ends = [check["waiver"]["expires"] for check in checks if "waiver" in check]
        made["waiver_data"] = {
            "justification": summary.cut(item["reason"]),
            "run": True,
            # By this word alone its readers know it for waived; one that has a result that passes else reads "Passed".
            "skipped_due_to_waiver": True,
            **({"expiration_date": min(ends)} if ends else {}),
        }
    return made


def _beyond(report: Mapping[str, Any], uri: str) -> list[dict[str, Any]]:
    """What no item asked for, a control of the catalogue each: it does not decide, and is no less seen."""
    found: dict[str, list[Entry]] = {}
    for entry in entries(report):
        if entry.item is None:
            found.setdefault(entry.control, []).append(entry)
    return [
        {
            "id": f"beyond the checklist: {control}",
            "title": title(control),
            "desc": rationale(control) or title(control),
            "descriptions": [],
            "impact": max(_IMPACTS[entry.severity] for entry in those),
            "refs": [],
            "tags": {"severity": those[0].severity, "controls": [control], "section": "Beyond the checklist"},
            "code": "",
            "source_location": {"ref": uri, "line": 1},
            "results": [_result(entry, entry.check) for entry in those if entry.check],
        }
        for control, those in found.items()
    ]


def _result(entry: Entry, check: Mapping[str, Any]) -> dict[str, Any]:
    said = f"{summary.where(check)}: {check['control']}: {summary.cut(check['expected'])}"
    evidence = summary.cut(entry.message or f"actual: {summary.plain(check['actual'])}")
    return _stated(entry.status, said, evidence, check["started"]) | {"run_time": check["duration_ms"] / 1000}


def _alone(item: Mapping[str, Any], started: float) -> dict[str, Any]:
    return _stated(item["status"], item["text"], summary.cut(item["reason"]), started)


def _stated(status: str, said: str, why: str, seen: float) -> dict[str, Any]:
    made = {"code_desc": said, "start_time": datetime.fromtimestamp(seen, UTC).isoformat(timespec="milliseconds")}
    if status in _SKIPPED:
        return made | {"status": "skipped", "skip_message": f"{status}: {why}"}
    return made | {"status": _STATUSES.get(status, "error"), "message": why}
