# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_load_balancer verifier through boto3 against moto, and a small web server that refuses as a firewall does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_load_balancer import ActionModule as AwsLoadBalancer
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.integration.verifiers import guarded_site
from tests.integration.verifiers.aws_world import client, said
from tests.integration.verifiers.guarded_site import Site
from tests.integration.verifiers.live import prove_live

CONFIGURED, WAF = "lb.configured", "edge.waf"
NEEDS = interface("golive.verify.aws_load_balancer").needs
RULE = {
    "Name": "attacks",
    "Priority": 1,
    "Statement": {
        "ByteMatchStatement": {
            "SearchString": b"<script>",
            "FieldToMatch": {"QueryString": {}},
            "PositionalConstraint": "CONTAINS",
            "TextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}],
        }
    },
    "Action": {"Block": {}},
    "VisibilityConfig": {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "attacks"},
}


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Site, "guarded", True)
    monkeypatch.setattr(Site, "usual", 200)
    with guarded_site.opened() as url:
        yield url


class Entry:
    """A load balancer of two zones with two instances behind it, and a firewall in front."""

    def __init__(self, aws: FakeAws) -> None:
        self.aws, self.ec2, self.elb = aws, client(aws, "ec2"), client(aws, "elbv2")
        vpc = self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        zones = [each for each in self.ec2.describe_subnets()["Subnets"] if each["VpcId"] == vpc][:2]
        self.subnets = [each["SubnetId"] for each in zones]
        self.arn = self.elb.create_load_balancer(Name="shop", Subnets=self.subnets, Scheme="internet-facing")[
            "LoadBalancers"
        ][0]["LoadBalancerArn"]
        self.protect("true")
        self.group = self.elb.create_target_group(
            Name="api", Protocol="HTTP", Port=8080, VpcId=vpc, HealthCheckPath="/health"
        )["TargetGroups"][0]["TargetGroupArn"]
        certificate = client(aws, "acm").request_certificate(DomainName="shop.test")["CertificateArn"]
        self.listener = self.elb.create_listener(
            LoadBalancerArn=self.arn,
            Protocol="HTTPS",
            Port=443,
            Certificates=[{"CertificateArn": certificate}],
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.group}],
        )["Listeners"][0]["ListenerArn"]
        self.targets = [self.instance(subnet) for subnet in self.subnets]
        self.elb.register_targets(TargetGroupArn=self.group, Targets=[{"Id": each} for each in self.targets])

    def protect(self, on: str) -> None:
        attributes = [{"Key": "deletion_protection.enabled", "Value": on}]
        self.elb.modify_load_balancer_attributes(LoadBalancerArn=self.arn, Attributes=attributes)

    def instance(self, subnet: str) -> str:
        made = self.ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=subnet)
        return str(made["Instances"][0]["InstanceId"])

    def firewall(self, **changes: Any) -> None:
        waf = client(self.aws, "wafv2")
        visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "shop"}
        acl = waf.create_web_acl(
            Name="shop",
            Scope="REGIONAL",
            VisibilityConfig=visible,
            **{"DefaultAction": {"Allow": {}}, "Rules": [RULE], **changes},
        )["Summary"]["ARN"]
        waf.associate_web_acl(WebACLArn=acl, ResourceArn=self.arn)


@pytest.fixture
def entry(aws: FakeAws) -> Entry:
    return Entry(aws)


def verdicts(entry: Entry, control: str, **options: Any) -> list[Verdict]:
    return prove_live(AwsLoadBalancer, control, {"endpoint_url": entry.aws.url, **options})


def status(entry: Entry, control: str, **options: Any) -> Status:
    return worst(each.status for each in verdicts(entry, control, **options))


def fails(entry: Entry, control: str, because: str, **options: Any) -> None:
    found = verdicts(entry, control, **options)
    assert Status.FAIL in {each.status for each in found}, said(found)
    assert because in said(found)


def test_a_balancer_with_healthy_targets_in_two_zones_passes(entry: Entry) -> None:
    found = verdicts(entry, CONFIGURED, account_id=ACCOUNT, regions=["us-east-1"], health_check_path="/health")
    assert [each.status for each in found] == [Status.PASS], said(found)


