# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom an SSH daemon lets in, by the configuration that it says it has, and whether that is the one that it runs."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import (
    CommandFact,
    FileFact,
    SocketsFact,
    UnitFact,
)
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline.words import few, when
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

Policy = Mapping[str, str]

# Nobody we know, from addresses for documentation (RFC 5737): what the daemon decides for them it decides for anybody.
_STRANGER = "user={},host=stranger.invalid,addr=192.0.2.1,laddr=192.0.2.2,lport=22"
_ROOT, _ANYBODY = _STRANGER.format("root"), _STRANGER.format("stranger")

_PID_FILES = ("/run/sshd.pid", "/var/run/sshd.pid")
_PER_CONNECTION = ("ssh.socket", "sshd.socket")
_LAX_ROOT = {"no": 0, "forced-commands-only": 1, "prohibit-password": 2, "without-password": 2, "yes": 3}
_ALGORITHMS = ("ciphers", "macs", "kexalgorithms", "hostkeyalgorithms", "pubkeyacceptedalgorithms")
_BLOCK_WORDS = (
    "match|include|permitrootlogin|passwordauthentication|permitemptypasswords"
    "|kbdinteractiveauthentication|challengeresponseauthentication|authenticationmethods"
)
_LINE = re.compile(r"\s*(\w+)(?:\s*=\s*|\s+)(.*?)\s*(?:\s#.*)?")


async def policy(look: Observer, want: Wanted) -> Part:
    """Neither root nor anybody else gets in with what can be guessed."""
    base = ["sshd", "-T", "-f", want.sshd_config]
    general, root, anybody = [
        parse(fact.stdout)
        for fact in await together(
            look.command(base), look.command([*base, "-C", _ROOT]), look.command([*base, "-C", _ANYBODY])
        )
    ]
    actual = {
        name: shown(root[name])
        for name in ("permitrootlogin", "passwordauthentication", "authenticationmethods", "maxauthtries")
    }
    actual["keyboard-interactive"] = _keyboard(general)
    weak = weak_algorithms(general, want.weak_algorithms)
    problems = dict.fromkeys(
        [
            *root_problems(root, want.permit_root_login),
            *(problem for each in (general, root, anybody) for problem in password_problems(each)),
            *([f"maxauthtries is {root['maxauthtries']}"] if int(root["maxauthtries"]) > want.max_auth_tries else []),
            *([f"weak algorithms are offered: {few(weak)}"] if weak else []),
        ]
    )
    return Part({**actual, "weak algorithms": few(weak) or "none"}, list(problems))


