# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies that a domain publishes in its records: who may send its mail, and who may issue certificates for it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.dns.questions import Climbed, Finding

MOST_LOOKUPS = 10  # RFC 7208 section 4.6.4
_SPF = "v=spf1"
_COUNTED = {"include", "a", "mx", "ptr", "exists"}
_UNCOUNTED = {"all", "ip4", "ip6"}
_STRICTNESS = ("none", "quarantine", "reject")

TextsOf = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Spf:
    """A domain's SPF policy, includes and redirects read too.

    all: the qualified mechanism that decides about everybody else, such as -all, or empty. lookups: how many questions
    a receiver must ask. problems: what makes receivers give up, or lets everybody send.
    """

    record: str
    all: str
    lookups: int
    problems: tuple[str, ...]


def read_spf(domain: str, texts_of: TextsOf, budget: int = MOST_LOOKUPS) -> Spf:
    """Read the policy as a receiver would. texts_of gives the TXT records of a name.

    Reading stops at the first lookup beyond the budget, so that policies that include each other come to an end.
    """
    records = [text for text in texts_of(domain) if text.lower().split(" ")[0] == _SPF]
    if len(records) != 1:
        found = "no SPF record" if not records else f"{len(records)} SPF records, where receivers accept one"
        return Spf("", "", 0, (f"{domain} has {found}",))
    terms = [term.lower() for term in records[0].split()[1:]]
    ends = next((index for index, term in enumerate(terms) if term.lstrip("+-~?") == "all"), None)
    counted, problems, everybody_else = 0, [], ""
    if ends is not None:
        everybody_else = terms[ends] if terms[ends][0] in "+-~?" else f"+{terms[ends]}"
        terms = [term for term in terms[:ends] if not term.startswith("redirect=")]
    for term in terms:
        kind, target = _term(term)
        counted += kind in _COUNTED or kind == "redirect"
        if counted > budget:
            break
        if kind == "":
            problems.append(f"{domain}: {term!r} is no SPF term")
        elif kind in ("include", "redirect") and "%" not in target:
            inner = read_spf(target, texts_of, budget - counted)
            counted += inner.lookups
            problems += inner.problems
            if kind == "redirect":
                everybody_else = inner.all
            elif inner.all == "+all":
                problems.append(f"{domain} includes {target}, which lets everybody send")
    return Spf(records[0], everybody_else, counted, tuple(problems))


def _term(term: str) -> tuple[str, str]:
    """The kind of a term and its target; the kind is empty when RFC 7208 knows none such."""
    modifier, equals, value = term.partition("=")
    if equals and modifier.isidentifier():
        return ("redirect" if modifier == "redirect" else "modifier"), value
    kind, _colon, target = term.lstrip("+-~?").partition(":")
    kind = kind.partition("/")[0]
    if kind not in _COUNTED | _UNCOUNTED or (kind == "include" and not target):
        return "", ""
    return kind, target


def spf_finding(least: str, spf: Spf) -> Finding:
    """Whether the policy keeps others from sending in the domain's name. least: ~all or -all."""
    problems = list(spf.problems)
    if not spf.record:
        return "none", problems
    if spf.lookups > MOST_LOOKUPS:
        problems.append(f"it takes more than {MOST_LOOKUPS} lookups, so receivers ignore it")
    if spf.all not in ("-all", least):
        problems.append(f"it ends in {spf.all or 'nothing'} instead of {least}")
    return {"record": spf.record, "lookups": spf.lookups}, problems


def dmarc_finding(domain: str, least: str, found: Climbed) -> Finding:
    """Whether the DMARC policy that holds for a domain is enforced. least: quarantine or reject."""
    if len(found.values) != 1:
        count = f"{len(found.values)} DMARC records, so receivers use none"
        return list(found.values) or "none", [count if found.values else "no DMARC record"]
    tags = {
        key.strip().lower(): value.strip().lower()
        for key, _equals, value in (part.partition("=") for part in found.values[0].split(";"))
    }
    policy = tags.get("p", "")
    if found.where != f"_dmarc.{domain}":
        policy = tags.get("sp", policy)
    problems = []
    if policy not in _STRICTNESS or _STRICTNESS.index(policy) < _STRICTNESS.index(least):
        problems.append(f"the policy is {policy or 'missing'}, not {least}")
    if tags.get("pct", "100") != "100":
        problems.append(f"the policy applies to {tags['pct']} % of the mail only")
    if tags.get("t") == "y":
        problems.append("the policy is only tested (t=y)")
    return {found.where: found.values[0]}, problems


def caa_finding(issuers: Iterable[str], found: Climbed) -> Finding:
    """Whether CAA records (RFC 8659) allow exactly the issuers."""
    if not found.values:
        return "none", ["no CAA record, so every authority may issue"]
    actual = {found.where: list(found.values)}
    wanted = {issuer.strip().lower() for issuer in issuers}
    properties = [_property(value) for value in found.values]
    allowed = {tag: {issuer for each, issuer, _critical in properties if each == tag} for tag in ("issue", "issuewild")}
    if not allowed["issue"]:
        return actual, ["no CAA record restricts who may issue"]
    may = (allowed["issue"] | allowed["issuewild"]) - {""}
    problems = [f"{issuer} may issue, which is not declared" for issuer in sorted(may - wanted)]
    problems += [f"{issuer} may not issue" for issuer in sorted(wanted - allowed["issue"])]
    unknown = {tag for tag, _issuer, critical in properties if critical and tag not in _CAA_TAGS}
    problems += [f"the critical property {tag} keeps every authority from issuing" for tag in sorted(unknown)]
    return actual, problems


_CAA_TAGS = {"issue", "issuewild", "issuemail", "issuevmc", "iodef", "contactemail", "contactphone"}


def _property(value: str) -> tuple[str, str, bool]:
    """A CAA value's tag, its issuer without parameters, and whether it is critical."""
    try:
        flags, tag, issuer = shlex.split(value)
        return tag.lower(), issuer.partition(";")[0].strip().lower(), bool(int(flags) & 128)
    except ValueError as error:
        raise CannotLook("malformed", f"not a CAA record: {value[:300]!r}") from error
