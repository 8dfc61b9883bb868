# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How people write quantities, and what only looks like one: the patterns that quantities.py reads by.

Every repetition is bounded, so that reading takes time in proportion to the text, whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.binding.units import DURATIONS, WRITTEN, Written

_WORDS: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first; a space stands for any one white space."""
    each = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s") for word in each) + ")"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.I)


# ---- numbers ----

NUMBER_WORDS: dict[str, int] = _WORDS["numbers"]
MULTIPLIERS = {"": 1, "k": 1000, "thousand": 1000, "m": 10**6, "million": 10**6}
# 10,000 and 10 000 and 10_000, but also 99,9.
_GROUPS = r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3}){1,3}|(?:[\s_'\u2019][0-9]{3}){1,3})(?![0-9])(?:\.[0-9]{1,4})?"
_DIGITS = rf"(?:{_GROUPS}|[0-9]{{1,12}}(?:[.,][0-9]{{1,4}})?)"
GROUPED = re.compile(_GROUPS)
SEPARATORS = re.compile(r"[,\s_'\u2019]")
_MANY = r"(?P<many>\s?(?:thousand|million)(?!\w)|(?-i:[kKM])(?!\w))?"
_NUMBER = rf"(?P<number>{_DIGITS}|\b{_any_of(NUMBER_WORDS)}\b)"
_PLUS = r"(?P<plus>\s?\+)?"
_BEGIN = r"(?<![\w.,/#@$€£\\+-])"

# ---- amounts with a unit ----

CALENDAR = frozenset({"minute", "hour", "day", "week", "month", "quarter", "year"})
_AFTER_SPACE = _any_of(word for word, written in WRITTEN.items() if not written.attached and word != "%")
_UNIT = rf"(?:%(?!\s?ile)|{_AFTER_SPACE}(?!\w)|(?<=[0-9])(?-i:m|d|w|y|H|Ki|Mi|Gi|Ti)(?!\w))"
_TIME = _any_of(word for word, written in WRITTEN.items() if written.unit in DURATIONS and not written.months)
# Between a number and its unit: a space, a hyphen, the asterisks of bold print; words that do not change the unit.
_GAP = r"(?:[\s*_`]{0,4}|-)"
_KIND = r"(?:(?:random|hex|hexadecimal|alphanumeric|ascii|calendar|consecutive|full|more|additional|whole)\s)?"
# The lower end of a range. Lists (14 and 7) are no ranges; NOT_QUANTITIES takes them out before.
_TO = r"\s?(?:-|\u2013|\u2014|\bto\b|\band\b)\s?"
_LOW = rf"(?:(?P<low>{_DIGITS})\s?(?P<low_unit>%|[a-z]{{1,3}}(?=[\s\u2013\u2014-]))?{_TO})?"
_A_PERIOD = r"\s?(?:/|per\s|an?\s|each\s)?\s?(?P<time>monthly|months?|mo|yearly|annually|years?|yr)(?!\w)"
_A_SEAT = r"(?:\s?(?:/|\bper\b)\s?(?P<per>user|seat|host|node|tenant)s?)?"
_WHOSE = r"(?:\s?(?:/|\bper\s|\bby\s|\bfor\seach\s)\s?(?P<per>[a-z]{2,15})(?![\w/]))?"

MEASURE = _pattern(
    rf"{_BEGIN}(?:sub-)?{_LOW}(?P<number>{_DIGITS}|\b{_any_of(NUMBER_WORDS)}\b|\ban?\b){_PLUS}{_GAP}{_KIND}"
    rf"(?P<unit>{_UNIT})(?!/s)"
)
# 1h30m, which is no word of its own.
COMPOUND = _pattern(rf"{_BEGIN}(?P<parts>(?:[0-9]{{1,5}}(?-i:d|h|m|s)){{2,4}})(?!\w)")
PART = re.compile(r"([0-9]+)([dhms])")
MONEY = _pattern(
    rf"(?<![\w.,$])(?:US)?(?:\$\s?|USD\s)(?P<number>{_DIGITS})(?P<many>k(?!\w))?(?:\sUSD)?{_A_SEAT}{_A_PERIOD}"
)
MONEY_AFTER = _pattern(
    rf"{_BEGIN}(?P<number>{_DIGITS})(?P<many>k(?!\w))?\s?(?:USD|US\sdollars|dollars){_A_SEAT}{_A_PERIOD}"
)
NOT_IN_RATES = frozenset(_WORDS["not_in_rates"])
RATE = _pattern(
    rf"{_BEGIN}{_NUMBER}{_MANY}{_PLUS}\s?(?P<noun>(?:(?!per\s)[a-z]{{2,15}}\s){{0,2}}(?!per\s)[a-z]{{2,15}}(?!\w))?"
    rf"(?:\s?(?:/|\bper\s)\s?(?P<whose>(?!{_TIME}\b)[a-z]{{2,15}})(?!\w))?"
    rf"\s?(?:/|\bper\s|\ban?\s|\bevery\s|\beach\s)\s?(?P<every>[0-9]{{1,4}})?[\s-]?(?P<time>{_TIME})(?!\w){_WHOSE}"
)
SHORT_RATES = {"rpm": 1, "rps": 60, "qps": 60, "tps": 60}
SHORT_RATE = _pattern(rf"{_BEGIN}{_NUMBER}{_MANY}{_PLUS}\s?(?P<short>{_any_of(SHORT_RATES)})(?!\w){_WHOSE}")
# RFC 6797 and RFC 9111: in seconds, without saying so.
MAX_AGE = _pattern(r"\bmax-age\s?=\s?(?P<number>[0-9]{1,12})(?!\w)")
AGE = _pattern(
    rf"{_BEGIN}(?P<number>[0-9]{{1,2}}){_PLUS}"
    r"(?:[\s-]?(?:years?|yrs?)[\s-](?:olds?|of\sage)|(?P<older>\s(?:or|and)\s(?:older|over)))(?!\w)"
)
AGE_LIMIT = _pattern(rf"{_BEGIN}(?P<number>1[3-9]|2[0-5])(?P<plus>\+)(?!\w)")
OF_AGE = _pattern(r"\b(?:age|aged|adults?|minors?)\b")
WHOSE = _pattern(r"\s?(?:/|\bper\s)\s?(?P<per>[a-z]{2,15})(?![\w/])")

# ---- counts ----

UNCOUNTED = frozenset(_WORDS["plural"])
_NOUN = (
    rf"(?:(?!{_any_of(_WORDS['not_between'])}\s)[a-z]{{2,15}}[\s-]){{0,2}}"
    rf"(?!{_any_of(_WORDS['not_nouns'])}(?!\w))(?:{_any_of(UNCOUNTED)}s?|[a-z]{{2,20}}(?<![su])s)"
)
COUNT = _pattern(
    rf"{_BEGIN}(?:(?P<low>{_DIGITS}){_TO})?{_NUMBER}{_MANY}{_PLUS}"
    rf"(?:[\s*_`]{{1,4}}(?P<noun>{_NOUN})|[\s-](?P<single>{_any_of(_WORDS['singular'])}))"
    r"(?!\w)(?:\s?(?:/|\bper\s)\s?(?P<per>[a-z]{2,15})(?!\w))?"
)
# What states a number without comparing: replicas: 3, replicas set to 3, replication factor 3.
STATED = _pattern(r"(?:[a-z)][*_`]{0,3}\s?(?:=|:[*_`]{0,3}\s)\s?|\bset\sto\s|\b(?:factor|quorum)\s(?:of\s)?)[`*]{0,3}$")
BARE = _pattern(rf"{_BEGIN}(?<![0-9]\s){_NUMBER}{_MANY}{_PLUS}(?![\w/:%-]|[.,\s][0-9])")

# ---- how often, and stretches of time ----

RECURRENCES = {
    "hourly": Written("hours"),
    **dict.fromkeys(("daily", "nightly", "night"), Written("days")),
    **dict.fromkeys(("weekly", *_WORDS["weekdays"]), WRITTEN["week"]),
    **dict.fromkeys(("fortnightly", "fortnight"), Written("days", Fraction(14))),
    "monthly": WRITTEN["month"],
    "quarterly": WRITTEN["quarter"],
    **dict.fromkeys(("half-yearly", "semi-annual", "semi-annually", "semiannually"), Written("days", months=6)),
    **dict.fromkeys(("annual", "annually", "yearly"), WRITTEN["year"]),
    "second": WRITTEN["second"],
    **{word: WRITTEN[word] for word in CALENDAR},
}
_ADVERB = _any_of(word for word in RECURRENCES if word.endswith(("ly", "ual")))
TIMES = {"": 1, "once": 1, "twice": 2}
OFTEN = _pattern(
    rf"(?<![\w-])(?:(?:(?P<times>once|twice|(?P<count>{_DIGITS}|{_any_of(NUMBER_WORDS)})\s?(?:times|x))\s"
    rf"(?:an?\s|per\s|every\s|each\s|/\s?)?|(?:every|each)\s(?P<other>other\s)?)(?P<each>{_any_of(RECURRENCES)})"
    rf"|(?P<adverb>{_ADVERB}))(?!\w)"
    rf"(?!\s{_any_of(_WORDS['amounts'])}(?!\w)|\s[a-z]{{2,15}}\s{_any_of(_WORDS['limits'])}(?!\w))"
)
# Nothing is read from a text without one of these, which spares most texts the rest.
WORTH_READING = _pattern(rf"[0-9]|\b{_any_of([*NUMBER_WORDS, *RECURRENCES])}\b")
EVERY = _pattern(r"\b(?:every|each|once\sper|(?:interval|cadence|frequency)(?:\sof)?)[\s:=*~<≤]{1,4}$")
CADENCE = _pattern(r"[\s-](?:cadence|interval|frequency|schedule|cycle)s?(?!\w)")
WHICH = {
    **dict.fromkeys(("last", "past", "previous", "trailing", "rolling", "over", "during"), "window"),
    **dict.fromkeys(("first", "initial"), "first"),
    **dict.fromkeys(("next", "following", "coming", "upcoming"), "next"),
}
STRETCH = _pattern(rf"\b(?P<which>{_any_of(WHICH)})\s(?:the\s)?(?:last\s|past\s)?[*_~]{{0,3}}$")
WINDOW = _pattern(r"[\s-](?:rolling\s)?(?:window|lookback)(?!\w)")
UNNUMBERED = _pattern(
    rf"(?<![\w-])(?P<which>last|past|previous|first|next|following)\s(?P<unit>{_any_of(CALENDAR)})(?!\w)"
)
PERCENTILE = _pattern(
    r"(?<!\w)(?:p\s?-?(?P<p>50|75|90|95|99|99\.9|999)(?![\w.][0-9])(?!\w)"
    r"|(?P<th>50|75|90|95|99|99\.9)\s?(?:th|st)?[\s-]?(?:%\s?ile|percentile)s?(?!\w)"
    r"|(?P<word>average|avg|mean|median)(?!\w))"
)
# Across these a statistic or a comparison does not reach.
BREAK = re.compile(r"[,;|·]|\.\s")

# ---- how the value compares: what stands right before it, and right after it ----

_SIGN_END = r"[\s*_`]{0,3}$"
_WORD_END = r"(?:\s(?:of|to|is|be|the|about|approximately))?(?:[\s:=(*_`~]){0,4}$"
_UP_TO_THREE = r"(?:[\s-][a-z][a-z-]{1,14}){0,3}?"


def _words_before(words: str) -> re.Pattern[str]:
    return _pattern(rf"(?<![\w-])(?:{words}){_WORD_END}")


_PHRASES: dict[str, dict[str, list[str]]] = _WORDS["comparisons"]
COMPARED_BEFORE = (
    ("at_most", re.compile(rf"(?:<=|=<|≤|&lt;=|\\<=){_SIGN_END}")),
    ("at_least", re.compile(rf"(?:>=|≥|&gt;=|\\>=){_SIGN_END}")),
    ("below", re.compile(rf"(?:<|&lt;|\\<){_SIGN_END}")),
    ("above", re.compile(rf"(?<![-=])(?:>|&gt;|\\>){_SIGN_END}")),
    ("about", re.compile(rf"[~≈]{_SIGN_END}")),
    ("at_most", _words_before(rf"max(?:imum)?\.?(?!-age){_UP_TO_THREE}")),
    ("at_least", _words_before(rf"min(?:imum)?\.?{_UP_TO_THREE}")),
    *((name, _words_before(_any_of(phrases))) for name, phrases in _PHRASES["before"].items()),
)
COMPARED_AFTER = (
    ("at_least", re.compile(r"\+(?!\s?[0-9])")),
    *((name, _pattern(rf"[\s(*_-]{{1,3}}{_any_of(phrases)}(?!\w)")) for name, phrases in _PHRASES["after"].items()),
)
NEGATED = _pattern(r"\b(?:no|not|never|without|nothing|none|nobody)\b[^,;.]{0,60}$")
PURGED = _pattern(r"\b(?:delet|purg|remov|prun|expir|archiv|drop|clean|rotat)[a-z]{0,5}\b[^;.]{0,60}$")

# ---- what is not a quantity ----

_AHEAD = rf"(?!{_GAP}{_UNIT}|[\w.,]{{0,6}}[0-9])"
_NAMED = rf"{_any_of(_WORDS['software'])}(?:\.js)?(?:\sversions?)?"
_LABEL = _any_of(_WORDS["labels"])
_STATUS = _any_of(_WORDS["statuses"])
# A name before a comparison makes the number a version: Node >= 18.
BARE_NAME = _pattern(rf"(?<![\w-])(?:{_NAMED}|{_LABEL})[\s:(*_`<>=≥≤]{{0,5}}(?:at\sleast|minimum|min\.?)?\s?$")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
YEAR = re.compile(r"(?:19[5-9]|20[0-9])[0-9]")
NOT_QUANTITIES = _pattern(
    "|".join(
        (
            r"\b(?:https?|wss?|ftp|ssh|s3|postgres(?:ql)?|redis)://[^\s)>\]]{1,500}",
            r"(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,80}",
            r"\bCVE-[0-9]{4}-[0-9]{1,7}",
            # Dates and times of day.
            r"(?<![\w.-])[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?(?:T[0-9:.]{1,15}Z?)?(?!\w)",
            r"(?<![\w.])[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}(?!\w)",
            rf"\b{_MONTH}\.?\s[0-9]{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s[0-9]{{4}})?{_AHEAD}",
            rf"(?<!\w)[0-9]{{1,2}}(?:st|nd|rd|th)?\s{_MONTH}\b(?:,?\s[0-9]{{4}})?",
            rf"\b{_MONTH}\s(?:19|20)[0-9]{{2}}\b",
            r"(?<![\w:])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s?[ap]m)?(?!\w)",
            r"(?<![\w.])[0-9]{1,2}\s?[ap]\.?m\b",
            # Addresses, versions, ratios, lists.
            r"(?<![\w.])v?[0-9]{1,6}(?:\.[0-9]{1,6}){2,4}(?:[-+][\w.+-]{1,30})?(?:/[0-9]{1,2})?",
            r"(?<![\w.])v[0-9]{1,5}(?:\.[0-9]{1,5}){0,2}\+?(?!\w)",
            r"(?<![\w.,/])[0-9]{1,6}(?:/[0-9]{1,6}){1,5}(?![\w/]|[.,][0-9])",
            r"(?<![\w.,/])[0-9]{1,6}(?:,[0-9]{1,6}){2,6}(?![\w,])(?<!,000)",
            r"(?<![\w.,/])[0-9]{1,6}(?:,\s[0-9]{1,6}){1,6}(?:,?\s(?:and|or)\s[0-9]{1,6})?(?![\w.])",
            r"(?<![\w.,/])(?<!between\s)[0-9]{1,6}\s?(?:and|or|&)\s?[0-9]{1,6}(?![\w.])",
            r"(?<!\w)24\s?[x\u00d7]\s?7(?!\w)|24\shours\sa\sday|7\sdays\sa\sweek|365\sdays\sa\syear",
            # Names and labels.
            rf"(?<![\w-]){_NAMED}[\s*`]{{1,3}}(?:v|[<>]=?\s?)?[0-9]{{1,5}}(?:\.[0-9]{{1,5}}){{0,3}}"
            rf"\+?(?:[/-][0-9.]{{1,7}})?{_AHEAD}",
            rf"(?<![\w-]){_LABEL}[\s*]{{0,2}}[#:]?\s?[<>]?\s?[0-9]{{1,5}}(?:\s?[-\u2013]\s?[0-9]{{1,5}})?{_AHEAD}",
            rf"\b(?:https?|returns?|returning|returned|respond(?:s|ing)?(?:\swith)?|answers?(?:\swith)?|error|status)\s"
            rf"(?:code\s)?[1-5][0-9]{{2}}\b{_AHEAD}",
            rf"(?<![\w.,$-])[1-5][0-9]{{2}}s?\s{_STATUS}\b",
            rf"(?<![\w.,$-])(?:20[14]|30[12378]|40[1-59]|41[03]|42[29]|50[1-4]){_AHEAD}(?!\w)",
            r"#[0-9]{1,9}\b",
            # 3-D Secure, 7 daily copies, tens of thousands, and days that are not all days.
            r"(?<![\w.-])3-?d[\s-]s(?:ecure)?\b",
            r"(?<!\w)[0-9]{1,3}\s?(?:x\s)?(?:hourly|daily|weekly|monthly|quarterly|yearly|annual)\b",
            r"(?<![\w.,$-])[0-9]{1,4}0s\sof\b",
            r"(?<![\w.,$-])(?:[0-9]{1,3}\s?(?:-|\u2013|to)\s?)?[0-9]{1,3}\s(?:business|working|work)[\s-]days?\b",
        )
    )
)
