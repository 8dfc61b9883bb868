# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Places in which a key lies: what each tells of it without giving it away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import ANY_EXIT, DAY, parsed
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present
from ansible_collections.golive.verify.plugins.plugin_utils.moments import start
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part

_WAYS = ("file", "command", "record")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def way(place: Mapping[str, Any]) -> str:
    """The one way in which a place is looked at."""
    given = [kind for kind in _WAYS if place.get(kind)]
    if len(given) != 1:
        raise NotAsked(f"place {place['name']} takes one of {', '.join(_WAYS)}, not {' and '.join(given) or 'none'}")
    return given[0]


async def in_file(look: Observer, name: str, place: Mapping[str, Any], fingerprint: Mapping[str, Any]) -> Part:
    """A file that holds the key, judged where it lies."""
    asked = look.secret(place["file"], key=place["variable"], predicates={"equals": dict(fingerprint)})
    found = await present(asked)
    if found is None or not found.present:
        return Part({name: "no key"}, [f"{name}: {place['file']} holds no key"])
    return _compared(name, found.predicates.get("equals") is True, "read now")


async def by_command(look: Observer, place: Mapping[str, Any], fingerprint: Mapping[str, Any]) -> Part:
    """What a command says that reads the key. Not even the start of what else it prints is shown: it may be the key."""
    name, fact = place["name"], await look.command(place["command"], user=place["user"], ok=ANY_EXIT)
    if fact.exit:
        raise CannotLook("malformed", f"the command of {name} ended with exit status {fact.exit}")
    said = fact.stdout.strip().lower()
    if not _SHA256.fullmatch(said):
        raise CannotLook("malformed", f"the command of {name} does not print 64 hexadecimal digits, and nothing else")
    return _compared(name, said == fingerprint["sha256"].lower(), "read now")


async def by_record(
    look: Observer, place: Mapping[str, Any], fingerprint: Mapping[str, Any], now: float, max_age_days: float
) -> Part:
    """What somebody wrote down who read the key."""
    name = place["name"]
    fact = await present(look.file(place["record"], content=True, limit=4096))
    if fact is None:
        return Part({name: "no record"}, [f"{name}: there is no record {place['record']}"])
    try:
        record = parsed(fact.content or "")
        day, said = str(record["read"]), str(record["sha256"]).lower()
        age = (now - start(day).timestamp()) / DAY
    except (KeyError, TypeError, ValueError) as error:
        raise CannotLook("malformed", f"{place['record']} is no record of a key: it takes read and sha256") from error
    part = _compared(name, said == fingerprint["sha256"].lower(), f"read on {day[:30]}")
    if age > max_age_days:
        return Part(part.actual, [*part.problems, f"{name}: the key was last read {age:.0f} days ago"])
    return Part(part.actual, [*part.problems, *([f"{name}: the record is of the future"] if age < -1 else [])])


def _compared(name: str, same: bool, how: str) -> Part:
    if same:
        return Part({name: f"the same key, {how}"}, [])
    return Part({name: f"another key, {how}"}, [f"{name}: it holds another key"])
