# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A project with BigQuery as the fake has it, as it should be, and the check that proves so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.action.bigquery import ActionModule as BigQuery
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers import google_cloud
from tests.integration.verifiers.live import prove_live

ACCESS, DATASETS, SCHEMA = "bigquery.access", "bigquery.datasets", "bigquery.schema"
PERSONAL, RETENTION = "data.pii_protected", "data.retention_enforced"
CONTROLS = [ACCESS, DATASETS, SCHEMA, PERSONAL, RETENTION]
ALL = "/bigquery/v2/projects/shop/datasets"
COMMERCE, ORDERS = f"{ALL}/commerce", f"{ALL}/commerce/tables/orders"
TAXONOMY = "projects/shop/locations/eu/taxonomies/7"
KEY = "projects/shop/locations/eu/keyRings/r/cryptoKeys/k"
DAY = 86_400_000
NEEDS = google_cloud.needs("bigquery")
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "STRING", "mode": "REQUIRED"},
    {"name": "created_at", "type": "TIMESTAMP"},
    {"name": "birth", "type": "DATE", "policyTags": {"names": [f"{TAXONOMY}/policyTags/9"]}},
    {"name": "email", "type": "STRING"},
    {"name": "address", "type": "RECORD", "fields": [{"name": "street", "type": "BYTES", "mode": "NULLABLE"}]},
]
COUNTS = [12, 0, 0, 0, 0, 0, 12]  # of one column: values, those that can be read in five ways, opaque ones


def fill(gcp: FakeGcp) -> None:
    """Put a dataset there, with tables of which one has personal columns, and a routine."""
    gcp.put(ALL, {"datasets": [{"datasetReference": {"datasetId": "commerce"}}]})
    gcp.put(COMMERCE, dataset())
    gcp.put(f"{COMMERCE}/tables", listed("orders", "more"))
    gcp.put(f"{COMMERCE}/tables/more:getIamPolicy", {"etag": "ACAB"}, "POST")
    gcp.put(f"{COMMERCE}/routines", {"routines": [{"routineReference": {"routineId": "mask"}}]})
    gcp.put(ORDERS, table())
    gcp.put(f"{ORDERS}:getIamPolicy", {"etag": "ACAB"}, "POST")
    analysts = [{"role": "roles/bigquery.dataViewer", "members": ["group:analysts@example.com"]}]
    gcp.put(f"{COMMERCE}/routines/mask:getIamPolicy", {"etag": "x", "bindings": analysts}, "POST")
    gcp.put(f"/v1/{TAXONOMY}", {"name": TAXONOMY, "activatedPolicyTypes": ["FINE_GRAINED_ACCESS_CONTROL"]})
    gcp.put("/bigquery/v2/projects/shop/queries", answer(*COUNTS, *COUNTS), "POST")


def write_schema(directory: Path) -> str:
    """The path of a file with the columns of that table."""
    path = directory / "orders.json"
    path.write_text(json.dumps(COLUMNS), encoding="utf-8")
    return str(path)


def dataset(**changed: Any) -> dict[str, Any]:
    return {
        "location": "EU",
        "labels": {"env": "production"},
        "defaultEncryptionConfiguration": {"kmsKeyName": KEY},
        "maxTimeTravelHours": "96",
        "access": [
            {"role": "OWNER", "specialGroup": "projectOwners"},
            {"role": "READER", "groupByEmail": "analysts@example.com"},
            {"role": "roles/bigquery.dataEditor", "userByEmail": "etl@shop.iam.gserviceaccount.com"},
            {"view": {"projectId": "shop", "datasetId": "reports", "tableId": "daily"}},
        ],
        **changed,
    }


def table(**changed: Any) -> dict[str, Any]:
    return {
        "type": "TABLE",
        "location": "EU",
        "creationTime": str(20_000 * DAY),
        "labels": {"schema_version": "12"},
        "schema": {"fields": COLUMNS},
        "timePartitioning": {"type": "DAY", "field": "created_at"},
        "requirePartitionFilter": True,
        "encryptionConfiguration": {"kmsKeyName": f"{KEY}/cryptoKeyVersions/3"},
        **changed,
    }


def answer(*counts: int, complete: bool = True, would_read: int = 1000) -> dict[str, Any]:
    rows = [{"f": [{"v": str(count)} for count in counts]}] if complete else []
    job = {"projectId": "shop", "jobId": "job_1", "location": "EU"}
    return {"jobComplete": complete, "totalBytesProcessed": str(would_read), "rows": rows, "jobReference": job}


def listed(*names: str, **changed: Any) -> dict[str, Any]:
    said = {"type": "TABLE", "creationTime": str(20_000 * DAY), **changed}
    return {"tables": [{"tableReference": {"tableId": name}, **said} for name in names]}


def options(gcp: FakeGcp, schema: str, **changed: Any) -> dict[str, Any]:
    return {
        "project": "shop",
        "endpoint_url": gcp.url,
        "timeout": 8,
        "datasets": [
            {
                "name": "commerce",
                "location": "EU",
                "labels": {"env": "production"},
                "kms_key": KEY,
                "time_travel_hours": 96,
            }
        ],
        "principals": {
            "projectOwners": ["OWNER"],
            "group:analysts@example.com": ["READER"],
            "serviceAccount:*@shop.iam.gserviceaccount.com": ["WRITER"],
            "view:shop.reports.*": [],
        },
        "tables": [
            {
                "table": "commerce.orders",
                "schema": schema,
                "version": "12",
                "partition_field": "created_at",
                "require_partition_filter": True,
            }
        ],
        "personal": [
            {"table": "commerce.orders", "columns": ["birth", "email", "address.street"], "kms_key": KEY},
        ],
        "retention": [{"dataset": "commerce", "legal": True}, {"table": "commerce.orders", "legal": True}],
        **changed,
    }


def verdicts(gcp: FakeGcp, control: str, schema: str = "/nowhere", **changed: Any) -> list[Verdict]:
    return prove_live(BigQuery, control, options(gcp, schema, **changed))


def status(gcp: FakeGcp, control: str, schema: str = "/nowhere", **changed: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(gcp, control, schema, **changed))


def said(gcp: FakeGcp, control: str, schema: str = "/nowhere", **changed: Any) -> str:
    """What is said of everything that does not pass, by its subject."""
    return google_cloud.said(verdicts(gcp, control, schema, **changed))
