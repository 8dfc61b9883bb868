# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a drill for real, on this machine, without Ansible."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.drilling import steps
from ansible_collections.golive.verify.plugins.plugin_utils.drill import Drill
from ansible_collections.golive.verify.plugins.plugin_utils.drills.model import Outcome
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from tests import ways


def exercise(drill: type[Drill], **options: Any) -> tuple[Verdict, Mapping[str, float]]:
    """Its verdict, and what it measured."""
    want = interface("golive.verify." + drill.__module__.rpartition(".")[2]).parse({"name": "tested", **options})
    it = drill.__new__(drill)
    planned = it.steps(want)
    done = steps.take(want.name, [step.as_dict() for step in planned], want.limit, want.abort_when)
    verdict, measured = it.judged(want, planned, Outcome.parse(json.dumps(done)))
    ways.note(it.control(want), [verdict.status])
    return verdict, measured