def test_targets_that_would_not_survive_a_failure_fail(entry: Entry) -> None:
    fails(entry, CONFIGURED, "2 healthy of 2 targets", min_healthy_targets=3)
    fails(entry, CONFIGURED, "is asked at /health, not /ready", health_check_path="/ready")
    entry.elb.deregister_targets(TargetGroupArn=entry.group, Targets=[{"Id": entry.targets[1]}])
    beside = entry.instance(entry.subnets[0])
    entry.elb.register_targets(TargetGroupArn=entry.group, Targets=[{"Id": beside}])
    fails(entry, CONFIGURED, "the healthy targets of api are in 1 zones")
    entry.ec2.stop_instances(InstanceIds=[beside])
    fails(entry, CONFIGURED, "api has 1 healthy of 2 targets")


def test_a_balancer_in_clear_or_without_targets_fails(entry: Entry) -> None:
    entry.elb.delete_listener(ListenerArn=entry.listener)
    fails(entry, CONFIGURED, "no listener speaks TLS")
    entry.elb.create_listener(LoadBalancerArn=entry.arn, Protocol="HTTP", Port=80, DefaultActions=[])
    fails(entry, CONFIGURED, "(it has HTTP/80)")
    entry.elb.delete_target_group(TargetGroupArn=entry.group)
    fails(entry, CONFIGURED, "no target group is behind it")


def test_no_balancer_is_no_pass(aws: FakeAws, site: str) -> None:
    for control in (CONFIGURED, WAF):
        found = prove_live(AwsLoadBalancer, control, {"endpoint_url": aws.url, "sample_urls": [site]})
        assert {each.status for each in found} == {Status.ERROR}
    found = prove_live(AwsLoadBalancer, CONFIGURED, {"endpoint_url": aws.url, "load_balancers": ["shop"]})
    assert "no load balancer is like shop" in said(found)


def test_an_entry_that_is_guarded_passes(entry: Entry, site: str) -> None:
    entry.firewall()
    found = verdicts(entry, WAF, sample_urls=[site])
    assert [each.status for each in found] == [Status.PASS], said(found)
    entry.elb.create_load_balancer(Name="inside", Subnets=entry.subnets, Scheme="internal")
    assert status(entry, WAF, sample_urls=[site]) is Status.PASS


def test_an_entry_without_rules_that_block_fails(entry: Entry, site: str) -> None:
    fails(entry, WAF, "no web ACL is in front of it", sample_urls=[site])
    entry.firewall(Rules=[{**RULE, "Action": {"Count": {}}}])
    fails(entry, WAF, "blocks nothing: all its rules only count or allow: attacks", sample_urls=[site])


def test_samples_that_are_let_through_fail(entry: Entry, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry.firewall()
    monkeypatch.setattr(Site, "guarded", False)
    fails(entry, WAF, "SQL injection is answered with 200", sample_urls=[site])
    monkeypatch.setattr(Site, "guarded", True)
    monkeypatch.setattr(Site, "usual", 403)
    fails(entry, WAF, "so that a refusal proves nothing", sample_urls=[site])


def test_without_samples_or_their_answer_nothing_is_proven(entry: Entry) -> None:
    entry.firewall()
    with pytest.raises(NotAsked):
        verdicts(entry, WAF)
    assert status(entry, WAF, sample_urls=["http://127.0.0.1:9/"]) is Status.ERROR


@pytest.mark.parametrize("control", [CONFIGURED, WAF])
def test_what_may_not_be_read_is_an_error_that_names_it(entry: Entry, site: str, control: str) -> None:
    entry.firewall()
    entry.aws.calls.clear()
    verdicts(entry, control, sample_urls=[site])
    made = set(entry.aws.calls)
    assert made <= set(NEEDS[control])
    for permission in made - {"sts:GetCallerIdentity"}:
        entry.aws.failures.clear()
        entry.aws.deny(permission)
        found = verdicts(entry, control, sample_urls=[site])
        assert Status.ERROR in {each.status for each in found}
        assert Status.FAIL not in {each.status for each in found}
        assert f"needs {permission}" in said(found)
