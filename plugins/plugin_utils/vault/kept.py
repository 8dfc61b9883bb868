# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a secret store keeps of secrets and keys, and since when: their metadata, never a value."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.look import attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.vault.server import Vault, found, member

_DAY = 86400
# What clocks may differ by before an age means nothing.
_AHEAD = 3600
_FAR = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a secret. Times are Unix seconds; deleted may lie ahead, where versions end by themselves."""

    number: int
    created: float
    deleted: float | None = None
    destroyed: bool = False

    def gone(self, now: float) -> str:
        """How the version ended; empty while it can be read."""
        if self.destroyed:
            return "destroyed"
        return "deleted" if self.deleted is not None and self.deleted <= now else ""


@dataclass(frozen=True, slots=True)
class History:
    """The versions of a secret or key that are known, the oldest first. place: where it lies, as people write it."""

    place: str
    versions: tuple[Version, ...]

    @property
    def newest(self) -> Version | None:
        """The version that readers get."""
        return self.versions[-1] if self.versions else None

    def shown(self) -> dict[str, str]:
        """Evidence for people."""
        newest = self.newest
        return {self.place: f"version {newest.number} of {date(newest.created)}" if newest else "no version"}


async def secret(vault: Vault, mount: str, path: str) -> History:
    """The versions of a secret in a KV engine of version 2; without versions where there is no such secret."""
    metadata, engine = await together(
        attempt(found(vault.ask(f"{mount}/metadata/{path}"))), attempt(vault.ask(f"sys/internal/ui/mounts/{mount}"))
    )
    if not isinstance(engine, CannotLook):
        _versioned(engine, mount)
    if isinstance(metadata, CannotLook):
        raise metadata
    return History(f"{mount}/{path}", () if metadata is None else _versions(metadata))


def _versioned(engine: Mapping[str, Any], mount: str) -> None:
    """Any holder of a right below a mount may ask what it is. Of an engine without versions nothing is known."""
    kind, options = member(engine, "type", str), engine.get("options") or {}
    if kind == "kv" and options.get("version") == "2":
        return
    if kind != "kv":
        raise CannotLook("not_found", f"{mount}/ is no KV engine but {shown(kind)}")
    advice = f"upgrade it with `vault kv enable-versioning {mount}`"
    raise CannotLook("not_found", f"{mount}/ is KV of version 1, which keeps no metadata to judge unread; {advice}")


def _versions(metadata: Mapping[str, Any]) -> tuple[Version, ...]:
    said = member(metadata, "versions", dict)
    versions = sorted((_version(number, each) for number, each in said.items()), key=lambda each: each.number)
    if versions and versions[-1].number != member(metadata, "current_version", int):
        raise CannotLook("malformed", "the current version of a secret is not its newest")
    return tuple(versions)


def _version(number: str, said: Any) -> Version:
    if not isinstance(said, dict) or not re.fullmatch(r"[0-9]{1,9}", number):
        raise CannotLook("malformed", "not the version of a secret")
    deleted = member(said, "deletion_time", str)
    return Version(
        int(number),
        _seconds(member(said, "created_time", str)),
        _seconds(deleted) if deleted else None,
        member(said, "destroyed", bool),
    )


async def transit_key(vault: Vault, mount: str, name: str) -> History:
    """The versions of a key of the transit engine; without versions where there is no such key."""
    said = await found(vault.ask(f"{mount}/keys/{name}"))
    place = f"{mount}/keys/{name}"
    if said is None:
        return History(place, ())
    latest, keys = member(said, "latest_version", int), member(said, "keys", dict)
    made = keys.get(str(latest))
    if isinstance(made, dict):
        made = _seconds(member(made, "creation_time", str))
    if not isinstance(made, (int, float)) or not 0 <= made < _FAR:
        raise CannotLook("malformed", f"{place} does not tell when version {latest} was made")
    return History(place, (Version(latest, float(made)),))


async def there(vault: Vault, mount: str, path: str, now: float) -> Part:
    """The secret can be read in its newest version."""
    history = await secret(vault, mount, path)
    return Part(history.shown(), absence_problems(history, now))


def absence_problems(history: History, now: float) -> list[str]:
    """Why readers get nothing."""
    newest = history.newest
    if newest is None:
        return [f"there is nothing at {history.place}"]
    gone = newest.gone(now)
    return [f"the newest version of {history.place}, {newest.number}, is {gone}"] if gone else []


async def named(vault: Vault, mount: str, path: str, wanted: Iterable[str]) -> Part:
    """The secret has these keys. Asked for its keys, the store answers with null in place of each value."""
    said = await found(vault.ask(f"{mount}/subkeys/{path}"))
    if said is None:
        raise CannotLook("not_found", f"{mount}/{path} does not tell its keys; a store before Vault 1.10 never does")
    names = member(said, "subkeys", dict)
    if not all(value is None or isinstance(value, dict) for value in names.values()):
        raise CannotLook("malformed", f"{mount}/subkeys/{path} holds more than names")
    missing = [name for name in wanted if name not in names]
    return Part({"keys": sorted(set(wanted) - set(missing))}, [f"{mount}/{path} has no key {name}" for name in missing])


async def young(asked: Awaitable[History], max_days: float, grace_days: float | None, now: float) -> Part:
    """It was written lately, and versions before the newest have ended, unless they are to stay (no grace_days)."""
    history = await asked
    problems = [*absence_problems(history, now), *age_problems(history, max_days, now)]
    if grace_days is not None:
        problems += predecessor_problems(history, grace_days, now)
    return Part(history.shown(), problems)


def age_problems(history: History, max_days: float, now: float) -> list[str]:
    """Why the newest version is not young enough. A version of tomorrow is CannotLook: some clock is wrong."""
    newest = history.newest
    if newest is None:
        return []
    if newest.created > now + _AHEAD:
        raise CannotLook("malformed", f"{history.place} was written at {date(newest.created)}, which is yet to come")
    days = (now - newest.created) / _DAY
    if days <= max_days:
        return []
    return [f"version {newest.number} of {history.place} is {days:.0f} days old, not {max_days:g} at most"]


def predecessor_problems(history: History, grace_days: float, now: float) -> list[str]:
    """Which versions can still be read although the newest replaced them more than these days ago."""
    newest = history.newest
    if newest is None or now - newest.created <= grace_days * _DAY:
        return []
    alive = [str(version.number) for version in history.versions[:-1] if not version.gone(now)]
    if not alive:
        return []
    numbers = ", ".join(alive[:5]) + (" …" if len(alive) > 5 else "")
    replaced = f"{newest.number} replaced it more than {grace_days:g} days ago"
    return [f"version {numbers} of {history.place} can still be read, although {replaced}"]


def _seconds(text: str) -> float:
    try:
        return moments.moment(text).timestamp()
    except ValueError as wrong:
        raise CannotLook("malformed", f"not the time of a version: {wrong}") from None


def date(seconds: float) -> str:
    """A moment in Unix seconds as its day in UTC, for people."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
