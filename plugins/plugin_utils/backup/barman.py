# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of a PostgreSQL cluster that barman keeps, and what barman says of its own health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import (
    ANY_EXIT,
    Copy,
    Repository,
    output,
    parsed,
)
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CommandFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, together

_COPIED = ("DONE", "WAITING_FOR_WALS")
_UNFINISHED = ("EMPTY", "STARTED", "SYNCING")


async def read(look: Observer, options: Mapping[str, Any]) -> Repository:
    """List the backups of one server, and the checks of barman that fail."""
    server = str(options["server"])
    listing, health = await together(
        output(_barman(look, options, "list-backup", server)), _barman(look, options, "check", server)
    )
    copies, problems = backups(listing, server)
    return Repository(f"barman's server {server}", copies, [*problems, *check_problems(health.stdout, server)])


def _barman(look: Observer, options: Mapping[str, Any], *arguments: str) -> Look[CommandFact]:
    config = [f"--config={options['config']}"] if options["config"] else []
    return look.command(["barman", *config, "--format=json", *arguments], user=options["user"], ok=ANY_EXIT)


def backups(text: str, server: str) -> tuple[list[Copy], list[str]]:
    """Read the output of "barman list-backup": the backups, oldest first, and whether the last one failed."""
    try:
        ended = [each for each in parsed(text)[server] if each["status"] not in _UNFINISHED]
        last = max(ended, key=lambda each: str(each["backup_id"]), default=None)
        copies = [
            Copy(
                float(each["end_time_timestamp"]),
                str(each["backup_id"]),
                int(each["size_bytes"]),
                () if each["status"] == "DONE" else ("waits for WAL that it needs",),
            )
            for each in ended
            if each["status"] in _COPIED
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise CannotLook("malformed", f"not what barman lists: {type(error).__name__} {error}") from error
    failed = last is not None and last["status"] not in _COPIED
    problems = [f"the last backup, {last['backup_id']}, ended as {last['status']}"] if last and failed else []
    return sorted(copies, key=lambda copy: copy.at), problems


def check_problems(text: str, server: str) -> Sequence[str]:
    """Read the output of "barman check": what it complains of."""
    try:
        checks = parsed(text)[server]
        failed = {name: each["hint"] for name, each in checks.items() if each["status"] != "OK"}
    except (KeyError, TypeError, AttributeError) as error:
        raise CannotLook("malformed", f"not what barman checks: {type(error).__name__} {error}") from error
    if not checks:
        raise CannotLook("malformed", "barman checked nothing")
    return [f"barman check, {name}: {str(hint)[:200] or 'failed'}" for name, hint in failed.items()][:10]
