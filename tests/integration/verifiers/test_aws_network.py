# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_network verifier through boto3 against moto: networks as they should be, opened, unrecorded, hidden."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_network import ActionModule as AwsNetwork
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.integration.verifiers.aws_world import client, said
from tests.integration.verifiers.live import prove_live

CONTROL = "cloud.network"
NEEDS = interface("golive.verify.aws_network").needs[CONTROL]
WORLD = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


class Network:
    """A VPC with a public subnet, a private one with a database and a cache, and flow logs."""

    def __init__(self, aws: FakeAws) -> None:
        self.aws = aws
        self.ec2 = client(aws, "ec2")
        for vpc in self.ec2.describe_vpcs()["Vpcs"]:  # AWS makes one by itself, and moto as well
            self.log(vpc["VpcId"])
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.log(self.vpc)
        self.gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.public, self.data, self.more = (
            self.subnet(f"10.0.{number}.0/24", name) for number, name in enumerate(("web", "data-a", "data-b"))
        )
        self.table = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.ec2.create_route(RouteTableId=self.table, DestinationCidrBlock="0.0.0.0/0", GatewayId=self.gateway)
        self.ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.public)
        self.web = self.group("web", rule(443, **WORLD))
        self.eks = client(aws, "eks")
        self.cluster("shop", "192.0.2.0/24")
        self.ec2.run_instances(
            ImageId="ami-12c6146b", MinCount=1, MaxCount=1, MetadataOptions={"HttpTokens": "required"}
        )
        rds = client(aws, "rds")
        rds.create_db_subnet_group(
            DBSubnetGroupName="data", DBSubnetGroupDescription="data", SubnetIds=[self.data, self.more]
        )
        rds.create_db_instance(
            DBInstanceIdentifier="shop",
            DBInstanceClass="db.t3.micro",
            Engine="postgres",
            DBSubnetGroupName="data",
            AllocatedStorage=20,
            MasterUsername="shop",
            MasterUserPassword="correct-horse",
        )

    def cluster(self, name: str, *networks: str) -> str:
        logging = {"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]}
        made = self.eks.create_cluster(
            name=name,
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/eks",
            resourcesVpcConfig={
                "subnetIds": [self.data, self.more],
                "endpointPublicAccess": bool(networks),
                "publicAccessCidrs": list(networks),
            },
            logging=logging,
        )
        return str(made["cluster"]["arn"])

    def subnet(self, network: str, name: str) -> str:
        tags = [{"ResourceType": "subnet", "Tags": [{"Key": "Name", "Value": name}]}]
        made = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=network, TagSpecifications=tags)
        return str(made["Subnet"]["SubnetId"])

    def log(self, of: str, kind: str = "VPC", traffic: str = "ALL") -> str:
        made = self.ec2.create_flow_logs(
            ResourceIds=[of],
            ResourceType=kind,
            TrafficType=traffic,
            LogDestinationType="s3",
            LogDestination=f"arn:aws:s3:::{self.bucket}",
        )
        return str(made["FlowLogIds"][0])

    @property
    def bucket(self) -> str:
        client(self.aws, "s3").create_bucket(Bucket="flow-logs")
        return "flow-logs"

    def group(self, name: str, *rules: dict[str, Any]) -> str:
        group = str(self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"])
        if rules:
            self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=list(rules))
        return group


def rule(first: int, last: Any = 0, **changes: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": first, "ToPort": last or first, **changes}


@pytest.fixture
def network(aws: FakeAws) -> Network:
    return Network(aws)


def verdicts(network: Network, **options: Any) -> list[Verdict]:
    return prove_live(AwsNetwork, CONTROL, {"endpoint_url": network.aws.url, **options})


def fails(network: Network, subject: str, because: str, **options: Any) -> None:
    found = {each.subject: each for each in verdicts(network, **options)}
    assert found[subject].status is Status.FAIL, found
    assert because in found[subject].message


def status(network: Network, **options: Any) -> Status:
    return worst(each.status for each in verdicts(network, **options))


def test_a_network_as_it_should_be_passes(network: Network) -> None:
    found = verdicts(network, account_id=ACCOUNT, regions=["us-east-1"], data_subnets=["data-*"])
    assert [each.status for each in found] == [Status.PASS], said(found)
    assert found[0].actual["data subnets in us-east-1"] == 2
    assert found[0].actual["clusters of EKS in us-east-1"] == 1


def test_groups_that_let_the_world_in_fail(network: Network) -> None:
    halves = [{"IpRanges": [{"CidrIp": half}]} for half in ("0.0.0.0/1", "128.0.0.0/1")]
    open_to = {
        network.group("ssh", rule(22, **WORLD)): "tcp/22 is open to 0.0.0.0/0",
        network.group("six", rule(22, Ipv6Ranges=[{"CidrIpv6": "::/0"}])): "tcp/22 is open to ::/0",
        network.group("range", rule(80, 6379, **WORLD)): "tcp/80-6379",
        network.group("udp", rule(443, IpProtocol="udp", **WORLD)): "udp/443",
        network.group("any", {"IpProtocol": "-1", **WORLD}): "everything is open",
        network.group("halves", *(rule(5432, **half) for half in halves)): "tcp/5432 is open to 0.0.0.0/0",
    }
    found = {each.subject: each for each in verdicts(network)}
    for group, because in open_to.items():
        assert found[group].status is Status.FAIL
        assert because in found[group].message
    assert status(network, public_groups=["ssh", "six", "range", "udp", "any", "halves"]) is Status.PASS


def test_clusters_and_machines_that_strangers_get_at_fail(network: Network) -> None:
    fails(network, network.cluster("open", "0.0.0.0/0"), "its API is open to 0.0.0.0/0")
    assert status(network, public_clusters=["open"]) is Status.PASS
    found = said(verdicts(network, cluster_logs=["audit", "scheduler"]))
    assert "2 of 2 clusters of EKS" in said(verdicts(network, cluster_logs=["scheduler"]))
    assert "cluster/shop: it does not record scheduler" in found
    assert status(network, imdsv2=True, public_clusters=["open"]) is Status.PASS
    made = network.ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    fails(network, made, "gives its keys to whatever request it is made to send", imdsv2=True)


def test_the_default_group_is_closed_where_that_is_wanted(network: Network) -> None:
    found = said(verdicts(network, default_closed=True))
    assert "the default group has rules (1), where none should be" in found
    for group in network.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}])[
        "SecurityGroups"
    ]:
        for way in ("ingress", "egress"):
            rules = group["IpPermissions" if way == "ingress" else "IpPermissionsEgress"]
            if rules:
                getattr(network.ec2, f"revoke_security_group_{way}")(GroupId=group["GroupId"], IpPermissions=rules)
    assert status(network, default_closed=True) is Status.PASS


