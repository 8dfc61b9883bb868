# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one line of a log says: its fields, its level, its time; whatever wrote it."""

from __future__ import annotations

import calendar
import datetime
import json
import re
import time

# What levels are called, by what they mean for an operator.
_LEVELS = {
    "debug": ("trace", "debug", "verbose", "silly", "fine", "finer", "finest"),
    "info": ("info", "information", "informational", "notice", "log", "http", "ok"),
    "warn": ("warn", "warning"),
    "error": ("error", "err", "fatal", "crit", "critical", "alert", "emerg", "emergency", "panic", "severe"),
}
_MEANING = {word: level for level, words in _LEVELS.items() for word in words}
WORST_FIRST = ("error", "warn", "info", "debug")

# Priorities of syslog (RFC 5424 section 6.2.1), as the journal has them.
_PRIORITIES = ("error",) * 4 + ("warn", "info", "info", "debug")

# The level of a line of prose stands near its start: in capitals, in brackets, behind a name, or before a colon.
_HEAD = 200
_WORDS = "|".join(sorted((word for word in _MEANING if word not in ("ok", "http")), key=len, reverse=True))
_CAPITALS = re.compile(r"(?:^|[\s\[(<|:\"'=])(%s)(?=[\s\])>|:,\"']|$)" % _WORDS.upper())
_MARKED = re.compile(
    r"(?i)(?:[\[<(|]|\b(?:level|severity|lvl|loglevel)[\"']?\s?[=:]\s?[\"']?)\s?(%s)(?=[\s\])>|:,;\"']|$)" % _WORDS
)
_LEADING = re.compile(r"(?i)^\s?(%s)\s?:" % _WORDS)
_SIGNS_OF_ERROR = re.compile(
    r"Traceback \(most recent call last\)|(?:^|[\s.:(\"'\[])[A-Za-z]{0,40}(?:Error|Exception)(?=[:\s\"'\]]|$)"
    r"|\bpanic: |\bUnhandled |\buncaught |\bE(?:CONN[A-Z]{5,8}|TIMEDOUT|HOSTUNREACH|PIPE|NOTFOUND|AI_AGAIN)\b"
    r"|\bsegfault\b|core dumped|Out of memory|OutOfMemory"
)

# The time of a line of prose stands before its message, which may speak of other times; addresses stand before it.
_FRONT = 80
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOCK = r"(?P<h>\d\d):(?P<mi>\d\d):(?P<s>\d\d)"
_ZONE = r"(?:[.,](?P<f>\d{1,9}))?\s?(?P<z>Z|UTC|GMT|[+-]\d\d:?\d\d)?"
_TIMES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<y>\d{4})[-/](?P<m>\d\d)[-/](?P<d>\d\d)[T ]" + _CLOCK + _ZONE,
        r"(?<!\d)(?P<d>\d\d)[/ ](?P<m>%s)[/ ](?P<y>\d{4})[: ]" % "|".join(_MONTHS) + _CLOCK + _ZONE,
        r"^(?:<\d{1,3}>)?(?P<m>%s) {1,2}(?P<d>\d{1,2}) " % "|".join(_MONTHS) + _CLOCK,
    )
)
# One or more key=value, a value with spaces in quotes.
_PAIR = r"""[\w.@/-]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)"""
_LOGFMT = re.compile(r"\s*%s(?:\s+%s)+\s*" % (_PAIR, _PAIR))
_PAIRS = re.compile(r"""([\w.@/-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))""")


def fields_of(text, form):
    """The fields of a line of JSON or logfmt; None when it is none."""
    if form == "logfmt":
        if not _LOGFMT.fullmatch(text):
            return None
        return {name: quoted or bare for name, quoted, bare in _PAIRS.findall(text)}
    try:
        fields = json.loads(text) if text.lstrip()[:1] == "{" else None
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def field(fields, names):
    """The value of the first of these names that has one; a dot leads into an object, or belongs to the name."""
    return next((value for value in (_at(fields, name) for name in names) if value not in (None, "", {}, [])), None)


def _at(fields, name):
    if name in fields:
        return fields[name]
    first, dot, rest = name.partition(".")
    below = fields.get(first)
    return _at(below, rest) if dot and isinstance(below, dict) else None


def level_of(text, fields, names, priority=None):
    """The level of a line: debug, info, warn or error; None when it states none.

    names: of the field. priority: the journal's. Prose without a level that has the signs of an error is one.
    """
    if fields is not None:
        stated = _meaning(field(fields, names))
        if stated:
            return stated
    else:
        head = text[:_HEAD]
        found = _CAPITALS.search(head) or _MARKED.search(head) or _LEADING.search(head)
        if found:
            return _MEANING[found.group(1).lower()]
        if _SIGNS_OF_ERROR.search(head):
            return "error"
    return None if priority is None else _PRIORITIES[priority]


def _meaning(value):
    if isinstance(value, str):
        return _MEANING.get(value.strip().lower())
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # Bunyan and pino count upwards from 10 for trace; syslog downwards to 0 for emerg.
        if value >= 10:
            return "error" if value >= 50 else "warn" if value >= 40 else "info" if value >= 30 else "debug"
        return _PRIORITIES[int(value)] if 0 <= value <= 7 else None
    return None


def time_of(text, fields, names, now):
    """The Unix time of a line; None when it states none. Without a zone it is that of this machine."""
    if fields is not None:
        return _moment(field(fields, names), now)
    return _written(text[:_FRONT], now)


def _moment(value, now):
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return _written(value[:_FRONT], now)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 1e8 < value < 1e22:
        return None
    for unit, least in ((1e9, 1e17), (1e6, 1e14), (1e3, 1e11)):
        if value >= least:
            return value / unit
    return float(value)


def _written(text, now):
    found = next((match for match in (pattern.search(text) for pattern in _TIMES) if match), None)
    if found is None:
        return None
    part = found.groupdict()
    month = part["m"] if part["m"].isdigit() else _MONTHS.index(part["m"]) + 1
    year = part.get("y") or time.gmtime(now).tm_year
    moment = tuple(map(int, (year, month, part["d"], part["h"], part["mi"], part["s"])))
    try:
        seconds = _seconds(moment, part.get("z")) + float("0." + (part.get("f") or "0"))
        if not part.get("y") and seconds > now + 86400:  # Traditional syslog leaves the year out.
            seconds = _seconds((moment[0] - 1,) + moment[1:], None)
    except (ValueError, OverflowError):
        return None
    return seconds


def _seconds(moment, zone):
    datetime.datetime(*moment)  # Refuses what is no date; the functions of time make another one of it.
    if zone is None:
        return time.mktime(moment + (0, 0, -1))
    seconds = calendar.timegm(moment + (0, 0, 0))
    if zone[0] not in "+-":
        return seconds
    offset = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
    return seconds - offset if zone[0] == "+" else seconds + offset
