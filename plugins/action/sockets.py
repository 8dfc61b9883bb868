# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that a host offers the declared ports and no others, seen from inside and from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import Socket, SocketsFact, TcpFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, HOST, Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter import running, views
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.model import Opening, opening_problems
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.ports import Ports, declared
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.views import Inside, is_loopback
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

# What attackers look for first: clear-text logins, file sharing, databases, queues and control planes.
DANGEROUS = (
    *(21, 23, 69, 111, 135, 139, 445, 512, 513, 514, 873, 1433, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389),
    *(4222, 4369, 5432, 5601, 5672, 5900, 5984, 6379, 6443, 7001, 8086, 8200, 8222, 8500, 9042, 9090, 9092, 9100, 9200),
    *(9300, 10250, 10255, 11211, 15672, 26379, 27017, 50070),
)
_MOST = 4096
# Seconds to wait for a port that drops what it gets: long enough for a second SYN, which is sent after one. There are a
# hundred ports, so that one may have to wait for its turn, which does not count.
_PATIENCE = 2.5


@dataclass(frozen=True, slots=True)
class Ignored:
    """Sockets that need not be declared, and the reason that the team gives."""

    ports: Ports
    process: str
    reason: str


class ActionModule(Verifier):
    """List what listens, and try what answers."""

    @proves("host.exposed_ports")
    async def exposed_ports(self, look: Observer, want: Wanted) -> Verdict:
        """All that listens on another address than loopback, or is forwarded to a container, is declared."""
        if look.vantage != HOST:
            raise NotAsked("sockets are listed on the host, not from outside")
        allow, ignored = declared("allow", want.need("allow")), _ignored(want.ignore)
        fact, openings = await together(look.sockets(), _let_in(look, want.interfaces))
        forwarded = [opening for opening in openings or () if opening.forwarded_to]
        return judge(
            expected=f"only {', '.join(map(str, allow))} listen on other addresses than loopback",
            actual=_inside(fact, forwarded, ignored),
            problems=[
                *listening_problems(fact.sockets, allow, ignored),
                *opening_problems(forwarded, [], allow),
            ],
        )

    @proves("net.external_ports")
    async def external_ports(self, look: Observer, want: Wanted) -> list[Verdict]:
        """On every address the declared TCP ports answer from outside, and no others; rules and sockets agree."""
        allow = [ports for ports in declared("allow", want.need("allow")) if ports.protocol == "tcp"]
        names = want.addresses or [self._play_context.remote_addr or ""]
        inside, *resolved = await together(
            _inside_view(look, want), *(look.at(CONTROLLER).resolve(name) for name in names)
        )
        addresses = list(dict.fromkeys(each.address for fact in resolved for each in fact.addresses))
        if local := [address for address in addresses if is_loopback(address)]:
            raise CannotLook("malformed", f"{local[0]} is not outside: say in addresses where clients reach the host")
        idle = [each.ports.parts[0][0] for at in addresses for each in (inside.idle(at) if inside else ())]
        used = [each.port for each in inside.sockets] if inside else []
        ports = _ports_to_try(allow, declared("scan", want.scan), [*used, *idle])
        outside = Observer(CONTROLLER, want.timeout)
        met = await together(*(_meet(outside, address, port) for address in addresses for port in ports))
        states = {
            address: dict(zip(ports, met[index * len(ports) :], strict=False))
            for index, address in enumerate(addresses)
        }
        return [_seen_at(address, states[address], allow, inside, want.compare) for address in addresses]


async def _inside_view(look: Observer, want: Wanted) -> Inside | None:
    """What the host says itself; None when the check is made from outside alone."""
    if look.vantage != HOST:
        return None
    rules = [_let_in(look, want.interfaces)] if want.compare else []
    fact, *openings = await together(look.sockets(), *rules)
    return Inside([socket for socket in fact.sockets if socket.protocol == "tcp"], *openings)


async def _let_in(look: Observer, interfaces: Sequence[str]) -> list[Opening] | None:
    """What the rules let in; None where no tool tells of any."""
    rules = await attempt(running.running(look))
    if not isinstance(rules, CannotLook):
        return rules.openings(interfaces)
    if rules.reason != "missing_tool":
        raise CannotLook(rules.reason, f"which ports the rules accept or forward: {rules.detail}")
    return None


