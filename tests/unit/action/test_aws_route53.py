# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_route53 verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_route53 import ActionModule as AwsRoute53
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import aliases, zone_judging, zones
from ansible_collections.golive.verify.plugins.plugin_utils.aws.aliases import Held
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

CONTROL = "dns.records"
ZONES, SETS, SERVERS, SIGNING = "list-hosted-zones", "list-resource-record-sets", "get-hosted-zone", "get-dnssec"
DOMAINS, DOMAIN, CHECKS, HEALTH = "list-domains", "get-domain-detail", "list-health-checks", "get-metric-statistics"
BALANCERS, CLASSIC, SPREAD, BUCKETS = "elbv2 describe", "elb describe", "list-distributions", "list-buckets"
LOGGED, GROUPS = "list-query-logging-configs", "describe-log-groups"
HERE = {"id": "Z1", "name": "shop.test.", "private": False}
NS = ["ns-1.awsdns-01.org.", "ns-2.awsdns-02.com."]
KEY = {"name": "shop", "status": "ACTIVE", "trouble": "", "tag": 4711, "digest": "ab12", "public": "key"}
SIGNED = {"status": "SIGNING", "trouble": "", "keys": [KEY]}
KEPT: dict[str, Any] = {
    "ends": time.time() + 100 * 86400,
    "renews": True,
    "status": ["client transfer prohibited"],
    "name_servers": NS,
    "public": [],
    "keys": [{"tag": 4711, "digest": "ab12", "public": ""}],
}
BALANCER = "dualstack.shop-1.eu-central-1.elb.amazonaws.com."


def record_set(name: str, kind: str, *values: str, **changes: Any) -> dict[str, Any]:
    found = {"name": name, "type": kind, "identifier": "", "ttl": 300, "values": list(values), "alias": None}
    return {**found, "primary": False, "check": None, "evaluated": False, **changes}


APEX = record_set("shop.test.", "NS", *NS)
SHOP = record_set("shop.test.", "A", ttl=None, alias=BALANCER, evaluated=True)
WWW = record_set("www.shop.test.", "CNAME", "d1.cloudfront.net")
FILES = record_set("files.shop.test.", "CNAME", "files.s3.eu-central-1.amazonaws.com.")
APP = record_set("app.shop.test.", "A", "203.0.113.10", identifier="one", primary=True, check="check-1")
RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    ZONES: [HERE],
    SETS: [APEX, SHOP, WWW, FILES, APP],
    SERVERS: {"Z1": seen(NS)},
    SIGNING: SIGNED,
    DOMAINS: ["shop.test."],
    DOMAIN: KEPT,
    CHECKS: {"check-1": {"of": "shop.test", "disabled": False}},
    HEALTH: {"check-1": seen(True)},
    BALANCERS: [{"host": "Shop-1.eu-central-1.elb.amazonaws.com"}],
    CLASSIC: [],
    SPREAD: [{"name": "d1.cloudfront.net"}],
    BUCKETS: {"files": None},
    LOGGED: [{"zone": "Z1", "group": "arn:dns"}, {"zone": "Z2", "group": "arn:other"}],
    GROUPS: [{"arn": "arn:dns"}],
}
RECORDS = [{"name": "@", "type": "A", "aliases": [BALANCER]}, {"name": "app", "type": "A", "values": ["203.0.113.10"]}]
OPTIONS: dict[str, Any] = {"zone": "Shop.test", "records": RECORDS, "dnssec": "required", "query_logging": True}


def verdicts(changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsRoute53, CONTROL, OPTIONS | options, Answers({**RIGHT, **(changed or {})}))


def status(changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(changed, **options))


def test_a_zone_as_declared_passes() -> None:
    (zone,) = verdicts(account_id=IDENTITY["account"])
    assert (zone.status, zone.message) == (Status.PASS, "")
    assert zone.actual["zone"] == "arn:aws:route53:::hostedzone/Z1"


def test_what_to_prove_is_asked_for() -> None:
    with pytest.raises(NotAsked):
        verdicts(records=[])


