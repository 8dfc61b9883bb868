# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove the controls of a web service from its own replies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import HttpFact, TcpFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_WELL = {"ok", "up", "healthy", "pass", "passing", "true", "green", "ready", "alive", "connected", "available"}
_COMPONENT_KEYS = ("components", "checks", "dependencies", "services", "details", "info", "status")
_SECRET = re.compile(
    r"://[^/\s:@\"]+:[^/\s@\"]+@|-----BEGIN|\"(password|secret|token|api_?key)\"\s*:\s*\"[^\"]+\"", re.I
)


class ActionModule(Verifier):
    """Ask the service over every address of its name, as its clients would."""

    def target(self, want: Wanted) -> str:
        return str(want.url)

    @proves("http.health")
    async def health(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each health path answers 200 in time, and its body says that the service and its dependencies are up."""
        want.need("health")
        addresses = await _addresses(look, want.url)
        asked = [(path, address) for path in want.health for address in addresses]
        replies = await together(
            *(
                look.http(urljoin(want.url, path), address=address, cafile=want.cafile).timed()
                for path, address in asked
            )
        )
        expected = f"200 within {want.max_ms} ms, {', '.join(want.components) or 'everything named'} up"
        return [
            judge(
                expected=expected,
                actual={"status": reply.status, "ms": ms, "components": components_of(reply, want.components)},
                problems=health_problems(reply, ms, want.max_ms, want.components),
                subject=f"{path} at {address}",
            )
            for (path, address), (reply, ms) in zip(asked, replies, strict=True)
        ]

    @proves("https.enforced")
    async def https(self, look: Observer, want: Wanted) -> list[Verdict]:
        """On each name, for each page, plain HTTP serves nothing but a redirect to https, and https announces HSTS."""
        return [
            verdict
            for verdicts in await together(*(_https_of(look, want, name) for name in names_of(want)))
            for verdict in verdicts
        ]

    @proves("http.security_headers")
    async def security_headers(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each page, whatever it is, carries the headers that protect its readers."""
        replies = await together(*(look.http(urljoin(want.url, page), cafile=want.cafile) for page in want.pages))
        return [
            judge(
                expected="nosniff, frame protection, Referrer-Policy; no X-Powered-By",
                actual={"status": reply.status} | {n.lower(): v for n, v in reply.headers if n.lower() in _JUDGED},
                problems=header_problems(reply),
                subject=page,
            )
            for page, reply in zip(want.pages, replies, strict=True)
        ]


async def _addresses(look: Observer, url: str) -> list[str]:
    resolved = await look.resolve(urlsplit(url).hostname or "")
    return [each.address for each in resolved.addresses]


async def _https_of(look: Observer, want: Wanted, name: str) -> list[Verdict]:
    addresses = await _addresses(look, f"https://{name}/")
    return await together(*(_https_at(look, want, name, address) for address in addresses))


async def _https_at(look: Observer, want: Wanted, name: str, address: str) -> Verdict:
    own, port = urlsplit(want.url).hostname or "", urlsplit(want.url).port
    secure_base = f"https://{name}:{port}/" if port else f"https://{name}/"
    plain_base = f"http://{name}/" if want.http_port == 80 else f"http://{name}:{want.http_port}/"
    # The pages are those of the URL's own name; others may have none but the first.
    paths = list(dict.fromkeys(["/", *want.pages])) if name == own else ["/"]
    clear, *secure = await together(
        look.tcp(name, want.http_port, address=address),
        *(look.http(urljoin(secure_base, path), address=address, cafile=want.cafile) for path in paths),
    )
    plain: list[HttpFact | None] = [None] * len(paths)
    if clear.state == "open":
        plain = await together(*(look.http(urljoin(plain_base, path), address=address) for path in paths))
    return _https_verdict(want, name, address, clear, list(zip(paths, plain, secure, strict=True)))


def _https_verdict(
    want: Wanted, name: str, address: str, clear: TcpFact, pages: Sequence[tuple[str, HttpFact | None, HttpFact]]
) -> Verdict:
    port, actual, problems = f"port {want.http_port}", {}, []
    for path, plain, secure in pages:
        actual[path] = {
            port: f"{plain.status} {plain.header('location') or ''}".strip() if plain else clear.state,
            "hsts": secure.header("strict-transport-security"),
        }
        wrong = redirect_problems(plain, name) if plain else []
        wrong += hsts_problems(secure, want.hsts_min_age, want.include_subdomains)
        problems += wrong if len(pages) == 1 else [f"{path}: {problem}" for problem in wrong]
    return judge(
        expected=f"{port} closed or 301/308 to https://{name}; HSTS max-age >= {want.hsts_min_age} s",
        actual=actual,
        problems=problems,
        subject=f"{name} at {address}",
    )


def names_of(want: Wanted) -> list[str]:
    """The names to ask: those declared, or that of the URL."""
    return list(want.names) or [urlsplit(want.url).hostname or ""]


def health_problems(reply: HttpFact, ms: int, max_ms: int, components: Sequence[str]) -> list[str]:
    """Why a health reply does not prove health. A JSON body that was cut cannot be judged: CannotLook."""
    problems = [] if reply.status == 200 else [f"answered {reply.status}"]
    if ms > max_ms:
        problems.append(f"took {ms} ms")
    states = components_of(reply, components)
    problems += [f"says nothing of {name}" for name in components if name.lower() not in states]
    problems += [f"{name} is {state}" for name, state in states.items() if state not in _WELL]
    if not states:
        problems.append("the body does not say that all is well")
    if _SECRET.search(reply.body):
        problems.append("the body shows a secret")
    return problems


def components_of(reply: HttpFact, declared: Iterable[str] = ()) -> dict[str, str]:
    """What a health body says: "overall" and each component by lower-case name, with its state in lower case.

    Components are looked for in the groups that health libraries use; declared ones at the top of the body too.
    """
    if reply.truncated:
        raise CannotLook("too_large", f"the body of {reply.url} was cut and cannot be judged")
    if not reply.body.lstrip().startswith("{"):
        word = reply.body.strip().lower()
        return {"overall": word} if word in _WELL else {}
    try:
        body = json.loads(reply.body)
    except ValueError as error:
        raise CannotLook("malformed", f"the body of {reply.url} is not JSON: {error}") from error
    overall = _state(body)
    states = {} if overall is None else {"overall": overall}
    states |= {name.lower(): _state(body[name]) or "unknown" for name in declared if name in body}
    for key in _COMPONENT_KEYS:
        if isinstance(body.get(key), Mapping):
            states |= {str(name).lower(): _state(part) or "unknown" for name, part in body[key].items()}
    return states


def _state(part: Any) -> str | None:
    if isinstance(part, Mapping):
        return next((_state(part[key]) for key in ("status", "state", "healthy", "ok", "up") if key in part), None)
    return str(part).lower() if isinstance(part, (str, bool)) else None


def redirect_problems(reply: HttpFact, name: str) -> list[str]:
    """Why a reply in clear is more than a redirect to the same host under https."""
    if reply.status not in (301, 308):
        return [f"plain HTTP answers {reply.status} instead of 301 or 308"]
    to = urlsplit(reply.header("location") or "")
    if to.scheme != "https" or (to.hostname or "").lower() != name.lower():
        return [f"plain HTTP redirects to {reply.header('location')}, not to https://{name}"]
    return []


def hsts_problems(reply: HttpFact, min_age: int, include_subdomains: bool) -> list[str]:
    """Why Strict-Transport-Security (RFC 6797) is not announced as wanted."""
    header = reply.header("strict-transport-security")
    if header is None:
        return ["Strict-Transport-Security is not sent"]
    age = re.search(r"max-age\s*=\s*\"?(\d+)", header, re.I)
    problems = [] if age and int(age[1]) >= min_age else [f"Strict-Transport-Security is only {header!r}"]
    if include_subdomains and "includesubdomains" not in header.lower():
        problems.append("Strict-Transport-Security does not include the subdomains")
    return problems


_TELLS_ALL = {"unsafe-url", "no-referrer-when-downgrade"}
_JUDGED = {
    "x-content-type-options",
    "x-frame-options",
    "content-security-policy",
    "referrer-policy",
    "x-powered-by",
}


def header_problems(reply: HttpFact) -> list[str]:
    """Which protections a reply lacks, and what it gives away."""
    problems = []
    if reply.status >= 500:
        problems.append(f"answered {reply.status}")
    if (reply.header("x-content-type-options") or "").lower() != "nosniff":
        problems.append("X-Content-Type-Options is not nosniff")
    framing = (reply.header("x-frame-options") or "").upper()
    if framing not in ("DENY", "SAMEORIGIN") and "frame-ancestors" not in (
        reply.header("content-security-policy") or ""
    ):
        problems.append("nothing keeps other sites from framing it")
    # Browsers take the last policy that they know (Referrer Policy, §8.1); those before it are for older ones.
    policy = (reply.header("referrer-policy") or "").rpartition(",")[2].strip().lower()
    if not policy:
        problems.append("Referrer-Policy is not sent")
    elif policy in _TELLS_ALL:
        problems.append(f"Referrer-Policy {policy} tells other sites the full address")
    if reply.header("x-powered-by"):
        problems.append(f"X-Powered-By gives away {reply.header('x-powered-by')}")
    return problems
