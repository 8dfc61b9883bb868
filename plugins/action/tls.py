# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove the controls of TLS endpoints from the handshakes that they make."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import TcpFact, TlsFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import HOST, Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, proven
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Verdict, judge, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.tls import clear
from ansible_collections.golive.verify.plugins.plugin_utils.tls.certificates import (
    ChainPath,
    Roots,
    chain_problems,
    expiry_problems,
    lifetime_problems,
    path_of,
    trusted,
)
from ansible_collections.golive.verify.plugins.plugin_utils.tls.renewal import cron_verdict, unit_verdict
from ansible_collections.golive.verify.plugins.plugin_utils.tls.revocation import revocation
from ansible_collections.golive.verify.plugins.plugin_utils.tls.staples import stapled
from ansible_collections.golive.verify.plugins.plugin_utils.tls.transparency import logs_of, transparency_problems
from ansible_collections.golive.verify.plugins.plugin_utils.tls.weak import ssl3, weak_cipher
from ansible_collections.golive.verify.plugins.plugin_utils.tls.x509 import (
    covers,
    days_left,
    describe,
    label,
    names_of,
    parse,
    parse_pem,
)
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

# ansible-core itself needs cryptography; only ansible-test imports plugins where there is none.
with contextlib.suppress(ImportError):
    from cryptography import x509

_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_MODERN = ("TLSv1.2", "TLSv1.3")
# How the tls observation tells of a peer that answers a ClientHello in clear.
_IN_CLEAR = "answered without TLS"


