# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is still to be told, on disk before anything is sent: the next run makes up for one that was killed, and for a
channel that was dead all night, and nobody is told the same change twice.

A file that is lost or garbage costs no more than that: something may be told twice.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.decisions import NO_GO, PROVEN
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import BAD, WAIVED
from ansible_collections.golive.verify.plugins.plugin_utils.entries import entries
from ansible_collections.golive.verify.plugins.plugin_utils.notify.message import (
    AGAINST,
    DECISION,
    DISAPPEARED,
    Event,
    Message,
)
from ansible_collections.golive.verify.plugins.plugin_utils.notify.routes import Route

VERSION = 1
# Of so many runs it is remembered that their changes were taken over.
_RUNS = 100
# What nobody could be told of is worth no more than this.
_PENDING = 5000
_MOST = 64 * 1024 * 1024


class BadOutbox(Exception):
    """What was told before cannot be read or kept: why, in one line."""


@dataclass(slots=True)
class Box:
    """Of one route: what is to be told, and what it was told that speaks against it; both by uid."""

    pending: dict[str, Event] = field(default_factory=dict)
    standing: dict[str, Event] = field(default_factory=dict)


@dataclass(slots=True)
class Outbox:
    """Of an environment. runs: those taken over. heard: what was different from the baseline then, by uid."""

    runs: list[str] = field(default_factory=list)
    heard: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)

    def take(self, run: str, events: Iterable[Event], routes: Iterable[Route], heard: Mapping[str, str]) -> list[Event]:
        """Put what a run changed to those whom it concerns. What concerns nobody is returned. Once for each run."""
        boxes = {route.name: self.boxes.get(route.name, Box()) for route in routes}
        self.boxes = boxes
        if run in self.runs:
            return []
        self.runs = [*self.runs, run][-_RUNS:]
        self.heard = dict(heard)
        lost = []
        for event in events:
            concerned = [boxes[route.name] for route in routes if route.wants(event)]
            for box in boxes.values():
                # Older news of the same is none, whoever wants the newer.
                box.pending.pop(event.uid, None)
            for box in concerned:
                box.pending[event.uid] = event
            lost += [event] if not concerned and event.word in AGAINST else []
        for box in boxes.values():
            box.pending = dict(list(box.pending.items())[-_PENDING:])
        return lost

    def message(self, route: Route, report: Mapping[str, Any], at: float, link: str) -> Message | None:
        """What a route is to be told now; None for nothing."""
        box, still = self.boxes[route.name], _Still(report)
        # What nobody could be told of, and is over by now, is no news.
        box.pending = {u: event for u, event in box.pending.items() if event.word not in AGAINST or still.stands(event)}
        standing: dict[str, Event] = {}
        resolved: list[Event] = []
        if route.keeps_states:
            # What it was told of already keeps its first words, and with them its identity over there.
            wanted = {u: event for u, event in box.pending.items() if event.word in AGAINST} | box.standing
            standing = {uid: event for uid, event in wanted.items() if still.stands(event)}
            resolved = [event for uid, event in box.standing.items() if uid not in standing]
        if not (box.pending or standing or resolved):
            return None
        return Message(
            environment=report["run"]["environment"],
            run=report["run"]["id"],
            at=at,
            decision=report["gate"]["decision"],
            events=list(box.pending.values()),
            standing=list(standing.values()),
            resolved=resolved,
            link=link,
        )

    def delivered(self, route: Route, message: Message) -> None:
        """Remember that a route was told."""
        self.boxes[route.name] = Box({}, {event.uid: event for event in message.standing})


class _Still:
    """Whether what was told of stands, as far as a run can say."""

    def __init__(self, report: Mapping[str, Any]) -> None:
        self._silent = not report["run"]["finished"] or bool(report["summary"]["left_out"])
        self._decision = report["gate"]["decision"]
        self._statuses = {entry.uid: entry.status for entry in entries(report)}
        history = report.get("history") or {}
        accepted = (history.get("baseline") or {}).get("at", "")
        try:
            self._accepted = moments.moment(accepted).timestamp() if accepted else 0.0
        except ValueError:
            self._accepted = 0.0
        self._worse = {each["uid"] for each in history.get("baseline_changes", ()) if each["worse"]}

    def stands(self, event: Event) -> bool:
        if self._silent:
            return True
        if event.uid == DECISION:
            return bool(self._decision == NO_GO)
        if event.since < self._accepted and event.uid not in self._worse:
            return False
        status = self._statuses.get(event.uid)
        if event.word == DISAPPEARED:
            return status not in PROVEN and status != WAIVED
        return status in BAD


def path_for(runs_dir: Path, environment: str) -> Path:
    """The outbox of an environment, beside the directory of its runs."""
    return runs_dir / f".{quote(environment, safe='')}.notify.json"


def read(path: Path) -> Outbox:
    """The outbox in a file; an empty one where there is none. BadOutbox where it cannot be read."""
    try:
        with path.open("rb") as stream:
            data = json.loads(stream.read(_MOST))
        if data["version"] != VERSION:
            raise ValueError("it is of another version")
        boxes = {
            str(name): Box(_events(box["pending"]), _events(box["standing"])) for name, box in data["boxes"].items()
        }
        return Outbox([str(run) for run in data["runs"]], {str(u): str(s) for u, s in data["heard"].items()}, boxes)
    except FileNotFoundError:
        return Outbox()
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is none"
        raise BadOutbox(f"{path}: {reason}") from error


def write(path: Path, outbox: Outbox) -> None:
    """Keep the outbox, whole or not at all, for its owner's eyes."""
    data = {
        "version": VERSION,
        "runs": outbox.runs,
        "heard": outbox.heard,
        "boxes": {
            name: {part: {u: e.as_dict() for u, e in getattr(box, part).items()} for part in ("pending", "standing")}
            for name, box in outbox.boxes.items()
        },
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
                json.dump(data, stream)
                stream.flush()
                os.fsync(stream.fileno())
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadOutbox(f"{path}: {error.strerror}") from error


def _events(data: Mapping[str, Any]) -> dict[str, Event]:
    return {str(uid): Event.from_dict(each) for uid, each in data.items()}
