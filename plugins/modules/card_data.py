#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the card_data verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: card_data
short_description: Prove that a database keeps no card numbers
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Searches the columns of text of all tables, JSON, XML and arrays among them, for numbers that an issuer could have
    put on a card (ISO/IEC 7812) with the right check digit, and for security codes in JSON.
  - Fails on columns whose names say that they are meant for card numbers, security codes, tracks or PINs, even empty.
  - The database searches. Counts travel, never a text, and a number that is found is shown nowhere.
  - A sample is searched, and the evidence says how large it was. A table of up to O(sample_rows) rows is read whole.
    Of a larger one, half of the sample is what was stored last, and half is of blocks anywhere in it, others each time.
  - Numbers that are kept as C(bytea), as a numeric type or encrypted are not found, but by the name of their column.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
  - golive.verify.postgresql
options:
  tables:
    description:
      - The tables to search with their partitions, as V(schema.table) or, in C(public), as V(table).
      - None of them may be without text.
      - Without it, all tables of O(database).
    type: list
    elements: str
    default: []
  excluded_columns:
    description:
      - Columns that are not searched and may have any name, as V(schema.table.column) or, in C(public), as
        V(table.column).
      - For those that hold other numbers by design, such as those of a tax authority.
    type: list
    elements: str
    default: []
  sample_rows:
    description: Rows of a table that are read at most. Of a value the first 100000 characters are.
    type: int
    default: 5000
"""

EXAMPLES = r"""
- name: Nobody keeps card numbers
  golive.verify.card_data:
    database: shop
    excluded_columns: [suppliers.pan]
    sample_rows: 20000
    timeout: 60
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

PROVES = ["payments.no_pan_stored"]
