# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many observations at once: side by side, with a cap per kind and a deadline for all. Nothing asked is ever lost."""

from __future__ import annotations

import importlib
import json
import queue
import threading
import time
from typing import TYPE_CHECKING

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import (
    CannotLook,
    Deadline,
    cannot_look_from,
)

# Ansible sends a host the files that it finds imported, here or anywhere. They are imported when they are asked for: a
# host compiles them anew for each call, which for all of them takes longer than most looks.
if TYPE_CHECKING:
    from ansible_collections.golive.verify.plugins.module_utils.observation import (  # noqa: F401
        commands,
        crontabs,
        files,
        http,
        keyed_chains,
        mounts,
        scans,
        secrets,
        sockets,
        systemd,
        tcp,
        tls,
        variables,
    )


def _in(module, function):
    """The function of a module beside this one, which is imported at the first call."""

    def look(*args, **wanted):
        return getattr(importlib.import_module("%s.%s" % (__package__, module)), function)(*args, **wanted)

    return look


class Kind:
    """A kind of observation: the function that looks, how many of it may run at once, and seconds each may take.

    A grouped kind answers all its requests in one look at the machine (one systemctl for a hundred units): its
    function takes the list of requests' parameters and returns one value or CannotLook for each. The values of a kind
    that travels are made plain data; those of one that is only asked on the controller may be anything.
    """

    def __init__(self, look, cap, timeout, grouped=False, travels=True):
        self.look = look
        self.cap = cap
        self.timeout = timeout
        self.grouped = grouped
        self.travels = travels


KINDS = {
    "file": Kind(_in("files", "file"), cap=4, timeout=10),
    "glob": Kind(_in("files", "glob"), cap=2, timeout=30),
    "command": Kind(_in("commands", "command"), cap=8, timeout=10),
    "sockets": Kind(_in("sockets", "sockets"), cap=1, timeout=10),
    "unit": Kind(_in("systemd", "units"), cap=1, timeout=10, grouped=True),
    "timers": Kind(_in("systemd", "timers"), cap=1, timeout=10),
    "crontabs": Kind(_in("crontabs", "crontabs"), cap=1, timeout=10),
    "mounts": Kind(_in("mounts", "mounts"), cap=1, timeout=10),
    "resolve": Kind(_in("tcp", "resolve"), cap=16, timeout=5),
    "tcp": Kind(_in("tcp", "tcp"), cap=128, timeout=5),
    "tls": Kind(_in("tls", "tls"), cap=16, timeout=10),
    "http": Kind(_in("http", "http"), cap=16, timeout=10),
    "scan": Kind(_in("scans", "scan"), cap=2, timeout=30),
    "secret": Kind(_in("secrets", "secret"), cap=4, timeout=10),
    "keyed_chain": Kind(_in("keyed_chains", "keyed_chain"), cap=2, timeout=30),
    "variables": Kind(_in("variables", "variables"), cap=4, timeout=20),
}


def run(requests, seconds, kinds=None):
    """Make every observation of the list, and answer in its order.

    A request is a mapping of "kind", the parameters of its function, and optionally "timeout" in seconds. An answer
    is a mapping of "at" (Unix time), "ms", and either "value" or "reason" (one of outcome.REASONS) and "detail".
    kinds: what can be looked at, KINDS unless given.
    """
    kinds = KINDS if kinds is None else kinds
    whole = Deadline(seconds)
    answers = [None] * len(requests)
    done = queue.Queue()
    jobs = _jobs(requests, kinds)
    for name, work in jobs.items():
        kind = kinds.get(name)
        waiting = queue.Queue()
        for job in work:
            waiting.put(job)
        for _worker in range(min(kind.cap, len(work)) if kind else 1):
            # Daemon threads: one that hangs in the kernel must not keep the call from answering.
            threading.Thread(target=_work, args=(kind, waiting, done, whole), daemon=True).start()
    left = sum(map(len, jobs.values()))
    while left:
        try:
            for index, answer in done.get(timeout=whole.left() + 0.2):
                answers[index] = answer
        except queue.Empty:
            break
        left -= 1
    unfinished = {"reason": "timeout", "detail": "not finished within the %g s of the whole call" % seconds}
    return [answer or dict(unfinished, at=time.time(), ms=int(seconds * 1000)) for answer in answers]


def _jobs(requests, kinds):
    """Split the requests by kind into jobs, each a list of (index, request): one request, or a grouped kind's all."""
    asked = {}
    for index, request in enumerate(requests):
        name = request.get("kind")
        asked.setdefault(name if isinstance(name, str) else None, []).append((index, request))
    return {
        name: [these] if name in kinds and kinds[name].grouped else [[one] for one in these]
        for name, these in asked.items()
    }


def _work(kind, waiting, done, whole):
    while True:
        try:
            job = waiting.get_nowait()
        except queue.Empty:
            return
        at, start = time.time(), time.monotonic()
        outcomes = _look(kind, [request for _index, request in job], whole)
        took = {"at": at, "ms": int((time.monotonic() - start) * 1000)}
        done.put([(index, dict(outcome, **took)) for (index, _request), outcome in zip(job, outcomes)])


def _look(kind, requests, whole):
    try:
        if kind is None:
            raise CannotLook("malformed", "no kind of observation is called %s" % requests[0].get("kind"))
        whole.check()
        deadline = Deadline(max(r.get("timeout") or kind.timeout for r in requests), within=whole)
        wanted = [{k: v for k, v in r.items() if k not in ("kind", "timeout", "become")} for r in requests]
        values = kind.look(deadline, wanted) if kind.grouped else [kind.look(deadline, **wanted[0])]
        if len(values) != len(requests):
            raise CannotLook("malformed", "%d answers to %d questions" % (len(values), len(requests)))
        return [_outcome(value) if kind.travels else _untouched(value) for value in values]
    except Exception as error:  # noqa: BLE001 - whatever goes wrong while looking is an answer: nobody could look
        return [_outcome(cannot_look_from(error))] * len(requests)


def _outcome(value):
    """What travels: plain data, in which the name of a file that is no valid text has become one."""
    cannot_look = isinstance(value, CannotLook)
    outcome = {"reason": value.reason, "detail": value.detail} if cannot_look else {"value": value}
    return json.loads(json.dumps(outcome, ensure_ascii=False).encode("utf-8", "replace"))


def _untouched(value):
    return _outcome(value) if isinstance(value, CannotLook) else {"value": value}
