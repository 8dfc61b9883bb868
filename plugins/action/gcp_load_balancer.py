# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the public entries of a project of Google Cloud stay up when a machine or zone fails, and are guarded."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from functools import partial

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import attacks
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.gcp import entries
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.compute import full, last
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_load_balancer import judging, reading
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_load_balancer.judging import Entry
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, Seen, looked, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import chosen, like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_HTTP = (entries.HTTP, entries.HTTPS)
Services = Mapping[str, Entry]


class ActionModule(Verifier):
    """Ask for all entries and what is behind them, and send harmless samples of attacks where that is asked for."""

    def target(self, want: Wanted) -> str:
        return str(want.project)

    @proves("lb.configured")
    async def configured(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each load balancer speaks TLS, and has healthy targets in several zones."""
        judged = await looked("load balancers", _balanced(ask(look, want), want))
        return whole("load balancers with healthy targets", {}, [judged], subject=_subject(want))

    @proves("edge.waf")
    async def firewall(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each public entry has rules in front that deny, and samples of attacks are refused there."""
        urls = want.need("sample_urls")
        guarded, *samples = await together(
            looked("public backend services", _guarded(ask(look, want), want)),
            *(attacks.sampled(look, url) for url in urls),
        )
        kinds = [guarded, Kind.of("samples", "are let through", samples)]
        return whole("attacks are refused at every entry", {}, kinds, subject=_subject(want))

    @proves("tls.protocols")
    async def protocols(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each entry that speaks TLS accepts no old version of it, and no weak cipher."""
        judged = await looked("entries with TLS", _encrypted(ask(look, want), want))
        return whole("entries with current TLS alone", {}, [judged], subject=_subject(want))


async def _balanced(asked: Asked, want: Wanted) -> Kind:
    found, maps, services = await together(
        _balancers(asked),
        asked.of(reading.MAPS, reading.maps),
        asked.of(reading.SERVICES, reading.services),
    )
    behind = {front: _behind(front, maps) for front in found}
    redirects = [front for front, paths in behind.items() if not paths]
    judged = _chosen([front for front in found if front not in redirects], want)
    paths = sorted({path for front in judged for path in behind[front]})
    health, *checks = await together(
        attempt(_health(asked, {path: services[path] for path in paths if path in services}, want)),
        *([attempt(asked.of(reading.CHECKS, reading.checks))] if want.health_check_path else []),
    )
    verdicts = [
        verdict(
            full(front),
            f"TLS, and at least {want.min_healthy_targets} healthy targets in {want.min_zones} zones",
            partial(judging.tls_seen, found[front], like(last(front), want.without_tls)),
            partial(_targets, behind[front], services, health, want),
            *(partial(_checked, behind[front], services, each, want) for each in checks),
        )
        for front in judged
    ]
    aside = {"that only redirect": len(redirects)}
    return Kind.of("load balancers", "would not survive a failure", verdicts, aside)


async def _balancers(asked: Asked) -> dict[str, list[Entry]]:
    rules, proxies = await together(asked.of(entries.RULES, entries.rules), asked.of(entries.PROXIES, entries.proxies))
    return judging.balancers(rules, proxies)


def _behind(front: str, maps: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The backend services and buckets that a load balancer leads to."""
    if entries.kind(front) != "urlMaps":
        return [front]
    if front not in maps:
        raise CannotLook("not_found", f"nothing tells of the map of URLs {front}")
    return maps[front]


def _chosen(fronts: Sequence[str], want: Wanted) -> list[str]:
    names = chosen([last(front) for front in fronts], want.load_balancers, "load balancer")
    return [front for front in fronts if last(front) in names]


async def _health(asked: Asked, services: Services, want: Wanted) -> Mapping[str, Detail]:
    groups = {
        path: each["groups"]
        for path, each in services.items()
        if each["groups"] and judging.asked(each) and not like(each["name"], want.unchecked_backends)
    }
    if not groups:
        return {}
    command = f"for each in {shlex.join(groups)}; do gcloud compute backend-services get-health $each; done"
    return await asked.of(command, reading.health, groups)


def _targets(paths: Sequence[str], services: Services, health: Mapping[str, Detail] | CannotLook, want: Wanted) -> Seen:
    if isinstance(health, CannotLook):
        raise health
    return judging.targets_seen(paths, services, health, want)


def _checked(paths: Sequence[str], services: Services, checks: Mapping[str, str] | CannotLook, want: Wanted) -> Seen:
    if isinstance(checks, CannotLook):
        raise checks
    checked = [path for path in paths if not like(last(path), want.unchecked_backends)]
    return judging.checks_seen(checked, services, checks, want.health_check_path)


async def _guarded(asked: Asked, want: Wanted) -> Kind:
    """Backend services that the internet reaches over HTTP; those of TCP are not asked anything that attacks."""
    found, maps, services = await together(
        _balancers(asked),
        asked.of(reading.MAPS, reading.maps),
        asked.of(reading.SERVICES, reading.services),
    )
    public = [
        front for front, several in found.items() if any(each["public"] and each["kind"] in _HTTP for each in several)
    ]
    paths = sorted({path for front in public for path in _behind(front, maps)})
    buckets = [path for path in paths if entries.kind(path) == "backendBuckets"]
    judged = [path for path in paths if path not in buckets and not like(last(path), want.unguarded)]
    for path in judged:
        if path not in services:
            raise CannotLook("not_found", f"nothing tells of the backend service {path}")
    policies = sorted({services[path]["guard"] for path in judged} - {""})
    command = f"for each in {shlex.join(policies)}; do gcloud compute security-policies describe $each; done"
    guards = await asked.of(command, reading.guards, policies) if policies else {}
    verdicts = [
        verdict(full(path), "rules in front that deny", partial(judging.guard_seen, services[path], guards))
        for path in judged
    ]
    aside = {"buckets": len(buckets), "declared unguarded": len(paths) - len(buckets) - len(judged)}
    return Kind.of("public backend services", "are not guarded", verdicts, aside)


async def _encrypted(asked: Asked, want: Wanted) -> Kind:
    found, policies = await together(_balancers(asked), asked.of(reading.TLS_POLICIES, reading.tls_policies))
    proxies = {
        each["proxy"]: each
        for front in _chosen(list(found), want)
        for each in found[front]
        if each["kind"] in entries.ENCRYPTED
    }
    verdicts = [
        verdict(
            full(path),
            f"{' and '.join(want.protocols)} alone, and no weak cipher",
            partial(judging.protocols_seen, proxy, policies, want.protocols),
        )
        for path, proxy in sorted(proxies.items())
    ]
    return Kind.of("entries with TLS", "accept what is broken", verdicts)


def _subject(want: Wanted) -> str:
    return f"//cloudresourcemanager.googleapis.com/projects/{want.project}"
