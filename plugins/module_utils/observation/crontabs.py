# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cron would run: crontabs of the system and of users, the periodic directories, and anacron's table."""

from __future__ import annotations

import os
import pwd
import re

from ansible_collections.golive.verify.plugins.module_utils.observation.files import file
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, cannot_look_from

_ROOT = "/"
_SYSTEM_UID = 0
_LIMIT = 20000

# Where users' crontabs are: Debian, SUSE, Red Hat. The last also holds the directories of the first two.
_SPOOLS = ("var/spool/cron/crontabs", "var/spool/cron/tabs", "var/spool/cron")
_PERIODS = ("hourly", "daily", "weekly", "monthly", "yearly")
_NICKNAMES = ("@reboot", "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_ANACRON_PERIODS = {"1": "@daily", "7": "@weekly", "30": "@monthly"}

_VARIABLE = re.compile(r"""["']?[A-Za-z_]\w*["']?\s*=""")
_TIME_FIELD = re.compile(r"[0-9A-Za-z*,/~-]+")
_UNESCAPED_PERCENT = re.compile(r"(?<!\\)%")

# Debian runs a file only if its name has these characters alone; cronie skips what editors and packagers leave behind.
_DEBIAN_NAME = re.compile(r"[A-Za-z0-9_-]+")
_CRONIE_NAME = re.compile(r"(?![.#]).*(?<!~)(?<!,v)(?<!\.rpmsave)(?<!\.rpmorig)(?<!\.rpmnew)(?<!\.swp)(?<!\.cfsaved)")

# Everything is bounded: what a target wrote must not keep a regular expression busy.
_COMMAND_LENGTH = 4096
_VALUE = r"""("[^"]*"|'[^']*'|[^\s"'&;|]+)"""
_SECRET_WORD = r"(?:pass(?:wd|word|phrase)?|pwd|token|secret|credential|(?:api|access|private)[_-]?key)[\w.-]{0,40}"
_SECRETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"""(%s["']?\s{0,8}[=:]\s{0,8})%s""" % (_SECRET_WORD, _VALUE),
        r"(\s--?[\w.-]{0,40}%s\s+)(?!-)%s" % (_SECRET_WORD, _VALUE),
        r"(\bauthorization:\s{0,8}(?:\w{1,40}\s+)?)%s" % _VALUE,
        r"(\s(?:-u|--user|--proxy-user)[\s=]{0,3}[^\s:]{1,64}:)%s" % _VALUE,
        r"(\b(?:mysql|mariadb)\S{0,20}\s(?:.{0,99}?\s)?-p|\bsshpass\s+-p\s*|\bredis-cli\s(?:.{0,99}?\s)?-a\s*)%s"
        % _VALUE,
        r"([?&](?:key|sig|signature|auth)=)%s" % _VALUE,
        r"(://[^\s/:@]{0,64}:)[^\s/@]+(?=@)",
    )
)


def crontabs(deadline):
    """List everything that cron and anacron are told to run.

    runnable is false for what they would skip: a name or an owner that they do not accept, a script that is not
    executable, a line that is no entry, a user that does not exist. line is null for a script of a periodic directory.
    command is what the shell gets (cron ends it at the first bare %), at most 4096 characters of it, with what looks
    like a secret masked.
    denied lists every path that may hold entries but could not be read.
    """
    debian = os.path.exists(_path("etc/debian_version"))
    entries, denied = [], []

    def tables(paths, parse):
        for path in paths:
            deadline.check()
            try:
                entries.extend(parse(path, file(deadline, path, content=True), debian))
            except (OSError, CannotLook) as error:
                if cannot_look_from(error).reason != "not_found":
                    denied.append(path)
            if len(entries) > _LIMIT:
                raise CannotLook("too_large", "more than %d entries" % _LIMIT)

    tables([_path("etc/crontab"), *_listed("etc/cron.d", denied)], _system_table)
    for spool in _SPOOLS:
        tables(_listed(spool, denied), _user_table)
    tables([_path("etc/anacrontab")], _anacron_table)
    for period in _PERIODS:
        entries.extend(_script(path, period, debian) for path in _listed("etc/cron." + period, denied))
    return {"entries": entries, "denied": denied}


