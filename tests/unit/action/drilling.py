# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan drills and judge recorded outcomes of them, without any host."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.drill import Drill
from ansible_collections.golive.verify.plugins.plugin_utils.drills.model import Outcome, Step
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict

Judged = tuple[Verdict, Mapping[str, float]]


def wanted(drill: type[Drill], options: Mapping[str, Any]) -> Wanted:
    name = "golive.verify." + drill.__module__.rpartition(".")[2]
    return interface(name).parse({"name": "tested", **options})


def plan(drill: type[Drill], **options: Any) -> Sequence[Step]:
    """The steps of a drill with these options."""
    return drill.__new__(drill).steps(wanted(drill, options))


def judge(
    drill: type[Drill], said: Mapping[str, Any], *, aborted: str = "", undone: Sequence[Any] = (), **options: Any
) -> Judged:
    """The verdict where every step went well and took a second. said: by step its output, or more of its record; None
    for a step of which the host tells nothing."""
    it, want = drill.__new__(drill), wanted(drill, options)
    steps = it.steps(want)
    usual = {"at": 1.0, "ms": 1000, "tries": 1, "exit": 0, "output": "", "problem": ""}
    taken = [
        usual | {"name": step.name} | (told if isinstance(told, dict) else {"output": told})
        for step in steps
        if (told := said.get(step.name, "")) is not None
    ]
    raw = {"steps": taken, "aborted": aborted, "undone": list(undone), "cleaned": []}
    return it.judged(want, steps, Outcome.parse(json.dumps(raw)))