def parse(text: str) -> Policy:
    """What `sshd -T` prints: a keyword in lower case and its value on each line; of several values the first."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, _space, value = line.partition(" ")
        found.setdefault(name, value.strip())
    missing = {"permitrootlogin", "passwordauthentication", "authenticationmethods", "maxauthtries"} - set(found)
    if missing or not found["maxauthtries"].isdigit() or found["permitrootlogin"] not in _LAX_ROOT:
        raise CannotLook("malformed", f"sshd -T does not tell {few(sorted(missing)) or 'what is understood'}")
    return found


def _keyboard(policy: Policy) -> str:
    """The keyword had another name before OpenSSH 8.7."""
    found = policy.get("kbdinteractiveauthentication", policy.get("challengeresponseauthentication"))
    if found is None:
        raise CannotLook("malformed", "sshd -T does not tell KbdInteractiveAuthentication")
    return found


def root_problems(policy: Policy, allowed: str) -> list[str]:
    """Why root gets in other than is allowed."""
    found = policy["permitrootlogin"]
    return [f"PermitRootLogin is {found} for root"] if _LAX_ROOT[found] > _LAX_ROOT[allowed] else []


def password_problems(policy: Policy) -> list[str]:
    """Which ways in rest on nothing but what is typed.

    Keyboard-interactive asks for a password through PAM; without PAM it has nothing to ask.
    """
    typed = {
        "password": policy["passwordauthentication"] == "yes",
        "keyboard-interactive": _keyboard(policy) == "yes" and policy.get("usepam", "yes") == "yes",
    }
    methods = policy["authenticationmethods"]
    ways = list(typed) if methods == "any" else methods.split()
    problems = []
    for way in ways:
        steps = [step.partition(":")[0] for step in way.split(",")]
        if all(typed.get(step, False) for step in steps):
            problems.append(f"{' and '.join(steps)} is enough to get in")
    if policy.get("permitemptypasswords") == "yes":
        problems.append("PermitEmptyPasswords is yes")
    return problems


def weak_algorithms(policy: Policy, patterns: Sequence[str]) -> list[str]:
    """The algorithms offered that a pattern matches."""
    offered = [name for keyword in _ALGORITHMS for name in policy.get(keyword, "").split(",")]
    return list(dict.fromkeys(name for name in offered if any(fnmatch.fnmatchcase(name, p) for p in patterns)))


@dataclass
class Lines:
    """What Match blocks loosen (file and sentence), and the patterns of the files that are included."""

    loose: list[tuple[str, str]] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)

    def problems(self, read: Sequence[str]) -> list[str]:
        """The sentences on files that the daemon reads: those that match one of these patterns."""
        return [said for file, said in self.loose if any(fnmatch.fnmatchcase(file, pattern) for pattern in read)]


async def blocks(look: Observer, want: Wanted) -> Part:
    """No Match block lets in those it matches, whoever they are."""
    main = want.sshd_config
    found = parse_lines(await look.command(_grep([main, f"{main}.d"]), ok=(0, 1, 2)), want.permit_root_login, main)
    problems = found.problems([main, *found.includes])
    others = [path for path in found.includes if not path.startswith(f"{main}.d/")]
    listed = await together(*map(look.glob, others))
    if paths := [each.path for fact in listed for each in fact.files]:
        more = parse_lines(await look.command(_grep(paths), ok=(0, 1)), want.permit_root_login, main)
        if more.includes:
            raise CannotLook("malformed", f"one of {few(paths)} includes other files, which are not followed")
        problems += more.problems(paths)
    return Part({"Match blocks that let more in": len(problems)}, problems)


def _grep(paths: Sequence[str]) -> list[str]:
    return ["grep", "-RHnEi", f"^[[:space:]]*({_BLOCK_WORDS})[[:space:]=]", "--", *paths]


def parse_lines(fact: CommandFact, allowed_root: str, main: str) -> Lines:
    """Follow the lines that grep found, FILE:NUMBER:LINE. A Match holds until the next one, or the end of its file."""
    for complaint in fact.stderr.splitlines():
        # The directory of additions need not be there.
        if not complaint.endswith(f"{main}.d: No such file or directory"):
            raise CannotLook("denied" if "ermission denied" in complaint else "malformed", shown(complaint))
    found = Lines()
    block = file = ""
    for line in fact.stdout.splitlines():
        parts = line.split(":", 2)
        setting = _LINE.fullmatch(parts[2]) if len(parts) == 3 else None
        if setting is None:
            raise CannotLook("malformed", f"grep printed {shown(line)!r}")
        block, file = (block if parts[0] == file else ""), parts[0]
        word, value = setting[1].lower(), setting[2].strip('"')
        if word == "match":
            block = "" if value.lower() == "all" else value
        elif word == "include":
            found.includes += _included(value, block)
        elif block and _loosens(word, value.lower(), allowed_root):
            said = f"{shown(file)} line {parts[1]}: {setting[1]} {shown(value)} for Match {shown(block)}"
            found.loose.append((file, said))
    return found


def _included(value: str, block: str) -> list[str]:
    if block:
        raise CannotLook("malformed", f"Include inside Match {shown(block)} is not followed")
    return [posixpath.join("/etc/ssh", path.strip('"')) for path in value.split()]


def _loosens(word: str, value: str, allowed_root: str) -> bool:
    if word == "permitrootlogin":
        return _LAX_ROOT.get(value, 3) > _LAX_ROOT[allowed_root]
    if word == "authenticationmethods":
        return any(set(way.split(",")) <= {"password", "keyboard-interactive"} for way in value.split())
    return value == "yes"


async def current(look: Observer, want: Wanted) -> Part:
    """The daemon that runs has read its configuration since that was last changed.

    sshd writes its pid file anew whenever it reads its configuration: at a start, and at a reload.
    """
    main = want.sshd_config
    told, file, added, listening, *rest = await together(
        look.command(["sshd", "-T", "-f", main]),
        look.file(main),
        look.glob(f"{main}.d/*.conf"),
        look.sockets(),
        *(present(look.file(path, content=True)) for path in _PID_FILES),
        *(attempt(look.unit(name)) for name in _PER_CONNECTION),
    )
    pid_file = parse(told.stdout).get("pidfile", "none")
    known: dict[str, FileFact | None] = dict(zip(_PID_FILES, rest, strict=False))
    if pid_file not in known and pid_file != "none":
        known[pid_file] = await present(look.file(pid_file, content=True))
    read = known.get(pid_file)
    changed = max([file, *added.files], key=lambda each: each.mtime)
    by_socket = any(isinstance(unit, UnitFact) and unit.active == "active" for unit in rest[len(_PID_FILES) :])
    if not by_socket:
        _must_listen(read, pid_file, listening)
    actual = {"configuration changed": when(changed.mtime), "read": when(read.mtime) if read else "for each connection"}
    stale = read is not None and changed.mtime > read.mtime
    problem = f"{shown(changed.path)} was changed on {when(changed.mtime)}, and sshd has not read it since: reload it"
    return Part(actual, [problem] if stale else [])


def _must_listen(read: FileFact | None, pid_file: str, listening: SocketsFact) -> None:
    """The process that the pid file names is one that listens: otherwise the file says nothing of what runs."""
    if read is None:
        raise CannotLook("not_found", f"there is no pid file {shown(pid_file)}, so nothing tells that sshd runs")
    pid = (read.content or "").strip()
    if pid in {str(socket.pid) for socket in listening.sockets if socket.protocol == "tcp"}:
        return
    if listening.owners_denied:
        raise CannotLook("denied", "which process listens cannot be seen: use become")
    raise CannotLook("not_found", f"process {shown(pid)} of {shown(pid_file)} listens on no port: sshd does not run")
