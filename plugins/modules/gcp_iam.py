#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the gcp_iam verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_iam
short_description: Prove that roles in a project of Google Cloud are narrow, and keys of service accounts young
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that everybody who holds a role in the project, or inherits one from its folders and its organization, is one
    of yours; that nobody but those declared holds a basic role, or one that lets its holder take over the project;
    that nobody else may act as its service accounts; and that these have no old keys.
  - Roles are judged by the permissions in them, custom ones included, not by their names. Principal access boundaries
    and the members of groups are not looked at; a condition of a grant is told, and makes it no narrower.
  - What a deny policy, there or above, takes away without a condition and by the permission's full name counts as not
    held; what it takes away under a condition counts as held, and the condition is told. Exceptions of its rules are
    taken to be meant for whoever could be in a group. Basic roles stay failures.
  - Google's own service agents of the project are left out.
  - Gives one result for the project and one for each principal, service account and key that fails, up to 100 of each
    kind; the result of the project tells how many there are.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.gcp
options:
  domains:
    description: Domains whose people and groups are yours. Private accounts of Google are nobody's.
    type: list
    elements: str
    default: []
  projects:
    description: Ids, and numbers in quotes, of other projects whose service accounts are yours.
    type: list
    elements: str
    default: []
  principals:
    description:
      - Who may hold more, each as a shell pattern such as V(group:admins@example.com), with a list of roles, or an
        empty list for any role. V(roles/owner), V(roles/editor) and V(roles/viewer) are the basic ones.
      - The public, whole domains, whole identity pools and private accounts of Google are failures even when they are
        named here.
    type: dict
    default: {}
  max_key_age:
    description: Days after which a key of a service account that people made is too old.
    type: int
    default: 90
  max_unused_days:
    description:
      - Days after which a key that is not used is too many. One that was never used counts from its creation.
      - Without it, that is not asked of the Policy Analyzer, whose API must be enabled for it.
    type: int
"""

EXAMPLES = r"""
- name: The production project is in few hands
  golive.verify.gcp_iam:
    project: shop-production
    impersonate: golive@shop-production.iam.gserviceaccount.com
    domains: [example.com]
    projects: [shop-build, "415104041262"]
    principals:
      group:break-glass@example.com: [roles/owner]
      serviceAccount:deploy@shop-build.iam.gserviceaccount.com: [roles/iam.serviceAccountUser]
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

PROVES = ["gcp.iam.least_privilege"]
NEEDS = {
    "gcp.iam.least_privilege": [
        "iam.denypolicies.get",
        "iam.denypolicies.list",
        "iam.roles.get",
        "iam.serviceAccountKeys.list",
        "iam.serviceAccounts.getIamPolicy",
        "iam.serviceAccounts.list",
        "policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query",
        "resourcemanager.folders.getIamPolicy",
        "resourcemanager.organizations.getIamPolicy",
        "resourcemanager.projects.get",
        "resourcemanager.projects.getIamPolicy",
    ],
}
