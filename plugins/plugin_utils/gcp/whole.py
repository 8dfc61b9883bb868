# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A verdict on many things of which few fail: the failures one by one, the rest in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, judge

_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """Things of one kind, each judged. name: of several of them, in words. wrong: what those that fail have done."""

    name: str
    wrong: str
    verdicts: Sequence[Verdict] = ()

    @property
    def failures(self) -> list[Verdict]:
        """Those that are not as they should be."""
        return [verdict for verdict in self.verdicts if verdict.status is Status.FAIL]

    @property
    def errors(self) -> list[Verdict]:
        """Those that could not be judged."""
        return [verdict for verdict in self.verdicts if verdict.status is Status.ERROR]


def whole(expected: str, subject: str, kinds: Sequence[Kind]) -> list[Verdict]:
    """The verdict on the whole with its numbers, then those of what fails and of what could not be judged.

    What could not be judged costs the pass, but hides no failure.
    """
    problems = [
        f"{len(kind.failures)} of {len(kind.verdicts)} {kind.name} {kind.wrong}" for kind in kinds if kind.failures
    ]
    errors = [verdict for kind in kinds for verdict in kind.errors]
    shown = [*_first(kind.failures for kind in kinds), *errors[:_MOST_SHOWN]]
    if errors and not problems:
        return shown
    counts = {kind.name: len(kind.verdicts) for kind in kinds}
    return [judge(expected=expected, actual=counts, problems=problems, subject=subject), *shown]


def _first(lists: Iterable[Sequence[Verdict]]) -> Iterator[Verdict]:
    for verdicts in lists:
        yield from verdicts[:_MOST_SHOWN]
