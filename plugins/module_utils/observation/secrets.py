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
import ipaddress
import math
import re
import urllib.parse

from ansible_collections.golive.verify.plugins.module_utils.observation import files
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

LONGEST_VALUE = 1 << 16
_LARGEST_FILE = 1 << 20
_MOST_ITERATIONS = 10000000


def secret(deadline, file, key=None, predicates=None):
    """Tell whether a secret is there and, by name, which predicates hold. An empty value is an absent one.

    key: the name in a file of KEY=value lines (dotenv, ini, systemd's EnvironmentFile); of several the last one counts.
    Without key the value is the whole content of the file, stripped.

    min_length: in characters. min_entropy_bits: Shannon's estimate from the frequency of the value's characters, times
    its length; 32 random hexadecimal digits come to about 115 bits, not 128. pattern, forbidden_pattern: regular
    expressions searched for. base64_bytes: the exact number of bytes it decodes to (either alphabet, padded or not, the
    prefix "base64:" allowed). hex_bytes: the same of hexadecimal digits. equals: salt (taken as text), sha256 (in
    hexadecimal digits) and iterations of a PBKDF2-HMAC-SHA-256. differs_from: such a fingerprint, which is not its own.
    password_differs_from: the same of the password in an address. no_password: there is none in it.

    one_of: the values allowed. not_repeating: it is no repetition of a shorter text. not_made_of: words; at least half
    of its letters and digits remain without them. not_typed: base64 or hex; what it decodes to is neither printable
    text nor a repetition.

    url_scheme, url_host, url_database: those allowed. url_forbidden_host: an expression found in none of its hosts.
    url_remote: none of its hosts is this machine. url_parameter: its name with the values allowed. https_origins: the
    origins allowed, or none for any; it lists at least one, all of them over https and none of them this machine.
    """
    wanted = tests(predicates)
    value = read(deadline, file, key)
    return {
        "present": bool(value),
        "predicates": {name: bool(value) and holds(test, value, file) for name, test in wanted.items()},
    }


def read(deadline, file, key=None):
    """The value itself, for a look that compares it where it lies; empty when it is absent."""
    content = files.file(deadline, file, content=True, limit=_LARGEST_FILE)["content"]
    return content.strip() if key is None else _value_of(key, content)


def tests(predicates):
    """The test of each predicate by its name. One that nobody can evaluate is refused before anything is read.

    A name may have a label behind a colon, so that one predicate can be asked several times: "differs_from:staging".
    """
    return {name: _test(name, expected) for name, expected in (predicates or {}).items()}


def holds(test, value, where):
    """Whether a value satisfies a test; where it is, to name it, since the value itself must not be shown."""
    if len(value) > LONGEST_VALUE:
        raise CannotLook("too_large", "the value in %s has more than %d characters" % (where, LONGEST_VALUE))
    if "\ufffd" in value:
        raise CannotLook("malformed", "the value in %s is not UTF-8 text" % where)
    return bool(test(value))


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
    kind = name.partition(":")[0]
    if kind not in _TESTS:
        raise CannotLook("malformed", "no predicate is called %s" % name)
    try:
        return _TESTS[kind](expected)
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


def _hex_bytes(size):
    size = int(size)
    return lambda value: len(_decoded("hex", value) or b"") == size


def _decoded_size(value):
    decoded = _decoded("base64", value)
    return None if decoded is None else len(decoded)


def _decoded(encoding, value):
    """The bytes that a value stands for; null when it does not."""
    if encoding not in ("base64", "hex"):
        raise ValueError("there is no encoding %s" % encoding)
    try:
        return bytes.fromhex(value) if encoding == "hex" else _from_base64(value)
    except (binascii.Error, ValueError):
        return None


def _from_base64(value):
    text = value[len("base64:") :] if value.startswith("base64:") else value
    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def _not_repeating(_expected):
    return lambda value: not _repeats(value)


def _repeats(value):
    """Whether a text or bytes consist of a shorter part, over and over, the last time perhaps cut off."""
    return any(value[period:] == value[:-period] for period in range(1, len(value) // 2 + 1))


def _not_made_of(words):
    made_of = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))), re.IGNORECASE)

    def tested(value):
        signs = re.sub(r"[^a-z0-9]+", "", value.lower())
        return bool(signs) and 2 * len(made_of.sub("", signs)) >= len(signs)

    return tested


def _not_typed(encoding):
    _decoded(encoding, "")

    def tested(value):
        decoded = _decoded(encoding, value)
        return bool(decoded) and not _repeats(decoded) and not all(32 <= byte < 127 for byte in decoded)

    return tested


def _differs_from(expected):
    is_equal = _equals(expected)
    return lambda value: not is_equal(value)


def _password_differs_from(expected):
    is_equal = _equals(expected)
    return lambda value: not is_equal(password_in(value))


def _one_of(allowed):
    allowed = frozenset(map(str, allowed))
    return lambda value: value in allowed


