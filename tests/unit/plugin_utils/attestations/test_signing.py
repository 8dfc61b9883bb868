# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making attestations: with keys of every kind, both files or none, and never over one that is there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.attestations import ssh_keygen
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import NAMESPACE
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.signing import CannotAttest
from tests.unit.plugin_utils.attestations.place import ALICE, BOB, CAROL, Place, line, make_key

LISTS = {"allowed_signers", "roles.yml"}


def names(place: Place) -> set[str]:
    return {path.name for path in place.directory.iterdir()} - LISTS


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An ssh-agent of our own."""
    socket = tmp_path / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL) as process:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        while not socket.exists():
            assert process.poll() is None
        yield
        process.terminate()


def key_of(path: Path, *options: str) -> Path:
    argv = ["ssh-keygen", "-q", "-C", "alice", "-f", str(path), *options]
    subprocess.run(argv, check=True, timeout=60, stdin=subprocess.DEVNULL)
    return path


def test_anybody_can_verify_it_with_ssh_keygen_alone(place: Place) -> None:
    path = place.attest()
    argv = ["ssh-keygen", "-Y", "verify", "-n", NAMESPACE, "-f", str(place.signers), "-I", ALICE, "-s", f"{path}.sig"]
    subprocess.run(argv, input=path.read_bytes(), check=True, capture_output=True, timeout=20)


@pytest.mark.parametrize("kind", [("-t", "ecdsa", "-N", ""), ("-t", "rsa", "-b", "3072", "-N", "")])
def test_keys_of_other_kinds(place: Place, tmp_path: Path, kind: tuple[str, ...]) -> None:
    key = key_of(tmp_path / "key", *kind)
    place.lists(line(ALICE, key) + "\n")
    place.attest(key)
    assert place.one() == ("attested", "")


def test_a_key_in_an_agent_by_its_public_half(place: Place, tmp_path: Path, agent: None) -> None:
    key = make_key(tmp_path / "key")
    place.lists(line(ALICE, key) + "\n")
    subprocess.run(["ssh-add", "-q", str(key)], check=True, timeout=20)
    key.unlink()
    place.attest(key.with_suffix(".pub"))
    assert place.one() == ("attested", "")


def test_a_certificate_of_an_authority(place: Place, tmp_path: Path, agent: None) -> None:
    key, authority = make_key(tmp_path / "key"), make_key(tmp_path / "authority")
    argv = ["ssh-keygen", "-q", "-s", str(authority), "-I", "alice", "-n", ALICE, f"{key}.pub"]
    subprocess.run(argv, check=True, timeout=20)
    subprocess.run(["ssh-add", "-q", str(key)], check=True, timeout=20)
    place.lists(line("*@example.com", authority, "cert-authority") + "\n")
    place.attest(Path(f"{key}-cert.pub"))
    assert place.one() == ("attested", "")


REFUSALS = {
    "no key": "did not sign with .*: Couldn't load public key .*No such file",
    "a key with a passphrase": "did not sign with .*(passphrase|No private key)",
    "no key but a text": "did not sign with",
    "a public key without an agent": "did not sign with .*No private key",
    "the key of another": r"the signature of alice@example\.com does not stand",
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_sign_leaves_nothing(
    place: Place, tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "never")
    key = tmp_path / "key"
    if case == "a key with a passphrase":
        key_of(key, "-t", "ed25519", "-N", "correct horse")
        monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")  # where there is a terminal, it would wait for an answer
        monkeypatch.setenv("SSH_ASKPASS", "/bin/false")
    elif case == "no key but a text":
        key.write_text("none", encoding="utf-8")
    elif case == "a public key without an agent":
        key = make_key(key).with_suffix(".pub")
        key.with_suffix("").unlink()
    elif case == "the key of another":
        key = place.keys[BOB]
    with pytest.raises(CannotAttest, match=REFUSALS[case]):
        place.attest(key)
    assert names(place) == set()


@pytest.mark.parametrize(
    ("script", "reason"), [("exec sleep 5", "did not sign within 0.2 s"), ("exit 0", "did not sign")]
)
def test_a_tool_that_does_not_sign(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    monkeypatch.setattr(ssh_keygen, "SIGN_SECONDS", 0.2)
    tool = tmp_path / "bin" / "ssh-keygen"
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/bin:/usr/bin")
    with pytest.raises(CannotAttest, match=reason):
        place.attest()
    assert names(place) == set()


def test_without_the_tool_nothing_is_signed(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotAttest, match="ssh-keygen cannot be run: No such file"):
        place.attest()
    assert names(place) == set()


def test_nothing_is_ever_overwritten(place: Place) -> None:
    path = place.attest(approved_by=BOB)
    before = path.read_bytes()
    with pytest.raises(CannotAttest, match="exists already"):
        place.attest(statement="Something else.")
    place.approve(path, BOB)
    with pytest.raises(CannotAttest, match="exists already"):
        place.approve(path, BOB)
    path.unlink()
    with pytest.raises(CannotAttest, match="File exists"):
        place.attest()
    assert names(place) == {f"{path.name}.sig", f"{path.name}.{BOB}.sig"}
    assert before.startswith(b"statement: No finding")


def test_both_files_or_none(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    link, made = os.link, []

    def full(source: str, target: str) -> None:
        made.append(target)
        if len(made) > 1:
            raise OSError(28, "No space left on device", source, None, target)
        link(source, target)

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(CannotAttest, match="No space left on device"):
        place.attest()
    assert len(made) == 2
    assert names(place) == set()


def test_a_directory_that_may_not_be_written(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_arguments: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied", str(place.directory))

    monkeypatch.setattr(os, "fsync", denied)
    with pytest.raises(CannotAttest, match="Permission denied"):
        place.attest()
    assert names(place) == set()


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"person": "dave@example.com"}, "dave@example.com is not in attestations/allowed_signers"),
        ({"person": "x; rm -rf /"}, "is not in attestations/allowed_signers"),
        ({"role": "cto"}, "alice@example.com does not have the role cto"),
        ({"role": "../x"}, "'../x' is not a role"),
        ({"statement": "   "}, "has no statement"),
        ({"expires": "2099-01-01"}, "expires is not within 366 days"),
        ({"expires": "2026-11-22"}, "expires is not within 366 days"),
        ({"expires": "soon"}, "'soon' is neither a date"),
        ({"evidence": ("nothing.pdf",)}, "nothing.pdf cannot be read: No such file"),
        ({"evidence": ("/etc/hostname",)}, "is not a plain file below"),
        ({"evidence": ("../outside",)}, "is not a plain file below"),
        ({"evidence": ("attestations",)}, "is not a plain file below"),
        ({"evidence": ("https://exa mple.com",)}, "is not an address"),
    ],
)
def test_what_would_not_stand_is_not_signed(place: Place, changed: dict[str, object], problem: str) -> None:
    with pytest.raises(CannotAttest) as raised:
        place.attest(place.keys[ALICE], **changed)
    assert problem in str(raised.value)
    assert names(place) == set()


def test_a_person_without_a_role_signs_nothing(place: Place) -> None:
    place.roles.write_text("people: {}\n", encoding="utf-8")
    with pytest.raises(CannotAttest, match=r"alice@example\.com has no role in attestations/roles\.yml"):
        place.attest()


def test_any_text_is_kept_as_it_is(place: Place) -> None:
    for hour, text in enumerate(("12", "null", "ünï 😀", "a: b # c", "- x\n\n  y", "{{ secret }}", "\\u0041\t'\"")):
        place.now = place.now.replace(hour=hour)
        place.attest(statement=text)
    assert [v.attestation.statement for v in place.verified()] == [
        *("12", "null", "ünï 😀", "a: b # c", "- x\n\n  y", "{{ secret }}", "\\u0041\t'\"")
    ]
    assert {v.status.value for v in place.verified()} == {"attested"}


def test_only_what_lies_in_the_environment_is_approved(place: Place, tmp_path: Path) -> None:
    path = place.attest(approved_by=BOB)
    for name in (path.name, f"{path.name}.sig"):
        (tmp_path / name).write_bytes((place.directory / name).read_bytes())
    with pytest.raises(CannotAttest, match="is not one of"):
        place.approve(tmp_path / path.name, BOB)


def test_people_are_told_apart_by_their_keys(place: Place) -> None:
    place.attest(place.keys[CAROL], person=CAROL)
    assert place.one()[0] == "attested"
    with pytest.raises(CannotAttest):
        place.attest(place.keys[CAROL], role="security")
