# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What psql prints, look after look, whatever SQL it is asked: that is proven on real servers."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook


def answered(*rows: Any) -> dict[str, Any]:
    """The output of one look: for each question its rows, or an SQLSTATE with which it failed."""
    lines = [{"sqlstate": each, "message": "no"} if isinstance(each, str) else each for each in rows]
    return {"exit": 0, "stdout": "".join(json.dumps(each) + "\n" for each in lines), "stderr": ""}


class Psql(dict[str, Any]):
    """Answers for prove(): those of psql in their order, and others by their line."""

    def __init__(self, *looks: dict[str, Any] | CannotLook, **others: Any) -> None:
        super().__init__(others)
        self._looks = list(looks)

    def __contains__(self, line: object) -> bool:
        return super().__contains__(line) or " psql " in f" {line}"

    def __getitem__(self, line: str) -> Any:
        return super().__getitem__(line) if super().__contains__(line) else self._looks.pop(0)


UNSEEN = [CannotLook(reason, "no") for reason in ("missing_tool", "denied", "timeout", "malformed", "unreachable")]
GARBAGE = [
    {"exit": 0, "stdout": "", "stderr": ""},
    {"exit": 0, "stdout": "42\n", "stderr": ""},
    {"exit": 0, "stdout": "[[1]]\n", "stderr": ""},
    {"exit": 3, "stdout": "", "stderr": "killed"},
    {"exit": 2, "stdout": "", "stderr": "connection to server failed: Connection refused"},
]
