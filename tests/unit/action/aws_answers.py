# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of an AWS account by a part of the command that asks; where several parts fit, the longest is meant."""

from __future__ import annotations

from typing import Any

WHO = "get-caller-identity"
IDENTITY = {"account": "123456789012", "partition": "aws"}
REASONS = ["missing_tool", "denied", "timeout", "unreachable", "malformed"]


class Answers(dict[str, Any]):
    """By parts of commands."""

    def __contains__(self, line: object) -> bool:
        return any(part in str(line) for part in self)

    def __getitem__(self, line: str) -> Any:
        return super().__getitem__(max((part for part in self if part in line), key=len))


def seen(value: Any) -> dict[str, Any]:
    """What is known of one of several things."""
    return {"value": value}
