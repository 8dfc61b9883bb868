# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values that charts show, read from results: sources.yml says which control's which value feeds which chart."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.plugin_utils import moments, summary

DAY = 86400.0
# Years that a calendar knows on every machine; what is beyond them is no date but a mistake, or a joke.
_FIRST, _LAST = 0.0, 250_000_000_000.0
_NUMBER = re.compile(r"[-+]?\d{1,15}(?:\.\d{1,9})?")
_THRESHOLD = re.compile(r"(?:^|; )([a-z0-9_]+)=([-+]?\d{1,15}(?:\.\d{1,9})?)\b")
_DEEPEST, _MOST_VALUES, _LARGEST = 4, 500, 1e15

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """One line of sources.yml, which explains the fields."""

    chart: str
    control: str
    key: str
    reads: str
    verifier: str = ""
    of: str = "actual"
    unit: str = ""
    threshold: str = ""
    name: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a result. value: in the source's unit, of a moment Unix seconds. threshold: None: none is told."""

    source: Source
    check: Data
    name: str
    value: float
    threshold: float | None

    @property
    def where(self) -> str:
        """The host and target that were looked at."""
        return summary.where(self.check)


def readings(report: Data) -> Iterator[Reading]:
    """All values of all charts, in the order of the results."""
    fitting: dict[tuple[str, str], _Fitting] = {}
    for check in report["checks"]:
        of = check["control"], check["verifier"]
        if of not in fitting:
            fitting[of] = _Fitting([each for each in _sources() if _speaks_of(each, *of)])
        yield from _read(check, fitting[of])


class _Fitting:
    """The sources that speak of some results. Results are many and alike, so that each place is matched once."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._known: dict[tuple[str, str], list[Source]] = {}
        self.parts = dict.fromkeys(source.of for source in sources)

    def at(self, part: str, path: str) -> list[Source]:
        """Those that want what stands at this place."""
        if (part, path) not in self._known:
            wanting = (source for source in self._sources if source.of == part)
            self._known[part, path] = [each for each in wanting if fnmatch.fnmatchcase(path, each.key)]
        return self._known[part, path]


@cache
def _sources() -> tuple[Source, ...]:
    path = Path(__file__).with_name("sources.yml")
    return tuple(Source(**each) for each in yaml.safe_load(path.read_text(encoding="utf-8")))


def _speaks_of(source: Source, control: str, verifier: str) -> bool:
    return fnmatch.fnmatchcase(control, source.control) and source.verifier in ("", verifier)


def _read(check: Data, fitting: _Fitting) -> Iterator[Reading]:
    for part in fitting.parts:
        values = check.get(part)
        if not isinstance(values, dict):
            continue
        for path, beside, value in islice(_leaves(values), _MOST_VALUES):
            for source in fitting.at(part, path):
                found = _moment(value) if source.reads == "moment" else _number(value)
                if found is not None:
                    name = str(beside.get(source.name, "")) if source.name else path
                    yield Reading(source, check, name, found, _threshold(source, check))
                    break


def _threshold(source: Source, check: Data) -> float | None:
    if not source.threshold:
        return None
    return {name: float(value) for name, value in _THRESHOLD.findall(check["threshold_source"])}.get(source.threshold)


def _leaves(values: Data, path: str = "", depth: int = 0) -> Iterator[tuple[str, Data, Any]]:
    """Where each value stands, what stands beside it, and the value."""
    for key, value in values.items():
        place = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from _leaves(value, place, depth + 1)
        else:
            yield place, values, value


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        found = _NUMBER.match(value)
        return float(found[0]) if found else None
    known = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _LARGEST
    return float(value) if known else None


def _moment(value: Any) -> float | None:
    try:
        at = moments.moment(value, UTC).timestamp() if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None
    return at if at is not None and _FIRST <= at <= _LAST else None


def bounded(at: float) -> float:
    """A time that calendars know, the nearest to this one."""
    return min(max(at, _FIRST), _LAST)


def day(at: float) -> str:
    """A day as people write it: 24 November 2026."""
    moment = datetime.fromtimestamp(bounded(at), UTC)
    return f"{moment.day} {moment:%B %Y}"
