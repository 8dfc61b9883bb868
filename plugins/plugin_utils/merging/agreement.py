# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether slices speak of the same thing: what of their plans has to be the same, and what may differ."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.kept_run import KeptRun
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Plan
from ansible_collections.golive.verify.plugins.plugin_utils.provenance import Note
from ansible_collections.golive.verify.plugins.plugin_utils.results import plain

DISAGREEMENT = "slices_disagree"
# Of these, another version judges nothing differently.
ENGINES = ("ansible-core", "python")


def disagreements(slices: Sequence[KeptRun]) -> Iterator[Note]:
    """A sentence for each thing that slices disagree about. What could make one judge otherwise blocks."""
    for what, said in _MATTERS.items():
        yield from _differing(what, slices, said, blocks=True)
    names = sorted({name for each in slices for name in each.plan.versions})
    for name in names:
        what = f"the version of {name}" if "." in name else name
        yield from _differing(what, slices, partial(_version, name), blocks=name not in ENGINES)
    yield from _differing("the checklist's text around its items", slices, _prose, blocks=False)


def _differing(what: str, slices: Sequence[KeptRun], said: Callable[[Plan], Any], blocks: bool) -> Iterator[Note]:
    sides: dict[str, list[KeptRun]] = {}
    for each in slices:
        sides.setdefault(json.dumps(said(each.plan), default=plain, sort_keys=True), []).append(each)
    if len(sides) < 2:
        return
    told = "; ".join(_side(value, runs) for value, runs in sides.items())
    yield Note(DISAGREEMENT, f"the slices disagree about {what}: {told}", blocks)


def _side(value: str, runs: Sequence[KeptRun]) -> str:
    """Who says so; and what, where that is a word."""
    names = ", ".join(run.name for run in runs[:3]) + (f" and {len(runs) - 3} more" if len(runs) > 3 else "")
    return f"{json.loads(value)} in {names}" if value.startswith('"') and len(value) <= 40 else names


def _checklist(plan: Plan) -> Any:
    """What there is to prove, wherever the file and its lines lie."""
    checklist = plan.checklist
    items = [_without(plain(item), "line") for item in checklist.items]
    return [items, len(checklist.unread), [stated.percent for stated in checklist.stated]]


def _version(name: str, plan: Plan) -> str:
    return plan.versions.get(name, "none")


def _prose(plan: Plan) -> str:
    return plan.checklist.sha256[:12] if plan.checklist.sha256 else ""


def _stated(plan: Plan) -> Any:
    return {
        control: {name: [each.value, each.words] for name, each in thresholds.items()}
        for control, thresholds in plan.stated.items()
    }


def _waivers(plan: Plan) -> Any:
    waivers = plan.governance.waivers
    entries = [plain(each) | {"where": Path(each.where).name} for each in waivers.entries]
    return [entries, {str(name): days for name, days in waivers.maximum_days.items()}, waivers.warn_days]


def _without(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


_MATTERS: Mapping[str, Callable[[Plan], Any]] = {
    "the checklist": _checklist,
    "the thresholds that its texts state": _stated,
    "which controls a verifier proves": lambda plan: sorted(plan.unprovable),
    "golive_gate": lambda plan: plan.governance.gate,
    "golive_launch": lambda plan: plan.governance.launch,
    "components.yml": lambda plan: plan.governance.components,
    "waivers.yml": _waivers,
    "attestations": lambda plan: plan.governance.signed,
}
