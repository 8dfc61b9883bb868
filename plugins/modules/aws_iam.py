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
    an administrator or can become one, that roles let in only whom they may, and that a trail records what happens in
    every region.
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
  root_hardware_mfa:
    description: Whether the MFA devices of the root user must be hardware, such as security keys, and not virtual.
    type: bool
    default: false
  root_removed:
    description:
      - Whether the organization has removed the credentials of the root user (central management of root access). Then
        there must be none, neither password nor access key, signing certificate or MFA, and MFA is not asked for.
    type: bool
    default: false
  max_key_age_days:
    description: Days after which an active access key is too old.
    type: int
    default: 90
  max_unused_days:
    description:
      - Days after which an active access key, or a password for the console, that is not used is too many. One that was
        never used counts from its creation.
    type: int
    default: 90
  key_rotation_days:
    description: Days for which a user may have two active access keys, as it must during a rotation.
    type: int
    default: 7
  key_users:
    description:
      - Users that may have access keys, as shell patterns for their names; an empty list for none. Programs in AWS have
        roles, which need no key.
      - Without it, each user may.
    type: list
    elements: str
  console_mfa:
    description: Whether users with a password for the console must have a second factor.
    type: bool
    default: true
  password_min_length:
    description:
      - Characters that the account must ask of passwords, where users have any. An account that has no policy of its
        own fails.
    type: int
    default: 14
  password_reuse:
    description: How many former passwords the account must keep from being used again.
    type: int
    default: 24
  applications:
    description:
      - Roles and users that must not be administrators, each as a shell pattern for its name, its path and name
        (V(/shop/*)) or its ARN.
      - Without it, all but O(administrators) and the roles that AWS itself makes for its services.
    type: list
    elements: str
    default: []
  administrators:
    description:
      - Roles and users that are declared to be administrators, in the same form.
      - One that can make itself an administrator, such as by a new version of a policy or by passing any role to a new
        machine, is taken for one. What is allowed on named resources alone is not followed.
    type: list
    elements: str
    default: []
  trusted:
    description:
      - Whom roles may let in beside their own account, as shell patterns for numbers of accounts, ARNs, names of
        services, ids of organizations, and for what else narrows a trust policy down.
      - Without a match, roles that other accounts or everybody can assume fail, and so do roles for the users of an
        OIDC provider whose trust policy names no subject, for those of a SAML provider whose trust policy names no
        audience (C(SAML:aud)), and for providers of other accounts.
    type: list
    elements: str
    default: []
  unbound_services:
    description:
      - Services that roles may trust without a condition on C(aws:SourceAccount) or C(aws:SourceArn), as shell
        patterns. Each other service could be made to act for somebody else (the confused deputy).
    type: list
    elements: str
    default: [ec2.amazonaws.com, ecs-tasks.amazonaws.com, edgelambda.amazonaws.com, eks.amazonaws.com,
      lambda.amazonaws.com, pods.eks.amazonaws.com]
  access_analyzer:
    description:
      - Whether an analyzer of IAM Access Analyzer must look for access from outside in each of O(regions), and have
        found none that nobody archived.
    type: bool
    default: false
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
    "aws.iam.root_mfa": [
        "sts:GetCallerIdentity",
        "iam:GetAccountSummary",
        "iam:GetCredentialReport",
        "iam:ListVirtualMFADevices",
    ],
    "aws.iam.credentials": [
        "sts:GetCallerIdentity",
        "access-analyzer:ListAnalyzers",
        "access-analyzer:ListFindings",
        "iam:GetAccessKeyLastUsed",
        "iam:GetAccountAuthorizationDetails",
        "iam:GetAccountPasswordPolicy",
        "iam:GetLoginProfile",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
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
