# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What logrotate would do with each log, as its own dry run says (versions 3.8 to 3.22)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_PATTERN = re.compile(
    r"rotating pattern: (?P<files>.*?)\s+(?:(?P<period>hourly|weekly|monthly|yearly)|after (?P<days>\d+) days"
    r"|(?P<bytes>\d+) bytes)(?P<rest>(?: .*)?)"
)
# Right after the period, in parentheses, and since 3.22 at the end of all that is said of a stanza.
_COUNT = re.compile(r"\((\d+) rotations\)")
_NONE = "no old logs will be kept"
_DAYS = {"hourly": 1 / 24, "weekly": 7.0, "monthly": 30.0, "yearly": 365.0}
_OLDDIR = re.compile(r"olddir is (/[^,]*),")
_LAST = re.compile(r"  Last rotated at (\d{4})-(\d+)-(\d+) (\d+):(\d+)")
_MAXAGE = re.compile(r"(?P<file>[^\n]+?):\s*maxage\s+(?P<days>\d+)\s*")


@dataclass(slots=True)
class Log:
    """One file that logrotate considers. last: Unix time of its last rotation; skipped: why it is not rotated at all.

    recorded: whether the state file knows it; otherwise the dry run takes now for its last rotation.
    """

    path: str
    last: float | None = None
    skipped: str = ""
    recorded: bool = True


@dataclass(slots=True)
class Stanza:
    """How some files are rotated. period: days, None when by size alone; count: kept, None for no bound."""

    files: str
    period: float | None
    size: int | None
    count: int | None
    olddir: str = ""
    empty: bool = True
    minimum: bool = False
    logs: list[Log] = field(default_factory=list)

    @property
    def days(self) -> float | None:
        """Days of history that are kept; None where size or nothing bounds it."""
        return None if self.period is None or self.count is None else self.period * self.count

    def __str__(self) -> str:
        often = f"every {self.period:g} days" if self.period else f"at {self.size} bytes"
        return f"{often}, {'all' if self.count is None else self.count} kept"


@dataclass(frozen=True, slots=True)
class Plan:
    """All stanzas, and the complaints about the configuration."""

    stanzas: list[Stanza]
    errors: list[str]

    def of(self, path: str) -> tuple[Stanza, Log] | None:
        """What is planned for one file; None when nothing is."""
        return next(((each, log) for each in self.stanzas for log in each.logs if log.path == path), None)


def parse(text: str) -> Plan:
    """The plan that `logrotate --debug` prints; what is none is CannotLook("malformed")."""
    if not re.search(r"(?m)^Handling \d+ logs", text):
        said = [line for line in text.splitlines() if "error:" in line]
        raise CannotLook(_reason(said), f"logrotate planned nothing: {shown('; '.join(said[:3]))}")
    stanzas: list[Stanza] = []
    log: Log | None = None
    errors: list[str] = []
    for line in _lines(text):
        if line.startswith("rotating pattern: "):
            stanzas.append(_stanza(line))
        elif line.startswith("considering log ") and stanzas:
            log = Log(line.removeprefix("considering log "))
            stanzas[-1].logs.append(log)
            continue
        elif line.startswith("error: "):
            errors.append(line.removeprefix("error: "))
        if line.startswith(("rotating pattern: ", "olddir is ", "empty log files ")) and stanzas:
            _refine(stanzas[-1], line)
            log = None
        elif log is not None:
            _follow(log, line)
    if any("Permission denied" in each for each in errors):
        raise CannotLook("denied", f"logrotate may not read all it needs: {shown(errors[0])}; use become")
    return Plan(stanzas, errors)


def _lines(text: str) -> Iterator[str]:
    """The lines, with the pattern of each stanza on one: it has as many as the configuration, one a file."""
    pattern = ""
    for line in text.splitlines():
        if not pattern and not line.startswith("rotating pattern: "):
            yield line
            continue
        pattern = f"{pattern} {line}".strip()
        if _PATTERN.match(pattern):
            yield pattern
            pattern = ""
    if pattern:
        yield pattern


def _reason(errors: Sequence[str]) -> str:
    if any("Permission denied" in each for each in errors):
        return "denied"
    return "not_found" if any("No such file" in each for each in errors) else "malformed"


def _stanza(line: str) -> Stanza:
    found = _PATTERN.match(line)
    if found is None:
        raise CannotLook("malformed", f"logrotate printed a plan that is not understood: {shown(line)}")
    period = float(found["days"]) if found["days"] else _DAYS.get(found["period"] or "")
    rotations = _COUNT.search(found["rest"])
    count = int(rotations[1]) if rotations else 0 if _NONE in found["rest"] else None
    return Stanza(found["files"], period, int(found["bytes"]) if found["bytes"] else None, count)


def _refine(stanza: Stanza, line: str) -> None:
    """The rest of what is said of a stanza, which stands on the same line or on the next."""
    olddir = _OLDDIR.search(line)
    stanza.olddir = olddir[1] if olddir else stanza.olddir
    stanza.empty = stanza.empty and "empty log files are not rotated" not in line
    stanza.minimum = stanza.minimum or "only log files" in line


def _follow(log: Log, line: str) -> None:
    if found := _LAST.match(line):
        year, month, day, hour, minute = map(int, found.groups())
        try:
            log.last = datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()
        except ValueError as error:
            raise CannotLook("malformed", f"logrotate printed a time that is none: {line.strip()}") from error
    elif line.startswith("error: ") or line.endswith("-- skipping"):
        log.skipped = line.removeprefix("error: ").strip()
    elif line == "Creating new state":
        log.recorded = False


def maxages(text: str) -> Iterator[tuple[str, int]]:
    """The directives maxage that grep printed: the file of each and its days."""
    for line in text.splitlines():
        found = _MAXAGE.fullmatch(line)
        if found is None:
            raise CannotLook("malformed", f"grep printed what is no directive: {shown(line)}")
        yield found["file"], int(found["days"])
