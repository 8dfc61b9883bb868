# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is governed by real files in an environment's directory; what its hosts answered is set by the test."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import checklist, governance
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.standing import HOST, VERIFIER
from ansible_collections.golive.verify.plugins.plugin_utils.binding.stated import stated
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue
from ansible_collections.golive.verify.plugins.plugin_utils.gate import Decision, Gate, ItemVerdict
from ansible_collections.golive.verify.plugins.plugin_utils.governance import Signed
from ansible_collections.golive.verify.plugins.plugin_utils.interface import provable
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan, select_controls
from ansible_collections.golive.verify.plugins.plugin_utils.results import plain

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PLUGINS = Path(governance.__file__).parents[1]
GROUPS = {"all": ["a", "b", "c"], "web": ["a", "b"], "db": ["c"], "none": [], "a": ["a"], "b": ["b"], "c": ["c"]}


class Run:
    """A run over three hosts: set what the environment says and what each host answered, then decide.

    signed: by text of the item, how it stands by what people have signed for it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.outcomes: dict[str, list[dict[str, Any]]] = {}
        self.decided = True
        self.targets = ["a", "b", "c"]
        self.narrowing = Narrowing()
        self.now = NOW
        self.launch = ""
        self.gate: Sequence[str] = ()
        self.signed: dict[str, tuple[str, str]] = {}

    def write(self, name: str, text: str) -> None:
        """A file of the environment."""
        (self.path / name).write_text(text, encoding="utf-8")

    def answers(
        self, host: str, results: Mapping[str, str], unasked: Sequence[Mapping[str, str]] = (), **more: Any
    ) -> None:
        """Results by control (or control#2, for a second one); more: of the outcome, as unreachable or findings."""
        made = [self.result(control, status, host) for control, status in results.items()]
        self.outcomes.setdefault(host, []).append({"results": made, "unasked": list(unasked), **more})

    def result(self, control: str, status: str, host: str = "a", **more: Any) -> dict[str, Any]:
        """A result as a run directory keeps it, with the severity that the catalogue gives its control."""
        identity = control.partition("#")[0]
        return {
            "control": identity,
            "verifier": "test",
            "host": host,
            "target": host,
            "status": status,
            "severity": catalogue()[identity].severity.value,
            "message": f"{control} {status}",
            **more,
        }

    def attests(self, control: str, status: str = "attested") -> None:
        """Somebody has signed for a control."""
        said = self.result(control, status, HOST, verifier=VERIFIER, target="20261123T101500Z.yml")
        self.outcomes.setdefault(HOST, []).append({"results": [said], "unasked": []})

    def plan(self, *lines: str) -> Plan:
        """The plan as the run would begin with it; it has been to disk and back."""
        self.write("checklist.md", "# Production\n\n## Web\n\n" + "\n".join(lines) + "\n")
        known = catalogue()
        read = checklist.read(self.path / "checklist.md", known)
        decided, dummy = governance.read(
            self.path, read.items, known, now=self.now, launch=self.launch, gate=self.gate, runs=self.path / "runs"
        )
        signed = {item.id: Signed(*self.signed[item.text]) for item in read.items if item.text in self.signed}
        bound = sorted({control for item in read.items for control in item.controls})
        plan = Plan(
            run="r",
            environment="production",
            started=self.now.timestamp(),
            checklist=read,
            targets={host: [g for g, hosts in GROUPS.items() if host in hosts] for host in self.targets},
            everywhere=GROUPS,
            narrowing=self.narrowing,
            selected_controls=select_controls(read.items, self.narrowing, known),
            severities={control: known[control].severity.value for control in bound},
            unprovable=[control for control in bound if control not in provable([PLUGINS])],
            stated=stated(read.items, known),
            governance=replace(decided, signed=signed),
        )
        return Plan.from_dict(json.loads(json.dumps(plan.as_dict(), default=plain)))

    def decide(self, *lines: str) -> Decision:
        """What the gate says of a checklist with these lines below the heading Web."""
        return Gate(self.plan(*lines), self.outcomes, self.decided).decide()

    def verdict(self, *lines: str) -> ItemVerdict:
        """How the first of the items stands."""
        return self.decide(*lines).items[0]

    def earlier(self, name: str, at: datetime, *items: Mapping[str, Any], left_out: str = "") -> None:
        """Keep the report of an earlier run."""
        directory = self.path / "runs" / name
        directory.mkdir(parents=True)
        report = {
            "run": {"id": name, "started": at.timestamp()},
            "summary": {"left_out": left_out},
            "items": list(items),
        }
        (directory / "report.json").write_text(json.dumps(report), encoding="utf-8")


def statuses(decision: Decision) -> list[str]:
    """Of the items, in the checklist's order."""
    return [verdict.status for verdict in decision.items]


def findings(decision: Decision) -> list[tuple[str, bool]]:
    """Of which kinds, and whether they block."""
    return [(finding.kind, finding.blocks) for finding in decision.findings]
