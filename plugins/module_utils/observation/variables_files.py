# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables in files: dotenv files, and what systemd gives a unit, each read as those read it who load it."""

from __future__ import annotations

import collections
import glob
import re

from ansible_collections.golive.verify.plugins.module_utils.observation import files, systemd
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

_LARGEST_FILE = 1 << 20
_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*"
_SYSTEMD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_DOTENV_LINE = re.compile(
    r"""[ \t]*(?:
        (?:export[ \t]+)?(?P<name>%s)[ \t]*=[ \t]*(?:
            (?:'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|`(?P<back>[^`]*)`)[ \t]*(?:\#[^\r\n]*)?
            |(?P<bare>(?!['"`])[^\r\n]*))
        |(?:\#[^\r\n]*)?
    )\r?(?:\n|\Z)"""
    % _NAME,
    re.VERBOSE | re.DOTALL,
)
_DOTENV_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}

_SYSTEMD_WORD = re.compile(r""" *(?:"((?:[^"\\]|\\.)*)"|([^ "\\]+))(?= |\Z)""", re.DOTALL)
_SYSTEMD_ESCAPE = re.compile(r"\\(?:([0-3][0-7]{2})|(.))", re.DOTALL)
_SYSTEMD_CONTROLS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Variables:
    """What one process gets, or would get. inline: the names that are set outside of files that can be protected.

    values: by name. duplicates: names that one file sets twice. process: pid, user and cwd of a running one.
    """

    def __init__(self, values, duplicates=(), read=(), inline=(), process=None):
        self.values = values
        self.duplicates = duplicates
        self.files = read
        self.inline = inline
        self.process = process


def of_file(deadline, file):
    """The variables of dotenv files; of several files a later one has precedence."""
    values, duplicates, paths = {}, set(), [file] if isinstance(file, str) else file
    for path in paths:
        pairs = dotenv(text_of(deadline, path), path)
        values.update(pairs)
        duplicates |= twice(pairs)
    return [Variables(values, duplicates, paths)]


def text_of(deadline, path):
    """The text of a file of settings, bounded."""
    text = files.file(deadline, path, content=True, limit=_LARGEST_FILE)["content"]
    if "\x00" in text:
        raise CannotLook("malformed", "%s is not text" % path)
    return text


def twice(pairs):
    """The names that are set more than once."""
    times = collections.Counter(name for name, _value in pairs)
    return {name for name, often in times.items() if often > 1}


def dotenv(text, path):
    """The (name, value) pairs of a dotenv file; a line that is none raises CannotLook with its number alone.

    Values may be bare, up to a comment behind a space, or in quotes, also over several lines; within double quotes a
    backslash escapes. References to other variables are left as they are.
    """
    pairs, at = [], 1 if text.startswith("\ufeff") else 0
    while at < len(text):
        line = _DOTENV_LINE.match(text, at)
        if line is None or line.end() == at:
            number = text.count("\n", 0, at) + 1
            raise CannotLook("malformed", "line %d of %s is no line of a dotenv file" % (number, path))
        if line.group("name"):
            pairs.append((line.group("name"), _dotenv_value(line)))
        at = line.end()
    return pairs


def _dotenv_value(line):
    if line.group("double") is not None:
        return re.sub(r"\\(.)", lambda m: _DOTENV_ESCAPES.get(m.group(1), m.group(1)), line.group("double"), flags=re.S)
    quoted = next((line.group(kind) for kind in ("single", "back") if line.group(kind) is not None), None)
    # "KEY= # why" is an empty value with a comment.
    return re.split(r"(?:^|[ \t])#", line.group("bare"), maxsplit=1)[0].rstrip() if quoted is None else quoted


