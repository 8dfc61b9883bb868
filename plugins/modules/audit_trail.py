#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the audit_trail verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: audit_trail
short_description: Prove that the hash chain of an audit trail is whole
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Computes the hash of every row of an audit table anew, from its content and the hash of the row before, and compares
    it with the stored one. The database does this row after row in bounded memory, and only the verdict travels.
  - Compares the head of the chain with the one that was noted down elsewhere, without which a chain that was written
    anew, or cut off at its end, looks whole.
  - Proves that something of your own verifies the chain on schedule.
  - The table is read in a read-only transaction that is rolled back, within a quarter of O(timeout), which is 7.5
    seconds without it. Give it more from about a million rows on, and the table an index on O(sequence_column).
  - Of a chain with keyed hashes (HMAC) the rows come to where the key lies, that is to the place looked from, and are
    hashed and forgotten there one by one. The key comes neither to the database nor into any result.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
  - golive.verify.postgresql
options:
  table:
    description: The table of audit records, as V(schema.table) or, in C(public), as V(table).
    type: str
  sequence_column:
    description: The column that numbers the rows in the order of the chain.
    type: str
    default: id
  gapless:
    description:
      - Whether the numbers follow each other without a gap.
      - A C(serial) column leaves gaps where a transaction is rolled back.
    type: bool
    default: true
  hash_column:
    description: The column with the hash of a row.
    type: str
    default: hash
  previous_hash_column:
    description: The column in which a row repeats the hash of the row before, where there is one.
    type: str
  content:
    description:
      - What is hashed, as an SQL expression over the columns of a row, of type C(text), hashed as UTF-8, or C(bytea).
      - C({previous}) in it stands for the hash of the row before, as it is stored.
      - The expression must have C({previous}) or O(previous_hash_column) in it. What it leaves out is not protected.
      - C(concat_ws) leaves out what is C(NULL). How a time becomes text depends on the session, so use C(to_char).
    type: str
  algorithm:
    description: The hash function.
    type: str
    choices: [sha256, sha384, sha512]
    default: sha256
  hmac_key_file:
    description:
      - Path, on the place looked from, of the file with the key, where hashes are HMACs. The file holds nothing else.
      - It lies best where nobody of those who may write to the database can read it, so on the controller.
    type: path
  hmac_key_encoding:
    description: How the key stands in O(hmac_key_file).
    type: str
    choices: [text, hex, base64]
    default: text
  encoding:
    description: How O(hash_column) holds the hash.
    type: str
    choices: [hex, base64, bytea]
    default: hex
  genesis:
    description: What stands for the hash before the first row. For the empty one a column may also be C(NULL).
    type: str
    default: ""
  anchor:
    description:
      - The number of a row and its hash (of C(bytea) in hexadecimal digits), as V(10482 9f86d0…), noted down where who
        writes to the database cannot. Read it from there with a lookup. Of several lines, the last one counts.
      - Rows after it are linked to it, but may be cut off unnoticed, so note down the head often.
    type: str
  timer:
    description: The systemd timer, on the play's host, that starts your own verification.
    type: str
  last_verification:
    description: A C(SELECT) of the time when your own verification last succeeded.
    type: str
  max_verification_age:
    description: Days within which that must have been.
    type: int
    default: 7
"""

EXAMPLES = r"""
- name: The audit trail is whole
  golive.verify.audit_trail:
    database: shop
    table: audit_events
    previous_hash_column: prev_hash
    content: >-
      concat_ws('|', prev_hash, id, actor, action, payload,
      to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    anchor: "{{ lookup('ansible.builtin.file', '/srv/anchors/shop-audit.txt') }}"
    timer: shop-audit-verify.timer
    timeout: 60

- name: A chain that does not repeat the hash of the row before
  golive.verify.audit_trail:
    database: shop
    table: billing.ledger
    sequence_column: seq
    content: "{previous} || id || amount_cents"
    genesis: "0000000000000000000000000000000000000000000000000000000000000000"
    anchor: "{{ ledger_head }}"
    last_verification: SELECT max(finished_at) FROM billing.verifications WHERE ok
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

PROVES = ["audit.chain_valid"]
