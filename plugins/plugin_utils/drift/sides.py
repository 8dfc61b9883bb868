# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One side of a comparison: how everything stood in a run, by the uid that entries.py gives each statement."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ansible_collections.golive.verify.plugins.plugin_utils.decisions import NOT_SELECTED, PROVEN, UNBOUND
from ansible_collections.golive.verify.plugins.plugin_utils.entries import Entry, entries
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status

BAD = {Status.FAIL.value, Status.ERROR.value, Status.MISSED.value, Status.EXPIRED.value, UNBOUND}
WAIVED = Status.WAIVED.value
# Of two results with one uid, the worse counts.
_WORST_FIRST = (*sorted(BAD - {"error"}), "error", WAIVED, Status.NOT_APPLICABLE.value, Status.NOT_DUE.value)
# How attestations are named: each begins with when it was signed.
_SIGNED = re.compile(r"^\d{8}T\d{6}Z-")


class Standing(NamedTuple):
    """How one statement stands: a result for an item, a result beyond the checklist, or an item by itself."""

    uid: str
    status: str
    severity: str = ""
    item: str = ""
    text: str = ""
    text_hash: str = ""
    line: int = 0
    section: str = ""
    control: str = ""
    host: str = ""
    target: str = ""
    vantage: str = ""
    verifier: str = ""
    threshold_source: str = ""
    expected: str = ""
    actual: Any = None
    message: str = ""

    @property
    def proven(self) -> bool:
        """Whether it is pass or attested."""
        return self.status in PROVEN

    @property
    def bad(self) -> bool:
        """Whether it speaks against going live."""
        return self.status in BAD

    @property
    def waived(self) -> bool:
        """Whether it is bad, and somebody lives with it."""
        return self.status == WAIVED

    @property
    def left_out(self) -> bool:
        """Whether a narrowed run did not decide over it."""
        return self.status == NOT_SELECTED

    @property
    def coverage(self) -> tuple[str, str, str]:
        """What is covered by it: several results on different targets cover the same."""
        return self.item, self.control, self.host

    @property
    def lasting(self) -> tuple[str, str, str, str, str]:
        """What it is of, but for what changes by itself: the addresses of a name, the moment of a signature."""
        words = ("*" if _is_address(word) else word for word in _SIGNED.sub("", self.target).split(" "))
        return self.item, self.control, self.host, " ".join(words), self.vantage

    @classmethod
    def of(cls, entry: Entry) -> Standing:
        """The standing of an entry of a report."""
        item, check = entry.item or {}, entry.check or {}
        say, told = item.get, check.get
        return cls(
            entry.uid,
            entry.status,
            (check or item)["severity"],
            say("id", ""),
            entry.title,
            say("text_hash", ""),
            say("line", 0),
            say("section", ""),
            entry.control,
            told("host", ""),
            told("target", ""),
            told("vantage", ""),
            told("verifier", ""),
            told("threshold_source", ""),
            told("expected", ""),
            told("actual"),
            entry.message,
        )


@dataclass(frozen=True, slots=True)
class Side:
    """A run as far as comparing goes. Times are Unix seconds.

    left_out: what it was narrowed to. standings: every statement. items: every item by itself, whether or not a result
    speaks for it, so that an item which lost or got its results can be compared too.
    """

    run: str
    environment: str
    started: float
    left_out: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict)
    items: Mapping[str, Standing] = field(default_factory=dict)

    def at(self, uid: str) -> Standing | None:
        """How it stood; None where it was not there."""
        return self.standings.get(uid) or self.items.get(uid)

    @classmethod
    def of_report(cls, report: Mapping[str, Any]) -> Side:
        """The side that a report tells of."""
        run = report["run"]
        return cls.made(
            run["id"],
            run["environment"],
            run["started"],
            left_out=report["summary"]["left_out"],
            versions=run["versions"],
            standings=map(Standing.of, entries(report)),
            items=(Standing.of(Entry(item, None)) for item in report["items"]),
        )

    @classmethod
    def made(
        cls,
        run: str,
        environment: str,
        started: float,
        *,
        standings: Iterable[Standing],
        items: Iterable[Standing],
        left_out: str = "",
        versions: Mapping[str, str] | None = None,
    ) -> Side:
        """The side with these standings; of several with one uid, the worst."""
        found: dict[str, Standing] = {}
        for each in standings:
            other = found.get(each.uid)
            found[each.uid] = each if other is None else min(other, each, key=_rank)
        alone = {each.uid: each for each in items}
        return cls(run, environment, started, left_out, dict(versions or {}), found, alone)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON. What has nothing to say is left out."""
        return {
            "run": self.run,
            "environment": self.environment,
            "started": self.started,
            "versions": dict(self.versions),
            "items": [_said(each) for each in self.items.values()],
            "results": [_said(each) for each in self.standings.values() if each.uid not in self.items],
            "alone": [uid for uid in self.standings if uid in self.items],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Side:
        """The side that as_dict described. Other data raises LookupError, TypeError or ValueError."""
        items = [_read(each) for each in data["items"]]
        datetime.fromtimestamp(data["started"], UTC)
        by_uid = {each.uid: each for each in items}
        return cls.made(
            str(data["run"]),
            str(data["environment"]),
            float(data["started"]),
            versions={str(name): str(version) for name, version in data["versions"].items()},
            standings=[*(by_uid[uid] for uid in data["alone"]), *(_read(each) for each in data["results"])],
            items=items,
        )


def _is_address(word: str) -> bool:
    # Most words are none, and asking costs a hundred times as much as looking.
    if "." not in word and ":" not in word:
        return False
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return False
    return True


def _rank(standing: Standing) -> tuple[int, str]:
    known = standing.status in _WORST_FIRST
    return (_WORST_FIRST.index(standing.status) if known else len(_WORST_FIRST)), standing.verifier


def _said(standing: Standing) -> dict[str, Any]:
    # 0, False and empty lists are values of actual, and nothing of the other fields.
    return {
        name: value for name, value in standing._asdict().items() if value or (name == "actual" and value is not None)
    }


def _read(data: Mapping[str, Any]) -> Standing:
    unknown = set(data) - set(Standing._fields)
    if unknown:
        raise ValueError(f"a result has no field {min(unknown)}")
    wrong = [name for name, value in data.items() if name not in ("line", "actual") and not isinstance(value, str)]
    if wrong or not isinstance(data.get("line", 0), int):
        raise TypeError(f"{[*wrong, 'line'][0]} of a result is not what it should be")
    return Standing(**data)
