# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the command-line client of Docker or Podman says. Of a container or image only the fields asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer

_ABSENT = ("no such container", "no such object", "no such image")
_DOWN = ("cannot connect to the docker daemon", "is the docker daemon running", "unable to connect to podman")


async def output(look: Observer, argv: Sequence[str], *, keep: Sequence[str] = ()) -> str:
    """What the client printed. An engine that is down is unreachable, and what does not exist is not_found."""
    try:
        return (await look.command(argv, keep=keep)).stdout
    except CannotLook as failure:
        said = failure.detail.lower()
        if any(words in said for words in _DOWN):
            raise CannotLook("unreachable", failure.detail) from None
        if failure.reason == "malformed" and any(words in said for words in _ABSENT):
            raise CannotLook("not_found", failure.detail) from None
        if failure.reason == "denied":
            raise CannotLook(
                "denied", f"{failure.detail}; use become, or let the user into the engine's group"
            ) from None
        raise


def template(fields: Mapping[str, str], lists: Mapping[str, str] | None = None) -> str:
    """A Go template that prints one JSON object in a line: each field by the expression that gives it, each list by
    the template that prints its elements, each with a comma behind it; the last one is then null.
    """
    single = [f"{json.dumps(name)}:{{{{json {field}}}}}" for name, field in fields.items()]
    several = [f"{json.dumps(name)}:[{elements}null]" for name, elements in (lists or {}).items()]
    return "{" + ",".join(single + several) + "}"


def objects(text: str) -> list[dict[str, Any]]:
    """One JSON object a line; anything else is CannotLook("malformed")."""
    try:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        raise CannotLook("malformed", f"the engine printed what is no JSON: {error}") from error
    if not all(isinstance(each, dict) for each in found):
        raise CannotLook("malformed", "the engine printed something else than objects")
    return found


async def inspect(
    look: Observer, argv: Sequence[str], kind: str, names: Sequence[str], fields: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Fields of containers or images; one that does not exist is CannotLook("not_found")."""
    told = objects(await output(look, [*argv, kind, "inspect", "--format", template(fields), *names]))
    if len(told) != len(names):
        raise CannotLook("malformed", f"the engine told of {len(told)} of {len(names)} {kind}s")
    return told


def moment(text: Any) -> float:
    """Unix seconds of a time as the client tells it."""
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError as error:
        raise CannotLook("malformed", f"not a time: {str(text)[:60]!r}") from error