@pytest.mark.parametrize(
    ("changed", "subject", "because"),
    [
        ({SETS: [APEX, SHOP]}, "app.shop.test A", "the zone has none"),
        ({SETS: [APEX, {**SHOP, "alias": "x."}, APP]}, "shop.test A", f"an alias of x, not of {BALANCER[:-1]}"),
        ({CLASSIC: ["other."], BALANCERS: []}, "alias shop.test A", "a load balancer that this account does not have"),
        ({SPREAD: []}, "alias www.shop.test CNAME", "a distribution that this account does not have"),
        ({BUCKETS: {}}, "alias files.shop.test CNAME", "a bucket that this account does not have"),
        ({CHECKS: {}}, "health check check-1", "there is no such health check any more"),
        ({HEALTH: {"check-1": seen(False)}}, "health check check-1", "shop.test is not well"),
        ({SETS: [SHOP, APP]}, "delegation", "the zone names nothing, not ns-1.awsdns-01.org"),
        ({DOMAIN: {**KEPT, "name_servers": NS[:1]}}, "delegation", "the registrar names ns-1.awsdns-01.org, not"),
        ({DOMAINS: []}, "registration", "this account has not registered the domain"),
        ({DOMAIN: {**KEPT, "renews": False}}, "registration", "it does not renew by itself"),
        ({SIGNING: {**SIGNED, "status": "NOT_SIGNING"}}, "DNSSEC", "it is not signed; the registrar vouches for keys"),
        ({LOGGED: []}, "query logging", "queries are not logged"),
        ({GROUPS: []}, "query logging", "queries are logged to arn:dns, which is not there"),
    ],
)
def test_what_is_not_right_fails_by_itself(changed: dict[str, Any], subject: str, because: str) -> None:
    zone, one = verdicts(changed)
    assert (zone.status, one.status, one.subject) == (Status.FAIL, Status.FAIL, subject)
    assert because in one.message


def test_without_a_zone_there_is_nothing_to_judge() -> None:
    for listed in ([], [{**HERE, "name": "other.test."}], [{**HERE, "id": "Z2"}]):
        (one,) = verdicts({ZONES: listed}, zone_id="Z1")
        assert (one.status, "the account has no hosted zone Shop.test" in one.message) == (Status.FAIL, True)


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("look", RIGHT)
def test_what_cannot_be_read_is_an_error(look: str, reason: str) -> None:
    found = verdicts({look: CannotLook(reason, "so it is")})
    assert {each.status for each in found} == {Status.ERROR}
    assert all(f"could not look ({reason})" in each.message for each in found)


@pytest.mark.parametrize("look", [SERVERS, HEALTH])
def test_one_of_several_that_cannot_be_read_is_an_error(look: str) -> None:
    hidden = {key: {"reason": "denied", "detail": "so it is"} for key in RIGHT[look]}
    assert status({look: hidden}) is Status.ERROR


def test_what_cannot_be_read_hides_no_failure() -> None:
    found = verdicts({BUCKETS: CannotLook("denied", "so it is"), SPREAD: []})
    assert [(each.subject, each.status) for each in found] == [
        ("", Status.FAIL),
        ("alias www.shop.test CNAME", Status.FAIL),
        ("alias files.shop.test CNAME", Status.ERROR),
    ]


def test_only_what_is_relied_on_is_asked() -> None:
    nobody = CannotLook("denied", "nobody is asked of it")
    looks = (BALANCERS, CLASSIC, SPREAD, BUCKETS, CHECKS, HEALTH, DOMAINS, DOMAIN, SIGNING, LOGGED, GROUPS)
    plain = {SETS: [APEX, record_set("app.shop.test.", "A", "203.0.113.10")]}
    few = {"records": RECORDS[1:], "registered": False, "dnssec": "off", "query_logging": False}
    assert status({**dict.fromkeys(looks, nobody), **plain}, **few) is Status.PASS


def test_an_account_that_is_not_the_right_one_is_an_error() -> None:
    assert status(account_id="999999999999") is Status.ERROR


