# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What replies of name servers amount to: pure judgments, each the evidence that a person reads and what is wrong."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.dns import questions
from ansible_collections.golive.verify.plugins.plugin_utils.dns.questions import (
    Declared,
    Finding,
    Reply,
    Resolved,
    Server,
)
from ansible_collections.golive.verify.plugins.plugin_utils.look import seen

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """How a server stands for the zone: its replies to SOA by transport, and to NS; or why there was none."""

    server: Server
    soa: Mapping[str, Reply | CannotLook]
    ns: Reply | CannotLook

    def transports(self, zone: str) -> list[str]:
        """The transports over which the server answers for the zone with authority."""
        return [how for how, reply in self.soa.items() if isinstance(reply, Reply) and not lame_problems(reply, zone)]


def lame_problems(reply: Reply, zone: str) -> list[str]:
    """Why a reply to a question for SOA is not that of a server of the zone."""
    if reply.rcode != "NOERROR":
        return [f"answers {reply.rcode}"]
    if not reply.authoritative:
        return ["is not authoritative for the zone"]
    return [] if questions.find(reply.answer, zone, "SOA") is not None else ["has no SOA of the zone"]


def server_finding(standing: Standing, zone: str) -> Finding:
    """Whether a server answers for the zone over each transport."""
    replies = {how: seen(reply) for how, reply in standing.soa.items()}
    problems = _grouped({how: lame_problems(reply, zone) for how, reply in replies.items()}, "over")
    return {how: reply.values(zone, "SOA") or reply.rcode for how, reply in replies.items()}, problems


def serial_finding(standings: Iterable[Standing], zone: str) -> Finding:
    """Whether all servers hold the same version of the zone."""
    serials = {
        f"{standing.server} {how}": int(seen(standing.soa[how]).values(zone, "SOA")[0].split()[2])
        for standing in standings
        for how in standing.transports(zone)
    }
    _some(serials)
    return serials, [f"serials differ: {_words(sorted(set(serials.values())))}"] if len(
        set(serials.values())
    ) > 1 else []


def record_finding(
    record: Declared, replies: Mapping[str, Reply], *, authoritative: bool = True, public: bool = True
) -> Finding:
    """Whether every reply, by where it is from, gives exactly the declared values.

    authoritative: the replies must be that too. public: private addresses are wrong even when they are declared.
    """
    whole = {where: reply for where, reply in replies.items() if not reply.truncated}
    if replies and not whole:
        raise CannotLook("too_large", "every reply is truncated")
    _some(whole)
    actual = {
        where: {"values": list(reply.values(record.name, record.kind)[:_SHOWN]), "ttl": _ttl(reply, record)}
        if reply.rcode == "NOERROR"
        else reply.rcode
        for where, reply in whole.items()
    }
    problems = _grouped({where: _wrong(record, reply, authoritative) for where, reply in whole.items()}, "at")
    if public and record.kind in ("A", "AAAA"):
        given = {value for reply in whole.values() for value in reply.values(record.name, record.kind)}
        problems += [f"{address} is not a public address" for address in _private(sorted(given))]
    return actual, problems


def _wrong(record: Declared, reply: Reply, authoritative: bool) -> list[str]:
    wanted, values = record.wanted(), reply.values(record.name, record.kind)
    if reply.rcode != "NOERROR":
        return [f"answers {reply.rcode}"]
    if not values:
        alias = reply.chain(record.name, record.kind)[1:]
        return [f"has no {record.kind}" + (f", but an alias of {alias[-1]}" if alias else "")]
    problems = [] if values == wanted else [f"gives {_words(values)}"]
    if authoritative and not reply.authoritative:
        problems.append("answers without authority")
    if record.ttl_max is not None and (_ttl(reply, record) or 0) > record.ttl_max:
        problems.append(f"lets it be cached for {_ttl(reply, record)} s")
    return problems


def _ttl(reply: Reply, record: Declared) -> int | None:
    found = reply.records(record.name, record.kind)
    return None if found is None else found.ttl


def transfer_finding(reply: Reply | None) -> Finding:
    """Whether a server refuses to give the whole zone away."""
    if reply is None:
        return "hangs up", []
    problems = [f"gives the zone away, from its first {len(reply.answer)} record sets on"] if reply.answer else []
    return reply.rcode, problems


def recursion_finding(reply: Reply) -> Finding:
    """Whether an authoritative server refuses to look for what is not its own."""
    problems = ["offers recursion to everybody"] if reply.recursive else []
    if reply.answer and not reply.authoritative:
        problems.append("answers for a zone that is not its own")
    return {"rcode": reply.rcode, "recursion available": reply.recursive}, problems


