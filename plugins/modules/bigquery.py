#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the bigquery verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bigquery
short_description: Prove where BigQuery keeps data, who may read it, in which form and for how long
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that the declared datasets exist in their place, that nobody but declared principals is let into any dataset,
    table or routine of the project, that tables are as the repository defines them, that personal columns cannot be
    read in clear text, and that rows are kept as long as they must.
  - Everything is read; the one thing that is run are queries that count what values of personal columns look like. What
    they would read is asked first, and they are not run if that is more than O(max_bytes_billed).
  - For access, it gives one result for the project and one for each dataset, table and routine that fails, up to 100 of
    each; else one for each that is declared.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.gcp
options:
  datasets:
    description: The datasets that must be there.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Id of the dataset.
        type: str
        required: true
      location:
        description: Where it lies, such as V(EU) or V(europe-west3).
        type: str
        required: true
      labels:
        description: Labels that it must have, with their values.
        type: dict
        default: {}
      kms_key:
        description: Full name of the key with which tables in it are encrypted unless they say otherwise.
        type: str
      time_travel_hours:
        description: Hours for which what was changed or deleted can still be read.
        type: int
      principals:
        description: Who may be let into this dataset besides O(principals), in the same form.
        type: dict
        default: {}
  principals:
    description:
      - Who may be let into datasets, tables and routines, each as a shell pattern with a list of roles, or an empty
        list for any role.
      - Principals are written as IAM does, V(group:analysts@example.com) or
        V(serviceAccount:etl@shop.iam.gserviceaccount.com); the holders of the project's basic roles as
        V(projectOwners), V(projectWriters) and V(projectReaders), which every new dataset lets in; authorized views,
        datasets and routines as V(view:shop.reports.daily), V(dataset:shop.reports) and V(routine:shop.reports.mask).
      - V(READER), V(WRITER) and V(OWNER) are C(roles/bigquery.dataViewer), C(dataEditor) and C(dataOwner).
      - The public, whole domains, whole identity pools and private accounts of Google are failures even when they are
        named here, and so is a person as owner.
    type: dict
    default: {}
  tables:
    description: The tables that the repository defines.
    type: list
    elements: dict
    default: []
    suboptions:
      table:
        description: The table, as V(dataset.table).
        type: str
        required: true
      schema:
        description: Path, on the controller, of its columns in JSON, as C(bq show --schema) prints them.
        type: path
        required: true
      version:
        description: The value that O(tables[].version_label) must have.
        type: str
      version_label:
        description: The label of the table that tells the version of its definition.
        type: str
        default: schema_version
      partition_field:
        description: The column of time by which it is partitioned; V(_PARTITIONTIME) for the time of ingestion.
        type: str
      require_partition_filter:
        description: Whether queries must be refused that do not filter by that column.
        type: bool
        default: false
  personal:
    description: The columns with personal data.
    type: list
    elements: dict
    default: []
    suboptions:
      table:
        description: The table, as V(dataset.table).
        type: str
        required: true
      columns:
        description:
          - The columns, those within records as V(address.street).
          - Each must have a policy tag of a taxonomy that enforces access control, or hold ciphertext. Of those without
            a tag the values are judged, unless the type alone tells that they are clear.
        type: list
        elements: str
        required: true
      kms_key:
        description: Full name of the key with which the table must be encrypted.
        type: str
  sample_days:
    description: Days whose rows are judged where a table is partitioned by time; of others all rows are.
    type: int
    default: 30
  max_bytes_billed:
    description: Bytes that one query about personal columns may read. BigQuery bills ten mebibytes at least.
    type: int
    default: 1073741824
  retention:
    description:
      - How long rows must be kept, and when they must be gone, by dataset or table.
      - Of a dataset its defaults for new tables and all tables that are there are judged.
    type: list
    elements: dict
    default: []
    suboptions:
      dataset:
        description: Id of the dataset.
        type: str
      table:
        description: The table, as V(dataset.table).
        type: str
      legal:
        description: Whether law demands that rows are kept for O(min_legal_days).
        type: bool
        default: false
      max_days:
        description: Days after which rows must be gone.
        type: float
  min_legal_days:
    description: Days for which law demands that rows are kept.
    type: int
    default: 2557
"""

EXAMPLES = r"""
- name: The warehouse is where it belongs, and so are those who read it
  golive.verify.bigquery:
    project: shop-production
    impersonate: golive@shop-production.iam.gserviceaccount.com
    datasets:
      - name: commerce
        location: EU
        labels: {env: production}
      - name: customer_memory
        location: EU
    principals:
      projectOwners: [OWNER]
      group:analysts@example.com: [READER]
      serviceAccount:etl@shop-production.iam.gserviceaccount.com: [WRITER]

- name: Orders are as the repository says, their buyers cannot be read, and they are kept
  golive.verify.bigquery:
    project: shop-production
    tables:
      - table: commerce.orders
        schema: "{{ inventory_dir }}/schemas/orders.json"
        version: "12"
        partition_field: created_at
        require_partition_filter: true
    personal:
      - table: commerce.orders
        columns: [email, address.street]
    retention:
      - table: commerce.orders
        legal: true
      - dataset: customer_memory
        max_days: 400
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
    "bigquery.access",
    "bigquery.datasets",
    "bigquery.schema",
    "data.pii_protected",
    "data.retention_enforced",
]
NEEDS = {
    "bigquery.access": [
        "bigquery.datasets.get",
        "bigquery.datasets.getIamPolicy",
        "bigquery.routines.get",
        "bigquery.routines.getIamPolicy",
        "bigquery.routines.list",
        "bigquery.tables.getIamPolicy",
        "bigquery.tables.list",
    ],
    "bigquery.datasets": ["bigquery.datasets.get"],
    "bigquery.schema": ["bigquery.tables.get"],
    "data.pii_protected": [
        "bigquery.jobs.create",
        "bigquery.tables.get",
        "bigquery.tables.getData",
        "datacatalog.taxonomies.get",
    ],
    "data.retention_enforced": ["bigquery.datasets.get", "bigquery.tables.get", "bigquery.tables.list"],
}
