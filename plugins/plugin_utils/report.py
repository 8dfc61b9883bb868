# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a run as plain data: the contract that every format is made from (schemas/report.json describes it)."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import history, owners
from ansible_collections.golive.verify.plugins.plugin_utils.gate import Decision, Gate, ItemVerdict
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Plan
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory

VERSION = "1.2"


def build(directory: RunDirectory) -> dict[str, Any]:
    """The report of the run as far as it got; of a killed one, what there is and what is missing."""
    plan = directory.plan()
    with _uncollected():
        gate = Gate(plan, directory.results(), directory.decided())
        told = contract(plan, gate, gate.decide(), directory.decided())
    try:
        told["history"] = history.read(directory)
    except history.BadHistory as wrong:
        said = f"what history says of this run cannot be read: {wrong}"
        told["findings"].append({"kind": "history", "message": said, "blocks": False})
    return told


@contextmanager
def _uncollected() -> Iterator[None]:
    """Of the many objects that come of JSON none is in a cycle, and looking for one takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def contract(plan: Plan, gate: Gate, decision: Decision, finished: bool) -> dict[str, Any]:
    """Plan, results and decision in the report's own shape, without history."""
    items = [
        {
            "id": verdict.item.id,
            "section": verdict.item.section,
            "canonical": verdict.item.canonical,
            "phase": verdict.item.phase,
            "line": verdict.item.line,
            "text": verdict.item.text,
            "text_hash": verdict.item.text_hash,
            "box": verdict.item.box,
            "says": list(verdict.item.says),
            "mark": verdict.item.mark,
            "role": verdict.item.role,
            "owner": _owner(plan, gate, verdict),
            "controls": list(verdict.item.controls),
            "status": verdict.status,
            "severity": verdict.severity,
            "reason": verdict.reason,
            "checks": list(verdict.results),
        }
        for verdict in decision.items
    ]
    used = {index for verdict in decision.items for index in verdict.results}
    return {
        "version": VERSION,
        "run": _run(plan, finished),
        "gate": {"decision": decision.word, "reasons": decision.reasons},
        "summary": {
            "items": dict(Counter(item["status"] for item in items)),
            "checks": dict(Counter(check["status"] for check in gate.results)),
            "targets": dict(Counter(target.status for target in decision.targets)),
            "left_out": plan.narrowing.words(),
            "beyond_the_checklist": len(gate.results) - len(used),
        },
        "targets": [
            {"name": t.name, "groups": plan.targets[t.name], "status": t.status, "detail": t.detail}
            for t in decision.targets
        ],
        "items": items,
        "findings": [asdict(finding) for finding in decision.findings],
        "history": None,
        "checks": list(gate.results),
    }


def _owner(plan: Plan, gate: Gate, verdict: ItemVerdict) -> str:
    """Who is to be asked about an item: whose its bad results are, else whose any of them are."""
    results = [gate.results[index] for index in verdict.results]
    bad = [result for result in results if result["status"] != "pass"]
    places = [(str(result["control"]), str(result["host"])) for result in bad or results]
    return owners.of_item(plan.owners, verdict.item.section, verdict.item.controls, places)


def _run(plan: Plan, finished: bool) -> Mapping[str, Any]:
    return {
        "id": plan.run,
        "environment": plan.environment,
        "started": plan.started,
        "reported": time.time(),
        "finished": finished,
        "checklist": plan.checklist.path,
        "checklist_sha256": plan.checklist.sha256,
        "stated_completion": [asdict(stated) for stated in plan.checklist.stated],
        "launch": plan.governance.launch,
        "versions": plan.versions,
        "sources": [asdict(source) for source in plan.sources],
    }
