# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that what holds data lies on encrypted disks, by following it from its path down to every disk."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CommandFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_DEVICES = ["lsblk", "--json", "--output", "NAME,KNAME,TYPE,FSTYPE,UUID,MAJ:MIN"]
_CRYPT = ["dmsetup", "table", "--target", "crypt"]
_ZFS = ["zfs", "get", "-H", "-o", "name,value", "-t", "filesystem", "encryption"]
_SWAPS = "/proc/swaps"

_ENCRYPTS_ITSELF = {"ecryptfs", "fuse.gocryptfs"}
_MAY_USE_FSCRYPT = {"ext4", "f2fs", "ubifs", "ceph"}
_IN_MEMORY = {"tmpfs", "ramfs"}
_ON_DEVICES = {"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "reiserfs", "bcachefs", "vfat", "exfat", "ntfs3"}
_SWAP = "swap"
_SPREADS = {"btrfs", "bcachefs"}  # over devices of its own choice, of which a mount names one

Chain = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """The file system that holds a path."""

    target: str
    source: str
    type: str
    number: str


class ActionModule(Verifier):
    """Look at the block devices of one host."""

    @proves("data.encryption_at_rest")
    async def encryption_at_rest(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each directory with data, and what is swapped out, reaches a disk only through encryption."""
        paths = list(dict.fromkeys(want.need("paths")))
        if strange := [path for path in paths if not posixpath.isabs(path)]:
            raise CannotLook("malformed", f"option paths: {strange[0]} is not an absolute path")
        verdicts: list[Verdict] = await together(
            *(_at(look, path) for path in paths), *([_swap(look)] if want.swap else [])
        )
        return verdicts


_EXPECTED = "every way down to a disk passes through encryption"


async def _at(look: Observer, path: str) -> Verdict:
    """The verdict on one path; all that may be needed for it is asked at once."""
    place, devices, crypt, zfs, fscrypt = await together(
        attempt(_place(look, path)),
        attempt(look.command(_DEVICES)),
        attempt(look.command(_CRYPT)),
        attempt(look.command(_ZFS)),
        attempt(look.command(["fscrypt", "status", path], ok=(0, 1))),
    )
    try:
        found = _value(place)
        if found.type == "zfs":
            return _verdict(path, found, *_of_zfs(found, _value(zfs).stdout))
        if found.type in _ENCRYPTS_ITSELF or (found.type in _MAY_USE_FSCRYPT and uses_fscrypt(fscrypt, path)):
            return _verdict(path, found, "the file system encrypts by itself", [])
        chains = chains_of(parse_devices(_value(devices).stdout), found)
        ciphers = parse_crypt(_value(crypt).stdout) if any(map(_claims, chains)) else {}
        return _verdict(path, found, [describe(chain, ciphers) for chain in chains], chain_problems(chains, ciphers))
    except CannotLook as reason:
        return unseen(reason, expected=_EXPECTED, subject=path)


def _value(answer: Any) -> Any:
    if isinstance(answer, CannotLook):
        raise answer
    return answer


def _verdict(path: str, place: Place, way: Any, problems: Sequence[str]) -> Verdict:
    actual = {"mounted at": shown(place.target), "from": shown(place.source), "type": place.type, "way down": way}
    return judge(
        expected=_EXPECTED,
        actual=actual,
        problems=[f"{path} lies on {place.type} from {shown(place.source)}: {problem}" for problem in problems],
        subject=path,
    )


async def _place(look: Observer, path: str) -> Place:
    fact = await look.command(
        ["findmnt", "--json", "--target", path, "--output", "TARGET,SOURCE,FSTYPE,MAJ:MIN"], ok=(0, 1)
    )
    if fact.exit and not fact.stdout.strip():
        raise CannotLook("not_found", f"findmnt knows no file system for {path}: is it there? {shown(fact.stderr)}")
    return parse_place(fact.stdout)


def parse_place(text: str) -> Place:
    """What findmnt says; of file systems stacked on one another the last one is what is seen."""
    try:
        seen = json.loads(text)["filesystems"][-1]
        return Place(seen["target"], seen["source"], seen["fstype"], seen["maj:min"].strip())
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CannotLook("malformed", f"findmnt printed {shown(text)!r}") from error


def parse_devices(text: str) -> list[Chain]:
    """Every way from a disk up to a device that lsblk shows, each as the devices on it, the disk first."""
    try:
        return [chain for disk in json.loads(text)["blockdevices"] for chain in _ways(disk, ())]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CannotLook("malformed", f"lsblk printed {shown(text)!r}") from error


def _ways(device: Mapping[str, Any], below: Chain) -> Iterator[Chain]:
    here = (*below, {name: device[name] for name in ("name", "kname", "type", "fstype", "uuid", "maj:min")})
    yield here
    for child in device.get("children", ()):
        yield from _ways(child, here)


def chains_of(ways: Sequence[Chain], place: Place) -> list[Chain]:
    """The ways from each disk up to the file system; of one that spans several devices those to each of them."""
    _must_be_followed(place)
    source = re.sub(r"\[.*\]$", "", place.source)  # A subvolume of btrfs, or the directory of a bind mount.
    names = {source.removeprefix("/dev/mapper/"), source.removeprefix("/dev/")}
    found = [
        way for way in ways if way[-1]["maj:min"].strip() == place.number or {way[-1]["name"], way[-1]["kname"]} & names
    ]
    if not found:
        raise CannotLook("not_found", f"lsblk does not show the device {shown(source)} ({place.number})")
    spread = {way[-1]["uuid"] for way in found if way[-1]["fstype"] in _SPREADS and way[-1]["uuid"]}
    return [*found, *(way for way in ways if way[-1]["uuid"] in spread and way not in found)]


def _must_be_followed(place: Place) -> None:
    if place.type in _ON_DEVICES or place.type == _SWAP:
        return
    if place.type in _IN_MEMORY:
        said = "is in memory: name the directory where the data lies"
    elif place.type == "overlay":
        said = "is a layered file system, as in a container: look at the host of the container, or name a volume"
    else:
        said = "cannot be followed to a disk from here: prove it where it is stored"
    raise CannotLook("not_found", f"{place.type} at {shown(place.target)} from {shown(place.source)} {said}")


def _claims(chain: Chain) -> bool:
    return any(device["type"] == "crypt" for device in chain)


def parse_crypt(text: str) -> dict[str, str]:
    """The cipher of each dm-crypt device: "name: 0 409600 crypt aes-xts-plain64 …"; the key is left out."""
    found = dict(re.findall(r"^(.+?): \d+ \d+ crypt (\S+) ", text, re.MULTILINE))
    if not found:
        raise CannotLook("malformed", "dmsetup tells of no device with the target crypt")
    return found


def chain_problems(chains: Sequence[Chain], ciphers: Mapping[str, str]) -> list[str]:
    """Which ways down to a disk are in clear. lsblk says crypt for checksums too, and a cipher may be none at all."""
    problems = []
    for chain in chains:
        layers = [device["name"] for device in chain if device["type"] == "crypt"]
        used = [ciphers[name] for name in layers if name in ciphers]
        way = " / ".join(shown(device["name"]) for device in reversed(chain))
        if not used:
            said = "no encryption on the way" if not layers else "what lsblk calls crypt does not encrypt"
            problems.append(f"{said} {way} (a volume that its cloud encrypts is proven by the verifier of that cloud)")
        elif all(cipher.startswith("cipher_null") for cipher in used):
            problems.append(f"the cipher on the way {way} is {used[0]}, which leaves everything in clear")
    return problems


def describe(chain: Chain, ciphers: Mapping[str, str]) -> str:
    """A way down to a disk, for people."""
    return " / ".join(
        f"{shown(each['name'])} ({each['type']}{', ' + ciphers[each['name']] if each['name'] in ciphers else ''})"
        for each in reversed(chain)
    )


def _of_zfs(place: Place, text: str) -> tuple[str, list[str]]:
    values = dict(line.split("\t", 1) for line in text.splitlines() if "\t" in line)
    if place.source not in values:
        raise CannotLook("malformed", f"zfs does not tell the encryption of {shown(place.source)}")
    value = values[place.source].strip()
    return f"zfs encryption {shown(value)}", ["encryption is off"] if value in ("off", "-", "none") else []


def uses_fscrypt(status: CommandFact | CannotLook, path: str) -> bool:
    """Whether fscrypt says that a directory is encrypted; without fscrypt none is."""
    if isinstance(status, CannotLook):
        return False
    return status.exit == 0 and f'"{path}" is encrypted with fscrypt' in status.stdout


async def _swap(look: Observer) -> Verdict:
    """What memory is written to: nothing, compressed memory, or an encrypted device."""
    try:
        swaps, devices, crypt = await together(
            look.file(_SWAPS, content=True), look.command(_DEVICES), attempt(look.command(_CRYPT))
        )
        ways = parse_devices(devices.stdout)
        problems: list[str] = []
        told = {"swap": "none"}
        for source, kind in parse_swaps(swaps.content or ""):
            told.pop("swap", None)
            if posixpath.basename(source).startswith("zram"):
                told[source] = "compressed memory"
                continue
            place = await _place(look, source) if kind == "file" else Place("swap", source, _SWAP, "")
            chains = chains_of(ways, place)
            ciphers = parse_crypt(_value(crypt).stdout) if any(map(_claims, chains)) else {}
            told[source] = ", ".join(describe(chain, ciphers) for chain in chains)
            problems += [f"swap goes to {shown(source)}: {problem}" for problem in chain_problems(chains, ciphers)]
    except CannotLook as reason:
        return unseen(reason, expected=_EXPECTED, subject="swap")
    return judge(expected=_EXPECTED, actual=told, problems=problems, subject="swap")


def parse_swaps(text: str) -> list[tuple[str, str]]:
    """/proc/swaps: a heading, and a line for each swap space, of which its path and its type."""
    lines = text.splitlines()
    if not lines or not lines[0].startswith("Filename"):
        raise CannotLook("malformed", f"{_SWAPS} has no heading")
    rows = [line.split() for line in lines[1:]]
    if any(len(row) < 5 for row in rows):
        raise CannotLook("malformed", f"{_SWAPS} has a line that is no swap space")
    return [(row[0].replace("\\040", " "), row[1]) for row in rows]
