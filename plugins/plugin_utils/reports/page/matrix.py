# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items against hosts: how each item stands on each host. The worst hosts stand first; a page shows only so many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.decisions import GOOD

# More columns nobody compares by eye; the filter finds any host.
MOST_HOSTS = 40
MOST_ITEMS = 400

Data = Mapping[str, Any]
_RANK = {status: rank for rank, status in enumerate(summary.WORST_FIRST)}


@dataclass(frozen=True, slots=True)
class Row:
    """An item and its status on each host of the matrix; empty where nothing was looked at for it there."""

    item: Data
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Matrix:
    """hosts: name and status. more_hosts, more_items: how many are not shown. quiet: items without any result."""

    hosts: Sequence[tuple[str, str]]
    rows: Sequence[Row]
    more_hosts: int
    more_items: int
    quiet: int


def matrix(report: Data) -> Matrix:
    """The matrix of a report."""
    checks = report["checks"]
    looked = [item for item in report["items"] if item["checks"]]
    standing = [_by_host(item, checks) for item in looked]
    bad: dict[str, int] = {}
    for by_host in standing:
        for host, status in by_host.items():
            bad[host] = bad.get(host, 0) + (status not in GOOD)
    known = {target["name"]: target["status"] for target in report["targets"]}
    names = sorted({**known, **bad}, key=lambda name: (known.get(name, "answered") == "answered", -bad.get(name, 0)))
    columns = names[:MOST_HOSTS]
    rows = [
        Row(item, [by_host.get(host, "") for host in columns])
        for item, by_host in zip(looked[:MOST_ITEMS], standing[:MOST_ITEMS], strict=True)
    ]
    return Matrix(
        [(name, known.get(name, "answered")) for name in columns],
        rows,
        len(names) - len(columns),
        len(looked) - len(rows),
        len(report["items"]) - len(looked),
    )


def _by_host(item: Data, checks: Sequence[Data]) -> dict[str, str]:
    """The worst status that the item's results have on each host."""
    worst: dict[str, str] = {}
    for index in item["checks"]:
        host, status = checks[index]["host"], checks[index]["status"]
        if host not in worst or _RANK[status] < _RANK[worst[host]]:
            worst[host] = status
    return worst
