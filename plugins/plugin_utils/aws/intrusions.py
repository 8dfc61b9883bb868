# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether GuardDuty watches a region for intruders, and what it found that nobody has dealt with."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from functools import partial

from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen, verdict
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict

_MOST_NAMED = 10
# What nobody has archived and GuardDuty calls high, or critical: from 7 on (its user guide, on severity levels).
_OPEN = {"Criterion": {"service.archived": {"Eq": ["false"]}, "severity": {"Gte": 7}}}


async def detectors(asked: Asked, region: str | None) -> Mapping[str, Detail]:
    """Of each detector of a region, whether it is on."""
    found = await asked.of("aws guardduty list-detectors", _listed, region, region=region)
    command = f"printf '%s\\n' {' '.join(found)} | xargs -r -n 1 aws guardduty get-detector --detector-id"
    return await asked.of(command, _on, region, found, region=region) if found else {}


async def watched(asked: Asked, region: str | None) -> list[Verdict]:
    """A verdict on a region: whether a detector watches it."""
    found = await detectors(asked, region)
    return [verdict(_told(region), "watched by GuardDuty", partial(_watched, found))]


async def quiet(asked: Asked, region: str | None) -> list[Verdict]:
    """A verdict on a region: whether a detector watches it, and nothing serious that it found is open."""
    found = await detectors(asked, region)
    criteria = shlex.quote(json.dumps(_OPEN))
    command = f"printf '%s\\n' {' '.join(found)} | xargs -r -n 1 aws guardduty list-findings"
    command += f" --finding-criteria {criteria} --detector-id"
    known = await asked.of(command, _findings, region, list(found), region=region) if found else {}
    return [verdict(_told(region), "watched, and quiet", partial(_watched, found), partial(_quiet, known))]


def _told(region: str | None) -> str:
    return f"region {region}" if region else "the region"


def _watched(found: Mapping[str, Detail]) -> Seen:
    on = [name for name, detail in found.items() if value(detail)]
    return {"detectors": len(found), "on": len(on)}, [] if on else ["GuardDuty does not watch it"]


def _quiet(found: Mapping[str, Detail]) -> Seen:
    names = [name for detail in found.values() for name in value(detail)]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    problem = f"findings of high severity wait for somebody: {', '.join(names[:_MOST_NAMED])}{more}"
    return {"open findings": len(names)}, [problem] if names else []


def _listed(account: Account, region: str | None) -> list[str]:
    return list(account.call("guardduty", "list_detectors", region=region)["DetectorIds"])


def _on(account: Account, region: str | None, names: Iterable[str]) -> dict[str, Detail]:
    def read(name: str) -> bool:
        return bool(account.call("guardduty", "get_detector", region=region, DetectorId=name)["Status"] == "ENABLED")

    return details(account, names, read)


def _findings(account: Account, region: str | None, names: Iterable[str]) -> dict[str, Detail]:
    def read(name: str) -> list[str]:
        asked = {"DetectorId": name, "FindingCriteria": _OPEN}
        return list(account.call("guardduty", "list_findings", region=region, **asked)["FindingIds"])

    return details(account, names, read)
