# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is asked of a cloud twice in a run: checks whose choices overlap, or that differ in patience, share answers.

Each verifier of a cloud proves two checks of the same world: of Google Cloud and clusters that of its own tests, of AWS
an account that is invented for whatever is asked, since to fill a real one takes long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Result
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Check, prove_all
from tests.fakes.aws_invented import InventedAws
from tests.fakes.gcp import FakeGcp
from tests.fakes.kubernetes import FakeKubernetes
from tests.integration.verifiers import (
    test_gcp_audit,
    test_gcp_budget,
    test_gcp_certificates,
    test_gcp_iam,
    test_gcp_load_balancer,
    test_gcp_monitoring,
    test_gcp_network,
    test_gcp_secrets,
    test_gcp_sql,
    test_gcp_storage,
    warehouse,
)

MODULES = Path(__file__).parents[3] / "plugins" / "modules"
Options = dict[str, Any]
Cloud = InventedAws | FakeGcp | FakeKubernetes
HOME = "eu-central-1"
# Lines of documentation that say how to sign in to a cloud.
SIGNING_IN = {"  - golive.verify.aws", "  - golive.verify.gcp", "  kubeconfig:"}
PATIENT = {"timeout": 50}


@dataclass(frozen=True)
class Case:
    """What a check asks of a world, and how another one differs, whose choices overlap. options: may need the world."""

    world: Any
    options: Callable[[Any], Options] | Options = field(default_factory=dict)
    other: Options = field(default_factory=dict)


@pytest.fixture
def invented(monkeypatch: pytest.MonkeyPatch) -> InventedAws:
    account = InventedAws(TOLD)
    account.enter(monkeypatch)
    return account


@pytest.fixture
def warehoused(gcp: FakeGcp) -> FakeGcp:
    warehouse.fill(gcp)
    return gcp


@pytest.fixture
def cluster(kubernetes: FakeKubernetes, asked: Options) -> tuple[FakeKubernetes, Options]:
    return kubernetes, asked


SERVICE = {"name": "shop", "dimensions": {"ServiceName": "shop"}}
NOWHERE = "http://127.0.0.1:9/"
# Of an invented account what leads on to more.
TOLD: Mapping[str, Options] = {
    "elasticloadbalancing:DescribeLoadBalancers": {
        "LoadBalancerDescriptions": [
            {
                "LoadBalancerName": "old",
                "DNSName": "old.test",
                "Scheme": "internet-facing",
                "HealthCheck": {"Target": "HTTP:80/"},
                "ListenerDescriptions": [
                    {
                        "Listener": {"Protocol": "HTTPS", "LoadBalancerPort": 443, "SSLCertificateId": f"arn:aws:{of}"},
                        "PolicyNames": ["shop"],
                    }
                    for of in ("acm:us-east-1:123456789012:certificate/1", "iam::123456789012:server-certificate/shop")
                ],
            }
        ]
    },
    "elasticloadbalancing:DescribeTargetHealth": {
        "TargetHealthDescriptions": [{"Target": {"Id": "i-1"}, "TargetHealth": {"State": "healthy"}}]
    },
    "iam:GetAccountAuthorizationDetails": {"Policies": []},
    "iam:GetAccountSummary": {"SummaryMap": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0}},
    "route53:ListResourceRecordSets": {
        "ResourceRecordSets": [
            {
                "Name": "shop",
                "Type": "NS",
                "ResourceRecords": [{"Value": "ns-1.awsdns-01.org"}],
                "HealthCheckId": "shop",
            },
            *(
                {"Name": "www.shop", "Type": "CNAME", "ResourceRecords": [{"Value": value}]}
                for value in ("one.cloudfront.net", "one.us-east-1.elb.amazonaws.com", "one.s3.amazonaws.com")
            ),
        ]
    },
}
SHOP = {"project": "shop"}
COPIES = [{"bucket": "backups", "copy": "away"}]
CASES: Mapping[str, Case] = {
    "aws_backup": Case(invented, {"resources": ["*"], "immutable": True}, {"resources": ["*shop"]}),
    "aws_budget": Case(invented, {}, {"budgets": {"shop": 4000}, "regions": [HOME]}),
    "aws_certificates": Case(invented, {}, {"certificates": ["*shop"]}),
    "aws_cost": Case(invented, {"estimate": 3000, "services": [SERVICE], "models": ["writer"]}, {"estimate": 4000}),
    "aws_iam": Case(
        invented, {"access_analyzer": True, "root_hardware_mfa": True}, {"key_users": [], "regions": [HOME]}
    ),
    "aws_load_balancer": Case(
        invented,
        {"sample_urls": [NOWHERE], "access_logs": True, "cross_zone": True},
        {"load_balancers": ["sh*", "old"]},
    ),
    "aws_monitoring": Case(invented, {"alarms": [{"name": "shop"}], "guardduty": True}, {"topics": ["shop"]}),
    "aws_network": Case(invented, {"imdsv2": True}, {"data_subnets": ["shop"]}),
    "aws_rds": Case(invented, {"event_categories": ["failure"], "require_tls": True}, {"databases": ["sh*"]}),
    "aws_route53": Case(
        invented,
        {"zone": "shop", "records": [{"name": "@", "type": "A", "values": ["192.0.2.1"]}], "query_logging": True},
        {"dnssec": "required"},
    ),
    "aws_s3": Case(
        invented,
        {"immutable": True, **{f"{which}_buckets": ["shop"] for which in ("backup", "logged", "offsite", "upload")}},
        {"buckets": ["s*"], "backup_buckets": ["*"], "offsite_buckets": ["shop*"], "upload_buckets": ["*"]}
        | {"regions": [HOME]},
    ),
    "aws_secrets": Case(
        invented,
        {"secrets": ["shop"], "parameters": ["shop"], "encryption_keys": ["shop"]},
        {"secrets": ["shop", "more"], "encryption_keys": ["more", "shop"]},
    ),
    "aws_stores": Case(invented, {"tables": ["shop"], "backed_up": ["shop"]}, {"tables": ["s*"]}),
    "bigquery": Case(warehoused, lambda gcp: warehouse.options(gcp, "/nowhere"), {"datasets": []}),
    "gcp_audit": Case(test_gcp_audit.right, SHOP),
    "gcp_budget": Case(test_gcp_budget.right, {**SHOP, "budgets": {"production": 4000}}, SHOP),
    "gcp_certificates": Case(test_gcp_certificates.right, SHOP),
    "gcp_iam": Case(
        test_gcp_iam.right, {**SHOP, "domains": ["example.com"], "max_unused_days": 90}, {"domains": ["example.net"]}
    ),
    "gcp_load_balancer": Case(
        test_gcp_load_balancer.right, {**SHOP, "health_check_path": "/health", "sample_urls": [NOWHERE]}
    ),
    "gcp_monitoring": Case(
        test_gcp_monitoring.right,
        {**SHOP, "policies": [{"name": "shop*"}], "channels": ["pager"], "urls": ["https://shop.example.com/health"]},
    ),
    "gcp_network": Case(test_gcp_network.right, SHOP, {**SHOP, "data_subnets": ["data-*"]}),
    "gcp_secrets": Case(
        test_gcp_secrets.right,
        {**SHOP, "secrets": [{"name": "stripe"}]},
        {**SHOP, "secrets": [{"name": "stripe"}, {"name": "none"}]},
    ),
    "gcp_sql": Case(test_gcp_sql.right, SHOP),
    "gcp_storage": Case(
        test_gcp_storage.right,
        {**SHOP, "backup_buckets": ["back*"], "offsite_buckets": COPIES, "upload_buckets": COPIES},
        {**SHOP, "buckets": ["b*"], "backup_buckets": ["*s"], "offsite_buckets": [*COPIES, {"bucket": "old"}]},
    ),
    "kubernetes": Case(cluster, lambda world: world[1], {"namespaces": ["shop", "kube-system"]}),
}
site = test_gcp_monitoring.site
# A fixture goes by the name that it has in the module that asks for it.
globals().update({f"{name}_world": case.world for name, case in CASES.items()})


