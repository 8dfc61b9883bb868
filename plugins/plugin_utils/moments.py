# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates and times as people write them in files: always a moment in a zone, in the end one in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo


def moment(text: str, zone: tzinfo | None = None) -> datetime:
    """A time with its offset, or in the zone given. Anything else raises ValueError with what is wrong."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text[:60]!r} is neither a date (2026-12-01) nor a time (2026-12-01T18:00:00+01:00)"
        ) from None
    if found.tzinfo is None:
        if zone is None:
            raise ValueError(f"{text!r} has no zone; end it with Z or an offset, as in {text}+01:00")
        found = found.replace(tzinfo=zone)
    return _in_utc(found, text)


def start(text: str) -> datetime:
    """When something begins: a time with its offset, or the beginning of a plain date in UTC."""
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError:
        return moment(text)


def end(text: str, zone: tzinfo | None = None) -> datetime:
    """When something ends: a time, or the end of a plain date in the zone given or in UTC. What ends then is over at
    this moment, not after it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return moment(text, zone)
    if day == date.max:
        raise ValueError(f"{text!r} is beyond all dates")
    return _in_utc(datetime.combine(day + timedelta(days=1), datetime.min.time(), zone or UTC), text)


def zone(name: str) -> ZoneInfo:
    """The time zone of this name, as Europe/Berlin; raises ValueError when there is none."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name[:60]!r}; name one like Europe/Berlin or UTC") from None


def shown(when: datetime) -> str:
    """A moment as files and reports show it: 2026-12-01T17:00:00Z."""
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _in_utc(when: datetime, text: str) -> datetime:
    try:
        return when.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is beyond all dates") from None
