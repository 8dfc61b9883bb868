# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the public records of a zone are as declared, at every server that answers for it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.dns import findings, mail, questions, signatures
from ansible_collections.golive.verify.plugins.plugin_utils.dns.dig import TRANSPORTS, Dig
from ansible_collections.golive.verify.plugins.plugin_utils.dns.findings import Standing
from ansible_collections.golive.verify.plugins.plugin_utils.dns.questions import (
    Climbed,
    Declared,
    Finding,
    Reply,
    Server,
    absolute,
)
from ansible_collections.golive.verify.plugins.plugin_utils.dns.registration import registration_finding
from ansible_collections.golive.verify.plugins.plugin_utils.dns.reverse import pointer, reverse_finding
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, seen, together
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_MOST_HOSTS = 32
Asked = tuple[Declared, Server, str]


class ActionModule(Verifier):
    """Ask the servers of the zone and of its parent and, for what lies elsewhere, recursive ones, side by side."""

    def target(self, want: Wanted) -> str:
        return str(want.zone)

    @proves("dns.records")
    async def records(self, look: Observer, want: Wanted) -> list[Verdict]:
        """One verdict for each record, server and policy, so that what fails or cannot be read stands alone."""
        want.need("records")
        questions.library()
        _known(want.reverse)
        dig = Dig(look, want)
        declared = [
            Declared(questions.qualified(each["name"], dig.zone), each["type"], tuple(each["values"]), each["ttl_max"])
            for each in want.records
        ]
        parts = await together(
            _at_home(dig, want, declared),
            _propagation(dig, want, declared),
            _targets(dig, want, declared),
            _issuers(dig, want, declared),
            _mail(dig, want),
            _reverse(dig, want),
            _registration(look, want),
        )
        return [verdict for verdicts in parts for verdict in verdicts]


def _known(addresses: Mapping[str, str]) -> None:
    """Refuse what is no address, before a look."""
    for address in addresses:
        try:
            pointer(address)
        except ValueError as error:
            raise NotAsked(f"option reverse: {error}") from error


def alone(subject: str, expected: str, find: Callable[[], Finding]) -> Verdict:
    """The verdict of a finding; what could not be looked at for it is its own error, and no other's."""
    try:
        actual, problems = find()
    except CannotLook as reason:
        return unseen(reason, expected=expected, subject=subject)
    return judge(expected=expected, actual=actual, problems=problems, subject=subject)


async def _all(looks: Mapping[Any, Awaitable[Any]]) -> dict[Any, Any]:
    """Look at everything at once: by the same key, what was seen or the CannotLook."""
    return dict(zip(looks, await together(*(attempt(look) for look in looks.values())), strict=True))


@dataclass(frozen=True, slots=True)
class Home:
    """What the zone's own servers and its parent's said, each answer possibly a CannotLook."""

    zone: str
    standings: Sequence[Standing]
    delegations: Mapping[Server, Any]
    ds: Mapping[Server, Any]
    answers: Mapping[Asked, Any]
    keys: Mapping[Server, Any]
    transfers: Mapping[Server, Any]
    recursions: Mapping[Server, Any]
    names: Mapping[str, Any]

    def replies_of(self, standing: Standing) -> list[Reply]:
        """All that a server said of the zone's records, over the transport that truncates least."""
        how = standing.transports(self.zone)[-1]
        answers = [answer for (_record, *where), answer in self.answers.items() if where == [standing.server, how]]
        return [seen(answer) for answer in (standing.soa[how], standing.ns, *answers)]

    def listed(self) -> dict[str, tuple[str, ...]]:
        """The name servers that the zone has at each server that could be read."""
        return listed_by(self.standings, self.zone)


def listed_by(standings: Sequence[Standing], zone: str) -> dict[str, tuple[str, ...]]:
    """The name servers in the zone, by the server that answers for it."""
    return {
        str(standing.server): standing.ns.values(zone, "NS")
        for standing in standings
        if standing.transports(zone) and isinstance(standing.ns, Reply)
    }


async def _hosts(dig: Dig, names: Sequence[str]) -> dict[str, Any]:
    """The addresses of hosts that a zone names; too many to ask for are a reason of their own."""
    if len(names) > _MOST_HOSTS:
        return dict.fromkeys(names, CannotLook("too_large", f"{len(names)} hosts, more than {_MOST_HOSTS}"))
    return await _all({name: dig.resolve(name) for name in names})


async def _at_home(dig: Dig, want: Wanted, declared: Sequence[Declared]) -> list[Verdict]:
    """What the zone's own servers and those of its parent say."""
    servers, parents = await together(attempt(_servers(dig, want)), attempt(_parents(dig, want)))
    if isinstance(servers, CannotLook):
        return [alone("name servers", "known", partial(seen, servers))]
    home = await _ask_home(dig, want, declared, servers, [] if isinstance(parents, CannotLook) else parents)
    verdicts = [
        *_server_verdicts(home),
        *_record_verdicts(home, want, declared),
        *_delegation_verdicts(home, want),
        *_dnssec_verdicts(home, want, parents),
    ]
    if isinstance(parents, CannotLook):
        verdicts.append(alone("delegation", "as the zone says", partial(seen, parents)))
    return verdicts


