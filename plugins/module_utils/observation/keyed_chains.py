# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hashes made with a key (HMAC, RFC 2104), made anew where the key lies: neither it nor a row leaves the machine."""

from __future__ import annotations

import base64
import binascii
import hmac

from ansible_collections.golive.verify.plugins.module_utils.observation import commands
from ansible_collections.golive.verify.plugins.module_utils.observation.files import secret_text
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

_ALGORITHMS = ("sha256", "sha384", "sha512")
_KEYS = {"text": str.encode, "hex": bytes.fromhex, "base64": lambda text: base64.b64decode(text, validate=True)}
_DIGESTS = {"hex": lambda digest: digest.hex().encode(), "base64": base64.b64encode}
# Of one row, in bytes: its content stands there in hexadecimal digits.
_LONGEST_ROW = 64 << 20
_LONGEST_NUMBER = 100


def keyed_chain(deadline, argv, key_file, key_encoding="text", algorithm="sha256", encoding="hex", **how):
    """Run argv, which prints rows as PostgreSQL's COPY does: number, content in hexadecimal digits, and stored hash.

    Tell how many there are, how many hold another hash than that of their content, the number of the first of these,
    and how argv ended. key_file holds the key and nothing else, as text, hex or base64 by key_encoding. encoding: how
    hashes are stored, hex or base64. how: stdin, env, env_files and user, as of a command.
    """
    rows = KeyedRows(read_key(deadline, key_file, key_encoding), algorithm, encoding)
    answer = commands.run(deadline, rows, argv, limit=_LONGEST_ROW, **how)
    told = rows.told() if answer["exit"] == 0 else {"rows": 0, "altered": 0, "first": None}
    return dict(told, exit=answer["exit"], stderr=answer["stderr"])


def read_key(deadline, path, encoding="text"):
    """The key in a file. What is wrong with it is told without a word of it."""
    text = secret_text(deadline, path)
    if encoding not in _KEYS:
        raise CannotLook("malformed", "a key is %s" % " or ".join(_KEYS))
    try:
        return _KEYS[encoding](text)
    except (ValueError, binascii.Error):
        raise CannotLook("malformed", "%s does not hold a key in %s" % (path, encoding)) from None


class KeyedRows:
    """What a command prints, taken as it comes: of the rows only counts are kept, and a part of the last one."""

    def __init__(self, key, algorithm, encoding):
        if algorithm not in _ALGORITHMS or encoding not in _DIGESTS:
            raise CannotLook("malformed", "no HMAC is made with %s and written in %s" % (algorithm, encoding))
        self._key, self._algorithm, self._written = key, algorithm, _DIGESTS[encoding]
        self._rest = bytearray()
        self._rows = self._altered = 0
        self._first = None

    def __len__(self):
        return len(self._rest)

    def extend(self, block):
        """Take the next bytes of the output."""
        self._rest += block
        if b"\n" not in block:
            return
        whole, _newline, rest = bytes(self._rest).rpartition(b"\n")
        self._rest = bytearray(rest)
        for line in whole.split(b"\n"):
            self._take(line)

    def told(self):
        """What all rows come to. An output that was cut off in a row tells nothing."""
        if self._rest:
            raise CannotLook("malformed", "the last row is cut off")
        return {"rows": self._rows, "altered": self._altered, "first": self._first}

    def _take(self, line):
        number, content, stored = _fields(line)
        self._rows += 1
        expected = None if content is None else self._written(hmac.digest(self._key, content, self._algorithm))
        if stored == expected and stored is not None:
            return
        self._altered += 1
        if self._first is None:
            self._first = number.decode("utf-8", "replace")[:_LONGEST_NUMBER]


def _fields(line):
    """Number, content and stored hash of a row; content is None where the column holds NULL."""
    fields = line.split(b"\t")
    try:
        number, content, stored = fields
        return number, None if content == b"\\N" else bytes.fromhex(content.decode("ascii")), stored
    except (ValueError, UnicodeDecodeError):
        raise CannotLook("malformed", "what is printed is no row of number, content and hash") from None
