# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge datasets and tables by what is declared of them: place, labels, keys, columns and partitions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.bigquery.reading import field
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.keys import key_problems
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_SAME = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN", "STRUCT": "RECORD", "DECIMAL": "NUMERIC"}
_MOST_SAID = 20


def dataset_problems(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Why a dataset is not as declared."""
    problems = []
    if found["location"].lower() != wanted["location"].lower():
        problems.append(f"lies in {shown(found['location'])}, not in {wanted['location']}")
    problems += label_problems(wanted["labels"], found["labels"])
    problems += key_problems(wanted["kms_key"], found["kms_key"])
    hours = wanted["time_travel_hours"]
    if hours is not None and found["time_travel_hours"] != hours:
        problems.append(f"keeps what was deleted for {found['time_travel_hours']} hours, not {hours}")
    return problems


def label_problems(wanted: Mapping[str, Any], found: Mapping[str, str]) -> list[str]:
    """Which labels are missing or other than declared."""
    return [
        f"the label {name} is {shown(found[name])}, not {value}" if name in found else f"has no label {name}"
        for name, value in wanted.items()
        if found.get(name) != str(value)
    ]


def table_problems(
    wanted: Mapping[str, Any], found: Mapping[str, Any], definition: Iterable[Mapping[str, Any]]
) -> list[str]:
    """Why a table is not the one that the repository defines."""
    problems = column_problems(flat(definition), flat(found["fields"]))
    version, label = wanted["version"], wanted["version_label"]
    if version:
        problems += label_problems({label: version}, found["labels"])
    partition = wanted["partition_field"]
    if partition and not found["partition_field"]:
        problems.append(f"is not partitioned by {partition}, nor by any other time")
    elif partition and found["partition_field"].lower() != partition.lower():
        problems.append(f"is partitioned by {shown(found['partition_field'])}, not by {partition}")
    if wanted["require_partition_filter"] and not found["require_partition_filter"]:
        problems.append("answers queries without a filter on its partitions, which read and bill it all")
    return problems


def column_problems(wanted: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """Which columns are missing, unknown to the definition, or of another type or mode."""
    sentences = [
        *(f"the column {name} is missing" for name in wanted.keys() - found.keys()),
        *(f"the column {shown(name)} is not in the definition" for name in found.keys() - wanted.keys()),
        *(
            f"the column {name} is {found[name]}, not {wanted[name]}"
            for name in wanted.keys() & found.keys()
            if wanted[name] != found[name]
        ),
    ]
    more = len(sentences) - _MOST_SAID
    return sorted(sentences)[:_MOST_SAID] + ([f"and {more} more columns differ"] if more > 0 else [])


def flat(fields: Iterable[Mapping[str, Any]], within: str = "") -> dict[str, str]:
    """Type and mode of each column by its path. Names are equal in any case, as for BigQuery."""
    return {name: f"{kind} {mode}" for name, kind, mode, _each in walk(fields, within)}


def walk(fields: Iterable[Mapping[str, Any]], within: str = "") -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    """Path, type and mode of each column, those within records included, and the column itself."""
    for each in fields:
        name = within + each["name"].lower()
        yield name, _SAME.get(each["type"], each["type"]), each["mode"], each
        yield from walk(each["fields"], f"{name}.")


def definition(text: str) -> list[dict[str, Any]]:
    """The columns that a file defines, as a list or, as in the API, in an object's fields."""
    try:
        said = json.loads(text)
        columns = [field(each) for each in (said["fields"] if isinstance(said, dict) else said)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotLook("malformed", f"not a schema of BigQuery in JSON: {type(error).__name__}: {error}") from error
    if not columns:
        raise CannotLook("malformed", "the schema defines no column")
    return columns
