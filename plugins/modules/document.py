#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the document verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: document
short_description: Prove that a document is complete, filled in, current and true
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Reads one document, a file of an application's git checkout or a page, and proves that it is one and not a template.
    It has text under its headings; no blank, placeholder, C(TBD) or instruction is left in it; its links lead
    somewhere; it is recent enough; and it speaks of what the control demands.
  - Which document is meant for a control is never guessed from its name or its text. Name the controls in O(controls).
    Without them only C(docs.document) is proven, that the document is complete and current.
  - What a control demands of its document is data in C(plugins/plugin_utils/documents/demands.yml). A topic is
    found below a heading, in a column or row of a table, or behind a label, under any of the words listed there, in
    English.
  - A file is as old as the last commit that changed it (the committer's date); its modification time, which every
    deployment renews, is never taken for that. A file with changes that are not committed fails. Where there is no git
    history (no checkout, a shallow clone that ends there) the result is an error.
  - Markdown (C(.md), C(.markdown)) is parsed in full. Of reStructuredText (C(.rst)), AsciiDoc (C(.adoc), C(.asciidoc)),
    HTML (C(.html), C(.htm)) and plain text (C(.txt), or no suffix) the headings, lists, links and simple tables are
    understood. Anything else, such as PDF, is an error.
  - The file and its history cost one round trip, the files that it links to a second one.
  - Reading Markdown needs the Python library markdown-it-py on the controller.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
options:
  path:
    description: The document, relative to O(checkout). Give this or O(url).
    type: str
  checkout:
    description: The absolute path of the git checkout with O(path), or of a directory in it.
    type: str
  url:
    description:
      - The document, where it is a page. It is as old as it says itself (last reviewed, last updated, or the date of
        modification in its metadata); a page without such a date is an error.
      - A login page is an error. A page that says that it was not found fails, whatever its status.
    type: str
  cafile:
    description: Path of a file with the certificate authorities to trust for O(url) and for links.
    type: path
  user:
    description: Run git as this user, the owner of O(checkout), whom git insists on. This needs become.
    type: str
  sections:
    description:
      - Headings that the document must have, each with text below it, besides what the control demands. A heading may
        have more words.
    type: list
    elements: str
    default: []
  template:
    description:
      - The template that the document was made from, relative to O(checkout). What stands in both does not count as the
        document's text.
    type: str
  facts:
    description:
      - What the document must state, by name.
      - A number is looked for beside the name, in the unit that the name ends with (C(_milliseconds), C(_seconds),
        C(_minutes), C(_hours), C(_days), C(_percent)), however the document writes it. Every place that states it must
        agree; a list allows several values, each of which must be stated.
      - Any other value, and each entry of a list, must stand somewhere in the text.
      - With V(restore_hours) and V(backup_interval_hours), as measured, the stated RTO and RPO may be longer.
      - With V(version) for C(docs.release_notes), the newest version among the headings must be this one.
      - Controls that say something of the live system are proven only with facts. C(docs.api) and C(docs.guides) need
        V(version) or V(routes); C(docs.architecture) V(services) or V(tables); C(docs.backup_restore) V(places);
        C(docs.compliance) V(regulations); C(docs.pii_inventory) V(columns) or V(stores); C(docs.recovery_objectives)
        V(rto_hours) or V(restore_hours), and V(rpo_hours) or V(backup_interval_hours); C(docs.release_notes)
        V(version); C(docs.runbook) V(alerts); C(docs.slo) any.
    type: dict
    default: {}
  max_age_days:
    description: Days that the document may be old. Without it, the control's own limit, which the catalogue explains.
    type: float
  min_locations:
    description: Least number of places of key copies for C(docs.key_locations). Without it, that of the catalogue.
    type: int
  min_horizon_days:
    description: Days that the plan of C(docs.capacity_plan) must reach ahead. Without it, those of the catalogue.
    type: int
  max_task_age_days:
    description: Days since any task of C(docs.operations_manual) was carried out. Without it, those of the catalogue.
    type: int
  max_open_critical:
    description: Open critical findings that C(docs.assurance_reports) may state. Without it, those of the catalogue.
    type: int
  check_links:
    description:
      - Whether links to the web are asked too, with a GET request each, from where the check looks from. One whose host
        does not exist, or that answers 404 or 410, fails. Addresses of the machine itself are never asked.
      - Links to files of the checkout and to places in documents are always examined.
    type: bool
    default: false
  max_links:
    description: The most links to the web that are asked. A document with more of them is an error.
    type: int
    default: 50
"""

EXAMPLES = r"""
- name: The recovery plan states what the backups can keep
  golive.verify.document:
    checkout: /srv/shop
    path: docs/disaster-recovery.md
    controls: [docs.dr_plan, docs.recovery_objectives]
    facts: {rto_hours: 4, rpo_hours: 1, backup_interval_hours: 1}

- name: The runbook speaks of every alert
  golive.verify.document:
    checkout: /srv/shop
    path: docs/runbook.md
    controls: [docs.runbook]
    facts:
      alerts: [PoolExhausted, DiskFull, QueueStuck]
  become: true

- name: The changelog tells of what ships, as seen in the controller's clone
  golive.verify.document:
    from: controller
    checkout: "{{ playbook_dir }}/../shop"
    path: CHANGELOG.md
    controls: [docs.release_notes]
    facts: {version: 2.4.1}

- name: A page of the handbook is complete and current
  golive.verify.document:
    from: controller
    url: https://handbook.example.com/on-call
    sections: [Escalation, Handover]
    max_age_days: 90
    check_links: true
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

PROVES = [
    "docs.document",
    "docs.api",
    "docs.architecture",
    "docs.assurance_reports",
    "docs.backlog",
    "docs.backup_restore",
    "docs.capacity_plan",
    "docs.comm_plan",
    "docs.compliance",
    "docs.deployment_guide",
    "docs.dr_plan",
    "docs.emergency_contacts",
    "docs.gdpr",
    "docs.guides",
    "docs.incident_response",
    "docs.key_locations",
    "docs.migration_plan",
    "docs.operations_manual",
    "docs.pii_inventory",
    "docs.post_launch_plan",
    "docs.recovery_objectives",
    "docs.release_notes",
    "docs.retention_policy",
    "docs.rollback",
    "docs.runbook",
    "docs.slo",
]
