# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long ago something happened: synchronization, the oldest record of a class, its purge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.sql.statements import (
    SKEW,
    age,
    age_problems,
    count,
    number,
    old,
    written,
)

Declared = Mapping[str, Any]
_DAY, _HOUR = 86400, 3600


def sync(declared: Declared) -> str:
    """When a synchronization last succeeded, and how many rows failed since."""
    return f"SELECT {age(declared['last_success'])} AS age, {written(declared['failed_rows'])}::bigint AS failed"


async def synchronized(asked: Asked, declared: Declared, most: float, max_failed: int) -> Part:
    """It succeeded lately, and hardly a row failed. most: seconds."""
    row = await asked.row(declared["name"])
    value, failed = number(row, "age"), count(row, "failed")
    problems = age_problems("the last success", value, most)
    if failed > max_failed:
        problems.append(f"{failed} rows failed, more than {max_failed}")
    return Part({"last success": None if value is None else f"{old(value)} ago", "failed rows": failed}, problems)


def record_class(declared: Declared) -> str:
    """When the oldest record of a class was made, and when old ones were last purged."""
    if not declared["legal"] and declared["max_days"] is None:
        raise NotAsked(f"retention {declared['name']} has neither legal nor max_days")
    if declared["max_days"] is not None and not declared["last_purge"]:
        raise NotAsked(f"retention {declared['name']} has no last_purge")
    purge = f", {age(declared['last_purge'])} AS purged" if declared["last_purge"] else ""
    return f"SELECT {age(declared['oldest'])} AS age{purge}"


async def retained(asked: Asked, declared: Declared, legal_days: int, purge_hours: float) -> Part:
    """Records of the class are kept as long as law demands, and no longer than the policy allows."""
    row = await asked.row(declared["name"])
    oldest = number(row, "age")
    if oldest is None:
        raise CannotLook("not_found", "there is no record of this class, so nothing shows how long they are kept")
    actual, problems = {"oldest": f"{old(oldest)} ago"}, []
    if oldest < -SKEW:
        problems.append(f"the oldest record lies {old(-oldest)} ahead: a clock or a time zone is wrong")
    if declared["legal"]:
        problems += _too_early(oldest, declared["since"], legal_days)
    if declared["max_days"] is not None and oldest > declared["max_days"] * _DAY:
        problems.append(f"the oldest record is {oldest / _DAY:.1f} days old, more than {declared['max_days']}")
    if declared["last_purge"]:
        purged = number(row, "purged")
        actual["last purge"] = "never" if purged is None else f"{old(purged)} ago"
        problems += age_problems("the last purge", purged, purge_hours * _HOUR)
    return Part(actual, problems)


def _too_early(oldest: float, since: str | None, legal_days: int) -> list[str]:
    """Why records seem deleted early: the oldest should be from the first day, or from before the period."""
    wanted = float(legal_days)
    if since:
        try:
            first = moments.start(since)
        except ValueError as error:
            raise CannotLook("malformed", f"since: {error}") from None
        days = (datetime.now(UTC) - first).total_seconds() / _DAY
        if days < 0:
            raise CannotLook("malformed", f"since: {since} is yet to come")
        # The first record may be of any hour of that day, in any time zone.
        wanted = min(wanted, days - 2)
    if oldest >= wanted * _DAY:
        return []
    first_day = f", though records began on {since}" if since else ""
    return [f"the oldest record is only {oldest / _DAY:.0f} days old, not {wanted:.0f}{first_day}"]
