#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the gcp_audit verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_audit
short_description: Prove that what happens in a project of Google Cloud is recorded, and that the record stays
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that Cloud Audit Logs record the declared types of access to the declared services, in the policy of the
    project or in those that it inherits, and that nobody is exempted from it.
  - Proves that sinks take all of the logs C(activity) and C(data_access) to a place that keeps them long enough and
    that the project's administrators cannot empty, which is a locked log bucket, a bucket of Cloud Storage with a
    locked retention policy, or a log bucket of another project. Datasets and topics promise to keep nothing.
  - Filters and exclusions of sinks are understood as far as they name logs, by C(log_id), C(logName) or the type of
    audit entries. Where nothing but a sink that says more could keep a log, that is an C(error), and so it is where a
    sink hands it on to another project, whose own sinks are not followed.
  - A bucket of Cloud Storage must have received something since yesterday, since a sink that may not write there fails
    in silence.
  - Gives one result for the project, and one for each service and log that fails.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.gcp
options:
  services:
    description:
      - Services of which access must be recorded, such as V(storage.googleapis.com). For V(allServices), whoever is
        exempted from one service alone is a failure too.
    type: list
    elements: str
    default: [allServices]
  log_types:
    description: Types of access that must be recorded. What changes settings always is.
    type: list
    elements: str
    choices: [ADMIN_READ, DATA_READ, DATA_WRITE]
    default: [ADMIN_READ, DATA_READ, DATA_WRITE]
  retention_days:
    description: Days for which the logs must be kept.
    type: int
    default: 365
"""

EXAMPLES = r"""
- name: Who did what in the project is known for a year
  golive.verify.gcp_audit:
    project: shop-production
    services: [storage.googleapis.com, secretmanager.googleapis.com, cloudsql.googleapis.com]
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

PROVES = ["cloud.audit_trail"]
NEEDS = {
    "cloud.audit_trail": [
        "logging.buckets.get",
        "logging.sinks.list",
        "resourcemanager.folders.getIamPolicy",
        "resourcemanager.organizations.getIamPolicy",
        "resourcemanager.projects.get",
        "resourcemanager.projects.getIamPolicy",
        "storage.buckets.get",
        "storage.objects.list",
    ],
}
