# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an attestation stands, and what it means to an item and to a control: every status and every way into it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.attestations import ssh_keygen, standing
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import wording
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.signing import CannotAttest
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity
from tests.unit.plugin_utils.attestations.place import ALICE, BOB, CAROL, ITEM, LATER, NOW, Place, line

CONTROLS = {
    "security.pentest": Control("security.pentest", "", Severity.HIGH, "security", "attestation", "", "Test it.")
}


def program(path: Path, script: str) -> str:
    """A directory with an ssh-keygen of our own."""
    path.mkdir()
    (path / "ssh-keygen").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (path / "ssh-keygen").chmod(0o755)
    return str(path)


def test_signed_and_in_force_is_attested(place: Place) -> None:
    place.attest()
    assert place.one() == ("attested", "")


def test_nothing_attested_is_nothing(place: Place, tmp_path: Path) -> None:
    assert place.verified() == []
    assert replace(place, path=tmp_path / "empty").verified() == []


def test_it_ends_at_the_moment_it_says(place: Place) -> None:
    place.attest(expires="2027-01-31")
    place.now = datetime.fromisoformat("2027-01-31T23:59:59Z")
    assert place.one()[0] == "attested"
    place.now += timedelta(seconds=1)
    assert place.one() == ("expired", "it expired at 2027-02-01T00:00:00Z")


def test_a_date_to_come_does_not_count(place: Place) -> None:
    place.attest()
    place.now = NOW - timedelta(minutes=4)
    assert place.one()[0] == "attested"
    place.now = NOW - timedelta(minutes=6)
    assert place.one() == ("fail", "it is dated 2026-11-23T10:00:00Z, which is yet to come")


# The lists: what each change makes of what alice has signed as a tester

LISTS: dict[str, tuple[Callable[[Place], object], str, str]] = {
    "another person is added": (
        lambda p: p.lists(p.signers.read_text() + line("dave@example.com", p.keys[CAROL]) + "\n"), "attested", ""),
    "another person goes": (
        lambda p: p.lists("".join(each for each in p.signers.open() if not each.startswith("bob"))), "attested", ""),
    "a comment is added": (lambda p: p.lists("# by us\n\n" + p.signers.read_text()), "attested", ""),
    "she gets another key": (
        lambda p: p.lists(p.signers.read_text() + line(ALICE, p.keys[BOB]) + "\n"), "attested", ""),
    "her line changes by a space": (
        lambda p: p.lists(p.signers.read_text().replace(ALICE, f"{ALICE} ")), "fail", "are not those of the signing"),
    "her key ends later than she signed": (
        lambda p: p.lists(p.signers.read_text().replace('" ssh', '",valid-before="20270101Z" ssh')),
        "fail", "are not those of the signing"),
    "her line goes": (
        lambda p: p.lists("".join(each for each in p.signers.open() if not each.startswith("alice"))),
        "fail", "the lines of alice@example.com in allowed_signers are not those of the signing: sign it again"),
    "her key is another one": (
        lambda p: p.lists(line(ALICE, p.keys[BOB]) + "\n"), "fail", "are not those of the signing"),
    "she is forbidden": (
        lambda p: p.lists(p.signers.read_text().replace(ALICE, f"!{ALICE},*@example.com")), "fail", "are not those"),
    "the list goes": (lambda p: p.signers.unlink(), "fail", "are not those of the signing"),
    "others get roles": (
        lambda p: p.roles.write_text(p.roles.read_text() + "  dave@example.com: [tester]\n"), "attested", ""),
    "she gets a role": (
        lambda p: p.roles.write_text(p.roles.read_text().replace("[tester, s", "[go_live, tester, s")), "attested", ""),
    "she loses the role": (
        lambda p: p.roles.write_text(p.roles.read_text().replace("[tester, security]", "[security]")),
        "fail", "alice@example.com does not have the role tester in roles.yml"),
    "she loses another role": (
        lambda p: p.roles.write_text(p.roles.read_text().replace("[tester, security]", "[tester]")),
        "fail", "the roles of alice@example.com in roles.yml are not those of the signing: sign it again"),
    "the roles go": (lambda p: p.roles.unlink(), "fail", "does not have the role tester"),
}  # fmt: skip


