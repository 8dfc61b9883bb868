# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who can enter a NATS server, what they can overhear, and whether it is fit to be entered at all."""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime
from functools import partial

from ansible_collections.golive.verify.plugins.module_utils.observation import tcp
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.facts import TcpFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.nats.monitoring import Fields, Monitor, version_of
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.tls.certificates import (
    chain_problems,
    expiry_problems,
    path_of,
    trusted_there,
)
from ansible_collections.golive.verify.plugins.plugin_utils.tls.x509 import parse

_DAY = 86400
_SECONDS = 5.0
_LONGEST_REPLY = 1 << 16
# A client without a name, as the protocol wants it. PING is answered with PONG only to who was let in.
_STRANGER = 'CONNECT {"verbose":false,"pedantic":false,"lang":"golive.verify","version":"0"}\r\nPING\r\n'
# Where other servers, and other protocols, may enter: its name for people, and its port.
_LISTENERS = {
    "cluster": ("routes", "cluster_port"),
    "gateway": ("gateways", "port"),
    "leaf": ("leaf nodes", "port"),
    "websocket": ("websocket", "port"),
    "mqtt": ("mqtt", "port"),
}
_BETWEEN_SERVERS = ("cluster", "gateway", "leaf")


async def identity(monitor: Monitor, want: Wanted) -> Part:
    """It is supported, takes messages as large as declared, and loses no clients that read too slowly."""
    varz = await monitor.varz()
    version, slow = version_of(varz), slow_per_day(varz)
    payload = varz.number("max_payload")
    problems = []
    if version < _numbers(want.min_version):
        problems.append(f"version {shown(varz.text('version'))} is older than {want.min_version}")
    if want.max_payload not in (None, payload):
        problems.append(f"max_payload is {payload}, not {want.max_payload}")
    if slow > want.max_slow_consumers:
        problems.append(f"{slow:.1f} slow consumers a day are cut off, more than {want.max_slow_consumers}")
    actual = {"server": shown(varz.text("server_name")), "version": shown(varz.text("version"))}
    return Part({**actual, "max_payload": payload, "slow consumers a day": round(slow, 1)}, problems)


def slow_per_day(varz: Fields) -> float:
    """How many connections a day were closed because they did not read, since the server started."""
    start = varz.moment("start")
    if start is None:
        raise CannotLook("malformed", f"{varz.where} does not say when it started")
    return varz.number("slow_consumers") * _DAY / max(varz.now() - start, _DAY)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


async def listeners(monitor: Monitor, routes_tls: bool, min_days: int) -> Part:
    """Every port of the running configuration wants credentials and TLS, with certificates that last."""
    varz = await monitor.varz()
    return Part({"ports": _ports(varz)}, listener_problems(varz, routes_tls, min_days))


def _ports(varz: Fields) -> dict[str, int]:
    ports = {"clients": varz.number("port")}
    for name, (what, port) in _LISTENERS.items():
        options = varz.fields(name)
        if options is not None and options.number(port, 0):
            ports[what] = options.number(port)
    return ports


def listener_problems(varz: Fields, routes_tls: bool, min_days: int) -> list[str]:
    """Which ports let anybody in, speak in clear, or have a certificate that ends soon."""
    problems = [] if varz.flag("auth_required") else ["clients need no credentials (auth_required is off)"]
    if not varz.flag("tls_required"):
        problems.append("clients may talk in clear (tls_required is off)")
    problems += _expiring("clients", varz, min_days, varz.now())
    for name, (what, port) in _LISTENERS.items():
        options = varz.fields(name)
        if options is None or not options.number(port, 0):
            continue
        if options.text("no_auth_user", ""):
            problems.append(f"{what}: anybody may enter, as no_auth_user")
        if options.flag("no_tls") or (routes_tls and name in _BETWEEN_SERVERS and not options.flag("tls_required")):
            problems.append(f"{what}: port {options.number(port)} talks in clear")
        problems += _expiring(what, options, min_days, varz.now())
    return problems


