# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What observations yield: frozen facts, decoded strictly, since what a target sends is not to be trusted."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

try:
    import dacite
except ImportError:
    dacite = None  # type: ignore[assignment]

F = TypeVar("F")


def decode(fact: type[F], value: Any) -> F:
    """Make a fact of an answer's value; raise CannotLook("malformed") when its shape or types are not the fact's."""
    if dacite is None:
        raise CannotLook("missing_tool", "the Python library dacite is not installed: see requirements/core.txt")
    try:
        return dacite.from_dict(fact, value, dacite.Config(strict=True))
    except (dacite.DaciteError, TypeError, AttributeError) as error:
        raise CannotLook("malformed", f"not a {fact.__name__}: {str(error)[:300]}") from error


@dataclass(frozen=True, slots=True)
class FileFact:
    """One path. Mode in four octal digits, size in bytes, times as Unix seconds; head in hexadecimal digits."""

    path: str
    type: str
    size: int
    mode: str
    uid: int
    gid: int
    owner: str
    group: str
    mtime: float
    link_target: str | None = None
    content: str | None = None
    sha256: str | None = None
    head: str | None = None


@dataclass(frozen=True, slots=True)
class GlobFact:
    """Every path that a pattern matches."""

    pattern: str
    files: list[FileFact]


@dataclass(frozen=True, slots=True)
class CommandFact:
    """A command that ran: its exit status and what it printed."""

    exit: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Socket:
    """One listening TCP or unconnected UDP socket; the owner where we were permitted to see it."""

    protocol: str
    family: str
    address: str
    port: int
    uid: int
    pid: int | None = None
    process: str | None = None


@dataclass(frozen=True, slots=True)
class SocketsFact:
    """All listening sockets of a machine."""

    sockets: list[Socket]
    owners_denied: bool


@dataclass(frozen=True, slots=True)
class UnitFact:
    """One systemd unit: configured state, run-time state and how its last run ended. Times are Unix seconds.

    None is what the unit's type does not have, or what has not been yet.
    """

    name: str
    load: str
    active: str
    sub: str
    enabled: str | None
    result: str | None
    exit: int | None
    started: float | None
    finished: float | None
    restarts: int | None
    restart_policy: str | None
    fragment: str | None
    pid: int | None = None
    restart_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """One systemd timer and how the unit that it starts last ended. Times are Unix seconds.

    None is what has not been yet, or never will.
    """

    name: str
    unit: str | None
    next: float | None
    last: float | None
    enabled: str | None
    active: str
    result: str | None
    exit: int | None


@dataclass(frozen=True, slots=True)
class TimersFact:
    """All systemd timers of a machine, the stopped and disabled ones too."""

    timers: list[Timer]


@dataclass(frozen=True, slots=True)
class CronEntry:
    """One scheduled command; not runnable when cron would skip it (not executable, a name run-parts ignores)."""

    source: str
    line: int | None
    user: str
    schedule: str
    command: str
    runnable: bool


@dataclass(frozen=True, slots=True)
class CrontabsFact:
    """All cron entries that we could read, and the paths that we could not."""

    entries: list[CronEntry]
    denied: list[str]


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system; sizes in bytes."""

    device: str
    path: str
    type: str
    options: list[str]
    size: int
    free: int
    inodes: int
    inodes_free: int


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that belonged to an answer and could not be read."""

    path: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class MountsFact:
    """All real file systems, and those that did not answer."""

    mounts: list[Mount]
    unread: list[Unread]


@dataclass(frozen=True, slots=True)
class Address:
    """One IP address; family is ipv4 or ipv6."""

    address: str
    family: str


@dataclass(frozen=True, slots=True)
class ResolveFact:
    """The addresses that the resolver of the vantage point gives for a name."""

    host: str
    addresses: list[Address]


@dataclass(frozen=True, slots=True)
class TcpFact:
    """What a TCP connect met: open, refused (a definite no) or silent (no answer in time)."""

    address: str
    family: str
    port: int
    state: str
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class TlsFact:
    """One TLS handshake: accepted, with what was negotiated and presented; or the peer's refusal."""

    accepted: bool
    address: str
    family: str
    refusal: str = ""
    version: str = ""
    cipher: str | None = ""
    bits: int | None = 0
    chain: list[str] = field(default_factory=list)
    chain_complete: bool = True
    ocsp_response: str | None = None

    def certificates(self) -> list[bytes]:
        """The presented chain as DER, leaf first."""
        return [base64.b64decode(certificate) for certificate in self.chain]


@dataclass(frozen=True, slots=True)
class Redirect:
    """One redirect that was followed or met."""

    status: int
    location: str


@dataclass(frozen=True, slots=True)
class HttpFact:
    """One HTTP reply; the body is text, cut at the limit when truncated is true."""

    url: str
    status: int
    headers: list[list[str]]
    body: str
    truncated: bool
    redirects: list[Redirect]
    address: str
    version: str

    def header(self, name: str) -> str | None:
        """All values of one header joined as RFC 9110 §5.3 allows, or None when it was not sent."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True)
class SecretFact:
    """What a secret is like, judged where it lies: whether it is there, and whether each predicate holds."""

    present: bool
    predicates: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Counted:
    """Something that lines of a log have in common: how many lines, and where the first few of them stand."""

    name: str
    lines: int
    places: list[str]


@dataclass(frozen=True, slots=True)
class ScanFact:
    """What a log is like, without a word of it. Times are Unix seconds; None where no line states one.

    files: the first few. modified: when the last of them was written. complete: nothing of the window was left out.
    structured: lines that are entries with time, level and message. lacking: what entries of errors lack.
    explained, unexplained: warnings and errors, known as noise or not.
    """

    lines: int
    bytes: int
    garbled: int
    structured: int
    explained: int
    levels: dict[str, int]
    oldest: float | None
    newest: float | None
    modified: float | None
    complete: bool
    files: list[str]
    findings: list[Counted]
    unstructured: list[Counted]
    lacking: list[Counted]
    unexplained: list[Counted]


@dataclass(frozen=True, slots=True)
class VariableFact:
    """One variable, judged where it lies: whether it is set, whether to nothing, and whether each predicate holds."""

    present: bool
    empty: bool
    predicates: dict[str, bool]


@dataclass(frozen=True, slots=True)
class KeyedChainFact:
    """Rows whose hashes were made anew with a key: how many, how many hold another hash, and the first of those.

    exit, stderr: how the command that printed them ended.
    """

    exit: int
    stderr: str
    rows: int
    altered: int
    first: str | None


@dataclass(frozen=True, slots=True)
class ComparedFact:
    """The variables of one source against another's: those of the same value, and those that only one of them has."""

    same: list[str]
    missing: list[str]
    extra: list[str]


@dataclass(frozen=True, slots=True)
class ProcessFact:
    """One running process."""

    pid: int
    user: str
    cwd: str


@dataclass(frozen=True, slots=True)
class VariablesFact:
    """The variables of one source, by name. unshown: how many have names that do not look like one.

    inline: those set outside of a file that can be protected. found: by label, those whose value an expression matches.
    same: pairs of equal value. files: the files read. processes: those whose environments these are.
    """

    names: list[str]
    unshown: int
    empty: list[str]
    duplicates: list[str]
    inline: list[str]
    judged: dict[str, VariableFact]
    found: dict[str, list[str]]
    same: list[list[str]]
    files: list[str]
    processes: list[ProcessFact]
    compared: ComparedFact | None = None
