# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real BIND servers on loopback that know only each other, with a zone in each state that the verifier tells apart."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.message
import dns.query

SBIN = "/usr/sbin:/usr/bin:/sbin:/bin"
NAMED, KEYGEN, SIGN = (shutil.which(name, path=SBIN) for name in ("named", "dnssec-keygen", "dnssec-signzone"))

RECORDS = {
    "soa": "@ SOA ns1 hostmaster 10 3600 600 86400 300",
    "ns1": "@ NS ns1",
    "ns2": "@ NS ns2",
    "ns1 address": "ns1 A 45.45.45.1",
    "ns2 address": "ns2 A 45.45.46.1",
    "address": "@ A 45.45.47.10",
    "www": "www CNAME cdn.edge.test.",
    "mx": "@ MX 10 mail",
    "mail": "mail A 45.45.47.20",
    "spf": '@ TXT "v=spf1 ip4:45.45.47.0/24 include:_spf.edge.test -all"',
    "dmarc": '_dmarc TXT "v=DMARC1; p=reject"',
    "caa": '@ CAA 0 issue "letsencrypt.org"',
}
EDGE = {"cdn": "cdn A 45.45.48.1", "alias": "alias CNAME cdn", "sender": '_spf TXT "v=spf1 ip4:45.45.48.0/24 -all"'}

# What is wrong in each zone, and with its copy on the second server where that differs. "" leaves a record out.
BROKEN: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "edge": (EDGE, {}),
    "plain": ({}, {}),
    "stale": ({}, {"address": "@ A 45.45.47.9"}),
    "serial": ({}, {"soa": "@ SOA ns1 hostmaster 9 3600 600 86400 300"}),
    "servfail": ({}, {"address": "@ A not-an-address"}),
    "axfr": ({}, {}),
    "nocaa": ({"caa": ""}, {}),
    "othercaa": ({"caa": '@ CAA 0 issue "letsencrypt.org"\n@ CAA 0 issue "other.example"'}, {}),
    "dangling": ({"www": "www CNAME gone.edge.test."}, {}),
    "nodmarc": ({"dmarc": ""}, {}),
    "laxdmarc": ({"dmarc": '_dmarc TXT "v=DMARC1; p=none"'}, {}),
    "spfall": ({"spf": '@ TXT "v=spf1 +all"'}, {}),
    "spfloop": ({"spf": '@ TXT "v=spf1 include:spfloop.test -all"'}, {}),
    "nomx": ({"mx": ""}, {}),
    "private": ({"address": "@ A 10.0.0.5"}, {}),
    "single": ({"ns2": ""}, {}),
    "nsalias": ({"ns2": "@ NS alias.edge.test."}, {}),
    "shared": ({"ns2 address": "ns2 A 45.45.45.1"}, {}),
    "badglue": ({"ns2 address": "ns2 A 45.45.46.2"}, {}),
    "otherns": ({"ns2": "@ NS ns3", "ns3": "ns3 A 45.45.46.3"}, {}),
}
SIGNED = {
    "good": [],
    "expired": ["-s", "now-864000", "-e", "now-3600"],
    "ending": ["-s", "now-86400", "-e", "now+7200"],
}
SIGNED |= {"wrongds": [], "nods": []}


@dataclass(frozen=True)
class Lab:
    """The addresses of the servers. resolver also has zone open; nobody has zone lame, and nothing listens at down."""

    primary: str
    secondary: str
    parent: str
    resolver: str
    stale_resolver: str
    down: str


def free_port() -> int:
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            try:
                udp.bind(tcp.getsockname())
            except OSError:
                continue
            return int(tcp.getsockname()[1])


