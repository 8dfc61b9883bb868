# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a file of a git checkout was last changed, and whether its text is the one that git dates."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CommandFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part

# A clock may be this far ahead of ours.
_SKEW_SECONDS = 300
_LOG = re.compile(r"([0-9a-f]{40,64}) (\S+)(?: ([0-9a-f ]*))?\n")


def _git(checkout: str, *arguments: str) -> list[str]:
    """Git as it only reads: it takes no lock, starts no program that the repository's settings name, knows no globs."""
    harmless = ["-c", "core.fsmonitor=false", "-c", "log.showSignature=false"]
    return ["git", "--no-optional-locks", "--literal-pathspecs", *harmless, "-C", checkout, *arguments]


async def history(look: Observer, checkout: str, path: str, user: str | None, most_days: float) -> Part:
    """The date of the last commit that changed the file, judged: not too long ago, and nothing changed since."""
    log, status, shallow = await together(
        look.command(_git(checkout, "log", "-1", "--format=%H %cI %P", "--", path), user=user, ok=(0, 128)),
        look.command(_git(checkout, "status", "--porcelain", "--ignored", "--", path), user=user, ok=(0, 128)),
        look.command(_git(checkout, "rev-parse", "--is-shallow-repository"), user=user, ok=(0, 128)),
    )
    for fact in (shallow, log, status):
        _insist(fact, checkout)
    if not log.stdout:
        return Part({"committed": None}, [f"{path} was never committed to git, so that nothing says how old it is"])
    commit = _LOG.fullmatch(log.stdout)
    if not commit or shallow.stdout.strip() not in ("true", "false"):
        raise CannotLook("malformed", f"git says {(log.stdout + shallow.stdout)[:200]!r}")
    if shallow.stdout.strip() == "true" and not commit[3]:
        raise CannotLook(
            "malformed",
            f"{checkout} is a shallow clone that ends where {path} would be dated; fetch its history",
        )
    at = _moment(commit[2])
    problems = age_problems(path, at, most_days)
    if status.stdout:
        problems.append(f"{path} has changes that are not committed, so that git does not date its text")
    return Part({"committed": at.date().isoformat(), "commit": commit[1][:12], "age_days": age(at)}, problems)


def age(at: datetime) -> int:
    """Whole days since then."""
    return (datetime.now(UTC) - at).days


def age_problems(name: str, at: datetime, most_days: float) -> list[str]:
    """Why something that was last changed then is not current."""
    if (at - datetime.now(UTC)).total_seconds() > _SKEW_SECONDS:
        return [f"{name} is dated {at.date()}, which is still to come"]
    if age(at) > most_days:
        return [f"{name} was last changed {age(at)} days ago, on {at.date()}; at most {most_days:g} days are current"]
    return []


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CannotLook("malformed", f"git dates the last commit {text[:60]!r}") from None


def _insist(fact: CommandFact, checkout: str) -> None:
    """Raise what git says that it cannot do, by its own words."""
    if not fact.exit:
        return
    said = fact.stderr.strip()
    if "dubious ownership" in said:
        raise CannotLook("denied", f"git does not trust {checkout}, which another user owns: name its owner as user")
    if "ermission denied" in said:
        raise CannotLook("denied", f"{checkout}: {said[:300]}")
    if "not a git repository" in said:
        raise CannotLook("malformed", f"{checkout} is not a git checkout, and nothing else says how old a document is")
    if "does not have any commits yet" in said:
        raise CannotLook("malformed", f"{checkout} has no commits, so that nothing says how old a document is")
    raise CannotLook("not_found" if "No such file" in said else "malformed", f"git in {checkout}: {said[:300]}")
