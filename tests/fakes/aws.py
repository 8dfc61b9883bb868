# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An AWS account on loopback: moto's server, behind a proxy that says what moto cannot say and fails when told to.

Most answers are moto's own. These are not, since moto lacks what they are made of; they follow AWS' API reference:

- GetAccountSummary: which credentials the root user has (moto: a constant 0, or nothing).
- GetCredentialReport: the root user's row (moto: none).
- DescribeTrails: whether a trail has event selectors of its own (moto: never).
- GetTrailStatus: the time and error of the last delivery (moto: always now, never an error).
- ListUsers: pages, when page_size is set (moto: one page, whatever its size).

A user of moto through its API cannot let time go by either; age_key() does it within moto. What is said of single
services stands in the modules beside this one, aws_*.py.

    python -m tests.fakes.aws --port 4566 --deny iam:ListUsers
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import logging
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AccessKeyLastUsed, AWSManagedPolicy, iam_backends
from moto.server import ThreadedMotoServer

from tests.fakes.aws_buckets import Buckets
from tests.fakes.aws_certificates import Certificates
from tests.fakes.aws_databases import Databases
from tests.fakes.aws_domains import Domains
from tests.fakes.aws_identities import Identities
from tests.fakes.aws_money import Money
from tests.fakes.aws_protocols import Asked, Refused, asked
from tests.fakes.aws_recovery import Recovery
from tests.fakes.aws_stores import Stores
from tests.fakes.aws_watch import Watch

ACCOUNT = "123456789012"
# Of AWS' own policies these are there; all of them would make each answer of moto's take seconds.
AWS_POLICIES = ("AdministratorAccess", "AmazonS3FullAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit")
_LATE = 60

Answer = tuple[int, dict[str, str], bytes]

Failure = Callable[["_Handler", Asked], None]


