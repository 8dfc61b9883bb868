# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where something else answers in the place of Google Cloud or of a cluster, no control passes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.loader import action_loader

from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.integration.verifiers.live import prove_live
from tests.integration.verifiers.portal import Portal, open_portal

GARBAGE = {
    "an empty object": b"{}",
    "an empty list": b"[]",
    "null": b"null",
    "a page": b"<!doctype html><title>Welcome</title>",
    "nothing": b"",
    "no items": b'{"kind": "List", "apiVersion": "v1", "metadata": {}, "items": []}',
    "items that are none": b'{"items": null}',
    "no bindings": b'{"version": 1, "bindings": []}',
}
OPTIONS: dict[str, dict[str, Any]] = {
    "bigquery": {
        "datasets": [{"name": "commerce", "location": "EU"}],
        "principals": {"projectOwners": ["OWNER"]},
        "tables": [{"table": "commerce.orders", "schema": "SCHEMA"}],
        "personal": [{"table": "commerce.orders", "columns": ["email"]}],
        "retention": [{"dataset": "commerce", "legal": True}],
    },
    "gcp_audit": {},
    "gcp_budget": {},
    "gcp_certificates": {},
    "gcp_iam": {"domains": ["example.com"]},
    "gcp_load_balancer": {"sample_urls": ["http://127.0.0.1:9/"]},
    "gcp_monitoring": {"policies": [{"name": "down", "site_down": True}], "urls": ["https://shop.example.com/"]},
    "gcp_network": {"data_subnets": ["data-*"]},
    "gcp_secrets": {"secrets": [{"name": "database"}]},
    "gcp_sql": {"instances": ["shop"], "kms_key": "projects/shop/locations/eu/keyRings/r/cryptoKeys/k"},
    "gcp_storage": {
        "kms_keys": {"*": "projects/shop/locations/eu/keyRings/r/cryptoKeys/k"},
        "backup_buckets": ["*"],
        "offsite_buckets": [{"bucket": "backups", "copy": "away"}],
        "upload_buckets": [{"bucket": "uploads"}],
    },
    "kubernetes": {"namespaces": ["shop"], "volume_backups": ["elsewhere"], "strategy": "rolling"},
}


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    with open_portal() as url:
        yield url


def options(verifier: str, url: str, place: Path) -> dict[str, Any]:
    (place / "schema.json").write_text(json.dumps([{"name": "id", "type": "STRING"}]))
    made: dict[str, Any] = json.loads(json.dumps(OPTIONS[verifier]).replace("SCHEMA", str(place / "schema.json")))
    if verifier != "kubernetes":
        return {**made, "project": "shop", "endpoint_url": url, "timeout": 3}
    names = {"cluster": "c", "user": "u"}
    config = {
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {"token": "x"}}],
        "contexts": [{"name": "c", "context": names}],
        "current-context": "c",
    }
    (place / "config").write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Config", **config}))
    return {**made, "kubeconfig": str(place / "config"), "timeout": 3}


@pytest.mark.parametrize("verifier", OPTIONS)
@pytest.mark.parametrize("garbage", GARBAGE)
def test_nothing_passes(
    portal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verifier: str, garbage: str
) -> None:
    monkeypatch.setattr(Portal, "says", GARBAGE[garbage])
    name = f"golive.verify.{verifier}"
    found: Any = action_loader.get(name, class_only=True)
    asked = options(verifier, portal, tmp_path)
    for control in interface(name).controls:
        statuses = {verdict.status for verdict in prove_live(found, control, asked)}
        assert statuses <= {Status.ERROR, Status.FAIL}, control
