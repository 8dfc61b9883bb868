# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queues of an application that lie in tables: how many jobs were given up, and how long the oldest one waits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import identifier
from ansible_collections.golive.verify.plugins.plugin_utils.sql.statements import age, count, number, old, written

Declared = Mapping[str, Any]


@cache
def systems() -> Mapping[str, Mapping[str, str]]:
    """The queues whose tables are known, by name."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    return found


def queue(declared: Declared) -> str:
    """How many jobs of a queue were given up, and how many seconds ago the first of those that wait was due."""
    dead, waiting = _statements(declared)
    since = f", {age(waiting)} AS age" if waiting else ""
    return f"SELECT {written(dead)}::bigint AS dead{since}"


def _statements(declared: Declared) -> tuple[str, str | None]:
    """What counts the dead, and what tells since when the oldest waits: of a known system, or as the check says."""
    name, system, own = declared["name"], declared["system"], declared["dead"]
    if bool(system) == bool(own):
        raise NotAsked(f"queue {name} needs either system or dead")
    if declared["waiting" if system else "schema"]:
        raise NotAsked(f"queue {name} has both {'system and waiting' if system else 'dead and schema'}")
    if own:
        return own, declared["waiting"]
    known = systems()[system]
    schema = identifier(declared["schema"] or known["schema"])
    dead, waiting = (known.get(each, "").replace("{schema}", schema) for each in ("dead", "waiting"))
    return dead, waiting or None


async def drained(asked: Asked, declared: Declared, max_dead: int, max_wait: float) -> Part:
    """Hardly a job was given up, and none waits for long. max_wait: seconds."""
    row = await asked.row(declared["name"])
    dead, told = count(row, "dead"), _statements(declared)[1] is not None
    waits = number(row, "age") if told else None
    # What is yet to be due does not wait.
    oldest = {"oldest waits": "none does" if waits is None or waits < 0 else old(waits)} if told else {}
    return Part({"dead": dead, **oldest}, queue_problems(dead, waits, max_dead, max_wait))


def queue_problems(dead: int, waits: float | None, max_dead: int, max_wait: float) -> list[str]:
    """Why a queue does not drain. waits: seconds that the oldest job waits, None when none does."""
    problems = [f"{dead} jobs are dead, more than {max_dead}: they failed for good"] if dead > max_dead else []
    if waits is not None and waits > max_wait:
        problems.append(f"the oldest job that is due waits for {old(waits)}, more than {old(max_wait)}")
    return problems
