# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys to clouds in the variables of an inventory are found and named, and never shown."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.gate import Gate
from ansible_collections.golive.verify.plugins.plugin_utils.keys_in_variables import told
from tests.unit.callback import fakes

ACCESS = "AKIA" + "Q3EGRZ7TXK5LMW2P"
SECRET = "wJalr9UtnFEMI/K7MDENG+bPxRfiCYzq3Kd8Yh1a"
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n"
PACKED = base64.b64encode(PEM.encode()).decode()


def variables(kind: str = "aws_account", **more: Any) -> dict[str, Any]:
    return {"inventory_hostname": "production", "golive_kind": kind, **more}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"login": {"access_key": ACCESS}}, "AWS access key"),
        ({"login": [{"aws_secret_access_key": SECRET}]}, "AWS secret access key"),
        ({"login": {"type": "service_account", "private_key": PEM}}, "private key"),
        ({"login": {"users": [{"user": {"client-key-data": PACKED}}]}}, "private key"),
        ({"login": "Authorization: Bearer " + "r4nd0m" * 8}, "bearer token"),
    ],
)
@pytest.mark.parametrize("of", ["aws_account", "gcp_project", "kubernetes_cluster"])
def test_a_key_is_named_and_not_shown(of: str, value: dict[str, Any], kind: str) -> None:
    (sentence,) = told(variables(of, **value))
    assert sentence.startswith("production: the variable login holds what looks like a secret")
    assert kind in sentence
    assert not any(key in sentence for key in (ACCESS, SECRET, "MIIE", PACKED[:40], "r4nd0m"))


@pytest.mark.parametrize(
    "value",
    [
        {"role_arn": "arn:aws:iam::123456789012:role/verify", "profile": "production"},
        {"login": "{{ lookup('env', 'AWS_SECRET_ACCESS_KEY') }}"},
        {"aws_secret_name": "shop/database"},
        {"authority": PEM.replace("PRIVATE KEY", "CERTIFICATE")},
        {"hostvars": {"other": {"key": ACCESS}}, "vars": {"key": ACCESS}},
        {"packed": "LS0tLS1CRUdJTi not base64"},
    ],
)
def test_what_is_no_key_is_not_told(value: dict[str, Any]) -> None:
    assert told(variables(**value)) == []


def test_hosts_are_not_asked() -> None:
    assert told({"inventory_hostname": "web1", "key": ACCESS}) == []


def test_the_gate_tells_of_it_once(tmp_path: Path) -> None:
    run = fakes.run_directory(tmp_path / "run", decided=False)
    for task in ("one", "two"):
        run.write_results("cache1", task, {"results": [], "unasked": [], "secrets": told(variables(key=ACCESS))})
    found = Gate(run.plan(), run.results(), decided=True).decide().findings
    assert [(each.kind, each.blocks) for each in found if "variable key" in each.message] == [("secret", False)]
