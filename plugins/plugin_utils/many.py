# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A verdict on many things of which few fail: the failures one by one, the rest in numbers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import attempt
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, judge, unseen

MOST_SHOWN = 100

# What one thing shows, and a sentence for each way in which it is not as wanted.
Seen = tuple[Mapping[str, Any], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """Things of one kind: how many were judged, what is wrong with some, and what could not be seen.

    name: of several of them, in words. wrong: what those that fail have done. aside: what else there is to tell.
    """

    name: str
    judged: int = 0
    wrong: str = ""
    failures: Sequence[Verdict] = ()
    errors: Sequence[Verdict] = ()
    aside: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        name: str,
        wrong: str,
        verdicts: Sequence[Verdict],
        aside: Mapping[str, Any] | None = None,
        optional: bool = False,
    ) -> Kind:
        """By the verdicts on all of them. None to judge is an error unless it is optional to have any."""
        failures = [each for each in verdicts if each.status is Status.FAIL]
        errors = [each for each in verdicts if each.status is Status.ERROR]
        if not verdicts and not optional:
            errors = [unseen(CannotLook("not_found", f"there are no {name} to judge"), subject=name)]
        return cls(name, len(verdicts), wrong, failures, errors, aside or {})

    @property
    def problem(self) -> list[str]:
        """In one sentence, how many of them fail."""
        return [f"{len(self.failures)} of {self.judged} {self.name} {self.wrong}"] if self.failures else []


async def looked(name: str, judging: Awaitable[Kind]) -> Kind:
    """A kind that is judged apart from others; where it cannot be looked at, that is its own error."""
    found = await attempt(judging)
    return Kind(name, errors=[unseen(found, subject=name)]) if isinstance(found, CannotLook) else found


def whole(
    expected: str,
    actual: Mapping[str, Any],
    kinds: Sequence[Kind],
    *,
    problems: Sequence[str] = (),
    subject: str = "",
) -> list[Verdict]:
    """The verdict on the whole with its numbers, then those of what fails and of what could not be seen.

    problems: what is wrong beside the things themselves. Of each kind a hundred failures are shown, and of all kinds a
    hundred errors. What could not be seen costs the pass, but hides no failure.
    """
    errors = [each for kind in kinds for each in kind.errors][:MOST_SHOWN]
    wrong = [*problems, *(sentence for kind in kinds for sentence in kind.problem)]
    if errors and not wrong:
        return errors
    counts = {kind.name: kind.judged for kind in kinds}
    aside = {name: value for kind in kinds for name, value in kind.aside.items()}
    verdict = judge(expected=expected, actual={**actual, **counts, **aside}, problems=wrong, subject=subject)
    return [verdict, *(each for kind in kinds for each in kind.failures[:MOST_SHOWN]), *errors]


def verdict(subject: str, expected: str, *looks: Callable[[], Seen]) -> Verdict:
    """One thing's verdict. What is known to be wrong is a failure, even where something else could not be seen."""
    actual: dict[str, Any] = {}
    problems: list[str] = []
    hidden: list[CannotLook] = []
    for look in looks:
        try:
            facts, wrong = look()
        except CannotLook as reason:
            hidden.append(reason)
            continue
        actual |= facts
        problems += wrong
    if hidden and not problems:
        return unseen(hidden[0], expected=expected, subject=subject)
    return judge(expected=expected, actual=actual, problems=problems, subject=subject)
