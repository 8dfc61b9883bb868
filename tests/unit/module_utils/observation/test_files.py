# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""files: real ones in a directory of this test."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import socket

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import files
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline


def look(path, **wanted):
    return files.file(Deadline(10), str(path), **wanted)


def names(pattern, **wanted):
    return [os.path.basename(facts["path"]) for facts in files.glob(Deadline(10), str(pattern), **wanted)["files"]]


def reason(call, *arguments, **wanted):
    with pytest.raises((CannotLook, OSError)) as caught:
        call(*arguments, **wanted)
    return getattr(caught.value, "reason", type(caught.value).__name__)


@pytest.fixture
def tree(shared_path):
    for path in ("a/one.pem", "a/two.pem", "a/b/three.pem", "a/.hidden.pem", "a/.d/four.pem", "c.txt"):
        (shared_path / path).parent.mkdir(parents=True, exist_ok=True)
        (shared_path / path).write_text(path)
    return shared_path


def test_what_a_file_is(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"hello\xff")
    path.chmod(0o4750)
    info = path.stat()
    assert look(path, content=True, digest=True, head=2) == {
        "path": str(path),
        "type": "file",
        "size": 6,
        "mode": "4750",
        "uid": info.st_uid,
        "gid": info.st_gid,
        "owner": pwd.getpwuid(info.st_uid).pw_name,
        "group": grp.getgrgid(info.st_gid).gr_name,
        "mtime": info.st_mtime,
        "content": "hello\ufffd",
        "sha256": hashlib.sha256(b"hello\xff").hexdigest(),
        "head": "6865",
    }


def test_an_owner_without_a_name_is_a_number(tmp_path):
    path = tmp_path / "x"
    path.touch()
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    os.chown(str(path), 54321, 54322)
    assert (look(path)["owner"], look(path)["group"]) == ("54321", "54322")


def test_links_are_followed_or_described(tmp_path):
    (tmp_path / "x").write_text("text")
    (tmp_path / "link").symlink_to("x")
    followed = look(tmp_path / "link", content=True)
    assert (followed["type"], followed["link_target"], followed["content"]) == ("file", "x", "text")
    assert look(tmp_path / "link", follow=False)["type"] == "link"
    assert reason(look, tmp_path / "link", follow=False, content=True) == "malformed"


def test_other_types_are_named_and_never_read(tmp_path):
    os.mkfifo(str(tmp_path / "fifo"))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
    for path, kind in ((tmp_path, "directory"), ("/dev/null", "character"), ("fifo", "fifo"), ("socket", "socket")):
        assert look(tmp_path / path)["type"] == kind
        for wanted in ({"content": True}, {"digest": True}, {"head": 4}):
            assert reason(look, tmp_path / path, **wanted) == "malformed"


def test_a_fifo_put_in_place_of_a_file_does_not_hang(tmp_path, monkeypatch):
    os.mkfifo(str(tmp_path / "trap"))
    monkeypatch.setattr(files, "_stat", lambda path, follow: {"type": "file"})
    assert reason(look, tmp_path / "trap", content=True) == "malformed"


def test_content_is_bounded_and_a_digest_is_not(tmp_path):
    (tmp_path / "x").write_text("12345")
    assert look(tmp_path / "x", content=True, limit=5)["content"] == "12345"
    assert reason(look, tmp_path / "x", content=True, limit=4) == "too_large"
    assert "sha256" in look(tmp_path / "x", digest=True, limit=4)


def test_endless_files_are_bounded():
    assert reason(look, "/proc/kallsyms", content=True, limit=1000) == "too_large"


def test_an_empty_file_is_empty(tmp_path):
    (tmp_path / "x").touch()
    facts = look(tmp_path / "x", content=True, head=4)
    assert (facts["size"], facts["content"], facts["head"]) == (0, "", "")


def test_a_digest_ends_at_the_deadline(tmp_path):
    (tmp_path / "x").write_text("12345")
    with pytest.raises(CannotLook) as caught:
        files.file(Deadline(0), str(tmp_path / "x"), digest=True)
    assert caught.value.reason == "timeout"


