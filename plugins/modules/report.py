#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of report; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: report
short_description: Write the reports of a verification run again
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Makes the reports from a run's directory, which holds whatever the run found before it ended or was killed.
  - What is missing is said in the report, and is no-go.
extends_documentation_fragment:
  - golive.verify.attributes
options:
  run_dir:
    description: The directory of the run.
    type: path
    required: true
  formats:
    description: The formats to write.
    type: list
    elements: str
    choices: [comment, csv, hdf, html, json, junit, markdown, ocsf, prometheus, sarif]
    default: [html, json, junit, markdown]
"""

EXAMPLES = r"""
- name: See what a killed run had found
  golive.verify.report:
    run_dir: golive-runs/production/20261123T030000Z-4711
"""

RETURN = r"""
files:
  description: The reports by format.
  returned: always
  type: dict
  sample: {html: /srv/golive-runs/production/20261123T030000Z-4711/report.html}
decision:
  description: V(go) or V(no_go).
  returned: always
  type: str
  sample: no_go
"""
