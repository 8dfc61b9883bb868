# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a Redis server is and how to enter it, and what its replies look like, whoever brought them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted

Value = str | int | None
"""One element of a reply. Bytes that are no UTF-8 are surrogates, so that keys can be asked for again."""


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """What the server said instead of an answer."""

    said: str


Reply = list[Value] | ErrorReply
"""A reply with its nested arrays laid out flat, as redis-cli --csv prints it."""


@dataclass(frozen=True, slots=True)
class Server:
    """One Redis server or Sentinel, with what a client needs to enter it. Paths are those of the place looked from."""

    host: str
    port: int
    client: str = "redis-cli"
    socket: str | None = None
    tls: bool = False
    server_name: str | None = None
    cafile: str | None = None
    cert: str | None = None
    key: str | None = None
    user: str | None = None
    password_file: str | None = None
    db: int = 0

    @classmethod
    def of(cls, want: Wanted) -> Server:
        """The server that the options of a check name."""
        return cls(**{name: want[name] for name in cls.__slots__})

    def at(self, host: str, port: int) -> Server:
        """Another server that is entered in the same way."""
        return replace(self, host=host, port=port, socket=None, db=0)

    def anonymous(self) -> Server:
        """The same server, met by somebody without a name."""
        return replace(self, user=None, password_file=None)

    @property
    def argv(self) -> list[str]:
        """The start of every command line of its command-line client."""
        where = ["-s", self.socket] if self.socket else ["-h", self.host, "-p", str(self.port)]
        paths = {"--cacert": self.cafile, "--cert": self.cert, "--key": self.key, "--sni": self.server_name}
        tls = ["--tls", *(part for flag, value in paths.items() if value for part in (flag, value))] if self.tls else []
        user = ["--user", self.user] if self.user else []
        return [self.client, *where, *tls, *user, *(["-n", str(self.db)] if self.db else [])]


_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|(-?\d+)|(NULL|NIL)|')
_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))")
_PLAIN = re.compile(r"[A-Za-z0-9_:.*-]+")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b"}


def parse_csv(line: str) -> Reply:
    """One reply as redis-cli --csv prints it; what is not one is CannotLook("malformed").

    The line itself is never shown: it may hold hashes of passwords or keys of sessions.
    """
    if error := re.fullmatch(r'ERROR,"((?:[^"\\]|\\.)*)"', line):
        return ErrorReply(_unescape(error[1]))
    values: list[Value] = []
    at = 0
    while True:
        item = _ITEM.match(line, at)
        if item is None or (item.end() < len(line) and line[item.end()] != ","):
            raise CannotLook("malformed", "redis-cli printed what is no reply")
        if item[0]:
            values.append(_unescape(item[1]) if item[1] is not None else int(item[2]) if item[2] else None)
        at = item.end() + 1
        if at > len(line):
            return values


def _unescape(text: str) -> str:
    """Undo the escapes of redis-cli, which stand for single bytes."""

    def byte(escape: re.Match[str]) -> str:
        return chr(int(escape[1], 16)) if escape[1] else _CONTROLS.get(escape[2], escape[2])

    return _ESCAPED.sub(byte, text).encode("latin-1", "replace").decode("utf-8", "surrogateescape")


def quote(words: Sequence[str]) -> str:
    """A command as one line for the standard input of redis-cli: no byte of a hostile key ends the line."""
    return " ".join(word if _PLAIN.fullmatch(word) else f'"{_escape(word)}"' for word in words)


def _escape(word: str) -> str:
    return "".join(map(_escaped, word.encode("utf-8", "surrogateescape")))


def _escaped(byte: int) -> str:
    return chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
