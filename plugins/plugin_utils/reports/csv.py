# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as comma-separated values (RFC 4180), for a spreadsheet: a line for each result and each item without."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.entries import Entry, entries

FILE = "report.csv"
_CHECK = ("host", "target", "vantage", "expected", "remediation", "threshold_source", "reproduce")
COLUMNS = (
    *("environment", "run", "decision", "section", "line", "item", "text", "item_status", "control", "status"),
    *("severity", "seen", "message", "actual", *_CHECK),
    *("waiver_owner", "waiver_ticket", "waiver_expires", "uid"),
)
# A spreadsheet takes what begins so for a formula (OWASP, CSV injection), some also the wide forms of these signs.
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def render(report: Mapping[str, Any]) -> str:
    """A header and the lines."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    run = {
        "environment": report["run"]["environment"],
        "run": report["run"]["id"],
        "decision": report["gate"]["decision"],
    }
    for entry in entries(report):
        writer.writerow({name: _cell(value) for name, value in (run | _row(entry)).items()})
    return text.getvalue()


def _row(entry: Entry) -> dict[str, Any]:
    item, check = entry.item or {}, entry.check or {}
    waiver = check.get("waiver", {})
    seen = datetime.fromtimestamp(check["started"], UTC).isoformat(timespec="seconds") if check else ""
    return {
        "section": item.get("section", ""),
        "line": item.get("line", ""),
        "item": item.get("id", ""),
        "text": item.get("text", ""),
        "item_status": item.get("status", ""),
        "control": entry.control,
        "status": entry.status,
        "severity": entry.severity,
        "seen": seen,
        "message": entry.message,
        "actual": summary.plain(check["actual"]) if check else "",
        **{name: check.get(name, "") for name in _CHECK},
        **{f"waiver_{name}": waiver.get(name, "") for name in ("owner", "ticket", "expires")},
        "uid": entry.uid,
    }


def _cell(value: Any) -> str:
    text = "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in summary.cut(str(value)))
    return f"'{text}" if text.startswith(_FORMULA) else text
