#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_iam verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_iam
short_description: Prove that the identities of an AWS account are safe and that their doings are recorded
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that the root user is locked down, that access keys are fresh and consoles protected, that no application is
    an administrator, and that a trail records what happens in every region.
  - Policies are evaluated, with their wildcards, negations, denials, groups and permissions boundaries. Policies of the
    organization, which can only take away, are not.
  - Gives one result for the account and, for the controls of identities, one for each identity or key that fails, up to
    100 of each kind; the result of the account tells how many there are.
  - O(regions) are those that a trail must record; a trail of all regions is seen from each of them.
  - The managed policy C(SecurityAudit) allows all that is asked.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
options:
  root_unused_days:
    description:
      - Days for which the root user must not have been used, where a credential report lies ready to tell.
    type: int
    default: 7
  max_key_age_days:
    description: Days after which an active access key is too old.
    type: int
    default: 90
  max_unused_days:
    description:
      - Days after which an active access key that is not used is too many. One that was never used counts from its
        creation.
    type: int
    default: 90
  console_mfa:
    description: Whether users with a password for the console must have a second factor.
    type: bool
    default: true
  applications:
    description:
      - Roles and users that must not be administrators, each as a shell pattern for its name, its path and name
        (V(/shop/*)) or its ARN.
      - Without it, all but O(administrators) and the roles that AWS itself makes for its services.
    type: list
    elements: str
    default: []
  administrators:
    description: Roles and users that are declared to be administrators, in the same form.
    type: list
    elements: str
    default: []
  trail_max_age_hours:
    description: Hours within which a trail must have delivered.
    type: int
    default: 24
"""

EXAMPLES = r"""
- name: The production account is in good hands
  golive.verify.aws_iam:
    profile: production-audit
    account_id: "123456789012"
    regions: [eu-central-1, us-east-1]
    administrators:
      - break-glass
      - /aws-reserved/sso.amazonaws.com/*

- name: The roles of the shop are no administrators
  golive.verify.aws_iam:
    role_arn: arn:aws:iam::123456789012:role/audit
    controls: [aws.iam.credentials]
    applications: [/shop/*]
"""

RETURN = r"""
verdict:
  description: The worst status of all results.
  returned: always
  type: str
  sample: pass
checks_json:
  description: The results as one JSON string; decode it with P(golive.verify.results#filter).
  returned: always
  type: str
  sample: "[]"
"""

PROVES = ["aws.iam.root_mfa", "aws.iam.credentials", "cloud.audit_trail"]

NEEDS = {
    "aws.iam.root_mfa": ["sts:GetCallerIdentity", "iam:GetAccountSummary", "iam:GetCredentialReport"],
    "aws.iam.credentials": [
        "sts:GetCallerIdentity",
        "iam:GetAccessKeyLastUsed",
        "iam:GetAccountAuthorizationDetails",
        "iam:GetLoginProfile",
        "iam:ListAccessKeys",
        "iam:ListMFADevices",
        "iam:ListUsers",
    ],
    "cloud.audit_trail": [
        "sts:GetCallerIdentity",
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:GetTrailStatus",
    ],
}
