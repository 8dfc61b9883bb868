# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resume a run: what an earlier one saw stands, but for errors, and only what is missing is looked at.

What stands is decided question by question (questions.py): a check that is asked otherwise now, of another machine or
with another threshold, is asked again. So are documents and a team's own tests, of which nobody can tell whether what
they rest on is still the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import kept_run, moments
from ansible_collections.golive.verify.plugins.plugin_utils.environments import Environment
from ansible_collections.golive.verify.plugins.plugin_utils.kept_run import KeptRun
from ansible_collections.golive.verify.plugins.plugin_utils.merging.agreement import ENGINES
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Plan
from ansible_collections.golive.verify.plugins.plugin_utils.provenance import RESUMED, Source, marked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory

LAST = "last"
# By how much clocks that are kept right may differ.
_SKEW_SECONDS = 300.0
Answers = dict[str, list[dict[str, Any]]]


class CannotResume(Exception):
    """The earlier run cannot be gone on with: why, in one line."""


def find(which: str, environment: str, checklist: Path, runs: Path) -> KeptRun:
    """The run in this directory, or by LAST the one that began last among the runs of the environment."""
    directory = RunDirectory(which) if which != LAST else Environment(environment, checklist, runs, ()).latest_run()
    if directory is None:
        raise CannotResume(f"there is no run in {runs}")
    try:
        return kept_run.read(directory.path)
    except BadRun as wrong:
        raise CannotResume(str(wrong)) from wrong


def source(earlier: KeptRun) -> tuple[Source, ...]:
    """The earlier run, and those that it took results over from itself."""
    return (Source(RESUMED, earlier.plan.run, earlier.plan.started, "", earlier.finished), *earlier.plan.sources)


def answers(earlier: KeptRun, plan: Plan, max_hours: float) -> Mapping[str, Answers]:
    """What stands of the earlier run, by host of this plan and question. Of a host that is gone, nothing does."""
    if why := next(_differences(earlier.plan, plan), ""):
        raise CannotResume(f"{earlier.name} cannot be resumed: {why}")
    found = {host: kept for host in plan.targets if (kept := _standing(earlier, host))}
    _insist_on_age(earlier, found, plan.started, max_hours)
    return found


def _differences(then: Plan, now: Plan) -> Iterator[str]:
    if then.environment != now.environment:
        yield f"it is one of the environment {then.environment}, and this is {now.environment}"
    if then.checklist.sha256 != now.checklist.sha256:
        yield f"the checklist {now.checklist.path} has changed since"
    for name in sorted({*then.versions, *now.versions} - set(ENGINES)):
        was, new = then.versions.get(name, "none"), now.versions.get(name, "none")
        if was != new:
            yield f"{name} was {was} then, and is {new} now"


def _standing(earlier: KeptRun, host: str) -> Answers:
    """The answers without an error, each with the run that it is of."""
    whose = source(earlier)[0]
    found = _laid_ready(earlier, host)
    errors: set[str] = set()
    for part in earlier.outcomes.get(host, ()):
        questions = part.get("questions") or []
        if len(questions) != len(part["results"]):
            continue
        fresh: Answers = {}
        for asks, result in zip(questions, part["results"], strict=True):
            fresh.setdefault(asks, []).append(marked(result, whose))
            if result["status"] == Status.ERROR:
                errors.add(asks)
        found |= fresh
    return {asks: results for asks, results in found.items() if asks and asks not in errors}


def _laid_ready(earlier: KeptRun, host: str) -> Answers:
    """What the earlier run was to take over itself, and was cut off before it did."""
    try:
        kept = RunDirectory(earlier.path).kept(host)
    except BadRun:
        return {}
    fit = {
        asks: results
        for asks, results in kept.items()
        if isinstance(results, list) and results and not any(kept_run.unlike(each, host) for each in results)
    }
    return {asks: results for asks, results in fit.items() if all(each["status"] != Status.ERROR for each in results)}


def _insist_on_age(earlier: KeptRun, found: Mapping[str, Answers], now: float, max_hours: float) -> None:
    times = [float(each["started"]) for of in found.values() for results in of.values() for each in results]
    if not times:
        return
    if now - min(times) > max_hours * 3600:
        raise CannotResume(
            f"{earlier.name} cannot be resumed: it holds what was seen {(now - min(times)) / 3600:.1f} hours ago,"
            f" {_shown(min(times))}, and resume_max_hours is {max_hours:g}"
        )
    if max(times) > now + _SKEW_SECONDS:
        raise CannotResume(
            f"{earlier.name} cannot be resumed: it holds what was seen in the future, {_shown(max(times))}:"
            " check the clock of this controller"
        )


def _shown(seconds: float) -> str:
    return moments.shown(datetime.fromtimestamp(seconds, UTC))
