# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encryption of disks, by what findmnt, lsblk, dmsetup, zfs and fscrypt are documented to print.

No machine of ours has the device mapper, so devices with LUKS are written down, not recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action import disk_encryption
from ansible_collections.golive.verify.plugins.action.disk_encryption import ActionModule as Disks
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.host_recordings import NO_TOOL, UNKNOWABLE, Recorded, argv, file, said
from tests.unit.proving import prove

PATH = "/var/lib/postgresql"
DEVICES, CRYPT, ZFS = (
    argv(*words) for words in (disk_encryption._DEVICES, disk_encryption._CRYPT, disk_encryption._ZFS)
)
SWAPS, FSCRYPT = "cat /proc/swaps", argv("fscrypt", "status", PATH)
NO_SWAP = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


def findmnt(path: str) -> str:
    return argv("findmnt", "--json", "--target", path, "--output", "TARGET,SOURCE,FSTYPE,MAJ:MIN")


def place(source: str, number: str = "253:1", kind: str = "ext4", path: str = PATH) -> Recorded:
    mounted = {"target": "/var/lib", "source": source, "fstype": kind, "maj:min": number}
    return {findmnt(path): said(json.dumps({"filesystems": [mounted]}))}


def device(name: str, kind: str, number: str, *children: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    parts = {"name": name, "kname": name, "type": kind, "fstype": None, "uuid": None, "maj:min": f" {number}"}
    return {**parts, **changes, **({"children": list(children)} if children else {})}


def lsblk(*disks: Mapping[str, Any]) -> Recorded:
    return {DEVICES: said(json.dumps({"blockdevices": list(disks)}))}


def crypt(*names: str, cipher: str = "aes-xts-plain64") -> Recorded:
    return {CRYPT: said("".join(f"{name}: 0 409600 crypt {cipher} :64:logon:x 0 8:3 32768\n" for name in names))}


DATA = device("vg-data", "lvm", "253:1", kname="dm-1")
LUKS = device("sda3", "part", "8:3", device("luks", "crypt", "253:0", DATA, kname="dm-0"), fstype="crypto_LUKS")
GOOD: Recorded = {
    **place("/dev/mapper/vg-data"),
    **lsblk(device("sda", "disk", "8:0", device("sda1", "part", "8:1", fstype="ext4"), LUKS)),
    **crypt("luks"),
    ZFS: NO_TOOL,
    FSCRYPT: NO_TOOL,
    SWAPS: file("/proc/swaps", content=NO_SWAP),
}


def stored(changes: Recorded, subject: str = PATH) -> Verdict:
    verdicts = {
        each.subject: each for each in prove(Disks, "data.encryption_at_rest", {"paths": [PATH]}, GOOD | changes)
    }
    assert set(verdicts) == {PATH, "swap"}
    return verdicts[subject]


def test_data_on_luks_passes() -> None:
    verdict = stored({})
    assert verdict.status is Status.PASS, verdict
    assert verdict.actual["way down"] == ["vg-data (lvm) / luks (crypt, aes-xts-plain64) / sda3 (part) / sda (disk)"]
    assert stored({}, "swap").actual == {"swap": "none"}


PLAIN = device("sdb", "disk", "8:16", DATA)
MIRROR = device("btr1", "disk", "8:32", uuid="u", fstype="btrfs")
MIRROR_LUKS = device("sdd", "disk", "8:48", device("luks", "crypt", "253:0", uuid="u", fstype="btrfs", kname="dm-0"))


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        (lsblk(PLAIN), "lies on ext4 from /dev/mapper/vg-data: no encryption on the way vg-data / sdb"),
        # A volume group over two disks, of which one is in clear.
        (lsblk(device("sda", "disk", "8:0", LUKS), PLAIN), "no encryption on the way vg-data / sdb"),
        ({**place("/dev/mapper/luks[/@data]", "0:45", "btrfs"), **lsblk(MIRROR, MIRROR_LUKS)}, "on the way btr1"),
        (crypt("luks", cipher="cipher_null-ecb"), "is cipher_null-ecb, which leaves everything in clear"),
        (crypt("other"), "what lsblk calls crypt does not encrypt"),  # dm-verity or dm-integrity
        ({**place("/dev/root", "8:1")}, "no encryption on the way sda1 / sda"),
        ({**place("tank/db", "0:50", "zfs"), ZFS: said("tank\toff\ntank/db\toff\n")}, "encryption is off"),
    ],
)
def test_data_in_clear_fails(changes: Recorded, because: str) -> None:
    verdict = stored(changes)
    assert verdict.status is Status.FAIL, verdict
    assert because in verdict.message