def of_unit(deadline, unit):
    """What systemd gives a unit when it starts it: Environment=, then each EnvironmentFile=, which have precedence."""
    shown = systemd.properties(deadline, unit, ("Environment", "EnvironmentFiles"))
    values = {}
    for word in words(next((value for name, value in shown if name == "Environment"), "")):
        name, assigned, value = word.partition("=")
        if not assigned:
            raise CannotLook("malformed", "systemctl printed what is no environment of %s" % unit)
        values[name] = value
    inline, duplicates, read = set(values), set(), []
    for path in [path for name, value in shown if name == "EnvironmentFiles" for path in _paths(value)]:
        pairs = systemd_file(text_of(deadline, path), path)
        values.update(pairs)
        duplicates |= twice(pairs)
        read.append(path)
    return [Variables(values, duplicates, read, inline)]


def _paths(shown):
    """The files that one EnvironmentFile= means. Without a match systemd would not start, unless it may be absent."""
    match = re.fullmatch(r"(/.*) \(ignore_errors=(yes|no)\)", shown)
    if match is None:
        raise CannotLook("malformed", "systemctl printed what is no EnvironmentFile=")
    found = sorted(glob.glob(match.group(1)))
    if not found and match.group(2) == "no":
        raise CannotLook("not_found", "%s does not exist, so the unit would not start" % match.group(1))
    return found


def words(text):
    """The words of a list as systemctl prints it: in double quotes, with backslashes, where it must."""
    found, at = [], 0
    while at < len(text):
        word = _SYSTEMD_WORD.match(text, at)
        if word is None:
            raise CannotLook("malformed", "systemctl printed what is no list of words")
        found.append(_SYSTEMD_ESCAPE.sub(_unescaped, word.group(1)) if word.group(2) is None else word.group(2))
        at = word.end()
    return found


def _unescaped(escape):
    if escape.group(1):
        return chr(int(escape.group(1), 8))
    return _SYSTEMD_CONTROLS.get(escape.group(2), escape.group(2))


def systemd_file(text, path):
    """The (name, value) pairs of an EnvironmentFile=, as systemd reads it: what it ignores is not there.

    There are no comments behind values, "export" is not known, and a backslash joins lines.
    """
    pairs, at = [], 0
    while at < len(text):
        found = _SYSTEMD_LINE.match(text, at)
        if found is None:
            break
        if found.group().endswith("\\") and found.group(1) is None:
            raise CannotLook("malformed", "%s: a comment ends with a backslash, which not every systemd joins" % path)
        at = found.end()
        if found.group(1) is not None:
            value, at = _systemd_value(text, at)
            name = found.group(1).strip()
            if _SYSTEMD_NAME.fullmatch(name):
                pairs.append((name, value))
    return pairs


_SYSTEMD_LINE = re.compile(r"\s*(?:[#;][^\n]*|([^\n=]*)=|[^\n=]+)")
_SYSTEMD_PART = re.compile(
    r"""'(?P<single>[^']*)'?|"(?P<double>(?:[^"\\]|\\.)*)"?"""
    r"""|\\(?P<escaped>.)|(?P<space>[ \t\r]+)|(?P<plain>[^\\\n \t\r])""",
    re.DOTALL,
)


def _systemd_value(text, at):
    """The value that begins at an offset, and where it ends. Quotes count only where no bare text has begun."""
    value, bare, space = "", False, ""
    while at < len(text) and text[at] != "\n":
        part = _SYSTEMD_PART.match(text, at)
        if part is None:
            break
        kind = str(part.lastgroup)
        quoted = kind in ("single", "double")
        if quoted and bare:
            value, space, at = value + space + text[at], "", at + 1
            continue
        at = part.end()
        if kind == "space":
            space = part.group() if bare else ""
        elif quoted:
            value += part.group(kind) if kind == "single" else _double(part.group(kind))
        else:
            value, bare, space = value + space + part.group(kind).replace("\n", ""), True, ""
    return value, at + 1


def _double(text):
    """Undo the escapes of double quotes: of a quote, a backslash, a dollar, a backtick, and of the end of a line."""
    return re.sub(r"""\\(["\\`$])|\\\n""", lambda match: match.group(1) or "", text)
