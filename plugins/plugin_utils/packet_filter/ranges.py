# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of whole numbers as ranges: of ports, or of addresses taken as numbers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

_first, _last = itemgetter(0), itemgetter(1)


@dataclass(frozen=True, slots=True)
class Ranges:
    """A set of whole numbers. parts: its ranges with both ends included, in order, none touching the next."""

    parts: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, parts: Iterable[tuple[int, int]]) -> Ranges:
        """The union of ranges in any order."""
        joined: list[tuple[int, int]] = []
        for first, last in sorted(parts):
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
            else:
                joined.append((first, last))
        return cls(tuple(joined))

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.parts)

    def __or__(self, other: Ranges) -> Ranges:
        return Ranges.of(self.parts + other.parts)

    def __and__(self, other: Ranges) -> Ranges:
        few, many = sorted((self.parts, other.parts), key=len)
        both: list[tuple[int, int]] = []
        for first, last in few:
            met = many[bisect_left(many, first, key=_last) : bisect_right(many, last, key=_first)]
            if len(met) > 1:
                both += ((max(met[0][0], first), met[0][1]), *met[1:-1], (met[-1][0], min(met[-1][1], last)))
            elif met:
                both.append((max(met[0][0], first), min(met[0][1], last)))
        return Ranges(tuple(both))

    def __sub__(self, other: Ranges) -> Ranges:
        if not self.parts:
            return self
        gaps, start = [], self.parts[0][0]
        for first, last in other.parts:
            if start < first:
                gaps.append((start, first - 1))
            start = max(start, last + 1)
        if start <= self.parts[-1][1]:
            gaps.append((start, self.parts[-1][1]))
        return self & Ranges(tuple(gaps))
