# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of repositories by the option that declares them, and reading the one that a check declares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.backup import (
    barman,
    borg,
    files,
    pgbackrest,
    rclone,
    restic,
)
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import Repository
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer

_KINDS: Mapping[str, Callable[[Observer, Mapping[str, Any]], Awaitable[Repository]]] = {
    "directory": files.read,
    "restic": restic.read,
    "borg": borg.read,
    "rclone": rclone.read,
    "pgbackrest": pgbackrest.read,
    "barman": barman.read,
}

PATIENCE = 60.0
"""Seconds for a look that reads a whole dump, unless the check says otherwise."""


def declared(options: Mapping[str, Any]) -> list[str]:
    """The kinds that the options declare a repository of."""
    return [kind for kind in _KINDS if options.get(kind)]


def read(look: Observer, options: Mapping[str, Any]) -> Awaitable[Repository]:
    """Read the one repository that the options declare."""
    kinds = declared(options)
    if len(kinds) != 1:
        raise NotAsked(f"it takes one of {', '.join(_KINDS)}, not {' and '.join(kinds) or 'none'}")
    return _KINDS[kinds[0]](look, options if kinds[0] == "directory" else options[kinds[0]])


def patient(look: Observer, timeout: float | None) -> Observer:
    """The same place, with the time that it takes to read a whole dump."""
    return Observer(look.vantage, timeout or PATIENCE)


def place(options: Mapping[str, Any]) -> str:
    """Where the options say that a repository lies; empty when only its tool knows."""
    if options.get("directory"):
        return str(options["directory"])
    return str((options.get("restic") or options.get("borg") or {}).get("repository", ""))


def subject(options: Mapping[str, Any]) -> str:
    """What people call a repository."""
    if options.get("pgbackrest"):
        return f"pgBackRest repository {options['pgbackrest']['repo']}"
    return place(options) or str((options.get("rclone") or {}).get("remote", ""))
