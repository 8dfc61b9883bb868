#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of notify; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: notify
short_description: Tell people what a verification run changed
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Tells what regressed, disappeared, is new and fails, or was fixed since the last run, and where the gate's decision
    is another one, to the routes that want it. Without a last run, what is worse than in the accepted baseline.
  - Nothing is told twice, however often it is run. What a channel did not take is told with the next run.
  - A channel that is dead is a warning, and never a failure.
  - Needs what M(golive.verify.store) or M(golive.verify.drift) kept of the run's history.
attributes:
  check_mode:
    description: Can run in C(check_mode), where it does nothing.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change.
    support: none
options:
  run_dir:
    description: The directory of the run.
    type: path
    required: true
  routes:
    description:
      - "Whom to tell. Each has C(channel), one of V(alertmanager), V(slack), V(webhook) and V(mail); what the channel
        needs; and may have C(name), C(owners), C(severities) and C(words), which narrow what it is told."
      - "C(words) are among V(regressed), V(disappeared), V(new), V(not_comparable), V(fixed), V(no_go), V(go) and
        V(value_drift); without them, all but the last."
      - "V(alertmanager), V(slack) and V(webhook) take C(url) or C(url_file), C(token) or C(token_file) and C(cafile);
        V(alertmanager) also C(hold_hours), 48 by default; V(webhook) also C(key) or C(key_file)."
      - "V(mail) takes C(host), C(port), C(tls) (V(starttls), V(tls) or V(none)), C(user), C(password) or
        C(password_file), C(from), C(to) and C(cafile)."
      - Addresses, tokens, keys and passwords are never shown.
    type: list
    elements: raw
    default: []
  owners:
    description:
      - Who owns what. Each entry has C(owner), and patterns in C(controls), C(hosts) and C(sections).
      - The first that fits counts.
    type: list
    elements: raw
    default: []
  report_url:
    description: Where the report can be read, with V({environment}) and V({run}) in it.
    type: str
  deadline:
    description: For how many seconds to try, all channels together.
    type: float
    default: 30
  runs_dir:
    description: Where it is kept what was told.
    type: path
    default: golive-runs
"""

EXAMPLES = r"""
- name: Tell the team, and let the pager ring for what is critical
  golive.verify.notify:
    run_dir: golive-runs/production/20261123T030000Z-4711
    owners:
      - {owner: data, controls: ["postgresql.*", "redis.*"]}
    routes:
      - {channel: slack, url_file: /etc/golive/slack, owners: [data]}
      - {channel: alertmanager, url: "http://alertmanager.example.com:9093", severities: [critical]}
"""

RETURN = r"""
golive_told:
  description: What each route was told, in words.
  returned: always
  type: dict
  sample: {slack: 3 changes}
problems:
  description: What went wrong, a sentence each.
  returned: always
  type: list
  elements: str
  sample: ["mail was not told: it refuses the connection, tried 5 times"]
"""
