# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a release without each required variable, and see it refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.plugin_utils.drill import Drill, Findings
from ansible_collections.golive.verify.plugins.plugin_utils.drills.model import Outcome, Step
from ansible_collections.golive.verify.plugins.plugin_utils.drills.scratch import made, scratch
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted

ALL = "with all variables"

# Starts it on the host with the variables that are left, and tells how it ended and whether it named the one that is
# not. What it printed stays there: it may hold the values. The process stays in the group that is killed at the end.
_PROGRAM = r"""
import json, os, re, subprocess, sys, tempfile
want = json.loads(sys.argv[1])
entry = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$")
kept, env = [], {"PATH": os.environ["PATH"], "HOME": want["place"]}
with open(want["env_file"], encoding="utf-8") as stream:
    entries = [(entry.match(line), line) for line in stream]
if want["without"] and want["without"] not in [found.group(1) for found, _ in entries if found]:
    sys.exit("%s does not set %s, so nobody misses it" % (want["env_file"], want["without"]))
for found, line in entries:
    if found and found.group(1) not in want["env"] and found.group(1) != want["without"]:
        kept.append(line)
        quoted = re.fullmatch(r"(['\"])(.*)\1", found.group(2))
        env[found.group(1)] = quoted.group(2) if quoted else found.group(2)
replaced = {name: value for name, value in want["env"].items() if name != want["without"]}
env.update(replaced)
path = os.path.join(want["place"], "env")
with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
    stream.writelines(kept + ["%s=%s\n" % each for each in replaced.items()])
with tempfile.TemporaryFile(dir=want["place"]) as said:
    argv = [path if each == "{env_file}" else each for each in want["argv"]]
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(argv, env=env, cwd=want["directory"], stdin=nothing, stdout=said, stderr=said)
    try:
        status = process.wait(want["seconds"])
    except subprocess.TimeoutExpired:
        status = None
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
    said.seek(0)
    named = bool(want["without"]) and want["without"].encode() in said.read(1 << 22)
print(json.dumps({"exit": status, "named": named}))
"""


class ActionModule(Drill):
    """First with all variables: a release that never starts would refuse anything."""

    def control(self, want: Wanted) -> str:
        return "env.startup_validation"

    def expected(self, want: Wanted) -> str:
        names = ", ".join(want.variables)
        return f"it starts, and without any one of {names} it ends within {want.max_exit_seconds:g} s and names it"

    def steps(self, want: Wanted) -> Sequence[Step]:
        if ALL in want.variables or len(set(want.variables)) != len(want.variables):
            raise AnsibleActionFail("variables: each name once")
        place = scratch(want.work_dir, want.name)

        def started(name: str, without: str, seconds: float) -> Step:
            asked = {
                "argv": want.argv,
                "env_file": want.env_file,
                "env": {name: str(value) for name, value in want.env.items()},
                "directory": want.directory,
                "place": place,
                "without": without,
                "seconds": seconds,
            }
            argv = ["python3", "-c", _PROGRAM, json.dumps(asked)]
            return Step(name, argv, matches=r'^\{"exit":', user=want.user, timeout=seconds + 15)

        refusals = [started(f"without {name}", name, want.max_exit_seconds) for name in want.variables]
        return [made(place, want.user), started(ALL, "", want.settle), *refusals]

    def findings(self, want: Wanted, outcome: Outcome) -> Findings:
        ended = {name: json.loads(step.output) for name, step in outcome.steps.items() if step.output.startswith("{")}
        shown = {name: f"exit status {each['exit']}, named: {each['named']}" for name, each in ended.items()}
        return Findings({"ended": shown}, list(startup_problems(want, ended)))


def startup_problems(want: Mapping[str, Any], ended: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """A sentence for each start that did not end as it must. ended: exit (None: it kept running) and named, by step."""
    if ended[ALL]["exit"] is not None:
        yield f"with all variables it ended with exit status {ended[ALL]['exit']}, so that its refusals prove nothing"
    for name in want["variables"]:
        refusal = ended[f"without {name}"]
        if refusal["exit"] is None:
            yield f"without {name} it still ran after {want['max_exit_seconds']:g} s"
        elif refusal["exit"] == 0:
            yield f"without {name} it ended as if all were well"
        elif not refusal["named"]:
            yield f"without {name} it ended, but did not say that {name} is missing"
