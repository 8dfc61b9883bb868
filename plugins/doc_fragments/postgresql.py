# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that say which database of a PostgreSQL server is meant, and how to enter it."""

    DOCUMENTATION = r"""
options:
  host:
    description:
      - Name or address of the server, as seen from where the check looks, or the directory of its Unix socket.
      - Without it, the client's usual socket.
    type: str
  port:
    description: Port of the server.
    type: int
    default: 5432
  database:
    description: Name of the application's database.
    type: str
  client:
    description: The command-line client on the host, by name or path.
    type: str
    default: psql
  user:
    description: The role to log in as. Without it, the one named like the account that the client runs as.
    type: str
  os_user:
    description:
      - The account on the host that C(psql) runs as, which peer authentication knows; to be another needs become.
      - Without it, V(postgres) where O(host) is not given, else the account that Ansible is.
    type: str
  password_file:
    description:
      - Path of a file that holds the password and nothing else, on the machine looked from.
      - The password is read there and does not travel.
    type: path
  sslmode:
    description: How much TLS the session must have, as C(libpq) means it.
    type: str
    choices: [disable, allow, prefer, require, verify-ca, verify-full]
    default: prefer
  cafile:
    description: Path of a file with the certificate authorities to trust, on the machine looked from.
    type: path
  cert:
    description: Path of the client's certificate, where the server asks for one.
    type: path
  key:
    description: Path of the key of O(cert).
    type: path
"""
