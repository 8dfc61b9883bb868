# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask an AWS account through boto3: every page, in bounded time, and errors told apart. See library()."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.aws.answers import insist
from ansible_collections.golive.verify.plugins.plugin_utils.aws.permissions import permission

try:
    import boto3
    from botocore import exceptions
    from botocore.config import Config
    from botocore.parsers import ResponseParserError

    MISSING = ""
except ImportError as import_error:
    MISSING = str(import_error)

_SECONDS = 60.0  # for one look; a page of a large account takes a second or two
_ATTEMPTS = 4
_LONGEST_ATTEMPT = 10.0
_SIDE_BY_SIDE = 8
_LOOKS = 16  # that the engine makes at once; a connection beyond the pool would be made anew for each call
_FALLBACK_REGION = "us-east-1"  # where the global services answer, when nothing names a region

_DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
_NOT_ACCEPTED = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_THROTTLED = {
    "LimitExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_ABSENT = {
    "DBClusterSnapshotNotFoundFault",
    "DBSnapshotNotFound",
    "DataUnavailableException",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchEntity",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NotFoundException",
    "ObjectLockConfigurationNotFoundError",
    "PolicyNotFound",
    "ReplicationConfigurationNotFoundError",
    "ReportExpired",
    "ReportInProgress",
    "ReportNotPresent",
    "ResourceNotFoundException",
    "ServerSideEncryptionConfigurationNotFoundError",
    "TrailNotFoundException",
}
_DOWN = {502, 503, 504}


def library() -> None:
    """Raise CannotLook("missing_tool") when the controller has no boto3."""
    if MISSING:
        raise CannotLook("missing_tool", f"the controller lacks boto3 ({MISSING}): pip install boto3")


