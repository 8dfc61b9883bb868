# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of what runs: the environments of processes and containers."""

from __future__ import annotations

import glob
import json
import os
import pwd
import re

from ansible_collections.golive.verify.plugins.module_utils.observation import commands, systemd
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.module_utils.observation.variables_files import Variables, twice

_PROC = "/proc"
_CGROUPS = ("/sys/fs/cgroup", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified")
_LARGEST = 1 << 20
_MOST_PROCESSES = 500


def of_unit(deadline, unit, running):
    """The environments of all processes that a unit runs, its helpers too. One that does not run is not found."""
    shown = dict(systemd.properties(deadline, unit, ("MainPID", "ControlGroup")))
    group = shown.get("ControlGroup", "")
    pids = {int(shown.get("MainPID") or 0), *_members(group)} - {0}
    return _environments(deadline, sorted(pids), "unit %s runs no process" % unit)


def _members(group):
    """The processes of a control group and those below it."""
    paths = [
        path for root in _CGROUPS for path in glob.glob(root + glob.escape(group) + "/**/cgroup.procs", recursive=True)
    ]
    pids = set()
    for path in paths if group.strip("/") else ():
        with open(path, encoding="ascii") as lines:
            pids |= {int(line) for line in lines}
    return pids


def of_process(deadline, process):
    """The environments of all processes whose command line contains this text, but of those that started us."""
    if not process.strip():
        raise CannotLook("malformed", "a process is named by a part of its command line")
    own = _ancestry()
    pids = []
    for name in filter(str.isdigit, os.listdir(_PROC)):
        deadline.check()
        if int(name) not in own and process in _read("%s/%s/cmdline" % (_PROC, name)).replace("\x00", " "):
            pids.append(int(name))
    return _environments(deadline, sorted(pids), "no process has %r in its command line" % process)


def _ancestry():
    """Our own process and those above it, whose command lines may name what is looked for."""
    pid, found = os.getpid(), set()
    while pid > 1:
        found.add(pid)
        status = re.search(r"^PPid:\s*(\d+)", _read("%s/%d/status" % (_PROC, pid)), re.MULTILINE)
        pid = int(status.group(1)) if status else 0
    return found


def _read(path):
    """The text of a file of /proc; empty when its process has ended."""
    try:
        with open(path, "rb") as stream:
            data = stream.read(_LARGEST + 1)
    except (FileNotFoundError, ProcessLookupError):
        return ""
    if len(data) > _LARGEST:
        raise CannotLook("too_large", "%s has more than %d bytes" % (path, _LARGEST))
    return data.decode("utf-8", "replace")


def _environments(deadline, pids, none):
    if len(pids) > _MOST_PROCESSES:
        raise CannotLook("too_large", "these are more than %d processes" % _MOST_PROCESSES)
    found = []
    for pid in pids:
        deadline.check()
        try:
            one = _environment(pid)
        except PermissionError:
            raise CannotLook("denied", "the environment of process %d: use become, as root" % pid) from None
        if one:
            found.append(one)
    if not found:
        raise CannotLook("not_found", none)
    return found


def _environment(pid):
    """The environment that a process was started with; null when it has ended meanwhile."""
    path = "%s/%d" % (_PROC, pid)
    text = _read(path + "/environ")
    try:
        uid, cwd = os.stat(path).st_uid, os.readlink(path + "/cwd")
    except (FileNotFoundError, ProcessLookupError):
        return None
    entries = [entry for entry in text.split("\x00") if entry]
    pairs = [tuple(entry.split("=", 1)) for entry in entries if "=" in entry[1:]]
    if not pairs or len(pairs) < len(entries):
        raise CannotLook("malformed", "process %d has written over its environment, or has none" % pid)
    return Variables(dict(reversed(pairs)), twice(pairs), process={"pid": pid, "user": _user(uid), "cwd": cwd})


def _user(uid):
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def of_container(deadline, container, client):
    """The environment that a running container was made with. client: docker, podman or nerdctl, by name or path."""
    answer = commands.command(deadline, [client, "inspect", "--type", "container", "--", container])
    if answer["exit"] != 0:
        raise CannotLook(_reason(answer["stderr"]), "%s inspect: %s" % (client, answer["stderr"].strip()[:300]))
    try:
        (seen,) = json.loads(answer["stdout"])
        running, entries = seen["State"]["Running"], seen["Config"]["Env"] or []
        pairs = [tuple(entry.split("=", 1)) for entry in entries]
        values = dict(pairs)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CannotLook("malformed", "%s inspect printed what is no container" % client) from None
    if running is not True:
        raise CannotLook("not_found", "container %s does not run" % container)
    return [Variables(values, twice(pairs))]


def _reason(said):
    said = said.lower()
    reasons = (
        ("no such", "not_found"),
        ("permission denied", "denied"),
        ("cannot connect", "unreachable"),
        ("is the docker daemon running", "unreachable"),
    )
    return next((reason for words, reason in reasons if words in said), "malformed")
