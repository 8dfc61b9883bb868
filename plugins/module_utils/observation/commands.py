# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands: an argument list, never a shell; a clean environment; a deadline that ends the whole process group."""

from __future__ import annotations

import json
import os
import pwd
import selectors
import shutil
import signal
import subprocess
import time

from ansible_collections.golive.verify.plugins.module_utils.observation.files import masked, secret_text
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_BLOCK = 1 << 16


def command(deadline, argv, stdin="", env=None, env_files=None, user=None, keep=None, limit=1 << 20):
    """Run argv and tell its exit status and what it printed.

    env: variables added to a minimal environment. env_files: variables whose value is the stripped content of a file on
    this machine, for secrets that must not travel; wherever such a value shows in the output it is masked.
    user: run as this user; needs root. keep: paths such as "*.state.pid", where * is any key or place: of the JSON that
    the command prints only what they lead to leaves this machine, since the rest may hold secrets. limit: bytes of
    output, above which the command is killed (too_large).
    """
    out = bytearray()
    answer = run(deadline, out, argv, stdin, env, env_files, user, limit)
    text = masked(out.decode("utf-8", "replace"), answer.pop("secrets"))
    if keep:
        text = _kept(text, keep) if answer["exit"] == 0 and text.strip() else ""
    return dict(answer, stdout=text)


def run(deadline, out, argv, stdin="", env=None, env_files=None, user=None, limit=1 << 20):
    """Run argv as command() does, with what it prints going to out, a bytearray or what can be extended like one.

    limit: bytes that out may hold at a time. Tells the exit status, what was said on stderr, and the secrets used.
    """
    if not isinstance(argv, (list, tuple)) or not argv:
        raise CannotLook("malformed", "argv is a list: the tool and its arguments")
    secrets = {name: secret_text(deadline, path) for name, path in (env_files or {}).items()}
    argv = [_resolve(argv[0])] + [str(argument) for argument in argv[1:]]
    account = pwd.getpwnam(user) if user else pwd.getpwuid(os.geteuid())
    if account.pw_uid != os.geteuid():
        if os.geteuid() != 0:
            raise CannotLook("denied", "running %s as %s needs root: use become" % (argv[0], user))
        argv = [_resolve("runuser"), "-u", user, "--"] + argv
    process = _start(argv, dict(_environment(account), **dict(env or {}, **secrets)))
    err = bytearray()
    try:
        _communicate(process, stdin.encode(), deadline, limit, {process.stdout: out, process.stderr: err})
    finally:
        _end(process)
    said = err.decode("utf-8", "replace")
    if user and process.returncode and said.startswith("runuser: "):
        raise CannotLook("denied", said.strip()[:500])
    return {"exit": process.returncode, "stderr": masked(said, secrets.values()), "secrets": list(secrets.values())}


def _kept(text, paths):
    try:
        return json.dumps(_at([path.split(".") for path in paths], json.loads(text)))
    except ValueError:
        raise CannotLook("malformed", "the command did not print JSON") from None


def _at(paths, value):
    """The parts of JSON data that paths, each a list of keys, lead to."""
    if [] in paths:
        return value
    if isinstance(value, list):
        return [_at([path[1:] for path in paths if path[0] == "*"], each) for each in value]
    if not isinstance(value, dict):
        return None
    rest = {key: [path[1:] for path in paths if path[0] in ("*", key)] for key in value}
    return {key: _at(rest[key], each) for key, each in value.items() if rest[key]}


def _resolve(tool):
    path = shutil.which(tool, path=_PATH)
    if path is None and os.path.isabs(tool) and os.path.exists(tool):
        raise CannotLook("denied", "%s may not be executed" % tool)
    if path is None:
        raise CannotLook("missing_tool", "%s is not installed" % tool)
    return path


def _environment(account):
    return {"PATH": _PATH, "HOME": account.pw_dir, "LC_ALL": "C", "TZ": "UTC"}


def _start(argv, env):
    # run_command knows no deadline that ends a process group, and no bound on output.
    return subprocess.Popen(  # pylint: disable=ansible-bad-function
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
        cwd="/",
        start_new_session=True,
    )


def _communicate(process, stdin, deadline, limit, chunks):
    """Feed and read the process until both outputs close; chunks never hold more than limit bytes of them."""
    with selectors.DefaultSelector() as selector:
        for stream in chunks:
            selector.register(stream, selectors.EVENT_READ)
        if stdin:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE)
        else:
            process.stdin.close()
        while any(stream in selector.get_map() for stream in chunks):
            deadline.check()
            for key, _events in selector.select(min(deadline.left(), 1.0)):
                if key.fileobj is process.stdin:
                    stdin = _feed(selector, process.stdin, stdin)
                else:
                    _read(selector, key.fileobj, chunks[key.fileobj])
            if sum(map(len, chunks.values())) > limit:
                raise CannotLook("too_large", "more than %d bytes of output" % limit)
    # Reaping the leader would free its process group's number for reuse before _end has killed the group.
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        deadline.check()
        time.sleep(0.002)


def _feed(selector, stream, data):
    try:
        rest = data[os.write(stream.fileno(), data[:_BLOCK]) :]
    except BrokenPipeError:
        rest = b""
    if not rest:
        selector.unregister(stream)
        stream.close()
    return rest


def _read(selector, stream, chunks):
    block = os.read(stream.fileno(), _BLOCK)
    if block:
        chunks.extend(block)
    else:
        selector.unregister(stream)


def _end(process):
    """Leave no process of the group behind, and no descriptor open."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()
