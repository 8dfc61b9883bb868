# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets, judged where they lie: only verdicts leave the machine, never a value, its length or its entropy."""

from __future__ import annotations

import base64
import binascii
import collections
import hashlib
import hmac
import math
import re

from ansible_collections.golive.verify.plugins.module_utils.observation import files
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

_LONGEST_VALUE = 1 << 16
_LARGEST_FILE = 1 << 20
_MOST_ITERATIONS = 10000000


def secret(deadline, file, key=None, predicates=None):
    """Tell whether a secret is there and, by name, which predicates hold. An empty value is an absent one.

    key: the name in a file of KEY=value lines (dotenv, ini, systemd's EnvironmentFile); of several the last one counts.
    Without key the value is the whole content of the file, stripped.

    min_length: in characters. min_entropy_bits: Shannon's estimate from the frequency of the value's characters, times
    its length; 32 random hexadecimal digits come to about 115 bits, not 128. pattern, forbidden_pattern: regular
    expressions searched for. base64_bytes: the exact number of bytes it decodes to (either alphabet, padded or not, the
    prefix "base64:" allowed). equals: salt (taken as text), sha256 (in hexadecimal digits) and iterations of a
    PBKDF2-HMAC-SHA-256.
    """
    tests = {name: _test(name, expected) for name, expected in (predicates or {}).items()}
    content = files.file(deadline, file, content=True, limit=_LARGEST_FILE)["content"]
    value = content.strip() if key is None else _value_of(key, content)
    if not value:
        return {"present": False, "predicates": dict.fromkeys(tests, False)}
    if len(value) > _LONGEST_VALUE:
        raise CannotLook("too_large", "the value in %s has more than %d characters" % (file, _LONGEST_VALUE))
    if "\ufffd" in value:
        raise CannotLook("malformed", "the value in %s is not UTF-8 text" % file)
    return {"present": True, "predicates": {name: test(value) for name, test in tests.items()}}


def _value_of(key, content):
    line = re.compile(
        r"""^[ \t]*(?:export[ \t]+)?%s[ \t]*=[ \t]*(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\r\n]*))""" % re.escape(key),
        re.MULTILINE | re.DOTALL,
    )
    value = ""
    for single, double, bare in line.findall(content):
        # A comment behind a bare value must not count for its length or entropy.
        value = single or re.sub(r'\\(["\\$`])', r"\1", double) or re.split(r"(?:^|\s)[#;]", bare)[0].strip()
    return value


def _test(name, expected):
    """Make the test of one predicate, so that a predicate nobody can evaluate is refused before the file is read."""
    if name not in _TESTS:
        raise CannotLook("malformed", "no predicate is called %s" % name)
    try:
        return _TESTS[name](expected)
    except (TypeError, ValueError, KeyError, re.error) as error:
        raise CannotLook("malformed", "predicate %s: %s" % (name, error)) from None


def _min_length(least):
    least = int(least)
    return lambda value: len(value) >= least


def _min_entropy_bits(least):
    least = float(least)
    return lambda value: _entropy_bits(value) >= least


def _entropy_bits(value):
    counts = collections.Counter(value).values()
    return -sum(count * math.log2(count / len(value)) for count in counts)


def _pattern(pattern):
    found = re.compile(pattern).search
    return lambda value: found(value) is not None


def _forbidden_pattern(pattern):
    found = re.compile(pattern).search
    return lambda value: found(value) is None


def _base64_bytes(size):
    size = int(size)
    return lambda value: _decoded_size(value) == size


def _decoded_size(value):
    text = value[len("base64:") :] if value.startswith("base64:") else value
    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return len(base64.b64decode(text + "=" * (-len(text) % 4), validate=True))
    except (binascii.Error, ValueError):
        return None


def _equals(expected):
    salt, digest, iterations = expected["salt"].encode(), bytes.fromhex(expected["sha256"]), int(expected["iterations"])
    if not 0 < iterations <= _MOST_ITERATIONS or len(digest) != 32:
        raise ValueError("it takes 1 to %d iterations and a digest of 32 bytes" % _MOST_ITERATIONS)
    return lambda value: hmac.compare_digest(hashlib.pbkdf2_hmac("sha256", value.encode(), salt, iterations), digest)


_TESTS = {
    "min_length": _min_length,
    "min_entropy_bits": _min_entropy_bits,
    "pattern": _pattern,
    "forbidden_pattern": _forbidden_pattern,
    "base64_bytes": _base64_bytes,
    "equals": _equals,
}
