# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an API tells of each of many things: asked for side by side, each with an end of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline

SIDE_BY_SIDE = 8
# What is known of one thing: {"value": …}, or why it is not: {"reason": …, "detail": …}.
Detail = dict[str, Any]


def details(names: Iterable[str], read: Callable[[str], Any], deadline: Deadline) -> dict[str, Detail]:
    """What read makes of each name. One that cannot be read does not keep the others from it."""

    def detail(name: str) -> tuple[str, Detail]:
        try:
            deadline.check()
            return name, {"value": read(name)}
        except CannotLook as reason:
            return name, {"reason": reason.reason, "detail": reason.detail}
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            return name, {"reason": "malformed", "detail": f"{type(error).__name__}: {error}"[:300]}

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return dict(pool.map(detail, names))


def value(detail: Mapping[str, Any]) -> Any:
    """The value; raise CannotLook where it could not be read."""
    if "value" not in detail:
        raise CannotLook(detail["reason"], detail["detail"])
    return detail["value"]
