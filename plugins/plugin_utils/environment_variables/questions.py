# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of every place of a check's sources, for all controls at once, so that each place is looked at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.forbidden import FORBIDDEN, WEAK_WORDS
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted

OFF = ("0", "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "none", "None")
TLS_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""What libpq may be told of TLS, the strictest last."""

PASSWORD = " password"
"""What follows a variable's name where the password is meant that stands in the address which it holds."""

_SECRET = re.compile(
    r"(?:^|_)(?:SECRETS?|PASS|PASSWORD|PASSWD|PASSPHRASE|TOKEN|KEY|APIKEY|CREDENTIALS?|SALT|PEPPER|DSN)(?:_|$)|PASSWORD$"
)
_PUBLIC = re.compile(
    r"(?:^|_)(?:PUBLIC|PUBLISHABLE|ANON|VITE)(?:_|$)|_(?:ID|NAME|FILE|PATH|URL|HOST|TTL|BYTES|EXPIRY)$"
)

# What somebody else would have to be told to make the value: by predicate, to follow the variable's name.
_SAYS = {
    "min_length": "has too few characters",
    "min_entropy_bits": "is too predictable: too few, or too few different characters",
    "not_repeating": "repeats a shorter text",
    "not_made_of": "is made of words",
    "not_typed": "decodes to typed text, or to the same bytes over and over",
    "base64_bytes": "is not base64 of the right number of bytes",
    "hex_bytes": "is not hexadecimal digits of the right number of bytes",
    "one_of": "has another value",
    "url_scheme": "is not a URL of PostgreSQL",
    "url_host": "names another host than declared",
    "url_forbidden_host": "names no host, or one of a development or test system",
    "url_remote": "names no host, or the machine itself",
    "url_database": "names another database than declared",
    "url_parameter": "lacks the parameter",
    "https_origins": "is not a list of the production sites' https origins",
}

_OTHER_SYSTEMS = r"(?:^|[.-])(?:dev|devel|development|test|testing|qa|stage|staging|preview|sandbox|local)\d*(?:[.-]|$)"


@dataclass(frozen=True, slots=True)
class Questions:
    """Predicates by variable, expressions by label, and the variables that must all differ."""

    judged: Mapping[str, Mapping[str, Any]]
    found: Mapping[str, str]
    distinct: Sequence[str]

    @classmethod
    def of(cls, want: Wanted) -> Questions:
        """All that the options of a check ask."""
        judged: dict[str, dict[str, Any]] = {name: {} for name in (*want.required, *want.flags)}
        for name, predicates in _predicates(want):
            judged.setdefault(name, {}).update(predicates)
        found = {label: each.pattern for label, each in FORBIDDEN.items()} | dict(want.also_forbidden)
        return cls(judged, found, sorted({*declared_secrets(want), *former_names(want)}))


def _predicates(want: Wanted) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, allowed in want.mode.items():
        yield name, {"one_of": _texts(allowed)}
    for name in want.debug_off:
        yield name, {"one_of:off": list(OFF)}
    for name in want.jwt_secrets:
        yield name, strong(want)
    for name in want.encryption_keys:
        yield name, key_format(want)
    for database in want.databases:
        yield database["variable"], {**database_url(database), "no_password": True}
    for name in want.origin_variables:
        yield name, {"https_origins": list(want.origins)}
    for environment, prints in fingerprints(want).items():
        for name, fingerprint in prints.items():
            kind = "password_differs_from" if name.endswith(PASSWORD) else "differs_from"
            yield name.removesuffix(PASSWORD), {f"{kind}:{environment}": fingerprint}


def strong(want: Wanted) -> dict[str, Any]:
    """What a secret that signs tokens must satisfy."""
    return {
        "min_length": want.min_length,
        "min_entropy_bits": want.min_entropy_bits,
        "not_repeating": True,
        "not_made_of": list(WEAK_WORDS),
    }


def key_format(want: Wanted) -> dict[str, Any]:
    """What a key that encrypts data must satisfy."""
    encoding = want.key_encoding
    return {f"{encoding}_bytes": want.key_bytes, "not_typed": encoding, "not_repeating": True}


def database_url(database: Mapping[str, Any]) -> dict[str, Any]:
    """What the URL of a database must satisfy."""
    local = {} if database["loopback"] else {"url_remote": True, "url_forbidden_host": _OTHER_SYSTEMS}
    hosts = {"url_host": [host.lower() for host in database["hosts"]]} if database["hosts"] else {}
    # Who declares the host says that it is production's, whatever it is called.
    demanded = {name: _texts(value) for name, value in database["parameters"].items()}
    if database["sslmode"] != "disable":
        demanded["sslmode"] = list(TLS_MODES[TLS_MODES.index(database["sslmode"]) :])
    return {
        "url_scheme": ["postgresql", "postgres"],
        "url_database": [database["name"]],
        **(hosts or local),
        **{f"url_parameter:{name}": {name: allowed} for name, allowed in demanded.items()},
    }


def fingerprints(want: Wanted) -> dict[str, dict[str, Mapping[str, Any]]]:
    """By other environment the declared fingerprints of its secrets, by variable."""
    return {
        environment: {
            name: {"salt": str(each["salt"]), "sha256": str(each["sha256"]), "iterations": each["iterations"]}
            for name, each in (given.get("fingerprints") or {}).items()
        }
        for environment, given in others(want).items()
        if "file" not in given
    }


def others(want: Wanted) -> dict[str, Mapping[str, Any]]:
    """The other environments, each with a file on the same host or with fingerprints."""
    for name, each in want.other_environments.items():
        if not isinstance(each, Mapping) or len(each) != 1 or not {"file", "fingerprints"} & set(each):
            raise NotAsked(f"other_environments: {name} has either a file or fingerprints")
        for variable, fingerprint in (each.get("fingerprints") or {}).items():
            if not isinstance(fingerprint, Mapping) or set(fingerprint) != {"salt", "sha256", "iterations"}:
                raise NotAsked(f"other_environments: {name} {variable}: give salt, sha256 and iterations")
    return dict(want.other_environments)


def declared_secrets(want: Wanted) -> list[str]:
    """The variables that the options say hold secrets."""
    return [*want.secrets, *want.jwt_secrets, *want.encryption_keys]


def secrets_of(want: Wanted, names: Iterable[str]) -> list[str]:
    """Which of these variables hold secrets: those that are declared to, and unless a list is given, those named so.

    A password in an address is one, whatever the address is called.
    """
    declared = declared_secrets(want)
    return sorted(
        name
        for name in names
        if name in declared or name.endswith(PASSWORD) or (not want.secrets and named_like_a_secret(name))
    )


def named_like_a_secret(name: str) -> bool:
    """Whether a variable is called as those that hold secrets are."""
    return bool(_SECRET.search(name.upper())) and not _PUBLIC.search(name.upper())


def former_names(want: Wanted) -> list[str]:
    """The names under which a key that was replaced is usually kept, to read what it encrypted."""
    forms = ("OLD_{}", "{}_OLD", "PREVIOUS_{}", "{}_PREVIOUS")
    return [form.format(name) for name in (*want.encryption_keys, *want.jwt_secrets) for form in forms]


def said(name: str, predicate: str, wanted: Mapping[str, Any]) -> str:
    """The sentence for a predicate that does not hold. What is wanted is said where it is no secret."""
    kind, _colon, label = predicate.partition(":")
    sentence = f"{name} {_SAYS[kind]}"
    expected = wanted.get(predicate)
    if kind == "one_of":
        return f"{sentence} than {' or '.join(expected or [])}"
    if kind == "url_parameter":
        return f"{sentence} {label}={' or '.join((expected or {}).get(label, []))}"
    return (
        f"{sentence} ({expected} wanted)" if isinstance(expected, (int, float)) and expected is not True else sentence
    )


def _texts(value: Any) -> list[str]:
    return [_text(each) for each in (value if isinstance(value, list) else [value])]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