def test_what_is_narrow_or_meant_passes(network: Network) -> None:
    narrow = rule(22, IpRanges=[{"CidrIp": "203.0.113.0/24"}])
    network.group("narrow", narrow, {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, **WORLD}, rule(80, **WORLD))
    assert status(network) is Status.PASS


def test_what_a_prefix_list_lets_in_counts(network: Network) -> None:
    made = network.ec2.create_managed_prefix_list(
        PrefixListName="all", AddressFamily="IPv4", MaxEntries=5, Entries=[{"Cidr": "0.0.0.0/0"}]
    )["PrefixList"]["PrefixListId"]
    group = network.group("listed", rule(6379, PrefixListIds=[{"PrefixListId": made}]))
    fails(network, group, "tcp/6379 is open")
    network.aws.deny("ec2:GetManagedPrefixListEntries")
    (one,) = [each for each in verdicts(network) if each.subject == group]
    assert one.status is Status.ERROR
    assert "needs ec2:GetManagedPrefixListEntries" in one.message


def test_a_data_subnet_with_a_way_out_fails(network: Network) -> None:
    network.ec2.associate_route_table(RouteTableId=network.table, SubnetId=network.data)
    fails(network, network.data, "routes 0.0.0.0/0 to an internet gateway")
    fails(network, network.public, "to an internet gateway", data_subnets=["web"])


def test_a_subnet_without_a_table_of_its_own_has_the_main_one(network: Network) -> None:
    tables = network.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [network.vpc]}])["RouteTables"]
    (main,) = [each for each in tables if any(one.get("Main") for one in each["Associations"])]
    network.ec2.create_route(
        RouteTableId=main["RouteTableId"], DestinationIpv6CidrBlock="::/0", GatewayId=network.gateway
    )
    fails(network, network.more, "routes ::/0 to an internet gateway")


def test_a_cloud_without_flow_logs_fails(network: Network) -> None:
    bare = network.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    fails(network, bare, "no flow logs")
    network.log(bare, traffic="ACCEPT")
    fails(network, bare, "not of what is rejected")


def test_nothing_to_see_is_no_pass(aws: FakeAws) -> None:
    ec2 = client(aws, "ec2", "eu-north-1")
    for kind in ("subnets", "vpcs"):
        one = {"subnets": ("Subnets", "SubnetId", ec2.delete_subnet), "vpcs": ("Vpcs", "VpcId", ec2.delete_vpc)}[kind]
        for each in getattr(ec2, f"describe_{kind}")()[one[0]]:
            one[2](**{one[1]: each[one[1]]})
    found = prove_live(AwsNetwork, CONTROL, {"endpoint_url": aws.url, "regions": ["eu-north-1"]})
    assert {each.status for each in found} == {Status.ERROR}


def test_a_declared_subnet_that_is_not_there_is_an_error(network: Network) -> None:
    found = verdicts(network, data_subnets=["data-*", "nowhere-*"], regions=["us-east-1", "eu-north-1"])
    assert "no subnet is like nowhere-*" in said(found)


def test_what_may_not_be_read_is_an_error_that_names_it(network: Network) -> None:
    for permission in NEEDS:
        if "PrefixList" in permission or "Caller" in permission or "CacheSubnet" in permission:
            continue
        network.aws.failures.clear()
        network.aws.deny(permission)
        found = verdicts(network, imdsv2=True)
        assert Status.ERROR in {each.status for each in found}
        assert Status.FAIL not in {each.status for each in found}
        assert f"needs {permission}" in said(found)


def test_every_call_is_made_once_and_declared(network: Network) -> None:
    network.aws.calls.clear()
    verdicts(network)
    assert set(network.aws.calls) <= set(NEEDS)
    assert set(network.aws.calls.values()) == {1}


def test_a_region_that_does_not_answer_is_an_error(network: Network) -> None:
    for fail in (network.aws.throttle, network.aws.garble, network.aws.expire):
        fail("ec2:DescribeSecurityGroups")
        assert status(network) is Status.ERROR
