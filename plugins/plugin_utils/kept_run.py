# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run directory of another controller or another day, read with doubt: what is there counts, the rest is named.

What such a run says may have been cut off, or be no run at all. A file of results counts whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.attestations.standing import HOST
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.standing import VERIFIER as ATTESTATION
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Checklist, Item
from ansible_collections.golive.verify.plugins.plugin_utils.governance import Governance
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan
from ansible_collections.golive.verify.plugins.plugin_utils.provenance import Source
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status, plain
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory

Outcome = Mapping[str, Any]
_TEXTS = (
    *("control", "verifier", "host", "target", "vantage", "status", "severity"),
    *("expected", "message", "remediation", "reproduce", "threshold_source"),
)
# How what was seen or signed may stand; what a gate makes of it is not kept.
_SEEN = {Status.PASS, Status.FAIL, Status.ERROR, Status.NOT_APPLICABLE}
_SIGNED = {Status.ATTESTED, Status.EXPIRED, Status.FAIL, Status.ERROR}
_UNASKED = {"control", "verifier", "host", "reason"}
_LOOK = {"look", "vantage", "at", "ms", "outcome", "detail"}


@dataclass(frozen=True)
class KeptRun:
    """A run as it lies there. outcomes: by host, what came of each task. problems: what could not be read of it."""

    path: Path
    plan: Plan
    outcomes: Mapping[str, Sequence[Outcome]]
    finished: bool
    problems: tuple[str, ...] = ()

    @property
    def results(self) -> Iterator[Mapping[str, Any]]:
        """All results, of whichever host."""
        return (result for parts in self.outcomes.values() for part in parts for result in part["results"])

    @property
    def looked(self) -> bool:
        """Whether anything was looked at; a signature is no look."""
        return any(result["verifier"] != ATTESTATION for result in self.results)

    @property
    def name(self) -> str:
        """The run as a person finds it again."""
        hosts = self.plan.narrowing.hosts
        return f"run {self.plan.run}{f' ({hosts})' if hosts else ''}"

    @cached_property
    def digest(self) -> str:
        """The same for every copy of the run, wherever it lies."""
        whole = [self.plan.as_dict(), self.outcomes, self.finished, self.problems]
        text = json.dumps(whole, default=plain, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read(path: Path) -> KeptRun:
    """The run in a directory; BadRun where not even its plan can be read."""
    directory = RunDirectory(path)
    plan = directory.plan()
    if wrong := _unlike_plan(plan):
        raise BadRun(f"{path / 'plan.json'}: it is not a plan: {wrong} is not what it should be")
    outcomes: dict[str, list[Outcome]] = {}
    problems = []
    for file, host in directory.result_files():
        if host not in plan.targets and host != HOST:
            problems.append(f"{file}: its plan has no such host")
            continue
        try:
            outcome = directory.read(file)
        except BadRun as wrong:
            problems.append(str(wrong).removeprefix(f"{path}/"))
            continue
        if wrong_with := _wrong(outcome, host):
            problems.append(f"{file}: {wrong_with}")
        else:
            outcomes.setdefault(host, []).append(outcome)
    return KeptRun(path, plan, outcomes, directory.decided(), tuple(problems))


def _unlike_plan(plan: Plan) -> str:
    """Which member of a plan is not of its type; empty where all are that two plans are compared by."""
    texts = {"run": plan.run, "environment": plan.environment}
    hosts = {"targets": plan.targets, "everywhere": plan.everywhere}
    fits = {name: isinstance(value, str) and bool(value) for name, value in texts.items()}
    # The directory of what is made of it is named after it.
    fits["environment"] = fits["environment"] and not {"..", "/"} & {*Path(plan.environment).parts}
    fits |= {name: isinstance(value, dict) and all(map(_is_texts, value.values())) for name, value in hosts.items()}
    parts = {"checklist": Checklist, "narrowing": Narrowing, "governance": Governance}
    fits |= {name: isinstance(getattr(plan, name), kind) for name, kind in parts.items()}
    fits["items"] = fits["checklist"] and all(isinstance(item, Item) for item in plan.checklist.items)
    fits["sources"] = all(isinstance(each, Source) and _is_time(each.started) for each in plan.sources)
    fits["started"] = _is_time(plan.started)
    fits["versions"] = isinstance(plan.versions, dict) and _is_texts(list(plan.versions.values()))
    return next((name for name, fit in fits.items() if not fit), "")


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _wrong(outcome: Outcome, host: str) -> str:
    """Why this is not what comes of a task on a host; empty where it is."""
    lists = {name: outcome.get(name, []) for name in ("results", "unasked", "findings", "questions", "secrets")}
    for name, found in lists.items():
        if not isinstance(found, list):
            return f"{name} is not a list"
    if "results" not in outcome or not all(
        isinstance(outcome.get(name, ""), str) for name in ("unreachable", "failed")
    ):
        return "it is not what comes of a task"
    if not all(isinstance(each, str) for name in ("findings", "questions", "secrets") for each in lists[name]):
        return "findings, questions or secrets hold what is no text"
    if not all(isinstance(each, dict) and each.keys() >= _UNASKED for each in lists["unasked"]):
        return "unasked is not what it should be"
    reasons = (
        f"result {index + 1}: {why}" for index, each in enumerate(lists["results"]) if (why := unlike(each, host))
    )
    return next(reasons, "")


def unlike(result: Any, host: str) -> str:
    """Why this is not a result of this host; empty where it is. No evidence, no pass."""
    if not isinstance(result, dict):
        return "it is not an object"
    missing = [name for name in _TEXTS if not isinstance(result.get(name), str)]
    if missing:
        return f"{missing[0]} is missing or no text"
    if result["host"] != host:
        return f"it is one of {result['host'][:80]!r}"
    signed = result["verifier"] == ATTESTATION
    if result["status"] not in (_SIGNED if signed else _SEEN):
        return f"{result['status'][:40]!r} is no status that it can have"
    if result["severity"] not in set(Severity):
        return f"{result['severity'][:40]!r} is no severity"
    if not _is_time(result.get("started")) or not _is_time(result.get("duration_ms")):
        return "started or duration_ms is no time"
    looks = result.get("evidence")
    if not isinstance(looks, list) or not all(isinstance(look, dict) and look.keys() == _LOOK for look in looks):
        return "its evidence is not what it should be"
    if result["status"] == Status.PASS and not any(look["outcome"] == "value" for look in looks):
        return "it passes without evidence"
    if not isinstance(result.get("item", ""), str) or not isinstance(result.get("provenance", {}), dict):
        return "item or provenance is not what it should be"
    return "" if "actual" in result else "actual is missing"


def _is_time(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
