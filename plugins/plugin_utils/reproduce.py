# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line with which a person repeats a look by hand, in the field's own tools."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any

Params = Mapping[str, Any]

_PUBLIC_HEADERS = {"accept", "accept-encoding", "access-control-request-method", "content-type", "host", "origin"}
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
    return " ".join([*secrets, *variables, *(shlex.quote(str(part)) for part in [*prefix, *p["argv"]]), *feed])


def _tcp(p: Params) -> str:
    connect = shlex.join(["nc", "-w", "5", p.get("address") or p["host"], str(p["port"])])
    if not p.get("send"):
        return connect.replace("nc ", "nc -vz ", 1)
    sent = "".join(char if char >= " " else f"\\{ord(char):03o}" for char in p["send"])
    return f"printf {shlex.quote(sent)} | {connect}"


def _tls(p: Params) -> list[str]:
    peer = p.get("address") or p["host"]
    argv = ["openssl", "s_client", "-connect", f"{f'[{peer}]' if ':' in peer else peer}:{p.get('port', 443)}"]
    argv += ["-servername", p.get("server_name") or p["host"], *_TLS_FLAGS.get(p.get("version", ""), [])]
    argv += ["-cipher", p["ciphers"]] if p.get("ciphers") else []
    return [*argv, *(["-starttls", p["starttls"]] if p.get("starttls") else []), "-showcerts"]


def _http(p: Params) -> list[str]:
    argv = ["curl", "-sSi", *(["-X", p["method"]] if p.get("method", "GET") != "GET" else [])]
    for name, value in p.get("headers", {}).items():
        argv += ["-H", f"{name}: {value if name.lower() in _PUBLIC_HEADERS else '***'}"]
    argv += ["--data", p["body"]] if p.get("body") else []
    argv += ["-L", "--max-redirs", str(p["follow"])] if p.get("follow") else []
    argv += ["-k"] if p.get("verify") is False else []
    argv += ["--cacert", p["cafile"]] if p.get("cafile") else []
    return [*argv, *(["--connect-to", f"::{p['address']}:"] if p.get("address") else []), p["url"]]


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
    "secret": lambda p: f"# judged in place: {p['file']}{' ' + p['key'] if p.get('key') else ''}",
    "call": lambda p: str(p["line"]),
}
