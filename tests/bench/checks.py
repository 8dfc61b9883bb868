"""The same 200 checks, in the words of every contender: 120 files, 20 ports, 10 units, 50 commands.

Each asks for one property and no more, which is the cheapest that the others can do: testinfra needs one command for
it, Ansible one task.
"""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

Check = dict[str, Any]

FILES, COMMANDS = 120, 50
RUNNING = ("cron", "dbus", "ssh", "systemd-journald", "systemd-networkd")
# There, and stopped: unlike one that is not there at all, such a unit can be looked at.
STOPPED = ("named", "nginx", "postgresql", "redis-server", "ufw")
CLOSED = (21, 23, 25, 53, 80, 111, 139, 389, 443, 445, 873, 2049, 2375, 3306, 5432, 6379, 8080, 9200, 27017)
SETTINGS = (
    *("accept_local", "accept_redirects", "accept_source_route", "arp_accept", "arp_announce", "arp_filter"),
    *("arp_ignore", "arp_notify", "bootp_relay", "forwarding", "log_martians", "mc_forwarding", "medium_id"),
    *("proxy_arp", "route_localnet", "rp_filter", "secure_redirects"),
)
SYSCTL = "/usr/sbin/sysctl"


def all_checks(tree: Path) -> list[Check]:
    """The checks as our verifier takes them. tree: the base tree of the lab, whose programs are the files."""
    programs = sorted(path for path in (tree / "usr/bin").iterdir() if path.is_file() and not path.is_symlink())
    files = [{"file": f"/usr/bin/{p.name}", "mode": f"{stat.S_IMODE(p.stat().st_mode):04o}"} for p in programs[:FILES]]
    ports = [{"port": port, "listening": port == 22} for port in (22, *CLOSED)]
    units = [{"unit": f"{name}.service", "active": name in RUNNING} for name in (*RUNNING, *STOPPED)]
    keys = [f"net.ipv4.conf.{place}.{setting}" for place in ("all", "default", "lo") for setting in SETTINGS]
    commands = [{"command": [SYSCTL, "-n", key]} for key in keys[:COMMANDS]]
    return [*files, *ports, *units, *commands]


def tasks(checks: list[Check]) -> list[dict[str, Any]]:
    """One Ansible task for each check; a loop would cost the same."""
    return [_task(check) for check in checks]


def _task(check: Check) -> dict[str, Any]:
    if "file" in check:
        seen = {"register": "seen", "failed_when": f"not seen.stat.exists or seen.stat.mode != '{check['mode']}'"}
        return {"ansible.builtin.stat": {"path": check["file"], "get_checksum": False, "get_mime": False}, **seen}
    argv, failed = _command(check)
    command = {"ansible.builtin.command": {"argv": argv}, "changed_when": False}
    return {**command, "register": "seen", "failed_when": failed}


def _command(check: Check) -> tuple[list[str], str]:
    if "port" in check:
        listening = "==" if check["listening"] else "!="
        return ["ss", "-H", "-ltn", f"sport = :{check['port']}"], f"seen.stdout {listening} ''"
    if "unit" in check:
        running = "!=" if check["active"] else "=="
        return ["systemctl", "is-active", check["unit"]], f"seen.stdout {running} 'active'"
    return check["command"], "seen.rc != 0"


def gossfile(checks: list[Check]) -> str:
    """What goss validates, as JSON, which it reads too. It counts that a file exists as a check of its own."""
    wanted: dict[str, dict[str, Any]] = {"file": {}, "port": {}, "service": {}, "command": {}}
    for check in checks:
        if "file" in check:
            wanted["file"][check["file"]] = {"exists": True, "mode": check["mode"]}
        elif "port" in check:
            wanted["port"][f"tcp:{check['port']}"] = {"listening": check["listening"]}
        elif "unit" in check:
            wanted["service"][check["unit"].removesuffix(".service")] = {"running": check["active"]}
        else:
            wanted["command"][" ".join(check["command"])] = {"exit-status": 0}
    return json.dumps(wanted)


def testinfra(checks: list[Check]) -> str:
    """A module of tests for pytest-testinfra, one test for each check, with the mark that ours wants."""
    marked = 'import pytest\n\npytestmark = pytest.mark.control("bench.fact")'
    return marked + "".join(
        f"\n\n\ndef test_{n}(host):\n    assert {line}" for n, line in enumerate(map(_assertion, checks))
    )


def _assertion(check: Check) -> str:
    if "file" in check:
        return f"host.file({check['file']!r}).mode == 0o{check['mode']}"
    if "port" in check:
        return f"host.socket('tcp://{check['port']}').is_listening is {check['listening']}"
    if "unit" in check:
        return f"host.service({check['unit'].removesuffix('.service')!r}).is_running is {check['active']}"
    return f"host.run({' '.join(check['command'])!r}).rc == 0"