class FakeAws:
    """One account, empty at first. A context manager; what it says of the root user and trails may be set any time."""

    def __init__(self, port: int = 0) -> None:
        self.root_mfa = True
        self.root_access_keys = 0
        self.root_password, self.root_certificates = 1, 0
        # Times as in the credential report: password_last_used and access_key_{1,2}_last_used_date; N/A unless set.
        self.root_row: dict[str, str] = {}
        self.selective_trails: set[str] = set()
        # Of GetTrailStatus: what replaces moto's answer; None takes a part away.
        self.trail_status: dict[str, object] = {}
        self.page_size = 0
        # What is said of single services: answers that moto lacks, and changes to those that it has, by permission.
        self.buckets, self.databases, self.recovery, self.money = Buckets(), Databases(), Recovery(), Money()
        self.certificates, self.watch, self.identities = Certificates(), Watch(), Identities()
        self.domains, self.stores = Domains(), Stores()
        self._extensions = (
            self.buckets,
            self.databases,
            self.recovery,
            self.money,
            self.certificates,
            self.watch,
            self.identities,
            self.domains,
            self.stores,
        )
        self.failures: dict[str, Failure] = {}
        # How often each permission was used, and how often the very same was asked.
        self.calls: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        # Seconds that each answer takes to come, as from far away.
        self.latency = 0.0
        self.closing = threading.Event()
        self._policies = json.loads(aws_managed_policies_data)
        self._moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._proxy = _Proxy(("127.0.0.1", port), type("Handler", (_Handler,), {"fake": self}))

    def __enter__(self) -> FakeAws:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._moto.start()
        threading.Thread(target=self._proxy.serve_forever, daemon=True).start()
        self.reset()
        return self

    def __exit__(self, *_error: object) -> None:
        self.closing.set()
        self._proxy.shutdown()
        self._proxy.server_close()
        self._moto.stop()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._proxy.server_address[1]}"

    def reset(self) -> None:
        """Empty the account and forget everything that was set."""
        self.forward("POST", "/moto-api/reset", {}, b"")
        self.root_mfa, self.root_access_keys, self.root_row = True, 0, {}
        self.root_password, self.root_certificates = 1, 0
        self.selective_trails, self.trail_status, self.page_size = set(), {}, 0
        self.failures, self.latency = {}, 0.0
        self.calls, self.requests = Counter(), Counter()
        for extension in self._extensions:
            extension.reset()
        iam = iam_backends[ACCOUNT]["aws"]
        for name in AWS_POLICIES:
            policy = AWSManagedPolicy.from_data(name, ACCOUNT, "us-east-1", self._policies[name])
            iam.managed_policies[policy.arn] = policy

    def deny(self, *operations: str) -> None:
        """Answer operations, such as iam:ListUsers, as AWS does when the permission is missing."""
        self.failures |= dict.fromkeys(operations, _denied)

    def deny_for(self, permission: str, *values: str) -> None:
        """Deny an operation where its request is for one of these values only, such as a bucket's name."""

        def failing(handler: _Handler, request: Asked) -> None:
            if any(value in request.said.values() for value in values):
                _denied(handler, request)
            else:
                handler.served(request)

        self.failures[permission] = failing

    def throttle(self, *operations: str) -> None:
        """Answer that there were too many requests, every time."""
        self.failures |= dict.fromkeys(operations, _throttled)

    def expire(self, *operations: str) -> None:
        """Answer that the credentials have expired."""
        self.failures |= dict.fromkeys(operations, _expired)

    def garble(self, *operations: str, status: int = 200) -> None:
        """Answer with a page for people, as captive portals and broken proxies do."""
        self.failures |= dict.fromkeys(operations, lambda handler, _request: _garbled(handler, status))

    def hang(self, *operations: str) -> None:
        """Take the request and say nothing for a minute."""
        self.failures |= dict.fromkeys(operations, _hanging)

    def age_key(self, key_id: str, created_days: float, used_days: float | None = None) -> None:
        """Let an access key have been created, and last used if at all, so many days ago."""
        key = iam_backends[ACCOUNT]["aws"].access_keys[key_id]
        now = datetime.now(UTC)
        key.create_date = now - timedelta(days=created_days)
        key.last_used = None
        if used_days is not None:
            key.last_used = AccessKeyLastUsed(now - timedelta(days=used_days), "s3", "us-east-1")

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """What moto answers."""
        connection = http.client.HTTPConnection(*self._moto.get_host_and_port(), timeout=_LATE)
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read()
        finally:
            connection.close()

    def answered(self, request: Asked) -> bytes | None:
        """The answer to what moto lacks, or None where it is moto's to answer."""
        for extension in self._extensions:
            if request.permission in extension.answers:
                return request.write(extension.answers[request.permission](request))
        return None

    def corrected(self, request: Asked, body: bytes) -> bytes:
        """moto's answer to a request, with what moto lacks."""
        operation = request.permission
        if operation == "iam:ListUsers" and self.page_size:
            return self._page(request.said.get("Marker", "0"), body)
        corrections = {
            "iam:GetAccountSummary": self._account_summary,
            "iam:GetCredentialReport": self._credential_report,
            "cloudtrail:DescribeTrails": self._trails,
            "cloudtrail:GetTrailStatus": self._trail_status,
        }
        if operation in corrections:
            return corrections[operation](body)
        for extension in self._extensions:
            if operation in extension.changes:
                said = request.read(body)
                extension.changes[operation](request, said)
                body = request.write(said)
        return body

    def _account_summary(self, body: bytes) -> bytes:
        text = body.decode()
        for key, value in (
            ("AccountMFAEnabled", int(self.root_mfa)),
            ("AccountAccessKeysPresent", self.root_access_keys),
            ("AccountSigningCertificatesPresent", self.root_certificates),
        ):
            text = re.sub(rf"(<key>{key}</key><value>)\d+", rf"\g<1>{value}", text)
        password = f"<entry><key>AccountPasswordPresent</key><value>{self.root_password}</value></entry>"
        text = text.replace("</SummaryMap>", f"{password}</SummaryMap>")
        return text.encode()

    def _credential_report(self, body: bytes) -> bytes:
        def with_root(match: re.Match[str]) -> str:
            header, *rows = base64.b64decode(match[1]).decode().splitlines()
            known = {"user": "<root_account>", "arn": f"arn:aws:iam::{ACCOUNT}:root", **self.root_row}
            root = ",".join(known.get(column, "N/A") for column in header.split(","))
            return base64.b64encode("\n".join([header, root, *rows]).encode()).decode()

        return re.sub(r"(?<=<Content>)([^<]+)", with_root, body.decode()).encode()

    def _page(self, marker: str, body: bytes) -> bytes:
        before, members, after = re.split(r"(?<=<Users>)|(?=</Users>)", body.decode())
        users = re.findall(r"<member>.*?</member>", members)
        start, end = int(marker), int(marker) + self.page_size
        if end < len(users):
            truncated = f"<IsTruncated>true</IsTruncated><Marker>{end}</Marker>"
            after = after.replace("<IsTruncated>false</IsTruncated>", truncated)
        return f"{before}{''.join(users[start:end])}{after}".encode()

    def _trails(self, body: bytes) -> bytes:
        said = json.loads(body)
        for trail in said["trailList"]:
            trail["HasCustomEventSelectors"] = trail["TrailARN"] in self.selective_trails
        return json.dumps(said).encode()

    def _trail_status(self, body: bytes) -> bytes:
        said = {**json.loads(body), **self.trail_status}
        return json.dumps({key: value for key, value in said.items() if value is not None}).encode()


