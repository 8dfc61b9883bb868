# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of a service, judged where they lie: names and verdicts leave the machine, never a value.

No text of an exception leaves either, since it may quote the value that it speaks of.
"""

from __future__ import annotations

import itertools
import re

from ansible_collections.golive.verify.plugins.module_utils.observation import (
    secrets,
    variables_compose,
    variables_files,
    variables_running,
)
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

# A word with few digits. What else stands before a "=" may be part of a secret that lost its quotes.
_WORD = re.compile(r"[A-Za-z]{0,24}[0-9]{0,4}[A-Za-z]{0,16}")
_LONGEST_NAME = 80

_SOURCES = (
    ({"file"}, variables_files.of_file),
    ({"unit"}, variables_files.of_unit),
    ({"unit", "running"}, variables_running.of_unit),
    ({"process"}, variables_running.of_process),
    ({"container", "client"}, variables_running.of_container),
    ({"compose", "service"}, variables_compose.of_service),
)


def variables(deadline, source, judged=None, found=None, distinct=None, other=None):
    """Tell which variables a source sets, which of them are empty or set twice, and what they are like.

    source: one of {file}, {unit} (what systemd gives it at its next start), {unit, running: true} (its processes),
    {process} (those whose command line contains this text), {container, client}, {compose, service}.
    judged: by variable the predicates of secrets.py; of several processes all must satisfy them.
    found: regular expressions by label; the names of the variables whose value one of them matches are told.
    distinct: names; those that have the same value are told. other: another source; which variables have the same value
    in both, and which are in one only, is told; "DATABASE_URL password" is the password in the address that one holds.
    """
    tests = {name: secrets.tests(predicates) for name, predicates in (judged or {}).items()}
    searches = {label: re.compile(pattern).search for label, pattern in (found or {}).items()}
    try:
        sets = _sets(deadline, source)
        others = _sets(deadline, other) if other else None
        return _told(sets, others, tests, searches, distinct or ())
    except (CannotLook, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - its text may quote a value
        raise CannotLook("malformed", "%s while judging the variables" % type(error).__name__) from None


def _sets(deadline, source):
    keys = set(source)
    look = next((function for known, function in _SOURCES if known == keys), None)
    if look is None:
        raise CannotLook("malformed", "no variables are looked at by %s" % ", ".join(sorted(keys)))
    return look(deadline, **source)


def _told(sets, others, tests, searches, distinct):
    asked = set(tests) | set(distinct)
    names = _union(each.values for each in sets)
    return {
        "names": _shown(names, asked),
        "unshown": len(names) - len(_shown(names, asked)),
        "empty": _shown(_union(_empty(each) for each in sets), asked),
        "duplicates": _shown(_union(each.duplicates for each in sets), asked),
        "inline": _shown(_union(each.inline for each in sets), asked),
        "judged": {name: _judged(name, sets, predicates) for name, predicates in tests.items()},
        "found": {label: _shown(_matching(sets, search), asked) for label, search in searches.items()},
        "same": sorted(_union(_pairs(each.values, distinct) for each in sets)),
        "compared": _compared(sets, others, asked) if others else None,
        "files": sorted(_union(each.files for each in sets)),
        "processes": [each.process for each in sets if each.process],
    }


def _union(parts):
    return set(itertools.chain.from_iterable(parts))


def _shown(names, asked):
    return sorted(name for name in names if name in asked or _like_a_name(name))


def _like_a_name(text):
    return len(text) <= _LONGEST_NAME and all(map(_WORD.fullmatch, re.split(r"[_.-]", text)))


def _empty(each):
    return [name for name, value in each.values.items() if not value]


def _judged(name, sets, tests):
    values = [each.values.get(name) for each in sets]
    return {
        "present": all(value is not None for value in values),
        "empty": any(value == "" for value in values),
        "predicates": {
            label: all(bool(value) and secrets.holds(test, value, name) for value in values)
            for label, test in tests.items()
        },
    }


def _matching(sets, search):
    return {name for each in sets for name, value in each.values.items() if search(value[: secrets.LONGEST_VALUE])}


def _pairs(values, names):
    known = sorted({name for name in names if values.get(name)})
    return [(one, two) for one, two in itertools.combinations(known, 2) if values[one] == values[two]]


def _compared(sets, others, asked):
    own, foreign = _union(each.values for each in sets), _union(each.values for each in others)
    pairs = [
        (name, value, other.values[name])
        for each, other in itertools.product(sets, others)
        for name, value in each.values.items()
        if value and other.values.get(name)
    ]
    same = {name for name, value, there in pairs if value == there}
    passwords = {name for name, value, there in pairs if _same_password(value, there)}
    return {
        "same": _shown(same, asked) + ["%s password" % name for name in _shown(passwords, asked)],
        "missing": _shown(foreign - own, asked),
        "extra": _shown(own - foreign, asked),
    }


def _same_password(*values):
    here, there = (secrets.password_in(value[: secrets.LONGEST_VALUE]) for value in values)
    return bool(here) and here == there
