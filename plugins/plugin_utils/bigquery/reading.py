# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What BigQuery says of datasets and tables, as plain data, read strictly.

A part of an answer that is missing is a KeyError, which is the look's end, or that of one thing, as malformed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.policies import BODY, VERSION, grants
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.principals import known
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

SEE = "bigquery.datasets.get"
_API = "bigquery"
_PAGE = 1000
_WAIT = 8000  # milliseconds until a query is asked for again: less than a request may take
_BESIDE_PRINCIPAL = {"role", "condition"}
Seen = dict[str, dict[str, Any]]


def resource(project: str, *path: str) -> str:
    """The full name of a dataset, or of a table or routine in it."""
    return "/".join((f"//bigquery.googleapis.com/projects/{project}", *(("datasets", *path) if path else ())))


def metadata(reader: Reader, names: Iterable[str]) -> Seen:
    """Where each of these datasets is and how its data is kept; one that does not exist is not_found."""

    def one(name: str) -> dict[str, Any]:
        said = reader.get(_API, _dataset(reader, name), SEE, datasetView="METADATA")
        return {
            "location": said["location"],
            "labels": said.get("labels", {}),
            "kms_key": _key(said.get("defaultEncryptionConfiguration")),
            "table_expiration": _days(said.get("defaultTableExpirationMs")),
            "partition_expiration": _days(said.get("defaultPartitionExpirationMs")),
            # Google's documented default, which older datasets do not state.
            "time_travel_hours": int(said.get("maxTimeTravelHours", 168)),
        }

    return reader.each(names, one)


def access(reader: Reader) -> Seen:
    """Who is let into each dataset of the project. Unless all of them can be seen, it is CannotLook("denied")."""
    projects = f"v3/projects/{reader.project}:testIamPermissions"
    granted = reader.post("cloudresourcemanager", projects, SEE, {"permissions": [SEE]})
    if SEE not in granted.get("permissions", []):
        raise CannotLook("denied", f"needs {SEE} on the project: datasets without it are left out of the list unsaid")
    listed = reader.pages(_API, _datasets(reader), "datasets", SEE, maxResults=_PAGE)

    def one(name: str) -> list[dict[str, Any]]:
        permission = "bigquery.datasets.getIamPolicy"
        said = reader.get(_API, _dataset(reader, name), permission, datasetView="ACL", accessPolicyVersion=VERSION)
        return [_entry(entry) for entry in said["access"]]

    return reader.each((each["datasetReference"]["datasetId"] for each in listed), one)


def _entry(said: Mapping[str, Any]) -> dict[str, Any]:
    """Who is let in, and as what; authorized views, routines and datasets have no role."""
    kinds = said.keys() - _BESIDE_PRINCIPAL
    if len(kinds) != 1:
        raise CannotLook("malformed", f"an access entry for {', '.join(sorted(kinds)) or 'nobody'}")
    (kind,) = kinds
    return {
        "principal": _principal(kind, said[kind]),
        "role": said.get("role", ""),
        "condition": (said.get("condition") or {}).get("title", ""),
    }


def _principal(kind: str, named: Any) -> str:
    if kind == "userByEmail":
        return f"{'serviceAccount' if named.endswith('gserviceaccount.com') else 'user'}:{named}"
    if kind in ("groupByEmail", "domain"):
        return f"{kind.removesuffix('ByEmail')}:{named}"
    if kind == "specialGroup":
        return str(named)
    if kind == "iamMember":
        return known(named)
    if kind == "view":
        return f"view:{named['projectId']}.{named['datasetId']}.{named['tableId']}"
    if kind == "routine":
        return f"routine:{named['projectId']}.{named['datasetId']}.{named['routineId']}"
    if kind == "dataset":
        return f"dataset:{named['dataset']['projectId']}.{named['dataset']['datasetId']}"
    raise CannotLook("malformed", f"an access entry of the unknown kind {kind}")


def policies(reader: Reader, names: Iterable[str]) -> Seen:
    """Who is let into single tables and routines of these datasets, by their path in the project's datasets."""
    found = reader.each(names, lambda name: list(_resources(reader, name)))
    unread = {f"{name}/tables and routines": entry for name, entry in found.items() if "value" not in entry}
    paths = [path for entry in found.values() for path in entry.get("value", ())]
    return unread | reader.each(paths, lambda path: _bindings(reader, path))


def _resources(reader: Reader, name: str) -> Iterator[str]:
    for table in listed_tables(reader, name):
        yield f"{name}/tables/{table['tableReference']['tableId']}"
    permission = "bigquery.routines.get and bigquery.routines.list"
    path = f"{_dataset(reader, name)}/routines"
    for routine in reader.pages(_API, path, "routines", permission, maxResults=_PAGE):
        yield f"{name}/routines/{routine['routineReference']['routineId']}"


