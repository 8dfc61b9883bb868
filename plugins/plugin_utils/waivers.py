# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waivers: dated, owned, expiring decisions to live with a failing control. Read waivers.yml; apply it to results.

A waiver covers a known failure, not ignorance: an error stays an error unless the waiver names it.
"""

from __future__ import annotations

import difflib
import fnmatch
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control
from ansible_collections.golive.verify.plugins.plugin_utils.marked_yaml import (
    BadYaml,
    Entry,
    Fields,
    Problems,
    parse,
    read_bytes,
)
from ansible_collections.golive.verify.plugins.plugin_utils.moments import end, shown, zone
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status

# For how many days from today a control of each severity may be waived, unless the environment says otherwise in
# maximum_days: two weeks are a sprint to mend what is critical in, and half a year is the most that anybody oversees.
MAXIMUM_DAYS: Mapping[Severity, int] = {
    Severity.CRITICAL: 14,
    Severity.HIGH: 30,
    Severity.MEDIUM: 90,
    Severity.LOW: 180,
}
WARN_DAYS = 14
LONGEST_DAYS = 366
COVERABLE = (Status.FAIL, Status.MISSED, Status.EXPIRED, Status.ERROR)

_FILE = ("waivers", "maximum_days", "warn_days")
_WAIVER = ("control", "target", "target_glob", "item", "reason", "owner", "ticket", "expires", "zone", "covers")
_STATED = ("reason", "owner", "ticket")
_WORST_FIRST = tuple(Severity)
_NEEDS_NONE = (Status.PASS, Status.ATTESTED, Status.NOT_APPLICABLE)


class BadWaivers(Exception):
    """The waivers cannot be used as they are: every problem, one line each, as path:line: what is wrong."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver: what it covers, and who answers for it until when.

    It speaks of a control on a target (a host, a group, or the target of a result; a pattern if glob), or of an item
    (its id). expires: the first moment at which it no longer holds. where: path and line.
    """

    where: str
    control: str
    target: str
    glob: bool
    item: str
    reason: str
    owner: str
    ticket: str
    expires: datetime
    covers: tuple[Status, ...] = (Status.FAIL,)

    @property
    def subject(self) -> str:
        """What is waived, in words."""
        return f"the item {self.item}" if self.item else f"{self.control} on {self.target}"

    @property
    def words(self) -> str:
        """Whose decision it is, until when and why."""
        return f"waived until {shown(self.expires)} by {self.owner} ({self.ticket}): {self.reason}"


@dataclass(frozen=True, slots=True)
class Waivers:
    """All that waivers.yml says. warn_days: how long before its end a waiver is pointed out."""

    entries: tuple[Waiver, ...] = ()
    maximum_days: Mapping[Severity, int] = field(default_factory=lambda: MAXIMUM_DAYS)
    warn_days: int = WARN_DAYS


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person should know of a waiver. kind: expired, unused, passing, expiring, uncovered or too_long."""

    kind: str
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def read(path: Path, known: Mapping[str, Control], items: Sequence[Item], *, now: datetime) -> Waivers:
    """The waivers of an environment; none where the file does not exist. known: every control by its id. items: of the
    environment's checklist. Whatever is wrong raises BadWaivers."""
    if not os.path.lexists(path):
        return Waivers()
    problems = Problems(path)
    try:
        found = _Reader(problems, known, items, now).waivers(parse(path, read_bytes(path)))
    except BadYaml as error:
        raise BadWaivers(str(error)) from error
    if problems.lines:
        raise BadWaivers("\n".join(problems.lines))
    return found


