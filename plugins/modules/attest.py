#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of attest; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: attest
short_description: Sign a statement for what no machine can see
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Writes a dated, expiring statement of a person in a role about an item of the checklist or about a control, and
    signs it with C(ssh-keygen -Y sign); or adds the signature of the second approver to one that is there.
  - C(attestations/allowed_signers) and C(attestations/roles.yml) of the environment say who may sign for what.
  - What would not stand is not written, and nothing is ever overwritten.
  - The decision to go live, which is the control C(signoff.golive) or the role C(go_live), is refused while a critical
    control fails, could not be looked at or was not looked at in the latest run, which must be a full one of the last
    24 hours over the checklist as it stands.
  - Keys in an agent or in hardware work, by the path of their public half. A key with a passphrase must be in an agent,
    since nobody can be asked for it here.
attributes:
  check_mode:
    description: Can run in C(check_mode), where it composes the statement without signing or writing it.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change.
    support: none
extends_documentation_fragment:
  - golive.verify.environment
options:
  environment_dir:
    description: The environment's directory, with C(attestations/). Without it, that of the checklist.
    type: path
  item:
    description: The item that is attested, by its id or its text.
    type: str
  control:
    description: The control that is attested, for the whole environment.
    type: str
  statement:
    description: What is stated.
    type: str
  role:
    description: The role in which it is stated.
    type: str
  person:
    description: Who signs, a principal of C(allowed_signers).
    type: str
    required: true
  key:
    description: The private key to sign with, or the public half of one that an agent holds.
    type: path
    required: true
  expires:
    description:
      - When it expires, at most 366 days from now. A time with its offset, a date (its end in UTC), or a number of days
        as in V(90d).
    type: str
    default: 90d
  evidence:
    description:
      - What it rests on. Addresses, or files below the environment's directory, of which the SHA-256 is kept.
    type: list
    elements: str
    default: []
  approved_by:
    description: Who is to approve it as well, before it counts. Holds the same role, or the role C(approver).
    type: str
  approve:
    description: Add the signature of O(person), as the approver, to this attestation.
    type: path
  run_dir:
    description: The run that a decision to go live rests on. Without it, the latest one of the environment.
    type: path
"""

EXAMPLES = r"""
- name: State that the penetration test was passed
  golive.verify.attest:
    control: scan.independent
    statement: No finding above low is open after the test of November.
    role: security_officer
    person: alice@example.com
    key: ~/.ssh/id_ed25519.pub
    evidence: [evidence/pentest-2026-11.pdf]
  delegate_to: localhost

- name: Approve it
  golive.verify.attest:
    approve: inventories/production/attestations/20261123T101500Z-scan.independent-security_officer.yml
    person: bob@example.com
    key: ~/.ssh/id_ed25519.pub
  delegate_to: localhost
"""

RETURN = r"""
files:
  description: What was written, the signature first.
  returned: success
  type: list
  elements: str
  sample: ["inventories/production/attestations/20261123T101500Z-signoff.security-security.yml.sig"]
expires:
  description: When the attestation expires.
  returned: success
  type: str
  sample: "2027-02-21T10:15:00Z"
"""
