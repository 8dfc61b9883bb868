# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_load_balancer verifier through boto3 against moto's classic load balancers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_load_balancer import ActionModule as AwsLoadBalancer
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.fakes.aws_certificates import in_days
from tests.integration.verifiers.aws_world import client, needed, said
from tests.integration.verifiers.live import prove_live

CONFIGURED, WAF = "lb.configured", "edge.waf"
HOME = "eu-central-1"
ARN = f"arn:aws:elasticloadbalancing:{HOME}:{ACCOUNT}:loadbalancer/shop"
SITE = "http://127.0.0.1:9/"  # where nobody answers: what is in front is looked at all the same


class Entry:
    """A classic load balancer with two instances in two zones, which speaks TLS with certificates of ACM and IAM."""

    def __init__(self, aws: FakeAws) -> None:
        self.aws, self.ec2, self.elb = aws, client(aws, "ec2", HOME), client(aws, "elb", HOME)
        self.certificate = client(aws, "acm", HOME).request_certificate(DomainName="shop.test")["CertificateArn"]
        self.brought = client(aws, "iam").upload_server_certificate(
            ServerCertificateName="shop", CertificateBody="of shop.test", PrivateKey="secret"
        )["ServerCertificateMetadata"]["Arn"]
        aws.certificates.said[self.brought] = {"Expiration": in_days(100)}
        self.create("shop", self.listener(443, self.certificate), self.listener(8443, self.brought))
        self.speak("TLSv1.2")
        self.set(CrossZoneLoadBalancing={"Enabled": True})
        self.instances = [self.instance("a"), self.instance("b")]

    def listener(self, port: int, certificate: str) -> dict[str, Any]:
        listener = {"Protocol": "HTTPS", "LoadBalancerPort": port, "InstancePort": 8080, "InstanceProtocol": "HTTP"}
        return {**listener, "SSLCertificateId": certificate}

    def create(self, name: str, *listeners: dict[str, Any], **more: Any) -> None:
        zones = [f"{HOME}a", f"{HOME}b"]
        self.elb.create_load_balancer(LoadBalancerName=name, Listeners=list(listeners), AvailabilityZones=zones, **more)
        health = {"Target": "HTTP:8080/health", "Interval": 30, "Timeout": 5}
        health |= {"UnhealthyThreshold": 2, "HealthyThreshold": 2}
        self.elb.configure_health_check(LoadBalancerName=name, HealthCheck=health)

    def speak(self, *protocols: str) -> None:
        """Let its listeners speak these versions of TLS, and no others."""
        known = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2")
        name = "-".join(protocols).replace(".", "")
        attributes = [
            {"AttributeName": f"Protocol-{each}", "AttributeValue": str(each in protocols).lower()} for each in known
        ]
        self.elb.create_load_balancer_policy(
            LoadBalancerName="shop",
            PolicyName=name,
            PolicyTypeName="SSLNegotiationPolicyType",
            PolicyAttributes=attributes,
        )
        for port in (443, 8443):
            self.elb.set_load_balancer_policies_of_listener(
                LoadBalancerName="shop", LoadBalancerPort=port, PolicyNames=[name]
            )

    def set(self, **attributes: Any) -> None:
        self.elb.modify_load_balancer_attributes(LoadBalancerName="shop", LoadBalancerAttributes=attributes)

    def instance(self, zone: str) -> str:
        placed = {"AvailabilityZone": f"{HOME}{zone}"}
        made = self.ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, Placement=placed)
        name = str(made["Instances"][0]["InstanceId"])
        self.elb.register_instances_with_load_balancer(LoadBalancerName="shop", Instances=[{"InstanceId": name}])
        return name


@pytest.fixture
def entry(aws: FakeAws) -> Entry:
    return Entry(aws)


def verdicts(entry: Entry, control: str = CONFIGURED, **options: Any) -> list[Verdict]:
    return prove_live(AwsLoadBalancer, control, {"endpoint_url": entry.aws.url, "regions": [HOME], **options})


def fails(entry: Entry, because: str, control: str = CONFIGURED, **options: Any) -> None:
    found = verdicts(entry, control, **options)
    assert {each.status for each in found if each.subject == ARN} == {Status.FAIL}, said(found)
    assert because in said(found)


