# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of a log, in files, in the journal or of a container, newest first and never more than was allowed."""

from __future__ import annotations

import bz2
import calendar
import gzip
import io
import json
import re
import time
import zlib

from ansible_collections.golive.verify.plugins.module_utils.observation import commands, files
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

# A longer line is read as several, each with the end of the one before it, which may hold the start of what is sought.
_LONGEST_LINE = 1 << 22
_OVERLAP = 1024
_MOST_FILES = 1000
_TOLD_FILES = 10
# Bytes that an entry of the journal has in JSON, at least: its cursor alone has 150.
_LEAST_ENTRY = 400

_PACKED = (".gz", ".bz2")
_UNREAD = (".xz", ".zst", ".lz4", ".zip", ".Z")

# What the tools say when they cannot look.
_COMPLAINTS = (
    (re.compile("permission|not seeing messages", re.IGNORECASE), "denied"),
    (re.compile("Cannot connect to the Docker daemon|Is the docker daemon running"), "unreachable"),
    (re.compile("No such|No journal files were found"), "not_found"),
)
_DOCKER_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z ")


class Line:
    """One line: its text, where it stands, and what its keeper knows of it (time, priority), if anything.

    partial: whether it is from a file that was entered somewhere behind its start.
    """

    def __init__(self, text, place, size, file="", partial=False, time=None, priority=None):
        self.text = text
        self.place = place
        self.size = size
        self.file = file
        self.partial = partial
        self.time = time
        self.priority = priority
        self.garbled = "\ufffd" in text or "\0" in text


