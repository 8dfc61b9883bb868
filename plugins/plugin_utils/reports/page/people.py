# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says of people: who owns an item, who signed, what is lived with, and how a proof was looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.attestations.standing import VERIFIER as ATTESTATION
from ansible_collections.golive.verify.plugins.plugin_utils.decisions import UNBOUND
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status

Data = Mapping[str, Any]

# How a proof was looked for, the strongest way first.
MACHINE, PEOPLE, NOBODY, NO_CONTROL, NOT_ASKED = "machine", "people", "nobody", "unbound", "not_asked"
WAYS = (MACHINE, PEOPLE, NOBODY, NO_CONTROL, NOT_ASKED)
_NOT_ASKED = frozenset({"info", "not_selected", "not_due", "not_applicable"})


@dataclass(frozen=True, slots=True)
class Waived:
    """One waiver with what it covers: results of a control on these hosts."""

    waiver: Data
    control: str
    severity: str
    hosts: Sequence[str]


def owner(item: Data, checks: Sequence[Data]) -> str:
    """Who answers for an item: whom it names, whose signature it asks for, or who waived it. Empty: nobody is named."""
    if named := item.get("owner") or item["role"]:
        return str(named)
    waivers = (checks[index].get("waiver") for index in item["checks"])
    return next((str(waiver["owner"]) for waiver in waivers if waiver), "")


def signatures(report: Data) -> list[Data]:
    """The items that people sign for: those of roles first, then what else was attested or has expired as such."""
    signed = [item for item in report["items"] if item["role"]]
    others = [item for item in report["items"] if not item["role"] and _attested(item, report["checks"])]
    return [*signed, *others]


def _attested(item: Data, checks: Sequence[Data]) -> bool:
    return (
        item["mark"] == "human"
        or item["status"] == Status.ATTESTED
        or any(checks[index]["verifier"] == ATTESTATION for index in item["checks"])
    )


def waived(report: Data) -> list[Waived]:
    """The waivers that cover a result, the first to end first."""
    found: dict[tuple[str, str], list[Data]] = {}
    for check in report["checks"]:
        if waiver := check.get("waiver"):
            found.setdefault((waiver["where"], check["control"]), []).append(check)
    each = [
        Waived(same[0]["waiver"], control, same[0]["severity"], list(dict.fromkeys(check["host"] for check in same)))
        for (dummy, control), same in found.items()
    ]
    return sorted(each, key=lambda one: str(one.waiver["expires"]))


def way(item: Data) -> str:
    """How a proof of an item was looked for in this run."""
    if item["status"] in _NOT_ASKED:
        return NOT_ASKED
    if item["status"] == UNBOUND:
        return NO_CONTROL
    if item["status"] == Status.ATTESTED or item["role"] or item["mark"] == "human":
        return PEOPLE
    return MACHINE if item["checks"] else NOBODY
