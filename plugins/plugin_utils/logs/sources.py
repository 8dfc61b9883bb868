# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logs that a check declares, and the one scan of each that tells all that is asked of its lines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import Counted, ScanFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

HOUR = 3600
MEGABYTE = 1_000_000
_PLACES = ("file", "unit", "container")
# Of garbled lines, more than a tenth is no log of text; fewer are names in another encoding.
_MOST_GARBLED = 0.1


@dataclass(frozen=True, slots=True)
class Source:
    """One log: where it is kept (one of file, unit, container), and how its entries are found in the store."""

    kind: str
    name: str
    query: str = ""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Source:
        """The log that one entry of the option sources names; NotAsked when that is none or two."""
        given = [kind for kind in _PLACES if options.get(kind)]
        if len(given) != 1:
            raise NotAsked(f"each of sources needs one of {', '.join(_PLACES)}")
        return cls(given[0], str(options[given[0]]), str(options.get("query") or ""))

    @property
    def unit(self) -> str:
        """The full name of the unit, as the journal has it."""
        return self.name if "." in self.name else f"{self.name}.service"

    @property
    def place(self) -> dict[str, Any]:
        """Where the lines are, in the words of a scan."""
        if self.kind == "unit":
            return {"journal": [f"_SYSTEMD_UNIT={self.unit}"]}
        return {"path" if self.kind == "file" else "container": self.name}

    def scan(self, look: Observer, want: Wanted) -> Look[ScanFact]:
        """The same for every control, so that each log is read once."""
        return look.scan(
            **self.place,
            window=want.window_hours * HOUR,
            limit=want.max_scan_megabytes * MEGABYTE,
            patterns=patterns(tuple(want.ignore)),
            allowed=want.allowed_values,
            known=[{name: value for name, value in each.items() if value} for each in want.known_secrets],
            fields=fields(want.format, tuple(want.error_fields)),
            noise=want.known_noise,
        )


async def each(want: Wanted, prove: Callable[[Source], Awaitable[Verdict]]) -> list[Verdict]:
    """A verdict on every declared log; one that nobody can look at does not hide the others."""

    async def one(source: Source) -> Verdict:
        try:
            return await prove(source)
        except CannotLook as reason:
            return unseen(reason, subject=source.name)

    return await together(*(one(Source.of(options)) for options in want.need("sources")))


def sufficient(fact: ScanFact, source: Source, want: Wanted) -> None:
    """Raise CannotLook where there is too little, or nothing readable, to judge a log by."""
    if fact.lines < want.min_lines:
        raise CannotLook(
            "not_found",
            f"{source.name}: {fact.lines} lines within {want.window_hours:g} h, too few to judge by "
            f"(min_lines {want.min_lines})",
        )
    if fact.garbled > fact.lines * _MOST_GARBLED:
        raise CannotLook("malformed", f"{source.name}: {fact.garbled} of {fact.lines} lines are no text")


def whole(fact: ScanFact, source: Source, want: Wanted) -> None:
    """Raise CannotLook where a part of the window was not looked at."""
    if not fact.complete:
        raise CannotLook(
            "too_large",
            f"{source.name}: only {fact.lines} lines since {when(fact.oldest)} were read of the last "
            f"{want.window_hours:g} h; raise max_scan_megabytes",
        )


def covered(fact: ScanFact) -> dict[str, Any]:
    """What was looked at, for people."""
    read = {"files": [shown(path) for path in fact.files]} if fact.files else {}
    return {**read, "lines": fact.lines, "from": when(fact.oldest), "to": when(fact.newest)}


def counted(things: Sequence[Counted]) -> dict[str, str]:
    """How often each thing was met, and where first."""
    return {shown(each.name): told(each) for each in things}


def told(thing: Counted) -> str:
    """How many lines, and where the first of them stand."""
    more = ", …" if thing.lines > len(thing.places) else ""
    lines = "1 line" if thing.lines == 1 else f"{thing.lines} lines"
    return f"{lines} ({', '.join(map(shown, thing.places))}{more})"


def when(moment: float | None) -> str | None:
    """A time, for people; None where there is none."""
    if moment is None:
        return None
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    except (OverflowError, ValueError, OSError) as error:
        raise CannotLook("malformed", f"{moment} is no time") from error


@cache
def patterns(ignored: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What to look for, without the kinds that the check is not to look for; an unknown kind is NotAsked."""
    data = _data("sensitive.yml")
    unknown = set(ignored) - {pattern["name"] for pattern in data["patterns"]}
    if unknown:
        raise NotAsked(f"option ignore: there is no kind {sorted(unknown)[0]}")
    wanted = [pattern for pattern in data["patterns"] if pattern["name"] not in ignored]
    return [{**pattern, "unless": data["redacted"]} for pattern in wanted]


def card_number() -> dict[str, Any]:
    """What a card number looks like, which other verifiers look for elsewhere."""
    (pattern,) = (each for each in patterns() if each["name"] == "card number")
    return pattern


@cache
def fields(form: str, error: tuple[str, ...]) -> dict[str, Any]:
    """What the fields of entries are called. error: what those of errors must have; an unknown name is a field's."""
    data = _data("fields.yml")
    return {**data, "format": form, "error": {name: data["error"].get(name, [name]) for name in error}}


def _data(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return data
