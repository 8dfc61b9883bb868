# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNSSEC, judged: whether the parent's DS vouches for a zone's keys, and whether the keys vouch for its records."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.dns.questions import Finding, Reply, Server

with contextlib.suppress(ImportError):  # said by _dns.library()
    import dns.dnssec
    import dns.exception
    import dns.name
    import dns.rdatatype
    import dns.rdtypes.ANY.DNSKEY
    import dns.rdtypes.ANY.DS
    import dns.rdtypes.ANY.RRSIG
    import dns.rrset

# More than any sane zone has; verification is costly, and the answers come from whoever runs the server.
_MOST_KEYS, _MOST_SIGNATURES = 16, 8
_DEFINITE = ("NOERROR", "NXDOMAIN")
DAY = 86400


@dataclass(frozen=True, slots=True)
class Signed:
    """A record set under its signatures: until when one of them is valid (Unix seconds), or why none is."""

    name: str
    kind: str
    until: float
    problem: str = ""


def unsigned(reply: Reply | CannotLook) -> bool:
    """Whether a reply to a question for DNSKEY or DS definitely says that there is none."""
    return isinstance(reply, Reply) and reply.rcode in _DEFINITE and not reply.answer


def chain_finding(
    ds: Mapping[Server, Reply | CannotLook], keys: Mapping[Server, Reply | CannotLook], zone: str, now: float
) -> Finding:
    """Whether the DS records at the parent's servers vouch for the keys at all of the zone's own."""
    if not ds:
        raise CannotLook("unreachable", "the servers of the parent zone are not known; name them in parent_servers")
    if not keys:
        raise CannotLook("unreachable", "no server answers for the zone")
    parents = [_of(_definite(reply), zone, dns.rdatatype.DS) for reply in ds.values()]
    answers = {server: _definite(reply) for server, reply in keys.items()}
    problems = [
        f"{why} at {at}" for at, answer in answers.items() for why in chain_problems(parents[0], answer, zone, now)
    ]
    if any(parent != parents[0] for parent in parents):
        problems.append("the servers of the parent have different DS")
    held = {str(server): tags(_of(answer, zone, dns.rdatatype.DNSKEY)) for server, answer in answers.items()}
    return {"DS": tags(parents[0]), "DNSKEY": held}, problems


def signature_finding(keys: Reply, replies: Sequence[Reply], zone: str, min_days: float, now: float) -> Finding:
    """Whether everything that one server gave is signed by the zone's keys, validly and for long enough."""
    held = _of(_definite(keys), zone, dns.rdatatype.DNSKEY)
    if held is None:
        return "no DNSKEY", ["the zone is not signed here"]
    signed = signatures(held, [reply.answer for reply in (keys, *replies) if not reply.truncated], zone, now)
    days = {f"{one.name} {one.kind}": one.problem or round((one.until - now) / DAY, 1) for one in signed}
    return {"days left": days}, signature_problems(signed, min_days, now)


def _definite(reply: Reply | CannotLook) -> Sequence[dns.rrset.RRset]:
    if isinstance(reply, CannotLook):
        raise reply
    if reply.rcode not in _DEFINITE:
        raise CannotLook("malformed", f"a question about DNSSEC was answered {reply.rcode}")
    return reply.answer


def tags(keys: dns.rrset.RRset | None) -> list[int]:
    """The tags of a zone's keys, or of those that DS records name."""
    found: set[int] = set()
    for rdata in keys or ():
        if isinstance(rdata, dns.rdtypes.ANY.DS.DS):
            found.add(rdata.key_tag)
        elif isinstance(rdata, dns.rdtypes.ANY.DNSKEY.DNSKEY):
            found.add(dns.dnssec.key_id(rdata))
    return sorted(found)


