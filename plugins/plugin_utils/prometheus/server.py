# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Prometheus, or what speaks its HTTP API (Thanos, Mimir, VictoriaMetrics), asked for instant vectors.

Only a whole answer is one: what the server itself calls partial or doubtful is nothing to judge by.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import HttpFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.vault.server import is_loopback

Labels = tuple[tuple[str, str], ...]

# As much of an answer as some thousand series take.
_MOST_BYTES = 1 << 21
_MOST_SERIES = 5000
_SECRET = ("authorization", "proxy-authorization", "cookie")
_REASONS = {401: "denied", 403: "denied", 408: "timeout", 429: "unreachable", 504: "timeout"}
# What version 2.48 and its followers say beside a good answer, such as that a name does not end like a counter's.
_ASIDE = "PromQL info:"


@dataclass(frozen=True, slots=True)
class Sample:
    """The value of one series. labels: sorted, without the name of the metric."""

    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class Server:
    """One server, and the place it is asked from. Paths of files are those of that place."""

    look: Observer
    url: str
    headers: Mapping[str, str]
    header_files: Mapping[str, str]
    cafile: str | None = None

    @classmethod
    def of(cls, look: Observer, want: Wanted) -> Server:
        """The server that the options of a check name; a secret that would show is CannotLook("denied")."""
        for name in want.headers:
            if name.lower() in _SECRET:
                raise CannotLook("denied", f"{name} is a secret: put it into a file, and that into header_files")
        parts = urlsplit(want.url)
        if want.header_files and parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise CannotLook("denied", f"no secret is sent to {want.url}: it would cross the network in clear")
        return cls(look, want.url.rstrip("/"), want.headers, want.header_files, want.cafile)

    async def vector(self, query: str) -> Sequence[Sample]:
        """The instant vector that an expression yields now; none of its series is an empty one."""
        fact = await self._get(f"query?{urlencode({'query': query})}")
        try:
            return _vector(answered(fact))
        except CannotLook as reason:
            raise CannotLook(reason.reason, f"{shown(query, 300)}: {reason.detail}") from None

    async def data(self, path: str) -> Mapping[str, Any]:
        """What is asked for at a path of the API, such as rules."""
        return answered(await self._get(path))

    async def _get(self, path: str) -> HttpFact:
        return await self.look.http(
            f"{self.url}/api/v1/{path}",
            headers=self.headers,
            header_files=self.header_files,
            cafile=self.cafile,
            limit=_MOST_BYTES,
        )


def answered(fact: HttpFact) -> Mapping[str, Any]:
    """The data of a whole and successful answer."""
    if 300 <= fact.status < 400:
        onward = shown(fact.header("location") or "nowhere")
        raise CannotLook("malformed", f"a redirect to {onward}, perhaps to sign in, instead of an answer")
    if fact.truncated:
        raise CannotLook("too_large", f"more than {_MOST_BYTES} bytes: ask for fewer series")
    try:
        said = json.loads(fact.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or fact.status != 200 or said.get("status") != "success":
        raise _refusal(fact.status, said)
    warnings = [each for each in _texts(said.get("warnings")) if not each.startswith(_ASIDE)]
    if warnings or said.get("isPartial"):
        why = shown("; ".join(warnings) or "isPartial", 300)
        raise CannotLook("malformed", f"the server itself doubts that the answer is whole: {why}")
    data = said.get("data")
    if not isinstance(data, dict):
        raise CannotLook("malformed", "not the answer of a Prometheus: it has no data")
    return data


def _refusal(status: int, said: object) -> CannotLook:
    error = said.get("error") if isinstance(said, dict) else None
    kind = said.get("errorType") if isinstance(said, dict) else None
    if kind == "timeout":
        return CannotLook("timeout", f"{status}: {shown(error, 300)}; raise timeout, or ask for less")
    reason = _REASONS.get(status, "unreachable" if status >= 500 else "malformed")
    needs = "; the credentials in header_files must be allowed to query" if reason == "denied" else ""
    if error is None and not needs:
        return CannotLook(reason, f"{status}, not the answer of a Prometheus; url must be where its /api/v1 begins")
    return CannotLook(reason, f"{status} {shown(error or '', 300)}".rstrip() + needs)


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)] if value else []


def _vector(data: Mapping[str, Any]) -> Sequence[Sample]:
    kind, result = data.get("resultType"), data.get("result")
    try:
        if kind == "scalar":
            return [Sample((), float(result[1]))]  # type: ignore[index]
        if kind != "vector" or not isinstance(result, list):
            raise CannotLook("malformed", f"it yields {shown(kind)}, not a vector")
        if len(result) > _MOST_SERIES:
            raise CannotLook("too_large", f"{len(result)} series: sum by fewer labels")
        samples = [Sample(_labels(each["metric"]), float(each["value"][1])) for each in result]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise CannotLook("malformed", "not a vector of numbers") from error
    if len({sample.labels for sample in samples}) < len(samples):
        raise CannotLook("malformed", "several metrics with the same labels")
    return samples


def _labels(metric: Mapping[str, str]) -> Labels:
    return tuple(sorted((str(name), str(value)) for name, value in metric.items() if name != "__name__"))
