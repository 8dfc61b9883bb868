# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting an environment as a team does, from a reference or its own list: whole or not at all, never over another."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.action import new_environment
from tests.integration.playbook import REPOSITORY, surroundings

REFERENCES = REPOSITORY / "playbooks" / "files" / "reference"
BIN = Path(sys.executable).parent
OWN = b"# Going live\r\n\r\n## Web\r\n- [ ] The site is served over HTTPS only\r\n- [x] Somebody answers the phone\r\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path


def start(place: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Run the playbook where a user would, and give its exit status and what it printed."""
    playbook = "golive.verify.new_environment"
    command = [str(BIN / "ansible-playbook"), playbook, "-e", json.dumps(variables), *arguments]
    return run(place, command)


def run(place: Path, command: Sequence[Path | str]) -> tuple[int, str]:
    done = subprocess.run(
        command, cwd=place, env=surroundings(), capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout + done.stderr


def content(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def test_a_reference_is_copied_whole_under_the_environments_own_name_and_never_over_another(place: Path) -> None:
    status, said = start(place, golive_environment="production", reference="metered_saas")
    assert status == 0, said
    made, reference = content(place / "inventories" / "production"), content(REFERENCES / "metered_saas")
    assert made.keys() == reference.keys()
    assert {name for name, data in made.items() if data != reference[name]} == {"group_vars/all.yml"}
    assert yaml.safe_load(made["group_vars/all.yml"])["golive_environment"] == "production"
    for command in ("ansible-inventory -i", "golive.verify.network -i", "golive.verify.verify_prod -i"):
        assert f"{command} inventories/production" in said
    assert [path.name for path in (place / "inventories").iterdir()] == ["production"]

    status, said = start(place, golive_environment="production", reference="retail_commerce")
    assert status == 2
    assert "inventories/production is there already and not empty" in said
    assert content(place / "inventories" / "production") == made


def test_a_list_of_ones_own_is_kept_byte_for_byte_and_binding_comes_next(place: Path) -> None:
    (place / "LIST.md").write_bytes(OWN)
    status, said = start(place, checklist="LIST.md", directory="eu west/shop")
    assert status == 0, said
    made = content(place / "eu west" / "shop")
    assert made["checklist.md"] == OWN
    assert {"hosts.yml", "components.yml", "waivers.yml", "attestations/allowed_signers", "README.md"} <= made.keys()
    assert yaml.safe_load(made["group_vars/all.yml"])["golive_environment"] == "shop"
    assert "2 items, 2 of them bound to nothing yet" in said
    assert "golive.verify.bind -i 'eu west/shop' --check --diff" in said

    status, said = run(place, [BIN / "ansible-inventory", "-i", place / "eu west" / "shop", "--list"])
    assert status == 0, said
    assert "www.example.com" in said


def test_without_a_choice_the_references_are_listed_one_a_line(place: Path) -> None:
    status, said = start(place, golive_environment="production")
    assert status == 2
    first_words = {line.split()[0] for line in said.splitlines() if line.split()}
    assert {path.name for path in REFERENCES.iterdir()} <= first_words
    assert list(place.iterdir()) == []


def test_check_mode_shows_what_would_be_made_and_makes_nothing(place: Path) -> None:
    status, said = start(place, "--check", "--diff", golive_environment="production", reference="point_of_sale")
    assert status == 0, said
    assert "would make inventories/production from point_of_sale" in said
    assert "+# Opening day of the new tills" in said
    assert list(place.iterdir()) == []


def test_what_cannot_be_started_is_said_in_one_line_and_leaves_nothing(place: Path) -> None:
    (place / "empty.md").write_text("# Nothing\n", encoding="utf-8")
    (place / "wrong.md").write_text("- [ ] A <!-- golive: http.helth -->\n", encoding="utf-8")
    (place / "file").write_text("", encoding="utf-8")
    (place / "link").symlink_to("nowhere")
    refused: dict[str, dict[str, str]] = {
        "there is no reference metered; did you mean metered_saas?": {"reference": "metered"},
        "not from both": {"reference": "metered_saas", "checklist": "empty.md"},
        "'../up' is no name": {"reference": "metered_saas", "name": "../up"},
        "empty.md:1: nothing in it reads as an item": {"checklist": "empty.md"},
        "wrong.md:1: there is no control http.helth; did you mean http.health?": {"checklist": "wrong.md"},
        "absent.md:1: the checklist cannot be read": {"checklist": "absent.md"},
        "file cannot be used: Not a directory": {"reference": "metered_saas", "directory": "file"},
        "link is there already": {"reference": "metered_saas", "directory": "link"},
        "file/prod cannot be": {"reference": "metered_saas", "directory": "file/prod"},
        "there is no collection acme.absent": {"checklist": "wrong.md", "collections": "acme.absent"},
    }
    tasks = [
        {"golive.verify.new_environment": {"name": "new"} | options, "ignore_errors": True}
        for options in refused.values()
    ]
    play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
    (place / "all.yml").write_text(json.dumps([play]), encoding="utf-8")
    before = content(place)
    status, said = run(place, [BIN / "ansible-playbook", "all.yml"])
    assert status == 0, said
    for sentence in refused:
        assert sentence in said
    assert said.count("...ignoring") == len(refused)
    assert content(place) == before


def test_a_disk_that_fills_up_or_a_directory_that_comes_between_leaves_all_as_it_was(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, files = place / "inventories" / "new", {"a": b"1", "group_vars/b.yml": b"2"}
    written: list[Path] = []

    def full(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) == len(files):
            raise OSError(28, "No space left on device")
        return len(data)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(AnsibleActionFail, match="cannot be made, and was not: No space left on device"):
            new_environment._make(directory, files)
    assert content(place) == {}

    directory.mkdir()
    (directory / "mine").write_text("", encoding="utf-8")
    with pytest.raises(AnsibleActionFail, match="Directory not empty"):
        new_environment._make(directory, files)
    assert content(place) == {"inventories/new/mine": b""}
