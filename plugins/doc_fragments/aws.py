# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that say which AWS account is meant, and how to enter it."""

    DOCUMENTATION = r"""
description:
  - Credentials are found by the SDK itself, in the environment, in its configuration files or from the machine; the
    playbook C(least_privilege.yml) writes the policy that allows what a check asks, and no more.
requirements:
  - boto3 >= 1.40 (Python library, on the controller)
options:
  from:
    description: Where to look from; AWS is asked from the controller.
    type: str
    choices: [controller]
    default: controller
  profile:
    description: Name of the profile in AWS' configuration files to use.
    type: str
  role_arn:
    description: ARN of a role to assume before asking.
    type: str
  external_id:
    description: The external ID that the role asks for. It is an identifier, not a secret.
    type: str
  account_id:
    description:
      - Number of the account that must be verified. When the credentials are those of another, every control is an
        C(error).
    type: str
  regions:
    description:
      - Regions in which to look.
      - Without it, the region that the SDK finds, or else V(us-east-1), is asked.
    type: list
    elements: str
    default: []
  endpoint_url:
    description: URL of the service that answers in AWS' place, such as an emulator.
    type: str
"""
