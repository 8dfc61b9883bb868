# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tampering: whichever byte changes of what a signature rests on, the attestation no longer holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import BadAttestations
from tests.unit.plugin_utils.attestations.place import ALICE, BOB, ITEM, Place, line

EVIDENCE = "evidence/report.pdf"


@pytest.fixture
def signed(place: Place) -> Place:
    """An attestation with evidence, approved by bob."""
    (place.path / "evidence").mkdir()
    (place.path / EVIDENCE).write_bytes(b"No finding.\n")
    place.approve(place.attest(approved_by=BOB, evidence=(EVIDENCE, "https://example.com/report")), BOB)
    assert place.one() == ("attested", "")
    return place


def attestation(place: Place) -> Path:
    return next(path for path in place.directory.glob("2*.yml"))


def changed(data: bytes, begin: int, end: int, most: int = 40) -> Iterator[bytes]:
    """The data with one byte changed, one after the other, evenly over the range."""
    for index in range(begin, end, max(1, (end - begin) // most)):
        yield data[:index] + bytes([data[index] ^ 1]) + data[index + 1 :]


def holds(place: Place) -> bool:
    try:
        return place.one()[0] == "attested"
    except BadAttestations:
        return False


FILES: dict[str, Callable[[Place], Path]] = {
    "attestation": attestation,
    "signature": lambda place: place.directory / f"{attestation(place).name}.sig",
    "approval": lambda place: place.directory / f"{attestation(place).name}.{BOB}.sig",
    "evidence": lambda place: place.path / EVIDENCE,
}


@pytest.mark.parametrize("kind", FILES)
def test_any_byte_of_a_file(signed: Place, kind: str) -> None:
    path = FILES[kind](signed)
    data = path.read_bytes()
    for other in (*changed(data, 0, len(data)), data + b"\n", b"\n" + data, data[:-1], b""):
        path.write_bytes(other)
        assert not holds(signed), other
    path.write_bytes(data)
    assert holds(signed)
    path.unlink()
    assert signed.one()[0] == "fail" if kind != "attestation" else signed.verified() == []


@pytest.mark.parametrize("name", ["allowed_signers", "roles.yml"])
@pytest.mark.parametrize("person", [ALICE, BOB])
def test_any_byte_of_what_the_lists_say_of_its_people(signed: Place, name: str, person: str) -> None:
    path = signed.directory / name
    data = path.read_bytes()
    begin = data.index(person.encode())
    for other in changed(data, begin, data.index(b"\n", begin)):
        path.write_bytes(other)
        assert not holds(signed), other
    path.write_bytes(data)
    assert holds(signed)


def test_any_character_of_the_items_text(signed: Place) -> None:
    for digest in ("5" + ITEM.text_hash[1:], ITEM.text_hash[:-1] + "5", ""):
        signed.items = (replace(ITEM, text_hash=digest),)
        assert signed.one() == (
            "fail",
            "the item's text (line 4) has changed since alice@example.com signed it: sign again",
        )
    signed.items = (replace(ITEM, parameters=("also by others",)),)
    assert signed.one()[0] == "fail"
    signed.items = ()
    assert signed.one() == ("fail", "the checklist has no item i1 any more")
    signed.items = (replace(ITEM, line=99, section="Elsewhere", box=True),)
    assert signed.one() == ("attested", "")


FIELDS = {
    "statement": ("No finding above low", "No finding above high"),
    "item": ("item: i1", "item: i2"),
    "role": ("role: tester", "role: security"),
    "date": ("date: '2026-11-23T10:00:00Z'", "date: '2026-11-22T10:00:00Z'"),
    "expires": ("expires: '2027-01-31'", "expires: '2027-10-31'"),
    "approver": (f"approved_by: {BOB}", "approved_by: carol@example.com"),
    "no approver": (f"approved_by: {BOB}\n", ""),
    "evidence": ("https://example.com/report", "https://example.com/raport"),
    "no evidence": ("- url: https://example.com/report\n", ""),
    "a comment": ("statement:", "# harmless\nstatement:"),
    "line ends": ("\n", "\r\n"),
}


@pytest.mark.parametrize("field", FIELDS)
def test_any_field(signed: Place, field: str) -> None:
    path = attestation(signed)
    before, after = FIELDS[field]
    text = path.read_bytes().decode()
    assert before in text
    path.write_bytes(text.replace(before, after).encode())
    assert signed.one()[0] == "fail"
    assert "the signature of alice@example.com does not stand" in signed.one()[1]


def test_a_signature_of_something_else(signed: Place) -> None:
    signed.now = signed.now.replace(hour=11)
    other = signed.attest(statement="Something else.")
    mine = attestation(signed)
    signature = mine.with_name(f"{mine.name}.sig")
    signature.write_bytes(other.with_name(f"{other.name}.sig").read_bytes())
    assert [verified.status.value for verified in signed.verified()] == ["fail", "attested"]
    signature.write_bytes(mine.with_name(f"{mine.name}.{BOB}.sig").read_bytes())
    assert [verified.status.value for verified in signed.verified()] == ["fail", "attested"]


def test_the_lines_that_an_attestation_claims_are_part_of_what_is_signed(signed: Place) -> None:
    """A key that is put on the list later cannot sign for what was signed earlier, whatever the file then claims."""
    path = attestation(signed)
    signed.lists(line(ALICE, signed.keys[BOB]) + "\n" + signed.signers.read_text(encoding="utf-8"))
    assert holds(signed)
    path.with_name(f"{path.name}.sig").write_bytes(path.with_name(f"{path.name}.{BOB}.sig").read_bytes())
    assert not holds(signed)


@pytest.mark.parametrize("name", [EVIDENCE, "evidence"])
def test_evidence_is_a_plain_file_of_this_environment(signed: Place, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(b"No finding.\n")
    path = signed.path / name
    path.rename(tmp_path / "moved")
    path.symlink_to(outside)
    assert signed.one()[0] == "fail"
    path.unlink()
    path.symlink_to(path)
    assert signed.one()[0] in ("fail", "error")
