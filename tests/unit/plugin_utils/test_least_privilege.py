# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The least that verifiers must be allowed, in each system's own form, and what every verifier declares of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ansible_collections.golive.verify.plugins.plugin_utils import least_privilege
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.least_privilege import KINDS, Access, Need, grants, kind_of

MODULES = Path(__file__).resolve().parents[3] / "plugins" / "modules"
DECLARING = sorted(path.stem for path in MODULES.glob("*.py") if "\nNEEDS = " in path.read_text(encoding="utf-8"))


def text_of(*permissions: str) -> str:
    (grant,) = grants([Need(permission, "a.control", "host") for permission in permissions])
    return grant.text


def test_aws_gets_one_policy_without_what_nobody_has_to_be_allowed() -> None:
    policy = json.loads(text_of("iam:ListUsers", "sts:GetCallerIdentity", "cloudtrail:DescribeTrails"))
    (statement,) = policy["Statement"]
    assert statement["Action"] == ["cloudtrail:DescribeTrails", "iam:ListUsers"]
    assert statement["Effect"] == "Allow"


def test_google_cloud_gets_a_role_that_says_what_a_project_cannot_give() -> None:
    text = text_of("bigquery.datasets.get", "resourcemanager.organizations.getIamPolicy")
    assert yaml.safe_load(text)["includedPermissions"] == [
        "bigquery.datasets.get",
        "resourcemanager.organizations.getIamPolicy",
    ]
    assert "organization: resourcemanager.organizations.getIamPolicy" in text


def test_kubernetes_gets_one_rule_for_what_is_alike() -> None:
    role = yaml.safe_load(
        text_of(
            "list apps/deployments", "list apps/daemonsets", "list /pods", "get /pods", "get nonResourceURLs/version"
        )
    )
    assert role["kind"] == "ClusterRole"
    assert role["rules"] == [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
        {"apiGroups": ["apps"], "resources": ["daemonsets", "deployments"], "verbs": ["list"]},
        {"nonResourceURLs": ["/version"], "verbs": ["get"]},
    ]


def test_servers_and_hosts_get_their_own_lines() -> None:
    assert text_of("GRANT pg_monitor TO golive") == "GRANT pg_monitor TO golive;\n"
    assert text_of("+info", "+config|get").startswith("ACL SETUSER golive reset on >PASSWORD %R~* +config|get +info\n")
    assert text_of("become root", "become postgres") == "golive ALL=(postgres,root) NOPASSWD: ALL\n"


def test_hosts_that_need_the_same_share_a_file_and_no_others() -> None:
    needs = [Need("+info", "redis.maxmemory", host) for host in ("cache2", "cache1", "queue")]
    needs += [Need("+llen", "redis.queue_health", "queue")]
    assert [(grant.file, grant.hosts) for grant in grants(needs)] == [
        ("redis-1.acl", ("cache1", "cache2")),
        ("redis-2.acl", ("queue",)),
    ]


def test_it_tells_which_control_needs_what_and_who_declares_nothing() -> None:
    access = Access([Need("+info", "redis.maxmemory", "cache"), Need("+info", "redis.persistence", "cache")], ["nats"])
    files = access.files()
    assert files.keys() == {"redis.acl", "README.md"}
    assert "| `+info` | redis.maxmemory, redis.persistence |" in files["README.md"]
    assert "declared by nats" in files["README.md"]
    assert access.lines()[-1] == "nothing is declared by nats"


@pytest.mark.parametrize("permission", ["iam", "list deployments", "+INFO; FLUSHALL", "become", "a.b", ""])
def test_words_of_no_system_are_refused(permission: str) -> None:
    with pytest.raises(least_privilege.Unknown):
        kind_of(permission)


@pytest.mark.parametrize("name", DECLARING)
def test_what_a_verifier_declares_is_in_the_words_of_one_system_and_about_its_controls(name: str) -> None:
    face = interface(f"golive.verify.{name}")
    assert face.needs.keys() <= face.controls.keys()
    assert {kind_of(permission) for needed in face.needs.values() for permission in needed} & KINDS.keys()
    assert all(needed == tuple(dict.fromkeys(needed)) for needed in face.needs.values())
