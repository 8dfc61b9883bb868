# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take the steps of a drill on this machine, within its time, until something goes wrong; then undo them all."""

from __future__ import annotations

import os
import re
import signal
import time

from ansible_collections.golive.verify.plugins.module_utils.drilling.journal import Journal, leftovers, watch
from ansible_collections.golive.verify.plugins.module_utils.observation.commands import command
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import (
    CannotLook,
    Deadline,
    cannot_look_from,
)

_SHOWN = 4096
_SECONDS = 60


class Stop(BaseException):
    """The drill ends here, before its last step. Nothing on the way may take it for a command that failed."""


def take(name, steps, limit, abort_when):
    """Take the steps and undo them.

    A step is a mapping of name, argv, and optionally: undo (argv, kept before the step is taken), ok (exit statuses,
    [0]), matches (a regular expression that its output must hold), within (seconds: it is repeated until it is as
    wanted), every (seconds between, 0.5), timeout (seconds of one command, 60), user, env, env_files, stdin.
    limit: seconds for all steps. abort_when: commands of which none may end well, asked before each step and each
    repetition.

    Gives a mapping: steps (of those taken: name, at, ms, tries, exit, output, problem), aborted (why the last was not
    reached, or ""), undone and cleaned (name, argv and problem of each undo step of this drill, and of crashed ones).
    """
    cleaned = leftovers()
    if any(outcome["problem"] for outcome in cleaned):
        return {"steps": [], "aborted": "an earlier drill is not undone yet", "undone": [], "cleaned": cleaned}
    journal = Journal.held(name)
    if journal is None:
        raise CannotLook("denied", "the drill %s is running on this host already" % name)
    dismiss = watch(name, journal.lock, limit)
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    taken, aborted = [], ""
    try:
        whole = Deadline(limit)
        for step in steps:
            taken.append(_take(step, journal, whole, abort_when))
            if taken[-1]["problem"]:
                raise Stop("%s: %s" % (step["name"], taken[-1]["problem"]))
    except (Stop, CannotLook) as reason:
        aborted = str(reason)
    finally:
        undone = journal.undo()
        os.write(dismiss, b".")
        os.close(dismiss)
        journal.release()
        for number, handler in before.items():
            signal.signal(number, handler)
    return {"steps": taken, "aborted": aborted, "undone": undone, "cleaned": cleaned}


def _interrupt(number, _frame):
    raise Stop("interrupted by signal %d" % number)


def _take(step, journal, whole, abort_when):
    if step.get("undo"):
        journal.promise({"name": step["name"], "argv": step["undo"], "user": step.get("user")})
    at, start, tries = time.time(), time.monotonic(), 0
    patience = Deadline(step.get("within") or 0, within=whole)
    while True:
        _mind(abort_when, whole)
        tries += 1
        outcome = _once(step, whole)
        if not outcome["problem"] or not patience.left():
            break
        time.sleep(min(step.get("every") or 0.5, patience.left()))
    ms = int((time.monotonic() - start) * 1000)
    return dict(outcome, name=step["name"], at=at, ms=ms, tries=tries)


def _mind(abort_when, whole):
    whole.check()
    for argv in abort_when:
        if command(Deadline(_SECONDS, within=whole), argv)["exit"] == 0:
            raise Stop("abort condition met: %s" % " ".join(argv))


def _once(step, whole):
    wanted = {name: step[name] for name in ("stdin", "env", "env_files", "user") if step.get(name)}
    try:
        done = command(Deadline(step.get("timeout") or _SECONDS, within=whole), step["argv"], **wanted)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in a step ends the drill, and is told
        return {"exit": None, "output": "", "problem": str(cannot_look_from(error))}
    output = done["stdout"][:_SHOWN]
    problem = ""
    if done["exit"] not in (step.get("ok") or [0]):
        problem = "exit status %d: %s" % (done["exit"], (done["stderr"].strip() or done["stdout"].strip())[-500:])
    elif step.get("matches") and not re.search(step["matches"], done["stdout"] + done["stderr"]):
        problem = "its output does not hold %s but: %s" % (step["matches"], output.strip()[:500])
    return {"exit": done["exit"], "output": output, "problem": problem}