async def _servers(dig: Dig, want: Wanted) -> list[Server]:
    return [Server.of(text) for text in want.servers or await dig.name_servers()]


async def _parents(dig: Dig, want: Wanted) -> list[Server]:
    if want.servers and not want.parent_servers:
        return []
    return [Server.of(text) for text in want.parent_servers or await dig.parent_servers()]


async def _ask_home(
    dig: Dig, want: Wanted, declared: Sequence[Declared], servers: Sequence[Server], parents: Sequence[Server]
) -> Home:
    """Ask in two rounds: first who answers for the zone at all, then those, for everything."""
    zone, signed = dig.zone, want.dnssec != "off"
    soa, ns, delegations, ds = await together(
        _all({(server, how): dig.ask(server, zone, "SOA", how) for server in servers for how in TRANSPORTS}),
        _all({server: dig.ask(server, zone, "NS") for server in servers}),
        _all({parent: dig.ask(parent, zone, "NS") for parent in parents}),
        _all({parent: dig.ask(parent, zone, "DS") for parent in parents if signed}),
    )
    standings = [Standing(server, {how: soa[server, how] for how in TRANSPORTS}, ns[server]) for server in servers]
    good = {standing.server: how for standing in standings if (how := standing.transports(zone))}
    names = {name for listed in listed_by(standings, zone).values() for name in listed}
    answers, keys, transfers, recursions, resolved = await together(
        _all({(r, s, how): dig.ask(s, r.name, r.kind, how) for r in declared for s in good for how in good[s]}),
        _all({server: dig.ask(server, zone, "DNSKEY") for server in good if signed}),
        _all({server: dig.transfer(server) for server in good if "tcp" in good[server]}),
        _all({server: dig.ask(server, ".", "SOA", recurse=True) for server in good}),
        _hosts(dig, sorted(names)),
    )
    return Home(zone, standings, delegations, ds, answers, keys, transfers, recursions, resolved)


def _server_verdicts(home: Home) -> list[Verdict]:
    verdicts = [
        alone(
            f"server {standing.server}",
            "answers for the zone with authority over UDP and TCP",
            partial(findings.server_finding, standing, home.zone),
        )
        for standing in home.standings
    ]
    verdicts.append(
        alone("serial", "equal at all servers", partial(findings.serial_finding, home.standings, home.zone))
    )
    for server, reply in home.transfers.items():
        find = partial(_read, findings.transfer_finding, reply)
        verdicts.append(alone(f"zone transfer at {server}", "refused", find))
    for server, reply in home.recursions.items():
        find = partial(_read, findings.recursion_finding, reply)
        verdicts.append(alone(f"recursion at {server}", "refused", find))
    return verdicts


def _read(find: Callable[[Any], Finding], answer: Any) -> Finding:
    return find(seen(answer))


def _record_verdicts(home: Home, want: Wanted, declared: Sequence[Declared]) -> list[Verdict]:
    def find(record: Declared) -> Finding:
        replies = {f"{server} {how}": seen(a) for (r, server, how), a in home.answers.items() if r == record}
        return findings.record_finding(record, replies, public=not want.private_addresses)

    return [alone(str(record), _expected(record), partial(find, record)) for record in dict.fromkeys(declared)]


def _expected(record: Declared) -> str:
    bound = "" if record.ttl_max is None else f", cached for at most {record.ttl_max} s"
    return f"{', '.join(record.values)}{bound}"


def _delegation_verdicts(home: Home, want: Wanted) -> list[Verdict]:
    listed = home.listed()
    own = {name for names in listed.values() for name in names}

    def name_servers() -> Finding:
        for standing in home.standings:
            if standing.transports(home.zone):
                seen(standing.ns)
        return findings.name_server_finding(listed, home.names, not want.private_addresses)

    return [
        alone(
            "name servers",
            "the same at all servers, at least 2, no alias, with addresses of their own",
            name_servers,
        ),
        *(
            alone(
                f"delegation at {parent}",
                "the name servers that the zone has, with their addresses",
                partial(lambda answer: findings.delegation_finding(seen(answer), home.zone, own, home.names), answer),
            )
            for parent, answer in home.delegations.items()
        ),
    ]


def _dnssec_verdicts(home: Home, want: Wanted, parents: Any) -> list[Verdict]:
    """Nothing where DNSSEC is wanted only if the zone is signed, and everything that was asked says that it is not."""
    if want.dnssec == "off":
        return []
    said = [*home.keys.values(), *home.ds.values()]
    looked = bool(home.keys) and not isinstance(parents, CannotLook)
    if want.dnssec == "if_signed" and looked and all(map(signatures.unsigned, said)):
        return []
    now, days = time.time(), want.min_signature_days

    def chain() -> Finding:
        seen(parents)
        return signatures.chain_finding(home.ds, home.keys, home.zone, now)

    def signed(standing: Standing) -> Finding:
        keys, replies = seen(home.keys[standing.server]), home.replies_of(standing)
        return signatures.signature_finding(keys, replies, home.zone, days, now)

    return [
        alone("DNSSEC chain", "a DS of the parent matches a key of the zone", chain),
        *(
            alone(f"signatures at {standing.server}", f"all valid for {days} days", partial(signed, standing))
            for standing in home.standings
            if standing.server in home.keys
        ),
    ]


