# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bigquery verifier against local-bigquery, an emulator that runs queries. `make test-bigquery` installs it.

What it lacks is the fake's: which permissions the asker has, taxonomies of policy tags. It counts no bytes and keeps no
bound of them, so what these do is in test_bigquery.py.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.bigquery import ActionModule as BigQuery
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, worst
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers.live import prove_live

REPOSITORY = Path(__file__).parents[3]
PYTHON = REPOSITORY / ".venv-bigquery" / "bin" / "python"
ACCESS, DATASETS, SCHEMA = "bigquery.access", "bigquery.datasets", "bigquery.schema"
PERSONAL, RETENTION = "data.pii_protected", "data.retention_enforced"
DAY = 86_400_000
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "STRING", "mode": "REQUIRED"},
    {"name": "created_at", "type": "TIMESTAMP"},
    {"name": "email", "type": "STRING"},
    {"name": "seal", "type": "BYTES"},
    {"name": "address", "type": "RECORD", "fields": [{"name": "street", "type": "STRING"}]},
]
pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(not PYTHON.exists(), reason="needs local-bigquery, which make test-bigquery installs"),
]


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def call(verb: str, url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=verb)
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.loads(reply.read() or b"{}")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    home, port = tmp_path_factory.mktemp("bigquery"), free_port()
    ports = ["--port", str(port), "--grpc-port", str(free_port())]
    argv = [PYTHON, REPOSITORY / "tests/fakes/bigquery_emulator.py", *ports, "--data-dir", home / "data"]
    with (home / "log").open("wb") as log:
        # It keeps the extensions of DuckDB in its home.
        process = subprocess.Popen(argv, env={**os.environ, "HOME": str(home)}, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        for dummy in range(600):
            try:
                call("GET", f"{url}/bigquery/v2/projects/shop/datasets")
                break
            except OSError:
                assert process.poll() is None, (home / "log").read_text()
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def warehouse(emulator, tmp_path_factory):
    """A dataset with a table of orders, whose e-mail addresses are sealed; and a schema of it in a file."""
    with FakeGcp(bigquery_url=emulator) as fake:
        datasets = f"{emulator}/bigquery/v2/projects/shop/datasets"
        reference = {"projectId": "shop", "datasetId": "commerce"}
        access = [{"role": "OWNER", "specialGroup": "projectOwners"}]
        call(
            "POST",
            datasets,
            {"datasetReference": reference, "location": "EU", "labels": {"env": "p"}, "access": access},
        )
        table = {
            "tableReference": {**reference, "tableId": "orders"},
            "schema": {"fields": COLUMNS},
            "timePartitioning": {"type": "DAY", "field": "created_at"},
            "requirePartitionFilter": True,
            "labels": {"schema_version": "12"},
        }
        call("POST", f"{datasets}/commerce/tables", table)
        fake.schema = tmp_path_factory.mktemp("schemas") / "orders.json"  # type: ignore[attr-defined]
        fake.schema.write_text(json.dumps(COLUMNS), encoding="utf-8")  # type: ignore[attr-defined]
        yield fake


def change(gcp: FakeGcp, path: str, **changed: Any) -> None:
    call("PATCH", f"{gcp.bigquery_url}/bigquery/v2/projects/shop/datasets/{path}", changed)


def query(gcp: FakeGcp, sql: str) -> None:
    call("POST", f"{gcp.bigquery_url}/bigquery/v2/projects/shop/queries", {"query": sql, "useLegacySql": False})


def proven(gcp: Any, control: str, **changed: Any) -> tuple[Status, str]:
    options = {
        "project": "shop",
        "endpoint_url": gcp.url,
        "datasets": [{"name": "commerce", "location": "EU", "labels": {"env": "p"}}],
        "principals": {"projectOwners": ["OWNER"]},
        "tables": [
            {
                "table": "commerce.orders",
                "schema": str(gcp.schema),
                "version": "12",
                "partition_field": "created_at",
                "require_partition_filter": True,
            }
        ],
        "personal": [{"table": "commerce.orders", "columns": ["email", "seal", "address.street"]}],
        "retention": [{"table": "commerce.orders", "legal": True}],
        **changed,
    }
    found = prove_live(BigQuery, control, options)
    return worst(each.status for each in found), "\n".join(each.message for each in found)


def insert(gcp: FakeGcp, email: str, seal: bytes, street: str, days_ago: int = 1) -> None:
    hexadecimal = "".join(f"\\x{byte:02x}" for byte in seal)
    when = f"TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL {days_ago} DAY)"
    query(
        gcp, f"INSERT INTO `shop.commerce.orders` VALUES ('1', {when}, '{email}', b'{hexadecimal}', STRUCT('{street}'))"
    )


def test_an_empty_table_shows_no_value_and_the_rest_passes(warehouse):
    assert proven(warehouse, PERSONAL)[0] is Status.ERROR
    for control in (ACCESS, DATASETS, SCHEMA, RETENTION):
        assert proven(warehouse, control)[0] is Status.PASS, control


def test_values_are_judged_where_they_lie(warehouse):
    sealed = base64.b64encode(hashlib.sha256(b"ada").digest()).decode()
    insert(warehouse, sealed, hashlib.sha256(b"ada").digest(), f"vault:v1:{sealed}")
    assert proven(warehouse, PERSONAL) == (Status.PASS, "")
    insert(warehouse, "ada@example.com", b"1990-12-31", "Main Street", days_ago=90)
    assert proven(warehouse, PERSONAL) == (Status.PASS, "")
    status, said = proven(warehouse, PERSONAL, sample_days=120)
    assert status is Status.FAIL
    assert "email: 1 of 2 values hold an e-mail address" in said
    assert "seal: 1 of 2 values hold a date" in said
    assert "address.street: 1 of 2 values do not look like ciphertext" in said
    for clear, look in (("4242 4242 4242 4242", "a card number"), ("+49 30 1234567", "a telephone number or a date")):
        insert(warehouse, clear, b"\\x00\\x01", sealed)
        assert f"hold {look}" in proven(warehouse, PERSONAL)[1]


def test_what_is_changed_by_hand_fails(warehouse):
    for path, changed, control in (
        ("commerce", {"labels": {"env": "other"}}, DATASETS),
        ("commerce", {"access": [{"role": "READER", "specialGroup": "allAuthenticatedUsers"}]}, ACCESS),
        ("commerce/tables/orders", {"labels": {"schema_version": "11"}}, SCHEMA),
        ("commerce/tables/orders", {"expirationTime": str(int(time.time() * 1000) + 60 * DAY)}, RETENTION),
    ):
        change(warehouse, path, **changed)
        assert proven(warehouse, control)[0] is Status.FAIL, control
    query(warehouse, "ALTER TABLE `shop.commerce.orders` ADD COLUMN phone STRING")
    assert "the column phone is not in the definition" in proven(warehouse, SCHEMA)[1]
    query(warehouse, "DROP TABLE `shop.commerce.orders`")
    for control in (SCHEMA, PERSONAL, RETENTION):
        status, said = proven(warehouse, control)
        assert (status, said) == (Status.FAIL, "does not exist"), control
