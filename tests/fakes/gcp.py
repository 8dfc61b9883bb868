# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Google Cloud's REST APIs on loopback: what a test puts there, in the form that Google's discovery documents demand.

The documents are those that google-api-python-client brings along. From them come the methods that there are, their
parameters (an unknown one is refused, as Google does) and the shape of answers: a test that puts a field which Google
does not have, or a number where Google sends a string, is told so. What answers mean is not simulated.

Which permission a method needs is from Google's reference of each; deny() refuses every method that needs it. These are
as Google does, too: a list of datasets leaves out what may not be seen, and testIamPermissions needs no permission.

With bigquery_url, what is not put there is asked of an emulator of BigQuery.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import urllib.parse
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import googleapiclient

_DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
_SERVICES = (
    "bigquery.v2",
    "billingbudgets.v1",
    "certificatemanager.v1",
    "cloudbilling.v1",
    "cloudresourcemanager.v1",
    "cloudresourcemanager.v3",
    "compute.v1",
    "datacatalog.v1",
    "iam.v1",
    "iam.v2",
    "logging.v2",
    "monitoring.v3",
    "orgpolicy.v2",
    "policyanalyzer.v1",
    "pubsub.v1",
    "secretmanager.v1",
    "sqladmin.v1",
    "storage.v1",
)
_LATE = 60
_COMMON = {"alt", "fields", "key", "prettyPrint", "quotaUser", "userIp"}
# By method of a document, and by what it is to show where that matters. A method that is not here needs none.
_SHOWS = ("datasetView", "projection")
NEEDED = {
    "bigquery.datasets.get": {
        "METADATA": ["bigquery.datasets.get"],
        "ACL": ["bigquery.datasets.getIamPolicy"],
        "": ["bigquery.datasets.get", "bigquery.datasets.getIamPolicy"],
    },
    "bigquery.datasets.list": ["bigquery.datasets.get"],
    "bigquery.jobs.getQueryResults": ["bigquery.jobs.create", "bigquery.tables.getData"],
    "bigquery.jobs.query": ["bigquery.jobs.create", "bigquery.tables.getData"],
    "bigquery.routines.getIamPolicy": ["bigquery.routines.getIamPolicy"],
    "bigquery.routines.list": ["bigquery.routines.get", "bigquery.routines.list"],
    "bigquery.tables.get": ["bigquery.tables.get"],
    "bigquery.tables.getIamPolicy": ["bigquery.tables.getIamPolicy"],
    "bigquery.tables.list": ["bigquery.tables.list"],
    "billingbudgets.billingAccounts.budgets.list": ["billing.budgets.list"],
    "certificatemanager.projects.locations.certificateMaps.certificateMapEntries.list": [
        "certificatemanager.certmapentries.list"
    ],
    "certificatemanager.projects.locations.certificates.get": ["certificatemanager.certs.get"],
    "cloudbilling.billingAccounts.getIamPolicy": ["billing.accounts.getIamPolicy"],
    "cloudbilling.projects.getBillingInfo": ["resourcemanager.projects.get"],
    "cloudresourcemanager.folders.getIamPolicy": ["resourcemanager.folders.getIamPolicy"],
    "cloudresourcemanager.organizations.getIamPolicy": ["resourcemanager.organizations.getIamPolicy"],
    "cloudresourcemanager.projects.get": ["resourcemanager.projects.get"],
    "cloudresourcemanager.projects.getAncestry": ["resourcemanager.projects.get"],
    "cloudresourcemanager.projects.getIamPolicy": ["resourcemanager.projects.getIamPolicy"],
    "compute.backendServices.aggregatedList": ["compute.backendServices.list"],
    "compute.backendServices.getHealth": ["compute.backendServices.get"],
    "compute.forwardingRules.aggregatedList": ["compute.forwardingRules.list"],
    "compute.healthChecks.aggregatedList": ["compute.healthChecks.list"],
    "compute.networkFirewallPolicies.aggregatedList": ["compute.firewallPolicies.list"],
    "compute.networks.getEffectiveFirewalls": ["compute.networks.getEffectiveFirewalls"],
    "compute.networks.list": ["compute.networks.list"],
    "compute.regionBackendServices.getHealth": ["compute.regionBackendServices.get"],
    "compute.regionNetworkFirewallPolicies.get": ["compute.firewallPolicies.get"],
    "compute.regionSecurityPolicies.get": ["compute.regionSecurityPolicies.get"],
    "compute.securityPolicies.get": ["compute.securityPolicies.get"],
    "compute.sslCertificates.aggregatedList": ["compute.sslCertificates.list"],
    "compute.sslPolicies.aggregatedList": ["compute.sslPolicies.list"],
    "compute.subnetworks.aggregatedList": ["compute.subnetworks.list"],
    "compute.targetHttpProxies.aggregatedList": ["compute.targetHttpProxies.list"],
    "compute.targetHttpsProxies.aggregatedList": ["compute.targetHttpsProxies.list"],
    "compute.targetSslProxies.list": ["compute.targetSslProxies.list"],
    "compute.targetTcpProxies.aggregatedList": ["compute.targetTcpProxies.list"],
    "compute.urlMaps.aggregatedList": ["compute.urlMaps.list"],
    "datacatalog.projects.locations.taxonomies.get": ["datacatalog.taxonomies.get"],
    "iam.organizations.roles.get": ["iam.roles.get"],
    "iam.policies.get": ["iam.denypolicies.get"],
    "iam.policies.listPolicies": ["iam.denypolicies.list"],
    "iam.projects.roles.get": ["iam.roles.get"],
    "iam.projects.serviceAccounts.getIamPolicy": ["iam.serviceAccounts.getIamPolicy"],
    "iam.projects.serviceAccounts.keys.list": ["iam.serviceAccountKeys.list"],
    "iam.projects.serviceAccounts.list": ["iam.serviceAccounts.list"],
    "logging.folders.sinks.list": ["logging.sinks.list"],
    "logging.organizations.locations.buckets.get": ["logging.buckets.get"],
    "logging.organizations.sinks.list": ["logging.sinks.list"],
    "logging.projects.locations.buckets.get": ["logging.buckets.get"],
    "logging.projects.locations.buckets.list": ["logging.buckets.list"],
    "logging.projects.sinks.list": ["logging.sinks.list"],
    "monitoring.projects.alertPolicies.list": ["monitoring.alertPolicies.list"],
    "monitoring.projects.notificationChannels.get": ["monitoring.notificationChannels.get"],
    "monitoring.projects.snoozes.list": ["monitoring.snoozes.list"],
    "monitoring.projects.timeSeries.list": ["monitoring.timeSeries.list"],
    "monitoring.projects.uptimeCheckConfigs.list": ["monitoring.uptimeCheckConfigs.list"],
    "orgpolicy.projects.policies.getEffectivePolicy": ["orgpolicy.policy.get"],
    "policyanalyzer.projects.locations.activityTypes.activities.query": [
        "policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query"
    ],
    "pubsub.projects.topics.subscriptions.list": ["pubsub.topics.get"],
    "secretmanager.projects.secrets.get": ["secretmanager.secrets.get"],
    "secretmanager.projects.secrets.getIamPolicy": ["secretmanager.secrets.getIamPolicy"],
    "secretmanager.projects.secrets.versions.list": ["secretmanager.versions.list"],
    "sql.backupRuns.list": ["cloudsql.backupRuns.list"],
    "sql.instances.list": ["cloudsql.instances.list"],
    "storage.buckets.get": {
        "full": ["storage.buckets.get", "storage.buckets.getIamPolicy"],
        "noAcl": ["storage.buckets.get"],
    },
    "storage.buckets.getIamPolicy": ["storage.buckets.getIamPolicy"],
    "storage.buckets.list": {"noAcl": ["storage.buckets.list"]},
    "storage.objects.list": ["storage.objects.list"],
}
_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}