def name_server_finding(
    listed: Mapping[str, Sequence[str]], resolved: Mapping[str, Resolved | CannotLook], public: bool = True
) -> Finding:
    """Whether all servers list the same two or more name servers, no aliases, with addresses of their own."""
    _some(listed)
    names = {name: seen(answer) for name, answer in resolved.items()}
    problems = [] if len(set(map(tuple, listed.values()))) == 1 else ["the servers list different name servers"]
    if len(names) < 2:
        problems.append(f"{len(names)} name server instead of at least 2")
    problems += [f"{name} is an alias of {one.alias}" for name, one in names.items() if one.alias]
    problems += [f"{name} has no address" for name, one in names.items() if not one.found]
    addresses = {address for one in names.values() for address in one.found}
    if len(names) > 1 and len(addresses) < 2:
        problems.append("all name servers share one address")
    if public:
        problems += [f"{address} is not a public address" for address in _private(sorted(addresses))]
    return {name: list(one.found) for name, one in names.items()}, problems


def delegation_finding(
    reply: Reply, zone: str, listed: Iterable[str], resolved: Mapping[str, Resolved | CannotLook]
) -> Finding:
    """Whether a server of the parent delegates to exactly the listed name servers, with their right addresses."""
    if reply.rcode != "NOERROR":
        return reply.rcode, [f"the parent answers {reply.rcode}"]
    delegation = questions.find((*reply.answer, *reply.authority), zone, "NS")
    if delegation is None:
        return reply.rcode, ["the parent does not delegate the zone"]
    parents, own = set(questions.texts(delegation)), set(listed)
    _some(own)
    problems = [f"the parent names {name}, which the zone does not" for name in sorted(parents - own)]
    problems += [f"the zone names {name}, which the parent does not" for name in sorted(own - parents)]
    for name in sorted(parents & own):
        glue = {text for kind in ("A", "AAAA") for text in _glue(reply, name, kind)}
        wrong = glue - set(seen(resolved[name]).found) if glue else ()
        problems += [f"the parent has {address} for {name}, which has not" for address in sorted(wrong)]
    return sorted(parents), problems


def _glue(reply: Reply, name: str, kind: str) -> Sequence[str]:
    found = questions.find(reply.additional, name, kind)
    return () if found is None else questions.texts(found)


def target_finding(target: Resolved, *, alias_allowed: bool, public: bool = True) -> Finding:
    """Whether the target of a record leads somewhere."""
    problems = [] if target.found else [f"{target.name} leads nowhere"]
    if target.alias and not alias_allowed:
        problems.append(f"{target.name} is an alias of {target.alias}")
    if public:
        problems += [f"{target.name} leads to {address}, no public address" for address in _private(target.found)]
    return list(target.found[:_SHOWN]) or "nothing", problems


def mx_finding(values: Sequence[str], hosts: Mapping[str, Resolved | CannotLook], public: bool = True) -> Finding:
    """Whether mail has somewhere to go, or is said to have nowhere (RFC 7505)."""
    if not values:
        return "none", ['no MX record; a domain without incoming mail says so with "0 ."']
    actual, problems = {}, []
    for name, host in hosts.items():
        actual[name], wrong = target_finding(seen(host), alias_allowed=False, public=public)
        problems += wrong
    if len(values) > 1 and any(value.split()[-1] == "." for value in values):
        problems.append("a null MX beside others")
    return actual or list(values), problems


def _private(values: Iterable[str]) -> list[str]:
    """Those of the values that are addresses which the world cannot reach."""
    found = []
    for value in values:
        with contextlib.suppress(ValueError):  # a text, of a name that was asked for texts
            if not ipaddress.ip_address(value).is_global:
                found.append(value)
    return found


def _some(answers: Any) -> None:
    if not answers:
        raise CannotLook("unreachable", "no server answers for the zone")


def _grouped(problems: Mapping[str, Sequence[str]], preposition: str) -> list[str]:
    """Each problem once, with all places that have it."""
    places: dict[str, list[str]] = {}
    for place, wrong in problems.items():
        for problem in wrong:
            places.setdefault(problem, []).append(place)
    return [f"{problem} {preposition} {', '.join(where)}" for problem, where in places.items()]


def _words(values: Sequence[object]) -> str:
    more = [f"and {len(values) - _SHOWN} more"] if len(values) > _SHOWN else []
    return ", ".join([*(str(value)[:300] for value in values[:_SHOWN]), *more])