def _path(relative):
    return os.path.join(_ROOT, relative)


def _listed(directory, denied):
    """Paths in a directory that may be tables or scripts; a directory that may not be read is denied."""
    path = _path(directory)
    try:
        found = sorted(os.listdir(path))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        denied.append(path)
        return []
    paths = [os.path.join(path, name) for name in found if not name.startswith(".")]
    return [each for each in paths if not os.path.isdir(each)]


def _system_table(path, facts, debian):
    safe = facts["uid"] == _SYSTEM_UID and not int(facts["mode"], 8) & 0o022
    named = os.path.basename(path) == "crontab" or _is_accepted(path, debian)
    return [dict(entry, runnable=entry["runnable"] and safe and named) for entry in _table(path, facts, debian)]


def _user_table(path, facts, debian):
    return _table(path, facts, debian, user=os.path.basename(path))


def _table(path, facts, debian, user=None):
    """Read a crontab; without a given user its entries name one."""
    # Debian's cron ignores a file whose last line does not end, entries before it included.
    complete = not debian or facts["content"].endswith("\n")
    entries = []
    for number, line in _lines(facts["content"]):
        fields = 1 if line.startswith("@") else 5
        parts = line.split(None, fields if user else fields + 1)
        schedule, rest = parts[:fields], parts[fields:]
        valid = len(rest) == (1 if user else 2) and _is_schedule(schedule)
        owner = user or (rest[0] if valid else None)
        command = _shell_command(rest[-1]) if valid else line
        runnable = valid and complete and _is_user(owner)
        entries.append(_entry(path, number, owner, " ".join(schedule) if valid else "", command, runnable))
    return entries


def _anacron_table(path, facts, _debian):
    entries = []
    for number, line in _lines(facts["content"]):
        period, *rest = line.split(None, 3)
        valid = len(rest) == 3 and (period.isdigit() or period in _NICKNAMES)
        schedule = _ANACRON_PERIODS.get(period, period if period in _NICKNAMES else "every %s days" % period)
        entries.append(_entry(path, number, "root", schedule if valid else "", rest[-1] if valid else line, valid))
    return entries


def _script(path, period, debian):
    runnable = os.path.isfile(path) and bool(os.stat(path).st_mode & 0o111) and _is_accepted(path, debian)
    return _entry(path, None, "root", "@" + period, path, runnable)


def _entry(source, line, user, schedule, command, runnable):
    return {
        "source": source,
        "line": line,
        "user": user,
        "schedule": schedule,
        "command": _masked(command),
        "runnable": runnable,
    }


def _lines(content):
    """Number the lines that are neither empty nor comments nor variables."""
    for number, line in enumerate(content.split("\n"), 1):
        text = line.strip()
        if text and not text.startswith("#") and not _VARIABLE.match(text):
            yield number, text


def _is_schedule(fields):
    if fields[0].startswith("@"):
        return fields[0] in _NICKNAMES
    return len(fields) == 5 and all(_TIME_FIELD.fullmatch(field) for field in fields)


def _is_accepted(path, debian):
    return bool((_DEBIAN_NAME if debian else _CRONIE_NAME).fullmatch(os.path.basename(path)))


def _is_user(name):
    try:
        pwd.getpwnam(name)
    except (KeyError, ValueError):
        return False
    return True


def _shell_command(text):
    return _UNESCAPED_PERCENT.split(text, maxsplit=1)[0].rstrip().replace("\\%", "%")


def _masked(command):
    command = command[:_COMMAND_LENGTH]
    for pattern in _SECRETS:
        command = pattern.sub(r"\1***", command)
    return command
