#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the aws_budget verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_budget
short_description: Prove that an AWS account has a budget, and that somebody is told before it is spent
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that a budget counts all costs of a month, has the agreed amount, and alerts somebody before it is spent. A
    topic of SNS counts only if a subscriber has confirmed; that mail is read, nobody can prove.
  - Gives one result for the account and one for each budget that fails. An account without a budget of costs fails.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.aws
options:
  budgets:
    description:
      - The budgets that must be there, each with its amount in the currency of the bill, or V(null) for any.
      - Without it, all of the account's are judged, and there must be one.
    type: dict
    default: {}
  max_threshold_percent:
    description: Percent of a budget at which somebody must be told at the latest, of actual or forecast costs.
    type: float
    default: 100
"""

EXAMPLES = r"""
- name: The month's bill surprises nobody
  golive.verify.aws_budget:
    account_id: "123456789012"
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
NEEDS = {"cost.budget_alerts": ["sts:GetCallerIdentity", "budgets:ViewBudget", "sns:ListSubscriptionsByTopic"]}
