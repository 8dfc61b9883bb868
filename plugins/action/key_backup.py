# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the same key lies in several places, by fingerprints that are compared where it lies."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.backup.disks import apart
from ansible_collections.golive.verify.plugins.plugin_utils.backup.key_places import (
    by_command,
    by_record,
    in_file,
    way,
)
from ansible_collections.golive.verify.plugins.plugin_utils.backup.offsite import place_part
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import HOST, Observer
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, proven
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Ask every place for the fingerprint of what it holds."""

    @proves("secrets.key_backup_locations")
    async def locations(self, look: Observer, want: Wanted) -> Verdict:
        """Every place holds the key, was read lately, and is lost neither with the host nor with another place."""
        places, fingerprint, now = _distinct(want.need("locations")), want.need("fingerprint"), time.time()
        looks = {
            "file": lambda place: in_file(look, place["name"], place, fingerprint),
            "command": lambda place: by_command(look, place, fingerprint),
            "record": lambda place: by_record(look, place, fingerprint, now, want.max_age_days),
        }
        ways = [way(place) for place in places]
        parts = [_enough(len(places), want.min_locations)]
        parts += [looks[kind](place) for kind, place in zip(ways, places, strict=True)]
        files = [place["file"] for place in places if place["file"]]
        if look.vantage == HOST:
            parts += [_elsewhere(look, path) for path in files]
        parts += [_independent(look, path, files[:index]) for index, path in enumerate(files) if index]
        if want.application_key:
            parts.append(in_file(look.at(HOST), "application", want.application_key, fingerprint))
        return await proven(
            f"at least {want.min_locations} independent places hold the same key, each read within "
            f"{want.max_age_days:g} days",
            *parts,
        )


def _distinct(places: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    twice = [name for name, often in Counter(place["name"] for place in places).items() if often > 1]
    if twice:
        raise NotAsked(f"option locations names {twice[0]} more than once")
    return places


async def _enough(number: int, least: int) -> Part:
    return Part({}, [f"{number} of at least {least} places is declared"] if number < least else [])


async def _elsewhere(look: Observer, path: str) -> Part:
    return Part({}, (await place_part(look, path)).problems)


async def _independent(look: Observer, path: str, others: Sequence[str]) -> Part:
    return Part({}, (await apart(look, path, *others)).problems)
