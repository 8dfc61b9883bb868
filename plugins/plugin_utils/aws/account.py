# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask an AWS account through boto3: every page, in bounded time, and errors told apart. See library()."""

from __future__ import annotations

import json
import shlex
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.answered import Answered
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

T = TypeVar("T")
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
    "InvalidAMIID.NotFound",
    "InvalidAMIID.Unavailable",
    "InvalidSnapshot.NotFound",
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
# Services, and operations of others, that say the same in whatever region they are asked.
_SAME_EVERYWHERE = {"budgets", "ce", "cloudfront", "iam", "route53", "s3control", "sts", "s3 list_buckets"}


def library() -> None:
    """Raise CannotLook("missing_tool") when the controller has no boto3."""
    if MISSING:
        raise CannotLook("missing_tool", f"the controller lacks boto3 ({MISSING}): pip install boto3")


class Account:
    """One account, as the credentials that the SDK finds by itself see it. Safe to use from many threads.

    region: where to ask unless a call says so. seconds: how long one look may take, all its pages and retries included.
    answered: what was asked of it before. now: the moment from which calls look back.
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
        answered: Answered | None = None,
    ) -> None:
        library()
        self._as = (profile, role_arn, external_id, endpoint_url)
        self._region = region
        self.seconds = seconds or _SECONDS
        self._answered = answered or Answered()
        self.now = self._answered.at

    def line(self, command: str, region: str | None = None) -> str:
        """The command of AWS' own client, as it must be typed to ask this account."""
        profile, role_arn, _external_id, endpoint_url = self._as
        options = {"profile": profile, "region": region or self._region, "endpoint-url": endpoint_url}
        flags = [part for name, value in options.items() if value for part in (f"--{name}", shlex.quote(value))]
        role = f"  # as {role_arn}" if role_arn else ""
        return command.replace("aws ", " ".join(["aws", *flags, ""])) + role

    def call(self, service: str, operation: str, *, region: str | None = None, **arguments: Any) -> dict[str, Any]:
        """The whole answer of an operation; see call() below."""
        return self._call(service, operation, region, Deadline(self.seconds), arguments)

    def page(
        self,
        service: str,
        operation: str,
        read: Callable[[dict[str, Any]], T],
        *,
        region: str | None = None,
        **arguments: Any,
    ) -> T:
        """What read makes of one page of a list, for those too long to keep as they are told."""
        client, deadline = self._client(service, region), Deadline(self.seconds)
        question = (*self._question(service, operation, client, arguments), read)
        return self._answered.once(question, lambda: read(page(client, operation, **arguments)), deadline)

    def each(self, service: str, operation: str, argument: str, values: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The answers for many values of one argument; those for which there is nothing are left out."""
        deadline = Deadline(self.seconds)

        def answer(value: str) -> tuple[str, dict[str, Any] | None]:
            deadline.check()
            try:
                return value, self._call(service, operation, None, deadline, {argument: value})
            except CannotLook as reason:
                if reason.reason == "not_found":
                    return value, None
                raise

        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            return {value: found for value, found in pool.map(answer, values) if found is not None}

    def _call(
        self, service: str, operation: str, region: str | None, deadline: Deadline, arguments: dict[str, Any]
    ) -> dict[str, Any]:
        client = self._client(service, region)
        question = self._question(service, operation, client, arguments)
        return self._answered.once(question, lambda: call(client, operation, deadline, **arguments), deadline)

    def _client(self, service: str, region: str | None) -> Any:
        attempt = min(_LONGEST_ATTEMPT, self.seconds / _ATTEMPTS)
        return _clients(*self._as).of(service, region or self._region, attempt)

    def _question(self, service: str, operation: str, client: Any, arguments: dict[str, Any]) -> tuple[Any, ...]:
        anywhere = _SAME_EVERYWHERE & {service, f"{service} {operation}"}
        where = "" if anywhere else client.meta.region_name
        return (*self._as, service, where, operation, json.dumps(arguments, sort_keys=True, default=str))


class _Clients:
    """The clients of all services in all regions, made once: that takes longer than to use them."""

    def __init__(
        self, profile: str | None, role_arn: str | None, external_id: str | None, endpoint_url: str | None
    ) -> None:
        self._profile = profile
        self._role = {"RoleArn": role_arn, **({"ExternalId": external_id} if external_id else {})} if role_arn else {}
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._session: Any = None
        self._region: str | None = None
        self._refused: CannotLook | None = None
        self._made: dict[tuple[str, str | None, float], Any] = {}

    def of(self, service: str, region: str | None, attempt: float) -> Any:
        """The client of a service; without a region, in the one that the SDK finds. attempt: seconds for each."""
        with self._lock:
            if (service, region, attempt) not in self._made:
                session = self._signed_in(region, attempt)
                self._made[service, region, attempt] = self._make(session, service, region, attempt)
            return self._made[service, region, attempt]

    def _signed_in(self, region: str | None, attempt: float) -> Any:
        """The session; a role that was refused is not asked for again by every look."""
        if self._refused:
            raise self._refused
        if self._session is None:
            try:
                self._session = self._sign_in(region, attempt)
            except CannotLook as refused:
                self._refused = refused
                raise
        return self._session

    def _sign_in(self, region: str | None, attempt: float) -> Any:
        try:
            session = boto3.Session(profile_name=self._profile)
            self._region = session.region_name
            if region:  # it may be the only one that says where to ask for the credentials
                session = boto3.Session(profile_name=self._profile, region_name=region)
        except exceptions.BotoCoreError as error:
            raise _cannot_look(error, "") from error
        if not self._role:
            return session
        sts = self._make(session, "sts", region, attempt)
        own = page(sts, "assume_role", RoleSessionName="golive-verify", **self._role)["Credentials"]
        return boto3.Session(
            aws_access_key_id=own["AccessKeyId"],
            aws_secret_access_key=own["SecretAccessKey"],
            aws_session_token=own["SessionToken"],
        )

    def _make(self, session: Any, service: str, region: str | None, attempt: float) -> Any:
        config = Config(
            connect_timeout=attempt,
            read_timeout=attempt,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            max_pool_connections=_SIDE_BY_SIDE * _LOOKS,
            user_agent_extra="golive.verify",
        )
        where = region or self._region or _FALLBACK_REGION
        try:
            client = session.client(service, region_name=where, endpoint_url=self._endpoint_url, config=config)
        except (exceptions.BotoCoreError, ValueError) as error:
            raise _cannot_look(error, service) from error
        client.meta.events.register("after-call", insist)
        return client


@cache
def _clients(profile: str | None, role_arn: str | None, external_id: str | None, endpoint_url: str | None) -> _Clients:
    return _Clients(profile, role_arn, external_id, endpoint_url)


def forget() -> None:
    """Sign in anew wherever anybody signed in before."""
    _clients.cache_clear()


def call(client: Any, operation: str, deadline: Deadline, **arguments: Any) -> dict[str, Any]:
    """The whole answer of an operation as plain data, the lists of all its pages joined; times are Unix seconds.

    Raise CannotLook: denied names the permission that is missing, or says what is wrong with the credentials; timeout
    is also what is still throttled in the end; not_found is what AWS says does not exist.
    """
    if not client.can_paginate(operation):
        return page(client, operation, **arguments)
    answer: dict[str, Any] = {}
    with _told(client, operation):
        for part in client.get_paginator(operation).paginate(**arguments):
            deadline.check()
            for key, value in _plain_answer(part).items():
                answer[key] = _joined(answer.get(key), value)
    return answer


def page(client: Any, operation: str, **arguments: Any) -> dict[str, Any]:
    """One answer of an operation, otherwise as call()."""
    with _told(client, operation):
        return _plain_answer(getattr(client, operation)(**arguments))


@contextmanager
def _told(client: Any, operation: str) -> Iterator[None]:
    name = client.meta.method_to_api_mapping[operation]
    try:
        yield
    except (exceptions.BotoCoreError, exceptions.ClientError, ResponseParserError) as error:
        service = client.meta.service_model
        raise _cannot_look(error, permission(service.service_name, service.signing_name, name)) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # botocore's own, at an answer of another shape than it takes all to have.
        raise CannotLook("malformed", f"{name} was not answered as AWS answers: {error!r}"[:500]) from error


def _joined(before: Any, value: Any) -> Any:
    """What several pages say: lists in one, also those that CloudFront wraps; of all else what the last one says."""
    if isinstance(value, list):
        return [*(before or []), *value]
    if isinstance(value, dict) and isinstance(value.get("Items"), list):
        return {**value, "Items": [*((before or {}).get("Items") or []), *value["Items"]]}
    return value


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
