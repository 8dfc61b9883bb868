# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that are files on a remote of rclone: a bucket that speaks S3, an SFTP server, a drive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.backup.files import CHECKSUM_FILE, SHA256, Dumps
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import (
    ANY_EXIT,
    Copy,
    Repository,
    output,
    parsed,
    printed,
)
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CommandFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part

# Of a configuration, which holds passwords, what says where a remote lies.
_KEEP = [f"*.{name}" for name in ("type", "remote", "endpoint", "host", "url", "provider")]
_ADDRESS = ("endpoint", "host", "url", "provider")

# Remotes that show another one in another form.
_WRAPPERS = {"alias", "cache", "chunker", "compress", "crypt", "hasher"}
_SCATTERED = {"union", "combine", "memory"}
_NESTED = 8

# The name, and perhaps a password, in an address.
_USER = re.compile("//[^/@]*@")
_NO_DIRECTORY = "directory not found"

# How an encrypted file begins. What is not UTF-8 reaches us as a replacement character, so binary OpenPGP is known by
# the rest of its first packet, and only believed where the name says the same.
_AGE = re.compile(r"age-encryption\.org/v1|-----BEGIN AGE ENCRYPTED FILE")
_GPG = re.compile("-----BEGIN PGP MESSAGE|\ufffd(.{1,2}[\x03\x06]|.[\x04-\x06][\x07-\x09])", re.DOTALL)
_GPG_NAME = re.compile(r"\.(gpg|pgp|asc)$")


@dataclass(frozen=True, slots=True)
class Remote(Repository):
    """Files on a remote, those that have a checksum file beside them, and how to ask the remote more."""

    options: Mapping[str, Any] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)
    crypt: bool = False

    async def encrypted(self, look: Observer, copy: Copy) -> str:
        """A remote of type crypt encrypts what it stores; elsewhere the first bytes of the file tell."""
        if self.crypt:
            return "rclone crypt"
        head = await output(_rclone(look, self.options, "cat", "--head=64", self._path(copy.label)))
        if _AGE.match(head):
            return "age"
        return "gpg" if _GPG.match(head) and _GPG_NAME.search(copy.label) else ""

    async def whole(self, look: Observer, copy: Copy) -> Part:
        """The checksum file beside it holds its digest, and nothing else can speak for a file that lies elsewhere."""
        beside = self.checksums.get(copy.label)
        if beside is None:
            return Part({}, [f"nothing proves that {copy.label} is whole: no {copy.label}.sha256 lies beside it"])
        text, digest = await together(
            output(_rclone(look, self.options, "cat", "--head=512", self._path(beside))), self._digest(look, copy)
        )
        wanted = SHA256.search(text.lower())
        if wanted is None:
            return Part({"sha256": digest}, [f"the checksum file of {copy.label} holds no SHA-256"])
        return Part(
            {"sha256": digest}, [] if digest == wanted[0] else [f"{copy.label} does not match its checksum file"]
        )

    async def same(self, look: Observer, copy: Copy, source: Repository | None) -> Part:
        """Its digest is that of the source's file of its name; without one, that of a checksum file beside it."""
        original = source.files.get(copy.label) if isinstance(source, Dumps) else None
        if original is None:
            return await self.whole(look, copy)
        here, there = await together(look.file(original.path, digest=True), self._digest(look, copy))
        if here.sha256 is None:
            raise CannotLook("malformed", f"{original.path} was not digested")
        differs = [] if here.sha256 == there else [f"{self._path(copy.label)} differs from {original.path}"]
        return Part({"sha256": there, "equals": original.path}, differs)

    async def _digest(self, look: Observer, copy: Copy) -> str:
        text = await output(_rclone(look, self.options, "hashsum", "sha256", "--download", self._path(copy.label)))
        digest = SHA256.match(text)
        if digest is None:
            raise CannotLook("malformed", f"not what rclone hashsum tells: {text[:200]!r}")
        return digest[0]

    def _path(self, label: str) -> str:
        remote = str(self.options["remote"])
        return f"{remote}{label}" if remote.endswith((":", "/")) else f"{remote}/{label}"


async def read(look: Observer, options: Mapping[str, Any]) -> Remote:
    """List the files that match, without checksum files, and find out where the remote lies."""
    remote, pattern = str(options["remote"]), options["pattern"]
    include = [f"--include={pattern}", f"--include={pattern}.sha256*"]
    listed, config = await together(
        _rclone(look, options, "lsjson", "--recursive", "--files-only", "--no-mimetype", *include, remote),
        output(_rclone(look, options, "config", "dump", keep=_KEEP)),
    )
    place, crypt = resolved(remote, parsed(config))
    if _NO_DIRECTORY in listed.stderr:
        return Remote(place, [], [f"there is no {remote}"], options=options)
    found = files(printed(listed))
    checksums = {CHECKSUM_FILE.sub("", copy.label): copy.label for copy in found if CHECKSUM_FILE.search(copy.label)}
    copies = [copy for copy in found if not CHECKSUM_FILE.search(copy.label)]
    secrets = [options["config"], *options["env_files"].values()]
    return Remote(place, copies, secrets=secrets, options=options, checksums=checksums, crypt=crypt)


def _rclone(look: Observer, options: Mapping[str, Any], *arguments: str, keep: Any = ()) -> Look[CommandFact]:
    # One try: a run has a deadline, and the next run is another one.
    argv = ["rclone", f"--config={options['config']}", "--ask-password=false", "--retries=1", *arguments]
    return look.command(argv, env_files=options["env_files"], user=options["user"], keep=keep, ok=ANY_EXIT)


def files(text: str) -> list[Copy]:
    """Read the output of "rclone lsjson", the oldest file first. A remote that cannot tell a size says -1."""
    try:
        found = [
            Copy(
                datetime.fromisoformat(each["ModTime"]).timestamp(),
                str(each["Path"]),
                int(each["Size"]) if each["Size"] >= 0 else None,
                () if each["Size"] else ("is empty",),
            )
            for each in parsed(text)
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise CannotLook("malformed", f"not what rclone lists: {type(error).__name__} {error}") from error
    return sorted(found, key=lambda copy: (copy.at, copy.label))


def resolved(remote: str, config: Any) -> tuple[str, bool]:
    """Where a remote lies in the end, as a path of this host or "type:address/path", and whether it is encrypted."""
    crypt = False
    for _hop in range(_NESTED):
        name, colon, path = remote.partition(":")
        if not colon or "/" in name:
            return remote, crypt
        section = config.get(name) if isinstance(config, dict) else None
        section = section if isinstance(section, dict) else {}
        kind = str(section.get("type", ""))
        if kind in _SCATTERED:
            raise CannotLook("malformed", f"remote {name} of rclone is of type {kind}, which is no place; name another")
        if not kind:
            raise CannotLook(
                "malformed", f"the configuration of rclone has no remote {name[:100]!r} that says its type"
            )
        crypt = crypt or kind == "crypt"
        if kind == "local":
            return path or "/", crypt
        if kind not in _WRAPPERS:
            address = next((str(section[key]) for key in _ADDRESS if section.get(key)), name)
            return f"{kind}:{_USER.sub('//', address)}/{path.lstrip('/')}", crypt
        inner = str(section.get("remote", ""))
        remote = f"{inner}{'' if not path or inner.endswith((':', '/')) else '/'}{path}"
    raise CannotLook("malformed", f"remote {remote[:100]!r} of rclone leads to no place")