class _Reader:
    def __init__(self, problems: Problems, known: Mapping[str, Control], items: Sequence[Item], now: datetime) -> None:
        self._problems, self._known, self._now = problems, known, now
        self._items = items
        self._maximum: Mapping[Severity, int] = MAXIMUM_DAYS

    def waivers(self, document: Entry) -> Waivers:
        if document.value is None:
            return Waivers()
        fields = Fields(document, _FILE, self._problems, "the file")
        self._maximum = {**MAXIMUM_DAYS, **self._maximum_days(fields.entry("maximum_days"))}
        warn = fields.made("warn_days", _days)
        entries = fields.entry("waivers") or Entry(1, [])
        if entries.value is not None and not isinstance(entries.value, list):
            fields.bad("waivers", "waivers is not a list")
        read = [self._waiver(entry) for entry in entries.value] if isinstance(entries.value, list) else []
        return Waivers(tuple(waiver for waiver in read if waiver), self._maximum, WARN_DAYS if warn is None else warn)

    def _maximum_days(self, entry: Entry | None) -> dict[Severity, int]:
        if entry is None:
            return {}
        names = [severity.value for severity in Severity]
        fields = Fields(entry, names, self._problems, "maximum_days")
        found = {name: fields.made(name, _days) for name in names if name in fields}
        return {Severity(name): days for name, days in found.items() if days is not None}

    def _waiver(self, entry: Entry) -> Waiver | None:
        before = len(self._problems.lines)
        fields = Fields(entry, _WAIVER, self._problems, "the waiver")
        if not isinstance(entry.value, dict):
            return None
        stated = {name: " ".join(fields.text(name, required=True).split()) for name in _STATED}
        control, target, item = self._subject(fields)
        where = fields.made("zone", zone)
        expires = fields.made("expires", lambda text: end(text, where), required=True)
        if expires is not None:
            self._length(fields, expires, self._severity(control, item))
        covers = self._covers(fields)
        if expires is None or len(self._problems.lines) > before:
            return None
        place = f"{self._problems.path}:{entry.line}"
        return Waiver(
            where=place,
            control=control,
            target=target,
            glob="target_glob" in fields,
            item=item.id if item else "",
            expires=expires,
            covers=covers,
            **stated,
        )

    def _subject(self, fields: Fields) -> tuple[str, str, Item | None]:
        """Control and target, or an item: one of the two, complete."""
        control, item = fields.text("control"), fields.text("item")
        target, glob = fields.text("target"), fields.text("target_glob")
        if item and (control or target or glob):
            fields.bad("item", "the waiver names an item and a control or target as well; keep to one")
        elif item:
            return "", "", self._item(fields, item)
        elif not control:
            fields.bad("control", "the waiver names neither a control with its target nor an item")
        elif control not in self._known:
            near = difflib.get_close_matches(control, self._known, 1)
            fields.bad("control", f"there is no control {control}{f'; did you mean {near[0]}?' if near else ''}")
        if control and target and glob:
            fields.bad("target", "the waiver has a target and a target_glob; keep to one")
        elif control and not (target or glob or item):
            fields.bad("control", "the waiver names no target: a host, a group, or the target of a result")
        return control, target or glob, None

    def _item(self, fields: Fields, named: str) -> Item | None:
        """The item with this id, or the only one with this text."""
        for item in self._items:
            if item.id == named:
                return item
        words = " ".join(named.split()).casefold()
        found = [item for item in self._items if " ".join(item.text.split()).casefold() == words]
        if len(found) == 1:
            return found[0]
        if found:
            choice = ", ".join(f"{item.id} (line {item.line})" for item in found)
            fields.bad("item", f"{len(found)} items have this text; name one by its id: {choice}")
        else:
            fields.bad("item", f"the checklist has no item with the id or text {named[:80]!r}")
        return None

    def _severity(self, control: str, item: Item | None) -> Severity:
        """Of the control, or the worst of the item's controls; where nothing tells, high."""
        names = item.controls if item else (control,)
        severities = [self._known[name].severity for name in names if name in self._known]
        return min(severities, key=_WORST_FIRST.index, default=Severity.HIGH)

    def _length(self, fields: Fields, expires: datetime, severity: Severity) -> None:
        most = self._maximum[severity]
        # The day on which it is written counts whole, in whatever zone it ends.
        if expires - self._now > timedelta(days=most + 1):
            fields.bad(
                "expires", f"what is {severity} can be waived for {most} days from now, not until {shown(expires)}"
            )

    def _covers(self, fields: Fields) -> tuple[Status, ...]:
        words = fields.texts("covers")
        known = {status.value: status for status in COVERABLE}
        wrong = [word for word in words if word not in known]
        if wrong:
            fields.bad("covers", f"covers names {wrong[0]!r}, which is not one of {', '.join(known)}")
        return tuple(known[word] for word in words if word in known) or (Status.FAIL,)


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= LONGEST_DAYS:
        raise ValueError(f"{text[:20]!r} is not a number of days from 1 to {LONGEST_DAYS}")
    return int(text)


@dataclass(frozen=True, slots=True)
class Applied:
    """Results with the waivers laid over them.

    results: in the order given, each as it was or, where a waiver of its control covers it, as waived. An item's own
    waiver covers its results for that item only: ask for_item.
    """

    results: list[Mapping[str, Any]]
    _touched: Mapping[Waiver, Sequence[Mapping[str, Any]]]
    _items: Mapping[str, tuple[Waiver, ...]]
    _waivers: Waivers
    _now: datetime
    _narrowed: bool

    def for_item(self, item_id: str, result: Mapping[str, Any]) -> Mapping[str, Any]:
        """One of the results as this item sees it."""
        for waiver in self._items.get(item_id, ()):
            if _covers(waiver, result, self._waivers, self._now):
                return _waived(result, waiver)
        return result

    def of_item(self, item_id: str, seen: Mapping[str, Any]) -> Waiver | None:
        """The item's waiver in force that covers a status that no result says, as an error where no check proves it."""
        waivers = self._items.get(item_id, ())
        return next((waiver for waiver in waivers if _covers(waiver, seen, self._waivers, self._now)), None)

    def told(self, unseen: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Finding]:
        """What a person should know of the waivers. unseen: by item, the statuses that no result says."""
        for waiver, results in self._touched.items():
            spoken_of = [*results, *unseen.get(waiver.item, ())]
            yield from _findings(waiver, spoken_of, self._waivers, self._now, self._narrowed)


