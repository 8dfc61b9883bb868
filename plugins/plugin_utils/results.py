# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words for a verdict: statuses, severities, verdicts, results, and the one funnel through which all are judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook


class Status(StrEnum):
    """How a result stands. Only PASS and ATTESTED prove something; every other status is shown as what it is."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"
    ATTESTED = "attested"
    NOT_DUE = "not_due"
    MISSED = "missed"
    EXPIRED = "expired"


class Severity(StrEnum):
    """How bad it is when a control does not hold."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


BEST_FIRST = (
    Status.PASS,
    Status.ATTESTED,
    Status.NOT_APPLICABLE,
    Status.WAIVED,
    Status.NOT_DUE,
    Status.EXPIRED,
    Status.MISSED,
    Status.ERROR,
    Status.FAIL,
)


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of the statuses; nothing at all is an error, since nothing was proven."""
    return max(statuses, key=BEST_FIRST.index, default=Status.ERROR)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verifier says of one control: expected and actual in words or plain data, and a message for a person.

    subject tells several verdicts on one control apart: an address, a user, a path. severity replaces the control's own
    where how bad it is depends on how far off it is.
    """

    status: Status
    expected: str
    actual: Any
    message: str
    subject: str = ""
    severity: Severity | None = None


def judge(
    *,
    expected: str,
    actual: Any,
    problems: Sequence[str],
    subject: str = "",
    severity: Severity | None = None,
) -> Verdict:
    """Pass without problems, fail with them; where nothing was actually seen, neither: that is an error.

    expected: what must hold, in words. actual: what was seen, the evidence a person reads. problems: one sentence for
    each way in which actual is not as expected. severity: of a failure.
    """
    if problems:
        return Verdict(Status.FAIL, expected, actual, "; ".join(problems), subject, severity)
    if actual is None or actual == "" or actual == [] or actual == {}:
        return Verdict(Status.ERROR, expected, actual, "no evidence: nothing was seen that could prove it", subject)
    return Verdict(Status.PASS, expected, actual, "", subject)


def unseen(reason: CannotLook, *, expected: str = "", subject: str = "") -> Verdict:
    """The verdict on what could not be looked at: an error, never a pass."""
    return Verdict(Status.ERROR, expected, None, f"could not look ({reason.reason}): {reason.detail}", subject)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One look that a verdict rests on: the command that repeats it, when it was made, and how it ended."""

    look: str
    vantage: str
    at: float
    ms: int
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict of one control on one target. The JSON form of this is the contract of checks in the reports.

    item: the id of the item that it speaks for, where that is one alone. provenance: of which run it is, where that is
    not the one at hand.
    """

    control: str
    verifier: str
    host: str
    target: str
    vantage: str
    status: Status
    severity: Severity
    expected: str
    actual: Any
    message: str
    remediation: str
    reproduce: str
    threshold_source: str
    started: float
    duration_ms: int
    evidence: list[Evidence] = field(default_factory=list)
    item: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON; nothing is copied, which would take longer than to look at the host."""
        made = _members(self) | {
            "status": self.status.value,
            "severity": self.severity.value,
            "evidence": [_members(look) for look in self.evidence],
        }
        if not self.provenance:
            del made["provenance"]
        return made

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Result:
        """What as_dict described, after its way through JSON."""
        typed = {
            "status": Status(data["status"]),
            "severity": Severity(data["severity"]),
            "evidence": [Evidence(**look) for look in data["evidence"]],
        }
        return cls(**{**data, **typed})


def plain(value: Any) -> Any:
    """What a verifier gave as actual and JSON does not know, as plain data: for the default of json.dumps."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return sorted(value, key=str) if isinstance(value, (set, frozenset)) else str(value)


def _members(record: Result | Evidence) -> dict[str, Any]:
    return {member.name: getattr(record, member.name) for member in fields(record)}