@pytest.mark.parametrize(
    ("host", "kind", "key", "region"),
    [
        (
            "shop-1.eu-central-1.elb.amazonaws.com.",
            aliases.BALANCER,
            "shop-1.eu-central-1.elb.amazonaws.com.",
            "eu-cen",
        ),
        (BALANCER, aliases.BALANCER, BALANCER.removeprefix("dualstack."), "eu-central-1"),
        (
            "net-1.elb.us-gov-west-1.amazonaws.com.",
            aliases.BALANCER,
            "net-1.elb.us-gov-west-1.amazonaws.com.",
            "us-gov",
        ),
        ("s3-website-us-east-1.amazonaws.com.", aliases.BUCKET, "www.shop.test", ""),
        ("s3-website.eu-central-1.amazonaws.com.", aliases.BUCKET, "www.shop.test", ""),
        ("my.files.s3-website.eu-central-1.amazonaws.com.", aliases.BUCKET, "my.files", ""),
        ("files.s3.amazonaws.com.", aliases.BUCKET, "files", ""),
        ("files.s3.dualstack.eu-west-1.amazonaws.com.", aliases.BUCKET, "files", ""),
        ("d1.cloudfront.net.", aliases.DISTRIBUTION, "d1.cloudfront.net.", ""),
        ("shop.eu-west-1.elasticbeanstalk.com.", "", "", ""),
        ("elb.amazonaws.com.evil.test.", "", "", ""),
        ("dkim.amazonses.com.", "", "", ""),
    ],
)
def test_where_a_name_leads_is_told_by_it(host: str, kind: str, key: str, region: str) -> None:
    (lead,) = aliases.leads([record_set("www.shop.test.", "A", alias=host)])
    assert (lead.kind, lead.key) == (kind, key)
    if kind == aliases.BALANCER:
        assert lead.region.startswith(region)


@pytest.mark.parametrize(
    ("name", "found", "there"),
    [
        ("api.shop.test.", [record_set("api.shop.test.", "A", "203.0.113.1")], True),
        ("api.shop.test.", [record_set("*.shop.test.", "A", "203.0.113.1")], True),
        ("db.pay.shop.test.", [record_set("pay.shop.test.", "NS", "ns1.other.test")], True),
        ("api.shop.test.", [record_set("*.pay.shop.test.", "A", "203.0.113.1")], False),
        ("api.shop.test.", [APEX], False),
        ("shop.test.", [record_set("*.shop.test.", "A", "203.0.113.1")], False),
    ],
)
def test_a_name_in_the_zone_is_there_itself_by_a_wildcard_or_elsewhere(
    name: str, found: list[Any], there: bool
) -> None:
    (lead,) = aliases.leads([record_set("www.shop.test.", "CNAME", name.rstrip(".").upper())])
    _actual, problems = aliases.lead_seen(lead, Held({}, {}), found, "shop.test.")
    assert (problems == []) is there


@pytest.mark.parametrize(
    ("zone", "vouched", "required", "wrong"),
    [
        (SIGNED, KEPT["keys"], True, []),
        (SIGNED, [{"tag": 4711, "digest": "", "public": "key"}], True, []),
        (SIGNED, [{"tag": 4711, "digest": "", "public": ""}], True, ["other keys"]),
        (SIGNED, [{"tag": 1, "digest": "ab12", "public": ""}], False, ["other keys"]),
        (SIGNED, [], False, ["vouches for no key"]),
        ({**SIGNED, "status": "NOT_SIGNING", "keys": []}, [], False, []),
        ({**SIGNED, "status": "NOT_SIGNING"}, [], True, ["it is not signed"]),
        ({**SIGNED, "keys": [{**KEY, "status": "INACTIVE"}]}, KEPT["keys"], False, ["no key of it is active"]),
        ({**SIGNED, "status": "DELETING", "trouble": "soon"}, KEPT["keys"], True, ["its signing is deleting: soon"]),
        (
            {**SIGNED, "keys": [KEY, {**KEY, "name": "new", "status": "INTERNAL_FAILURE", "trouble": "KMS"}]},
            KEPT["keys"],
            True,
            ["its key new is internal failure: KMS"],
        ),
    ],
)
def test_signing_takes_a_key_that_the_registrar_vouches_for(
    zone: dict[str, Any], vouched: list[Any], required: bool, wrong: list[str]
) -> None:
    _actual, problems = zone_judging.signing_seen(zone, {**KEPT, "keys": vouched}, required)
    assert len(problems) == len(wrong)
    assert all(part in problem for part, problem in zip(wrong, problems, strict=True))


def test_names_are_read_as_route_53_writes_them() -> None:
    assert zones.absolute(r"\052.Shop.test") == "*.shop.test."
    assert zones.absolute("shop.test.") == "shop.test."