class Account:
    """One account, as the credentials that the SDK finds by itself see it. Safe to use from many threads.

    seconds: how long one look may take, all its pages and retries included.
    """

    def __init__(
        self,
        *,
        profile: str | None = None,
        role_arn: str | None = None,
        external_id: str | None = None,
        endpoint_url: str | None = None,
        region: str | None = None,
        seconds: float | None = None,
    ) -> None:
        library()
        self._profile = profile
        self._role = {"RoleArn": role_arn, "ExternalId": external_id} if role_arn else {}
        self._endpoint_url = endpoint_url
        self._region = region
        self.seconds = seconds or _SECONDS
        self._lock = threading.Lock()
        self._session: Any = None
        self._refused: CannotLook | None = None
        self._clients: dict[tuple[str, str | None], Any] = {}

    def line(self, command: str, region: str | None = None) -> str:
        """The command of AWS' own client, as it must be typed to ask this account."""
        options = {"profile": self._profile, "region": region or self._region, "endpoint-url": self._endpoint_url}
        flags = [part for name, value in options.items() if value for part in (f"--{name}", shlex.quote(value))]
        role = f"  # as {self._role['RoleArn']}" if self._role else ""
        return command.replace("aws ", " ".join(["aws", *flags, ""])) + role

    def call(self, service: str, operation: str, *, region: str | None = None, **arguments: Any) -> dict[str, Any]:
        """The whole answer of an operation; see call() below."""
        return call(self._client(service, region), operation, Deadline(self.seconds), **arguments)

    def each(self, service: str, operation: str, argument: str, values: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The answers for many values of one argument; those for which there is nothing are left out."""
        client, deadline = self._client(service, None), Deadline(self.seconds)

        def answer(value: str) -> tuple[str, dict[str, Any] | None]:
            deadline.check()
            return value, existing(client, operation, deadline, **{argument: value})

        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            return {value: found for value, found in pool.map(answer, values) if found is not None}

    def _client(self, service: str, region: str | None) -> Any:
        with self._lock:
            if (service, region) not in self._clients:
                session = self._signed_in()
                self._clients[service, region] = self._made(session, service, region)
            return self._clients[service, region]

    def _signed_in(self) -> Any:
        """The session; a role that was refused is not asked for again by every look."""
        if self._refused:
            raise self._refused
        if self._session is None:
            try:
                self._session = self._sign_in()
            except CannotLook as refused:
                self._refused = refused
                raise
        return self._session

    def _sign_in(self) -> Any:
        try:
            session = boto3.Session(profile_name=self._profile, region_name=self._region)
        except exceptions.BotoCoreError as error:
            raise _cannot_look(error, "") from error
        if not self._role:
            return session
        role = {name: value for name, value in self._role.items() if value}
        sts = self._made(session, "sts", None)
        own = call(sts, "assume_role", Deadline(self.seconds), RoleSessionName="golive-verify", **role)["Credentials"]
        return boto3.Session(
            aws_access_key_id=own["AccessKeyId"],
            aws_secret_access_key=own["SecretAccessKey"],
            aws_session_token=own["SessionToken"],
            region_name=session.region_name,
        )

    def _made(self, session: Any, service: str, region: str | None) -> Any:
        attempt = min(_LONGEST_ATTEMPT, self.seconds / _ATTEMPTS)
        config = Config(
            connect_timeout=attempt,
            read_timeout=attempt,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            max_pool_connections=_SIDE_BY_SIDE * _LOOKS,
            user_agent_extra="golive.verify",
        )
        where = region or session.region_name or _FALLBACK_REGION
        try:
            client = session.client(service, region_name=where, endpoint_url=self._endpoint_url, config=config)
        except (exceptions.BotoCoreError, ValueError) as error:
            raise _cannot_look(error, service) from error
        client.meta.events.register("after-call", insist)
        return client


def call(client: Any, operation: str, deadline: Deadline, **arguments: Any) -> dict[str, Any]:
    """The whole answer of an operation as plain data, the lists of all its pages joined; times are Unix seconds.

    Raise CannotLook: denied names the permission that is missing, or says what is wrong with the credentials; timeout
    is also what is still throttled in the end; not_found is what AWS says does not exist.
    """
    name = client.meta.method_to_api_mapping[operation]
    answer: dict[str, Any] = {}
    try:
        if not client.can_paginate(operation):
            return _plain_answer(getattr(client, operation)(**arguments))
        for page in client.get_paginator(operation).paginate(**arguments):
            deadline.check()
            for key, value in _plain_answer(page).items():
                answer[key] = _joined(answer.get(key), value)
    except (exceptions.BotoCoreError, exceptions.ClientError, ResponseParserError) as error:
        service = client.meta.service_model
        raise _cannot_look(error, permission(service.service_name, service.signing_name, name)) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # botocore's own, at an answer of another shape than it takes all to have.
        raise CannotLook("malformed", f"{name} was not answered as AWS answers: {error!r}"[:500]) from error
    return answer


def _joined(before: Any, value: Any) -> Any:
    """What several pages say: lists in one, also those that CloudFront wraps; of all else what the last one says."""
    if isinstance(value, list):
        return [*(before or []), *value]
    if isinstance(value, dict) and isinstance(value.get("Items"), list):
        return {**value, "Items": [*((before or {}).get("Items") or []), *value["Items"]]}
    return value


def existing(client: Any, operation: str, deadline: Deadline, **arguments: Any) -> dict[str, Any] | None:
    """The answer of an operation, or None when AWS says that there is no such thing."""
    try:
        return call(client, operation, deadline, **arguments)
    except CannotLook as reason:
        if reason.reason == "not_found":
            return None
        raise


def _cannot_look(error: Exception, permission: str) -> CannotLook:
    if isinstance(error, exceptions.ClientError):
        return _refused(error, permission)
    if isinstance(error, (exceptions.ReadTimeoutError, exceptions.ConnectTimeoutError)):
        return CannotLook("timeout", str(error))
    if isinstance(error, (exceptions.ConnectionError, exceptions.HTTPClientError)):
        return CannotLook("unreachable", str(error))
    no_credentials = (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.ProfileNotFound,
        exceptions.RefreshWithMFAUnsupportedError,
        exceptions.SSOError,
        exceptions.TokenRetrievalError,
    )
    if isinstance(error, no_credentials):
        return CannotLook("denied", f"no credentials: {error}")
    return CannotLook("malformed", f"{type(error).__name__}: {error}"[:500])


def _refused(error: exceptions.ClientError, permission: str) -> CannotLook:
    """Why AWS refused, by the code that it gives, or by the HTTP status where what answers is not AWS itself."""
    code, said = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if code in _DENIED:
        return CannotLook("denied", f"needs {permission}: {said}")
    if code in _NOT_ACCEPTED:
        return CannotLook("denied", f"the credentials are not accepted: {code}: {said}")
    if code in _THROTTLED or status == 429:
        return CannotLook("timeout", f"still throttled after {_ATTEMPTS} attempts: {code}")
    if code in _ABSENT:
        return CannotLook("not_found", f"{code}: {said}")
    if status in _DOWN:
        return CannotLook("unreachable", f"HTTP {status}: {said}")
    return CannotLook("malformed", f"{permission} answered {code or status}: {said}"[:500])


def _plain_answer(response: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in response.items() if key != "ResponseMetadata"}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, datetime):
        return value.timestamp()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
