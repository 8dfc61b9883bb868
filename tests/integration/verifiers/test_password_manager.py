# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared passwords in an organization of Bitwarden, whose published API a fake on loopback has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.password_manager import ActionModule
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.fakes.bitwarden import CLIENT_ID, CLIENT_SECRET, TOKEN, FakeBitwarden, access, uuid
from tests.integration.verifiers.live import prove_live

CONTROL = "secrets.password_manager"
TOKEN_AT = "/identity/connect/token"
MEMBERS, COLLECTIONS, GROUPS = (f"/api/public/{what}" for what in ("members", "collections", "groups"))
REGISTRAR, BANK, OPS = 101, 102, 201
Change = Callable[[FakeBitwarden], object]


@pytest.fixture(scope="module")
def server() -> Iterator[FakeBitwarden]:
    with FakeBitwarden() as fake:
        yield fake


@pytest.fixture
def bitwarden(server: FakeBitwarden) -> FakeBitwarden:
    """An organization in order: one account seen by a group, one by people, and all standings of members."""
    server.empty()
    server.collection(REGISTRAR, "registrar")
    server.collection(BANK)
    server.group(OPS, access(REGISTRAR))
    server.member(1, "ann@shop.test", sees=access(BANK), group=OPS)
    server.member(2, "bob@shop.test", sees=access(BANK), group=OPS)
    server.member(3, "cat@shop.test")
    server.member(4, "new@shop.test", status=0, two_step=False, group=OPS)
    server.member(5, "soon@shop.test", status=1, two_step=False)
    server.member(6, "former@shop.test", status=-1, two_step=False, sees=access(BANK))
    return server


@pytest.fixture(scope="module")
def secret_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bitwarden") / "secret"
    path.write_text(f"{CLIENT_SECRET}\n", encoding="utf-8")
    return path


@pytest.fixture
def proof(bitwarden: FakeBitwarden, secret_file: Path) -> Callable[..., Verdict]:
    def prove(**options: Any) -> Verdict:
        given: dict[str, Any] = {"url": bitwarden.url, "client_id": CLIENT_ID, "client_secret_file": str(secret_file)}
        given |= {"accounts": {"registrar": "registrar", "bank": uuid(BANK).upper()}}
        given |= {"departed": ["Former@shop.test", "long.gone@shop.test"]}
        (verdict,) = prove_live(ActionModule, CONTROL, given | options)
        said = json.dumps(asdict(verdict))
        assert CLIENT_SECRET not in said
        assert TOKEN not in said
        return verdict

    return prove


def test_right(bitwarden: FakeBitwarden, proof: Callable[..., Verdict]) -> None:
    verdict = proof()
    assert verdict.status is Status.PASS, verdict.message
    assert verdict.actual == {
        "confirmed": 3,
        "invited": 1,
        "accepted": 1,
        "revoked": 1,
        "two_step": 3,
        "accounts": {"registrar": 2, "bank": 2},
    }
    assert bitwarden.asked.count("/identity/connect/token") == 1
    assert f"/api/public/members/{uuid(3)}" not in bitwarden.asked, "there were enough without this one"
    assert f"/api/public/members/{uuid(6)}" not in bitwarden.asked


def without(what: list[dict[str, Any]], number: int) -> None:
    what[:] = [each for each in what if each["id"] != uuid(number)]


