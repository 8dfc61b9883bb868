# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What history says of a run: `history` of the report, kept in the run directory so that any report has the same.

It is put together from what drift found and what the store holds; nothing is compared here. Pure, but for read().
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory
from ansible_collections.golive.verify.plugins.plugin_utils.summary import where

if TYPE_CHECKING:
    from ansible_collections.golive.verify.plugins.plugin_utils.store.past import Past

FILE = "history.json"
VERSION = 1
FLAPPING = "flapping"
_BASELINE, _LAST_RUN = "baseline", "last_run"
_SHAPE = {"changes": list, "baseline_changes": list, "runs": list, "timelines": dict, "notes": list}
_TEXTS = ("word", "uid", "control", "target", "subject", "severity", "was", "now", "detail")
_RUN: Mapping[str, Any] = {"run": str, "started": (int, float), "decision": str, "counts": dict}


class BadHistory(Exception):
    """What is kept of history in a run's directory cannot be used: why, in one line."""


def contract(
    told: Mapping[str, Any], drift: Mapping[str, Any] | None, past: Past, notes: Iterable[str] = ()
) -> dict[str, Any]:
    """The history of the run that a report tells of.

    drift: as drift/document.py makes it; None where there was nothing to compare with. notes: what could not be told.
    """
    run, summary = told["run"], told["summary"]
    against = {each["against"]: each for each in drift["comparisons"]} if drift else {}
    last, accepted = against.get(_LAST_RUN), against.get(_BASELINE)
    whole = run["finished"] and not summary["left_out"]
    this = {"run": run["id"], "started": run["started"], "decision": told["gate"]["decision"]}
    timelines = {item["id"]: [list(point) for point in past.timelines.get(item["id"], ())] for item in told["items"]}
    if whole:
        for item in told["items"]:
            timelines[item["id"]].append([run["started"], item["status"]])
    return {
        "previous": {"run": last["run"]["id"], "started": last["run"]["started"], "decision": past.decision}
        if last
        else None,
        "changes": [*_changes(last), *map(_flapping, drift["flapping"] if drift else ())],
        "baseline": {"run": accepted["run"]["id"], "started": accepted["run"]["started"], **accepted["accepted"]}
        if accepted
        else None,
        "baseline_changes": list(_changes(accepted)),
        "runs": [*past.runs, *([this | {"counts": dict(summary["items"])}] if whole else ())],
        "timelines": {item: points for item, points in timelines.items() if points},
        "notes": list(dict.fromkeys((*notes, *(note for each in against.values() for note in each["notes"])))),
    }


def write(directory: RunDirectory, history: Mapping[str, Any]) -> None:
    """Keep what history says beside the run."""
    directory.write(FILE, {"version": VERSION, **history})


def read(directory: RunDirectory) -> dict[str, Any] | None:
    """What history said of the run; None where none was kept. BadHistory where that cannot be read."""
    if not (directory.path / FILE).exists():
        return None
    try:
        data = directory.read(FILE)
    except BadRun as wrong:
        raise BadHistory(str(wrong)) from wrong
    if data.pop("version", None) != VERSION:
        raise BadHistory(f"{directory.path / FILE}: it is not of version {VERSION}, the one I know")
    wrong_part = next(_wrong(data), None)
    if wrong_part:
        raise BadHistory(f"{directory.path / FILE}: {wrong_part} is not what it should be")
    return data


def _changes(comparison: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    for change in comparison["changes"] if comparison else ():
        said = [change["why"], *(value["words"] for value in change["values"])]
        yield _said(change, change["word"], change["worse"], change["before"], change.get("since"), said)


def _flapping(each: Mapping[str, Any]) -> dict[str, Any]:
    return _said(each, FLAPPING, False, "", None, [f"changed {each['changed']} times in {each['of']} runs"])


def _said(
    place: Mapping[str, Any], word: str, worse: bool, was: str, since: float | None, detail: Iterable[str]
) -> dict[str, Any]:
    return {
        "word": word,
        "worse": worse,
        "uid": place["uid"],
        "item": place["item"] or None,
        "control": place["control"],
        "target": place["target"],
        "subject": where(place) if place["target"] else place["text"],
        "severity": place["severity"],
        "was": was,
        "now": place["after"],
        "since": since,
        "detail": "; ".join(part for part in detail if part),
    }


def _wrong(data: Mapping[str, Any]) -> Iterator[str]:
    """The parts that have another shape than what contract() gives."""
    if missing := [name for name, kind in _SHAPE.items() if not isinstance(data.get(name), kind)]:
        yield missing[0]
        return
    for name in ("changes", "baseline_changes"):
        if not all(isinstance(each, dict) and _is_change(each) for each in data[name]):
            yield name
    for name, texts in (("previous", ("run", "decision")), ("baseline", ("run", "person", "at", "reason"))):
        each = data.get(name)
        if each is not None and not (isinstance(each, dict) and _is_side(each, texts)):
            yield name
    if not all(isinstance(each, dict) and _is_run(each) for each in data["runs"]):
        yield "runs"
    if not all(isinstance(note, str) for note in data["notes"]):
        yield "notes"
    if not all(isinstance(points, list) and all(map(_is_point, points)) for points in data["timelines"].values()):
        yield "timelines"


def _is_change(each: Mapping[str, Any]) -> bool:
    return (
        all(isinstance(each.get(name), str) for name in _TEXTS)
        and isinstance(each.get("worse"), bool)
        and isinstance(each.get("item", 0), (str, type(None)))
        and isinstance(each.get("since", ""), (int, float, type(None)))
    )


def _is_side(each: Mapping[str, Any], texts: Iterable[str]) -> bool:
    return isinstance(each.get("started"), (int, float)) and all(isinstance(each.get(name), str) for name in texts)


def _is_run(each: Mapping[str, Any]) -> bool:
    return all(isinstance(each.get(name), kind) for name, kind in _RUN.items()) and all(
        isinstance(count, int) for count in each["counts"].values()
    )


def _is_point(point: object) -> bool:
    return (
        isinstance(point, list) and len(point) == 2 and isinstance(point[0], int | float) and isinstance(point[1], str)
    )