@pytest.mark.parametrize("change", LISTS)
def test_changes_of_the_lists(place: Place, change: str) -> None:
    place.attest()
    edit, status, reason = LISTS[change]
    edit(place)
    assert place.one()[0] == status
    assert reason in place.one()[1]


@pytest.mark.parametrize(
    ("window", "ok"),
    [
        ((), True),
        (('valid-after="20261123Z"',), True),
        (('valid-after="20261123"',), True),
        (('valid-after="20261124Z"',), False),
        (('valid-before="20261122Z"',), False),
        (('valid-before="20261123095959Z"',), False),
        (('valid-before="20261123100001Z"',), True),
        (('valid-after="20261101Z"', 'valid-before="20261130Z"'), True),
    ],
)
def test_a_key_counts_at_the_time_of_signing(
    place: Place, window: tuple[str, ...], ok: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")  # dates without a zone are UTC, wherever this runs
    place.lists(line(ALICE, place.keys[ALICE], *window) + "\n")
    if not ok:
        with pytest.raises(CannotAttest, match=r"the signature of alice@example\.com does not stand"):
            place.attest()
        assert {path.name for path in place.directory.iterdir()} == {"allowed_signers", "roles.yml"}
        return
    place.attest()
    place.now += timedelta(days=40)  # the key may have ended since
    assert place.one() == ("attested", "")


@pytest.mark.parametrize(
    ("allowed", "ok"),
    [
        (lambda key: line("*@example.com", key), True),
        (lambda key: line("bob@example.com,alice@*", key), True),
        (lambda key: line("?lice@example.com", key), True),
        (lambda key: line("!alice@example.com,*@example.com", key), False),
        (lambda key: line("[a]lice@example.com", key), False),
        (lambda key: line("Alice@example.com", key), False),
        (lambda key: line('"alice@example.com"', key), False),
        (lambda key: line(ALICE, key).replace("golive.verify.attestation", "git"), False),
        (lambda key: line(ALICE, key).replace("ssh-ed25519", "ssh-rsa"), False),
        (lambda key: "garbage\n\x00\n*", False),
    ],
)
def test_who_is_admitted(place: Place, allowed: Callable[[Path], str], ok: bool) -> None:
    place.lists(allowed(place.keys[ALICE]) + "\n")
    if ok:
        place.attest()
        assert place.one()[0] == "attested"
    else:
        with pytest.raises(CannotAttest):
            place.attest()


# The second approver


def test_it_counts_only_with_the_approval_it_asks_for(place: Place) -> None:
    path = place.attest(approved_by=BOB)
    assert place.one() == ("fail", "bob@example.com has not approved it")
    assert place.approve(path, BOB).name == f"{path.name}.bob@example.com.sig"
    assert place.one() == ("attested", "")
    path.with_name(f"{path.name}.sig").unlink()
    assert place.one() == ("fail", "alice@example.com has not signed it")


@pytest.mark.parametrize(
    ("approver", "asked", "refusal"),
    [
        (ALICE, BOB, "alice@example.com cannot approve what alice@example.com states"),
        (CAROL, BOB, "is to be approved by bob@example.com, not by carol@example.com"),
        (BOB, "", "is to be approved by nobody, not by bob@example.com"),
    ],
)
def test_who_may_not_approve(place: Place, approver: str, asked: str, refusal: str) -> None:
    path = place.attest(approved_by=asked)
    with pytest.raises(CannotAttest, match=refusal):
        place.approve(path, approver)


@pytest.mark.parametrize(
    ("approver", "problem"),
    [
        (ALICE, "alice@example.com cannot approve what alice@example.com states"),
        ("dave@example.com", "dave@example.com is not in attestations/allowed_signers"),
    ],
)
def test_approvers_who_cannot_be_asked_for(place: Place, approver: str, problem: str) -> None:
    with pytest.raises(CannotAttest, match=problem):
        place.attest(approved_by=approver)


def test_an_approver_needs_the_same_role_or_that_of_an_approver(place: Place) -> None:
    place.approve(place.attest(approved_by=CAROL), CAROL)  # a tester as well
    assert place.one()[0] == "attested"
    place.now += LATER
    with pytest.raises(
        CannotAttest, match=r"carol@example\.com, who approves, has neither the role security nor approver"
    ):
        place.attest(role="security", approved_by=CAROL)


def test_one_key_under_two_names_is_one_person(place: Place) -> None:
    place.lists("\n".join(line(person, place.keys[ALICE]) for person in (ALICE, BOB)) + "\n")
    path = place.attest(approved_by=BOB)
    with pytest.raises(CannotAttest, match="signed with the same key"):
        place.approve(path, BOB, place.keys[ALICE])


def test_an_approval_by_another_key_is_none(place: Place) -> None:
    path = place.attest(approved_by=BOB)
    with pytest.raises(CannotAttest, match=r"the signature of bob@example\.com does not stand"):
        place.approve(path, BOB, place.keys[CAROL])
    assert not path.with_name(f"{path.name}.{BOB}.sig").exists()


def test_what_has_expired_or_changed_is_not_approved(place: Place) -> None:
    path = place.attest(approved_by=BOB)
    place.items = (replace(ITEM, text_hash="0" * 64),)
    with pytest.raises(CannotAttest, match="the item's text"):
        place.approve(path, BOB)
    place.items, place.now = (ITEM,), NOW + timedelta(days=100)
    with pytest.raises(CannotAttest, match="expired"):
        place.approve(path, BOB)


# Roles


@pytest.mark.parametrize(
    ("subject", "role", "person", "refusal"),
    [
        ({"item": "i1"}, "tester", ALICE, ""),
        ({"item": "i1"}, "go_live", ALICE, "alice@example.com does not have the role go_live"),
        ({"item": "i2"}, "security_officer", CAROL, ""),
        ({"item": "i2"}, "tester", CAROL, "i2 is to be signed as security_officer, not as tester"),
        ({"item": "i3"}, "go_live", CAROL, ""),
        ({"item": "i3"}, "tester", CAROL, "i3 is to be signed as go_live, not as tester"),
        ({"control": "signoff.golive"}, "tester", CAROL, "is to be signed as go_live"),
        ({"control": "signoff.security"}, "security", ALICE, ""),
        ({"control": "signoff.security"}, "tester", ALICE, "is to be signed as security, not as tester"),
        ({"control": "security.pentest"}, "tester", ALICE, ""),
        ({"control": "security.nothing"}, "tester", ALICE, "there is no control security.nothing"),
    ],
)
def test_who_may_sign_what(place: Place, subject: dict[str, str], role: str, person: str, refusal: str) -> None:
    given: dict[str, Any] = {"item": "", "control": "", **subject, "role": role, "person": person}
    if refusal:
        with pytest.raises(CannotAttest, match=refusal):
            place.attest(**given)
    else:
        place.attest(**given)
        assert place.one()[0] == "attested"


def test_the_environment_may_name_the_roles_of_a_control(place: Place) -> None:
    reserved = "controls:\n  signoff.*: [tester]\n"
    place.roles.write_text(place.roles.read_text(encoding="utf-8") + reserved, encoding="utf-8")
    place.attest(item="", control="signoff.engineering")
    assert place.one()[0] == "attested"
    place.roles.write_text(place.roles.read_text(encoding="utf-8").replace("[tester]\n", "[cto]\n"), encoding="utf-8")
    assert place.one() == ("fail", "signoff.engineering is to be signed as cto, not as tester")


# What cannot be verified is an error, never attested


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (None, "ssh-keygen cannot be run: No such file or directory"),
        ("exit 1", "ssh-keygen ended with status 1"),
        ("exit 0", "ssh-keygen ended with status 0: it gave no reason"),
        ("echo Better; exit 0", "ssh-keygen ended with status 0: Better"),
        ("echo unknown option >&2; exit 2", "unknown option"),
        ("exec sleep 5", "ssh-keygen did not answer within 0.2 s"),
        ("kill -9 $$", "ssh-keygen ended with status -9"),
    ],
)
def test_without_a_tool_that_answers_nothing_is_attested(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, reason: str
) -> None:
    place.attest()
    monkeypatch.setattr(ssh_keygen, "VERIFY_SECONDS", 0.2 if script and "sleep" in script else 10)
    tools = program(tmp_path / "bin", script) if script else str(tmp_path)
    monkeypatch.setenv("PATH", f"{tools}{':/bin:/usr/bin' if script else ''}")
    status, said = place.one()
    assert status == "error"
    assert reason in said


