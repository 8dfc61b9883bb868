# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units of the catalogue (controls.UNITS), what one is in another, and the words that people write for them.

All arithmetic is exact: values are fractions until they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

# What one of each is in the first unit of its family; units of other families are not compatible.
_FAMILIES: tuple[dict[str, Fraction], ...] = (
    {
        "milliseconds": Fraction(1),
        "seconds": Fraction(1000),
        "minutes": Fraction(60_000),
        "hours": Fraction(3_600_000),
        "days": Fraction(86_400_000),
    },
    *({unit: Fraction(1)} for unit in ("percent", "megabytes", "count", "per_minute", "characters", "usd_per_month")),
)
DURATIONS = frozenset(_FAMILIES[0])

_SHOWN = {
    "percent": "{} %",
    "milliseconds": "{} ms",
    "megabytes": "{} MB",
    "count": "{}",
    "per_minute": "{} per minute",
    "usd_per_month": "${} per month",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A word that people write for a unit. of: how many of the unit it is; months: calendar words, counted in days.

    noun: what is counted, for lengths in bits and bytes. attached: only without a space before it, as in 7d.
    """

    unit: str
    of: Fraction = Fraction(1)
    months: int = 0
    noun: str = ""
    attached: bool = False

    def value(self, number: Fraction) -> Fraction:
        """So many of it, in its unit."""
        return calendar_days(number * self.months) if self.months else number * self.of


def calendar_days(months: Fraction) -> Fraction:
    """Months in days as people count them: 30 a month, 90 a quarter, 365 a year, and the leap days of several years.

    Seven years are 2557 days, which is what laws that ask for seven years come to.
    """
    years, rest = divmod(months, 12)
    return Fraction(round(years * Fraction(1461, 4))) + rest * 30


def _rows() -> dict[str, Written]:
    """Words in lower case; those in which the case tells (Mi, GB) as they are written."""
    rows: dict[str, Written] = {}
    durations = {
        "milliseconds": (Fraction(1), "ms msec msecs millis millisecond milliseconds"),
        "seconds": (Fraction(1), "s sec secs second seconds"),
        "minutes": (Fraction(1), "min mins minute minutes"),
        "hours": (Fraction(1), "h hr hrs hour hours"),
        "days": (Fraction(1), "day days"),
    }
    for unit, (of, words) in durations.items():
        rows |= {word: Written(unit, of) for word in words.split()}
    micro = ("\u00b5s", "\u03bcs", "microsecond", "microseconds")
    rows |= {word: Written("milliseconds", Fraction(1, 1000)) for word in micro}
    rows |= {word: Written("days", Fraction(7)) for word in ("week", "weeks", "wk", "wks")}
    rows |= {word: Written("days", months=1) for word in ("month", "months", "mo", "mos")}
    rows |= {word: Written("days", months=3) for word in ("quarter", "quarters")}
    rows |= {word: Written("days", months=12) for word in ("year", "years", "yr", "yrs")}
    rows |= {"m": Written("minutes", attached=True), "d": Written("days", attached=True)}
    rows |= {"w": Written("days", Fraction(7), attached=True), "y": Written("days", months=12, attached=True)}
    rows |= {word: Written("percent") for word in ("%", "percent", "pct", "per cent")}
    rows |= {word: Written("characters") for word in ("char", "chars", "character", "characters")}
    rows |= {word: Written("count", noun="bits") for word in ("bit", "bits")}
    rows |= {word: Written("count", noun="bytes") for word in ("byte", "bytes")}
    for power, prefix in enumerate(("k", "m", "g", "t"), 1):
        decimal, binary = Fraction(1000**power, 1000**2), Fraction(1024**power, 1000**2)
        rows |= {f"{prefix}b": Written("megabytes", decimal), f"{prefix}ib": Written("megabytes", binary)}
        rows[f"{prefix}i"] = Written("megabytes", binary, attached=True)
    for word, prefix in (("kilobyte", "kb"), ("megabyte", "mb"), ("gigabyte", "gb"), ("terabyte", "tb")):
        rows |= {word: rows[prefix], f"{word}s": rows[prefix]}
    return rows


WRITTEN = _rows()


def compatible(one: str, other: str) -> bool:
    """Whether a value in one unit can be told in the other."""
    return any(one in family and other in family for family in _FAMILIES)


def convert(value: Fraction, unit: str, into: str) -> Fraction:
    """The value in another unit, exactly. Units that are not compatible raise ValueError."""
    for family in _FAMILIES:
        if unit in family and into in family:
            return value * family[unit] / family[into]
    raise ValueError(f"{unit} cannot be told in {into}")


def plain(value: Fraction) -> int | float:
    """The value as YAML and JSON know it: a whole number where it is one."""
    return value.numerator if value.denominator == 1 else float(value)


def shown(value: float, unit: str) -> str:
    """The value with its unit, for people: 30 days, 1 hour, 99.9 %."""
    number = f"{value:.10g}"
    words = _SHOWN.get(unit, "{} " + (unit.removesuffix("s") if number == "1" else unit))
    return words.format(number)
