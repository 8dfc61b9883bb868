# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An AWS account on loopback: moto's server, behind a proxy that says what moto cannot say and fails when told to.

Most answers are moto's own. These are not, since moto lacks what they are made of; they follow AWS' API reference:

- GetAccountSummary: whether the root user has MFA and access keys (moto: a constant 0).
- GetCredentialReport: the root user's row (moto: none).
- DescribeTrails: whether a trail has event selectors of its own (moto: never).
- GetTrailStatus: the time and error of the last delivery (moto: always now, never an error).
- ListUsers: pages, when page_size is set (moto: one page, whatever its size).

A user of moto through its API cannot let time go by either; age_key() does it within moto.

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
from urllib.parse import parse_qs

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AccessKeyLastUsed, AWSManagedPolicy, iam_backends
from moto.server import ThreadedMotoServer

ACCOUNT = "123456789012"
# Of AWS' own policies these are there; all of them would make each answer of moto's take seconds.
AWS_POLICIES = ("AdministratorAccess", "AmazonS3FullAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit")
_AUTHORIZATION = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_LATE = 60

Answer = tuple[int, dict[str, str], bytes]

Failure = Callable[["_Handler", str], None]


class FakeAws:
    """One account, empty at first. A context manager; what it says of the root user and trails may be set any time."""

    def __init__(self, port: int = 0) -> None:
        self.root_mfa = True
        self.root_access_keys = 0
        # Times as in the credential report: password_last_used and access_key_{1,2}_last_used_date; N/A unless set.
        self.root_row: dict[str, str] = {}
        self.selective_trails: set[str] = set()
        # Of GetTrailStatus: what replaces moto's answer; None takes a part away.
        self.trail_status: dict[str, object] = {}
        self.page_size = 0
        self.failures: dict[str, Failure] = {}
        self.calls: Counter[str] = Counter()
        self.closing = threading.Event()
        self._policies = json.loads(aws_managed_policies_data)
        self._moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._proxy = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"fake": self}))
        self._proxy.daemon_threads = True

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
        self.selective_trails, self.trail_status, self.page_size = set(), {}, 0
        self.failures, self.calls = {}, Counter()
        iam = iam_backends[ACCOUNT]["aws"]
        for name in AWS_POLICIES:
            policy = AWSManagedPolicy.from_data(name, ACCOUNT, "us-east-1", self._policies[name])
            iam.managed_policies[policy.arn] = policy

    def deny(self, *operations: str) -> None:
        """Answer operations, such as iam:ListUsers, as AWS does when the permission is missing."""
        self.failures |= dict.fromkeys(operations, _denied)

    def throttle(self, *operations: str) -> None:
        """Answer that there were too many requests, every time."""
        self.failures |= dict.fromkeys(operations, _throttled)

    def expire(self, *operations: str) -> None:
        """Answer that the credentials have expired."""
        self.failures |= dict.fromkeys(operations, _expired)

    def garble(self, *operations: str, status: int = 200) -> None:
        """Answer with a page for people, as captive portals and broken proxies do."""
        self.failures |= dict.fromkeys(operations, lambda handler, _name: _garbled(handler, status))

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

    def corrected(self, operation: str, asked: bytes, body: bytes) -> bytes:
        """moto's answer to what was asked, with what moto lacks."""
        if operation == "iam:ListUsers" and self.page_size:
            return self._page(parse_qs(asked.decode()).get("Marker", ["0"])[0], body)
        corrections = {
            "iam:GetAccountSummary": self._account_summary,
            "iam:GetCredentialReport": self._credential_report,
            "cloudtrail:DescribeTrails": self._trails,
            "cloudtrail:GetTrailStatus": self._trail_status,
        }
        return corrections[operation](body) if operation in corrections else body

    def _account_summary(self, body: bytes) -> bytes:
        text = body.decode()
        for key, value in (
            ("AccountMFAEnabled", int(self.root_mfa)),
            ("AccountAccessKeysPresent", self.root_access_keys),
        ):
            text = re.sub(rf"(<key>{key}</key><value>)\d+", rf"\g<1>{value}", text)
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


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeAws

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        operation = self._operation(body)
        self.fake.calls[operation] += 1
        if operation in self.fake.failures:
            self.fake.failures[operation](self, operation)
            return
        status, headers, answer = self.fake.forward(self.command, self.path, dict(self.headers.items()), body)
        if status == http.client.OK:
            answer = self.fake.corrected(operation, body, answer)
        self.answer(status, headers.get("Content-Type", "text/xml"), answer, headers.get("X-Amzn-ErrorType", ""))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any

    def _operation(self, body: bytes) -> str:
        """Named as the permission for it is."""
        scope = _AUTHORIZATION.search(self.headers.get("Authorization", ""))
        target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        action = target or parse_qs(body.decode("utf-8", "replace")).get("Action", [self.command])[0]
        return f"{scope[1] if scope else ''}:{action}"

    def answer(self, status: int, content_type: str, body: bytes, error_type: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if error_type:
            self.send_header("X-Amzn-ErrorType", error_type)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str, message: str) -> None:
        """An error in the form of the protocol in which the client asked."""
        if self.headers.get("X-Amz-Target"):
            self.answer(
                400, "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message}).encode(), code
            )
        else:
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            self.answer(status, "text/xml", f"<ErrorResponse>{error}</ErrorResponse>".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def _denied(handler: _Handler, operation: str) -> None:
    who = f"arn:aws:iam::{ACCOUNT}:user/verifier"
    code = "AccessDeniedException" if handler.headers.get("X-Amz-Target") else "AccessDenied"
    handler.refuse(403, code, f"User: {who} is not authorized to perform: {operation} on resource: *")


def _throttled(handler: _Handler, _operation: str) -> None:
    code = "ThrottlingException" if handler.headers.get("X-Amz-Target") else "Throttling"
    handler.refuse(400, code, "Rate exceeded")


def _expired(handler: _Handler, _operation: str) -> None:
    code = "ExpiredTokenException" if handler.headers.get("X-Amz-Target") else "ExpiredToken"
    handler.refuse(403, code, "The security token included in the request is expired")


def _garbled(handler: _Handler, status: int) -> None:
    handler.answer(status, "text/html", b"<!doctype html><title>Welcome</title><p>Please sign in<br>to go on.")


def _hanging(handler: _Handler, _operation: str) -> None:
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
