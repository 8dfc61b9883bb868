"""The lab's own network namespace: one bridge, both address families, and no way out."""

from __future__ import annotations

import os
from pathlib import Path

from .base import NAMESPACE, NETNS, RUN, ZONE, Lab, left_out, run

BRIDGE = "lab0"


def up(lab: Lab) -> None:
    if not NETNS.exists():
        run("ip", "netns", "add", NAMESPACE)
    ip = ("ip", "-n", NAMESPACE)
    run(*ip, "link", "set", "lo", "up")
    run(*ip, "link", "add", BRIDGE, "type", "bridge", "stp_state", "0", "forward_delay", "0")
    run(*ip, "address", "add", f"{lab.v4}{lab.controller}/24", "dev", BRIDGE)
    run(*ip, "address", "add", f"{lab.v6}{lab.controller}/64", "dev", BRIDGE, "nodad")
    run(*ip, "link", "set", BRIDGE, "up")
    (RUN / "hosts.txt").write_text(hosts_file(lab))
    servers = [host for host in lab.hosts.values() if "dns" in host.layers]
    (RUN / "resolv.conf").write_text("".join(f"nameserver {server.v4}\n" for server in servers))


def down() -> None:
    if NETNS.exists():
        run("ip", "netns", "delete", NAMESPACE)


def hosts_file(lab: Lab) -> str:
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost"]
    lines += [f"{network}{lab.controller} controller.{ZONE} controller" for network in (lab.v4, lab.v6)]
    for host in lab.hosts.values():
        lines += [f"{address} {' '.join(host.all_names)}" for address in (host.v4, host.v6)]
    return "\n".join(lines) + "\n"


def inside(*argv: str | Path) -> list[str]:
    """The command that runs argv on the controller, within the lab's network and names."""
    # The inventory has such a host in a file of its own.
    without = "|".join(left_out())
    settings = ["env", rf"ANSIBLE_INVENTORY_IGNORE_REGEX=^({without})\.yml$"] if without else []
    # The machine's own names must not leak into the lab, nor the lab's out of it.
    mounts = 'mount --bind "$1" /etc/hosts; mount --bind "$2" "$(readlink -f /etc/resolv.conf)"; shift 2; exec "$@"'
    return [
        *("nsenter", f"--net={NETNS}", "unshare", "--mount", "sh", "-ec", mounts, "lab"),
        *(str(RUN / "hosts.txt"), str(RUN / "resolv.conf")),
        *settings,
        *(str(word) for word in argv),
    ]


def processes() -> list[int]:
    """Everything that runs in the lab's network namespace (not in a host's own), but for this process."""
    if not NETNS.exists():
        return []
    wanted = NETNS.stat().st_ino
    found = []
    for entry in Path("/proc").glob("[0-9]*/ns/net"):
        pid = int(entry.parts[2])
        try:
            if entry.stat().st_ino == wanted and pid != os.getpid():
                found.append(pid)
        except OSError:  # gone meanwhile
            continue
    return found
