#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the card_data verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: card_data
short_description: Prove that a database and exported files keep no card numbers
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
  - Files are searched where they lie, for the same, line by line and as a whole. Only how many lines hold a number, and
    which, travels. One of either O(files) and O(database) is needed.
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
  files:
    description:
      - Paths or patterns of exports, reports and dumps, such as V(/srv/exports/**/*.csv*), on the machine looked from.
        Each must be there.
      - Files of text, such as CSV, JSON and SQL, are read, and those packed as C(.gz) or C(.bz2). One that is no text,
        as are workbooks, encrypted files and dumps in C(pg_dump)'s own formats, hides what it holds, which is an error.
    type: list
    elements: str
    default: []
  max_scan_megabytes:
    description:
      - Megabytes that are read of each of O(files), unpacked and the newest first. Where there is more, it is an error.
      - It takes the time of O(timeout) at most; a megabyte takes up to a third of a second.
    type: int
    default: 32
  allowed_values:
    description:
      - Regular expressions of numbers that may stand in O(files), such as those with which a provider has shops test.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Nobody keeps card numbers
  golive.verify.card_data:
    database: shop
    excluded_columns: [suppliers.pan]
    sample_rows: 20000
    timeout: 60

- name: No export holds any
  golive.verify.card_data:
    files: [/srv/exports/**/*.csv*, "/var/backups/shop-*.sql.gz"]
    max_scan_megabytes: 256
    allowed_values: ["^4242424242424242$"]
    timeout: 120
  become: true
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
