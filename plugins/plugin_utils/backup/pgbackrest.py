# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of a PostgreSQL cluster that pgBackRest keeps, with the WAL that they need."""

from __future__ import annotations

import re
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
from ansible_collections.golive.verify.plugins.plugin_utils.backup.wal import Archive, histories, segments
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CommandFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, together

# Without these a repository lies in the default directory of this host.
_PLACE = ("type", "path", "host", "s3-bucket", "s3-endpoint", "azure-container", "gcs-bucket", "sftp-host")
_DEFAULT_PATH = "/var/lib/pgbackrest"
_DEFAULT_CONFIGS = ("/etc/pgbackrest/pgbackrest.conf", "/etc/pgbackrest.conf")

# Status codes of a repository: it holds nothing yet, and that is a fact; any other but 0 is trouble with looking.
_NOTHING = (1, 2, 3)


async def read(look: Observer, options: Mapping[str, Any]) -> Repository:
    """List the backups of one repository of a stanza, and where that repository lies."""
    configs = [options["config"]] if options["config"] else [*_DEFAULT_CONFIGS]
    info, settings = await together(output(_info(look, options)), _settings(look, options, configs))
    copies, problems = backups(info, options["stanza"], options["repo"])
    return Repository(place(settings), copies, problems, secrets=configs)


def _info(look: Observer, options: Mapping[str, Any]) -> Look[CommandFact]:
    argv = ["pgbackrest", "info", "--output=json", "--log-level-console=off", "--log-level-stderr=warn"]
    argv += [f"--config={options['config']}"] if options["config"] else []
    return look.command(
        [*argv, f"--stanza={options['stanza']}", f"--repo={options['repo']}"], user=options["user"], ok=ANY_EXIT
    )


async def _settings(look: Observer, options: Mapping[str, Any], configs: Sequence[str]) -> dict[str, str]:
    """The settings that say where the repository lies; grep, since the rest of the file is secret."""
    pattern = rf"^[[:space:]]*repo{options['repo']}-({'|'.join(_PLACE)})[[:space:]]*="
    fact = await look.command(["grep", "-hE", pattern, *configs], user=options["user"], ok=(0, 1, 2))
    if "ermission denied" in fact.stderr:
        raise CannotLook("denied", fact.stderr.strip()[:300])
    found = re.findall(r"^\s*repo\d+-([\w-]+)\s*=\s*(.*?)\s*$", fact.stdout, re.MULTILINE)
    return dict(found)


async def archive(look: Observer, options: Mapping[str, Any]) -> Archive:
    """List the WAL that one repository of a stanza holds. Only of its newest directory the times are asked for."""
    names, info = await together(output(_files(look, options, "", "--recurse")), output(_info(look, options)))
    paths = [line.rpartition("/")[::2] for line in names.splitlines()]
    newest = max((path for path, name in paths if segments([name])), default="", key=_by_age)
    if not newest:
        return Archive(frozenset(), frozenset(), 0.0, [])
    held = [name for path, name in paths if path.partition("/")[0] == newest.partition("/")[0]]
    times = arrivals(await output(_files(look, options, f"/{newest}", "--output=json")))
    copies = bases(info, options["stanza"], options["repo"])
    return Archive(segments(held), histories(held), max(times.items())[1], copies)


def _by_age(path: str) -> tuple[int, str]:
    """An upgrade of PostgreSQL begins a new archive, as 16-2 after 9.6-1."""
    number = path.partition("/")[0].rpartition("-")[2]
    return (int(number) if number.isdigit() else 0, path)


def _files(look: Observer, options: Mapping[str, Any], below: str, *more: str) -> Look[CommandFact]:
    argv = ["pgbackrest", "repo-ls", "--log-level-console=off", "--log-level-stderr=warn", f"--repo={options['repo']}"]
    argv += [f"--config={options['config']}"] if options["config"] else []
    return look.command([*argv, *more, f"archive/{options['stanza']}{below}"], user=options["user"], ok=ANY_EXIT)


def arrivals(text: str) -> dict[str, float]:
    """Read the output of "pgbackrest repo-ls --output=json" on a directory of WAL: when each segment came."""
    try:
        found = {name: float(each["time"]) for name, each in parsed(text).items() if segments([name])}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CannotLook("malformed", f"not what pgbackrest lists: {type(error).__name__} {error}") from error
    if not found:
        raise CannotLook("malformed", "pgbackrest lists no segment where it listed one before")
    return found


def bases(text: str, stanza: str, repo: int) -> list[tuple[float, str]]:
    """Read the output of "pgbackrest info": from when on each backup can be restored, and its first segment."""
    try:
        if not isinstance(stanzas := parsed(text), list):
            raise ValueError("no list")
        found = sorted(
            (float(backup["timestamp"]["stop"]), str(backup["archive"]["start"]))
            for each in stanzas
            if each["name"] == stanza
            for backup in each["backup"]
            if backup["database"]["repo-key"] == repo and backup["archive"]["start"]
        )
        if not all(segments([name]) for _at, name in found):
            raise ValueError("a name of WAL that is none")
    except (KeyError, TypeError, ValueError) as error:
        raise CannotLook("malformed", f"not what pgbackrest info tells: {type(error).__name__} {error}") from error
    return found


def place(settings: Mapping[str, str]) -> str:
    """Where a repository lies: a path of this host, or "type:host/path"."""
    path = settings.get("path", _DEFAULT_PATH)
    kind = settings.get("type", "posix")
    if "host" in settings:
        return f"{settings['host']}:{path}"
    if kind in ("posix", "cifs"):
        return path
    holders = [settings[name] for name in _PLACE[3:] if name in settings]
    return f"{kind}:{'/'.join([*reversed(holders), path.lstrip('/')])}"


def backups(text: str, stanza: str, repo: int) -> tuple[list[Copy], list[str]]:
    """Read the output of "pgbackrest info": the backups of a repository, oldest first, and what is wrong with it."""
    try:
        (found,) = [each for each in parsed(text) if each["name"] == stanza] or [None]
        if found is None:
            return [], [f"there is no stanza {stanza}"]
        (status,) = [each["status"] for each in found["repo"] if each["key"] == repo]
        if status["code"] not in (0, *_NOTHING):
            raise CannotLook("malformed", f"stanza {stanza}, repository {repo}: {status['message']}")
        ciphers = [each["cipher"] for each in found["repo"] if each["key"] == repo]
        copies = [
            Copy(
                float(backup["timestamp"]["stop"]),
                str(backup["label"]),
                int(backup["info"]["size"]),
                tuple(_backup_problems(backup, found["archive"])),
                "" if "none" in ciphers else str(ciphers[0]),
            )
            for backup in found["backup"]
            if backup["database"]["repo-key"] == repo
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise CannotLook("malformed", f"not what pgbackrest info tells: {type(error).__name__} {error}") from error
    problems = [f"stanza {stanza}: {status['message']}"] if status["code"] else []
    return sorted(copies, key=lambda copy: copy.at), problems


def _backup_problems(backup: Mapping[str, Any], archives: Sequence[Mapping[str, Any]]) -> list[str]:
    problems = ["has pages with wrong checksums"] if backup.get("error") else []
    start, stop = backup["archive"]["start"], backup["archive"]["stop"]
    # Of a later timeline, the first eight digits, every segment is greater: a failover does not hide what is kept.
    if not (start and stop) or not any(
        each["min"] and each["min"] <= start and stop <= each["max"]
        for each in archives
        if each["database"] == backup["database"]
    ):
        problems.append(f"needs WAL that is not archived: {start} to {stop}")
    return problems