class ActionModule(Verifier):
    """Shake hands with every name at every address."""

    def target(self, want: Wanted) -> str:
        return f"{want.host}:{want.port}"

    @proves("tls.valid_chain")
    async def valid_chain(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each name at each address presents a chain that clients accept, of certificates that nobody revoked."""
        peers, roots = await together(_peers(look, want), trusted(look, want.cafile))
        expected = f"a complete chain for the name up to {roots.source}, not weak, not revoked"
        expected += ", publicly logged" if _is_public(want) else ""
        return await together(
            *(_told(expected, peer.subject, _chain_verdict(look, want, roots, peer, expected)) for peer in peers)
        )

    @proves("tls.expiry")
    async def expiry(self, look: Observer, want: Wanted) -> list[Verdict]:
        """All that is served is far from expiry; what is on the disk is what is served; and something renews it."""
        served, *others = await together(_expiry_verdicts(look, want), *_renewal_verdicts(look, want))
        return [*served, *others]

    @proves("tls.protocols")
    async def protocols(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each endpoint and each hop accepts the wanted versions only, and no weak cipher."""
        ends, hops = await together(_peers(look, want), _hop_peers(look, want.hops))
        expected = f"{', '.join(want.protocols)} only, and no weak cipher"
        return await together(
            *(_told(expected, peer.subject, _protocols_verdict(look, want, peer, expected)) for peer in [*ends, *hops])
        )

    @proves("tls.internal")
    async def internal(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each hop speaks TLS 1.2 or later with a verified name, and its clear-text port is closed."""
        want.need("hops")
        hops, roots = await together(
            _hop_peers(look, want.hops),
            together(*(trusted(look, hop["cafile"] or want.cafile) for hop in want.hops)),
        )
        expected = f"{' or '.join(_MODERN)}, a chain for the name, and no clear text"
        return await together(
            *(_told(expected, peer.subject, _hop_verdict(look, peer, roots[peer.hop], expected)) for peer in hops)
        )


@dataclass(frozen=True, slots=True)
class Peer:
    """One name at one address; of_host when the address is one of the checked host's own; hop is the hop's index."""

    name: str
    address: str
    port: int
    starttls: str | None
    of_host: bool = True
    hop: int = -1
    cleartext_port: int | None = None

    @property
    def subject(self) -> str:
        """Which verdict this is, for a reader of several."""
        port = f" port {self.port}" if self.hop >= 0 else ""
        return f"{self.name} at {self.address}{port}"


async def _peers(look: Observer, want: Wanted) -> list[Peer]:
    names = list(dict.fromkeys(want.names or [want.host]))
    others = [name for name in names if name != want.host]
    of_host, *own = await together(_addresses(look, want.host), *(present(_addresses(look, name)) for name in others))
    addresses = dict(zip(others, own, strict=True))
    return [
        Peer(name, address, want.port, want.starttls, address in of_host)
        for name in names
        for address in dict.fromkeys([*of_host, *(addresses.get(name) or ())])
    ]


async def _hop_peers(look: Observer, hops: Sequence[Mapping[str, Any]]) -> list[Peer]:
    resolved = await together(*(_addresses(look, hop["host"]) for hop in hops))
    return [
        Peer(
            name=hop["name"] or hop["host"],
            address=address,
            port=hop["port"],
            starttls=hop["starttls"],
            hop=index,
            cleartext_port=hop["cleartext_port"],
        )
        for index, (hop, addresses) in enumerate(zip(hops, resolved, strict=True))
        for address in addresses
    ]


async def _addresses(look: Observer, name: str) -> list[str]:
    fact = await look.resolve(name)
    if not fact.addresses:
        raise CannotLook("not_found", f"{name} has no address")
    return [each.address for each in fact.addresses]


async def _told(expected: str, subject: str, verdict: Awaitable[Verdict]) -> Verdict:
    """The verdict on one subject: that it cannot be looked at must not hide what is wrong with the others."""
    try:
        return await verdict
    except CannotLook as reason:
        return unseen(reason, expected=expected, subject=subject)


async def _handshake(look: Observer, peer: Peer) -> TlsFact:
    fact = await look.tls(peer.name, peer.port, address=peer.address, starttls=peer.starttls)
    if fact.accepted and not fact.chain_complete:
        raise CannotLook("missing_tool", "the Python there cannot show the chain of TLS 1.3; 3.10 and later can")
    return fact


def _is_public(want: Wanted) -> bool:
    """Whether the certificate must be in public logs: those of declared authorities are private unless it is said."""
    return want.cafile is None if want.certificate_transparency is None else bool(want.certificate_transparency)


async def _chain_verdict(look: Observer, want: Wanted, roots: Roots, peer: Peer, expected: str) -> Verdict:
    staple = look.tls(peer.name, peer.port, address=peer.address, starttls=peer.starttls, staple=True)
    fact, with_staple = await together(_handshake(look, peer), attempt(staple))
    if not fact.accepted:
        return judge(expected=expected, actual=None, problems=[_refused(fact)], subject=peer.subject)
    at, presented = datetime.now(UTC), parse(fact.certificates())
    path = path_of(presented, roots, at)
    seen: dict[str, Any] = {**describe(presented[0]), "chain": [label(each) for each in path.all]}
    problems = chain_problems(fact.certificates(), peer.name, roots, at, want.min_rsa_bits)
    problems += lifetime_problems(presented[0], want.max_lifetime_days)
    if _is_public(want):
        seen["public logs"] = len(logs_of(presented[0], at))
        problems += transparency_problems(presented[0], at)
    if problems:
        seen["revocation"] = "not asked for: the chain is not trusted"
        return judge(expected=expected, actual=seen, problems=problems, subject=peer.subject)

    async def of_staple() -> Part:
        return stapled(with_staple, presented[0], roots, at)

    return await proven(expected, _standing(look, seen, path, at), of_staple(), subject=peer.subject)


async def _standing(look: Observer, seen: Mapping[str, Any], path: ChainPath, at: datetime) -> Part:
    problems, found = await revocation(look, path.links(), at)
    return Part({**seen, "revocation": found}, problems)


def _refused(fact: TlsFact) -> str:
    return f"refuses to speak TLS: {fact.refusal}"


async def _expiry_verdicts(look: Observer, want: Wanted) -> list[Verdict]:
    peers, roots = await together(_peers(look, want), trusted(look, want.cafile))
    expected = f"at least {want.min_days_left} days left for each certificate"
    return await together(
        *(_told(expected, peer.subject, _expiry_verdict(look, want, roots, peer, expected)) for peer in peers)
    )


async def _expiry_verdict(look: Observer, want: Wanted, roots: Roots, peer: Peer, expected: str) -> Verdict:
    fact = await _handshake(look, peer)
    if not fact.accepted:
        return judge(expected=expected, actual=None, problems=[_refused(fact)], subject=peer.subject)
    at = datetime.now(UTC)
    path = path_of(parse(fact.certificates()), roots, at)
    return judge(
        expected=expected,
        actual={label(each): f"{days_left(each, at):.1f} days left" for each in path.all},
        problems=expiry_problems(path, at, want.min_days_left),
        subject=peer.subject,
        severity=_expiry_severity(path, at, want.critical_days_left),
    )


def _renewal_verdicts(look: Observer, want: Wanted) -> Iterator[Awaitable[Verdict]]:
    """What the options ask of the host, all of it in the first round."""
    expected, host = "the certificate renews automatically", look.at(HOST)
    if file := want.certificate_file:
        yield _told(expected, file, _stored_verdict(look, want, file))
    if unit := want.renewal_unit:
        yield _told(expected, f"renewal by {unit}", unit_verdict(host, unit, f"renewal by {unit}"))
    if command := want.renewal_cron:
        yield _told(expected, f"renewal by cron: {command}", cron_verdict(host, command, f"renewal by cron: {command}"))


def _expiry_severity(path: ChainPath, at: datetime, critical_days: int) -> Severity:
    """How bad it is, by the first to expire."""
    first = min(days_left(each, at) for each in path.all)
    return Severity.CRITICAL if first < critical_days else Severity.HIGH


async def _stored_verdict(look: Observer, want: Wanted, file: str) -> Verdict:
    """Whether every name of the stored certificate is served with it, at the host's own addresses."""
    fact, peers = await together(look.at(HOST).file(file, content=True), _peers(look, want))
    stored = parse_pem(fact.content or "", file)[0]
    own = [each for each in peers if each.of_host and any(covers(name, each.name) for name in names_of(stored))]
    facts = await together(*(_handshake(look, peer) for peer in own))
    problems = [] if own else [f"its certificate is for {', '.join(names_of(stored)[:10])}, for no name that is served"]
    for peer, served in zip(own, facts, strict=True):
        leaf = parse(served.certificates())[0] if served.accepted else None
        if leaf != stored:
            problems.append(f"{peer.subject} serves another certificate than the file holds: {_until(leaf, stored)}")
    return judge(
        expected="the certificate in the file is the one served",
        actual={"file": describe(stored)},
        problems=problems,
        subject=file,
    )


def _until(served: x509.Certificate | None, stored: x509.Certificate) -> str:
    until = f"one valid until {served.not_valid_after_utc:%Y-%m-%d}" if served else "none"
    return f"{until}, not the one until {stored.not_valid_after_utc:%Y-%m-%d}"


async def _protocols_verdict(look: Observer, want: Wanted, peer: Peer, expected: str) -> Verdict:
    place = (peer.name, peer.port, peer.address, peer.starttls)
    *tries, weak, old = await together(
        *(
            attempt(look.tls(peer.name, peer.port, address=peer.address, version=version, starttls=peer.starttls))
            for version in _VERSIONS
        ),
        attempt(weak_cipher(look, *place)),
        attempt(ssl3(look, *place)),
    )
    shaken = {version: fact for version, fact in zip(_VERSIONS, tries, strict=True) if isinstance(fact, TlsFact)}
    accepted = [version for version, fact in shaken.items() if fact.accepted]
    said = {"weak cipher": weak, "SSLv3": old}
    problems = [f"accepts {version}" for version in accepted if version not in want.protocols]
    problems += [f"accepts {what}: {how}" for what, how in said.items() if isinstance(how, str) and how]
    if len(shaken) == len(_VERSIONS) and not accepted:
        problems.append(f"accepts none of {', '.join(want.protocols)}")
    unseen = [outcome for outcome in (*tries, weak, old) if isinstance(outcome, CannotLook)]
    if unseen and not problems:
        raise unseen[0]
    actual = {"accepted": accepted} | {what: how or "refused" for what, how in said.items() if isinstance(how, str)}
    return judge(expected=expected, actual=actual, problems=problems, subject=peer.subject)


async def _hop_verdict(look: Observer, peer: Peer, roots: Roots, expected: str) -> Verdict:
    fact, plain, session = await together(
        attempt(_handshake(look, peer)), attempt(_cleartext(look, peer)), attempt(_session_in_clear(look, peer))
    )
    problems = hop_problems(fact, peer.name, roots, datetime.now(UTC))
    if isinstance(plain, TcpFact) and plain.state == "open":
        problems.append(f"port {peer.cleartext_port}, for clear text, is open")
    if session is True:
        problems.append("a session may go on in clear")
    unseen = [outcome for outcome in (fact, plain, session) if isinstance(outcome, CannotLook)]
    if unseen and not problems:
        raise unseen[0]
    actual: dict[str, Any] = {"clear text": plain.state if isinstance(plain, TcpFact) else "no port declared"}
    if isinstance(session, bool):
        actual["session in clear"] = "accepted" if session else "rejected"
    if isinstance(fact, TlsFact) and fact.accepted:
        actual |= {"version": fact.version, "cipher": fact.cipher, **describe(parse(fact.certificates())[0])}
    return judge(expected=expected, actual=actual, problems=problems, subject=peer.subject)


def hop_problems(fact: TlsFact | CannotLook, name: str, roots: Roots, at: datetime) -> list[str]:
    """Why a hop is not encrypted and verified. An answer in clear says so itself; any other CannotLook says nothing."""
    if isinstance(fact, CannotLook):
        return [fact.detail] if fact.reason == "malformed" and _IN_CLEAR in fact.detail else []
    if not fact.accepted:
        return [_refused(fact)]
    old = [] if fact.version in _MODERN else [f"agrees on {fact.version}"]
    return [*old, *chain_problems(fact.certificates(), name, roots, at)]


async def _cleartext(look: Observer, peer: Peer) -> TcpFact | None:
    if peer.cleartext_port is None:
        return None
    fact = await look.tcp(peer.name, peer.cleartext_port, address=peer.address)
    if fact.state == "silent":
        # An open port of an overloaded server is as silent as a filtered one.
        raise CannotLook("timeout", f"port {peer.cleartext_port}, for clear text, neither answers nor refuses")
    return fact


async def _session_in_clear(look: Observer, peer: Peer) -> bool | None:
    """Whether TLS is only an offer; None where the protocol cannot do without it, or mail, which comes in clear too."""
    if peer.starttls != "postgres":
        return None
    return await clear.postgres(look, peer.name, peer.port, peer.address)
