# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check declares of BigQuery, asked for at once: its datasets, its tables, and how each part of it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.bigquery import declared, personal, reading, retention
from ansible_collections.golive.verify.plugins.plugin_utils.bigquery.reading import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.details import value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.keys import key_problems
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Look, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part

_MOST_SAID = 20
_MISSING = Part({"exists": False}, ["does not exist"])


def datasets(asked: Asked, want: Wanted) -> Look[Seen]:
    """All datasets that the check declares."""
    names = sorted({each["name"] for each in want.datasets} | {each["dataset"] for each in want.retention} - {None})
    command = f"for each in {' '.join(names)}; do bq show --dataset_view=METADATA $each; done"
    return asked.of(command, reading.metadata, names)


def tables(asked: Asked, want: Wanted) -> Look[Seen]:
    """All tables that the check declares."""
    declaring = (*want.tables, *want.personal, *want.retention)
    names = sorted({each["table"] for each in declaring} - {None})
    return asked.of(f"for each in {' '.join(names)}; do bq show $each; done", reading.tables, names)


def _existing(found: Seen, name: str) -> Any:
    """What was seen of a dataset or table, or None where BigQuery says that there is none."""
    return None if found[name].get("reason") == "not_found" else value(found[name])


async def dataset(asked: Asked, want: Wanted, one: Mapping[str, Any]) -> Part:
    """One of the declared datasets."""
    found = _existing(await datasets(asked, want), one["name"])
    return _MISSING if found is None else Part(found, declared.dataset_problems(one, found))


async def table(asked: Asked, want: Wanted, one: Mapping[str, Any]) -> Part:
    """One of the tables that the repository defines."""
    file = asked.look.at(CONTROLLER).file(one["schema"], content=True)
    defined, all_found = await together(file, tables(asked, want))
    columns, found = declared.definition(defined.content or ""), _existing(all_found, one["table"])
    if found is None:
        return _MISSING
    shown = {
        "columns": len(declared.flat(found["fields"])),
        "labels": found["labels"],
        "partitioned by": found["partition_field"] or "no time",
        "filter required": found["require_partition_filter"],
    }
    return Part(shown, declared.table_problems(one, found, columns))


async def readable(asked: Asked, want: Wanted, one: Mapping[str, Any]) -> Part:
    """Of a table's personal columns, those that are missing, or readable by their type alone; and its key."""
    if not one["columns"]:
        raise CannotLook("malformed", f"option personal: {one['table']} names no columns")
    found = _existing(await tables(asked, want), one["table"])
    if found is None:
        return _MISSING
    columns = personal.chosen(found, one["columns"])
    problems = [f"{name}: the table has no such column" for name in one["columns"] if name not in columns]
    problems += key_problems(one["kms_key"], found["kms_key"])
    problems += [f"{name} {why}" for name, each in columns.items() if (why := personal.unreadable(each))]
    return Part({"key": found["kms_key"] or "Google's own"}, problems)


async def tagged(asked: Asked, want: Wanted, one: Mapping[str, Any]) -> Part:
    """Of a table's personal columns, those with policy tags, and whether these keep anybody from reading."""
    columns = await _columns(asked, want, one)
    tags = {name: each["tags"] for name, each in columns.items() if each["tags"]}
    if not tags:
        return Part({}, [])
    names = sorted({personal.taxonomy(tag) for several in tags.values() for tag in several})
    command = f"for each in {' '.join(names)}; do gcloud data-catalog taxonomies describe $each; done"
    taxonomies = await asked.of(command, reading.taxonomies, names)
    enforced = {name: value(entry)["enforced"] for name, entry in taxonomies.items()}
    problems = [
        f"{name} has a policy tag of {personal.taxonomy(tag)}, which enforces no access control"
        for name, several in tags.items()
        for tag in several
        if not enforced[personal.taxonomy(tag)]
    ]
    return Part(dict.fromkeys(tags, "has a policy tag"), problems)


async def ciphertext(asked: Asked, want: Wanted, one: Mapping[str, Any]) -> Part:
    """Of a table's personal columns, those that must hold ciphertext since they have no policy tag."""
    columns = await _columns(asked, want, one)
    rest = {name: each for name, each in columns.items() if not each["tags"] and not personal.unreadable(each)}
    if not rest:
        return Part({}, [])
    lists = [name for name, each in rest.items() if each["repeated"]]
    if lists:
        raise CannotLook("malformed", f"the values in lists cannot be judged; {lists[0]} needs a policy tag")
    found = _existing(await tables(asked, want), one["table"])
    kinds = {name: each["type"] for name, each in rest.items()}
    sql = personal.sql(want.project, one["table"], found, kinds, want.sample_days)
    command = f"bq query --nouse_legacy_sql --maximum_bytes_billed={want.max_bytes_billed} {sql!r}"
    numbers = await asked.of(command, reading.query, sql, found["location"], want.max_bytes_billed)
    counts = personal.counted(kinds, numbers)
    problems = [f"{name}: {problem}" for name in counts for problem in personal.value_problems(counts[name])]
    unjudged = [name for name in counts if not counts[name]["values"]]
    if unjudged and not problems:
        raise CannotLook("not_found", f"{unjudged[0]} has no value to judge; give it a policy tag, or wait for data")
    return Part(
        {name: {look: count for look, count in each.items() if count} for name, each in counts.items()}, problems
    )


async def _columns(asked: Asked, want: Wanted, one: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found = _existing(await tables(asked, want), one["table"])
    return {} if found is None else personal.chosen(found, one["columns"])


async def kept_in_dataset(asked: Asked, want: Wanted, one: Mapping[str, Any]) -> Part:
    """How long a dataset keeps new tables, and those that it has, but for those that are declared by themselves."""
    least, most = _days(want, one)
    name = one["dataset"]
    command = f"bq ls --max_results=100000 {name}"
    all_found, listed = await together(datasets(asked, want), asked.of(command, reading.lifetimes, [name]))
    found = _existing(all_found, name)
    if found is None:
        return _MISSING
    own = {each["table"] for each in want.retention}
    lifetimes = {each: lifetime for each, lifetime in value(listed[name]).items() if each not in own}
    if not lifetimes:
        raise CannotLook("not_found", f"{name} has no table whose rows could be kept")
    problems = [
        f"{each}: {problem}"
        for each, lifetime in lifetimes.items()
        for problem in retention.table_problems(lifetime, least, most)
    ]
    more = [f"and {len(problems) - _MOST_SAID} more"] if len(problems) > _MOST_SAID else []
    defaults = {"table": found["table_expiration"], "partitions": found["partition_expiration"]}
    return Part(
        {"tables": len(lifetimes), "days of new tables": defaults},
        [
            *(f"new tables: {problem}" for problem in retention.table_problems(defaults, least, most)),
            *problems[:_MOST_SAID],
            *more,
        ],
    )


async def kept_in_table(asked: Asked, want: Wanted, one: Mapping[str, Any]) -> Part:
    """How long one table keeps its rows."""
    least, most = _days(want, one)
    found = _existing(await tables(asked, want), one["table"])
    if found is None:
        return _MISSING
    return Part({"days": found["lifetime"]}, retention.table_problems(found["lifetime"], least, most))


def _days(want: Wanted, one: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """For how many days rows must be kept, and after how many they must be gone."""
    if (one["dataset"] is None) == (one["table"] is None):
        raise CannotLook("malformed", "option retention: each needs either dataset or table")
    least = want.min_legal_days if one["legal"] else None
    if least is None and one["max_days"] is None:
        raise CannotLook("malformed", "option retention: each needs legal or max_days")
    return least, one["max_days"]
