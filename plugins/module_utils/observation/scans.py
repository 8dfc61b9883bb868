# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs, judged where they lie: only counts and places leave the machine, never a word of what was logged."""

from __future__ import annotations

import re
import time

from ansible_collections.golive.verify.plugins.module_utils.observation import entries, log_lines, secrets
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.module_utils.observation.sensitive import Sensitive

# Of a line of any length so much is parsed as JSON, and so much compared with what is known as noise.
_LONGEST_ENTRY = 1 << 20
_NOISE_HEAD = 8192
_SHORTEST_SECRET = 8
_CHECK_EVERY = 256
# Seconds by which clocks may differ: a line of a later time speaks of the future, it is not written there.
_SKEW = 300
_UNNAMED = {"format": "json", "time": (), "level": (), "message": (), "error": {}}


def scan(
    deadline,
    path=None,
    journal=None,
    container=None,
    directory=None,
    rotated=True,
    window=0,
    limit=32 << 20,
    patterns=(),
    allowed=(),
    known=(),
    fields=None,
    noise=(),
    examples=3,
    logged=True,
):
    """Read one log, the newest entries first, and tell what it is like.

    path: an absolute path or pattern of files; the rotated ones beside them, whose names go on after a dot or hyphen,
    belong to them, unless rotated is false. journal: matches of journalctl, such as _SYSTEMD_UNIT=shop.service;
    directory: another place of journal files. container: the name of a container of Docker.
    window: seconds up to now in which entries count; 0 for all. limit: bytes to read (of journals, of their JSON).

    patterns, allowed: see Sensitive. known: secrets that lie on this machine, each {file, key}, looked for by value.
    fields: {format, time, level, message: names; error: {what: names}} of structured entries. noise: regular
    expressions of known warnings and errors. examples: how many places to tell of each thing.
    logged: whether the lines are entries of a log, with times and levels; those of other files are searched only.
    """
    source = log_lines.Source(path, journal, container, directory, rotated)
    now = time.time()
    since = now - window if window else 0
    tally = _Tally(
        Sensitive(patterns, allowed, _values(deadline, known)),
        dict(_UNNAMED, **(fields or {})),
        _compiled(noise),
        examples,
        _Window(since, now),
        logged,
    )
    reading = source.read(deadline, since, limit)
    for number, line in enumerate(reading):
        if not number % _CHECK_EVERY:
            deadline.check()
        if tally.take(line) is False:
            source.reached(line)
    return dict(tally.told(), files=source.files, complete=not source.cut, modified=source.modified)


def _values(deadline, known):
    found = {}
    for each in known:
        value = secrets.read(deadline, **each)
        name = "value of %s" % (" in ".join(part for part in (each.get("key"), each["file"]) if part))
        if len(value) < _SHORTEST_SECRET:
            raise CannotLook("malformed", "the %s is absent or too short to be looked for" % name)
        found[name] = value
    return found


def _compiled(expressions):
    try:
        return [re.compile(expression) for expression in expressions]
    except (TypeError, re.error) as error:
        raise CannotLook("malformed", "not a regular expression: %s" % error) from None


class _Window:
    """Which lines count: those written since a moment, given those of each file in the order of their writing.

    What follows a line that counts does so too, whatever times it speaks of: it was written later.
    """

    def __init__(self, since, now):
        self.now = now
        self.oldest = self.newest = None
        self._since = since
        self._file = self._inside = None

    def holds(self, line, stated):
        """Tell whether a line counts: false when it is older, None when nobody knows. stated: the time it states."""
        if line.file != self._file:
            self._file, self._inside = line.file, None
        if not self._since:
            self._inside = True
        elif stated is not None and not self._inside:
            self._inside = stated >= self._since
        elif self._inside is None and not line.partial:
            self._inside = True
        if self._inside and stated is not None and self._since <= stated <= self.now + _SKEW:
            self.oldest = stated if self.oldest is None else min(self.oldest, stated)
            self.newest = stated if self.newest is None else max(self.newest, stated)
        return self._inside


class _Tally:
    """Counts, and the places of the first few of each thing."""

    def __init__(self, sensitive, names, noise, examples, window, logged):
        self._sensitive = sensitive
        self._names = names
        self._noise = noise
        self._examples = examples
        self._window = window
        self._logged = logged
        self._counts = {"lines": 0, "bytes": 0, "garbled": 0, "structured": 0, "explained": 0}
        self._levels = {}
        self._things = {"findings": {}, "unstructured": {}, "lacking": {}, "unexplained": {}}

    def take(self, line):
        """Count one line, if the window holds it; tell whether it does."""
        text, stated, fields = line.text, line.time, None
        if self._logged and len(text) <= _LONGEST_ENTRY:
            fields = entries.fields_of(text, self._names["format"])
        if self._logged and stated is None:
            stated = entries.time_of(text, fields, self._names["time"], self._window.now)
        held = self._window.holds(line, stated)
        if not held:
            return held
        if not text.strip():
            return True
        self._count("lines")
        self._count("bytes", line.size)
        if line.garbled:
            self._count("garbled")
        for kind in self._sensitive.kinds_in(text):
            self._tell("findings", kind, line.place)
        if self._logged:
            self._judge(line, fields, stated is not None)
        return True

    def _judge(self, line, fields, timed):
        level = entries.level_of(line.text, fields, self._names["level"], line.priority)
        self._levels[level or "none"] = self._levels.get(level or "none", 0) + 1
        lacks = self._lacks(fields, timed)
        if lacks:
            self._tell("unstructured", lacks, line.place)
        else:
            self._count("structured")
        if level not in ("error", "warn"):
            return
        if level == "error" and fields is not None:
            for what, names in self._names["error"].items():
                if entries.field(fields, names) is None:
                    self._tell("lacking", what, line.place)
        if any(noise.search(line.text[:_NOISE_HEAD]) for noise in self._noise):
            self._count("explained")
        else:
            self._tell("unexplained", level, line.place)

    def _lacks(self, fields, timed):
        if fields is None:
            return self._names["format"]
        if not timed:
            return "time"
        wanted = ((what, self._names[what]) for what in ("level", "message"))
        return next((what for what, names in wanted if names and entries.field(fields, names) is None), None)

    def _count(self, name, more=1):
        self._counts[name] += more

    def _tell(self, thing, name, place):
        told = self._things[thing].setdefault(name, {"name": name, "lines": 0, "places": []})
        told["lines"] += 1
        if len(told["places"]) < self._examples:
            told["places"].append(place)

    def told(self):
        """Plain data."""
        things = {thing: [named[name] for name in sorted(named)] for thing, named in self._things.items()}
        return dict(self._counts, levels=self._levels, oldest=self._window.oldest, newest=self._window.newest, **things)
