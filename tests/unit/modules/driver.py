# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module of hosts in a process of its own, as Ansible does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import ansible

from ansible_collections.golive.verify.plugins.modules import observe

COLLECTIONS = Path(observe.__file__ or "").absolute().parents[5]
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{COLLECTIONS}:{Path(ansible.__file__).parents[1]}"}

# Runs the module named by the first argument; what it would write to the host's log goes to the second instead.
DRIVER = """\
import json, runpy, sys
from ansible.module_utils import basic, testing
def log(self, message, log_args=None):
    with open(sys.argv[2], "a") as file:
        print(message, file=file)
basic.AnsibleModule.log = log
with testing.patch_module_args(json.load(sys.stdin)):
    runpy.run_module(sys.argv[1], run_name="__main__")
"""


def run(module, log, /, before="", **arguments):
    """Its answer. before: statements that the process runs first."""
    driven = subprocess.run(
        [sys.executable, "-c", f"{before}\n{DRIVER}", module, str(log)],
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=ENVIRONMENT,
    )
    assert driven.stderr == ""
    return json.loads(driven.stdout)
