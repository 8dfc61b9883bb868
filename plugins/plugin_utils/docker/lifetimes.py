# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Until when a version gets fixes: what its makers announced, and what the team knows better."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_ANNOUNCED = Path(__file__).parent / "end_of_life.yml"


def end_problems(product: str, version: str, declared: Mapping[str, Any], today: date | None = None) -> list[str]:
    """Why a version gets no fixes any more. declared: days by product and line, such as "docker 20.10"; they win.

    A version of which nobody said until when it is supported is CannotLook("not_found").
    """
    end = _end(product, version, declared)
    today = today or datetime.now(UTC).date()
    return [] if end is None or today <= end else [f"{product} {shown(version)} gets no fixes since {end}"]


def _end(product: str, version: str, declared: Mapping[str, Any]) -> date | None:
    parts = version.split(".")
    for count in range(len(parts), 0, -1):
        line = f"{product} {'.'.join(parts[:count])}"
        if line in declared:
            return _day(line, declared[line])
    known = _announced().get(product, {"cycle": 1, "ends": {}})
    ends = {str(line): end for line, end in known["ends"].items()}
    line = ".".join(parts[: known["cycle"]])
    if line not in ends:
        detail = f"nobody said until when {product} {shown(version)} gets fixes: say so in option end_of_life"
        raise CannotLook("not_found", detail)
    found: date | None = ends[line]
    return found


def _day(line: str, value: Any) -> date:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise CannotLook("malformed", f"option end_of_life: {line} ends on {value!r}, which is no day") from None


@cache
def _announced() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(_ANNOUNCED.read_text(encoding="utf-8"))
    return found
