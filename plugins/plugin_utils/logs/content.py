# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what the lines of a log are like."""

from __future__ import annotations

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import Counted, ScanFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.logs.sources import (
    Source,
    counted,
    covered,
    sufficient,
    told,
    whole,
)
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown


def harmless(fact: ScanFact, source: Source, want: Wanted) -> Verdict:
    """Nothing sensitive was found in all of the window."""
    problems = sensitive_problems(fact.findings, want.max_findings)
    if not problems:
        sufficient(fact, source, want)
        whole(fact, source, want)
    return judge(
        expected=f"at most {want.max_findings} lines with credentials or personal data in {want.window_hours:g} h",
        actual={**covered(fact), "findings": counted(fact.findings)},
        problems=problems,
        subject=source.name,
    )


def sensitive_problems(findings: list[Counted], most: int) -> list[str]:
    """A sentence for each kind of finding, when there are more lines than may be."""
    if sum(each.lines for each in findings) <= most:
        return []
    return [f"{shown(each.name)} in {told(each)}" for each in findings]


def structured(fact: ScanFact, source: Source, want: Wanted) -> Verdict:
    """Lines are entries, those of errors say enough, and few are there for debugging."""
    sufficient(fact, source, want)
    return judge(
        expected=f">= {want.min_parseable_percent:g} % {want.format} with time, level and message, "
        f"<= {want.max_debug_percent:g} % debug, errors with {', '.join(want.error_fields) or 'anything'}",
        actual={
            **covered(fact),
            "structured": f"{_percent(fact.structured, fact):.1f} %",
            "levels": _levels(fact),
            "not structured": counted(fact.unstructured),
            "errors lack": counted(fact.lacking),
        },
        problems=structure_problems(fact, want),
        subject=source.name,
    )


def structure_problems(fact: ScanFact, want: Wanted) -> list[str]:
    """Why the entries of a log cannot be searched, or are not those of production."""
    share, debug = _percent(fact.structured, fact), _percent(fact.levels.get("debug", 0), fact)
    problems = []
    if share < want.min_parseable_percent:
        lacking = "; ".join(f"{_without(each, want)}: {told(each)}" for each in fact.unstructured)
        problems.append(f"{share:.1f} % of the lines are structured entries ({lacking})")
    if debug > want.max_debug_percent:
        problems.append(f"{debug:.1f} % of the lines are of level debug or below")
    problems += [f"entries of errors without {shown(each.name)}: {told(each)}" for each in fact.lacking]
    return problems


def quiet(fact: ScanFact, source: Source, want: Wanted) -> Verdict:
    """No warning or error that is not known noise, in all of the window, in a log that has levels."""
    problems = noise_problems(fact, want.max_unexplained_lines)
    if not problems:
        sufficient(fact, source, want)
        whole(fact, source, want)
        if not set(fact.levels) - {"none"}:
            detail = (
                f"{source.name}: not one of {fact.lines} lines states a level, so nothing tells errors from the rest"
            )
            raise CannotLook("malformed", detail)
    return judge(
        expected=f"at most {want.max_unexplained_lines} unexplained warnings and errors in {want.window_hours:g} h",
        actual={**covered(fact), "levels": _levels(fact), "known noise": fact.explained},
        problems=problems,
        subject=source.name,
    )


def noise_problems(fact: ScanFact, most: int) -> list[str]:
    """A sentence for each level of which there are unexplained lines, when there are more than may be."""
    if sum(each.lines for each in fact.unexplained) <= most:
        return []
    return [f"unexplained, of level {shown(each.name)}: {told(each)}" for each in fact.unexplained]


def _without(thing: Counted, want: Wanted) -> str:
    return f"no {want.format}" if thing.name == want.format else f"without {shown(thing.name)}"


def _levels(fact: ScanFact) -> dict[str, int]:
    return {level: fact.levels[level] for level in ("debug", "info", "warn", "error", "none") if level in fact.levels}


def _percent(part: int, fact: ScanFact) -> float:
    return 100 * part / max(fact.lines, 1)
