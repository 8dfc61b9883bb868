# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting an environment: what is made and told, under its own name, and nothing where anything is in the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action import new_environment
from tests.unit.action.acting import act, content, refused

FILES = new_environment.FILES


@pytest.fixture(autouse=True)
def own(shop: Path) -> Path:
    """A team's own list."""
    path = shop / "checklist.md"
    path.write_bytes(b"## Web\r\n- [ ] HTTPS only\r\n- [x] All well <!-- golive: http.health -->\r\n")
    return path


@pytest.mark.parametrize("name", new_environment.references())
def test_each_reference_is_made_whole_and_under_the_environments_name(name: str) -> None:
    told = act("new_environment", {"name": "prod-eu", "reference": name})
    made = content(Path("inventories/prod-eu"))
    whole = content(FILES / "reference" / name)
    assert told["files"] == sorted(made) == sorted(whole)
    assert [each for each in made if made[each] != whole[each]] == [new_environment.VARIABLES]
    assert b'golive_environment: "prod-eu"' in made[new_environment.VARIABLES]
    assert (told["changed"], told["directory"]) == (True, "inventories/prod-eu")
    assert told["lines"][0] == f"made inventories/prod-eu from {name}: {len(whole)} files"


@pytest.mark.parametrize("check", [False, True])
def test_a_list_of_ones_own_is_kept_byte_for_byte(own: Path, check: bool) -> None:
    before = content(Path())
    options = {"name": "prod", "checklist": "checklist.md", "directory": "a b"}
    told = act("new_environment", options, check=check)
    assert (told["changed"], told["directory"]) == (True, "a b")
    made = "would make" if check else "made"
    assert told["lines"][:2] == [
        f"{made} a b from checklist.md: {len(told['files'])} files",
        "2 items, 1 of them bound to nothing yet",
    ]
    # Each command can be pasted.
    assert told["lines"][-1].endswith("golive.verify.verify_prod -i 'a b'")
    assert [each["after_header"] for each in told["diff"]] == [f"a b/{name}" for name in told["files"]]
    if check:
        assert content(Path()) == before
    else:
        assert Path("a b/checklist.md").read_bytes() == own.read_bytes()
        assert sorted(content(Path("a b"))) == told["files"]


def test_secrets_in_it_are_told_by_their_line_alone(own: Path) -> None:
    own.write_text("- [ ] Key AKIAQ3EGRIPLNTMWZ5X7 works\n", encoding="utf-8")
    told = act("new_environment", {"name": "prod", "checklist": "checklist.md"})
    assert told["lines"][1] == "take the secrets out of line 1, and replace them"
    assert "AKIA" not in str(told["lines"])


def test_without_a_choice_the_references_are_told() -> None:
    before = content(Path())
    told = act("new_environment", {"name": "prod"})
    assert (told["changed"], told["directory"], told["files"]) == (False, "", [])
    assert [line.split()[0] for line in told["lines"][1:]] == list(new_environment.references())
    assert content(Path()) == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reference": "metered_saas"}, "golive.verify.new_environment: missing required arguments: name"),
        ({"name": "p", "referense": "x"}, "there is no option referense; did you mean reference?"),
        ({"name": "p", "reference": "x", "checklist": "y"}, "from a reference or from a checklist of your own, not"),
        ({"name": "p", "reference": "nonsense"}, "there is no reference nonsense; there are "),
        ({"name": ".hidden", "reference": "metered_saas"}, "'.hidden' is no name: letters, digits"),
        ({"name": "a" * 65, "reference": "metered_saas"}, "is no name: letters, digits"),
        ({"name": "p", "reference": "metered_saas", "directory": "."}, ". is there already and not empty: nothing is"),
        ({"name": "p", "reference": "metered_saas", "directory": "checklist.md"}, "cannot be used: Not a directory"),
        ({"name": "p", "checklist": "none.md"}, "none.md:1: the checklist cannot be read"),
        ({"name": "p", "checklist": "empty.md"}, "empty.md:1: nothing in it reads as an item; write one as"),
        ({"name": "p", "checklist": "checklist.md", "collections": ["acme.none"]}, "there is no collection acme.none"),
    ],
)
def test_what_cannot_be_meant_is_one_line(given: dict[str, Any], said: str) -> None:
    Path("empty.md").touch()
    assert said in refused("new_environment", given)


@pytest.mark.parametrize("stops", ["mkdir", "write_bytes", "rename"])
def test_where_it_cannot_be_written_nothing_is_left(stops: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_given: Any, **_named: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, stops, denied)
    said = refused("new_environment", {"name": "prod", "reference": "metered_saas"})
    assert said.startswith("inventories/prod cannot be made, and was not: Permission denied")
    assert not Path("inventories/prod").exists()
