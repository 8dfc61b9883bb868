# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a Redis server the same questions from the host, through redis-cli, and from the controller, through redis-py."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils import facts, reproduce
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Look, Observer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.redis.info import Info
from ansible_collections.golive.verify.plugins.plugin_utils.redis.server import (
    ErrorReply,
    Reply,
    Server,
    Value,
    parse_csv,
    quote,
)
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_SECONDS = 5.0
_PATIENCE = 0.2
# Commands whose rights are given for each subcommand.
_CONTAINERS = {"ACL", "CLIENT", "CLUSTER", "COMMAND", "CONFIG", "SENTINEL"}
_UNKNOWN_USER = {"NOAUTH", "WRONGPASS"}
_DENIED = _UNKNOWN_USER | {"NOPERM", "DENIED"}
_BUSY = {"LOADING", "MASTERDOWN", "CLUSTERDOWN", "BUSY", "TRYAGAIN"}
# How servers, and services that keep a command from their customers, say that there is no such command.
_NO_COMMAND = re.compile(r"ERR (unknown|unsupported|command is not)", re.IGNORECASE)
_ERROR_IN_TEXT = re.compile(r"-?([A-Z][A-Z0-9]+ [^\r\n]*)\s*")


class Refused(CannotLook):
    """The server answered, with an error. said: its words."""

    def __init__(self, said: str, command: Sequence[str], user: str | None) -> None:
        reason, advice = _advice(said, command, user)
        super().__init__(reason, f"{' '.join(command[:2])}: {shown(said)}{advice}")
        self.said = said

    @property
    def code(self) -> str:
        """The first word of an error, which tells its kind."""
        return self.said.partition(" ")[0]


class Untold(CannotLook):
    """The server lets us in and keeps a parameter to itself, as those of managed services do."""


def _advice(said: str, command: Sequence[str], user: str | None) -> tuple[str, str]:
    right = "+" + "|".join(word.lower() for word in command[: 2 if command[0] in _CONTAINERS else 1])
    code = said.partition(" ")[0]
    if code in _UNKNOWN_USER:
        return "denied", "; give user and password_file"
    if code in _DENIED:
        return "denied", f"; to grant it: ACL SETUSER {user or 'default'} {right}"
    if _NO_COMMAND.match(said):
        return "denied", f"; the server has it disabled or renamed, or is too old for it (wanted: {right})"
    return ("unreachable" if code in _BUSY else "malformed"), ""


@dataclass(frozen=True, slots=True)
class _Quiet(Request):
    """A request of which people see only the start: what it is fed names keys, which may be those of sessions."""

    @property
    def line(self) -> str:
        """The command line, and what kind of lines it is fed."""
        bare = {name: value for name, value in self.params.items() if name != "stdin"}
        first = str(self.params["stdin"]).split(" ", maxsplit=1)[0]
        return f"{reproduce.line(bare)} <<< '{first} …'  # one line for each key seen before"


@dataclass(frozen=True, slots=True)
class Setting:
    """The value of a parameter of the server. declared: that it is what people say, since the server does not."""

    value: str
    declared: bool = False

    def __str__(self) -> str:
        return f"{shown(self.value)} (declared)" if self.declared else shown(self.value)