def test_a_missing_file_is_not_found(tmp_path):
    assert reason(look, tmp_path / "x") == "FileNotFoundError"
    (tmp_path / "dangling").symlink_to("x")
    assert reason(look, tmp_path / "dangling") == "FileNotFoundError"


def test_an_unreadable_file_is_denied(shared_path, unprivileged):
    path = shared_path / "x"
    path.write_text("secret")
    path.chmod(0)
    assert unprivileged(lambda: look(path))["mode"] == "0000"
    assert unprivileged(lambda: look(path, content=True)).reason == "denied"


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("*.txt", ["c.txt"]),
        ("a/*.pem", ["one.pem", "two.pem"]),
        ("a/.*.pem", [".hidden.pem"]),
        ("*/b/*", ["three.pem"]),
        ("a/[ot]*.pem", ["one.pem", "two.pem"]),
        ("a/[!o]*.pem", ["two.pem"]),
        ("a/t??.pem", ["two.pem"]),
        ("a/**/*.pem", ["four.pem", "three.pem", "one.pem", "two.pem"]),
        ("**/three.pem", ["three.pem"]),
        ("a/b/**", ["b", "three.pem"]),
        ("*/**/three.pem", ["three.pem"]),
        ("a/one.pem", ["one.pem"]),
        ("nothing/*", []),
        ("a/*.key", []),
        ("c.txt/*", []),
    ],
)
def test_patterns(tree, pattern, matches):
    assert names(tree / pattern) == matches


def test_a_match_is_described(tree):
    (match,) = files.glob(Deadline(10), str(tree / "*.txt"), head=2, digest=True)["files"]
    assert (match["type"], match["head"]) == ("file", b"c.".hex())
    assert match["sha256"] == hashlib.sha256(b"c.txt").hexdigest()


def test_directories_among_the_matches_have_no_head(tree):
    (match,) = files.glob(Deadline(10), str(tree / "a*"), head=2, digest=True)["files"]
    assert match["type"] == "directory"
    assert "head" not in match


def test_a_dangling_link_does_not_hide_its_neighbors(tree):
    (tree / "a" / "three.pem").symlink_to("nowhere")
    matches = files.glob(Deadline(10), str(tree / "a/*.pem"), head=2)["files"]
    assert [match["type"] for match in matches] == ["file", "link", "file"]
    assert matches[1]["link_target"] == "nowhere"


def test_what_is_gone_since_it_was_listed_matches_no_more(tree, monkeypatch):
    there, gone = str(tree / "c.txt"), str(tree / "spooled")
    monkeypatch.setattr(files, "_expand", lambda pattern, deadline: [there, gone])
    (match,) = files.glob(Deadline(10), str(tree / "*"), head=2, digest=True)["files"]
    assert match["path"] == there


def test_a_relative_pattern_is_malformed():
    assert reason(files.glob, Deadline(10), "etc/*") == "malformed"


def test_too_many_matches_are_too_large(tree):
    assert reason(files.glob, Deadline(10), str(tree / "a/*.pem"), limit=1) == "too_large"


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111])
@pytest.mark.parametrize("pattern", ["a/b/*", "a/*/*", "a/**/*.pem", "*/*/three*", "a/b/**"])
def test_an_unreadable_directory_is_denied_never_empty(tree, unprivileged, pattern, mode):
    (tree / "a" / "b").chmod(mode)
    answer = unprivileged(lambda: names(tree / pattern))
    (tree / "a" / "b").chmod(0o755)
    assert answer.reason == "denied"


@pytest.mark.parametrize("pattern", ["a/b/*", "a/*/*", "a/**/three.pem", "*/b/t*"])
def test_a_directory_that_may_be_listed_but_not_entered_is_denied(tree, unprivileged, pattern):
    (tree / "a").chmod(0o444)
    answer = unprivileged(lambda: names(tree / pattern))
    (tree / "a").chmod(0o755)
    assert answer.reason == "denied"