def _equals(expected):
    salt, digest, iterations = expected["salt"].encode(), bytes.fromhex(expected["sha256"]), int(expected["iterations"])
    if not 0 < iterations <= _MOST_ITERATIONS or len(digest) != 32:
        raise ValueError("it takes 1 to %d iterations and a digest of 32 bytes" % _MOST_ITERATIONS)
    return lambda value: hmac.compare_digest(hashlib.pbkdf2_hmac("sha256", value.encode(), salt, iterations), digest)


_URL = re.compile(
    r"(?:jdbc:)?([a-zA-Z][a-zA-Z0-9+.-]*)://(?:([^/?#]*)@)?([^/?#@]*)(?:/([^?#/]*))?/?(?:\?([^#]*))?(?:#.*)?", re.DOTALL
)
# Of an address with signs in it that should have been escaped, and of settings as libpq and ADO.NET have them.
_UNESCAPED = re.compile(r"(?:jdbc:)?[a-zA-Z][a-zA-Z0-9+.-]*://[^:/?#@]*:(.*)@", re.DOTALL)
_SETTING = re.compile(r"""(?:^|[\s;])(?:password|pwd)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^\s;]+))""", re.IGNORECASE)
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])(?::[0-9]{1,5})?")
_ORIGIN = re.compile(r"https://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)(?::[0-9]{1,5})?")
_NAMES_OF_THIS_MACHINE = re.compile(r"(?:.*\.)?localhost(?:\.localdomain)?|host\.docker\.internal", re.IGNORECASE)


class _Url:
    """The parts of a URL; of one that is none, nothing."""

    def __init__(self, value):
        match = _URL.fullmatch(value)
        scheme, account, hosts, database, query = match.groups() if match else (None, None, "", None, None)
        self.scheme = (scheme or "").lower()
        self.database = urllib.parse.unquote(database or "")
        self.parameters = dict(urllib.parse.parse_qsl(query or "", keep_blank_values=True))
        self.hosts = [_host(host) for host in (hosts or self.parameters.get("host", "")).split(",")]
        password = urllib.parse.unquote((account or "").partition(":")[2])
        self.password = password or self.parameters.get("password", "")


def password_in(value):
    """The password in the address of a database or another service; empty where there is none."""
    setting, url = _SETTING.search(value), _Url(value)
    if setting:
        return next(filter(None, setting.groups()), "")
    # Signs that are not escaped cut an address at the wrong place, where no host can be.
    unescaped = None if all(url.hosts) else _UNESCAPED.match(value)
    return unescaped.group(1) if unescaped else url.password


def _host(text):
    match = _HOST.fullmatch(text)
    return match.group(1).strip("[]").lower() if match else ""


def _is_this_machine(host):
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _NAMES_OF_THIS_MACHINE.fullmatch(host) is not None
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_unspecified


def _url(judge):
    """A predicate on a URL, given a function of it and of what is expected."""
    return lambda expected: lambda value: judge(_Url(value), expected)


def _url_parameter(expected):
    ((name, allowed),) = expected.items()
    allowed = frozenset(map(str, allowed))
    return lambda value: _Url(value).parameters.get(name) in allowed


def _url_forbidden_host(pattern):
    found = re.compile(pattern).search
    return lambda value: all(host and not found(host) for host in _Url(value).hosts)


def _https_origins(allowed):
    allowed = frozenset(origin.lower() for origin in allowed)

    def tested(value):
        origins = [part.strip("\"'") for part in re.split(r"[\s,;]+", value.strip().strip("[]")) if part.strip("\"'")]
        matches = [_ORIGIN.fullmatch(origin) for origin in origins]
        sound = bool(origins) and all(m and not _is_this_machine(m.group(1).strip("[]")) for m in matches)
        return sound and (not allowed or allowed.issuperset(origin.lower() for origin in origins))

    return tested


_TESTS = {
    "min_length": _min_length,
    "min_entropy_bits": _min_entropy_bits,
    "pattern": _pattern,
    "forbidden_pattern": _forbidden_pattern,
    "base64_bytes": _base64_bytes,
    "hex_bytes": _hex_bytes,
    "equals": _equals,
    "differs_from": _differs_from,
    "password_differs_from": _password_differs_from,
    "no_password": lambda _expected: lambda value: not password_in(value),
    "one_of": _one_of,
    "not_repeating": _not_repeating,
    "not_made_of": _not_made_of,
    "not_typed": _not_typed,
    "url_scheme": _url(lambda url, allowed: url.scheme in allowed),
    "url_host": _url(lambda url, allowed: all(host in allowed for host in url.hosts)),
    "url_forbidden_host": _url_forbidden_host,
    "url_remote": _url(lambda url, _expected: all(host and not _is_this_machine(host) for host in url.hosts)),
    "url_database": _url(lambda url, allowed: url.database in allowed),
    "url_parameter": _url_parameter,
    "https_origins": _https_origins,
}
