# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold of restored data: one value each, against what was declared of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleActionFail

Invariant = Mapping[str, Any]
_BOUNDS = ("equals", "at_least", "at_most")


def check(invariants: Sequence[Invariant]) -> None:
    """Refuse one that could not fail."""
    for each in invariants:
        if all(each.get(bound) is None for bound in _BOUNDS):
            raise AnsibleActionFail(f"invariants: {each['name']} says none of {', '.join(_BOUNDS)}")


def problems(invariants: Sequence[Invariant], values: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each that does not hold. values: what was answered, by name."""
    for each in invariants:
        name, value = each["name"], values[each["name"]]
        if each.get("equals") is not None and value != str(each["equals"]):
            yield f"{name} is {value!r}, and must be {each['equals']!r}"
        if each.get("at_least") is None and each.get("at_most") is None:
            continue
        number = _number(value)
        if number is None:
            yield f"{name} is {value!r}, which is no number"
        elif each.get("at_least") is not None and number < each["at_least"]:
            yield f"{name} is {value}, below {each['at_least']:g}"
        elif each.get("at_most") is not None and number > each["at_most"]:
            yield f"{name} is {value}, above {each['at_most']:g}"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
