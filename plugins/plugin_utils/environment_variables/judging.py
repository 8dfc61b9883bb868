# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the variables of a service: a sentence for each, in which no value can be."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.forbidden import FORBIDDEN
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.questions import PASSWORD, said
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.sources import Effective

_MOST = 20


def some(names: Collection[str]) -> str:
    """Names for a sentence, bounded."""
    first = sorted(names)[:_MOST]
    return ", ".join(first) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")


def missing_problems(has: Effective, required: Collection[str]) -> list[str]:
    """Required variables that are not set, or set to nothing."""
    known = set(has.names())
    absent = [name for name in required if name not in known or not _everywhere(has, name)]
    empty = [name for name in required if name not in absent and name not in has.names(empty=False)]
    late = [name for name in has.not_loaded(required) if name not in absent]
    parts = ((absent, "not set"), (empty, "empty"), (late, "set, but not in the process: start it again"))
    return [f"{some(names)} {'is' if len(names) == 1 else 'are'} {what}" for names, what in parts if names]


def _everywhere(has: Effective, name: str) -> bool:
    seen = has.of(name)
    return seen is None or seen[0].present


def predicate_problems(has: Effective, name: str, wanted: Mapping[str, Any], *, where: bool = False) -> list[str]:
    """Why a variable is not as wanted. where: say which place it comes from."""
    seen = has.of(name)
    if seen is None:
        return [f"{name} is not set"]
    variable, place = seen
    behind = f" in {place.label}" if where else ""
    if not variable.present:
        return [f"{name} is not set in every one of {place.label}"]
    if variable.empty:
        return [f"{name} is empty{behind}"]
    # A predicate that the host did not answer holds as little as one that it denied.
    return [said(name, each, wanted) + behind for each in wanted if variable.predicates.get(each) is not True]


def off_problems(has: Effective, names: Iterable[str]) -> list[str]:
    """Switches that are set to something else than off. Not to set one is off too."""
    on = []
    for name in names:
        seen = has.of(name)
        if seen and not (seen[0].present and seen[0].empty) and seen[0].predicates.get("one_of:off") is not True:
            on.append(f"{name} is on in {seen[1].label}")
    return on


def forbidden_problems(has: Effective, also: Iterable[str], exceptions: Mapping[str, Collection[str]]) -> list[str]:
    """Variables whose value has no place in production. exceptions: by label the variables in which it has."""
    problems = []
    for label, each in FORBIDDEN.items():
        names = [n for n in has.found(label, exceptions.get(label, ())) if re.search(each.names, n)]
        problems += [f"{some(names)}: holds {each.what} ({label})"] if names else []
    for label in also:
        names = has.found(label, exceptions.get(label, ()))
        problems += [f"{some(names)}: holds what is forbidden as {label}"] if names else []
    return problems


def twin_problems(has: Effective, names: Collection[str]) -> list[str]:
    """Secrets that another variable of the same service has too."""
    return [f"{one} and {two} have the same value" for one, two in sorted(has.same) if {one, two} & set(names)]


def shared_problems(has: Effective, names: Collection[str], same: Mapping[str, Collection[str]]) -> list[str]:
    """Secrets that another environment has too. same: what has the same value there, by environment."""
    found: dict[str, set[str]] = {name: set(names) & set(equal) for name, equal in same.items()}
    for name in names:
        seen = has.of(name.removesuffix(PASSWORD))
        compared = "password_differs_from" if name.endswith(PASSWORD) else "differs_from"
        for predicate, differs in seen[0].predicates.items() if seen else ():
            kind, _colon, environment = predicate.partition(":")
            if kind == compared and not differs and not seen[0].empty:  # type: ignore[index]
                found.setdefault(environment, set()).add(name)
    return [f"{environment} has the same {some(equal)}" for environment, equal in sorted(found.items()) if equal]


def passwords_of(has: Effective, addresses: Iterable[str]) -> list[str]:
    """The passwords in the addresses of databases, by the variable that holds each; not every address has one."""
    seen = {name: each[0] for name in addresses if (each := has.of(name))}
    return [
        f"{name}{PASSWORD}"
        for name, variable in seen.items()
        if not variable.empty and variable.predicates.get("no_password") is not True
    ]


def key_problems(
    own: Collection[str], theirs: Collection[str], environment: str, excepted: Collection[str]
) -> list[str]:
    """How the sets of variables of two environments differ."""
    lacking, extra = (set(theirs) - set(own) - set(excepted), set(own) - set(theirs) - set(excepted))
    problems = [f"set in {environment} and not here: {some(lacking)}"] if lacking else []
    return problems + ([f"set here and not in {environment}: {some(extra)}"] if extra else [])


def mode_problems(path: str, kind: str, mode: str, owner: str, owners: Sequence[str]) -> list[str]:
    """Why a file of secrets is not protected: others may read it, its group may write it, a stranger owns it."""
    if kind != "file":
        return [f"{path} is a {kind}, not a file"]
    problems = []
    if int(mode, 8) & 0o137:
        problems.append(f"{path} has mode {mode}, not 0640 or stricter")
    if owner not in owners:
        problems.append(f"{path} belongs to {owner}, not to {' or '.join(owners)}")
    return problems


def flag_problems(has: Effective, flags: Mapping[str, Any], prefix: str, today: datetime.date) -> Iterator[str]:
    """Flags without a value, without an owner or past their end; and those that nobody declared."""
    yield from missing_problems(has, list(flags))
    for name, declared in flags.items():
        details = declared if isinstance(declared, Mapping) else {}
        if not str(details.get("owner") or "").strip():
            yield f"{name} has no owner"
        yield from _end_problems(name, details.get("expires"), today)
    unknown = [name for name in has.names() if prefix and name.startswith(prefix) and name not in flags]
    if unknown:
        yield f"not declared in flags: {some(unknown)}"


def _end_problems(name: str, expires: Any, today: datetime.date) -> Iterator[str]:
    try:
        end = datetime.date.fromisoformat(str(expires)[:10])
    except ValueError:
        yield f"{name} has no date on which it expires"
    else:
        if end < today:
            yield f"{name} expired on {end}: delete it"


def version_problems(said_version: str, wanted: str, command: str) -> list[str]:
    """Why a version is not the other environments'; only the major one counts."""
    own, other = said_version.split(".")[0], wanted.split(".")[0]
    return [] if own == other else [f"{command} is version {said_version}, elsewhere {wanted}"]
