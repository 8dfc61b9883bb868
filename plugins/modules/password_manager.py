#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the password_manager verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: password_manager
short_description: Prove that shared logins have a place in a Bitwarden organization behind a second factor
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that each declared account has a collection that several confirmed members can see, that every confirmed
    member uses two-step login, and that nobody who left is still a member.
  - Bitwarden's Public API is asked, which organizations of its plans Teams and Enterprise have, in its clouds and
    self-hosted. Vaultwarden has only a small part of it, and is an error; so are other password managers.
  - 1Password cannot be asked for it. Its Users API and its SCIM bridge tell who is a member, its Events API who signed
    in, but none of them who must use a second factor or who sees a vault; 1Password Connect and service accounts
    answer by opening vaults. Have somebody sign C(secrets.password_manager) with M(golive.verify.attest), on the
    evidence of the team report on two-factor authentication and of the people who are in each vault.
  - Nothing is decrypted. The names of entries are encrypted like their passwords, so no API can tell which entries a
    collection has, nor whether it has any. Keep one collection per account, or per group of accounts; that the login
    itself lies in it is not proven.
  - Two-step login is that of Bitwarden. A second factor at an identity provider, for members who sign in by SSO, is not
    seen.
  - The API does not tell whether owners and administrators may see all collections. Only who is assigned to one counts,
    directly or by a group.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
options:
  from:
    description: Where to look from; Bitwarden is asked from the controller.
    type: str
    choices: [controller]
    default: controller
  url:
    description:
      - Where the API begins, without C(/public), such as V(https://api.bitwarden.eu) or, self-hosted,
        V(https://vault.example.com/api).
      - No secret is sent in clear, except on the machine's own loopback.
    type: str
    default: https://api.bitwarden.com
  identity_url:
    description:
      - Where tokens are issued, without C(/connect/token).
      - Without it, the same as O(url) with C(identity) in place of C(api), as Bitwarden has it in its clouds and
        self-hosted.
    type: str
  client_id:
    description: The C(client_id) of the organization's API key, such as C(organization.) and a UUID. It is no secret.
    type: str
    required: true
  client_secret_file:
    description:
      - Path of a file on the controller that holds the C(client_secret) of the organization's API key and nothing else.
      - The key of an organization may change members, too, so guard it. A personal API key is refused.
    type: path
    required: true
  cafile:
    description: Path of a file with the certificate authorities to trust, on the controller.
    type: path
  accounts:
    description:
      - By its name, each account that is shared, with the id or the external id of the collection for its login.
      - The id of a collection is in the address of the page that shows it. Without any, the control is not proven.
    type: dict
    default: {}
  min_members:
    description:
      - Confirmed members who must be able to see what is in each of these collections, passwords included.
      - They are counted up to this number. Who is assigned by a group costs fewer requests than who is assigned alone.
    type: int
    default: 2
  departed:
    description:
      - Addresses of people who left. None of them may be a member, not even as invited. Revoked members are no longer.
      - Give an empty list where nobody left; without the option, the control is not proven.
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: The logins of registrar and bank belong to the company
  golive.verify.password_manager:
    url: https://api.bitwarden.eu
    client_id: organization.2b6b0a0c-5a5c-4bfb-9d2b-0a1b2c3d4e5f
    client_secret_file: /etc/golive/bitwarden-client-secret
    accounts:
      registrar: registrar
      bank: 7c1f0b52-3a6e-4f0e-8f57-5d9a1be2c301
    departed: [former@example.com]
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

PROVES = ["secrets.password_manager"]
