# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that writes what a run must be allowed: from the checklist and the inventory, looking at nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from tests.integration.playbook import LOCAL, REPOSITORY, Environment, surroundings

CHECKLIST = """# Shop

## Security
- [ ] Firewall <!-- golive: host.firewall on=cache -->
- [ ] Root has MFA <!-- golive: aws.iam.root_mfa on=account -->

## Data
- [ ] Redis persists <!-- golive: redis.persistence on=cache -->
"""
NOWHERE = "http://127.0.0.1:9"


def write(environment: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            str(Path(sys.executable).parent / "ansible-playbook"),
            str(REPOSITORY / "playbooks" / "least_privilege.yml"),
            "-i",
            str(environment.path / "hosts.yml"),
            "-e",
            f"output={environment.path / 'access'}",
            *arguments,
        ],
        cwd=REPOSITORY,
        env=surroundings(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_narrowed_run_needs_less(tmp_path: Path) -> None:
    host = {**LOCAL, "golive_checks_cache": [{"redis": {"port": 9}}, {"firewall": {"allow": [22]}}]}
    done = write(Environment(tmp_path).write(CHECKLIST, {"cache": host, "account": LOCAL}), "-e", "golive_section=data")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "%R~* +config|get +info\n" in (tmp_path / "access" / "redis.acl").read_text()
    assert not (tmp_path / "access" / "become.sudoers").exists()


def test_a_run_of_which_nothing_is_looked_at_tells_what_it_would_need(tmp_path: Path) -> None:
    cache = {**LOCAL, "golive_checks_cache": [{"redis": {"port": 9}}, {"firewall": {"allow": [22]}}, {"service": {}}]}
    mfa = {"aws_iam": {"controls": ["aws.iam.root_mfa"], "endpoint_url": NOWHERE}}
    account = {**LOCAL, "golive_kind": "aws_account", "aws_account_checks": [mfa]}
    environment = Environment(tmp_path).write(CHECKLIST, {"cache": cache, "account": account})
    done = write(environment)
    assert done.returncode == 0, done.stdout + done.stderr
    access = tmp_path / "access"
    assert {path.name for path in access.iterdir()} == {"README.md", "aws.json", "become.sudoers", "redis.acl"}
    (statement,) = json.loads((access / "aws.json").read_text())["Statement"]
    declared = interface("golive.verify.aws_iam").needs["aws.iam.root_mfa"]
    assert statement["Action"] == sorted(set(declared) - {"sts:GetCallerIdentity"})
    # What options would have to say, and do not, needs nothing: no queues, keys or replicas are named.
    rights = "+acl|list +command|info +config|get +info +ping"
    assert f"%R~* {rights}\n" in (access / "redis.acl").read_text()
    assert "changed=1" in done.stdout
    assert "changed=0" in write(environment).stdout


def test_a_check_that_is_none_is_one_clear_line(tmp_path: Path) -> None:
    host = {**LOCAL, "golive_checks_cache": [{"redis": {"prot": 9}}]}
    done = write(Environment(tmp_path).write(CHECKLIST, {"cache": host}))
    assert done.returncode == 2
    assert "there is no option prot; did you mean port?" in done.stdout
    assert not (tmp_path / "access").exists()
