# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line with which a person repeats a look by hand, in the field's own tools."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any

Params = Mapping[str, Any]

_PUBLIC_HEADERS = {
    *("accept", "accept-encoding", "access-control-request-method", "content-type", "host", "origin"),
    "x-vault-namespace",
}
_TLS_FLAGS = {"TLSv1": ["-tls1"], "TLSv1.1": ["-tls1_1"], "TLSv1.2": ["-tls1_2"], "TLSv1.3": ["-tls1_3"]}


def line(params: Params) -> str:
    """One shell-quoted line; two looks that differ give different lines, except in their time limits."""
    argv = _LINES[params["kind"]](params)
    return argv if isinstance(argv, str) else shlex.join(str(argument) for argument in argv)


def _file(p: Params) -> list[str]:
    tools = (("content", ["cat"]), ("digest", ["sha256sum"]), ("head", ["xxd", "-l", str(p.get("head"))]))
    tool = next((argv for name, argv in tools if p.get(name)), ["stat", "-L"])
    return [*tool, p["path"]]


def _command(p: Params) -> str:
    secrets = [f'{name}="$(cat {shlex.quote(path)})"' for name, path in p.get("env_files", {}).items()]
    variables = [f"{name}={shlex.quote(value)}" for name, value in p.get("env", {}).items()]
    prefix = ["runuser", "-u", p["user"], "--"] if p.get("user") else []
    feed = ["<<<", shlex.quote(p["stdin"])] if p.get("stdin") else []
    only = ["#", "only", ", ".join(p["keep"])] if p.get("keep") else []
    return " ".join([*secrets, *variables, *(shlex.quote(str(part)) for part in [*prefix, *p["argv"]]), *feed, *only])


def _tcp(p: Params) -> str:
    connect = shlex.join(["nc", "-w", "5", p.get("address") or p["host"], str(p["port"])])
    if not p.get("send"):
        return connect.replace("nc ", "nc -vz ", 1)
    sent = "".join(char if char >= " " else f"\\{ord(char):03o}" for char in p["send"])
    return f"printf {shlex.quote(sent)} | {connect}"


def _tls(p: Params) -> list[str] | str:
    peer = p.get("address") or p["host"]
    if p.get("starttls") == "nats":
        # OpenSSL cannot wait for the server's first words; gnutls-cli starts TLS when its input ends.
        name = p.get("server_name") or p["host"]
        argv = ["gnutls-cli", "--starttls", "--insecure", "--print-cert", "--sni-hostname", name, "-p", p["port"], peer]
        return f"sleep 1 | {shlex.join(map(str, argv))}"
    argv = ["openssl", "s_client", "-connect", f"{f'[{peer}]' if ':' in peer else peer}:{p.get('port', 443)}"]
    argv += ["-servername", p.get("server_name") or p["host"], *_TLS_FLAGS.get(p.get("version", ""), [])]
    argv += ["-cipher", p["ciphers"]] if p.get("ciphers") else []
    argv += ["-tls1_2", "-status"] if p.get("staple") else []
    return [*argv, *(["-starttls", p["starttls"]] if p.get("starttls") else []), "-showcerts"]


def _http(p: Params) -> str:
    argv = ["curl", "-sSi", *(["-X", p["method"]] if p.get("method", "GET") != "GET" else [])]
    for name, value in p.get("headers", {}).items():
        argv += ["-H", f"{name}: {value if name.lower() in _PUBLIC_HEADERS else '***'}"]
    secrets = [f'-H "{name}: $(cat {shlex.quote(path)})"' for name, path in p.get("header_files", {}).items()]
    rest = ["--data", p["body"]] if p.get("body") else []
    rest += ["-L", "--max-redirs", str(p["follow"])] if p.get("follow") else []
    rest += ["-k"] if p.get("verify") is False else []
    rest += ["--cacert", p["cafile"]] if p.get("cafile") else []
    rest += ["--connect-to", f"::{p['address']}:"] if p.get("address") else []
    return " ".join([shlex.join(argv), *secrets, shlex.join([*rest, p["url"]])])


def _scan(p: Params) -> str:
    hours = f"{p['window'] / 3600:g}h" if p.get("window") else ""
    if p.get("journal"):
        argv = ["journalctl", "-o", "cat", *([f"--directory={p['directory']}"] if p.get("directory") else [])]
        shown = shlex.join([*argv, *([f"--since=-{hours}"] if hours else []), *p["journal"]])
    elif p.get("container"):
        shown = shlex.join(["docker", "logs", *([f"--since={hours}"] if hours else []), p["container"]])
    else:
        beside = [] if p.get("rotated") is False else [f"{p['path']}[.-]*"]
        shown = " ".join(["zcat -f", p["path"], *beside])
    kinds = [each["name"] for each in p.get("patterns", ())]
    return f"{shown} # judged in place: {', '.join(kinds) if len(kinds) < 4 else f'{len(kinds)} kinds'}"


def _variables(p: Params) -> str:
    """A line that prints names and no values."""
    line = _names(p["source"])
    return f"comm -12 <({line} | sort) <({_names(p['other'])} | sort)" if p.get("other") else line


def _names(source: Params) -> str:
    words = {
        key: shlex.join(value) if isinstance(value, list) else shlex.quote(str(value)) for key, value in source.items()
    }
    return _NAMES[" ".join(sorted(source))].format(**words)


_PRINT_NAMES = "grep -ohE '^[A-Za-z_][A-Za-z0-9_]*='"
_OF_PROCESSES = f"while read -r pid; do tr '\\0' '\\n' </proc/$pid/environ | {_PRINT_NAMES}; done"
_NAMES = {
    "file": _PRINT_NAMES + " {file}",
    "unit": "systemctl show -p EnvironmentFiles {unit}",
    "running unit": "systemctl show -p MainPID --value {unit} | " + _OF_PROCESSES,
    "process": "pgrep -f -- {process} | " + _OF_PROCESSES,
    "client container": "{client} inspect -f '{{{{range .Config.Env}}}}{{{{println .}}}}{{{{end}}}}' {container} | "
    + _PRINT_NAMES,
    "compose service": "# judged in place: service {service} of {compose}",
}

_LINES: dict[str, Callable[[Params], list[str] | str]] = {
    "file": _file,
    "glob": lambda p: f"ls -ld {p['pattern']}",
    "command": _command,
    "sockets": lambda p: "ss -Hltunp",
    "unit": lambda p: ["systemctl", "show", p["name"]],
    "timers": lambda p: "systemctl list-timers --all",
    "crontabs": lambda p: "grep -r . /etc/crontab /etc/cron.* /var/spool/cron",
    "mounts": lambda p: "findmnt --df",
    "resolve": lambda p: ["getent", "ahosts", p["host"]],
    "tcp": _tcp,
    "tls": _tls,
    "http": _http,
    "scan": _scan,
    "secret": lambda p: f"# judged in place: {p['file']}{' ' + p['key'] if p.get('key') else ''}",
    "variables": _variables,
    "keyed_chain": lambda p: f"{_command(p)} # judged in place with {shlex.quote(p['key_file'])}",
    "call": lambda p: str(p["line"]),
}
