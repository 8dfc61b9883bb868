# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verifier may ask of the place it looks from. Awaiting a look suspends it until the engine has the answer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import facts, reproduce
from ansible_collections.golive.verify.plugins.plugin_utils.answered import Answered

T = TypeVar("T")
HOST, CONTROLLER = "host", "controller"


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to look at: a kind of observation with its parameters, or a call of a library on the controller."""

    vantage: str
    params: Mapping[str, Any]
    unprivileged: bool = False
    call: Callable[[], Any] | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        """Equal for requests whose answer is the same, so that each is asked once a run."""
        return f"{self.vantage} {self.unprivileged} {json.dumps(self.params, sort_keys=True)}"

    @property
    def line(self) -> str:
        """The command with which a person repeats this look."""
        return reproduce.line(self.params)


Answer = Mapping[str, Any]
Ask = Generator[list[Request], list[Answer], T]


class Look(Generic[T]):
    """One observation to come: await it for the fact, or for CannotLook."""

    def __init__(self, request: Request, decode: Callable[[Any], T]) -> None:
        self.request = request
        self._decode = decode

    def __await__(self) -> Ask[T]:
        fact, _ms = yield from self.timed().__await__()
        return fact

    async def timed(self) -> tuple[T, int]:
        """The fact, and how many milliseconds the look took."""
        (answer,) = await _Asking([self.request])
        if "value" not in answer:
            raise CannotLook(str(answer.get("reason")), f"{_start(self.request.line)}: {answer.get('detail')}")
        return self._decode(answer["value"]), int(answer["ms"])


def _start(line: str, limit: int = 250) -> str:
    """As much of a line as a message needs; the result has the whole of it."""
    return line if len(line) <= limit else f"{line[:limit]}…"


class _Asking:
    def __init__(self, requests: list[Request]) -> None:
        self._requests = requests

    def __await__(self) -> Ask[list[Answer]]:
        return (yield self._requests)


class Observer:
    """One vantage point: the host itself, through Ansible's connection, or the controller, from outside.

    answered: what all observers of a run share of what the APIs of clouds answered.
    """

    def __init__(
        self,
        vantage: str,
        timeout: float | None = None,
        unprivileged: bool = False,
        answered: Answered | None = None,
    ) -> None:
        self.vantage = vantage
        self.answered = answered or Answered()
        self._timeout = timeout
        self._unprivileged = unprivileged

    def at(self, vantage: str) -> Observer:
        """The other vantage point, with the same settings."""
        return Observer(vantage, self._timeout, self._unprivileged, self.answered)

    def unprivileged(self) -> Observer:
        """The same place, seen without privilege escalation even when the task escalates."""
        return Observer(self.vantage, self._timeout, True, self.answered)

    def file(
        self, path: str, *, content: bool = False, digest: bool = False, head: int = 0, limit: int = 1 << 20
    ) -> Look[facts.FileFact]:
        """One path; content and digest are those of a regular file. An absent path is CannotLook("not_found")."""
        return self._ask(facts.FileFact, "file", path=path, content=content, digest=digest, head=head, limit=limit)

    def glob(self, pattern: str, *, head: int = 0, digest: bool = False) -> Look[facts.GlobFact]:
        """Every path that matches an absolute pattern (with ** for any depth)."""
        return self._ask(facts.GlobFact, "glob", pattern=pattern, head=head, digest=digest)

    def command(
        self,
        argv: Sequence[str],
        *,
        stdin: str = "",
        env: Mapping[str, str] | None = None,
        env_files: Mapping[str, str] | None = None,
        user: str | None = None,
        keep: Sequence[str] = (),
        ok: Sequence[int] = (0,),
        timeout: float | None = None,
    ) -> Look[facts.CommandFact]:
        """Run a command; an exit status that is not one of ok is CannotLook, never a fact.

        keep: paths of what to take of the JSON that it prints, such as "*.state.pid"; the rest does not travel.
        """
        look = self._ask(
            facts.CommandFact,
            "command",
            argv=list(argv),
            stdin=stdin,
            env=dict(env or {}),
            env_files=dict(env_files or {}),
            user=user,
            keep=list(keep),
            timeout=timeout,
        )
        return Look(look.request, lambda value: _expected_exit(facts.decode(facts.CommandFact, value), ok))

    def sockets(self) -> Look[facts.SocketsFact]:
        """All listening sockets."""
        return self._ask(facts.SocketsFact, "sockets")

    def unit(self, name: str) -> Look[facts.UnitFact]:
        """One systemd unit; one that does not exist is CannotLook("not_found")."""
        return self._ask(facts.UnitFact, "unit", name=name)

    def timers(self) -> Look[facts.TimersFact]:
        """All systemd timers."""
        return self._ask(facts.TimersFact, "timers")

    def crontabs(self) -> Look[facts.CrontabsFact]:
        """All cron entries."""
        return self._ask(facts.CrontabsFact, "crontabs")

    def mounts(self) -> Look[facts.MountsFact]:
        """All mounted file systems."""
        return self._ask(facts.MountsFact, "mounts")

    def resolve(self, host: str) -> Look[facts.ResolveFact]:
        """All addresses of a name."""
        return self._ask(facts.ResolveFact, "resolve", host=host)

    def tcp(
        self,
        host: str,
        port: int,
        *,
        address: str | None = None,
        send: str = "",
        read: int = 0,
        patience: float | None = None,
    ) -> Look[facts.TcpFact]:
        """One TCP connect, and what the peer says to what we send.

        patience: how many seconds to wait for an answer, instead of all that a look may take.
        """
        asked = {"host": host, "port": port, "address": address, "send": send, "read": read, "patience": patience}
        return self._ask(facts.TcpFact, "tcp", **asked)

    def tls(
        self,
        host: str,
        port: int = 443,
        *,
        address: str | None = None,
        server_name: str | None = None,
        version: str | None = None,
        ciphers: str | None = None,
        starttls: str | None = None,
        staple: bool = False,
    ) -> Look[facts.TlsFact]:
        """One TLS handshake, nothing validated: what the peer accepts and which chain it presents.

        staple: which OCSP response it staples, too, which takes TLS 1.2.
        """
        return self._ask(
            facts.TlsFact,
            "tls",
            host=host,
            port=port,
            address=address,
            server_name=server_name,
            version=version,
            ciphers=ciphers,
            starttls=starttls,
            staple=staple or None,
        )

    def http(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        header_files: Mapping[str, str] | None = None,
        body: str = "",
        address: str | None = None,
        follow: int = 0,
        limit: int | None = None,
        verify: bool = True,
        cafile: str | None = None,
        timeout: float | None = None,
    ) -> Look[facts.HttpFact]:
        """One HTTP request; redirects are met, and followed only as often as asked.

        limit: how many bytes of the body may travel, instead of 256 KiB.
        header_files: headers whose value is the content of a file of the place looked from, and does not travel.
        """
        return self._ask(
            facts.HttpFact,
            "http",
            url=url,
            method=method,
            headers=dict(headers or {}),
            header_files=dict(header_files or {}),
            body=body,
            address=address,
            follow=follow,
            limit=limit,
            verify=verify,
            cafile=cafile,
            timeout=timeout,
        )

    def scan(
        self,
        *,
        path: str | None = None,
        journal: Sequence[str] = (),
        container: str | None = None,
        directory: str | None = None,
        window: float = 0,
        **judging: Any,
    ) -> Look[facts.ScanFact]:
        """What one log is like, judged where it lies. judging: see scan() of module_utils/observation/scans.py."""
        return self._ask(
            facts.ScanFact,
            "scan",
            path=path,
            journal=list(journal),
            container=container,
            directory=directory,
            window=window or None,
            **judging,
        )

    def secret(self, file: str, *, key: str | None = None, predicates: Mapping[str, Any]) -> Look[facts.SecretFact]:
        """What a secret is like, judged where it lies."""
        return self._ask(facts.SecretFact, "secret", file=file, key=key, predicates=dict(predicates))

    def variables(
        self,
        source: Mapping[str, Any],
        *,
        judged: Mapping[str, Mapping[str, Any]] | None = None,
        found: Mapping[str, str] | None = None,
        distinct: Sequence[str] = (),
        other: Mapping[str, Any] | None = None,
    ) -> Look[facts.VariablesFact]:
        """Which variables a source sets, and what they are like, judged where they lie.

        source, other: {file}, {unit}, {unit, running}, {process}, {container, client} or {compose, service}.
        """
        return self._ask(
            facts.VariablesFact,
            "variables",
            source=dict(source),
            judged={name: dict(predicates) for name, predicates in (judged or {}).items()},
            found=dict(found or {}),
            distinct=list(distinct),
            other=dict(other or {}),
        )

    def call(self, line: str, function: Callable[[], T], *, timeout: float = 15, reading: str = "") -> Look[T]:
        """A call of a library on the controller. line repeats it by hand and tells it from every other call.

        reading: what is made of the answer, where several make something else of the same.
        The function raises CannotLook for what it knows the reason of; any other exception is malformed.
        """
        params = {"kind": "call", "line": line, "timeout": timeout, "reading": reading}
        return Look(Request(CONTROLLER, params, call=function), lambda value: value)

    def _ask(self, fact: type[T], kind: str, **params: Any) -> Look[T]:
        params["timeout"] = params.get("timeout") or self._timeout
        given = {name: value for name, value in params.items() if value not in (None, "", {}, [])}
        request = Request(self.vantage, {"kind": kind, **given}, self._unprivileged)
        return Look(request, lambda value: facts.decode(fact, value))


def _expected_exit(fact: facts.CommandFact, ok: Sequence[int]) -> facts.CommandFact:
    if fact.exit in ok:
        return fact
    said = (fact.stderr.strip() or fact.stdout.strip())[:500]
    reason = next((reason for words, reason in _SAID if any(word in said.lower() for word in words)), "malformed")
    raise CannotLook(reason, f"exit status {fact.exit}: {said}")


_SAID = (
    (
        (
            "permission denied",
            "operation not permitted",
            "must be root",
            "to be root",
            "not privileged",
            "noperm",
            "noauth",
            "not allowed",
        ),
        "denied",
    ),
    (("connection refused", "could not connect", "no route to host", "connection reset"), "unreachable"),
    (("timed out", "timeout"), "timeout"),
)


def _side_by_side(strands: Sequence[Generator[Any, Any, Any]]) -> Ask[list[Any]]:
    values: list[Any] = [None] * len(strands)
    answers: dict[int, list[Answer] | None] = dict.fromkeys(range(len(strands)))
    while answers:
        asked: dict[int, list[Request]] = {}
        wrong: list[Exception] = []
        for index, answer in answers.items():
            try:
                asked[index] = strands[index].send(answer)
            except StopIteration as stop:
                values[index] = stop.value
            except Exception as error:  # noqa: BLE001 - raised once every strand has begun, which only then can end
                wrong.append(error)
        if wrong:
            raise wrong[0]
        if not asked:
            break
        replies = iter((yield [request for requests in asked.values() for request in requests]))
        answers = {index: [next(replies) for dummy in requests] for index, requests in asked.items()}
    return values


class _Together:
    def __init__(self, awaitables: Sequence[Awaitable[Any]]) -> None:
        self._awaitables = awaitables

    def __await__(self) -> Ask[list[Any]]:
        strands = [awaitable.__await__() for awaitable in self._awaitables]
        with ExitStack() as ending:
            for strand in strands:
                ending.callback(strand.close)
            return (yield from _side_by_side(strands))


async def together(*awaitables: Awaitable[Any]) -> list[Any]:
    """Await several things at once, in as few round trips as the longest of them needs; any CannotLook is raised."""
    return await _Together(awaitables)


async def attempt(awaitable: Awaitable[T]) -> T | CannotLook:
    """Await something and give back the CannotLook instead of raising it."""
    try:
        return await awaitable
    except CannotLook as reason:
        return reason


def seen(answer: T | CannotLook) -> T:
    """What attempt() gave; raises the CannotLook that it gave instead."""
    if isinstance(answer, CannotLook):
        raise answer
    return answer


async def present(awaitable: Awaitable[T]) -> T | None:
    """Await something that may not exist: None when it is not found; every other CannotLook is raised."""
    try:
        return await awaitable
    except CannotLook as reason:
        if reason.reason == "not_found":
            return None
        raise
