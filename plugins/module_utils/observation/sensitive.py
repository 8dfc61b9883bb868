# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What in a text is no text for everybody: card numbers, tokens, keys, passwords. Only its kind is told, never itself.

What to look for travels as data; what a regular expression cannot tell is tested here, where the text lies.
"""

from __future__ import annotations

import base64
import binascii
import json
import re

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

# A line may be as long as a whole request. It is searched piece by piece, so that no expression works on more, and the
# pieces overlap by more than anything that is looked for has before it is recognized.
_PIECE = 8192
_OVERLAP = 1024

# First digits of the numbers that issuers give out (ISO/IEC 7812), and how many digits those have.
ISSUERS = (
    (4, 4, (13, 16, 19)),
    (51, 55, (16,)),
    (2221, 2720, (16,)),
    (34, 34, (15,)),
    (37, 37, (15,)),
    (300, 305, (14, 16)),
    (36, 36, (14, 16)),
    (38, 39, (14, 16)),
    (6011, 6011, (16, 19)),
    (644, 659, (16, 19)),
    (3528, 3589, (16,)),
    (62, 62, (16, 17, 18, 19)),
)


class Sensitive:
    """What to look for: patterns, values that are allowed (regular expressions), and secrets known by their value.

    A pattern is a mapping: name; regex, whose group "value", or the first, or all, is the value found; optionally
    signs, texts in lower case one of which every match has; test, one of TESTS; unless, an expression of values that
    are none. secrets: values by the name under which a finding is told.
    """

    def __init__(self, patterns=(), allowed=(), secrets=None):
        try:
            found = [_Pattern(**pattern) for pattern in patterns]
            self._allowed = [re.compile(expression) for expression in allowed]
        except (TypeError, KeyError, re.error) as error:
            raise CannotLook("malformed", "not a pattern: %s" % error) from None
        self._unsigned = [pattern for pattern in found if not pattern.signs]
        self._signed = [(sign, pattern) for pattern in found for sign in pattern.signs]
        self._secrets = secrets or {}

    def kinds_in(self, text):
        """The names of the patterns and secrets that are in a text."""
        kinds = {name for name, value in self._secrets.items() if value in text}
        for piece in _pieces(text):
            plain = piece.lower()
            signed = [pattern for sign, pattern in self._signed if sign in plain]
            for pattern in self._unsigned + signed if signed else self._unsigned:
                if pattern.name not in kinds and pattern.is_in(piece, self._allowed):
                    kinds.add(pattern.name)
        return kinds


class _Pattern:
    def __init__(self, name, regex, signs=(), test=None, unless=None):
        self.name = name
        self._regex = re.compile(regex)
        self._group = "value" if "value" in self._regex.groupindex else min(self._regex.groups, 1)
        self.signs = signs
        self._test = TESTS[test] if test else None
        self._unless = re.compile(unless) if unless else None

    def is_in(self, text, allowed):
        """Whether a text holds a value of this kind that is not an allowed one."""
        values = (match.group(self._group) for match in self._regex.finditer(text))
        return any(self._counts(value) and not any(a.search(value) for a in allowed) for value in values)

    def _counts(self, value):
        if self._unless and self._unless.search(value):
            return False
        return self._test is None or self._test(value)


def _pieces(text):
    if len(text) <= _PIECE:
        return [text]
    return [text[at : at + _PIECE] for at in range(0, len(text) - _OVERLAP, _PIECE - _OVERLAP)]


def is_card_number(text):
    """Whether digits, grouped by single spaces or hyphens or not at all, are a number that a card may have."""
    digits = re.sub("[ -]", "", text)
    if not re.fullmatch("[0-9]{13,19}", digits) or len(set(digits)) < 2 or not _is_grouped(text):
        return False
    issued = any(
        low <= int(digits[: len(str(low))]) <= high and len(digits) in lengths for low, high, lengths in ISSUERS
    )
    return issued and _luhn(digits)


def _is_grouped(text):
    """Whether the groups are those that are printed on cards: others are dates, telephone numbers, counters."""
    groups = tuple(map(len, re.split("[ -]", text)))
    return len(groups) == 1 or groups in ((4, 6, 5), (4, 6, 4)) or all(size == 4 for size in groups[:-1])


def _luhn(digits):
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def is_token(text):
    """Whether the text before the first dot is the header of a JSON Web Token or of an encrypted one."""
    head = text.split(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return False
    return isinstance(header, dict) and isinstance(header.get("alg"), str)


def is_account_number(text):
    """Whether it is an IBAN with the right check digits (ISO 13616)."""
    compact = text.replace(" ", "").upper()
    if not re.fullmatch("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", compact):
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def is_mixed(text):
    """Whether it is no word of a language: letters and digits, or signs within it."""
    letters, digits = re.search("[A-Za-z]", text), re.search("[0-9]", text)
    return bool(letters and digits) or bool(re.search(r"\w[!@#$%^&+=?*]+\w", text))


TESTS = {"card": is_card_number, "jwt": is_token, "iban": is_account_number, "mixed": is_mixed}