def test_evidence_that_may_not_be_read_is_an_error(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    (place.path / "report.pdf").write_bytes(b"all is well")
    place.attest(evidence=("report.pdf",))
    opened = os.open

    def denied(path: str, flags: int, mode: int = 0o777, **more: int) -> int:
        if str(path).endswith("report.pdf"):
            raise PermissionError(13, "Permission denied")
        return opened(path, flags, mode, **more)

    monkeypatch.setattr(os, "open", denied)
    assert place.one() == ("error", "the evidence report.pdf cannot be read: Permission denied")


# What it means to items and controls


def test_bullets_below_an_item_are_part_of_it() -> None:
    assert wording(ITEM) == ITEM.text_hash
    assert wording(replace(ITEM, parameters=("by us",))) != wording(replace(ITEM, parameters=("by others",)))


def test_of_several_the_latest_that_holds_counts(place: Place) -> None:
    place.attest(expires="2026-12-31", statement="first")
    place.now += LATER
    path = place.attest(statement="second")
    assert standing.of_item(place.verified(), "i1") == (
        "attested", "alice@example.com as tester, 2026-11-24T10:00:00Z to 2027-02-01T00:00:00Z")  # fmt: skip
    path.write_bytes(path.read_bytes().replace(b"second", b"third"))
    found = standing.of_item(place.verified(), "i1")
    assert found is not None
    assert found[0] == "attested"
    assert "2026-11-23" in found[1]
    place.now += timedelta(days=60)
    found = standing.of_item(place.verified(), "i1")
    assert found is not None
    assert found[0] == "fail"


def test_every_role_that_signed_must_stand(place: Place) -> None:
    place.attest(expires="2026-11-30")
    place.attest(role="security")
    assert standing.of_item(place.verified(), "i1") is not None
    place.now += timedelta(days=10)
    found = standing.of_item(place.verified(), "i1")
    assert found is not None
    assert found[0] == "expired"
    assert "as tester" in found[1]


def test_what_is_asked_for_again_and_again_is_too_old_some_day(place: Place) -> None:
    place.attest()
    signed = place.verified()[0].attestation.date
    assert standing.of_item(place.verified(), "i1", signed) is not None
    found = standing.of_item(place.verified(), "i1", signed + timedelta(seconds=1))
    assert found is not None
    assert found[0] == "expired"
    assert "the item asks for one since" in found[1]


def test_nobody_attests_what_nobody_named(place: Place) -> None:
    place.attest()
    assert standing.of_item(place.verified(), "i2") is None
    assert standing.of_item(place.verified(), "") is None
    assert standing.of_controls(place.verified(), CONTROLS) == []


def test_an_attested_control_is_a_result(place: Place) -> None:
    (place.path / "report.pdf").write_bytes(b"all is well")
    path = place.attest(item="", control="security.pentest", evidence=("https://example.com/t/1", "report.pdf"))
    (result,) = standing.of_controls(place.verified(), CONTROLS)
    made = result.as_dict()
    assert (made["status"], made["severity"], made["target"], made["message"]) == ("attested", "high", path.name, "")
    assert made["actual"]["statement"] == "No finding above low is open."
    assert made["actual"]["evidence"][0] == "https://example.com/t/1"
    assert made["reproduce"].endswith(f"-s {path.name}.sig < {path.name}")
    place.now += timedelta(days=365)
    (result,) = standing.of_controls(place.verified(), CONTROLS)
    assert (result.status, result.remediation) == ("expired", "Test it.")
    assert "it expired at 2027-02-01T00:00:00Z" in result.message


def test_what_is_written_is_readable_by_all(place: Place) -> None:
    path = place.attest()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert stat.S_IMODE(path.with_name(f"{path.name}.sig").stat().st_mode) == 0o644
