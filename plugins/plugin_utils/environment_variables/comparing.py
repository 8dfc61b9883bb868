# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing the variables of a service with those of other environments, without a value leaving any host."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.questions import fingerprints, others
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.sources import Place, Source
from ansible_collections.golive.verify.plugins.plugin_utils.facts import ComparedFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Observer, attempt, together


async def comparisons(look: Observer, want: Wanted, places: Sequence[Place]) -> dict[str, ComparedFact]:
    """By other environment with a file on this host, what these places have of it. What does not run has nothing."""
    wanted = [(name, each["file"], place) for name, each in others(want).items() if "file" in each for place in places]
    outcomes = await together(
        *(attempt(look.variables(place.params, other={"file": [path]})) for _name, path, place in wanted)
    )
    found: dict[str, list[ComparedFact]] = {}
    for (name, path, place), outcome in zip(wanted, outcomes, strict=True):
        if isinstance(outcome, CannotLook):
            if not (place.running and outcome.reason == "not_found" and len(places) > 1):
                raise outcome
        elif outcome.compared is None:
            raise CannotLook("malformed", f"the host did not compare {place.label} with {path}")
        else:
            found.setdefault(name, []).append(outcome.compared)
    return {name: _joined(facts) for name, facts in found.items()}


def _joined(facts: Sequence[ComparedFact]) -> ComparedFact:
    def union(parts: Sequence[Collection[str]]) -> list[str]:
        return sorted({name for part in parts for name in part})

    return ComparedFact(
        union([f.same for f in facts]), union([f.missing for f in facts]), union([f.extra for f in facts])
    )


async def same_elsewhere(look: Observer, want: Wanted, source: Source) -> dict[str, list[str]]:
    """By other environment with a file on this host, the variables that have the same value there."""
    compared = await comparisons(look, want, source.places)
    return {name: fact.same for name, fact in compared.items()}


def uncompared(want: Wanted, names: Collection[str]) -> None:
    """Raise CannotLook for secrets of which another environment declares no fingerprint: nobody knows them apart."""
    for environment, prints in fingerprints(want).items():
        unknown = sorted(set(names) - set(prints))
        if unknown:
            raise CannotLook("not_found", f"there is no fingerprint of {environment}'s {', '.join(unknown[:20])}")


async def names_in(look: Observer, path: str) -> list[str]:
    """The variables that a file on the controller names, such as .env.example; values in it are not looked at."""
    fact = await look.at(CONTROLLER).variables({"file": [path]})
    if not fact.names:
        raise CannotLook("malformed", f"{path} names no variable")
    return fact.names
