# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as a flat list, for formats that know one statement after another: each result of each item, each item that
none of its results speaks for, and each result that no item asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control, catalogue

GOOD = ("pass", "attested")
# Neither proven nor against going live: there is nothing to do about these.
QUIET = ("info", "not_selected", "not_due", "not_applicable")


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement: an item, a result, or both."""

    item: Mapping[str, Any] | None
    check: Mapping[str, Any] | None

    @property
    def lived_with(self) -> bool:
        """Whether the item's own waiver covers the result, which for others is as bad as it is."""
        if self.item is None or self.check is None:
            return False
        return self.item["status"] == "waived" and self.check["status"] not in (*GOOD, *QUIET, "waived")

    @property
    def status(self) -> str:
        """How the result stands for the item, or the item that has none."""
        return "waived" if self.lived_with else str((self.check or self.item or {})["status"])

    @property
    def severity(self) -> str:
        """One of the four severities; an item without any is a high one, since nobody knows what it hides."""
        return str((self.check or self.item or {})["severity"] or "high")

    @property
    def control(self) -> str:
        """The control of the result; of an item without one, what it is bound to, or nothing."""
        return str(self.check["control"]) if self.check else ", ".join(self.item["controls"] if self.item else ())

    @property
    def where(self) -> str:
        """The host and target that were looked at; empty where nothing was."""
        return summary.where(self.check) if self.check else ""

    @property
    def message(self) -> str:
        """Why it stands as it does."""
        return str(self.check["message"] if self.check and not self.lived_with else (self.item or {})["reason"])

    @property
    def title(self) -> str:
        """The words of the item; of a result beyond the checklist, those of its control."""
        return str(self.item["text"]) if self.item else title(self.control)

    @property
    def uid(self) -> str:
        """The same in every run as long as item, control, host and target are."""
        item, check = self.item["id"] if self.item else "", self.check
        looked = f"{check['control']}\0{check['host']}\0{check['target']}\0{check['vantage']}" if check else "\0\0\0"
        return hashlib.sha256(f"{item}\0{looked}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def entries(report: Mapping[str, Any]) -> Iterator[Entry]:
    """All of a report, items in the checklist's order, then what is beyond it."""
    used = set()
    for item in report["items"]:
        used |= set(item["checks"])
        yield from (Entry(item, report["checks"][index]) for index in item["checks"])
        if stands_alone(item, report):
            yield Entry(item, None)
    yield from (Entry(None, check) for index, check in enumerate(report["checks"]) if index not in used)


def stands_alone(item: Mapping[str, Any], report: Mapping[str, Any]) -> bool:
    """Whether none of its results says how an item stands: it has none, or lacks one that it needs."""
    return item["status"] not in {Entry(item, report["checks"][index]).status for index in item["checks"]}


def before(report: Mapping[str, Any]) -> Callable[[Entry], str | None]:
    """How each statement stood in the last run: empty where it was not there, None where no last run is known."""
    history = report["history"]
    if not (history and history["previous"]):
        return lambda dummy: None
    was = {change["uid"]: str(change["was"]) for change in history["changes"] if change["word"] != "flapping"}
    return lambda entry: was.get(entry.uid, entry.status)


@cache
def _known() -> Mapping[str, Control]:
    return catalogue()


def title(control: str) -> str:
    """What a control states, where the catalogue knows it."""
    found = _known().get(control)
    return found.title if found else control


def rationale(control: str) -> str:
    """Why a control matters, where the catalogue knows it."""
    found = _known().get(control)
    return found.rationale if found else ""


def checklist_uri(report: Mapping[str, Any]) -> str:
    """Where the checklist is in its repository, as a relative reference; its name where it is in none."""
    path = Path(report["run"]["checklist"])
    root = next((parent for parent in path.parents if (parent / ".git").exists()), path.parent)
    return quote(path.relative_to(root).as_posix() if path.is_absolute() else path.as_posix())
