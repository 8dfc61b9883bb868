#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the backup verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: backup
short_description: Prove that backups are made, recent, kept and out of harm's way
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves from the schedule and from the repositories themselves that backups run, that the newest is whole, that
    enough history is kept, and that encrypted copies lie on another machine.
  - What is backed up is named by exactly one of O(directory), O(restic), O(borg) and O(pgbackrest).
  - Only reading is done, without locks, so that a backup may run meanwhile. Borg remembers every repository that a user
    reads for the first time, so let it be read by the user that makes the backups.
  - Restic 0.14 or newer, borg 1.2 or newer of series 1, and pgBackRest 2.34 or newer are understood.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
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
  schedule:
    description: What starts the backups; one of O(schedule.timer) and O(schedule.cron).
    type: dict
    suboptions:
      timer:
        description: A systemd timer, or the service that a timer starts.
        type: str
      cron:
        description:
          - Text that the command of a cron entry contains.
          - Cron keeps no record of how a run ended, so the newest copy has to speak for the last run.
        type: str
      on_failure:
        description: The unit that the timer's service must start when it fails (C(OnFailure=)), to tell people.
        type: str
  max_age_hours:
    description: Hours within which backups run, and that the newest copy may be old.
    type: float
    default: 24
  grace_hours:
    description: Hours that a run may take or start late.
    type: float
    default: 1
  min_size:
    description: Least size of a backup, in bytes.
    type: int
    default: 1024
  min_size_ratio:
    description: Least size of the newest copy, as a fraction of the median of the others.
    type: float
    default: 0.5
  max_size_ratio:
    description: Greatest size of the newest copy, as a multiple of the median of the others.
    type: float
    default: 2.0
  test:
    description:
      - Whether the newest file of O(directory) is read in full, to compare it with its checksum file and to test it
        with the tool of its format (C(gzip), C(xz), C(zstd), C(bzip2), C(lz4), C(pg_restore)). One of the two must do.
      - Without it only its age, its size and its first bytes are judged. Do so where it cannot be read within the
        deadline of a run.
      - Repositories of the other kinds check what they store; testing them is their own job.
    type: bool
    default: true
  retention_days:
    description: Days of history to keep, with a restorable copy of each of them.
    type: int
    default: 30
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
      restic: *restic
      borg: *borg
      pgbackrest: *pgbackrest
  offsite_max_age_hours:
    description: Hours that the newest off-site copy may be old.
    type: float
    default: 48
  app_user:
    description:
      - The user as which the application runs on this host. It must be able neither to write an off-site directory, nor
        to read the password or configuration with which an off-site repository can be written. This needs become.
    type: str
"""

EXAMPLES = r"""
- name: Dumps are made every night, kept for a month, and copied away
  golive.verify.backup:
    directory: /var/backups/postgresql
    pattern: shop-*.dump.age
    schedule:
      timer: backup.timer
      on_failure: alert.service
    offsite:
      - directory: /mnt/other-site/postgresql
        pattern: shop-*.dump.age
      - restic:
          repository: sftp:backup@vault.example.com:/srv/shop
          password_file: /etc/restic/password
    app_user: shop
  become: true

- name: pgBackRest keeps a fortnight, and a second, encrypted repository
  golive.verify.backup:
    pgbackrest: {stanza: main, user: postgres}
    schedule: {cron: pgbackrest}
    retention_days: 14
    offsite:
      - pgbackrest: {stanza: main, user: postgres, repo: 2}
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

PROVES = ["backup.automated", "backup.freshness", "backup.retention", "backup.offsite"]
