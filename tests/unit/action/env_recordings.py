# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts answer about variables, made of values as a host makes it, so that the tests can state values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.action.env_file import ActionModule as EnvFile
from ansible_collections.golive.verify.plugins.module_utils.observation import secrets, variables
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.module_utils.observation.variables_files import Variables
from ansible_collections.golive.verify.plugins.plugin_utils import reproduce
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.questions import Questions
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.proving import prove

UNIT = {"unit": "api.service"}
RUNNING = {"unit": "api.service", "running": True}
FILE = {"file": ["/srv/shop/.env"]}
PREVIEW = {"file": ["/srv/shop/.env.preview"]}
DENIED = CannotLook("denied", "use become")
STOPPED = CannotLook("not_found", "unit api.service runs no process")
PROCESS = {"pid": 7, "user": "shop", "cwd": "/srv/shop"}

Seen = tuple[Mapping[str, Any], Any]


def line(source: Mapping[str, Any], other: Mapping[str, Any] | None = None) -> str:
    """The line of a look at one place, or of its comparison with another."""
    return reproduce.line({"kind": "variables", "source": source, **({"other": other} if other else {})})


def told(options: Mapping[str, Any], *sets: Variables, other: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a host says of these variables, asked what the options ask."""
    asked = Questions.of(interface("golive.verify.env_file").parse(options))
    tests = {name: secrets.tests(predicates) for name, predicates in asked.judged.items()}
    searches = {label: re.compile(pattern).search for label, pattern in asked.found.items()}
    others = [Variables(other)] if other is not None else None
    answer: dict[str, Any] = json.loads(
        json.dumps(variables._told(list(sets), others, tests, searches, asked.distinct))
    )
    return answer


def file(path: str, mode: str = "0640", owner: str = "root", kind: str = "file") -> dict[str, Any]:
    whose = {"uid": 0, "gid": 0, "owner": owner, "group": "shop"}
    return {"path": path, "type": kind, "size": 1, "mode": mode, **whose, "mtime": 0.0}


def stats(path: str, *, directory: str = "0750", **how: Any) -> dict[str, Any]:
    """Answers on a file and on the directory that it lies in."""
    above = path.rpartition("/")[0]
    seen = [file(path, **how), file(above, directory, kind="directory")]
    return {f"stat -L {each['path']}": each for each in seen}


def proven(control: str, options: Mapping[str, Any], *seen: Seen, **answers: Any) -> list[Verdict]:
    """The verdicts on sources of which each place is seen with a mapping of values, with Variables, or not at all."""
    made: dict[str, Any] = {}
    for source, what in seen:
        sets = Variables(what) if isinstance(what, Mapping) else what
        made[line(source)] = what if isinstance(what, CannotLook) else told(options, sets)
    return prove(EnvFile, control, options, {**made, **answers})


def status(control: str, options: Mapping[str, Any], *seen: Seen, **answers: Any) -> tuple[Status, str]:
    """The status of a control on the only source, and what it says."""
    (verdict,) = proven(control, options, *seen, **answers)
    return verdict.status, verdict.message
