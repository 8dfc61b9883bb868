# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shipped for nights: units, a crontab, CI files and alerts, each judged by the program that would read it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.golive.verify.plugins.plugin_utils import heartbeat
from tests import readers
from tests.integration.playbook import REPOSITORY

NIGHTLY = REPOSITORY / "playbooks" / "files" / "nightly"
RULES = NIGHTLY / "golive.rules.yml"
BEAT = heartbeat.Beat('eu "shop"\n', "drift", 1_795_489_200.5, 61.25, go=False, finished=True, regressed=True)


def run(*argv: str | Path, text: str | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, argv)],
        input=text,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze")
    program = tmp_path / "ansible-playbook"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    for name in ("golive-drift@.service", "golive-drift@.timer"):
        text = (NIGHTLY / name).read_text(encoding="utf-8")
        # The user and the program are those of the machine that it is installed on.
        text = text.replace("/opt/golive/bin/ansible-playbook", str(program)).replace("=golive\n", "=daemon\n")
        (tmp_path / name.replace("@", "@production")).write_text(text, encoding="utf-8")
    done = run("systemd-analyze", "verify", "--man=no", *tmp_path.glob("*.service"), *tmp_path.glob("*.timer"))
    own = [line for line in done.stderr.splitlines() if "golive" in line or str(tmp_path) in line]
    assert (done.returncode, own) == (0, []), done.stderr


def test_the_service_is_confined(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze")
    unit = tmp_path / "golive-drift@production.service"
    shutil.copy(NIGHTLY / "golive-drift@.service", unit)
    done = run("systemd-analyze", "security", "--offline=true", "--threshold=25", unit)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr


@pytest.mark.parametrize(("status", "said"), [(0, ""), (75, ""), (2, "golive: status 2\nregressed\n")])
def test_the_cron_line_speaks_only_of_what_did_not_end_well(tmp_path: Path, status: int, said: str) -> None:
    line = (NIGHTLY / "golive.cron").read_text(encoding="utf-8").splitlines()[-1]
    found = re.fullmatch(r"(?:\S+ ){5}golive (cd /srv/golive && .*)", line)
    assert found
    assert "%" not in line  # cron would make it a line's end
    program = tmp_path / "ansible-playbook"
    program.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/asked\necho regressed >&2\nexit {status}\n', encoding="utf-8")
    program.chmod(0o755)
    done = run("/bin/sh", "-c", found[1].replace("/srv/golive", str(tmp_path)), GOLIVE=str(program))
    assert done.stdout == said
    assert (tmp_path / "asked").read_text().startswith("golive.verify.drift -i inventories/production ")


@pytest.mark.parametrize(("status", "ends"), [(0, 0), (75, 0), (2, 2), (4, 4), (250, 250)])
def test_the_job_of_github_ends_as_the_check_did(tmp_path: Path, status: int, ends: int) -> None:
    steps = yaml.safe_load((NIGHTLY / "github-actions.yml").read_text(encoding="utf-8"))["jobs"]["drift"]["steps"]
    script = next(step["run"] for step in steps if step.get("name") == "Check for drift")
    program = tmp_path / ".venv" / "bin" / "ansible-playbook"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\nexit {status}\n", encoding="utf-8")
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env={**os.environ, "RUNS": "x"},
    )
    assert done.returncode == ends
    assert ("::error::" in done.stdout) == (ends != 0)


@pytest.mark.parametrize(
    ("file", "schema"), [("github-actions.yml", "vendor.github-workflows"), ("gitlab-ci.yml", "vendor.gitlab-ci")]
)
def test_the_files_for_ci_fit_their_schemas(file: str, schema: str) -> None:
    pytest.importorskip("check_jsonschema")
    done = run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, NIGHTLY / file)
    assert done.returncode == 0, done.stdout


@readers.needs("actionlint")
def test_actionlint_finds_nothing_but_that_it_does_not_know_our_runner() -> None:
    workflow = (NIGHTLY / "github-actions.yml").read_text(encoding="utf-8")
    assert [each["kind"] for each in readers.actionlint(workflow)] == ["runner-label"]
    assert len(readers.actionlint(workflow.replace("steps:", "step:"))) > 1


def test_all_of_them_ask_for_the_same() -> None:
    options = set()
    for path in NIGHTLY.iterdir():
        text = path.read_text(encoding="utf-8").replace('"$RUNS"', "/var/lib/golive/runs").replace("%i", "production")
        text = re.sub(r"[\\\s]+", " ", text)
        if found := re.search(r"golive\.verify\.drift (-i inventories/\S+( -e \S+)+)", text):
            options.add(found[1])
    assert len(options) == 1, options


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool (Debian: prometheus)")
def test_prometheus_takes_the_alerts_and_they_ring_when_they_must(tmp_path: Path) -> None:
    assert run("promtool", "check", "rules", RULES).returncode == 0
    written = Path(__file__).with_name("golive.rules.test.yml").read_text(encoding="utf-8")
    (tmp_path / "test.yml").write_text(written.replace("RULES", str(RULES)), encoding="utf-8")
    done = run("promtool", "test", "rules", tmp_path / "test.yml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool (Debian: prometheus)")
def test_prometheus_takes_the_heartbeat(tmp_path: Path) -> None:
    written = heartbeat.write(tmp_path / "new", BEAT)
    assert written.name == "golive-eu%20%22shop%22%0A-drift.prom"
    assert written.stat().st_mode & 0o777 == 0o644
    done = run("promtool", "check", "metrics", text=written.read_text(encoding="utf-8"))
    assert done.returncode == 0, done.stdout + done.stderr
    # The alerts speak of metrics that there are.
    named = set(re.findall(r"golive_heartbeat_\w+", RULES.read_text(encoding="utf-8")))
    assert named <= set(re.findall(r"^(golive_heartbeat_\w+)\{", written.read_text(encoding="utf-8"), re.M))