@dataclass(frozen=True, slots=True)
class Redis:
    """One server, and the place it is asked from. declared: parameters that count where the server refuses them."""

    look: Observer
    server: Server
    declared: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, look: Observer, want: Wanted) -> Redis:
        """The server that the options of a check name."""
        return cls(look, Server.of(want), _declared(want.declared))

    def at(self, host: str, port: int) -> Redis:
        """Another server, entered in the same way."""
        return replace(self, server=self.server.at(host, port))

    def anonymous(self) -> Redis:
        """The same server, asked by somebody without a name."""
        return replace(self, server=self.server.anonymous())

    async def ask(self, *command: str) -> list[Value]:
        """The elements of one reply; an error reply raises Refused."""
        if self.look.vantage == CONTROLLER:
            (reply,) = await self._call([command], self._line(command))
        else:
            reply = _only(await self._client([*self.server.argv, "--csv", *command]))
        return self._values(reply, command)

    async def text(self, *command: str) -> str:
        """A reply that is one text of many lines, which redis-cli prints as it is, an error reply too."""
        if self.look.vantage == CONTROLLER:
            (reply,) = await self._call([command], self._line(command))
        else:
            fact = await self._client([*self.server.argv, *command])
            error = _ERROR_IN_TEXT.fullmatch(fact.stdout)
            reply = ErrorReply(error[1]) if error else [fact.stdout]
        text = "".join(str(value) for value in self._values(reply, command))
        if not text.strip():
            raise CannotLook("malformed", f"{' '.join(command)}: an empty reply")
        return text

    async def pipeline(self, commands: Sequence[Sequence[str]], quiet: bool = False) -> list[list[Value]]:
        """The replies to several commands over one connection. quiet: reports do not show the keys that they name."""
        if not commands:
            return []
        lines = "\n".join(map(quote, commands)) + "\n"
        params = self._params([*self.server.argv, "--csv"]) | {"stdin": lines}
        request = (_Quiet if quiet else Request)(self.look.vantage, params)
        if self.look.vantage == CONTROLLER:
            replies = await self._call(commands, request.line)
        else:
            fact = await Look(request, partial(facts.decode, facts.CommandFact))
            replies = _all(fact, len(commands))
        return [self._values(reply, command) for reply, command in zip(replies, commands, strict=True)]

    async def latency(self) -> float:
        """Milliseconds that PING takes over an open connection, as a mean."""
        argv = [*self.server.argv, "--csv", "--latency", "-i", str(_PATIENCE)]
        if self.look.vantage == CONTROLLER:
            line = reproduce.line(self._params(argv))
            return await self.look.call(line, lambda: _library().latency(self.server, _SECONDS))
        fact = await self._client(argv)
        sampled = re.fullmatch(r"\d+,\d+,(\d+\.\d+),([1-9]\d*)\n", fact.stdout)
        if sampled is None:
            raise CannotLook("malformed", f"redis-cli --latency: {shown(fact.stdout + fact.stderr)}")
        return float(sampled[1])

    async def info(self) -> Info:
        """What the server tells of itself."""
        return Info.parse(await self.text("INFO"))

    async def document(self, members: Sequence[str], *command: str) -> Mapping[str, Any] | None:
        """Members of the JSON document that is the one element of a reply; None without one. The rest does not travel.

        On the host a refusal is only malformed here: ask something beside it that tells refusals apart.
        """
        if self.look.vantage == CONTROLLER:
            line = reproduce.line(self._params([*self.server.argv, *command]) | {"keep": list(members)})
            return await self.look.call(line, lambda: _members(self._replied(command), members))
        fact = await self._client([*self.server.argv, *command], keep=members)
        return _members([fact.stdout] if fact.stdout else [], members)

    async def config(self, parameter: str) -> Setting:
        """The value of one parameter at run time. Never a pattern: some parameters are passwords."""
        try:
            values = await self.ask("CONFIG", "GET", parameter)
        except Refused as refusal:
            if refusal.reason != "denied" or refusal.code in _UNKNOWN_USER:
                raise
            if parameter in self.declared:
                return Setting(self.declared[parameter], declared=True)
            advice = f"where a provider keeps it from you, state it in the option declared: {{{parameter}: …}}"
            raise Untold(refusal.reason, f"{refusal.detail}; {advice}") from None
        if len(values) != 2 or values[0] != parameter:
            raise CannotLook("malformed", f"CONFIG GET {parameter}: the server knows no such parameter")
        return Setting(str(values[1]))

    async def client_names(self) -> list[str]:
        """The names of the connections that have one."""
        lines = (await self.text("CLIENT", "LIST")).strip().splitlines()
        if not all(line.startswith("id=") for line in lines):
            raise CannotLook("malformed", "CLIENT LIST: not a list of clients")
        names = [re.search(r" name=(\S+)", line) for line in lines]
        return [name[1] for name in names if name]

    def _params(self, argv: Sequence[str]) -> dict[str, object]:
        secrets = {"REDISCLI_AUTH": self.server.password_file} if self.server.password_file else {}
        return {"kind": "command", "argv": list(argv), **({"env_files": secrets} if secrets else {})}

    def _line(self, command: Sequence[str]) -> str:
        return reproduce.line(self._params([*self.server.argv, *command]))

    def _call(self, commands: Sequence[Sequence[str]], line: str) -> Look[list[Reply]]:
        return self.look.call(line, lambda: _library().ask(self.server, commands, _SECONDS))

    def _replied(self, command: Sequence[str]) -> list[Value]:
        (reply,) = _library().ask(self.server, [command], _SECONDS)
        return self._values(reply, command)

    async def _client(self, argv: list[str], keep: Sequence[str] = ()) -> facts.CommandFact:
        secrets = {"REDISCLI_AUTH": self.server.password_file} if self.server.password_file else {}
        try:
            return await self.look.command(argv, env_files=secrets, keep=keep)
        except CannotLook as failure:
            if "Unrecognized option" in failure.detail:
                detail = f"{failure.detail} (this redis-cli is too old, or has no TLS)"
                raise CannotLook("missing_tool", detail) from None
            raise

    def _values(self, reply: Reply, command: Sequence[str]) -> list[Value]:
        if isinstance(reply, ErrorReply):
            raise Refused(reply.said, command, self.server.user)
        return reply


# What INFO tells instead is never taken from anybody's word.
_DECLARABLE = ("save", "bind", "protected-mode", "port", "tls-replication", "tls-cluster")


def _declared(given: Mapping[str, Any]) -> dict[str, str]:
    """The declared parameters as CONFIG GET would tell them."""
    if unknown := sorted(given.keys() - {*_DECLARABLE}):
        known = ", ".join(_DECLARABLE)
        raise CannotLook("malformed", f"option declared: the server tells {unknown[0]} itself; it takes only {known}")
    return {name: {True: "yes", False: "no"}[v] if isinstance(v, bool) else str(v) for name, v in given.items()}


def _members(reply: Sequence[Value], members: Sequence[str]) -> dict[str, Any] | None:
    if not reply:
        return None
    try:
        document = json.loads(str(reply[0]))
        return {name: document[name] for name in members if name in document}
    except (ValueError, TypeError) as error:
        raise CannotLook("malformed", f"what lies there is no JSON object: {type(error).__name__}") from None


def _library() -> Any:
    from ansible_collections.golive.verify.plugins.plugin_utils.redis import library

    if library.MISSING:
        raise CannotLook("missing_tool", f"the controller lacks redis ({library.MISSING}): pip install redis")
    return library


def _only(fact: facts.CommandFact) -> Reply:
    (reply,) = _all(fact, 1)
    return reply


def _all(fact: facts.CommandFact, count: int) -> list[Reply]:
    """One reply a line. Fed from its standard input, redis-cli ends well even when it could not connect."""
    lines = fact.stdout.split("\n")[:-1]
    if len(lines) != count:
        lost = "could not connect" in fact.stderr.lower()
        said = shown(fact.stderr) or "no reason given"
        raise CannotLook("unreachable" if lost else "malformed", f"{len(lines)} replies to {count} commands: {said}")
    return [parse_csv(line) for line in lines]
