#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the gcp_budget verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_budget
short_description: Prove that a project of Google Cloud has a budget, and that somebody is told before it is spent
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that an open billing account pays for the project, that a budget of it counts all that the project costs in a
    month, has the agreed amount, and alerts somebody before it is spent.
  - Somebody is told by mail because of the role of administrator or user of the billing account itself, which a budget
    may switch off; as an owner of the project, where the budget is of it alone and says so; by a notification channel
    of mail that is enabled and verified; or by a topic that has a subscription. That mail is read, nobody can prove.
    Roles that are inherited from folders and the organization do not count.
  - A budget of the whole billing account, or of a folder that the project is in, is one of the project as well.
  - Gives one result for the project and one for each budget that fails. A project without a budget fails.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.gcp
options:
  budgets:
    description:
      - The budgets that must be there, by the names that people gave them, each with its amount in the currency of the
        bill, or V(null) for any.
      - Without it, all budgets that count all of the project's costs are judged, and there must be one.
    type: dict
    default: {}
  max_threshold_percent:
    description: Percent of a budget at which somebody must be told at the latest, of actual or forecast costs.
    type: float
    default: 100
"""

EXAMPLES = r"""
- name: The month's bill surprises nobody
  golive.verify.gcp_budget:
    project: shop-production
    budgets: {production: 4000}
    max_threshold_percent: 80
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

PROVES = ["cost.budget_alerts"]
NEEDS = {
    "cost.budget_alerts": [
        "billing.accounts.getIamPolicy",
        "billing.budgets.list",
        "monitoring.notificationChannels.get",
        "pubsub.topics.get",
        "resourcemanager.projects.get",
        "resourcemanager.projects.getIamPolicy",
    ],
}
