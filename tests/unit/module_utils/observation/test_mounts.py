# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mounts: this machine's, and recorded tables with what mount tables hide."""

from __future__ import annotations

import os
import threading
import time

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import mounts
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline

ROOT = "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard\n"


class Status:
    f_blocks, f_frsize, f_bavail, f_files, f_favail = 1000, 4096, 250, 64, 32


@pytest.fixture
def table(tmp_path, monkeypatch):
    """table(text) makes that the machine's mounts; table.asked are the paths whose file system was asked."""

    class Table:
        def __init__(self):
            self.asked = []

        def __call__(self, text):
            (tmp_path / "mountinfo").write_bytes(text if isinstance(text, bytes) else text.encode())

    def statvfs(path):
        machine.asked.append(path)
        return Status

    machine = Table()
    monkeypatch.setattr(os, "statvfs", statvfs)
    monkeypatch.setattr(mounts, "_MOUNTINFO", str(tmp_path / "mountinfo"))
    return machine


def look():
    return mounts.mounts(Deadline(10))


def paths():
    return [mount["path"] for mount in look()["mounts"]]


def test_the_root_of_this_machine():
    (root,) = [mount for mount in look()["mounts"] if mount["path"] == "/"]
    status = os.statvfs("/")
    assert root["size"] == status.f_blocks * status.f_frsize
    assert root["free"] <= root["size"]
    assert {"rw", "ro"} & set(root["options"])
    assert "" not in (root["type"], root["device"])


def test_what_a_line_says(table):
    table(ROOT)
    assert look() == {
        "mounts": [
            {
                "device": "/dev/vda",
                "path": "/",
                "type": "ext4",
                "options": ["rw", "relatime", "discard"],
                "size": 4096000,
                "free": 1024000,
                "inodes": 64,
                "inodes_free": 32,
            }
        ],
        "unread": [],
    }


@pytest.mark.parametrize(
    ("own", "of_the_file_system", "options"),
    [
        ("rw,noexec", "rw,size=4k", ["rw", "noexec", "size=4k"]),
        ("ro,noexec", "rw", ["ro", "noexec"]),
        ("rw,noexec", "ro", ["noexec", "ro"]),
    ],
)
def test_read_only_in_either_place_is_read_only(table, own, of_the_file_system, options):
    table("27 1 254:0 / / %s - ext4 /dev/vda %s\n" % (own, of_the_file_system))
    assert look()["mounts"][0]["options"] == options


def test_escapes_and_bytes_that_are_no_text(table):
    table(
        rb"30 27 0:5 / /mnt/a\040b\134c\011\012 rw - fuse.sshfs me@host:/x\040y rw"
        + b"\n31 27 0:6 / /\xff rw - xfs x rw\n"
    )
    first, second = look()["mounts"]
    assert (first["path"], first["device"], first["type"]) == ("/mnt/a b\\c\t\n", "me@host:/x y", "fuse.sshfs")
    assert second["path"] == "/\ufffd"
    assert sorted(table.asked) == [b"/mnt/a b\\c\t\n", b"/\xff"]


def test_an_empty_device_moves_nothing(table):
    table("30 27 0:5 / /x rw - tmpfs  rw,size=4k\n")
    assert (look()["mounts"][0]["device"], look()["mounts"][0]["options"]) == ("", ["rw", "size=4k"])


def test_pseudo_file_systems_are_skipped_and_autofs_is_not_woken(table):
    table(
        ROOT
        + "22 27 0:21 / /proc rw - proc proc rw\n"
        + "40 27 0:30 / /net rw - autofs systemd-1 rw,fd=30\n"
        + "41 27 0:31 / /tmp rw - tmpfs tmpfs rw\n"
        + "42 27 0:32 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw,lowerdir=/a:/b\n"
        + "43 27 254:0 /srv/data /data rw - ext4 /dev/vda rw\n"
    )
    assert paths() == ["/", "/tmp", "/var/lib/docker/overlay2/x/merged", "/data"]
    assert b"/net" not in table.asked


def test_only_the_top_of_a_stack_of_mounts_counts(table):
    table(
        ROOT
        + "40 27 0:30 / /nfs rw - autofs systemd-1 rw\n"
        + "41 40 0:31 / /nfs rw - nfs4 server:/x rw\n"
        + "50 27 0:40 / /late rw - xfs /dev/sdb rw\n"
        + "51 50 0:41 / /late rw - autofs systemd-1 rw\n"
    )
    assert paths() == ["/", "/nfs"]


def test_what_a_mount_above_covers_is_left_out(table):
    table(
        ROOT
        + "40 27 0:30 / /a/b rw - xfs /dev/sdb rw\n"
        + "41 40 0:31 / /a/b/c rw - xfs /dev/sdc rw\n"
        + "42 27 0:32 / /a rw - tmpfs tmpfs rw\n"
        + "43 27 0:33 / /ab rw - xfs /dev/sdd rw\n"
        + "44 42 0:34 / /a/d rw - xfs /dev/sde rw\n"
    )
    assert paths() == ["/", "/a", "/ab", "/a/d"]


def test_a_root_that_is_its_own_parent_is_visible(table):
    table("1 1 0:1 / / rw - overlay overlay rw\n")
    assert paths() == ["/"]


def test_a_file_system_that_hangs_is_unread_and_holds_nothing_up(table, monkeypatch):
    release = threading.Event()

    def statvfs(path):
        if path == b"/nfs":
            release.wait(30)
        if path == b"/secret":
            raise PermissionError(13, "Permission denied", "/secret")
        if path == b"/stale":
            raise OSError(116, "Stale file handle")
        return Status

    monkeypatch.setattr(os, "statvfs", statvfs)
    monkeypatch.setattr(mounts, "_PATIENCE", 0.2)
    line = "%d 27 0:%d / /%s rw - nfs4 server:/x rw\n"
    table(ROOT + "".join(line % (40 + i, i, name) for i, name in enumerate(("nfs", "secret", "stale", "fine"))))
    begun = time.monotonic()
    found = look()
    release.set()
    assert time.monotonic() - begun < 30
    assert [mount["path"] for mount in found["mounts"]] == ["/", "/fine"]
    assert [(u["path"], u["reason"]) for u in found["unread"]] == [
        ("/nfs", "timeout"),
        ("/secret", "denied"),
        ("/stale", "malformed"),
    ]


def test_more_dead_file_systems_than_readers_do_not_hang_either(table, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(os, "statvfs", lambda _path: release.wait(30) and Status)
    monkeypatch.setattr(mounts, "_PATIENCE", 0.2)
    table(ROOT + "".join("%d 27 0:1 / /m%d rw - nfs x rw\n" % (i, i) for i in range(100, 150)))
    found = look()
    release.set()
    assert (found["mounts"], {u["reason"] for u in found["unread"]}) == ([], {"timeout"})
    assert len(found["unread"]) == 51


@pytest.mark.parametrize("text", ["", "garbage\n", "x y 0:1 / / rw - ext4 d rw\n", "27 1 254:0 / / rw - ext4\n"])
def test_garbage_is_malformed(table, text):
    table(text)
    with pytest.raises(CannotLook) as caught:
        look()
    assert caught.value.reason == "malformed"


def test_no_table_is_not_no_mounts(table):
    with pytest.raises(FileNotFoundError):
        look()


def test_too_many_mounts_are_too_large(table, monkeypatch):
    monkeypatch.setattr(mounts, "_LIMIT", 2)
    table(ROOT * 3)
    with pytest.raises(CannotLook) as caught:
        look()
    assert caught.value.reason == "too_large"
