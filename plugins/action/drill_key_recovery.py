# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetch a key from each place where it is kept, and read old records with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.plugin_utils.drill import Drill, Findings
from ansible_collections.golive.verify.plugins.plugin_utils.drills.model import Outcome, Step
from ansible_collections.golive.verify.plugins.plugin_utils.drills.scratch import made, program, scratch
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted

KEY = "{key}"
IN_USE = "the key in use"
# $1: the file of the copy; the rest is the command. Its output is the key, or nothing; it stays on the host either way.
_FETCH = r"""
umask 077; file=$1; shift
"$@" > "$file.said" 2> "$file.wrong" || { echo "it ended with exit status $?" >&2; exit 1; }
if [ ! -e "$file" ]; then mv "$file.said" "$file"; fi
if [ ! -s "$file" ]; then echo "it is empty" >&2; exit 1; fi
"""
# $1: what the output must hold; $2: where it is kept, since it may be records; the rest is the command.
_READ = r"""
umask 077; pattern=$1; said=$2; shift 2
"$@" > "$said" 2>&1 || { echo "it ended with exit status $?" >&2; exit 1; }
if [ -n "$pattern" ] && ! grep -Eq -e "$pattern" "$said"; then echo "its output does not hold $pattern" >&2; exit 1; fi
"""
# An HMAC under a key that is drawn for this drill alone: equal keys have equal ones, and nothing else can be told.
_FINGERPRINT = r"""
import hashlib, hmac, os, sys
place, path = sys.argv[1:]
salt = os.path.join(place, "salt")
if not os.path.exists(salt):
    with open(os.open(salt, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(os.urandom(32))
with open(salt, "rb") as stream, open(path, "rb") as key:
    print(hmac.new(stream.read(), key.read().strip(), hashlib.sha256).hexdigest())
"""


class ActionModule(Drill):
    """Each copy by itself: one that is lost does not hide behind another."""

    def control(self, want: Wanted) -> str:
        return "secrets.key_recovery"

    def expected(self, want: Wanted) -> str:
        return f"the key is the same in {', '.join(want.locations)}, and each copy reads old records"

    def steps(self, want: Wanted) -> Sequence[Step]:
        if len(want.locations) < want.min_locations:
            raise AnsibleActionFail(f"locations: {len(want.locations)}, fewer than min_locations {want.min_locations}")
        if KEY not in want["read"]:
            raise AnsibleActionFail(f"read: no argument is {KEY}, so it would read without the copy")
        place = scratch(want.work_dir, want.name)
        copies = {str(name): [str(each) for each in argv] for name, argv in want.locations.items()}
        in_use = list(_fetched(IN_USE, want.in_use, f"{place}/in-use", want)) if want.in_use else []
        recovered = [
            step
            for index, (name, argv) in enumerate(copies.items())
            for step in (
                *_fetched(f"the copy in {name}", argv, f"{place}/copy-{index}", want),
                _read(f"records read with the copy in {name}", f"{place}/copy-{index}", want),
            )
        ]
        return [made(place, want.user), *in_use, *recovered]

    def findings(self, want: Wanted, outcome: Outcome) -> Findings:
        marks = {
            name.removeprefix("fingerprint of "): step.output.strip()
            for name, step in outcome.steps.items()
            if name.startswith("fingerprint of ")
        }
        usual = marks.get(IN_USE) or next(iter(marks.values()))
        other = [name for name, mark in marks.items() if mark != usual]
        against = IN_USE if IN_USE in marks else next(iter(marks))
        problems = [f"{name} is not {against}" for name in other]
        fetched = [step.seconds for name, step in outcome.steps.items() if name.startswith("the copy in ")]
        actual = {"copies": list(want.locations), "alike": not other}
        return Findings(actual, problems, {"rto_seconds": round(max(fetched), 1)})


def _fetched(name: str, argv: Sequence[str], path: str, want: Wanted) -> Iterator[Step]:
    yield Step(name, program(_FETCH, path, *_with(argv, path)), user=want.user)
    place = path.rpartition("/")[0]
    yield Step(
        f"fingerprint of {name}", ["python3", "-c", _FINGERPRINT, place, path], matches="^[0-9a-f]{64}$", user=want.user
    )


def _read(name: str, path: str, want: Wanted) -> Step:
    argv = program(_READ, want.matches, f"{path}.read", *_with(want["read"], path))
    return Step(name, argv, user=want.user, timeout=want.limit)


def _with(argv: Sequence[str], path: str) -> list[str]:
    return [path if each == KEY else str(each) for each in argv]
