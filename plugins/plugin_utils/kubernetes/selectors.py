# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What selects what: the label selectors of Kubernetes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector selects something with these labels: none selects nothing, an empty one everything."""
    if selector is None:
        return False
    wanted = selector.get("matchLabels") or {}
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(each, labels) for each in selector.get("matchExpressions") or ()
    )


class Selecting:
    """Things that select by labels in one namespace, found again by one of the labels that each wants.

    A namespace may have thousands of them, and of what they select.
    """

    def __init__(self, things: Iterable[dict[str, Any]]) -> None:
        self._by_label: dict[tuple[str, str] | None, list[dict[str, Any]]] = defaultdict(list)
        for each in things:
            wanted = (each["selector"] or {}).get("matchLabels") or {}
            self._by_label[next(iter(wanted.items()), None)].append(each)

    def of(self, labels: Mapping[str, str]) -> list[dict[str, Any]]:
        """Those that select something with these labels."""
        near = [each for key in (None, *labels.items()) for each in self._by_label.get(key, ())]
        return [each for each in near if selects(each["selector"], labels)]


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, operator, values = expression["key"], expression["operator"], expression.get("values") or []
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    if operator in ("Exists", "DoesNotExist"):
        return (str(key) in labels) is (operator == "Exists")
    raise CannotLook("malformed", f"a selector with the operator {operator}")
