# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What looks like a secret in a text that people wrote, and the text without it.

Every pattern takes time in proportion to the text, whoever wrote it: what is repeated is bounded, or begins only where
no such character stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_ALONE = r"(?<![0-9A-Za-z_-])"
_NAME = r"password|passwd|passphrase|pwd|secret(?:[ _-]?access)?(?:[ _-]?key)?|(?:api|private|account)[ _-]?key"
_TOKEN = r"(?:access|auth|bearer|api|refresh|bot|deploy)[ _-]?token|token"

# What each looks like, by how its issuer documents it; the group `value`, or the first one, is what is masked.
SECRETS: Mapping[str, re.Pattern[str]] = {
    "private key": re.compile(r"(-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----.*)", re.S),
    "Stripe key": re.compile(_ALONE + r"((?:sk|rk)_(?:live|test)_[0-9A-Za-z]{10,}|whsec_[0-9A-Za-z+/=]{16,})"),
    "AWS access key": re.compile(_ALONE + r"((?:AKIA|ASIA)[0-9A-Z]{16})(?![0-9A-Za-z])"),
    "GitHub token": re.compile(_ALONE + r"(gh[pousr]_[0-9A-Za-z]{30,}|github_pat_[0-9A-Za-z_]{30,})"),
    "GitLab token": re.compile(_ALONE + r"(glpat-[0-9A-Za-z_-]{20,})"),
    "Slack token": re.compile(_ALONE + r"(xox[abeoprs]-[0-9A-Za-z-]{10,})"),
    "Slack webhook": re.compile(r"hooks\.slack\.com/services/([0-9A-Za-z/]{20,})"),
    "Discord webhook": re.compile(r"discord(?:app)?\.com/api/webhooks/(\d{10,30}/[0-9A-Za-z_-]{20,})"),
    "Google API key": re.compile(_ALONE + r"(AIza[0-9A-Za-z_-]{35})"),
    "SendGrid key": re.compile(_ALONE + r"(SG\.[0-9A-Za-z_-]{16,64}\.[0-9A-Za-z_-]{16,})"),
    "npm token": re.compile(_ALONE + r"(npm_[0-9A-Za-z]{30,})"),
    "PyPI token": re.compile(_ALONE + r"(pypi-[0-9A-Za-z_-]{50,})"),
    "Shopify token": re.compile(_ALONE + r"(shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32})"),
    "API key": re.compile(_ALONE + r"(sk-(?=[A-Za-z_-]{0,64}\d)(?:[a-z]{2,8}-)?[0-9A-Za-z_-]{20,})"),
    "JSON Web Token": re.compile(_ALONE + r"(eyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]*)"),
    "bearer token": re.compile(r"(?i)\bbearer\s{1,3}([0-9A-Za-z._~+/-]{20,512}=*)"),
    "password in an address": re.compile(
        r"\b[a-z][a-z0-9+.-]{1,20}://(?P<user>[^\s:/@]{0,64}):(?P<value>[^\s@/\[]{3,256})@"
    ),
    # A value that people wrote behind the word.
    "password": re.compile(
        rf"(?i)(?<![A-Za-z])(?:{_NAME}|{_TOKEN})(?![A-Za-z])[`\"'*_)\]]{{0,4}}\s{{0,2}}"
        r"(?:[:=]|\bis\b)[\s`\"'*]{0,6}([^\s`\"',;|<>]{6,256})"
    ),
}

# What a text holds, in lower case, wherever a pattern finds something: most texts hold none of it, and are done with.
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "private key": ("-----begin",),
    "Stripe key": ("k_live_", "k_test_", "whsec_"),
    "AWS access key": ("akia", "asia"),
    "GitHub token": ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    "GitLab token": ("glpat-",),
    "Slack token": ("xox",),
    "Slack webhook": ("hooks.slack",),
    "Discord webhook": ("/webhooks/",),
    "Google API key": ("aiza",),
    "SendGrid key": ("sg.",),
    "npm token": ("npm_",),
    "PyPI token": ("pypi-",),
    "Shopify token": ("shp",),
    "API key": ("sk-",),
    "JSON Web Token": ("eyj",),
    "bearer token": ("bearer",),
    "password in an address": ("://",),
    "password": ("pass", "pwd", "secret", "key", "token"),
}

_KIND_OF_SIGN = [(sign, kind) for kind, signs in _SIGNS.items() for sign in signs]

# Words that stand where the secret is to be put in, and ones that no password would have.
_PLACEHOLDER = re.compile(
    r"(?i)\bx{3,}\b|x{5,}|\*{3,}|\.{3,}|…|your|example|change[ _-]?me|replace|placeholder|dummy|sample|redacted|masked"
    r"|secret[ _-]?key|insert"
    r"|\b(?:password|passwd|pass|pwd|secret|token|key|user(?:name)?|todo|tbd|none|null|empty|required|generated?)\b"
)
_INSTEAD = re.compile(r"[<{\[$%(_*…@]")
# What people write behind the word that is no value of it: a path, a name of a variable, a length, a method, a date.
_NO_VALUE = re.compile(
    r"[./~]|[a-z][a-z0-9+.-]*://|[A-Z][A-Z0-9]*_[A-Z0-9_]*\W*$|(?:process\.)?env\b|\d{4}-\d\d|\d+[+-]?\W?(?:characters?"
    r"|chars?|bytes?|bits?|digits?|days?|hours?|minutes?|months?|years?|words?)\b|(?i:sha|aes|hs\d|rs\d|es\d|argon|bcrypt"
    r"|scrypt|pbkdf|md5|rsa|ed25519|ecdsa|hmac|oauth|base64|utf|jwt|2fa|mfa|min|max|length|at\b|v\d)"
)


def masked(text: str) -> tuple[str, list[str]]:
    """The text with what looks like secrets replaced by what they are, and the kinds found."""
    found: list[str] = []

    def hide(match: re.Match[str], kind: str) -> str:
        group = "value" if "value" in match.re.groupindex else 1
        if _is_none(kind, match[group], match.groupdict().get("user")):
            return match[0]
        found.append(kind)
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        return f"{match[0][:start]}[masked: {kind}]{match[0][end:]}"

    for kind in _kinds_in(text.lower()):
        text = SECRETS[kind].sub(lambda match, kind=kind: hide(match, kind), text)  # type: ignore[misc]
    return text, found


def _kinds_in(plain: str) -> Sequence[str]:
    """The kinds of which a text in lower case holds a sign, in the order of SECRETS."""
    found = {kind for sign, kind in _KIND_OF_SIGN if sign in plain}
    return [kind for kind in SECRETS if kind in found] if found else ()


def _is_none(kind: str, value: str, user: str | None) -> bool:
    """Whether what has the form of a secret is a placeholder, or another word of the sentence."""
    if kind == "private key":
        return False
    if user is not None:
        return value == user or bool(_INSTEAD.match(value) or _PLACEHOLDER.search(value))
    if _PLACEHOLDER.search(value):
        return True
    if kind != "password":
        return len(set(value[-10:])) < 3
    if _INSTEAD.match(value) or _NO_VALUE.match(value):
        return True
    inner = value.rstrip(".:!?)]}")
    return len(inner) < 6 or not (any(map(str.isdigit, inner)) or _is_odd(inner))


def _is_odd(word: str) -> bool:
    """Whether a word without a digit is none of a language: signs within it."""
    return bool(re.search(r"\w[!@#$%^&+=?*]+\w", word))
