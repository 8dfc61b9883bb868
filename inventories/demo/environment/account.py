# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AWS account: moto's server with a small company's users, trail and network. Run as a program: account.py PORT."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import boto3
from moto.iam.models import iam_backends
from moto.server import ThreadedMotoServer
from werkzeug.serving import WSGIRequestHandler

ACCOUNT = "123456789012"
REGION = "eu-central-1"
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_PICTURES = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::shop-pictures/*"}
    ],
}
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def serve(port: int) -> None:
    """Answer until killed, and say so on standard output once the account is complete."""
    WSGIRequestHandler.log = lambda *_arguments: None  # type: ignore[method-assign]
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    # moto knows no second factor of the root user; this account's has one.
    iam_backends[ACCOUNT]["aws"].account_summary._account_mfa_enabled = 1
    _fill(f"http://127.0.0.1:{port}")
    print("ready", flush=True)
    threading.Event().wait()


def _fill(url: str) -> None:
    session = boto3.Session("demo", "demo", region_name=REGION)
    iam = session.client("iam", endpoint_url=url)
    s3 = session.client("s3", endpoint_url=url)
    trails = session.client("cloudtrail", endpoint_url=url)
    iam.create_role(RoleName="shop-web", AssumeRolePolicyDocument=json.dumps(_TRUST))
    iam.put_role_policy(RoleName="shop-web", PolicyName="pictures", PolicyDocument=json.dumps(_PICTURES))
    for user, policy in (("break-glass", _EVERYTHING), ("ci-deploy", _EVERYTHING), ("uploads", _PICTURES)):
        iam.create_user(UserName=user)
        iam.put_user_policy(UserName=user, PolicyName="rights", PolicyDocument=json.dumps(policy))
    iam.create_access_key(UserName="uploads")
    s3.create_bucket(Bucket="shop-audit", CreateBucketConfiguration={"LocationConstraint": REGION})
    trails.create_trail(Name="audit", S3BucketName="shop-audit", IsMultiRegionTrail=True, EnableLogFileValidation=True)
    trails.start_logging(Name="audit")
    _network(session.client("ec2", endpoint_url=url))


def _network(ec2: Any) -> None:
    """What AWS gives every account, recorded; and a group that somebody made on a Friday, which is one thing wrong."""
    (cloud,) = ec2.describe_vpcs()["Vpcs"]
    told = {"ResourceType": "VPC", "TrafficType": "ALL", "LogDestinationType": "s3"}
    ec2.create_flow_logs(ResourceIds=[cloud["VpcId"]], LogDestination="arn:aws:s3:::shop-audit", **told)
    made = ec2.create_security_group(GroupName="friday", Description="to look something up", VpcId=cloud["VpcId"])
    opened = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=made["GroupId"], IpPermissions=[opened])


if __name__ == "__main__":
    serve(int(sys.argv[1]))
