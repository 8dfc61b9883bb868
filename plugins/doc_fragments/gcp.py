# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that say which project of Google Cloud is meant, and how to enter it."""

    DOCUMENTATION = r"""
description:
  - Credentials are found by Google's own library, in C(GOOGLE_APPLICATION_CREDENTIALS), in those of C(gcloud auth
    application-default login), of workload identity federation or of the machine.
  - The permissions that each control needs are in the module's C(NEEDS); what is denied names the permission.
requirements:
  - google-auth >= 2.40 and requests (Python libraries, on the controller)
options:
  from:
    description: Where to look from; Google Cloud is asked from the controller.
    type: str
    choices: [controller]
    default: controller
  project:
    description: Id of the project that is verified.
    type: str
    required: true
  impersonate:
    description:
      - Address of a service account to act as. Whoever runs this needs C(iam.serviceAccounts.getAccessToken) on it.
    type: str
  quota_project:
    description: Id of the project whose quota is used and that is billed, where it is another.
    type: str
  endpoint_url:
    description: URL of what answers in Google's place, such as an emulator. It is asked without credentials.
    type: str
"""
