# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocols of AWS' services: which operation a request asks for, and its answer as plain data and back.

All of it is told by the service models that botocore ships; requests are read, and answers written, with what moto has
for that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from botocore.loaders import create_loader
from botocore.parsers import create_parser
from moto.core.model import OperationModel, ServiceModel
from moto.core.serialize import get_serializer_class

_AUTHORIZATION = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
# What requests are signed for, where the SDK calls the service something else.
_CALLED = {
    "access-analyzer": "accessanalyzer",
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
}
_S3_CONTROL = "/v20180820/"
# Permissions that are not called as their operation is, from AWS' service authorization reference.
_PERMISSIONS = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
}
_PREFIXES = {
    "accessanalyzer": "access-analyzer",
    "efs": "elasticfilesystem",
    "elbv2": "elasticloadbalancing",
    "s3control": "s3",
}


class Refused(Exception):
    """What a service refuses: the HTTP status, the error's code, and a message."""


@dataclass(frozen=True)
class Asked:
    """A request: which operation of which service it is for, where, and what its path, its query and its form say."""

    service: str
    region: str
    operation: str
    said: Mapping[str, Any]

    @property
    def permission(self) -> str:
        """What the one who asks must be allowed."""
        name = f"{self.service}:{self.operation}"
        return _PERMISSIONS.get(name) or f"{_PREFIXES.get(self.service, self.service)}:{self.operation}"

    @property
    def protocol(self) -> str:
        """How the service talks; "" where it is not known."""
        return str(_model(self.service).resolved_protocol) if self.service else ""

    @property
    def content_type(self) -> str:
        """Of an answer."""
        return {"json": "application/x-amz-json-1.1", "rest-json": "application/json"}.get(self.protocol, "text/xml")

    def read(self, body: bytes) -> dict[str, Any]:
        """An answer of the service as plain data."""
        parser: Any = create_parser(self.protocol)
        answer = parser.parse({"status_code": 200, "headers": {}, "body": body}, self._model.output_shape)
        return {key: value for key, value in answer.items() if key != "ResponseMetadata"}

    def write(self, answer: Mapping[str, Any]) -> bytes:
        """An answer as the service sends it."""
        written = get_serializer_class(self.service, self.protocol)(self._model).serialize(answer)["body"]
        return written if isinstance(written, bytes) else written.encode()

    @property
    def _model(self) -> OperationModel:
        found: OperationModel = _model(self.service).operation_model(self.operation)
        return found


def asked(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Asked:
    """What a request asks for."""
    signed = _AUTHORIZATION.search(headers.get("Authorization", ""))
    region, name = signed.groups() if signed else ("", "")
    service = "s3control" if path.startswith(_S3_CONTROL) else _CALLED.get(name, name)
    if target := headers.get("X-Amz-Target", "").rpartition(".")[2]:
        return Asked(service, region, target, json.loads(body or b"{}"))
    form = {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
    if "Action" in form:
        return Asked(service, region, form["Action"], form)
    if not service or not _model(service).protocol.startswith("rest"):
        return Asked(service, region, method, form)
    return Asked(service, region, *_rest(service, method, path))


def _rest(service: str, method: str, path: str) -> tuple[str, dict[str, str]]:
    """The operation whose path and query are the nearest to those asked for, and what they say."""
    where = urlsplit(path)
    query = dict(parse_qsl(where.query, keep_blank_values=True))
    fitting = [
        (needed.keys(), name, found.groupdict())
        for verb, pattern, needed, name in _routes(service)
        if verb == method
        and (found := pattern.fullmatch(where.path))
        and all(key in query and value in ("", query[key]) for key, value in needed.items())
    ]
    if not fitting:
        return method, query
    _needed, name, parts = max(fitting, key=lambda fit: len(fit[0]))
    return name, {**query, **{label: unquote(part) for label, part in parts.items()}}


@cache
def _routes(service: str) -> list[tuple[str, re.Pattern[str], dict[str, str], str]]:
    return list(_each_route(_model(service)))


def _each_route(model: ServiceModel) -> Iterator[tuple[str, re.Pattern[str], dict[str, str], str]]:
    for name in model.operation_names:
        if model.operation_model(name).deprecated:  # a newer one has its route
            continue
        http = model.operation_model(name).http
        path, _mark, query = http["requestUri"].partition("?")
        parts = re.split(r"\{(\w+)(\+?)\}", path)
        pattern = re.escape(parts[0] if len(parts) > 1 else path.rstrip("/"))
        for label, greedy, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            pattern += f"(?P<{label}>{'.+' if greedy else '[^/]+'}){re.escape(after.rstrip('/'))}"
        needed = dict(parse_qsl(query, keep_blank_values=True))
        yield http["method"], re.compile(f"{pattern}/?"), needed, str(name)


@cache
def _model(service: str) -> ServiceModel:
    return ServiceModel(create_loader().load_service_model(service, "service-2"), service)