async def _propagation(dig: Dig, want: Wanted, declared: Sequence[Declared]) -> list[Verdict]:
    """Whether the resolvers that the user lists give the declared records."""
    resolvers = [Server.of(text) for text in want.resolvers]
    replies = await _all({(r, s): dig.ask(s, r.name, r.kind, recurse=True) for r in declared for s in resolvers})

    def find(record: Declared, resolver: Server) -> Finding:
        reply = {str(resolver): seen(replies[record, resolver])}
        return findings.record_finding(record, reply, authoritative=False, public=False)

    return [alone(f"{r} at resolver {s}", ", ".join(r.values), partial(find, r, s)) for r, s in replies]


async def _targets(dig: Dig, want: Wanted, declared: Sequence[Declared]) -> list[Verdict]:
    """Whether what the records point to is there."""
    looks = {(r, target): dig.resolve(target, r.target_kinds()) for r in declared for target in r.targets()}

    def find(record: Declared, target: Any) -> Finding:
        public = not want.private_addresses
        return findings.target_finding(seen(target), alias_allowed=record.kind == "CNAME", public=public)

    return [
        alone(f"target {target} of {record}", "leads somewhere", partial(find, record, resolved))
        for (record, target), resolved in (await _all(looks)).items()
    ]


async def _issuers(dig: Dig, want: Wanted, declared: Sequence[Declared]) -> list[Verdict]:
    """Whether exactly the declared authorities may issue for the zone and for each name of a host in it."""
    if not want.caa_issuers:
        return []
    hosts = [record.name.removeprefix("*.") for record in declared if record.is_host()]
    climbed = await _all({name: dig.climb(name, "CAA") for name in dict.fromkeys([dig.zone, *hosts])})
    expected = f"only {', '.join(want.caa_issuers)} may issue"
    find = partial(mail.caa_finding, want.caa_issuers)
    return [alone(f"CAA of {name.rstrip('.')}", expected, partial(_read, find, each)) for name, each in climbed.items()]


async def _mail(dig: Dig, want: Wanted) -> list[Verdict]:
    """Whether nobody else can send in the zone's name, and whether its own mail has somewhere to go."""
    if not want.mail:
        return []
    spf, dmarc, (mx, hosts) = await together(
        attempt(dig.spf()), attempt(dig.climb(dig.zone, "TXT", "_dmarc.", "v=dmarc1")), _mail_hosts(dig)
    )
    least = want.dmarc_policy

    def incoming() -> Finding:
        return findings.mx_finding(seen(mx).values, hosts, public=not want.private_addresses)

    return [
        alone(
            "SPF",
            f"ends in {want.spf_all} or stricter",
            partial(_read, partial(mail.spf_finding, want.spf_all), spf),
        ),
        alone("DMARC", f"p={least} or stricter", partial(_read, partial(mail.dmarc_finding, dig.zone, least), dmarc)),
        alone("MX", "hosts with addresses, which are no aliases", incoming),
    ]


async def _reverse(dig: Dig, want: Wanted) -> list[Verdict]:
    """Whether the addresses that the user lists lead to their names and back."""
    pairs = want.reverse.items()
    looks = [attempt(dig.resolve(pointer(address), ("PTR",))) for address, dummy in pairs]
    looks += [attempt(dig.resolve(absolute(name))) for dummy, name in pairs]
    answers = await together(*looks)

    def find(address: str, name: str, names: Any, addresses: Any) -> Finding:
        return reverse_finding(address, name, seen(names), seen(addresses))

    return [
        alone(f"address {address}", f"points to {name}, which has it", partial(find, address, name, names, addresses))
        for (address, name), names, addresses in zip(pairs, answers, answers[len(pairs) :], strict=False)
    ]


async def _registration(look: Observer, want: Wanted) -> list[Verdict]:
    """Whether the domain stays the owner's for a while."""
    if not want.registration_url:
        return []
    reply = await attempt(look.http(want.registration_url, headers={"Accept": "application/rdap+json"}, follow=3))
    expected = f"registered for {want.min_days_registered} days or more{', and locked' * want.transfer_lock}"

    def find() -> Finding:
        return registration_finding(
            seen(reply), absolute(want.zone), want.min_days_registered, want.transfer_lock, time.time()
        )

    return [alone("registration", expected, find)]


async def _mail_hosts(dig: Dig) -> tuple[Climbed | CannotLook, dict[str, Any]]:
    mx = await attempt(dig.climb(dig.zone, "MX", above=False))
    names = [] if isinstance(mx, CannotLook) else [value.split()[-1] for value in mx.values]
    return mx, await _hosts(dig, [name for name in names if name != "."])
