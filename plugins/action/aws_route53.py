# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that Route 53 holds the declared records of a zone, and that its domain stays the team's."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import aliases, balancers, buckets, zones
from ansible_collections.golive.verify.plugins.plugin_utils.aws import zone_judging as judging
from ansible_collections.golive.verify.plugins.plugin_utils.aws.alarms import log_groups
from ansible_collections.golive.verify.plugins.plugin_utils.aws.aliases import Held, Lead, RecordSet
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.aws.balancers import GLOBAL
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.dns import questions
from ansible_collections.golive.verify.plugins.plugin_utils.dns.questions import Declared
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, seen, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, Seen, looked, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


@dataclass(frozen=True, slots=True)
class Zone:
    """The hosted zone that is meant, among all that the account has."""

    asked: Asked
    want: Wanted
    name: str
    identity: str
    private: bool
    every: Sequence[Mapping[str, Any]]

    def record_sets(self) -> Awaitable[list[dict[str, Any]]]:
        command = f"aws route53 list-resource-record-sets --hosted-zone-id {self.identity}"
        return self.asked.of(command, zones.record_sets, self.identity)

    def name_servers(self, ids: Sequence[str]) -> Awaitable[dict[str, Detail]]:
        command = f"printf '%s\\n' {' '.join(ids)} | xargs -r -n 1 aws route53 get-hosted-zone --id"
        return self.asked.of(command, zones.name_servers, ids)

    @property
    def registered(self) -> bool:
        """Whether the account is asked for the domain."""
        return bool(self.want.registered and not self.private)