def _expiring(what: str, options: Fields, min_days: int, now: float) -> list[str]:
    """Newer servers tell until when the certificate is valid that they have loaded."""
    end = options.moment("tls_cert_not_after")
    if end is None or end - now >= min_days * _DAY:
        return []
    return [f"{what}: the certificate in use ends in {(end - now) / _DAY:.0f} days, fewer than {min_days}"]


async def door(look: Observer, want: Wanted) -> Part:
    """A client without credentials is refused, and nobody is talked to in clear."""
    if not want.handshake_first:
        return door_part(await look.tcp(want.host, want.port, send=_STRANGER, read=_LONGEST_REPLY))
    if look.vantage != CONTROLLER:
        detail = "with handshake_first, who may enter is only seen through TLS: prove it from the controller"
        raise CannotLook("missing_tool", detail)
    line = f"nats --server tls://{want.host}:{want.port} --tlsfirst pub golive.verify ''  # without credentials"
    return said(await look.call(line, partial(_through_tls, want.host, want.port, want.server_name)))


def _through_tls(host: str, port: int, server_name: str | None) -> str:
    """What is answered to a client without credentials that begins with a handshake. Certificates are judged elsewhere.

    It needs no library of NATS, which would not tell what the server says before it refuses.
    """
    deadline = Deadline(_SECONDS)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection, _place = tcp.connect(deadline, host, port)
    connection.settimeout(_SECONDS)
    reply = b""
    with context.wrap_socket(connection, server_hostname=server_name or host) as secured:
        tcp.transmit(deadline, secured, _STRANGER.encode())
        while b"PONG\r\n" not in reply and b"-ERR" not in reply and len(reply) < _LONGEST_REPLY:
            block = tcp.receive(deadline, secured, 4096)
            if not block:
                break
            reply += block
    return reply.decode("utf-8", "replace")


def door_part(fact: TcpFact) -> Part:
    """Judge what a client without credentials met in clear."""
    if fact.state == "refused":
        raise CannotLook("unreachable", f"port {fact.port} refuses connections: is the server in lame duck mode?")
    if fact.state != "open" or fact.reply is None:
        raise CannotLook("timeout", f"port {fact.port} says nothing")
    return said(fact.reply)


def said(reply: str) -> Part:
    """Judge what a server says to a client without credentials: who it is first, then whether it is let in."""
    first, _newline, rest = reply.partition("\n")
    if not first.startswith("INFO "):
        hint = "" if reply else " (does it wait for TLS? then say handshake_first)"
        raise CannotLook("malformed", f"answered without NATS's INFO: {shown(first)!r}{hint}")
    info = Fields.parse("INFO", first[len("INFO ") :])
    entered = any(line.strip() == "PONG" for line in rest.splitlines())
    refused = "-ERR 'Authorization" in rest
    problems = []
    if entered or not info.flag("auth_required"):
        problems.append("a client without credentials is let in")
    elif not refused and not info.flag("tls_required"):
        raise CannotLook("malformed", f"a client without credentials is answered {shown(rest)!r}")
    if not info.flag("tls_required"):
        problems.append("a client may talk in clear")
    return Part({"without credentials": "let in" if entered else "refused" if refused else "needs TLS"}, problems)


async def handshake(look: Observer, want: Wanted) -> Part:
    """Clients that verify take its certificates, and will for some time."""
    fact, roots = await together(
        look.tls(want.host, want.port, server_name=want.server_name, starttls=None if want.handshake_first else "nats"),
        trusted_there(look, want.cafile),
    )
    if not fact.accepted:
        return Part({"TLS": "refused"}, [f"port {want.port} refuses TLS: {shown(fact.refusal)}"])
    if not fact.chain_complete:
        raise CannotLook("missing_tool", "this Python cannot show the whole chain of TLS 1.3: use Python 3.10 or newer")
    name, now, chain = want.server_name or want.host, datetime.now(UTC), fact.certificates()
    problems = chain_problems(chain, name, roots, now)
    problems += expiry_problems(path_of(parse(chain), roots, now), now, want.min_days_left)
    return Part({"TLS": f"{fact.version} {fact.cipher}, certificate for {name}"}, problems)
