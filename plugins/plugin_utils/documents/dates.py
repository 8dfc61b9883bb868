# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates as people write them in documents. One that could be read in two ways (01/02/2026) is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = r"(?P<name>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_FORMS = re.compile(
    r"(?<![\d.-])(?:"
    r"(?P<y>20\d\d)[-/.](?P<m>\d\d?)[-/.](?P<d>\d\d?)"
    r"|(?P<d2>\d\d?)\.(?P<m2>\d\d?)\.(?P<y2>20\d\d)"
    rf"|(?P<d3>\d\d?)(?:st|nd|rd|th)?[ -]{_NAME}[ ,-]{{1,2}}(?P<y3>20\d\d)"
    rf"|{_NAME.replace('name', 'name4')}\s(?P<d4>\d\d?)(?:st|nd|rd|th)?,?\s(?P<y4>20\d\d)"
    r")(?!\d)",
    re.I,
)


def dates(text: str) -> Iterator[date]:
    """Every date of a text, in its order."""
    for found in _FORMS.finditer(text):
        day = _date(found)
        if day:
            yield day


def _date(found: re.Match[str]) -> date | None:
    year = int(found["y"] or found["y2"] or found["y3"] or found["y4"])
    name = found["name"] or found["name4"]
    month = _MONTHS.index(name[:3].lower()) + 1 if name else int(found["m"] or found["m2"])
    try:
        return date(year, month, int(found["d"] or found["d2"] or found["d3"] or found["d4"]))
    except ValueError:
        return None
