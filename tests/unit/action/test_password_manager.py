# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared passwords in an organization of Bitwarden, against recorded answers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.password_manager import (
    ActionModule,
    people_problems,
    place_problems,
)
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
from ansible_collections.golive.verify.plugins.plugin_utils.password_manager.organization import (
    Member,
    Standing,
    identity_url,
)
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.proving import prove, status

CONTROL = "secrets.password_manager"
OPTIONS: dict[str, Any] = {"client_id": "organization.1", "client_secret_file": "/etc/secret"}
OPTIONS |= {"accounts": {"registrar": "registrar"}, "departed": []}
MEMBERS, SEEN = (
    f'curl -H "Authorization: Bearer $TOKEN" https://api.bitwarden.com/public/{what}'
    for what in ("members", "collections")
)
ANN, BOB = (Member(name, f"{name}@shop.test", Standing.CONFIRMED, True) for name in ("ann", "bob"))
DAN = Member("dan", "dan@shop.test", Standing.CONFIRMED, False)
BOTH = {"registrar": {"ann", "bob"}}


@pytest.mark.parametrize(
    ("members", "seen", "expected"),
    [
        ([ANN, BOB], BOTH, Status.PASS),
        ([ANN, BOB, DAN], BOTH, Status.FAIL),
        ([ANN, BOB], {"registrar": {"ann"}}, Status.FAIL),
        ([ANN, BOB], {"registrar": set()}, Status.FAIL),
        ([ANN, BOB], {"registrar": None}, Status.FAIL),
        ([ANN, BOB, DAN], CannotLook("denied", "403"), Status.FAIL),
        ([ANN, BOB], CannotLook("denied", "403"), Status.ERROR),
        ([], BOTH, Status.ERROR),
        ([Member("ann", "ann@shop.test", Standing.ACCEPTED, True)], BOTH, Status.ERROR),
        *[(CannotLook(reason, ""), BOTH, Status.ERROR) for reason in ("denied", "timeout", "malformed", "unreachable")],
    ],
)
def test_four_ways(members: Any, seen: Any, expected: Status) -> None:
    assert status(ActionModule, CONTROL, OPTIONS, {MEMBERS: members, SEEN: seen}) is expected


@pytest.mark.parametrize("lacking", ["accounts", "departed"])
def test_what_is_not_asked(lacking: str) -> None:
    with pytest.raises(NotAsked):
        prove(ActionModule, CONTROL, {name: each for name, each in OPTIONS.items() if name != lacking}, {})


def test_people() -> None:
    gone = ["ANN@shop.test ", "former@shop.test", "never@shop.test"]
    former = Member("former", "former@shop.test", Standing.REVOKED, False)
    asked = Member("former", "Former@shop.test", Standing.INVITED, False)
    assert people_problems([ANN, BOB, former], []) == []
    assert people_problems([BOB, former], gone) == []
    assert people_problems([ANN, BOB, asked], gone) == [
        "left, but still a member: ann@shop.test (confirmed), Former@shop.test (invited)"
    ]
    crowd = [Member(str(each), f"{each}@shop.test", Standing.CONFIRMED, False) for each in range(25)]
    (told,) = people_problems(crowd, [])
    assert told.startswith("no two-step login: 0@shop.test, 1@")
    assert told.endswith("19@shop.test and 5 more")


def test_places() -> None:
    accounts = {"registrar": "dns", "bank": "money"}
    assert place_problems(accounts, {"registrar": 2, "bank": 3}, 2) == []
    assert place_problems(accounts, {"registrar": None, "bank": 0}, 2) == [
        "registrar: no collection has the id or external id dns",
        "bank: 0 confirmed members see what is in collection money, of at least 2",
    ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.bitwarden.com", "https://identity.bitwarden.com"),
        ("https://api.bitwarden.eu/", "https://identity.bitwarden.eu"),
        ("https://vault.shop.test/api/", "https://vault.shop.test/identity"),
        ("https://api.shop.test/api", "https://api.shop.test/identity"),
    ],
)
def test_the_secret_stays_with_its_server(url: str, expected: str) -> None:
    assert identity_url(_want(url=url)) == expected


def test_an_identity_is_never_guessed() -> None:
    with pytest.raises(CannotLook, match="identity_url"):
        identity_url(_want(url="https://vault.shop.test"))
    assert identity_url(_want(url="https://vault.shop.test", identity_url="https://id.shop.test/")) == (
        "https://id.shop.test"
    )


def _want(**options: str) -> Any:
    return interface("golive.verify.password_manager").parse({**OPTIONS, **options})
