# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Principals of Google Cloud, as IAM writes them: who is everybody, who is outside, who is Google itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

Allowed = Mapping[str, str | Sequence[str] | None]

EVERYBODY = {"allUsers": "everybody", "allAuthenticatedUsers": "everybody with a Google account"}
_CONSUMER_DOMAINS = frozenset({"gmail.com", "googlemail.com"})
_OF_PROJECT = ("projectOwner", "projectEditor", "projectViewer")  # as projectOwner:shop
_KINDS = {
    *("user", "group", "serviceAccount", "domain", "principal", "principalSet", "deleted"),
    *_OF_PROJECT,
}
_PROJECT_OF_ACCOUNT = re.compile(
    r"serviceAccount:(?:[^@]+@(?P<own>[^@]+)\.iam\.gserviceaccount\.com"
    r"|(?P<number>\d+)(?:-compute@developer|@cloudbuild|@cloudservices)\.gserviceaccount\.com"
    r"|(?P<engine>[^@]+)@appspot\.gserviceaccount\.com"
    r"|(?P<cluster>[^@]+)\.svc\.id\.goog\[[^\]]*\])"
)
# Those of an organization's workforce pools name no project.
_POOL = re.compile(r"//iam\.googleapis\.com/projects/(?P<number>[^/]+)/")
_OF_GOOGLE = re.compile(
    r"serviceAccount:(?:service-(?P<agent>\d+)@[^@]+\.iam|(?P<api>\d+)@cloudservices)\.gserviceaccount\.com"
)


def known(principal: str) -> str:
    """The principal, when it is of a kind that we know; else CannotLook, since nobody knows who it is."""
    if principal in EVERYBODY or principal.partition(":")[0] in _KINDS:
        return principal
    raise CannotLook("malformed", f"not a known kind of principal: {principal[:200]}")


def is_human(principal: str) -> bool:
    """Whether it is one person."""
    return principal.startswith("user:")


def wide(principal: str) -> str:
    """In words, why nobody can say who is meant by a principal, or that it is nobody of a company; else empty."""
    kind, _colon, address = principal.partition(":")
    if principal in EVERYBODY:
        return EVERYBODY[principal]
    if kind == "domain":
        return f"everybody of {address}"
    if kind == "principalSet" and address.endswith("/*"):
        return "every identity of a whole pool"
    return "a private account" if kind in ("user", "group") and _domain(address) in _CONSUMER_DOMAINS else ""


def outside(principal: str, domains: Collection[str], projects: Collection[str]) -> str:
    """In words, why a principal is none of ours; empty when it is.

    domains: ours. projects: ids and numbers of those whose service accounts are ours.
    """
    if everybody := wide(principal):
        return everybody
    kind, _colon, address = principal.partition(":")
    if kind in ("user", "group") and _domain(address) not in {each.lower() for each in domains}:
        return f"of another domain, {_domain(address)}"
    if kind == "serviceAccount" and not _projects_of(principal) & set(projects):
        return "a service account of another project"
    if (pool := _POOL.match(address)) and pool["number"] not in projects:
        return "an identity of a pool of another project"
    return "of another project" if kind in _OF_PROJECT and address not in projects else ""


def of_google(principal: str, numbers: Collection[str]) -> bool:
    """Whether Google itself acts through this service account for a project of one of these numbers."""
    found = _OF_GOOGLE.fullmatch(principal)
    return found is not None and (found["agent"] or found["api"]) in numbers


def default_account(principal: str) -> bool:
    """Whether it is the account that machines and functions get when nobody chooses one."""
    return principal.endswith(("-compute@developer.gserviceaccount.com", "@appspot.gserviceaccount.com"))


def allows(allowed: Allowed, principal: str, roles: Iterable[str]) -> bool:
    """Whether a list of patterns of principals, each with roles or none for all, names this one for one of roles."""
    wanted = set(roles)
    return any(
        fnmatchcase(principal, pattern)
        and (not named or not wanted.isdisjoint([named] if isinstance(named, str) else named))
        for pattern, named in allowed.items()
    )


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _projects_of(account: str) -> set[str]:
    """The id or number of the project that a service account belongs to, as far as its name tells."""
    found = _PROJECT_OF_ACCOUNT.fullmatch(account)
    if found is None:
        return set()
    return {part for part in found.groups() if part}