class Source:
    """One log. While it is read: the first files met, when one was last written, where something was left out."""

    def __init__(self, path=None, journal=None, container=None, directory=None, rotated=True):
        given = [bool(path), bool(journal), bool(container)]
        if sum(given) != 1:
            raise CannotLook("malformed", "a log is given by one of path, journal, container")
        self._path, self._journal, self._container, self._directory = path, journal, container, directory
        self._rotated = rotated
        self.files = []
        self.modified = None
        self.cut = set()

    def read(self, deadline, since, limit):
        """Give the lines that may be newer than since (Unix time)."""
        if self._path:
            return self._in_files(deadline, since, limit)
        return self._in_journal(deadline, since, limit) if self._journal else self._of_container(deadline, since, limit)

    def reached(self, line):
        """What was left out of this line's file is older than the line, and that is older than anybody asked for."""
        self.cut.discard(line.file)

    def _in_files(self, deadline, since, limit):
        found = _found(deadline, self._path, self._rotated)
        self.modified = max((each["mtime"] for each in found if each["size"]), default=None)
        left = limit
        for each in sorted(found, key=lambda one: one["mtime"], reverse=True):
            if each["mtime"] < since or not each["size"]:
                continue
            if left <= 0:
                self.cut.add(each["path"])
                return
            if len(self.files) < _TOLD_FILES:
                self.files.append(each["path"])
            with files.open_regular(each["path"]) as raw:
                for line in self._in_file(raw, each["path"], left):
                    left -= line.size
                    yield line

    def _in_file(self, raw, path, left):
        suffix = path[path.rfind(".") :]
        if suffix in _UNREAD:
            raise CannotLook("missing_tool", "%s: only gzip and bzip2 are read" % path)
        if suffix in _PACKED:
            unpacked = gzip.GzipFile(fileobj=raw) if suffix == ".gz" else bz2.BZ2File(raw)
            return self._numbered(unpacked, path, 0, left)
        start = max(0, raw.seek(0, io.SEEK_END) - left)
        raw.seek(start)
        if start:
            self.cut.add(path)
            start += len(raw.readline(_LONGEST_LINE))
        return self._numbered(raw, path, start, left)

    def _numbered(self, stream, path, start, left):
        number, at, before = 1, start, b""
        while True:
            try:
                data = stream.readline(_LONGEST_LINE)
            except (OSError, EOFError, zlib.error) as error:
                raise CannotLook("malformed", "%s: %s" % (path, error)) from None
            if not data:
                return
            if at - start >= left:
                self.cut.add(path)
                return
            # Without the lines before it nobody knows which one it is.
            place = "%s (byte %d)" % (path, at) if start else "%s:%d" % (path, number)
            yield Line((before + data).decode("utf-8", "replace").rstrip("\r\n"), place, len(data), path, bool(start))
            before = b"" if data.endswith(b"\n") else data[-_OVERLAP:]
            number += data.endswith(b"\n")
            at += len(data)

    def _in_journal(self, deadline, since, limit):
        most = max(1, limit // _LEAST_ENTRY)
        argv = ["journalctl", "--no-pager", "--reverse", "--output=json", "--output-fields=MESSAGE,PRIORITY"]
        argv += [
            "--lines=%d" % most,
            "--since=@%d" % since,
            *(["--directory=" + self._directory] if self._directory else []),
        ]
        out = _said(deadline, [*argv, "--", *self._journal], limit)["stdout"]
        lines = [line for line in out.split("\n") if line]
        if len(lines) >= most:
            self.cut.update(self._journal)
        return (_entry(line, self._journal) for line in lines)

    def _of_container(self, deadline, since, limit):
        argv = ["docker", "logs", "--timestamps", "--since=%d" % since, "--", self._container]
        answer = _said(deadline, argv, limit)
        lines = [line for name in ("stdout", "stderr") for line in answer[name].split("\n") if line]
        return (_of_docker(line, self._container) for line in lines)


def _found(deadline, path, rotated):
    """The files of a pattern, and the rotated ones beside them that are the same log."""
    live = files.glob(deadline, path, limit=_MOST_FILES)["files"]
    if not live:
        raise CannotLook("not_found", "there is no %s" % path)
    beside = files.glob(deadline, path + "[.-]*", limit=_MOST_FILES)["files"] if rotated else []
    found = {each["path"]: each for each in live + beside if each["type"] == "file"}
    if not found:
        raise CannotLook("malformed", "%s is no file" % path)
    return list(found.values())


def _said(deadline, argv, limit):
    """What a tool printed; a complaint is never taken for an empty log."""
    answer = commands.command(deadline, argv, limit=limit)
    said = answer["stderr"].strip() if argv[0] == "journalctl" or answer["exit"] else ""
    # Docker prints on the same stream what the container logged: that must not leave the machine.
    said = "\n".join(line for line in said.split("\n") if not _DOCKER_TIME.match(line))
    reason = next((reason for complaint, reason in _COMPLAINTS if complaint.search(said)), None)
    if reason or answer["exit"]:
        raise CannotLook(reason or "malformed", "%s: %s" % (argv[0], said[:300] or "exit status %d" % answer["exit"]))
    return answer


def _entry(line, matches):
    try:
        entry = json.loads(line)
        moment = int(entry["__REALTIME_TIMESTAMP"]) / 1e6
        message, priority = entry.get("MESSAGE"), entry.get("PRIORITY")
        if isinstance(message, list):  # Bytes that are no UTF-8 text, or several messages in one entry.
            parts = (
                message
                if all(isinstance(part, str) for part in message)
                else [bytes(message).decode("utf-8", "replace")]
            )
            message = "\n".join(parts)
        text = "\ufffd" if message is None else str(message)
        level = int(priority) if priority in set("01234567") else None
    except (ValueError, KeyError, TypeError) as error:
        raise CannotLook("malformed", "journalctl printed what is no entry: %s" % type(error).__name__) from None
    place = "%s at %s" % (" ".join(matches), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment)))
    return Line(text, place, len(text.encode("utf-8", "replace")), time=moment, priority=level)


def _of_docker(line, container):
    found = _DOCKER_TIME.match(line)
    if not found:
        raise CannotLook("malformed", "docker printed a line without its time")
    text, moment = line[found.end() :], time.strptime(found.group(1), "%Y-%m-%dT%H:%M:%S")
    place = "%s at %sZ" % (container, found.group(1))
    return Line(text, place, len(text.encode("utf-8", "replace")), time=float(calendar.timegm(moment)))