def chain_problems(ds: dns.rrset.RRset | None, answer: Sequence[dns.rrset.RRset], zone: str, now: float) -> list[str]:
    """Why the DS records of the parent do not vouch for the keys in the answer to a question for DNSKEY."""
    keys = _of(answer, zone, dns.rdatatype.DNSKEY)
    if keys is None:
        return ["the zone has no DNSKEY"]
    if ds is None:
        return ["the parent has no DS, so nobody validates the signatures"]
    vouched = [key for key in _bounded(keys) if any(_names(record, key, zone) for record in ds)]
    if not vouched:
        return [f"no DS of the parent ({_list(tags(ds))}) matches a DNSKEY of the zone ({_list(tags(keys))})"]
    anchor = dns.rrset.from_rdata_list(keys.name, keys.ttl, vouched)
    signed = _signed(keys, answer, anchor, now)
    return [f"the keys are not signed by one that the parent vouches for: {signed.problem}"] if signed.problem else []


def signatures(
    keys: dns.rrset.RRset, answers: Iterable[Sequence[dns.rrset.RRset]], zone: str, now: float
) -> list[Signed]:
    """Each record set of the zone in the answers, with what its signatures are worth under the zone's keys."""
    _bounded(keys)
    apex = dns.name.from_text(zone)
    return [
        _signed(rrset, answer, keys, now)
        for answer in answers
        for rrset in answer
        if rrset.rdtype != dns.rdatatype.RRSIG and rrset.name.is_subdomain(apex)
    ]


def signature_problems(signed: Iterable[Signed], min_days: float, now: float) -> list[str]:
    """Which record sets are not signed validly, or not for long enough."""
    problems = []
    for one in signed:
        days = (one.until - now) / DAY
        if one.problem:
            problems.append(f"{one.name} {one.kind}: {one.problem}")
        elif days < min_days:
            problems.append(f"{one.name} {one.kind}: the signature expires in {days:.1f} days")
    return problems


def _signed(rrset: dns.rrset.RRset, answer: Sequence[dns.rrset.RRset], keys: dns.rrset.RRset, now: float) -> Signed:
    name, kind = rrset.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(rrset.rdtype)
    found = [
        rdata
        for candidate in answer
        if candidate.rdtype == dns.rdatatype.RRSIG and candidate.name == rrset.name
        for rdata in candidate
        if isinstance(rdata, dns.rdtypes.ANY.RRSIG.RRSIG) and rdata.type_covered == rrset.rdtype
    ]
    if not found:
        return Signed(name, kind, 0, "not signed")
    until, problem = 0.0, ""
    for signature in found[:_MOST_SIGNATURES]:
        why = _invalid(rrset, signature, keys, now)
        if not why:
            until = max(until, signature.expiration)
        problem = problem or why
    return Signed(name, kind, until, "" if until else f"no valid signature: {problem}")


def _invalid(rrset: dns.rrset.RRset, signature: dns.rdtypes.ANY.RRSIG.RRSIG, keys: dns.rrset.RRset, now: float) -> str:
    """Why a signature is not valid; empty when it is."""
    try:
        dns.dnssec.validate_rrsig(rrset, signature, {keys.name: keys}, now=now)
    except ImportError as error:
        raise CannotLook("missing_tool", f"{error}: pip install cryptography") from error
    except (dns.exception.DNSException, ValueError) as error:
        return f"key {signature.key_tag}: {error}"
    return ""


def _names(ds: object, key: object, zone: str) -> bool:
    if not (isinstance(ds, dns.rdtypes.ANY.DS.DS) and isinstance(key, dns.rdtypes.ANY.DNSKEY.DNSKEY)):
        return False
    if ds.key_tag != dns.dnssec.key_id(key) or ds.algorithm != key.algorithm:
        return False
    try:
        made = dns.dnssec.make_ds(dns.name.from_text(zone), key, ds.digest_type, validating=True)
    except (dns.exception.DNSException, ValueError):
        return False
    return bool(made.digest == ds.digest)


def _of(answer: Sequence[dns.rrset.RRset], zone: str, kind: int) -> dns.rrset.RRset | None:
    apex = dns.name.from_text(zone)
    return next((rrset for rrset in answer if rrset.name == apex and rrset.rdtype == kind), None)


def _bounded(keys: dns.rrset.RRset) -> dns.rrset.RRset:
    if len(keys) > _MOST_KEYS:
        raise CannotLook("too_large", f"the zone has {len(keys)} keys, more than {_MOST_KEYS}")
    return keys


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