def proven(name: str, *options: Options) -> list[Result]:
    """The results of checks of one verifier, in one run."""
    plugin = import_module(f"ansible_collections.golive.verify.plugins.action.{name}").ActionModule
    verifier = plugin.__new__(plugin)
    checks = [Check.of(verifier, f"golive.verify.{name}", each) for each in options]
    return prove_all(verifier, checks, {"inventory_hostname": "cloud"}).results


def twice(cloud: Cloud) -> dict[str, int]:
    """What was asked more than once."""
    return {asked: often for asked, often in cloud.requests.items() if often > 1}


def prepared(name: str, world: Any) -> tuple[Cloud, Options, Options]:
    """The cloud of a world, and the options of two checks of it."""
    case = CASES[name]
    cloud = world[0] if isinstance(world, tuple) else world
    where = {"endpoint_url": cloud.url} if isinstance(cloud, FakeGcp) else {}
    options = where | (case.options(world) if callable(case.options) else case.options)
    cloud.requests.clear()
    return cloud, options, options | PATIENT | case.other


def test_each_verifier_of_a_cloud_is_asked() -> None:
    texts = {module.stem: module.read_text(encoding="utf-8") for module in MODULES.glob("*.py")}
    assert {name for name, text in texts.items() if SIGNING_IN & set(text.splitlines())} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_two_checks_ask_nothing_twice(request: pytest.FixtureRequest, name: str) -> None:
    cloud, options, other = prepared(name, request.getfixturevalue(f"{name}_world"))
    proven(name, options, other)
    assert twice(cloud) == {}
    needed = {permission for needs in interface(f"golive.verify.{name}").needs.values() for permission in needs}
    assert needed - getattr(cloud, "used", needed) == set(), "what is not asked at all is not asked once"


@pytest.mark.parametrize(
    ("reason", "often"), [("denied", 1), ("malformed", 1), ("not_found", 1), ("timeout", 2), ("unreachable", 2)]
)
def test_only_what_may_pass_is_asked_again(invented: InventedAws, reason: str, often: int) -> None:
    invented.told |= {"s3:GetBucketVersioning": CannotLook(reason, "in a test")}
    cloud, options, other = prepared("aws_s3", invented)
    proven("aws_s3", options | {"controls": ["backup.files"]}, other | {"controls": ["backup.files"]})
    assert set(twice(cloud).values()) == ({often} if often > 1 else set())
    assert any(each.startswith("s3 GetBucketVersioning") for each in cloud.requests)


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("aws_s3", {"profile": "other"}),
        ("aws_s3", {"role_arn": "arn:aws:iam::1:role/other"}),
        ("aws_s3", {"endpoint_url": "http://127.0.0.1:9"}),
        ("gcp_sql", {"impersonate": "other@shop.iam.gserviceaccount.com"}),
        ("gcp_sql", {"quota_project": "other"}),
    ],
)
def test_nobody_is_told_what_others_were(request: pytest.FixtureRequest, name: str, who: Options) -> None:
    cloud, options, dummy = prepared(name, request.getfixturevalue(f"{name}_world"))
    proven(name, options, options | who)
    assert set(cloud.requests.values()) == {2}
