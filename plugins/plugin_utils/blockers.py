# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What speaks against going live, one by one, with the item that says so and who answers for it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.gate import against

Data = Mapping[str, Any]
NOBODY = "nobody is named"
_RANK = {"critical": 0, "high": 1, "medium": 2, "low": 3}


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason of the gate. item: the one that speaks; None where it is the run itself. checks: its bad results.

    owner: who answers for it, as the team declares, or else as the item says who signs; empty where nobody is named.
    """

    sentence: str
    item: Data | None = None
    checks: Sequence[Data] = ()
    owner: str = ""

    @property
    def what(self) -> str:
        """The item in its own words; of the run itself, the reason."""
        return str(self.item["text"]) if self.item else self.sentence

    @property
    def why(self) -> str:
        """How the item stands, and why."""
        return f"{self.item['status']}: {self.item['reason']}" if self.item else ""

    @property
    def severity(self) -> str:
        """How bad it is. What speaks against the run itself is critical: nobody knows what it hides."""
        return str(self.item["severity"] or "high") if self.item else "critical"

    @property
    def remedies(self) -> Sequence[str]:
        """What to do, each once."""
        return tuple(dict.fromkeys(check["remediation"] for check in self.checks if check["remediation"]))


def blockers(report: Data) -> list[Blocker]:
    """All of them: those of the run itself, then the worst first, in the checklist's order."""
    found = _blockers(report)
    return sorted(found, key=lambda each: (each.item is not None, _RANK.get(each.severity, 1)))


def _blockers(report: Data) -> Iterator[Blocker]:
    speaking = {against(item["line"], item["text"], item["status"], item["reason"]): item for item in report["items"]}
    for reason in report["gate"]["reasons"]:
        item = speaking.get(reason)
        checks = summary.against(report, item) if item else ()
        yield Blocker(reason, item, checks, (item["owner"] or item["role"]) if item else "")
