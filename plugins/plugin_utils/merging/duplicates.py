# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several slices saw: of the same verdict the newest stays, of different ones the worst; none is added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.kept_run import KeptRun
from ansible_collections.golive.verify.plugins.plugin_utils.merging.agreement import DISAGREEMENT
from ansible_collections.golive.verify.plugins.plugin_utils.provenance import FIELD, MERGED, Note, Source, marked
from ansible_collections.golive.verify.plugins.plugin_utils.results import BEST_FIRST, Status, worst

Key = tuple[str, ...]
Seen = dict[int, list[Mapping[str, Any]]]
# More than anybody reads; how many there are is told.
_MOST = 50


def key(result: Mapping[str, Any]) -> Key:
    """What the result is about: the same for every run that asks it."""
    return (*(result[name] for name in ("host", "control", "verifier", "target", "vantage")), result.get("item", ""))


class Duplicates:
    """All results of slices, in the order of the slices, and which of them stay."""

    def __init__(self, slices: Sequence[KeptRun]) -> None:
        self._slices = slices
        self._sources = [source(each) for each in slices]
        self._seen: dict[Key, Seen] = defaultdict(dict)
        for index, each in enumerate(slices):
            for result in each.results:
                self._seen[key(result)].setdefault(index, []).append(result)
        self._stays = {about: self._choose(seen) for about, seen in self._seen.items()}

    def left(self, index: int, result: Mapping[str, Any]) -> dict[str, Any] | None:
        """The result of a slice with where it comes from, and who else saw it; None where another slice's stays."""
        about = key(result)
        if self._stays[about] != index:
            return None
        others = [self._also(other, found) for other, found in self._seen[about].items() if other != index]
        made = marked(result, self._sources[index])
        return made | {FIELD: made[FIELD] | {"others": others}} if others else made

    def disagreements(self) -> Iterator[Note]:
        """A sentence for each verdict on which slices disagree."""
        said = sorted(filter(None, (self._said(about, seen) for about, seen in self._seen.items())))
        for sentence in said[:_MOST]:
            yield Note(DISAGREEMENT, sentence)
        if len(said) > _MOST:
            yield Note(
                DISAGREEMENT, f"the slices disagree about {len(said) - _MOST} more results; the worse ones count"
            )

    def _choose(self, seen: Seen) -> int:
        """The worst, then the newest; the slices' own order decides between what is as new."""

        def rank(index: int) -> tuple[int, float, int]:
            newest = max(float(result["started"]) for result in seen[index])
            return BEST_FIRST.index(_status(seen[index])), newest, index

        return max(seen, key=rank)

    def _said(self, about: Key, seen: Seen) -> str:
        if len({_status(found) for found in seen.values()}) < 2:
            return ""
        host, control, dummy, target = about[:4]
        told = ", ".join(f"{_status(found)} in {self._slices[index].name}" for index, found in sorted(seen.items()))
        where = f"{target} of {host}" if host not in target else target
        return f"the slices disagree about {control} on {where}: {told}; the worse counts"

    def _also(self, index: int, found: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        results = list(found)
        started = max(float(result["started"]) for result in results)
        return {"run": self._sources[index].run, "status": _status(results).value, "started": started}


def source(run: KeptRun) -> Source:
    """The slice as what is merged names it."""
    return Source(MERGED, run.plan.run, run.plan.started, run.plan.narrowing.hosts, run.finished)


def _status(results: Iterable[Mapping[str, Any]]) -> Status:
    return worst(Status(result["status"]) for result in results)
