# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with an item, told as briefly as it can be: equal messages, remedies and commands stand once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import summary

_MOST_MESSAGES = 5
_MOST_PLACES = 8
_MOST_COMMANDS = 12
_SHORT = 3

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One message and the places that it comes from. more: how many places are not named."""

    message: str
    status: str
    places: Sequence[str]
    more: int


@dataclass(frozen=True, slots=True)
class Commands:
    """What repeats the looks behind a finding. on: where to run it. rest: what a reader has to unfold.

    left_out: how many more report.json has.
    """

    on: str
    first: str
    rest: str
    left_out: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong by one control. more: how many messages are not told."""

    control: str
    remediation: str
    told: Sequence[Told]
    more: int
    commands: Commands | None


def findings(bad: Sequence[Data]) -> Iterator[Finding]:
    """What is wrong, by control, of results that speak against an item, the worst first."""
    by_control: dict[str, list[Data]] = {}
    for check in bad:
        by_control.setdefault(check["control"], []).append(check)
    for control, checks in by_control.items():
        by_message: dict[str, list[Data]] = {}
        for check in checks:
            by_message.setdefault(check["message"], []).append(check)
        messages = list(by_message.items())
        yield Finding(
            control,
            next((check["remediation"] for check in checks if check["remediation"]), ""),
            [_told(message, same) for message, same in messages[:_MOST_MESSAGES]],
            max(0, len(messages) - _MOST_MESSAGES),
            _commands(checks[0]),
        )


def _told(message: str, same: Sequence[Data]) -> Told:
    places = list(dict.fromkeys(map(summary.where, same)))
    return Told(message, same[0]["status"], places[:_MOST_PLACES], max(0, len(places) - _MOST_PLACES))


def _commands(check: Data) -> Commands | None:
    """The commands of the worst result stand for those of the others, which differ only in where they look."""
    lines = list(dict.fromkeys(check["reproduce"].splitlines()))
    if not lines:
        return None
    # A look that failed tells most of what went wrong.
    failed = {look["look"] for look in check["evidence"] if look["outcome"] != "value"}
    lines.sort(key=lambda line: line not in failed)
    return Commands(
        "the controller" if check["vantage"] == "controller" else check["host"],
        "\n".join(lines[:_SHORT]),
        "\n".join(lines[_SHORT:_MOST_COMMANDS]),
        max(0, len(lines) - _MOST_COMMANDS),
    )
