# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What machines have left: processor, memory and disks, now and at the rate at which disks fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, Seen, verdict
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like, unmet
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.judging import percent
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.server import Labels
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.windows import Figures, named
from ansible_collections.golive.verify.plugins.plugin_utils.results import unseen

_HOST = "instance"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that machines can run out of. name: of several, in words. query, most: options of the check."""

    name: str
    query: str
    most: str

    def seen(self, figure: float, want: Wanted) -> Seen:
        """How much of it is used, and whether that is too much."""
        used, most = percent(figure), want[self.most]
        return {"used_percent": round(used, 1)}, [f"{used:.1f} % used, over {most:g} %"] if used > most else []


class Filling(Part):
    """Disks, by the share of what is free that a day takes."""

    def seen(self, figure: float, want: Wanted) -> Seen:
        days, least = 1 / figure if figure > 0 else None, want[self.most]
        if days is None:
            return {"days_to_full": "does not fill"}, []
        problems = [f"full in {days:.1f} days at the present rate, within {least:g} days"] if days < least else []
        return {"days_to_full": round(days, 1)}, problems


PARTS = (
    Part("processors", "cpu_query", "max_cpu_percent"),
    Part("memories", "memory_query", "max_memory_percent"),
    Part("disks", "disk_query", "max_disk_percent"),
    Filling("trends of disks", "disk_growth_query", "min_days_to_full"),
)


def kinds(seen: Mapping[str, Figures | CannotLook], want: Wanted) -> list[Kind]:
    """Each part with its failures and errors. seen: by the name of the part."""
    hosts = {name: _hosts(figures) for name, figures in seen.items() if isinstance(figures, Figures)}
    known = {host for some in hosts.values() for host in some}
    wanted = sorted({*(host for host in known if not want.instances or like(host, want.instances))})
    absent = unmet(want.instances, known)
    return [_kind(part, seen[part.name], [*wanted, *absent], want) for part in PARTS]


def _kind(part: Part, figures: Figures | CannotLook, wanted: list[str], want: Wanted) -> Kind:
    if isinstance(figures, CannotLook):
        return Kind(part.name, errors=[unseen(figures, subject=part.name)])
    judged = [labels for labels in figures.labels if not want.instances or dict(labels).get(_HOST) in wanted]
    verdicts = [
        verdict(f"{part.name} {named(labels)}", "headroom", partial(_seen, part, labels, figures, want))
        for labels in judged
    ]
    verdicts += [
        unseen(CannotLook("not_found", f"none of the {part.name} is that of {host}"), subject=f"{part.name} {host}")
        for host in wanted
        if host not in _hosts(figures)
    ]
    return Kind.of(part.name, "have no headroom", verdicts)


def _hosts(figures: Figures) -> set[str]:
    return {value for labels in figures.labels for name, value in labels if name == _HOST}


def _seen(part: Part, labels: Labels, figures: Figures, want: Wanted) -> Seen:
    return part.seen(figures.of(labels), want)
