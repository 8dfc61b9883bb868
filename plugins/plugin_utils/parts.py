# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A verdict on several parts that are looked at apart, so that what one of them hides does not hide the others."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen


@dataclass(frozen=True, slots=True)
class Part:
    """What was seen of one part, for people, and a sentence for each way in which it is not as wanted."""

    actual: Mapping[str, Any]
    problems: Sequence[str]


async def proven(expected: str, *parts: Awaitable[Part], subject: str = "") -> Verdict:
    """One verdict on all parts, asked side by side.

    What is known to be wrong is a failure, even where another part could not be seen. Where nothing is known to be
    wrong, the first CannotLook of a part is raised.
    """
    outcomes = await together(*map(attempt, parts))
    seen = [outcome for outcome in outcomes if isinstance(outcome, Part)]
    problems = [problem for part in seen for problem in part.problems]
    for outcome in outcomes:
        if isinstance(outcome, CannotLook) and not problems:
            raise outcome
    actual = {name: value for part in seen for name, value in part.actual.items()}
    return judge(expected=expected, actual=actual, problems=problems, subject=subject)


async def alone(expected: str, *parts: Awaitable[Part], subject: str) -> Verdict:
    """One verdict on one of several subjects: what cannot be seen of it is its own error, and hides no other."""
    try:
        return await proven(expected, *parts, subject=subject)
    except CannotLook as reason:
        return unseen(reason, expected=expected, subject=subject)
