# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hashes with a key: the rows come to where the key lies, and are judged there. The database never has the key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation import keyed_chains
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils import facts, reproduce
from ansible_collections.golive.verify.plugins.plugin_utils.audit_trail.chain import Chain, fault_problems
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Look, Observer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Postgresql, library, safely
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.refusals import Failed, failed_to_connect
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Server
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_CONNECTION_BAD = 2
_ERROR = re.compile(r"ERROR:\s+([0-9A-Z]{5}): ([^\n]*)")


@dataclass(frozen=True, slots=True)
class Key:
    """A key, where it lies, and how hashes are made with it."""

    file: str
    key_encoding: str
    algorithm: str
    encoding: str

    @property
    def params(self) -> Mapping[str, str]:
        """In the words of the observation. What is stored as bytea is compared in hexadecimal digits."""
        encoding = "base64" if self.encoding == "base64" else "hex"
        named = {"key_file": self.file, "key_encoding": self.key_encoding, "algorithm": self.algorithm}
        return {**named, "encoding": encoding}


async def unaltered(look: Observer, want: Wanted, chain: Chain) -> Part:
    """Every row has the hash that its content and the key give."""
    key = Key(want.hmac_key_file, want.hmac_key_encoding, chain.algorithm, chain.encoding)
    fact = await _asked(Postgresql.of(look, want), f"COPY ({chain.streamed()}) TO STDOUT", key)
    found = {"altered": fact.altered, "first_altered": fact.first}
    return Part({"rows hashed with the key": fact.rows}, list(fault_problems(found)))


def _asked(database: Postgresql, sql: str, key: Key) -> Look[facts.KeyedChainFact]:
    server, before = database.server, safely(int(database.seconds * 1000 / 4))
    command = database.params(server.argv("-q", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"))
    script = "".join(f"{statement};\n" for statement in (*before, sql, "ROLLBACK"))
    params = {**command, **key.params, "kind": "keyed_chain", "stdin": script, "timeout": database.seconds}
    if database.look.vantage != CONTROLLER:
        return Look(Request(database.look.vantage, params), lambda value: _fact(value, server))
    stream = partial(_streamed, server, before, sql, key, database.seconds)
    return database.look.call(reproduce.line(params), stream, timeout=database.seconds)


def _fact(value: Any, server: Server) -> facts.KeyedChainFact:
    fact = facts.decode(facts.KeyedChainFact, value)
    if fact.exit == _CONNECTION_BAD:
        raise failed_to_connect(fact.stderr)
    if fact.exit:
        error = _ERROR.search(fact.stderr)
        if error:
            raise Failed(error[1], error[2], server.user)
        raise CannotLook("malformed", f"psql: exit status {fact.exit}: {shown(fact.stderr, 300)}")
    return _some(fact)


def _some(fact: facts.KeyedChainFact) -> facts.KeyedChainFact:
    if not fact.rows:
        raise CannotLook("not_found", "no row came to be hashed: there is no chain")
    return fact


def _streamed(server: Server, before: tuple[str, ...], sql: str, key: Key, seconds: float) -> facts.KeyedChainFact:
    told = keyed_chains.KeyedRows(
        keyed_chains.read_key(Deadline(seconds), key.file, key.key_encoding), key.algorithm, key.params["encoding"]
    )
    library().stream(server, before, sql, told.extend)
    return _some(facts.KeyedChainFact(exit=0, stderr="", **told.told()))