def test_one_as_it_should_be_passes_in_an_account_that_has_no_others(entry: Entry) -> None:
    entry.aws.calls.clear()
    found = verdicts(entry, account_id=ACCOUNT, health_check_path="/health", load_balancers=["shop"])
    assert [each.status for each in found] == [Status.PASS], said(found)
    assert found[0].actual == {"account": ACCOUNT, f"load balancers in {HOME}": 1}
    assert set(entry.aws.calls) <= set(needed("aws_load_balancer")[CONFIGURED])
    assert set(entry.aws.calls.values()) == {1, 2}
    assert entry.aws.calls["elasticloadbalancing:DescribeLoadBalancers"] == 2


def test_old_tls_and_certificates_that_end_fail(entry: Entry) -> None:
    entry.speak("TLSv1", "TLSv1.2")
    fails(entry, "listener HTTPS/443 speaks TLSv1 (TLSv1-TLSv12); listener HTTPS/8443 speaks TLSv1")
    entry.speak("TLSv1.2")
    entry.aws.certificates.said[entry.certificate] = {"NotAfter": in_days(10.5)}
    fails(entry, f"certificate {entry.certificate} of HTTPS/443: it has 10 days left, less than 30")
    assert said(verdicts(entry, min_days_left=7)) == ""
    entry.aws.certificates.said[entry.brought] = {"Expiration": in_days(-2)}
    fails(entry, f"certificate {entry.brought} of HTTPS/8443: it expired 2 days ago", min_days_left=7)


def test_what_would_not_survive_a_failure_fails(entry: Entry) -> None:
    fails(entry, "shop is asked at /health, not /ready", health_check_path="/ready")
    fails(entry, "shop has 2 healthy of 2 targets", min_healthy_targets=3)
    fails(entry, "logs no requests: access logs are off", access_logs=True)
    logs = {"Enabled": True, "S3BucketName": "logs", "EmitInterval": 5}
    entry.set(AccessLog=logs, CrossZoneLoadBalancing={"Enabled": False})
    fails(entry, "cross-zone balancing is off", access_logs=True)
    assert said(verdicts(entry, access_logs=True, cross_zone=False)) == ""
    entry.ec2.stop_instances(InstanceIds=entry.instances[1:])
    fails(entry, "shop has 1 healthy of 2 targets; the healthy targets of shop are in 1 zones")


def test_one_in_clear_or_without_instances_fails(entry: Entry) -> None:
    gone = [{"InstanceId": each} for each in entry.instances]
    entry.elb.deregister_instances_from_load_balancer(LoadBalancerName="shop", Instances=gone)
    fails(entry, "shop has 0 healthy of 0 targets")
    entry.elb.delete_load_balancer(LoadBalancerName="shop")
    entry.create("shop", {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 8080})
    fails(entry, "no listener speaks TLS with a certificate (it has HTTP/80)")


def test_one_that_the_internet_reaches_by_http_has_no_firewall(entry: Entry) -> None:
    fails(entry, "no web ACL can be in front of a classic load balancer", WAF, sample_urls=[SITE])
    listener = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 8080}
    entry.create("inside", listener, Scheme="internal")
    entry.create("mail", {**listener, "Protocol": "TCP", "LoadBalancerPort": 25})
    found = verdicts(entry, WAF, sample_urls=[SITE], unguarded=["shop"])
    assert {each.status for each in found} == {Status.ERROR}
    assert "there are no public entries to judge" in said(found)


def test_what_may_not_be_read_is_an_error_that_names_it(entry: Entry) -> None:
    entry.aws.calls.clear()
    verdicts(entry)
    for permission in set(entry.aws.calls) - {"sts:GetCallerIdentity"}:
        entry.aws.failures.clear()
        entry.aws.deny(permission)
        found = verdicts(entry)
        assert {each.status for each in found} == {Status.ERROR}, permission
        assert f"needs {permission}" in said(found)


def test_what_does_not_answer_as_aws_is_an_error(entry: Entry) -> None:
    asked = "elasticloadbalancing:DescribeInstanceHealth"
    for fail, reason in {entry.aws.expire: "(denied)", entry.aws.garble: "(malformed)"}.items():
        fail(asked)
        (one,) = verdicts(entry)
        assert (one.subject, one.status) == (ARN, Status.ERROR)
        assert reason in one.message
