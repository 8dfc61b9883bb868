# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugin and the process of a suite say to each other: JSON objects, one a line, over a socket.

The suite's process sends, and these are answered by the same word:

    collected   what there is to run; answered with the numbers of the tests to run
    ask         shell commands for the host; answered with one answer for each

and without an answer: started (the number of a test), ended (how a test ended), done.
"""

from __future__ import annotations

import json
import socket
from typing import Any

Message = dict[str, Any]

# The variable of the environment in which the suite's process finds its end.
VARIABLE = "GOLIVE_TESTINFRA"
_BLOCK = 1 << 16
_LONGEST = 1 << 28


class Closed(Exception):
    """The other end is gone."""


class Channel:
    """One end of the socket."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self._rest = bytearray()

    def send(self, **message: Any) -> None:
        """Send one message; raise Closed where nobody is there to read it."""
        try:
            self.end.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise Closed(str(error)) from error

    def read(self) -> list[Message]:
        """The messages that are complete with what has come; wait until something has. Closed ends it."""
        try:
            block = self.end.recv(_BLOCK)
        except OSError as error:
            raise Closed(str(error)) from error
        if not block or len(self._rest) > _LONGEST:
            raise Closed("no more messages")
        self._rest += block
        if b"\n" not in block:
            return []
        *lines, rest = bytes(self._rest).split(b"\n")
        self._rest = bytearray(rest)
        try:
            return [json.loads(line) for line in lines]
        except ValueError as error:
            raise Closed(f"a message is not JSON: {error}") from error

    def request(self, word: str, **message: Any) -> Any:
        """Send a message and wait for the answer by the same word."""
        self.send(**{word: message})
        while True:
            for reply in self.read():
                if word in reply:
                    return reply[word]
