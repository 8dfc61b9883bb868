#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of bundle; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bundle
short_description: Pack the evidence of a run for an audit, signed
version_added: 0.2.0
author: The golive.verify authors (@golive)
description:
  - Makes one archive of a run and all that it rests on. Plan, results, decision and history; the reports in every
    format; the checklist, waivers, components, signatures with C(allowed_signers) and C(roles.yml), the baseline, and
    what drills left. Its first page, C(README.md), is the decision, with what speaks against it and who answers for it.
  - The archive holds C(SHA256SUMS), signed with C(ssh-keygen -Y sign) in the namespace C(golive.verify.attestation),
    and the commands by which anybody verifies it offline with C(ssh-keygen), C(sha256sum), C(find) and C(diff).
  - Every file is searched for what looks like a secret. One hit stops the bundle, and nothing of it is left; the
    message has the file and the line, and never the value.
  - Beside the run it leaves that first page as C(audit.md), and C(sign-off.md), which has the command for each
    signature that is missing. Reports that are there already stay as they are.
attributes:
  check_mode:
    description: Can run in C(check_mode).
    support: none
  diff_mode:
    description: Returns details on what has changed, or would change.
    support: none
extends_documentation_fragment:
  - golive.verify.environment
options:
  checklist:
    description: The checklist that was verified. Without it, the one that the run names.
    type: path
  run_dir:
    description: The run. Without it, the latest one of the environment.
    type: path
  environment_dir:
    description: The environment's directory, with C(attestations/). Without it, that of the checklist.
    type: path
  drills_dir:
    description: Where drills leave their evidence. Without it, C(drills/) in the environment's directory.
    type: path
  person:
    description: Who signs, a principal of C(attestations/allowed_signers). No role is needed.
    type: str
    required: true
  key:
    description: The private key to sign with, or the public half of one that an agent holds.
    type: path
    required: true
  dest:
    description: The directory to write the archive into. Without it, that of the run.
    type: path
  allowed:
    description:
      - Regular expressions of what looks like a secret and is none. The bundle's first page lists them.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Pack the latest run
  golive.verify.bundle:
    person: alice@example.com
    key: ~/.ssh/id_ed25519.pub
  delegate_to: localhost
"""

RETURN = r"""
bundle:
  description: The archive.
  returned: success
  type: str
  sample: golive-runs/production/20261123T030000Z-4711/golive-production-20261123T030000Z-4711.tar.gz
sha256:
  description: SHA-256 of the archive.
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
key:
  description: The fingerprint of the key that signed it, to be told apart from the archive.
  returned: success
  type: str
  sample: SHA256:uNiVztksCsDhcc0u9e8BrqXnQqjmTMjgHzWBVLqXWWQ
golive_reported:
  description: The run whose reports were written.
  returned: success
  type: str
  sample: golive-runs/production/20261123T030000Z-4711
decision:
  description: V(go) or V(no_go).
  returned: success
  type: str
  sample: no_go
missing_signatures:
  description: How many signatures C(sign-off.md) asks for.
  returned: success
  type: int
  sample: 2
unwritten:
  description: Reports that could not be written, and why, by format.
  returned: success
  type: dict
  sample: {}
"""
