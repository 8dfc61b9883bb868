# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_secrets verifier through Google's library against a fake of its API, built from Google's own description."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_secrets import ActionModule as GcpSecrets
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.gcp import FakeGcp
from tests.integration.verifiers.google_cloud import ago, failures, needs, said
from tests.integration.verifiers.live import prove_live

IN_STORE, ROTATION = "secrets.in_store", "secrets.rotation"
SECRET = "/v1/projects/shop/secrets/stripe"
KEY = "projects/keys/locations/global/keyRings/r/cryptoKeys/s"
API = "serviceAccount:api@shop.iam.gserviceaccount.com"
ACCESSOR = "roles/secretmanager.secretAccessor"
NEEDS = needs("gcp_secrets")
OF = {
    IN_STORE: [
        "secretmanager.projects.secrets.get",
        "secretmanager.projects.secrets.getIamPolicy",
        "secretmanager.projects.secrets.versions.list",
    ],
    ROTATION: ["secretmanager.projects.secrets.versions.list"],
}


def encrypted(key: str = KEY) -> dict[str, Any]:
    return {"kmsKeyName": key}


def secret(**changed: Any) -> dict[str, Any]:
    return {"name": "x", "replication": {"automatic": {"customerManagedEncryption": encrypted()}}, **changed}


def version(number: int, days: float, state: str = "ENABLED") -> dict[str, Any]:
    return {"name": f"projects/415/secrets/stripe/versions/{number}", "createTime": ago(24 * days), "state": state}


def policy(*members: str) -> dict[str, Any]:
    return {"etag": "x", "bindings": [{"role": ACCESSOR, "members": list(members)}]}


@pytest.fixture
def right(gcp):
    gcp.put(SECRET, secret())
    gcp.put(f"{SECRET}/versions", {"versions": [version(2, 40), version(3, 3), version(1, 200, "DISABLED")]})
    gcp.put(f"{SECRET}:getIamPolicy", policy(API))
    return gcp


def verdicts(gcp: FakeGcp, control: str, **changed: Any) -> list[Verdict]:
    one = {"name": "stripe", "readers": {API: [ACCESSOR]}, "kms_key": KEY, **changed}
    options = {"project": "shop", "endpoint_url": gcp.url, "timeout": 8, "secrets": [one]}
    return prove_live(GcpSecrets, control, options)


def status(gcp: FakeGcp, control: str, **changed: Any) -> Status:
    return worst(each.status for each in verdicts(gcp, control, **changed))


@pytest.mark.parametrize("control", NEEDS)
def test_a_secret_as_it_should_be_passes_with_the_declared_permissions(right, control):
    right.page_size = 1
    (verdict,) = verdicts(right, control)
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.subject == "//secretmanager.googleapis.com/projects/shop/secrets/stripe"
    assert right.used == set(NEEDS[control])
    assert not any(method.endswith(".access") for method in right.calls)


@pytest.mark.parametrize(
    ("path", "changed", "control", "wrong"),
    [
        (SECRET, None, IN_STORE, "does not exist"),
        (f"{SECRET}/versions", None, ROTATION, "does not exist"),
        (f"{SECRET}/versions", {}, IN_STORE, "has no version"),
        (f"{SECRET}/versions", {}, ROTATION, "has no version"),
        (
            f"{SECRET}/versions",
            {"versions": [version(3, 3, "DISABLED"), version(2, 40)]},
            IN_STORE,
            "its newest version, 3, is DISABLED",
        ),
        (f"{SECRET}/versions", {"versions": [version(1, 1, "DESTROYED")]}, ROTATION, "is DESTROYED"),
        (SECRET, secret(replication={"automatic": {}}), IN_STORE, "is not encrypted with a key of ours"),
        (
            SECRET,
            secret(replication={"userManaged": {"replicas": [{"customerManagedEncryption": encrypted()}, {}]}}),
            IN_STORE,
            "is not encrypted with a key of ours",
        ),
        (SECRET, secret(expireTime="2031-01-01T00:00:00Z"), IN_STORE, "it deletes itself at 2031"),
        (f"{SECRET}:getIamPolicy", policy("allUsers"), IN_STORE, "is everybody"),
        (f"{SECRET}:getIamPolicy", policy(API, "user:ada@example.com"), IN_STORE, "ada@example.com as roles/"),
        (f"{SECRET}/versions", {"versions": [version(1, 400)]}, ROTATION, "its newest version is 400 days old"),
        (
            f"{SECRET}/versions",
            {"versions": [version(1, 80), version(2, 30)]},
            ROTATION,
            "version 1 is still enabled, 30 days after it was replaced",
        ),
    ],
)
def test_what_is_broken_fails(right, path, changed, control, wrong):
    right.put(path, changed)
    (verdict,) = verdicts(right, control)
    assert verdict.status is Status.FAIL
    assert wrong in verdict.message


def test_without_declared_readers_only_the_public_is_too_much(right):
    right.put(f"{SECRET}:getIamPolicy", policy("user:ada@example.com"))
    assert status(right, IN_STORE, readers=None) is Status.PASS
    assert status(right, IN_STORE, readers={}) is Status.FAIL
    right.put(f"{SECRET}:getIamPolicy", policy("allAuthenticatedUsers"))
    assert status(right, IN_STORE, readers=None) is Status.FAIL


def test_a_key_for_data_may_be_older_and_keeps_its_former_versions(right):
    right.put(f"{SECRET}/versions", {"versions": [version(1, 600), version(2, 300)]})
    assert status(right, ROTATION) is Status.FAIL
    assert status(right, ROTATION, encryption_key=True) is Status.PASS


@pytest.mark.parametrize("control", NEEDS)
def test_what_cannot_be_read_is_an_error(right, control):
    for method in OF[control]:
        for reason, way in failures(right, method):
            (verdict,) = verdicts(right, control)
            assert verdict.status is Status.ERROR, (method, way)
            assert f"({reason})" in verdict.message, (method, way)


def test_what_nobody_understands_is_an_error(right):
    right.put(SECRET, {"name": "x"})
    assert status(right, IN_STORE) is Status.ERROR
    right.put(f"{SECRET}/versions", {"versions": [{"name": "x"}]})
    assert status(right, ROTATION) is Status.ERROR
    right.hang("secretmanager.projects.secrets.versions.list")
    options = {"project": "shop", "endpoint_url": right.url, "timeout": 0.4, "secrets": [{"name": "stripe"}]}
    assert "(timeout)" in said(prove_live(GcpSecrets, ROTATION, options))


@pytest.mark.parametrize("permission", NEEDS[IN_STORE])
def test_a_permission_that_is_denied_costs_the_controls_that_need_it_and_no_other(right, permission):
    right.deny(permission)
    for control, needed in NEEDS.items():
        found = verdicts(right, control)
        assert {each.status for each in found} == {Status.ERROR if permission in needed else Status.PASS}, control
        assert permission not in needed or f"needs {permission}" in said(found)
