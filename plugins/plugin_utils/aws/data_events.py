# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of which buckets a record is kept of who reads and writes what is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import reading
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.aws.trails import ALL_EVENTS
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.look import together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

_OBJECTS = "AWS::S3::Object"
# What a selector may say and still be about all that is done with the objects that it names.
_WHOLE = {"eventCategory", "readOnly", "resources.type", "resources.ARN"}
_BOTH = ["true", "false"]

# A trail: where it is at home, whether it is of all regions, what keeps it from recording, and what it selects.
Trail = Mapping[str, Any]


async def trails(asked: Asked) -> list[Trail]:
    """The trails that choose what they record, each with what it says of the objects of buckets."""
    listed = await together(
        *(asked.of("aws cloudtrail describe-trails", reading.trails, region, region=region) for region in asked.regions)
    )
    known = {trail["arn"]: trail for found in listed for trail in found if trail["selective"]}
    return list(await together(*(_trail(asked, trail) for trail in known.values())))


async def _trail(asked: Asked, trail: Mapping[str, Any]) -> Trail:
    arn, home = trail["arn"], trail["home"]
    status, selected = await together(
        asked.of(f"aws cloudtrail get-trail-status --name {arn}", reading.trail_status, arn, home, region=home),
        asked.of(f"aws cloudtrail get-event-selectors --trail-name {arn}", selectors, arn, home, region=home),
    )
    return {**trail, "records": status["logging"] and not status["error"], "selected": selected}


def selectors(account: Account, arn: str, home: str) -> list[dict[str, Any]]:
    """What a trail selects of the events of objects: of reading, writing or both, and of which ARNs."""
    answer = account.call("cloudtrail", "get_event_selectors", region=home, TrailName=arn)
    classic, advanced = answer.get("EventSelectors", []), answer.get("AdvancedEventSelectors", [])
    if not classic and not advanced:
        raise CannotLook("malformed", "a trail with event selectors of its own shows none")
    return [*_classic(classic), *_advanced(advanced)]


def _classic(said: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    kinds = {"All": ALL_EVENTS, "ReadOnly": ("read",), "WriteOnly": ("write",)}
    for each in said:
        for resource in each.get("DataResources", ()):
            if resource["Type"] == _OBJECTS:
                yield {"kinds": list(kinds[each.get("ReadWriteType", "All")]), "of": resource["Values"]}


def _advanced(said: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in said:
        fields = {field["Field"]: field for field in each["FieldSelectors"]}
        if not fields.keys() <= _WHOLE or _OBJECTS not in fields.get("resources.type", {}).get("Equals", ()):
            continue
        read_only = fields.get("readOnly", {}).get("Equals", _BOTH)
        named = fields.get("resources.ARN")
        # A selector that says which objects it leaves out is not read for which ones are left.
        if named is None or named.get("StartsWith"):
            kinds = [{"true": "read", "false": "write"}[value.lower()] for value in read_only]
            yield {"kinds": kinds, "of": None if named is None else named["StartsWith"]}


def recorded(
    name: str,
    region: str | None,
    logging: Detail,
    found: Sequence[Trail] | CannotLook,
    every: Collection[str],
    partition: str,
) -> Seen:
    """Whether a bucket is logged by S3 into another that is there, or its objects by a trail that works."""
    into = logging.get("value")
    if into in every:
        return {"logged into": into}, []
    if isinstance(found, CannotLook):
        raise found
    recording = [trail for trail in found if trail["records"] and (trail["multi_region"] or trail["home"] == region)]
    kinds = {kind for trail in recording for kind in _kinds(trail, name, partition)}
    if kinds.issuperset(ALL_EVENTS):
        return {"recorded by": [trail["arn"] for trail in recording if _kinds(trail, name, partition)]}, []
    value(logging)
    missing = " and ".join(kind for kind in ALL_EVENTS if kind not in kinds)
    problem = f"S3 does not log requests, and no trail records who would {missing} its objects"
    return {"logged into": into}, [f"{problem}; its logs are for {into}, which is not there" if into else problem]


def _kinds(trail: Trail, name: str, partition: str) -> list[str]:
    all_of_it = {f"arn:{partition}:s3", f"arn:{partition}:s3:::", f"arn:{partition}:s3:::{name}/"}
    about = [each for each in trail["selected"] if each["of"] is None or all_of_it & set(each["of"])]
    return [kind for each in about for kind in each["kinds"]]
