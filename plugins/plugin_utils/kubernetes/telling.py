# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One verdict on all, and one on each thing that is not as it must be; what is excepted is told by its reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.asking import Items, Seen
from ansible_collections.golive.verify.plugins.plugin_utils.many import MOST_SHOWN, Kind, whole
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like, unmet
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_MOST_TOLD = 25
_NAMED = 5
RUNNING = ("deployments", "statefulsets", "daemonsets")
ALL = (*RUNNING, "cronjobs")
_KINDS = {
    "deployments": "Deployment",
    "statefulsets": "StatefulSet",
    "daemonsets": "DaemonSet",
    "cronjobs": "CronJob",
    "rollouts": "Rollout",
}
Problems = Mapping[str, Sequence[str]]


def named(found: Iterable[str], most: int = _NAMED) -> str:
    """The first of them by name, and how many there are besides."""
    names = sorted(found)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(shown(each) for each in names[:most]) + rest


def workloads(seen: Seen, want: Wanted, plurals: Sequence[str]) -> Items:
    """The workloads to judge, of some kinds: all in the namespaces, or those that are named."""
    found, patterns = [each for plural in plurals for each in seen[plural]], want.workloads
    return [each for each in found if like(each["id"], patterns)] if patterns else found


def missing_problems(seen: Seen, want: Wanted, plurals: Sequence[str]) -> list[str]:
    """What is named or expected to be there, and is not."""
    identities = [each["id"] for plural in plurals for each in seen[plural]]
    kinds = [_KINDS[plural] for plural in plurals]
    speaking = [pattern for pattern in want.workloads if _speaks_of(pattern, kinds, seen.unread)]
    absent = unmet(speaking, identities)
    problems = [f"there is no workload like {pattern}" for pattern in absent]
    if not identities and not absent:
        problems.append(f"there is no workload in {named(seen.namespaces)}")
    return problems


def _speaks_of(pattern: str, kinds: Iterable[str], unread: Collection[str]) -> bool:
    """Whether a pattern for ids could be one of these kinds, in a namespace that can be read."""
    parts = pattern.split("/")
    return len(parts) != 3 or (parts[0] not in unread and any(fnmatchcase(kind, parts[1]) for kind in kinds))


def told(
    want: Wanted,
    control: str,
    problems: Problems,
    *,
    expected: str,
    kind: str = "workloads",
    beside: Sequence[str] = (),
    unread: Mapping[str, CannotLook] | None = None,
    actual: Mapping[str, Any] | None = None,
) -> list[Verdict]:
    """The verdicts of a control.

    problems: what is wrong with each thing that was judged, by its id; beside: what is wrong beside that. unread: why
    something could not be judged, by its id; each is an error, and keeps the rest from being a pass.
    """
    among = problems if want.exceptions else ()
    excepted = {each: reason for each in among if (reason := _exception(want, control, each))}
    judged = {each: found for each, found in problems.items() if each not in excepted}
    wrong = {each: found for each, found in judged.items() if found}
    general = [*beside]
    if excepted and not judged:
        general.append(f"all {len(excepted)} {kind} are excepted, so nothing was proven")
    elif not judged and not beside and not unread:
        general.append(f"there are no {kind} to judge, so nothing was proven")
    failures = [
        judge(expected=expected, actual={"wrong": len(found)}, problems=_bounded(found), subject=shown(each, 300))
        for each, found in sorted(wrong.items())
    ]
    errors = [unseen(reason, subject=each) for each, reason in sorted((unread or {}).items())]
    aside = {**(actual or {}), **({"excepted": _first(excepted)} if excepted else {})}
    things = Kind(kind, len(judged), f"are not as they must be: {named(wrong)}", failures, errors, aside)
    return whole(expected, {}, [things], problems=_bounded(general))


def _bounded(problems: Sequence[str]) -> list[str]:
    """Problems as they may be printed, since names and messages in them are others' words."""
    rest = len(problems) - _MOST_TOLD
    return [shown(each, 500) for each in problems[:_MOST_TOLD]] + ([f"and {rest} more"] if rest > 0 else [])


def _first(found: Mapping[str, Any]) -> dict[str, Any]:
    return dict(islice(sorted(found.items()), MOST_SHOWN))


def _exception(want: Wanted, control: str, identity: str) -> str:
    """The declared reason for which something needs not be as it must; empty where there is none."""
    for each in want.exceptions:
        if not str(each["reason"]).strip():
            raise CannotLook("malformed", f"option exceptions: {each['match']} has no reason")
        if (not each["controls"] or control in each["controls"]) and like(identity, [each["match"]]):
            return str(each["reason"])
    return ""