@contextmanager
def lab(directory: Path) -> Iterator[Lab]:
    """Write and sign the zones, start the servers, and stop them in the end."""
    ports = {name: free_port() for name in Lab.__dataclass_fields__}
    primary, secondary = _zones(directory)
    keys = _sign(directory, primary, secondary)
    key = 'key transfer { algorithm hmac-sha256; secret "c2VjcmV0IG9mIHRoZSBsYWIgb25seQ=="; };\n'
    parent = {"test": _write(directory / "test.parent", _parent_text([*BROKEN, *SIGNED, "open"], keys))}
    forward = "".join(_forward(f"{zone}.test", ports["primary"]) for zone in [*BROKEN, *SIGNED])
    stale = _forward("stale.test", ports["secondary"])
    primaries = f"primaries {{ 127.0.0.1 port {ports['primary']} key transfer; }}"
    follow = f'zone "good.test" {{ type secondary; file "good.copy"; {primaries}; }};\n'
    everything = _forward("test", ports["parent"])
    transfer = {"good.test": "key transfer", "axfr.test": "any"}
    with ExitStack() as servers:
        for name, text in {
            "primary": key + _load(primary, transfer),
            "secondary": key + follow + _load(secondary, {"axfr.test": "any"}),
            "parent": _load(parent, {}),
            "resolver": _load({"open.test": _write(directory / "open.test", _text({}))}, {}) + forward + everything,
            "stale_resolver": stale + everything,
        }.items():
            recursion = name.endswith("resolver")
            servers.enter_context(_named(directory / name, ports[name], text, recursion))
        _wait_for(ports["secondary"], "good.test")
        yield Lab(**{name: f"127.0.0.1:{port}" for name, port in ports.items()})


