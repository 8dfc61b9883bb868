# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where results come from that a run did not see itself: slices that it was merged from, or a run that it resumes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import moments

# The member of a result that says so. A result without one was seen by the run itself.
FIELD = "provenance"
MERGED, RESUMED = "merged", "resumed"


@dataclass(frozen=True, slots=True)
class Source:
    """A run whose results another one took over. kind: MERGED or RESUMED. started: when it began, in Unix seconds.

    slice: the part of the whole that it looked at, in its own words. finished: whether its gate decided.
    """

    kind: str
    run: str
    started: float
    slice: str = ""
    finished: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should know of how results came together. blocks: it speaks against going live."""

    kind: str
    message: str
    blocks: bool = False


def marked(result: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """The result with where it comes from; what came from elsewhere before keeps saying so."""
    own: dict[str, Any] = {"run": source.run, "started": source.started}
    if source.slice:
        own["slice"] = source.slice
    return {**result, FIELD: own | result.get(FIELD, {})}


def told(sources: Sequence[Source], results: Iterable[Mapping[str, Any]]) -> Iterator[Note]:
    """How many of the results are not the run's own, and whose they are."""
    if not sources:
        return
    statuses = [bool(result.get(FIELD)) for result in results]
    whose = ", ".join(f"{each.run} ({moments.shown(_moment(each.started))})" for each in sources[:5])
    whose += f" and {len(sources) - 5} more" if len(sources) > 5 else ""
    counted = Counter(statuses)
    if sources[0].kind == RESUMED:
        said = f"resumed: {counted[True]} of {len(statuses)} results were kept from {whose}, the others seen now"
    else:
        runs = "run" if len(sources) == 1 else "runs"
        said = f"merged: {len(statuses)} results of {len(sources)} {runs}: {whose}"
    yield Note(sources[0].kind, said)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