def _bindings(reader: Reader, path: str) -> list[dict[str, Any]]:
    kind = path.split("/")[1]
    permission = f"bigquery.{kind}.getIamPolicy"
    return grants(reader.post(_API, f"{_datasets(reader)}/{path}:getIamPolicy", permission, BODY))


def listed_tables(reader: Reader, name: str) -> list[dict[str, Any]]:
    """All tables and views of a dataset, as the list of them says."""
    path = f"{_dataset(reader, name)}/tables"
    return reader.pages(_API, path, "tables", "bigquery.tables.list", maxResults=_PAGE)


def lifetimes(reader: Reader, names: Iterable[str]) -> Seen:
    """How long each table in these datasets is kept, by its name; views and tables elsewhere are left out."""

    def one(name: str) -> dict[str, Any]:
        return {
            f"{name}.{each['tableReference']['tableId']}": _lifetime(each)
            for each in listed_tables(reader, name)
            if each["type"] == "TABLE"
        }

    return reader.each(names, one)


def tables(reader: Reader, names: Iterable[str]) -> Seen:
    """What each of these tables, named DATASET.TABLE, is like; one that does not exist is not_found."""

    def one(name: str) -> dict[str, Any]:
        dataset, _dot, table = name.partition(".")
        said = reader.get(_API, f"{_dataset(reader, dataset)}/tables/{table}", "bigquery.tables.get", view="BASIC")
        partitioning = said.get("timePartitioning") or {}
        return {
            "type": said["type"],
            "location": said["location"],
            "labels": said.get("labels", {}),
            "fields": [field(each) for each in said["schema"]["fields"]],
            "partition_field": partitioning.get("field", "_PARTITIONTIME") if partitioning else "",
            "require_partition_filter": bool(
                said.get("requirePartitionFilter") or partitioning.get("requirePartitionFilter")
            ),
            "kms_key": _key(said.get("encryptionConfiguration")),
            "lifetime": _lifetime(said),
        }

    return reader.each(names, one)


def field(said: Mapping[str, Any]) -> dict[str, Any]:
    """One column with its policy tags, and those within it."""
    return {
        "name": said["name"],
        "type": said["type"].upper(),
        "mode": (said.get("mode") or "NULLABLE").upper(),
        "tags": list((said.get("policyTags") or {}).get("names", [])),
        "fields": [field(each) for each in said.get("fields") or []],
    }


def taxonomies(reader: Reader, names: Iterable[str]) -> Seen:
    """Whether each of these taxonomies of policy tags keeps anybody from reading."""

    def one(name: str) -> dict[str, Any]:
        said = reader.get("datacatalog", f"v1/{name}", "datacatalog.taxonomies.get")
        return {
            "enforced": "FINE_GRAINED_ACCESS_CONTROL" in said.get("activatedPolicyTypes", []) and bool(said["name"])
        }

    return reader.each(names, one)


def query(reader: Reader, sql: str, location: str, most_bytes: int) -> list[int]:
    """The whole numbers in the one row that a query gives. It is run only if it reads no more than so many bytes."""
    path = f"bigquery/v2/projects/{reader.project}/queries"
    permission = "bigquery.jobs.create and bigquery.tables.getData"
    asked = {"query": sql, "useLegacySql": False, "location": location, "maximumBytesBilled": str(most_bytes)}
    would_read = int(reader.post(_API, path, permission, asked | {"dryRun": True})["totalBytesProcessed"])
    if would_read > most_bytes:
        raise CannotLook("too_large", f"it would read {would_read} bytes, more than max_bytes_billed")
    answer = reader.post(
        _API, path, permission, asked | {"timeoutMs": _WAIT, "jobTimeoutMs": int(reader.seconds * 1000)}
    )
    while not answer["jobComplete"]:
        job = answer["jobReference"]
        answer = reader.again(_API, f"{path}/{job['jobId']}", permission, location=job["location"], timeoutMs=_WAIT)
    (row,) = answer["rows"]
    return [int(value["v"]) for value in row["f"]]


def _lifetime(said: Mapping[str, Any]) -> dict[str, float | None]:
    """Days after its creation that the table goes, and days that its partitions are kept; None for ever."""
    created, expires = int(said["creationTime"]), said.get("expirationTime")
    partitioning = said.get("timePartitioning") or {}
    return {
        "table": _days(int(expires) - created) if expires else None,
        "partitions": _days(partitioning.get("expirationMs")),
    }


def _days(milliseconds: Any) -> float | None:
    return round(int(milliseconds) / 86_400_000, 2) if milliseconds not in (None, "", "0") else None


def _key(encryption: Mapping[str, Any] | None) -> str:
    return str((encryption or {}).get("kmsKeyName", ""))


def _datasets(reader: Reader) -> str:
    return f"bigquery/v2/projects/{reader.project}/datasets"


def _dataset(reader: Reader, name: str) -> str:
    return f"{_datasets(reader)}/{name}"
