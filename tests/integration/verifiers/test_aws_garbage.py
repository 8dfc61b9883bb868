# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does not answer as AWS does is never taken for an answer that says little, in whatever protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from tests.integration.verifiers import aws_world
from tests.integration.verifiers.portal import Portal, open_portal

# One operation of each protocol, some of whose answers have nothing that must be there.
OPERATIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "query": ("iam", "list_users", {}),
    "ec2": ("ec2", "describe_flow_logs", {}),
    "rest-xml": ("s3", "list_buckets", {}),
    "rest-xml, wrapped": ("cloudfront", "list_distributions", {}),
    "json": ("secretsmanager", "get_resource_policy", {"SecretId": "shop"}),
    "json, nothing required": ("wafv2", "get_web_acl_for_resource", {"ResourceArn": "arn:aws:x:y:1:lb/app/shop"}),
    "rest-json": ("backup", "list_backup_plans", {}),
    "cbor": ("cloudwatch", "describe_alarms", {}),
}
GARBAGE = {
    "a page": b"<!doctype html><title>Welcome</title><p>Please sign in<br>to go on.",
    "a well-formed page": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    "text": b"OK",
    "a list": b"[]",
    "half of an answer": b'{"Policies": [',
    "nothing": b"",
}


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    with open_portal() as url:
        yield url


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("garbage", GARBAGE)
def test_it_is_an_error(portal: str, monkeypatch: pytest.MonkeyPatch, operation: str, garbage: str) -> None:
    aws_world.enter(monkeypatch)
    monkeypatch.setattr(Portal, "says", GARBAGE[garbage])
    service, name, arguments = OPERATIONS[operation]
    with pytest.raises(CannotLook) as raised:
        Account(endpoint_url=portal).call(service, name, **arguments)
    assert raised.value.reason == "malformed"