class ActionModule(Verifier):
    """Ask for the zone, then for what it holds and who answers for it, then for what its record sets rely on."""

    def target(self, want: Wanted) -> str:
        return str(want.zone)

    @proves("dns.records")
    async def records(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The zone holds what was declared, leads to nothing that is gone, and stays the team's."""
        want.need("records")
        questions.library()
        asked, name = ask(look, want), questions.absolute(want.zone)
        identity, listed = await together(asked.identity(), asked.of("aws route53 list-hosted-zones", zones.zones))
        meant = _meant([each for each in listed if each["name"] == name], want.zone_id)
        if meant is None:
            return [judge(expected="a hosted zone", actual={"zones": len(listed)}, problems=[_missing(want)])]
        zone = Zone(asked, want, name, meant["id"], meant["private"], listed)
        kinds = await together(
            looked("declared record sets", _declared(zone)),
            looked("aliases", _leading(zone)),
            looked("health checks", _healthy(zone)),
            looked("duties", _kept(zone)),
        )
        arn = f"arn:{identity['partition']}:route53:::hostedzone/{zone.identity}"
        return whole("a zone as declared, that stays so", {"zone": arn, "account": identity["account"]}, kinds)


def _meant(named: Sequence[Mapping[str, Any]], identity: str | None) -> Mapping[str, Any] | None:
    """The zone of the name that is meant; CannotLook where several may be."""
    found = [each for each in named if each["id"] == identity] if identity else named
    meant = [each for each in found if not each["private"]] or list(found)
    if len(meant) > 1:
        ids = ", ".join(each["id"] for each in meant)
        raise CannotLook("malformed", f"several zones have this name, of which zone_id must name one: {ids}")
    return meant[0] if meant else None


def _missing(want: Wanted) -> str:
    told = f" with the identifier {want.zone_id}" if want.zone_id else ""
    return f"the account has no hosted zone {want.zone}{told}"


async def _declared(zone: Zone) -> Kind:
    found = await zone.record_sets()
    verdicts = []
    for each in zone.want.records:
        name = questions.qualified(each["name"], zone.name)
        declared = Declared(name, each["type"], tuple(each["values"]), each["ttl_max"])
        look = partial(judging.record_seen, declared, each["aliases"], each["health_checked"], found)
        verdicts.append(verdict(str(declared), ", ".join([*each["values"], *each["aliases"]]), look))
    return Kind.of("declared record sets", "are not as declared", verdicts)


async def _leading(zone: Zone) -> Kind:
    """Each alias leads to something that is there, as far as the account can tell, and so does each delegation."""
    found = await zone.record_sets()
    leads = [each for each in aliases.leads(found) if not aliases.spared(each.host, zone.want.elsewhere)]
    known = [each for each in leads if each.kind or f".{each.host}".endswith(f".{zone.name}")]
    parts = [
        each for each in aliases.delegated(found, zone.name) if not aliases.spared(each["name"], zone.want.elsewhere)
    ]
    held = await _held(zone, known, parts)
    verdicts = [
        verdict(
            f"alias {each.source}", "leads to what is there", partial(aliases.lead_seen, each, held, found, zone.name)
        )
        for each in known
    ]
    verdicts += [
        verdict(
            f"part {each['name'].rstrip('.')}",
            "delegated to what is there",
            partial(aliases.part_seen, each, zone.every, held),
        )
        for each in parts
    ]
    aside = {"aliases of what the account cannot tell": len(leads) - len(known)}
    return Kind.of("aliases", "lead to what is gone", verdicts, aside, optional=True)


async def _held(zone: Zone, leads: Sequence[Lead], parts: Sequence[RecordSet]) -> Held:
    """What the account has of the kinds of things that are led to; nothing else is asked."""
    kinds = {each.kind for each in leads}
    regions = sorted({each.region for each in leads if each.kind == aliases.BALANCER})
    looks: dict[str, Awaitable[Any]] = {}
    if regions:
        looks[aliases.BALANCER] = _balancers(zone.asked, regions)
    if aliases.BUCKET in kinds:
        looks[aliases.BUCKET] = buckets.listing(zone.asked)
    if aliases.DISTRIBUTION in kinds:
        looks[aliases.DISTRIBUTION] = _distributions(zone.asked)
    names = {each["name"] for each in parts}
    ids = [each["id"] for each in zone.every if each["name"] in names and not each["private"]]
    answers = await together(*(attempt(each) for each in looks.values()), _servers(zone, ids))
    return Held(dict(zip(looks, answers[:-1], strict=True)), answers[-1])


async def _servers(zone: Zone, ids: Sequence[str]) -> Mapping[str, Detail]:
    return await zone.name_servers(ids) if ids else {}


async def _balancers(asked: Asked, regions: Sequence[str]) -> set[str]:
    new, classic = await together(
        together(
            *(asked.of("aws elbv2 describe-load-balancers", balancers.balancers, each, region=each) for each in regions)
        ),
        together(
            *(asked.of("aws elb describe-load-balancers", aliases.balancers, each, region=each) for each in regions)
        ),
    )
    return {f"{each['host'].lower()}." for listed in new for each in listed} | {
        host for listed in classic for host in listed
    }


async def _distributions(asked: Asked) -> set[str]:
    listed = await asked.of("aws cloudfront list-distributions", balancers.distributions)
    return {f"{each['name'].lower()}." for each in listed}


async def _healthy(zone: Zone) -> Kind:
    """The health checks that record sets rely on are made and find all well, and who can fail over has one."""
    found = await zone.record_sets()
    checks = sorted({each["check"] for each in found if each["check"]})
    verdicts = [
        verdict(
            f"failover {aliases.title(each)}",
            "checked, so that the other takes over",
            partial(judging.failover_seen, each),
        )
        for each in found
        if each["primary"]
    ]
    if checks:
        known = await zone.asked.of("aws route53 list-health-checks", zones.health_checks)
        made = [each for each in checks if each in known and not known[each]["disabled"]]
        healthy = await _health(zone.asked, made)
        verdicts += [
            verdict(f"health check {each}", "made, and well", partial(judging.check_seen, each, known, healthy))
            for each in checks
        ]
    return Kind.of("health checks", "protect nobody", verdicts, optional=True)


async def _health(asked: Asked, checks: Sequence[str]) -> Mapping[str, Detail]:
    command = (
        f"for check in {' '.join(checks)}; do aws cloudwatch get-metric-statistics --namespace AWS/Route53 "
        "--metric-name HealthCheckStatus --dimensions Name=HealthCheckId,Value=$check --statistics Minimum --period 60 "
        "--start-time $(date -d '15 minutes ago' +%s) --end-time $(date +%s); done"
    )
    return await asked.of(command, zones.health, checks, region=GLOBAL) if checks else {}


async def _kept(zone: Zone) -> Kind:
    """Delegation, registration, signatures, and the log of queries: what is not seen in the records themselves."""
    found, servers, domain, signing, logged = await together(
        attempt(zone.record_sets()),
        attempt(_servers(zone, [] if zone.private else [zone.identity])),
        attempt(_domain(zone)),
        attempt(_signing(zone)),
        attempt(_logged(zone)),
    )
    want = zone.want
    duties: dict[str, tuple[str, Callable[[], Seen]]] = {}
    if not zone.private:
        duties["delegation"] = (
            "zone and registrar name the servers that answer",
            lambda: judging.delegation_seen(
                value(seen(servers)[zone.identity]), want.name_servers, seen(found), zone.name, seen(domain)
            ),
        )
    if zone.registered:
        kept = f"registered for {want.min_days_registered} days or more"
        duties["registration"] = kept, lambda: judging.registration_seen(seen(domain), want, time.time())
    if signing is not None:
        required = want.dnssec == "required"
        duties["DNSSEC"] = want.dnssec, lambda: judging.signing_seen(seen(signing), seen(domain), required)
    if logged is not None:
        duties["query logging"] = "to a group of logs", lambda: judging.query_logs_seen(*seen(logged))
    verdicts = [verdict(subject, expected, look) for subject, (expected, look) in duties.items()]
    return Kind.of("duties", "are not done", verdicts, optional=zone.private)


async def _domain(zone: Zone) -> Mapping[str, Any] | None:
    """What the registrar keeps, where this is asked for; None also for a domain that the account has not registered."""
    if not zone.registered:
        return None
    name = zone.name.rstrip(".")
    if zone.name not in await zone.asked.of("aws route53domains list-domains", zones.domains, region=GLOBAL):
        return None
    command = f"aws route53domains get-domain-detail --domain-name {name}"
    return await zone.asked.of(command, zones.domain, name, region=GLOBAL)


async def _signing(zone: Zone) -> Mapping[str, Any] | None:
    """How the zone is signed, where this is asked for; a private zone is not, and AWS refuses to tell."""
    if zone.want.dnssec == "off" or (zone.private and zone.want.dnssec == "if_signed"):
        return None
    command = f"aws route53 get-dnssec --hosted-zone-id {zone.identity}"
    return await zone.asked.of(command, zones.signing, zone.identity)


async def _logged(zone: Zone) -> tuple[Sequence[str], Sequence[str]] | None:
    """Where queries are logged, where this is asked for, and which groups of logs there are."""
    if not zone.want.query_logging:
        return None
    logged, there = await together(
        zone.asked.of("aws route53 list-query-logging-configs", zones.query_logs),
        zone.asked.of("aws logs describe-log-groups", log_groups, GLOBAL, region=GLOBAL),
    )
    return [each["group"] for each in logged if each["zone"] == zone.identity], [each["arn"] for each in there]
