# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The go-live decision: nobody can sign it while a critical control fails in the latest run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.attestations.signers import GO_LIVE, GO_LIVE_CONTROL
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status

MAX_HOURS = 24
_MAX_REPORT = 256 * 1024 * 1024
_AGAINST = (Status.FAIL, Status.ERROR, Status.MISSED, Status.EXPIRED)
_HOUR = 3600.0


class Refused(Exception):
    """The go-live decision cannot be signed: why."""


def decides(role: str, controls: Sequence[str]) -> bool:
    """Whether an attestation in this role, on these controls, is the decision to go live."""
    return role == GO_LIVE or GO_LIVE_CONTROL in controls


def blockers(
    checks: Sequence[Mapping[str, Any]], items: Sequence[Mapping[str, Any]], critical: Container[str]
) -> Iterator[str]:
    """What forbids to go live: critical results that do not hold, and critical controls of items without any result.

    checks and items: as in report.json. critical: the controls that are. What is waived or not due does not forbid it.
    """
    for check in checks:
        counts = check["severity"] == Severity.CRITICAL and check["control"] != GO_LIVE_CONTROL
        if counts and check["status"] in _AGAINST:
            yield f"{check['control']} on {check['target']}: {check['status']}: {check['message']}"
    proven = {check["control"] for check in checks} | {GO_LIVE_CONTROL}
    for item in items:
        for control in item["controls"] if item["status"] in _AGAINST else ():
            if control in critical and control not in proven:
                yield f"{control} (line {item['line']}): {item['status']}: {item['reason'] or 'nothing proves it'}"


def examined(
    directory: Path, environment: str, checklist_sha256: str, critical: Container[str], *, now: datetime
) -> dict[str, str]:
    """What the decision keeps of the run that it rests on; Refused when that run does not allow it."""
    path = directory / "report.json"
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_REPORT)
        report = json.loads(data)
        run, left_out = report["run"], report["summary"]["left_out"]
        found = list(blockers(report["checks"], report["items"], critical))
        _insist(run, left_out, environment, checklist_sha256, now)
        kept = {"id": str(run["id"]), "decision": str(report["gate"]["decision"])}
    except OSError as error:
        raise Refused(f"the run has no report: {path}: {error.strerror}; verify again") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Refused(f"{path} is not the report of a run: {error!r}") from error
    if not report["checks"] or not report["items"]:
        raise Refused(f"the run {run['id']} looked at nothing")
    if found:
        more = f" (and {len(found) - 5} more)" if len(found) > 5 else ""
        raise Refused(f"critical controls do not hold in the run {run['id']}: {'; '.join(found[:5])}{more}")
    return {**kept, "report_sha256": hashlib.sha256(data).hexdigest()}


def _insist(run: Mapping[str, Any], left_out: str, environment: str, checklist_sha256: str, now: datetime) -> None:
    name, age = run["id"], now.timestamp() - float(run["started"])
    if not run["finished"]:
        raise Refused(f"the run {name} did not finish: verify again")
    if run["environment"] != environment:
        raise Refused(f"the run {name} is one of {run['environment']}, not of {environment}")
    if left_out:
        raise Refused(f"the run {name} was narrowed to {left_out}: verify without narrowing")
    if run["checklist_sha256"] != checklist_sha256:
        raise Refused(f"the checklist has changed since the run {name}: verify again")
    if not -_HOUR < age < MAX_HOURS * _HOUR:
        raise Refused(f"the run {name} is not of the last {MAX_HOURS} hours: verify again")