Answer = tuple[int, str, bytes]


@dataclass(frozen=True)
class Method:
    """A method of an API: its id, where it answers, the parameters it knows, and what it answers with."""

    id: str
    verb: str
    path: re.Pattern[str]
    parameters: frozenset[str]
    answer: str
    schemas: Mapping[str, Any]


@cache
def methods() -> tuple[Method, ...]:
    """The methods of all services that the fake knows."""
    return tuple(method for name in _SERVICES for method in _methods(name))


def _methods(name: str) -> Iterator[Method]:
    document = json.loads((_DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))
    waiting = [document]
    while waiting:
        each = waiting.pop()
        waiting += each.get("resources", {}).values()
        for method in each.get("methods", {}).values():
            path = document["servicePath"] + method.get("flatPath", method["path"])
            yield Method(
                method["id"],
                method["httpMethod"],
                re.compile("/" + re.sub(r"\\\{[^}]+\\\}", "[^/:]+", re.escape(path))),
                frozenset(method.get("parameters", {})) | _COMMON,
                method.get("response", {}).get("$ref", ""),
                document["schemas"],
            )


@cache
def method_of(verb: str, path: str) -> Method | None:
    """The method that answers there, as far as the documents say: the one that leaves least of its path open.

    A part of a path that stands for one name keeps its slashes encoded, as in policies/x%2Fy/denypolicies.
    """
    found = [each for each in methods() if each.verb == verb and each.path.fullmatch(path)]
    return min(found, key=lambda method: method.path.pattern.count("[^/:]+"), default=None)


