# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading attestations and their lists: whole or not at all, with file and line, whatever somebody put there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.attestations import reading, signers
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import BadAttestations, Standing
from tests.unit.plugin_utils.attestations.place import ALICE, Place

DIGEST = "a" * 64
GOOD = f"""statement: No finding above low is open.
item: i1
text_sha256: {DIGEST}
role: tester
person: alice@example.com
date: 2026-11-23T10:00:00Z
expires: 2027-01-31
evidence: [{{url: "https://example.com"}}, {{file: report.pdf, sha256: {DIGEST}}}]
people: {{alice@example.com: {{lines: [{DIGEST}], roles: [tester]}}}}
"""


def problems(path: Path, text: str | bytes) -> list[str]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadAttestations) as raised:
        reading.read(path)
    return str(raised.value).replace(f"{path}:", "").splitlines()


def test_a_good_one(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text(GOOD, encoding="utf-8")
    read = reading.read(path)
    assert (read.item, read.role, read.person, read.signatures) == ("i1", "tester", ALICE, {})
    assert read.expires.isoformat() == "2027-02-01T00:00:00+00:00"
    assert [each.url or each.file for each in read.evidence] == ["https://example.com", "report.pdf"]


def test_the_same_in_json(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(yaml.load(GOOD, yaml.BaseLoader), indent=2), encoding="utf-8")
    assert reading.read(path).statement == "No finding above low is open."


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("statement: No finding above low is open.", "statement: ''", "1: the attestation has no statement"),
        ("item: i1\n", "", "1: an attestation speaks of a control or of an item: give one of the two"),
        ("item: i1", "item: i1\ncontrol: a.b", "2: an attestation speaks of a control or of an item"),
        (f"text_sha256: {DIGEST}\n", "", "1: the attestation has no text_sha256"),
        ("item: i1", "control: a.b", "3: text_sha256 belongs to an item, and none is given"),
        ("role: tester", "role: Security Officer", "4: role: 'Security Officer' is not a role"),
        ("role: tester\n", "", "1: the attestation has no role"),
        ("person: alice@example.com", "person: -oProxyCommand=x", "5: person: '-oProxyCommand=x' is not a person"),
        ("person: alice@example.com", "person: '*'", "5: person: '*' is not a person"),
        ("person: alice@example.com", "person: ../../x", "5: person: '../../x' is not a person"),
        ("date: 2026-11-23T10:00:00Z", "date: 2026-11-23T10:00:00", "6: date: '2026-11-23T10:00:00' has no zone"),
        ("date: 2026-11-23T10:00:00Z", "date: 2026-11-23", "6: date: '2026-11-23' has no zone"),
        ("date: 2026-11-23T10:00:00Z", "date: yesterday", "6: date: 'yesterday' is neither a date"),
        ("expires: 2027-01-31\n", "", "1: the attestation has no expires"),
        ("expires: 2027-01-31", "expires: 2099-01-31", "7: expires is not within 366 days after the date"),
        ("expires: 2027-01-31", "expires: 2026-11-22", "7: expires is not within 366 days after the date"),
        ("https://example.com", "javascript:alert(1)", "8: url: 'javascript:alert(1)' is not an address"),
        (f", sha256: {DIGEST}}}]", "}]", "8: the evidence has no sha256"),
        ("file: report.pdf, ", "", "8: evidence is a url or a file: give one of the two"),
        ("[{url", "{[a]: {url", "8: a key is not a word"),
        ("[{url", "{{url", "8: a key is not a word"),
        ("evidence: [", "evidence: [x, ", "8: the evidence is not a mapping of url, file, sha256"),
        ("people:", "peoples:", "9: the attestation has no field 'peoples'; did you mean people?"),
        (f"lines: [{DIGEST}]", "lines: []", "9: lines is not a list of words"),
        ("role: tester", "role: tester\nrole: security", "5: role stands here twice"),
        ("role: tester", "role: !!str tester", "4: tags are not read"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, before: str, after: str, problem: str) -> None:
    assert before in GOOD
    assert problems(tmp_path / "a.yml", GOOD.replace(before, after))[0].startswith(problem)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"- a",
        b"\xff\xfe",
        b"\x00" * 100,
        b"a: " + b"[" * 60_000,
        b"x" * 70_000,
        b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n",
        b"? {a: b}\n: c\n",
        b"statement: |\n" + b"  long\n" * 5000,
    ],
)
def test_hostile_files_are_refused_fast(tmp_path: Path, content: bytes) -> None:
    assert problems(tmp_path / "a.yml", content)


def test_all_problems_of_all_files_at_once(place: Place) -> None:
    (place.directory / "a.yml").write_text(GOOD.replace("role: tester", "role: 1 2"), encoding="utf-8")
    (place.directory / "b.json").write_text("{", encoding="utf-8")
    (place.directory / "c.yaml").symlink_to("gone")
    os.mkfifo(place.directory / "d.yml")
    (place.directory / "e.txt").write_text("no attestation", encoding="utf-8")
    with pytest.raises(BadAttestations) as raised:
        place.verified()
    lines = str(raised.value).replace(f"{place.directory}/", "").splitlines()
    assert [each.partition(" ")[0] for each in lines] == ["a.yml:4:", "b.json:2:", "c.yaml:1:", "d.yml:1:"]


def test_not_more_than_anybody_signs(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILES", 2)
    for name in "abc":
        (place.directory / f"{name}.yml").touch()
    with pytest.raises(BadAttestations, match="has more than 2 attestations"):
        place.verified()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("people: [alice]\n", "1: is not a mapping from a person to a list of roles"),
        ("alice@example.com: [tester]\n", "1: the file has no field 'alice@example.com'"),
        ("people:\n  alice@example.com: tester\n", "2: alice@example.com is not a list of words"),
        ("people:\n  '*': [tester]\n", "2: '*' is not a person"),
        ("people:\n  alice@example.com: [Tester]\n", "2: 'Tester' is not a role"),
        ("people: {a: [b]}\ncontrols:\n  Sign Off: [b]\n", "3: 'Sign Off' is not a control"),
        ("people: &a {a: [b]}\ncontrols: *a\n", "2: aliases"),
        ("people: " + "[" * 1000, "1: is nested more than"),
    ],
)
def test_lists_that_cannot_be_understood(place: Place, text: str, problem: str) -> None:
    place.roles.write_text(text, encoding="utf-8")
    with pytest.raises(BadAttestations) as raised:
        signers.read(place.directory)
    assert str(raised.value).startswith(f"{place.roles}:{problem}")


def test_lists_that_are_not_there_admit_nobody(tmp_path: Path) -> None:
    assert signers.read(tmp_path).standing(ALICE) == Standing((), ())


def test_a_list_of_signers_of_any_size_is_not_read(place: Place) -> None:
    place.signers.write_bytes(b"x" * 2_000_000)
    with pytest.raises(BadAttestations, match="has more than 1,048,576 bytes"):
        signers.read(place.directory)