class _Proxy(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # of connections that begin at the same time


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or the second half of an answer may wait for the client's receipt of the first
    fake: FakeAws

    def _any(self) -> None:
        self._body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = asked(self.command, self.path, dict(self.headers.items()), self._body)
        self.fake.calls[request.permission] += 1
        self.fake.requests[
            f"{request.permission} {request.region} {json.dumps(request.said, sort_keys=True, default=str)}"
        ] += 1
        time.sleep(self.fake.latency)
        self.fake.failures.get(request.permission, type(self).served)(self, request)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any

    def served(self, request: Asked) -> None:
        """Answer as AWS would."""
        try:
            answer = self.fake.answered(request)
        except Refused as refused:
            self.refuse(request, *refused.args)
            return
        if answer is not None:
            self.answer(http.client.OK, request.content_type, answer)
            return
        status, headers, body = self.fake.forward(self.command, self.path, dict(self.headers.items()), self._body)
        if status == http.client.OK:
            body = self.fake.corrected(request, body)
        self.answer(status, headers.get("Content-Type", "text/xml"), body, headers.get("X-Amzn-ErrorType", ""))

    def answer(self, status: int, content_type: str, body: bytes, error_type: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if error_type:
            self.send_header("X-Amzn-ErrorType", error_type)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, request: Asked, status: int, code: str, message: str) -> None:
        """An error in the form of the protocol in which the client asked."""
        if request.protocol.endswith("json"):
            said = json.dumps({"__type": code, "message": message}).encode()
            self.answer(400 if request.protocol == "json" else status, request.content_type, said, code)
            return
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        whole = (
            "<Response><Errors>{}</Errors></Response>"
            if request.protocol == "ec2"
            else "<ErrorResponse>{}</ErrorResponse>"
        )
        self.answer(status, request.content_type, whole.format(error).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def _denied(handler: _Handler, request: Asked) -> None:
    who = f"arn:aws:iam::{ACCOUNT}:user/verifier"
    codes = {"ec2": "UnauthorizedOperation", "json": "AccessDeniedException", "rest-json": "AccessDeniedException"}
    said = f"User: {who} is not authorized to perform: {request.permission} on resource: *"
    handler.refuse(request, 403, codes.get(request.protocol, "AccessDenied"), said)


def _throttled(handler: _Handler, request: Asked) -> None:
    code = "ThrottlingException" if request.protocol.endswith("json") else "Throttling"
    handler.refuse(request, 400, code, "Rate exceeded")


def _expired(handler: _Handler, request: Asked) -> None:
    code = "ExpiredTokenException" if request.protocol.endswith("json") else "ExpiredToken"
    handler.refuse(request, 403, code, "The security token included in the request is expired")


def _garbled(handler: _Handler, status: int) -> None:
    handler.answer(status, "text/html", b"<!doctype html><title>Welcome</title><p>Please sign in<br>to go on.")


def _hanging(handler: _Handler, _request: Asked) -> None:
    handler.fake.closing.wait(_LATE)
    handler.close_connection = True


def main() -> int:
    """Serve until told to stop; say so on standard output once requests are answered."""
    parser = argparse.ArgumentParser(description="An AWS account on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--deny", action="append", default=[], metavar="SERVICE:OPERATION")
    parser.add_argument("--no-root-mfa", action="store_true")
    parser.add_argument("--root-access-keys", type=int, default=0)
    options = parser.parse_args()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: sys.exit(0))
    with FakeAws(options.port) as fake:
        fake.root_mfa, fake.root_access_keys = not options.no_root_mfa, options.root_access_keys
        fake.deny(*options.deny)
        print(fake.url, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    sys.exit(main())