async def _meet(outside: Observer, address: str, port: int) -> str:
    """How a port meets a connection: open, refused, rejected (by a router or firewall that says so) or silent."""
    fact: TcpFact | CannotLook = await attempt(outside.tcp(address, port, patience=_PATIENCE))
    if isinstance(fact, TcpFact):
        return fact.state
    if fact.reason == "unreachable":
        return "rejected"
    raise fact


def _ports_to_try(allow: Sequence[Ports], scan: Sequence[Ports], inside: Sequence[int]) -> list[int]:
    ports = {*DANGEROUS, *inside}
    for each in [*allow, *scan]:
        ports |= {*range(each.first, each.last + 1)}
        if len(ports) > _MOST:
            raise CannotLook("too_large", f"more than {_MOST} ports to try; declare and scan fewer")
    return sorted(ports)


def _seen_at(
    address: str, states: Mapping[int, str], allow: Sequence[Ports], inside: Inside | None, compare: bool
) -> Verdict:
    """The verdict on one address. Silence proves something only where other ports of the address answer."""
    expected = f"of {len(states)} TCP ports only {', '.join(map(str, allow))} answer"
    by_state = {state: [port for port, met in states.items() if met == state] for state in ("open", "refused")}
    others = len(states) - sum(map(len, by_state.values()))
    actual: dict[str, object] = {
        "open": by_state["open"],
        "refused": len(by_state["refused"]),
        "silent or rejected": others,
    }
    if not by_state["open"] and not by_state["refused"]:
        said = "no port answers at all: it may be down, or out of reach from here, so silence proves nothing"
        return Verdict(Status.ERROR, expected, actual, said, address)
    if inside and inside.openings is None and compare:
        actual["rules"] = "not compared: no tool tells of any"
    problems = views.problems(address, states, allow, inside, compare)
    return judge(expected=expected, actual=actual, problems=problems, subject=address)


def listening_problems(sockets: Iterable[Socket], allow: Sequence[Ports], ignored: Sequence[Ignored] = ()) -> list[str]:
    """Which sockets are neither on loopback, nor declared, nor ignored with a reason."""
    problems: dict[str, None] = {}
    for socket in sockets:
        known = any(ports.has(socket.protocol, socket.port) for ports in allow)
        if not is_loopback(socket.address) and not known and _reason(socket, ignored) is None:
            problems[f"{_label(socket)} and nobody declared it"] = None
    return list(problems)


def _inside(fact: SocketsFact, forwarded: Sequence[Opening], ignored: Sequence[Ignored]) -> Mapping[str, object]:
    """What listens, in words: the evidence."""
    exposed = [socket for socket in fact.sockets if not is_loopback(socket.address)]
    reasons = {_label(socket): _reason(socket, ignored) for socket in exposed}
    actual: dict[str, object] = {
        "listening": [label for label, reason in reasons.items() if reason is None],
        "ignored": [f"{label}: {reason}" for label, reason in reasons.items() if reason is not None],
        "forwarded": [label for opening in forwarded for label in opening.labels()],
        "on loopback only": len(fact.sockets) - len(exposed),
    }
    if not fact.sockets and not forwarded:
        return {}
    return actual | ({"owners": "not all could be seen: use become"} if fact.owners_denied else {})


def _label(socket: Socket) -> str:
    return f"{socket.process or 'an unknown process'} listens on {socket.address} port {socket.port}/{socket.protocol}"


def _reason(socket: Socket, ignored: Iterable[Ignored]) -> str | None:
    for each in ignored:
        if each.ports.has(socket.protocol, socket.port) and each.process in ("", socket.process):
            return each.reason
    return None


def _ignored(entries: Iterable[Mapping[str, str]]) -> list[Ignored]:
    ignored = []
    for entry in entries:
        if not entry["reason"].strip():
            raise CannotLook("malformed", f"option ignore: {entry['port']} needs a reason")
        (ports,) = declared("ignore", [entry["port"]])
        ignored.append(Ignored(ports, entry.get("process") or "", entry["reason"]))
    return ignored