def strange(answer: Any, schema: Mapping[str, Any], schemas: Mapping[str, Any], where: str = "answer") -> Iterator[str]:
    """In which way an answer is not what Google's document says."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    kinds = _JSON_TYPES.get(schema.get("type", ""))
    if kinds and (not isinstance(answer, kinds) or (isinstance(answer, bool) and bool not in kinds)):
        yield f"{where} is {answer!r}, not of type {schema['type']}"
    elif isinstance(answer, list):
        for number, each in enumerate(answer):
            yield from strange(each, schema["items"], schemas, f"{where}[{number}]")
    elif isinstance(answer, dict) and kinds:
        known = schema.get("properties", {})
        for name, each in answer.items():
            part = known.get(name, schema.get("additionalProperties"))
            if part is None:
                yield f"{where}.{name} is unknown"
            else:
                yield from strange(each, part, schemas, f"{where}.{name}")


class FakeGcp:
    """Google Cloud without anything in it. A context manager; what is put there may be changed any time."""

    def __init__(self, port: int = 0, bigquery_url: str = "") -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"fake": self}))
        self._server.daemon_threads = True
        self.closing = threading.Event()
        self.bigquery_url = bigquery_url
        self.reset()

    def __enter__(self) -> FakeGcp:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def reset(self) -> None:
        """Forget everything that was put and set."""
        self.answers: dict[str, Any] = {}
        self.failures: dict[str, Answer | str] = {}
        self.throttled: Counter[str] = Counter()
        self.denied: set[str] = set()
        self.page_size = 0
        # How often each method was used, and how often the very same was asked.
        self.calls: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.used: set[str] = set()
        self.bodies: list[Any] = []

    def put(self, path: str, answer: Any, verb: str = "GET") -> None:
        """Let a path, such as /v1/projects/shop/serviceAccounts, be answered with this; None takes it away.

        A list of answers is given one after the other, the last of them for ever.
        """
        method = method_of(verb, path)
        if method is None:
            raise ValueError(f"no API of Google answers {verb} {path}")
        for each in answer if isinstance(answer, list) else [answer] if answer is not None else []:
            wrong = list(strange(each, {"$ref": method.answer}, method.schemas))
            if wrong:
                raise ValueError(f"{method.id}: {'; '.join(wrong)}")
        self.answers[f"{verb} {urllib.parse.unquote(path)}"] = answer

    def deny(self, *permissions: str) -> None:
        """Refuse every method that needs one of these permissions."""
        self.denied |= set(permissions)

    def disable(self, *ids: str) -> None:
        """Answer that the API of these methods is not enabled."""
        for each in ids:
            service = f"{each.partition('.')[0]}.googleapis.com"
            details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}]
            said = f"{service} has not been used in project 1234 before or it is disabled."
            self.failures[each] = refusal(403, "PERMISSION_DENIED", said, "accessNotConfigured", details)

    def throttle(self, method: str, times: int) -> None:
        """Answer so many times that there were too many requests."""
        self.throttled[method] = times

    def garble(self, *ids: str, status: int = 200) -> None:
        """Answer with a page for people, as captive portals and broken proxies do."""
        self.failures |= dict.fromkeys(ids, (status, "text/html", b"<!doctype html><title>Please sign in</title>"))

    def fail(self, *ids: str, status: int, name: str, reason: str = "") -> None:
        """Answer with an error in Google's form."""
        self.failures |= dict.fromkeys(ids, refusal(status, name, "so it is in this test", reason))

    def hang(self, *ids: str) -> None:
        """Take the request and say nothing for a minute."""
        self.failures |= dict.fromkeys(ids, "hang")

    def answer(self, verb: str, target: str, body: bytes) -> Answer | str:
        """The answer to a request; the word hang for none."""
        path, _mark, query_text = target.partition("?")
        method = method_of(verb, path)
        path, query = urllib.parse.unquote(path), dict(urllib.parse.parse_qsl(query_text))
        if method is None:
            return 404, "text/html", b"<!doctype html><title>Error 404 (Not Found)!!1</title>"
        self.calls[method.id] += 1
        self.requests[f"{verb} {target} {body.decode()}"] += 1
        said = json.loads(body) if body else {}
        self.bodies.append(said)
        if unknown := set(query) - method.parameters:
            return refusal(400, "INVALID_ARGUMENT", f'Invalid JSON payload: Unknown name "{unknown.pop()}"')
        if self.throttled[method.id]:
            self.throttled[method.id] -= 1
            return refusal(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric", "rateLimitExceeded")
        if method.id in self.failures:
            return self.failures[method.id]
        return self._permitted(method, path, query, said) or self._answered(method, verb, target, path, query, body)

    def _permitted(self, method: Method, path: str, query: Mapping[str, str], said: Any) -> Answer | None:
        if method.id.endswith(".testIamPermissions"):
            self.used |= set(said["permissions"])
            granted = [each for each in said["permissions"] if each not in self.denied]
            return _json(200, {"permissions": granted} if granted else {})
        needed = NEEDED.get(method.id, [])
        if isinstance(needed, dict):
            needed = needed[next((query[name] for name in _SHOWS if name in query), "")]
        self.used |= set(needed)
        lacking = sorted(self.denied & set(needed))
        if lacking and method.id == "bigquery.datasets.list":
            return _json(200, {"kind": "bigquery#datasetList"})
        if lacking:
            message = f"Permission '{lacking[0]}' denied on resource '/{path}' (or it may not exist)."
            return refusal(403, "PERMISSION_DENIED", message, "accessDenied")
        return None

    def _answered(
        self, method: Method, verb: str, target: str, path: str, query: Mapping[str, str], body: bytes
    ) -> Answer:
        answer = self.answers.get(f"{verb} {path}")
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if answer is not None:
            return _json(200, self._page(answer, int(query.get("pageToken", "0"))))
        if self.bigquery_url and method.id.startswith("bigquery."):
            return self._forward(verb, target, body)
        return refusal(404, "NOT_FOUND", f"Not found: {path}", "notFound")

    def _page(self, answer: dict[str, Any], start: int) -> dict[str, Any]:
        """One page of an answer with one list, when a size of pages is set."""
        lists = [name for name, value in answer.items() if isinstance(value, list)]
        if not self.page_size or len(lists) != 1:
            return answer
        end = start + self.page_size
        more = {"nextPageToken": str(end)} if end < len(answer[lists[0]]) else {}
        return {**answer, lists[0]: answer[lists[0]][start:end], **more}

    def _forward(self, verb: str, target: str, body: bytes) -> Answer:
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.bigquery_url).netloc, timeout=_LATE)
        try:
            connection.request(verb, target, body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            return reply.status, reply.getheader("Content-Type", ""), reply.read()
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    fake: FakeGcp

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.fake.answer(self.command, self.path, body)
        if isinstance(answer, str):
            self.fake.closing.wait(_LATE)
            self.close_connection = True
            return
        status, content_type, content = answer
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _any

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def refusal(status: int, name: str, message: str, reason: str = "", details: Any = ()) -> Answer:
    """An error in Google's form, with the reason of the older APIs and the details of the newer ones."""
    error = {"code": status, "message": message, "status": name, "details": list(details)}
    error |= {"errors": [{"reason": reason, "message": message, "domain": "global"}]} if reason else {}
    return _json(status, {"error": error})


def _json(status: int, body: Any) -> Answer:
    return status, "application/json; charset=UTF-8", json.dumps(body).encode()