def apply(
    waivers: Waivers,
    results: Sequence[Mapping[str, Any]],
    items: Iterable[Item] = (),
    *,
    now: datetime,
    groups: Mapping[str, Sequence[str]] | None = None,
    narrowed: bool = False,
) -> Applied:
    """Lay the waivers over the results of a run.

    groups: the hosts of every group of the inventory. narrowed: the run did not look at everything, so that no waiver
    can be said to be unused.
    """
    hosts = groups or {}
    by_item = {item.id: item for item in items}
    touched = {
        waiver: [i for i, result in enumerate(results) if _speaks_of(waiver, result, hosts, by_item)]
        for waiver in waivers.entries
    }
    shown_results = list(results)
    for waiver, indices in touched.items():
        for index in indices:
            untouched = shown_results[index] is results[index]
            if not waiver.item and untouched and _covers(waiver, results[index], waivers, now):
                shown_results[index] = _waived(results[index], waiver)
    return Applied(
        shown_results,
        {waiver: [results[index] for index in indices] for waiver, indices in touched.items()},
        {name: tuple(w for w in waivers.entries if w.item == name) for name in by_item},
        waivers,
        now,
        narrowed,
    )


def _speaks_of(
    waiver: Waiver, result: Mapping[str, Any], groups: Mapping[str, Sequence[str]], items: Mapping[str, Item]
) -> bool:
    if waiver.item:
        item = items.get(waiver.item)
        if said := result.get("item", ""):
            # It speaks for one item alone: a document, or a test that is marked with it.
            return item is not None and said == waiver.item
        return item is not None and any(
            result["control"] in binding.controls
            and (not binding.on or result["host"] == binding.on or result["host"] in groups.get(binding.on, ()))
            for binding in item.bindings
        )
    if result["control"] != waiver.control:
        return False
    names = (result["host"], result["target"])
    if waiver.glob:
        groups_of_it = (name for name, hosts in groups.items() if result["host"] in hosts)
        return any(fnmatch.fnmatchcase(name, waiver.target) for name in (*names, *groups_of_it))
    return waiver.target in names or result["host"] in groups.get(waiver.target, ())


def _covers(waiver: Waiver, result: Mapping[str, Any], waivers: Waivers, now: datetime) -> bool:
    return result["status"] in waiver.covers and now < waiver.expires and not _too_long(waiver, result, waivers, now)


def _too_long(waiver: Waiver, result: Mapping[str, Any], waivers: Waivers, now: datetime) -> bool:
    """A result may be worse than its control usually is; then the waiver must be as short as that demands."""
    return waiver.expires - now > timedelta(days=waivers.maximum_days[Severity(result["severity"])] + 1)


def _waived(result: Mapping[str, Any], waiver: Waiver) -> dict[str, Any]:
    """The result as waived, with what it was kept in sight."""
    return {
        **result,
        "status": Status.WAIVED.value,
        "message": f"{waiver.words}; it is {result['status']}: {result['message']}",
        "waiver": {
            "status": result["status"],
            "message": result["message"],
            "reason": waiver.reason,
            "owner": waiver.owner,
            "ticket": waiver.ticket,
            "expires": shown(waiver.expires),
            "where": waiver.where,
        },
    }


def _findings(
    waiver: Waiver, results: Sequence[Mapping[str, Any]], waivers: Waivers, now: datetime, narrowed: bool
) -> Iterator[Finding]:
    covered = [result for result in results if result["status"] in waiver.covers]
    too_long = [result for result in covered if _too_long(waiver, result, waivers, now)]
    until, what = shown(waiver.expires), waiver.subject
    if now >= waiver.expires:
        counts = f"{len(covered)} of its results count again" if covered else "nothing needs it now, so remove it"
        yield Finding("expired", waiver.where, f"the waiver of {what} expired at {until}: {counts}")
        return
    if not results:
        if not narrowed:
            hint = (
                "; a pattern is written as target_glob" if set(waiver.target) & set("*?[") and not waiver.glob else ""
            )
            yield Finding("unused", waiver.where, f"the waiver of {what} matches no result{hint}")
    elif all(result["status"] in _NEEDS_NONE for result in results):
        yield Finding("passing", waiver.where, f"{what} is waived but now passes: remove the waiver")
    for result in too_long:
        most = waivers.maximum_days[Severity(result["severity"])]
        yield Finding(
            "too_long",
            waiver.where,
            f"{what}: the result on {result['target']} is {result['severity']}, which can be waived for {most} days, "
            f"not until {until}: it counts",
        )
    for status in sorted({r["status"] for r in results if r["status"] in COVERABLE} - set(waiver.covers)):
        yield Finding(
            "uncovered", waiver.where, f"the waiver of {what} does not cover {status}, which it has: it counts"
        )
    if covered and waiver.expires - now <= timedelta(days=waivers.warn_days):
        yield Finding("expiring", waiver.where, f"the waiver of {what} ends at {until}; what it covers still stands")
