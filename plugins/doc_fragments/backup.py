# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

_REPOSITORY = r"""
options:
  directory:
    description:
      - An absolute path of a directory in which each backup is one file.
      - A file is as old as its modification time says. Links are not counted.
    type: str
  pattern:
    description:
      - Which files of O(directory) are backups, such as V(shop-*.dump.age); V(*/*.sql.gz) reaches into directories.
      - Files still being written must not match. Those ending in C(.sha256), C(.sha256sum) or C(.sha256.txt) are taken
        for the checksum of the file they are named after.
    type: str
    default: "*"
  restic: &restic
    description: A repository of restic.
    type: dict
    suboptions:
      repository:
        description: Its path or URL, without a password.
        type: str
        required: true
      password_file:
        description: Path, on the host, of the file with its password.
        type: str
        required: true
      host:
        description: Count only snapshots of this host.
        type: str
      tag:
        description: Count only snapshots with this tag; several, separated by commas, must all be there.
        type: str
      path:
        description: Count only snapshots of this path.
        type: str
      env_files:
        description:
          - Environment variables whose values are in files on the host, such as
            C(AWS_SECRET_ACCESS_KEY) in V(/etc/restic/secret_key).
        type: dict
        default: {}
      user:
        description: Run it as this user, which needs become.
        type: str
  borg: &borg
    description: A repository of borg.
    type: dict
    suboptions:
      repository:
        description: Its path or URL.
        type: str
        required: true
      passphrase_file:
        description: Path, on the host, of the file with its passphrase.
        type: str
      archives:
        description: Count only archives whose name matches, such as V(shop-*).
        type: str
      user:
        description: Run it as this user, which needs become.
        type: str
  rclone: &rclone
    description: Files on a remote of rclone, such as a bucket that speaks S3.
    type: dict
    suboptions:
      remote:
        description: The remote with its path, such as V(offsite:backups/shop).
        type: str
        required: true
      config:
        description:
          - Path, on the host, of the configuration that describes the remote.
          - Of it only types and addresses leave the host. rclone itself writes to it when it renews a token.
        type: str
        required: true
      pattern:
        description: Which of its files are backups, as rclone filters. Checksum files are known as in O(directory).
        type: str
        default: "*"
      env_files:
        description: Environment variables whose values are in files on the host, such as C(RCLONE_CONFIG_PASS).
        type: dict
        default: {}
      user:
        description: Run it as this user, which needs become.
        type: str
  pgbackrest: &pgbackrest
    description: A repository of pgBackRest.
    type: dict
    suboptions:
      stanza:
        description: The stanza of the PostgreSQL cluster.
        type: str
        required: true
      config:
        description: Path of the configuration file; without it, that of pgBackRest itself.
        type: str
      repo:
        description: Which of the configured repositories.
        type: int
        default: 1
      user:
        description: Run it as this user, which needs become; usually V(postgres).
        type: str
  barman:
    description:
      - A server of barman, asked on the host that runs barman. Its own checks must not fail.
      - While barman lists, it locks its catalogue of WAL, and C(barman check) writes to its log.
    type: dict
    suboptions:
      server:
        description: The name of the PostgreSQL server in barman's configuration.
        type: str
        required: true
      config:
        description: Path of the configuration file; without it, that of barman itself.
        type: str
      user:
        description: Run it as this user, which needs become.
        type: str
        default: barman
"""

_OFFSITE = r"""
  offsite:
    description:
      - Where copies lie on other machines, as seen from this host. Each is a mounted directory, or a repository that
        this host can list.
      - The newest file of a directory must equal the file of the same name in O(directory), or, where there is none,
        match a checksum file beside it; it must be encrypted with age or GnuPG and not be readable by everyone.
      - A disk of this host is not off-site, however it is attached.
    type: list
    elements: dict
    default: []
    suboptions:
      directory:
        description: An absolute path of a mounted directory.
        type: str
      pattern:
        description: Which of its files are backups.
        type: str
        default: "*"
      immutable:
        description: Whether nobody may be able to delete the newest copy, as for O(immutable).
        type: bool
        default: false
      restic: *restic
      borg: *borg
      rclone: *rclone
      pgbackrest: *pgbackrest
"""


class ModuleDocFragment:
    """How a repository of backups is declared, and how those are that lie elsewhere."""

    DOCUMENTATION: str = _REPOSITORY
    OFFSITE: str = _REPOSITORY + _OFFSITE
