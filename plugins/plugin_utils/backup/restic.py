# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that restic keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import (
    ANY_EXIT,
    SIZED,
    Copy,
    Repository,
    output,
    parsed,
)
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, together


async def read(look: Observer, options: Mapping[str, Any]) -> Repository:
    """List the snapshots. Up to restic 0.16 they do not tell their size: then the newest are asked for it."""
    filters = [f"--{name}={options[name]}" for name in ("host", "tag", "path") if options[name]]
    copies = snapshots(await output(_restic(look, options, "snapshots", *filters)))
    newest = [copy for copy in copies[-SIZED:] if copy.size is None]
    told = await together(*(output(_restic(look, options, "stats", copy.label)) for copy in newest))
    sizes = {copy.label: _total(text) for copy, text in zip(newest, told, strict=True)}
    return Repository(
        options["repository"],
        [replace(copy, size=sizes.get(copy.label, copy.size)) for copy in copies],
        secrets=[options["password_file"], *options["env_files"].values()],
    )


def _restic(look: Observer, options: Mapping[str, Any], *arguments: str) -> Look[Any]:
    # Neither lock nor cache: both would be written.
    argv = ["restic", "--json", "--no-lock", "--no-cache", f"--repo={options['repository']}"]
    return look.command(
        [*argv, f"--password-file={options['password_file']}", *arguments],
        env_files=options["env_files"],
        user=options["user"],
        ok=ANY_EXIT,
    )


def snapshots(text: str) -> list[Copy]:
    """Read the output of "restic snapshots --json", the oldest snapshot first."""
    try:
        copies = [
            Copy(
                datetime.fromisoformat(snapshot["time"]).timestamp(),
                str(snapshot["id"]),
                snapshot.get("summary", {}).get("total_bytes_processed"),
                encryption="restic",
            )
            for snapshot in parsed(text) or []
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CannotLook("malformed", f"not a list of snapshots: {type(error).__name__} {error}") from error
    return sorted(copies, key=lambda copy: copy.at)


def _total(text: str) -> int:
    try:
        return int(parsed(text)["total_size"])
    except (KeyError, TypeError, ValueError) as error:
        raise CannotLook("malformed", "restic stats tells no total_size") from error