@pytest.mark.parametrize(
    "changes",
    [
        {**place("tank/db", "0:50", "zfs"), ZFS: said("tank\toff\ntank/db\taes-256-gcm\n")},
        {FSCRYPT: said(f'"{PATH}" is encrypted with fscrypt.\n\nPolicy:   16382f\nUnlocked: Yes\n'), **lsblk(PLAIN)},
        place("/home/.ecryptfs/x", "0:51", "ecryptfs"),
        {**place("/dev/mapper/luks[/@data]", "0:45", "btrfs"), **lsblk(MIRROR_LUKS)},
    ],
)
def test_file_systems_that_encrypt_pass(changes: Recorded) -> None:
    assert stored(changes).status is Status.PASS, stored(changes)


@pytest.mark.parametrize(
    "changes",
    [
        place("overlay", "0:60", "overlay"),
        place("tmpfs", "0:61", "tmpfs"),
        place("nas:/export", "0:62", "nfs4"),
        place("/dev/nowhere", "9:9"),
        lsblk(),
        {findmnt(PATH): said("", 1)},
        {findmnt(PATH): said('{"filesystems": []}')},
        {findmnt(PATH): said("garbage")},
        {DEVICES: said("garbage")},
        {DEVICES: said('{"blockdevices": [{"name": "sda"}]}')},
        {CRYPT: said("No devices found\n")},
        {**place("tank/db", "0:50", "zfs"), ZFS: said("tank\toff\n")},
        {**place("tank/db", "0:50", "zfs")},
        *({look: reason} for look in (findmnt(PATH), DEVICES, CRYPT) for reason in UNKNOWABLE),
    ],
)
def test_what_cannot_be_followed_is_an_error(changes: Recorded) -> None:
    assert stored(changes).status is Status.ERROR, stored(changes)


def swap(*lines: str) -> Recorded:
    rows = "".join(f"{line}\t1048572\t0\t-2\n" for line in lines)
    return {SWAPS: file("/proc/swaps", content=NO_SWAP + rows)}


def test_fscrypt_that_does_not_say_so_leaves_a_plain_disk() -> None:
    plain = {FSCRYPT: said(f'[ERROR] fscrypt status: file or directory "{PATH}" is not encrypted\n', 1), **lsblk(PLAIN)}
    assert stored(plain).status is Status.FAIL


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (swap("/dev/dm-0\tpartition"), Status.PASS),
        (swap("/dev/zram0\tpartition"), Status.PASS),
        (swap("/dev/sda1\tpartition"), Status.FAIL),
        ({**swap("/swapfile\tfile"), **place("/dev/sda1", "8:1", path="/swapfile")}, Status.FAIL),
        ({**swap("/swapfile\tfile"), **place("/dev/mapper/vg-data", path="/swapfile")}, Status.PASS),
        (swap("/dev/sdz\tpartition"), Status.ERROR),
        ({SWAPS: file("s", content="")}, Status.ERROR),
        ({SWAPS: file("s", content=NO_SWAP + "garbage\n")}, Status.ERROR),
        *(({SWAPS: reason}, Status.ERROR) for reason in UNKNOWABLE),
    ],
)
def test_swap_in_clear_is_memory_on_a_disk(changes: Recorded, expected: Status) -> None:
    assert stored(changes, "swap").status is expected, stored(changes, "swap")


def test_what_holds_data_must_be_said() -> None:
    with pytest.raises(NotAsked, match="paths"):
        prove(Disks, "data.encryption_at_rest", {}, GOOD)
    (relative,) = prove(Disks, "data.encryption_at_rest", {"paths": ["data"]}, GOOD)
    assert relative.status is Status.ERROR
