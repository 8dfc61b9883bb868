# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_route53 verifier through boto3 against moto's zones, and a fake of the registrar, whom moto hardly knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_route53 import ActionModule as AwsRoute53
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.fakes.aws_certificates import in_days
from tests.integration.verifiers import aws_world
from tests.integration.verifiers.aws_world import client, said
from tests.integration.verifiers.live import prove_live

CONTROL = "dns.records"
NEEDS = interface("golive.verify.aws_route53").needs[CONTROL]
NAME = "shop.test"
KEY = {"Name": "shop", "Flag": 257, "SigningAlgorithmType": 13, "KeyTag": 4711, "DigestValue": "AB12", "PublicKey": "k"}
SIGNED = {"Status": {"ServeSignature": "SIGNING"}, "KeySigningKeys": [{**KEY, "Status": "ACTIVE"}]}
VOUCHED = {"DnssecKeys": [{"KeyTag": 4711, "Digest": "ab12"}]}


class Shop:
    """A zone with a record set of each kind, all that these lead to, a part delegated, and the domain registered."""

    def __init__(self, aws: FakeAws) -> None:
        self.aws, self.dns = aws, client(aws, "route53")
        self.zone, self.servers = self.make(NAME)
        _part, self.part = self.make(f"pay.{NAME}")
        subnets = [each["SubnetId"] for each in client(aws, "ec2").describe_subnets()["Subnets"]][:2]
        made = client(aws, "elbv2").create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]
        self.balancer = f"dualstack.{made['DNSName']}"
        self.classic = client(aws, "elb").create_load_balancer(
            LoadBalancerName="old",
            Listeners=[{"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}],
            AvailabilityZones=["us-east-1a"],
        )["DNSName"]
        self.distribution = _distribute(aws)
        client(aws, "s3").create_bucket(Bucket=f"assets.{NAME}")
        logs = client(aws, "logs")
        logs.create_log_group(logGroupName="/dns/shop")
        group = logs.describe_log_groups()["logGroups"][0]["arn"]
        self.dns.create_query_logging_config(HostedZoneId=self.zone, CloudWatchLogsLogGroupArn=group)
        self.check = self.checked("shop", told=1.0)

    def restore(self) -> None:
        """Let all be as it should be again, whatever a test has changed."""
        self.aws.failures.clear()
        self.aws.domains.reset()
        self.aws.domains.register(NAME, [each.upper() for each in self.servers], **VOUCHED)
        self.aws.domains.signing = {self.zone: SIGNED}
        self.put(
            _alias(NAME, self.balancer),
            _alias(f"assets.{NAME}", "s3-website-us-east-1.amazonaws.com"),
            _set(NAME, "NS", *self.servers),
            _set(f"www.{NAME}", "CNAME", self.distribution),
            _set(f"old.{NAME}", "CNAME", self.classic),
            _set(f"api.{NAME}", "CNAME", f"www.{NAME}"),
            _set(NAME, "MX", "10 mx1.mail.test", "20 mx2.mail.test"),
            _set(NAME, "TXT", '"v=spf1 -all"'),
            _set(f"dkim._domainkey.{NAME}", "CNAME", "dkim.mail.test"),
            _set(f"app.{NAME}", "A", "203.0.113.10", SetIdentifier="one", Failover="PRIMARY", HealthCheckId=self.check),
            _set(f"app.{NAME}", "A", "203.0.113.11", SetIdentifier="two", Failover="SECONDARY"),
            _set(f"pay.{NAME}", "NS", *self.part),
        )

    def make(self, name: str, **more: Any) -> tuple[str, list[str]]:
        made = self.dns.create_hosted_zone(Name=name, CallerReference=str(datetime.now(UTC)), **more)
        return made["HostedZone"]["Id"].rpartition("/")[2], made.get("DelegationSet", {}).get("NameServers", [])

    def put(self, *sets: dict[str, Any], zone: str = "") -> None:
        changes = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": each} for each in sets]}
        self.dns.change_resource_record_sets(HostedZoneId=zone or self.zone, ChangeBatch=changes)

    def checked(self, name: str, told: float, minutes: float = 2) -> str:
        """A health check that told this status so many minutes ago."""
        config = {"Type": "HTTPS", "FullyQualifiedDomainName": NAME, "Port": 443, "ResourcePath": "/health"}
        made = self.dns.create_health_check(CallerReference=name, HealthCheckConfig=config)["HealthCheck"]["Id"]
        datum = {
            "MetricName": "HealthCheckStatus",
            "Dimensions": [{"Name": "HealthCheckId", "Value": made}],
            "Timestamp": datetime.now(UTC) - timedelta(minutes=minutes),
            "Value": told,
        }
        client(self.aws, "cloudwatch").put_metric_data(Namespace="AWS/Route53", MetricData=[datum])
        return str(made)

    def relies_on(self, check: str) -> None:
        """Let the record set that fails over rely on another health check."""
        self.put(_set(f"app.{NAME}", "A", "203.0.113.10", SetIdentifier="one", Failover="PRIMARY", HealthCheckId=check))

    @property
    def records(self) -> list[dict[str, Any]]:
        return [
            {"name": "@", "type": "A", "aliases": [self.balancer], "health_checked": True},
            {"name": "www", "type": "CNAME", "values": [self.distribution], "ttl_max": 300},
            {"name": "@", "type": "MX", "values": ["20 MX2.mail.test", "10 mx1.mail.test."]},
            {"name": NAME, "type": "TXT", "values": ["v=spf1 -all"]},
            {"name": "app", "type": "A", "values": ["203.0.113.11", "203.0.113.10"]},
        ]


def _set(name: str, kind: str, *values: str, **more: Any) -> dict[str, Any]:
    records = [{"Value": each} for each in values]
    return {"Name": name, "Type": kind, "TTL": 300, "ResourceRecords": records, **more}


def _alias(name: str, host: str) -> dict[str, Any]:
    target = {"HostedZoneId": "Z35SXDOTRQ7X7K", "DNSName": f"{host}.", "EvaluateTargetHealth": True}
    return {"Name": name, "Type": "A", "AliasTarget": target}


def _distribute(aws: FakeAws) -> str:
    ports = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    origin = {"Id": "shop", "DomainName": NAME, "CustomOriginConfig": ports}
    behavior = {"TargetOriginId": "shop", "ViewerProtocolPolicy": "https-only"}
    made = client(aws, "cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "shop",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": behavior,
        }
    )
    return str(made["Distribution"]["DomainName"])


@pytest.fixture(scope="module")
def filled(aws_server: FakeAws) -> Iterator[Shop]:
    """Filled and entered once, since this and the clients of so many services take most of the time."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        aws_world.enter(monkeypatch)
        aws_server.reset()
        yield Shop(aws_server)


@pytest.fixture
def shop(filled: Shop) -> Shop:
    filled.restore()
    return filled


def verdicts(shop: Shop, **options: Any) -> list[Verdict]:
    asked = {"endpoint_url": shop.aws.url, "zone": NAME, "records": shop.records, "dnssec": "required"}
    return prove_live(AwsRoute53, CONTROL, {**asked, "query_logging": True, "privacy": True, **options})


def status(shop: Shop, **options: Any) -> Status:
    return worst(each.status for each in verdicts(shop, **options))


def fails(shop: Shop, *because: str, **options: Any) -> None:
    found = verdicts(shop, **options)
    assert Status.FAIL in {each.status for each in found}, said(found)
    assert [each for each in because if each not in said(found)] == [], said(found)


def test_a_zone_as_declared_passes_and_all_is_asked_once(shop: Shop) -> None:
    shop.aws.calls.clear()
    shop.aws.requests.clear()
    (zone,) = verdicts(shop, account_id=ACCOUNT)
    assert zone.status is Status.PASS, zone.message
    assert zone.actual == {
        "zone": f"arn:aws:route53:::hostedzone/{shop.zone}",
        "account": ACCOUNT,
        "declared record sets": 5,
        "aliases": 6,
        "health checks": 2,
        "duties": 4,
        "aliases of what the account cannot tell": 1,
    }
    assert set(shop.aws.calls) == set(NEEDS)
    assert set(shop.aws.requests.values()) == {1}


def test_records_are_asked_for(shop: Shop) -> None:
    with pytest.raises(NotAsked):
        verdicts(shop, records=[])
    (one,) = verdicts(shop, records=[{"name": "www", "type": "CNAME"}])
    assert (one.status, one.subject) == (Status.ERROR, "www.shop.test CNAME")


def test_what_is_not_as_declared_fails(shop: Shop) -> None:
    declared = [
        {"name": "app", "type": "A", "values": ["203.0.113.10"], "health_checked": True},
        {"name": "mail", "type": "A", "values": ["203.0.113.10"]},
        {"name": "api", "type": "A", "values": ["203.0.113.10"]},
        {"name": "www", "type": "CNAME", "aliases": ["shop.other.test"], "ttl_max": 60},
        {"name": "@", "type": "A", "aliases": ["shop.other.test"]},
    ]
    fails(
        shop,
        "5 of 5 declared record sets are not as declared",
        "its values are 203.0.113.10, 203.0.113.11, not 203.0.113.10; nothing checks the health of app.shop.test A (t",
        "mail.shop.test A: the zone has none",
        "api.shop.test A: the zone has no such record set, but CNAME",
        "it is an alias of nothing, not of shop.other.test; it may be cached for 300 s, more than 60",
        "shop.test A: it is an alias of dualstack.shop-1.us-east-1.elb.amazonaws.com, not of shop.other.test",
        records=declared,
    )


def test_what_leads_to_a_thing_that_is_gone_fails(shop: Shop) -> None:
    shop.put(
        _alias(NAME, "dualstack.gone-1.us-east-1.elb.amazonaws.com"),
        _set(f"old.{NAME}", "CNAME", "gone-2.elb.us-east-1.amazonaws.com"),
        _set(f"www.{NAME}", "CNAME", "d0000000000000.cloudfront.net"),
        _set(f"api.{NAME}", "CNAME", f"gone.{NAME}"),
        _set(f"dkim._domainkey.{NAME}", "CNAME", "gone.s3.eu-west-1.amazonaws.com"),
        _set(f"pay.{NAME}", "NS", "ns-1.awsdns-01.com", "ns-2.awsdns-02.net"),
    )
    fails(
        shop,
        "6 of 7 aliases lead to what is gone",
        "A: it leads to dualstack.gone-1.us-east-1.elb.amazonaws.com, a load balancer that this account does not have",
        "old.shop.test CNAME: it leads to gone-2.elb.us-east-1.amazonaws.com, a load balancer that",
        "www.shop.test CNAME: it leads to d0000000000000.cloudfront.net, a distribution that",
        "it leads to gone.s3.eu-west-1.amazonaws.com, a bucket that",
        "alias api.shop.test CNAME: the zone has no gone.shop.test",
        "part pay.shop.test: it is delegated to name servers at which this account has no hosted zone",
        records=shop.records[2:3],
    )
    others = ["gone*.amazonaws.com", "*.gone*.amazonaws.com", "d0*.cloudfront.net", f"pay.{NAME}", f"gone.{NAME}"]
    assert status(shop, records=shop.records[2:3], elsewhere=others) is Status.PASS


def test_a_domain_that_will_be_lost_fails(shop: Shop) -> None:
    shop.aws.domains.registered[NAME] |= {
        "ExpirationDate": in_days(20.5),
        "AutoRenew": False,
        "StatusList": ["clientHold https://icann.org/epp"],
        "TechPrivacy": False,
        "BillingPrivacy": False,
        "Nameservers": [{"Name": "ns1.other.test"}],
        "DnssecKeys": [],
    }
    fails(
        shop,
        "registration: the registration ends in 20 days, not in 30 or more; its status is client hold; nothing bars",
        "it does not renew by itself; anybody can read its contacts: technical, billing",
        "delegation: the registrar names ns1.other.test, not",
        "DNSSEC: the registrar vouches for no key",
        "3 of 4 duties are not done",
    )


def test_a_domain_that_is_registered_nowhere_here_fails_unless_it_is_elsewhere(shop: Shop) -> None:
    shop.aws.domains.registered = {}
    fails(shop, "registration: this account has not registered the domain")
    shop.aws.calls.clear()
    assert status(shop, registered=False) is Status.PASS
    assert not any(each.startswith("route53domains") for each in shop.aws.calls)


def test_other_name_servers_are_declared(shop: Shop) -> None:
    ours = ["ns1.shop.test", "ns2.shop.test"]
    shop.put(_set(NAME, "NS", *ours))
    fails(shop, "delegation: the zone names ns1.shop.test, ns2.shop.test, not")
    fails(shop, "delegation: the registrar names", name_servers=ours)
    shop.aws.domains.registered[NAME]["Nameservers"] = [{"Name": each} for each in ours]
    assert status(shop, name_servers=ours) is Status.PASS


def test_a_zone_that_is_signed_wrongly_fails(shop: Shop) -> None:
    broken = {**KEY, "Status": "ACTION_NEEDED", "StatusMessage": "no KMS"}
    shop.aws.domains.signing[shop.zone] = {**SIGNED, "KeySigningKeys": [broken]}
    fails(shop, "its key shop is action needed: no KMS; no key of it is active")
    shop.aws.domains.signing = {}
    fails(shop, "DNSSEC: it is not signed; the registrar vouches for keys of a zone that is not signed")
    shop.aws.domains.registered[NAME]["DnssecKeys"] = []
    assert status(shop, dnssec="if_signed") is Status.PASS


def test_a_health_check_that_protects_nobody_fails(shop: Shop) -> None:
    ill = shop.checked("ill", told=0.0)
    shop.relies_on(ill)
    fails(shop, f"health check {ill}: shop.test is not well")
    shop.dns.update_health_check(HealthCheckId=ill, Disabled=True)
    fails(shop, "it is disabled")
    shop.dns.delete_health_check(HealthCheckId=ill)
    fails(shop, "there is no such health check any more")
    shop.put(_set(f"app.{NAME}", "A", "203.0.113.10", SetIdentifier="one", Failover="PRIMARY"))
    fails(shop, "failover app.shop.test A (one): nothing checks its health, so the other never takes over")


def test_a_health_check_that_says_nothing_is_an_error(shop: Shop) -> None:
    silent = shop.checked("silent", told=1.0, minutes=20)
    shop.relies_on(silent)
    (one,) = verdicts(shop)
    assert (one.status, one.subject) == (Status.ERROR, f"health check {silent}")


def test_a_zone_that_is_not_there_fails_and_of_several_one_is_named(shop: Shop) -> None:
    fails(shop, "the account has no hosted zone other.test", zone="other.test")
    fails(shop, "no hosted zone shop.test with the identifier Z0", zone_id="Z0")
    again, _servers = shop.make(NAME)
    (several,) = verdicts(shop)
    assert (several.status, "zone_id must name one" in several.message) == (Status.ERROR, True)
    assert status(shop, zone_id=shop.zone) is Status.PASS
    shop.dns.delete_hosted_zone(Id=again)


def test_a_private_zone_has_neither_registrar_nor_signatures(shop: Shop) -> None:
    vpc = client(shop.aws, "ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    own = {"HostedZoneConfig": {"PrivateZone": True, "Comment": ""}, "VPC": {"VPCRegion": "us-east-1", "VPCId": vpc}}
    zone, _none = shop.make("corp.test", **own)
    shop.put(_set("db.corp.test", "A", "10.0.2.20"), zone=zone)
    shop.aws.calls.clear()
    declared = [{"name": "db", "type": "A", "values": ["10.0.2.20"]}]
    assert status(shop, zone="corp.test", records=declared, dnssec="if_signed", query_logging=False) is Status.PASS
    assert not {"route53:GetDNSSEC", "route53:GetHostedZone", "route53domains:ListDomains"} & set(shop.aws.calls)
    fails(shop, "query logging: queries are not logged", zone="corp.test", records=declared, dnssec="if_signed")


@pytest.mark.parametrize("permission", NEEDS)
def test_what_is_denied_is_an_error(shop: Shop, permission: str) -> None:
    shop.aws.deny(permission)
    found = verdicts(shop)
    assert {each.status for each in found} == {Status.ERROR}, said(found)
    assert f"needs {permission}" in said(found)


@pytest.mark.parametrize("permission", ["route53:ListResourceRecordSets", "route53domains:GetDomainDetail"])
def test_what_is_throttled_or_garbled_is_an_error(shop: Shop, permission: str) -> None:
    for fail, because in ((shop.aws.throttle, "throttled"), (shop.aws.garble, "malformed")):
        shop.aws.failures.clear()
        fail(permission)
        found = verdicts(shop)
        assert {each.status for each in found} == {Status.ERROR}, said(found)
        assert because in said(found)


def test_what_cannot_be_read_hides_no_failure_elsewhere(shop: Shop) -> None:
    shop.put(_set(f"www.{NAME}", "CNAME", "d0000000000000.cloudfront.net"))
    shop.aws.deny("route53domains:GetDomainDetail", "s3:ListAllMyBuckets")
    found = {each.subject: each.status for each in verdicts(shop, records=shop.records[2:])}
    assert found == {
        "": Status.FAIL,
        "alias www.shop.test CNAME": Status.FAIL,
        "alias assets.shop.test A": Status.ERROR,
        "delegation": Status.ERROR,
        "registration": Status.ERROR,
        "DNSSEC": Status.ERROR,
    }


def test_another_account_is_an_error(shop: Shop) -> None:
    assert status(shop, account_id="999999999999") is Status.ERROR
