# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as SARIF 2.1.0 (OASIS), which code hosts show as alerts: what does not pass, at its line of the checklist.

What could not be looked at is a failure here too: its level would else be "none", which viewers hide. States and
suppressions are told of every result or of none, as the standard wants it: an empty list says that nobody lives with
it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.blockers import blockers
from ansible_collections.golive.verify.plugins.plugin_utils.entries import (
    GOOD,
    QUIET,
    Entry,
    before,
    checklist_uri,
    entries,
    rationale,
    title,
)

FILE = "report.sarif"
UNBOUND = "golive.unbound"
_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
# GitHub's scale: critical from 9.0, high from 7.0, medium from 4.0.
_SECURITY = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
# What GitHub takes of one run.
MOST = 25_000


def render(report: Mapping[str, Any]) -> str:
    """One run with a rule for each control."""
    found = [entry for entry in entries(report) if entry.status not in (*GOOD, *QUIET)]
    against = found[:MOST]
    rules = list(dict.fromkeys(_rule_id(entry) for entry in against))
    uri, run, was = checklist_uri(report), report["run"], before(report)
    log = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "golive.verify",
                        "version": run["versions"].get("golive.verify", "0"),
                        "rules": [_rule(identity, against) for identity in rules],
                    }
                },
                "automationDetails": {"id": f"golive/{run['environment']}/{run['id']}"},
                "invocations": [_invocation(report, len(found) - len(against))],
                "columnKind": "unicodeCodePoints",
                "results": [_result(entry, rules, uri) | _state(entry, was(entry)) for entry in against],
            }
        ],
    }
    return json.dumps(log, indent=1) + "\n"


def _invocation(report: Mapping[str, Any], left_out: int) -> dict[str, Any]:
    """The run itself, with what speaks against going live and belongs to no line: a list of no results is not good."""
    run = report["run"]
    told = [blocker.sentence for blocker in blockers(report) if blocker.item is None]
    if left_out:
        told.append(f"{left_out:,} more results are in report.json")
    notes = [{"level": "error", "message": {"text": summary.cut(sentence)}} for sentence in told]
    return {
        "executionSuccessful": run["finished"],
        "startTimeUtc": _utc(run["started"]),
        "toolExecutionNotifications": notes,
    }


def _state(entry: Entry, was: str | None) -> dict[str, str]:
    """How a result stands to the last run, as far as history knows of one. What was good then was no result."""
    if was is None:
        return {}
    if was in ("", *GOOD, *QUIET):
        return {"baselineState": "new"}
    return {"baselineState": "unchanged" if was == entry.status else "updated"}


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rule_id(entry: Entry) -> str:
    return entry.control if entry.check or entry.control else UNBOUND


def _rule(identity: str, against: list[Entry]) -> dict[str, Any]:
    first = next(entry for entry in against if _rule_id(entry) == identity)
    name = "No control is bound to the item" if identity == UNBOUND else title(identity)
    remedy = summary.cut(str(first.check["remediation"])) if first.check else "Bind it: see playbooks/bind.yml."
    return {
        "id": identity,
        "shortDescription": {"text": name},
        "fullDescription": {"text": rationale(identity) or name},
        "help": {"text": remedy or name},
        "defaultConfiguration": {"level": _LEVELS[first.severity]},
        "properties": {"security-severity": _SECURITY[first.severity], "tags": ["production-readiness"]},
    }


def _result(entry: Entry, rules: list[str], uri: str) -> dict[str, Any]:
    text = ": ".join(part for part in (entry.where, entry.status, summary.cut(entry.message)) if part)
    return {
        "ruleId": _rule_id(entry),
        "ruleIndex": rules.index(_rule_id(entry)),
        "kind": "fail",
        "level": _LEVELS[entry.severity],
        "message": {"text": f"{entry.title}: {text}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri},
                    "region": {"startLine": entry.item["line"] if entry.item else 1},
                }
            }
        ],
        # The first is the one that GitHub goes by.
        "partialFingerprints": {"primaryLocationLineHash": entry.uid, "golive/v1": entry.uid},
        "suppressions": [_suppression(entry)] if entry.status == "waived" else [],
        "properties": {"status": entry.status, "severity": entry.severity},
    }


def _suppression(entry: Entry) -> dict[str, Any]:
    waiver = (entry.check or {}).get("waiver", {})
    kept = {name: waiver[name] for name in ("owner", "ticket", "expires", "where") if waiver.get(name)}
    why = summary.cut(str(waiver.get("reason") or entry.message))
    return {"kind": "external", "status": "accepted", "justification": why, "properties": kept}
