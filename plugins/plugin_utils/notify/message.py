# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told: the changes of a run as a person can act on them. Pure.

It is made of the report alone, whose history says what became of everything since the last run or, where there is none,
since the baseline was accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.decisions import GO, NO_GO
from ansible_collections.golive.verify.plugins.plugin_utils.entries import Entry, entries
from ansible_collections.golive.verify.plugins.plugin_utils.owners import Owner
from ansible_collections.golive.verify.plugins.plugin_utils.summary import one_line, plain

REGRESSED, DISAPPEARED, NEW, NOT_COMPARABLE = "regressed", "disappeared", "new", "not_comparable"
# What speaks against going live until it is over.
AGAINST = (REGRESSED, DISAPPEARED, NEW, NOT_COMPARABLE, NO_GO)
FIXED, VALUE_DRIFT = "fixed", "value_drift"
WORDS = (*AGAINST, FIXED, GO, VALUE_DRIFT)
SEVERITIES = ("critical", "high", "medium", "low")
DECISION = "decision"
_REASONS = 3
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Event:
    """One change. since: when it was first seen, in Unix seconds. reproduce: a command that shows it again."""

    uid: str
    word: str
    title: str
    where: str = ""
    control: str = ""
    item: str = ""
    line: int = 0
    section: str = ""
    host: str = ""
    target: str = ""
    severity: str = "high"
    owner: str = ""
    was: str = ""
    now: str = ""
    since: float = 0.0
    why: str = ""
    expected: str = ""
    actual: str = ""
    reproduce: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Event:
        """The event that as_dict described. Other data raises TypeError."""
        event = cls(**data)
        wrong = [each.name for each in fields(cls) if not isinstance(getattr(event, each.name), _KINDS[str(each.type)])]
        if wrong:
            raise TypeError(f"{wrong[0]} of an event is not what it should be")
        return event


_KINDS: Mapping[str, type | tuple[type, ...]] = {"str": str, "int": int, "float": (int, float)}


@dataclass(frozen=True, slots=True)
class Message:
    """What one route is to be told. standing, resolved: for what keeps states: all that speaks against it, and what of
    that is over. link: to the report."""

    environment: str
    run: str
    at: float
    decision: str
    events: Sequence[Event]
    standing: Sequence[Event] = ()
    resolved: Sequence[Event] = ()
    link: str = ""


def news(
    report: Mapping[str, Any], owners: Sequence[Owner], heard: Mapping[str, str]
) -> tuple[list[Event], dict[str, str]]:
    """What the run changed, the worst first; and what is to be remembered as heard where it is only told again.

    heard: by uid, what was different from the baseline already when somebody was told last.
    """
    history = report.get("history") or {}
    known = {entry.uid: entry for entry in entries(report)}
    since_baseline = {
        each["uid"]: f"{each['word']} {each['was']} {each['now']}"
        for each in _told(history.get("baseline_changes", ()))
    }
    if history.get("previous"):
        changes = list(_told(history.get("changes", ())))
    else:
        fresh = _told(history.get("baseline_changes", ()))
        changes = [each for each in fresh if heard.get(each["uid"]) != since_baseline[each["uid"]]]
    found = [_event(each, known.get(each["uid"]), report, owners) for each in changes]
    return [*_decision(report, history), *found], since_baseline


def _told(changes: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The changes that are news: what got worse, what got well, and values that moved."""
    for each in changes:
        if each["worse"] if each["word"] in AGAINST else each["word"] in (FIXED, VALUE_DRIFT):
            yield each


def _event(change: Mapping[str, Any], entry: Entry | None, report: Mapping[str, Any], owners: Sequence[Owner]) -> Event:
    item = (entry and entry.item) or {}
    check = (entry and entry.check) or {}
    host, section, control = str(check.get("host", "")), str(item.get("section", "")), str(change["control"])
    reproduce = str(check.get("reproduce", "")).strip()
    return Event(
        uid=change["uid"],
        word=change["word"],
        title=one_line(entry.title if entry else control or change["subject"]),
        where=one_line(change["subject"] if change["target"] else ""),
        control=one_line(control),
        item=str(change["item"] or ""),
        line=int(item.get("line", 0)),
        section=one_line(section),
        host=one_line(host),
        target=one_line(change["target"]),
        severity=change["severity"] if change["severity"] in SEVERITIES else "high",
        owner=next((each.name for each in owners if each.has(control, host, section)), ""),
        was=change["was"],
        now=change["now"],
        since=float(change["since"] or report["run"]["started"]),
        why=one_line(change["detail"], _LONGEST),
        expected=one_line(str(check.get("expected", "")), _LONGEST),
        actual=one_line(plain(check["actual"]), _LONGEST) if check.get("actual") not in (None, "") else "",
        reproduce=one_line(reproduce.splitlines()[0], _LONGEST) if reproduce else "",
    )


def _decision(report: Mapping[str, Any], history: Mapping[str, Any]) -> Iterator[Event]:
    """That the gate's decision is another one. What a narrowed or broken run decides is not about the same."""
    before, run = (history.get("previous") or {}).get("decision"), report["run"]
    now, reasons = report["gate"]["decision"], report["gate"]["reasons"]
    if before not in (GO, NO_GO) or before == now or not run["finished"] or report["summary"]["left_out"]:
        return
    shown = [*map(one_line, reasons[:_REASONS])]
    more = [f"and {len(reasons) - _REASONS} more"] if len(reasons) > _REASONS else []
    yield Event(
        uid=DECISION,
        word=now,
        title=f"the gate says {shown_word(now)}, before {shown_word(before)}",
        severity="critical",
        was=before,
        now=now,
        since=run["started"],
        why="; ".join([*shown, *more]),
    )


def shown_word(word: str) -> str:
    """A word as people read it."""
    return {GO: "GO", NO_GO: "NO-GO"}.get(word, word.replace("_", " "))


def headline(message: Message) -> str:
    """What happened, in one line."""
    counts = {word: sum(event.word == word for event in message.events) for word in WORDS if word not in (GO, NO_GO)}
    said = [f"{count} {shown_word(word)}" for word, count in counts.items() if count]
    decided = [event.title for event in message.events if event.uid == DECISION]
    return one_line(f"{message.environment}: {', '.join([*decided, *said]) or shown_word(message.decision)}")


def told(event: Event) -> list[str]:
    """An event in lines: what, where, since when, whose; why; what is asked for and was seen; how to see it again."""
    what = event.title if event.uid == DECISION else f"{shown_word(event.word)}: {event.control or event.title}"
    on = f" on {event.where}" if event.where else ""
    owner = f"owner {event.owner}" if event.owner else "no owner"
    about = [event.severity, owner, f"since {moment(event.since)}"] if event.uid != DECISION else []
    named = event.title if event.uid != DECISION and event.title != event.control and event.control else ""
    return [
        line
        for line in (
            ", ".join([f"{what}{on}", *about]),
            f"{named} (line {event.line})" if named and event.line else named,
            event.why,
            f"expected: {event.expected}; found: {event.actual}" if event.expected and event.actual else "",
            f"see it: {event.reproduce}" if event.reproduce and event.word != FIXED else "",
        )
        if line
    ]


def moment(seconds: float) -> str:
    """A moment as people read it."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, OSError, ValueError):
        return "an impossible moment"
