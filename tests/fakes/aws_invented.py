# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An AWS account with one of everything, invented from AWS' own description of its services, without a server.

It takes the place of the SDK's clients, and counts what is asked of it. What its answers mean is of no use: everything
is called shop.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import xform_name
from botocore.loaders import create_loader
from botocore.model import ServiceModel

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.aws import account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.permissions import permission
from tests.fakes.aws import ACCOUNT

NAME = "shop"
ARN = f"arn:aws:sns:us-east-1:{ACCOUNT}:{NAME}"
# Of several values those that lead on to something else to ask.
_PREFERRED = {"ACTIVE", "ENABLED", "Enabled", "available", "internet-facing", "application", "CUSTOMER", "COST"}
_FALSE = {"Disabled", "IsTruncated", "PrivateZone"}
_WORDS = {
    "Account": ACCOUNT,
    "Address": ARN,
    "Amount": "1",
    "Engine": "postgres",
    "AlarmActions": ARN,
    "WebACLId": f"{ARN}/{NAME}/1",
    "Status": "active",
}
# What says the same in whatever region it is asked: services without regions, and what they tell of all.
_ANYWHERE = {"budgets", "ce", "cloudfront", "iam", "route53", "sts", "s3control", "ListBuckets"}
# What only some have, and who has it is asked for less.
_UNSAID = {
    "DBCluster.ReplicationSourceIdentifier",
    "DBInstance.DBClusterIdentifier",
    "DBInstance.ReadReplicaSourceDBClusterIdentifier",
    "DBInstance.ReadReplicaSourceDBInstanceIdentifier",
}
_ENDS: dict[str, Callable[[str], Any]] = {
    "boolean": lambda name: name not in _FALSE,
    "timestamp": lambda _name: time.time(),
    "blob": lambda _name: b"",
    **dict.fromkeys(("integer", "long"), lambda _name: 1),
    **dict.fromkeys(("double", "float"), lambda _name: 1.0),
}


class InventedAws:
    """told: by permission, parts of answers that lead on to more than what is invented, or why there is none.

    used: the permissions that were needed. requests: how often the very same was asked.
    """

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.used: set[str] = set()
        self.requests: Counter[str] = Counter()
        self.told = dict(told)

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be the account that is asked, whatever the credentials."""
        monkeypatch.setattr(account, "_clients", lambda *_credentials: self)
        monkeypatch.setattr(account, "call", self.whole)
        monkeypatch.setattr(account, "page", self.answer)

    def of(self, service: str, region: str | None, _attempt: float) -> Any:
        """What stands for a client."""
        return SimpleNamespace(service=service, meta=SimpleNamespace(region_name=region or "us-east-1"))

    def whole(self, client: Any, method: str, _deadline: Deadline, /, **said: Any) -> dict[str, Any]:
        """As answer(), in time."""
        return self.answer(client, method, **said)

    def answer(self, client: Any, method: str, /, **said: Any) -> dict[str, Any]:
        """All that the operation can tell."""
        model, names = _model(client.service)
        operation = model.operation_model(names[method])
        needed = permission(client.service, model.signing_name, operation.name)
        self.used.add(needed)
        asked = json.dumps(said, sort_keys=True, default=str)
        where = "" if {client.service, operation.name} & _ANYWHERE else client.meta.region_name
        self.requests[f"{client.service} {operation.name} {where} {asked}"] += 1
        told = self.told.get(needed, {})
        if isinstance(told, CannotLook):
            raise told
        answer: dict[str, Any] = _told(operation.output_shape, "", ())
        return {**answer, **told}


@cache
def _model(service: str) -> tuple[ServiceModel, dict[str, str]]:
    model = ServiceModel(create_loader().load_service_model(service, "service-2"), service)
    return model, {xform_name(name): name for name in model.operation_names}


def _told(shape: Any, name: str, within: tuple[str, ...]) -> Any:
    """Something of this shape, which may hold others of its own kind without end."""
    if shape is None:
        return {}
    within = (*within, shape.name)
    if shape.type_name == "structure":
        return {
            key: _told(each, key, within)
            for key, each in shape.members.items()
            if each.name not in within and f"{shape.name}.{key}" not in _UNSAID
        }
    if shape.type_name == "list":
        return [] if shape.member.name in within else [_told(shape.member, name, within)]
    if shape.type_name == "map":
        return {NAME: _told(shape.value, name, within)}
    if shape.type_name != "string":
        return _ENDS[shape.type_name](name)
    return _word(shape, name)


def _word(shape: Any, name: str) -> str:
    if shape.enum:
        return next((str(each) for each in shape.enum if each in _PREFERRED), str(shape.enum[0]))
    return _WORDS.get(name) or (ARN if name.lower().endswith(("arn", "arns")) else NAME)
