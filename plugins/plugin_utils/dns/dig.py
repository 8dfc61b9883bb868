# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the dns verifier may look at, each look with the dig command that a person would run."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.dns import questions
from ansible_collections.golive.verify.plugins.plugin_utils.dns.mail import Spf, read_spf
from ansible_collections.golive.verify.plugins.plugin_utils.dns.questions import Climbed, Reply, Resolved, Server
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer

T = TypeVar("T")
TRANSPORTS = ("udp", "tcp")
_FLAGS = {"udp": ["+ignore"], "tcp": ["+tcp"], "any": []}
_SECONDS = 4.0
_SECONDS_OF_MANY = 15.0


class Dig:
    """The looks at one zone and at what it refers to. want: the options of the check."""

    def __init__(self, look: Observer, want: Wanted) -> None:
        self.zone = questions.absolute(want.zone)
        self._look = look
        self._ipv6 = bool(want.ipv6)
        self._via = [Server.of(text) for text in want.nameservers]
        self._seconds = float(want.timeout or _SECONDS)
        self._seconds_of_many = float(want.timeout or _SECONDS_OF_MANY)

    def ask(self, server: Server, name: str, kind: str, transport: str = "any", recurse: bool = False) -> Look[Reply]:
        """One question to one server."""
        flags = [*([] if recurse else ["+norecurse", "+dnssec"]), *_FLAGS[transport]]
        call = partial(questions.ask, server, name, kind, transport, recurse, self._seconds)
        return self._look.call(_line(server, [name, kind], flags), call, timeout=self._seconds * 2)

    def transfer(self, server: Server) -> Look[Reply | None]:
        """The start of a zone transfer; None when the server hangs up."""
        call = partial(questions.transfer, server, self.zone, self._seconds)
        return self._look.call(_line(server, [self.zone, "AXFR"], []), call, timeout=self._seconds)

    def resolve(self, name: str, kinds: Sequence[str] = ("A", "AAAA")) -> Look[Resolved]:
        """What a name has, wherever it lies."""
        call = partial(questions.resolve, self._via, name, kinds, self._seconds_of_many)
        return self._elsewhere([word for kind in kinds for word in (name, kind)], call)

    def climb(self, name: str, kind: str, prefix: str = "", start: str = "", above: bool = True) -> Look[Climbed]:
        """The records of a name or, above, of the nearest name over it that has any. prefix goes before each name."""
        names = [prefix + each for each in questions.ancestors(name)[: None if above else 1]]
        call = partial(questions.climb, self._via, names, kind, self._seconds_of_many, start)
        return self._elsewhere([word for each in names for word in (each, kind)], call)

    def spf(self) -> Look[Spf]:
        """The SPF policy of the zone, with all that it includes."""

        def read() -> Spf:
            deadline = Deadline(self._seconds_of_many)
            return read_spf(
                self.zone.rstrip("."),
                lambda name: questions.lookup(self._via, name, "TXT", deadline).values(name, "TXT"),
            )

        line = f"{self._elsewhere_line([self.zone, 'TXT'])}  # and each include and redirect of it"
        return self._look.call(line, read, timeout=self._seconds_of_many)

    def name_servers(self) -> Look[list[str]]:
        """The addresses of the zone's servers."""
        call = partial(questions.name_servers, self._via, self.zone, self._ipv6, self._seconds_of_many)
        return self._elsewhere([self.zone, "+nssearch"], call)

    def parent_servers(self) -> Look[list[str]]:
        """The addresses of the parent zone's servers."""
        call = partial(questions.parent_servers, self._via, self.zone, self._ipv6, self._seconds_of_many)
        return self._elsewhere([self.zone, "NS", "+trace"], call)

    def _elsewhere(self, words: Sequence[str], call: Callable[[], T]) -> Look[T]:
        return self._look.call(self._elsewhere_line(words), call, timeout=self._seconds_of_many)

    def _elsewhere_line(self, words: Sequence[str]) -> str:
        return _line(self._via[0] if self._via else None, words, [])


def _line(server: Server | None, words: Sequence[str], flags: Sequence[str]) -> str:
    at = [f"@{server.address}"] if server else []
    port = ["-p", str(server.port)] if server and server.port != 53 else []
    return shlex.join(["dig", *at, *port, *words, *flags])
