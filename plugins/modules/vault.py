#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the vault verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vault
short_description: Prove the controls of an OpenBao or HashiCorp Vault secret store, without reading a secret
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that the store is unsealed, reached over TLS, of more than one node and audited, that no policy is too wide
    and that no root token is alive.
  - Proves that declared secrets are in it, that they are young, and that the versions that they replaced have ended.
  - It is asked over its HTTP API, with a token that is read on the machine looked from and does not travel. Only
    metadata is asked for, never a value. So it does not tell whether a new version of a secret holds a new value, nor
    whether the value that a service uses is the one in the store.
  - Secrets of KV engines of version 2 can be judged, and keys of the transit engine. KV of version 1 keeps no metadata
    and is an error.
  - What the token may not ask is an error that names the lines of policy to add.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_controller
options:
  url:
    description:
      - The address of the store, such as V(https://vault.example.com:8200).
      - In clear it is asked on the machine's own loopback only; elsewhere no token is sent, and that is a failure.
    type: str
    required: true
  token_file:
    description:
      - Path of a file that holds a token and nothing else, on the machine looked from.
      - Leave it out where an agent at O(url) adds the token itself.
    type: path
  namespace:
    description: The namespace that secrets, keys, policies and tokens are in, where the store has namespaces.
    type: str
  cafile:
    description: Path of a file with the certificate authorities to trust, on the machine looked from.
    type: path
  mount:
    description: Where the KV engine with the secrets is mounted.
    type: str
    default: secret
  secrets:
    description: The secrets that must be in the store.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Where the secret is below O(mount), without C(data/).
        type: str
        required: true
      keys:
        description: Names of the keys that the secret must have. They are asked for without their values.
        type: list
        elements: str
        default: []
      encryption_key:
        description:
          - Whether it is a key that data at rest is encrypted with.
          - Then O(max_encryption_key_age_days) counts, and former versions may stay, which old data needs.
        type: bool
        default: false
  transit_mount:
    description: Where the transit engine is mounted.
    type: str
    default: transit
  transit_keys:
    description: Names of keys of the transit engine, whose age must be at most O(max_encryption_key_age_days).
    type: list
    elements: str
    default: []
  max_age_days:
    description:
      - Days that the newest version of a secret may be old. Give secrets of another pace a check of their own.
      - Keep what is rotated alone at a path of its own, since any change to a secret makes a new version of it all.
    type: int
    default: 90
  max_encryption_key_age_days:
    description: Days that the newest version of an encryption key may be old.
    type: int
    default: 365
  grace_days:
    description: Days after which the versions that a new one replaced must be deleted or destroyed.
    type: int
    default: 7
  min_failure_tolerance:
    description: How many nodes may be lost without losing the store. V(0) for a store of one node.
    type: int
    default: 1
  wide_policies:
    description:
      - Names of policies that are meant to be wide, such as that of administrators, or that of a service to which all
        of O(mount) belongs.
    type: list
    elements: str
    default: []
  auth_methods:
    description: Types of the auth methods that may be enabled besides tokens. Without it they are not looked at.
    type: list
    elements: str
    default: []
  max_tokens:
    description:
      - How many tokens are looked up in search of root tokens and of those that never expire.
      - More tokens than that are an error. V(0) looks at none.
    type: int
    default: 100
"""

EXAMPLES = r"""
- name: The secret store is fit for production and has the shop's secrets
  golive.verify.vault:
    url: https://vault.example.com:8200
    token_file: /etc/golive/vault-token
    secrets:
      - path: shop/jwt
        keys: [JWT_SECRET]
      - path: shop/stripe
        keys: [STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET]
      - path: shop/audit-key
        encryption_key: true
    wide_policies: [admin]
    auth_methods: [approle, oidc]

- name: The database passwords are changed every month
  golive.verify.vault:
    url: https://vault.example.com:8200
    token_file: /etc/golive/vault-token
    controls: [secrets.rotation]
    secrets:
      - path: shop/postgresql
    max_age_days: 30
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

PROVES = ["secrets.in_store", "secrets.rotation", "secrets.store_health"]