BROKEN: dict[str, tuple[Change, str]] = {
    "no second factor": (
        lambda fake: fake.member(7, "dan@shop.test", two_step=False),
        "no two-step login: dan@shop.test",
    ),
    "left, and still there": (
        lambda fake: fake.member(7, "long.gone@shop.test"),
        "left, but still a member: long.gone@shop.test (confirmed)",
    ),
    "left, and invited again": (
        lambda fake: fake.member(7, "long.gone@shop.test", status=0),
        "left, but still a member: long.gone@shop.test (invited)",
    ),
    "no collection": (
        lambda fake: without(fake.collections, BANK),
        f"bank: no collection has the id or external id {uuid(BANK).upper()}",
    ),
    "one person's": (
        lambda fake: fake.group_members.update({uuid(OPS): [uuid(1)]}),
        "registrar: 1 confirmed member sees what is in collection registrar, of at least 2",
    ),
    "members who are not confirmed": (
        lambda fake: fake.group_members.update({uuid(OPS): [uuid(1), uuid(4), uuid(6)]}),
        "registrar: 1 confirmed member sees",
    ),
    "hidden passwords": (
        lambda fake: fake.groups[0].update(collections=access(REGISTRAR, hidden=True)),
        "registrar: 0 confirmed members see",
    ),
    "a factor is missing where groups are not told": (
        lambda fake: [fake.members[2].update(twoFactorEnabled=False), fake.instead.update({GROUPS: (403, "")})],
        "no two-step login: cat@shop.test",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken(bitwarden: FakeBitwarden, proof: Callable[..., Verdict], name: str) -> None:
    change, said = BROKEN[name]
    change(bitwarden)
    verdict = proof()
    assert verdict.status is Status.FAIL
    assert said in verdict.message


def instead(path: str, status: int, text: str = "") -> Change:
    return lambda fake: fake.instead.update({path: (status, text)})


PAGE = "<html>Welcome to the hotel</html>"
HIDDEN: dict[str, tuple[Change, str]] = {
    "no members": (lambda fake: fake.members.clear(), "not_found"),
    "nobody confirmed": (lambda fake: [each.update(status=1) for each in fake.members], "not_found"),
    "key refused": (instead(TOKEN_AT, 400, '{"error":"invalid_client"}'), "denied"),
    "page for a token": (instead(TOKEN_AT, 200, PAGE), "malformed"),
    "no token": (instead(TOKEN_AT, 200, '{"access_token": ""}'), "malformed"),
    "token refused": (instead(MEMBERS, 401), "denied"),
    "plan without the API": (instead(COLLECTIONS, 403), "denied"),
    "Vaultwarden": (instead(MEMBERS, 404), "not_found"),
    "too often": (instead(MEMBERS, 429), "unreachable"),
    "too often on the way": (instead(f"{GROUPS}/{uuid(OPS)}/member-ids", 429), "unreachable"),
    "out of order": (instead(GROUPS, 503), "unreachable"),
    "redirect": (instead(MEMBERS, 302), "malformed"),
    "page for people": (instead(MEMBERS, 200, PAGE), "malformed"),
    "page for collections": (instead(COLLECTIONS, 200, PAGE), "malformed"),
    "null": (instead(MEMBERS, 200, "null"), "malformed"),
    "too deep": (instead(MEMBERS, 200, "[" * 100_000), "malformed"),
    "no list": (instead(GROUPS, 200, '{"data": {}}'), "malformed"),
    "part of a list": (instead(MEMBERS, 200, '{"data": [], "continuationToken": "more"}'), "too_large"),
    "unknown standing": (lambda fake: fake.members[2].update(status=7), "malformed"),
    "no word of a factor": (lambda fake: fake.members[2].update(twoFactorEnabled=None), "malformed"),
    "an id that is none": (lambda fake: fake.groups[0].update(id="../../members"), "malformed"),
    "somebody else": (instead(f"{MEMBERS}/{uuid(1)}", 200, json.dumps({"id": uuid(9)})), "malformed"),
    "ambiguous": (lambda fake: fake.collection(103, "registrar"), "malformed"),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden(bitwarden: FakeBitwarden, proof: Callable[..., Verdict], name: str) -> None:
    change, reason = HIDDEN[name]
    change(bitwarden)
    verdict = proof()
    assert verdict.status is Status.ERROR
    assert f"could not look ({reason})" in verdict.message


def test_what_cannot_be_entered(bitwarden: FakeBitwarden, proof: Callable[..., Verdict], tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    assert "(not_found)" in proof(client_secret_file=str(tmp_path / "none")).message
    assert "(malformed)" in proof(client_secret_file=str(empty)).message
    assert "(denied)" in proof(client_id="user.1").message
    assert "(denied)" in proof(url="http://vault.test/api").message
    assert "(denied)" in proof(identity_url="http://vault.test/identity").message
    assert "(unreachable)" in proof(url="http://127.0.0.1:1/api").message
    bitwarden.delay = 0.6
    assert "(timeout)" in proof(timeout=0.3).message
