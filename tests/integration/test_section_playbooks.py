# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One playbook for each canonical section: narrowed to it by path, by name and by tag, looking at nothing else."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.checklist.sections import SECTIONS
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing
from tests.integration.playbook import LOCAL, REPOSITORY, Environment, Ran, surroundings
from tests.integration.test_verify_prod import Service

PLAYBOOKS = REPOSITORY / "playbooks"
ANSIBLE = Path(sys.executable).parent / "ansible-playbook"
# The heading says where an item belongs, and not its control; a comment at it says so best.
CHECKLIST = """# Shop

## Database security
- [ ] Security headers <!-- golive: http.security_headers on=web -->
- [ ] Somebody looked at it

## Monitoring
- [ ] Health endpoints <!-- golive: http.health on=web -->

## Security
- [ ] Health for the guards <!-- golive: http.health on=web -->

## Hosting security of the team <!-- golive: section=team -->
- [ ] The team's page is well <!-- golive: http.health on=web -->
"""
LEFT_OUT = "not_selected"


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Environment]:
    with Service() as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        checks = [{"http": {"url": service.url, "health": ["/health"], "from": "host"}}]
        web = {"hosts": {"web1": None}, "vars": {"golive_checks_web": checks}}
        yield Environment(tmp_path).write(CHECKLIST, {"web1": LOCAL}, web=web)
        service.shutdown()


def verify(environment: Environment, playbook: str, *arguments: str) -> Ran:
    command = environment.command(*arguments)
    command[1] = playbook
    done = subprocess.run(
        command, cwd=REPOSITORY, env=surroundings(), capture_output=True, text=True, timeout=120, check=False
    )
    return Ran(done.returncode, done.stdout + done.stderr, environment.run_dir)


def controls(ran: Ran) -> set[str]:
    return {check["control"] for check in ran.report["checks"]}


def test_each_canonical_section_has_its_playbook_which_says_nothing_but_its_name() -> None:
    for section in SECTIONS:
        (play,) = yaml.safe_load((PLAYBOOKS / f"{section}.yml").read_text(encoding="utf-8"))
        assert play == {
            "name": f"Verify the section {section} of the production checklist",
            "ansible.builtin.import_playbook": "verify_prod.yml",
            "vars": {"golive_section": section},
        }


def test_ansible_understands_all_of_them() -> None:
    paths = [str(PLAYBOOKS / f"{section}.yml") for section in SECTIONS]
    done = subprocess.run(
        [ANSIBLE, "--syntax-check", "-i", "localhost,", *paths],
        cwd=REPOSITORY,
        env=surroundings(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("playbook: ") == len(SECTIONS)


def test_by_path_and_by_tag_it_decides_over_its_items_and_looks_at_what_they_need(environment: Environment) -> None:
    by_path = verify(environment, str(PLAYBOOKS / "monitoring.yml"))
    by_tag = verify(environment, str(PLAYBOOKS / "verify-prod.yml"), "--tags", "monitoring")
    assert by_path.status == by_tag.status == 0, by_path.output + by_tag.output
    assert by_path.items == by_tag.items
    assert {text for text, status in by_path.items.items() if status != LEFT_OUT} == {"Health endpoints"}
    assert controls(by_path) == controls(by_tag) == {"http.health"}
    assert "narrowed to section monitoring" in by_path.output
    assert "narrowed to tags monitoring" in by_tag.output


def test_by_qualified_name_it_takes_the_section_and_not_the_word(environment: Environment) -> None:
    ran = verify(environment, "golive.verify.security")
    assert ran.status == 2, ran.output
    assert ran.items == {
        "Security headers": "pass",
        "Somebody looked at it": "unbound",
        "Health endpoints": LEFT_OUT,
        "Health for the guards": "pass",
        "The team's page is well": LEFT_OUT,
    }


def test_a_section_without_items_is_no_go(environment: Environment) -> None:
    ran = verify(environment, str(PLAYBOOKS / "payments.yml"))
    assert ran.status == 2
    assert "no item of the checklist was selected by section payments" in ran.report["gate"]["reasons"]


def test_beside_other_tags_a_section_stands_for_its_controls() -> None:
    narrowing, known = Narrowing(tags=("network", "redis")), catalogue()
    wanted = {control.id for control in known.values() if narrowing.wants_control(control)}
    assert wanted == {each.id for each in known.values() if each.section == "network" or each.domain == "redis"}
    skipping = Narrowing(skip_tags=("network",))
    assert not any(skipping.wants_control(each) for each in known.values() if each.section == "network")
