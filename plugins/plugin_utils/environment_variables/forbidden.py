# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a value in production must not be like. Each expression takes time in proportion to the value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What a value is, to follow "holds"; the expression that finds it; where that comes from; of which names only."""

    what: str
    pattern: str
    source: str
    names: str = ""


_SECRET_NAMES = r"(?i)(?:^|_)(?:pass|passwd|password|passphrase|secret|token|key|credentials?)(?:_|$)|password$"

FORBIDDEN: Mapping[str, Forbidden] = {
    "loopback": Forbidden(
        "an address of the machine itself",
        r"(?i)(?:^|[/@,\s\"'=\[])(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|host\.docker\.internal)(?=[\]:/,\s\"']|$)",
        "RFC 1122 section 3.2.1.3, RFC 6761 section 6.3",
    ),
    "example": Forbidden(
        "a name reserved for examples or tests",
        r"(?i)(?:^|[/@.,\s\"'])(?:example\.(?:com|net|org)|[a-z0-9-]{1,63}\.(?:test|example|invalid))(?=[:/,\s\"']|$)",
        "RFC 2606 sections 2 and 3",
    ),
    "test_key": Forbidden(
        "a key of a payment provider's test mode",
        r"(?:^|[\s\"'=:/])[spr]k_test_|^test_[0-9A-Za-z]{20,}$",
        "Stripe and Mollie document these prefixes of test keys",
    ),
    "sandbox": Forbidden(
        "a sandbox",
        r"(?i)(?:^|[./_-])sandbox(?:[./:_-]|$)",
        "PayPal, Braintree, Adyen and others name their test systems so",
    ),
    "placeholder": Forbidden(
        "a placeholder",
        r"(?i)change[ _-]?(?:me|this|it)|replace[ _-]?(?:me|this|with)|place[ _-]?holder"
        r"|^(?:todo|tbd|fixme|dummy|sample|example)\b|(?:^|[:/@])your[ _-][a-z]|^<[^<>]*>$"
        r"|^(?:x{4,}|\*{3,}|\.{3,}|-{3,})$|EXAMPLE(?:KEY)?$",
        "what example files hold where a value is to be put in",
    ),
    "default_password": Forbidden(
        "a default password",
        r"(?i)^(?:pass(?:word|w0rd)?\d{0,4}|secret|admin|root|guest|test|default|postgres|redis|qwerty|letmein|welcome"
        r"|123456\d{0,4})$",
        "passwords that images and guides set, tried first by every scanner (CWE-1392)",
        _SECRET_NAMES,
    ),
    "default_credentials": Forbidden(
        "an address with a default password",
        r"(?i)://[^:/@\s]{0,64}:(?:pass(?:word|w0rd)?\d{0,4}|secret|admin|root|guest|test|default|postgres|redis|mysql|example)@",
        "passwords that images and guides set, tried first by every scanner (CWE-1392)",
    ),
    "emulator": Forbidden(
        "the address of an emulator",
        r".",
        "Google Cloud's and Firebase's client libraries talk to the emulator when such a variable is set",
        r"_EMULATOR_HOST$",
    ),
}

# What a typed secret is made of: words of guides and word lists. A random one of some length has none of their share.
WEAK_WORDS = (
    *("secret", "password", "passwd", "pass", "super", "change", "changeme", "token", "jwt", "key", "auth", "sign"),
    *("session", "cookie", "private", "signing", "signature", "application", "production", "development", "staging"),
    *(
        "string",
        "random",
        "secure",
        "strong",
        "very",
        "long",
        "your",
        "this",
        "that",
        "should",
        "must",
        "keyboard",
        "cat",
    ),
    *(
        "shhh",
        "qwerty",
        "asdf",
        "admin",
        "default",
        "example",
        "test",
        "demo",
        "letmein",
        "welcome",
        "monkey",
        "dragon",
    ),
    *(
        "with",
        "least",
        "char",
        "characters",
        "bit",
        "bytes",
        "value",
        "access",
        "refresh",
        "app",
        "api",
        "user",
        "base64",
    ),
    *("abcdef", "012345", "123456", "654321", "1234", "2023", "2024", "2025", "2026"),
)