@contextmanager
def everywhere(directory: Path) -> Iterator[None]:
    """One recursive server at port 53 of both loopback addresses, with zone found.test and its parent."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as tcp:
            try:
                tcp.bind((address, 53))
            except OSError as error:
                raise PermissionError(f"{address} port 53: {error}") from error
    own = {"ns1 address": "ns1 A 127.0.0.1", "ns2 address": "ns2 AAAA ::1"}
    top = "$TTL 300\n@ SOA a.nic hostmaster 1 3600 600 86400 300\n@ NS a.nic\na.nic A 127.0.0.1\nfound NS ns1.found\n"
    zones = {"found.test": _write(directory / "found", _text(own)), "test": _write(directory / "top", top)}
    with _named(directory / "everywhere", 53, _load(zones, {}), recursion=True, ipv6=True):
        yield


def _text(*changes: Mapping[str, str]) -> str:
    records = RECORDS
    for change in changes:
        records = {**records, **change}
    return "$TTL 300\n" + "\n".join(records.values()) + "\n"


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _zones(directory: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    primary, secondary = {}, {}
    for name, (wrong, wrong_copy) in BROKEN.items():
        primary[f"{name}.test"] = _write(directory / f"{name}.1", _text(wrong))
        secondary[f"{name}.test"] = _write(directory / f"{name}.2", _text(wrong, wrong_copy))
    return primary, secondary


def _sign(directory: Path, primary: dict[str, Path], secondary: dict[str, Path]) -> dict[str, str]:
    """Sign the zones with one key each; answer the DS records by zone."""
    found = {}
    for name, times in SIGNED.items():
        zone, path = f"{name}.test", _write(directory / name, _text())
        _run(KEYGEN, "-q", "-K", directory, "-a", "ECDSAP256SHA256", "-f", "KSK", zone)
        signed = directory / f"{name}.signed"
        _run(SIGN, "-q", "-P", "-S", "-z", "-K", directory, "-d", directory, "-o", zone, *times, "-f", signed, path)
        primary[zone] = signed
        if name != "good":
            secondary[zone] = signed
        found[name] = (directory / f"dsset-{zone}.").read_text()
    other = found["good"].replace("good.test.", "wrongds.test.")
    return {**found, "wrongds": other, "nods": ""}


def _parent_text(names: list[str], ds: Mapping[str, str]) -> str:
    lines = ["$TTL 300", "@ SOA a.nic hostmaster 1 3600 600 86400 300", "@ NS a.nic", "a.nic A 45.45.44.1"]
    for name in names:
        lines += [f"{name} NS ns1.{name}", f"ns1.{name} A 45.45.45.1"]
        lines += [] if name == "single" else [f"{name} NS ns2.{name}", f"ns2.{name} A 45.45.46.1"]
    text = "\n".join([*lines, *ds.values()])
    # What the parent has to be told along with the zone.
    return text.replace("ns2.shared A 45.45.46.1", "ns2.shared A 45.45.45.1") + "\n"


def _load(zones: Mapping[str, Path], transfer: Mapping[str, str]) -> str:
    return "".join(
        f'zone "{zone}" {{ type primary; file "{path}"; allow-transfer {{ {transfer.get(zone, "none")}; }}; }};\n'
        for zone, path in zones.items()
    )


def _forward(zone: str, port: int) -> str:
    return f'zone "{zone}" {{ type forward; forward only; forwarders {{ 127.0.0.1 port {port}; }}; }};\n'


@contextmanager
def _named(directory: Path, port: int, zones: str, recursion: bool, ipv6: bool = False) -> Iterator[None]:
    directory.mkdir()
    (directory / "named.conf").write_text(
        f"""options {{
          directory "{directory}"; pid-file none; session-keyfile "{directory}/session.key";
          listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 port {port} {{ {"::1" if ipv6 else "none"}; }};
          recursion {"yes" if recursion else "no"}; allow-query {{ any; }}; allow-transfer {{ none; }};
          dnssec-validation no; notify no; check-integrity no; empty-zones-enable no; minimal-responses no;
        }};
        controls {{ }};
        {'zone "." { type hint; file "/dev/null"; };' if recursion else ""}
        {zones}"""
    )
    log = directory / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(NAMED), "-g", *([] if ipv6 else ["-4"]), "-n", "1", "-c", str(directory / "named.conf")],
            stdout=out,
            stderr=out,
        )
    try:
        _wait_for(port, ".", process)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int, zone: str, process: subprocess.Popen[bytes] | None = None) -> None:
    """Until the server answers, for a zone: until it has it."""
    end = time.monotonic() + 15
    while time.monotonic() < end and (process is None or process.poll() is None):
        try:
            reply = dns.query.udp(dns.message.make_query(zone, "SOA"), "127.0.0.1", 0.2, port)
        except (dns.exception.DNSException, OSError):
            time.sleep(0.05)
            continue
        if zone == "." or reply.answer:
            return
        time.sleep(0.05)
    raise RuntimeError(f"no name server for {zone} at port {port}")


def _run(*argv: object) -> None:
    subprocess.run([str(word) for word in argv], check=True, capture_output=True)


@contextmanager
def babbler() -> Iterator[str]:
    """A server that answers every question with garbage, over UDP and TCP."""
    port = free_port()
    with socket.socket(type=socket.SOCK_DGRAM) as udp, socket.create_server(("127.0.0.1", port)) as tcp:
        udp.bind(("127.0.0.1", port))
        stopped = threading.Event()
        threads = [
            threading.Thread(target=_babble, args=(udp, stopped)),
            threading.Thread(target=_chat, args=(tcp, stopped)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            stopped.set()
            for thread in threads:
                thread.join()


def _babble(udp: socket.socket, stopped: threading.Event) -> None:
    udp.settimeout(0.1)
    while not stopped.is_set():
        try:
            question, peer = udp.recvfrom(4096)
        except TimeoutError:
            continue
        udp.sendto(question[:2] + b"\xff garbage \xc0\xc0\xc0", peer)


def _chat(tcp: socket.socket, stopped: threading.Event) -> None:
    tcp.settimeout(0.1)
    while not stopped.is_set():
        try:
            peer, _address = tcp.accept()
        except TimeoutError:
            continue
        with peer:
            peer.settimeout(0.5)
            peer.recv(4096)
            peer.sendall(b"\x00\x08 garbage")
