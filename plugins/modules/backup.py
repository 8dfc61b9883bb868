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
    enough history is kept, that encrypted copies lie on another machine, and to which moments the database can be
    restored.
  - What is backed up is named by exactly one of O(directory), O(restic), O(borg), O(rclone), O(pgbackrest) and
    O(barman).
  - Only reading is done, without locks, so that a backup may run meanwhile. Borg remembers every repository that a user
    reads for the first time, so let it be read by the user that makes the backups.
  - Restic 0.14 or newer, borg 1.2 or newer of series 1, rclone 1.56 or newer, pgBackRest 2.34 or newer and barman 3 are
    understood.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
  - golive.verify.backup.offsite
options:
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
        with the tool of its format (C(gzip), C(xz), C(zstd), C(bzip2), C(lz4), C(pg_restore), C(redis-check-rdb),
        C(redis-check-aof)). One of the two must do. A dump in SQL, compressed or not, must have its last line.
      - The newest file of O(rclone) is read in full too, and must match its checksum file.
      - Without it only its age, its size and its first bytes are judged. Do so where it cannot be read within the
        deadline of a run.
      - Repositories of the other kinds check what they store; testing them is their own job.
    type: bool
    default: true
  data_directory:
    description: Where the data lies that is backed up. Backups on the same disk are not protected, and not retained.
    type: str
  immutable:
    description:
      - Whether nobody may be able to change or delete the copies that count for O(retention_days).
      - Files of O(directory) must have the flag of C(chattr +i), and a repository of O(borg) on this host must be
        append-only. With other kinds a host cannot see it, so that C(backup.retention) is not proven.
    type: bool
    default: false
  retention_days:
    description: Days of history to keep, with a restorable copy of each of them.
    type: int
    default: 30
  wal_archive:
    description:
      - A directory of this host to which PostgreSQL's write-ahead log is archived, with the C(.backup) files of the
        base backups, as C(archive_command) and barman fill it. For O(pgbackrest) its own archive is looked at without
        this.
      - A server that writes nothing archives nothing. Let it write now and then, and set C(archive_timeout).
    type: dict
    suboptions:
      directory:
        description: An absolute path, such as V(/var/lib/barman/main/wals). Directories below it are looked at too.
        type: str
        required: true
      user:
        description: Look as this user, which needs become.
        type: str
  wal_segment_size:
    description: Megabytes of a segment of WAL, as set with C(initdb --wal-segsize).
    type: int
    choices: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
    default: 16
  max_lag:
    description: Minutes since the newest segment was archived, which is the data that may be lost.
    type: float
    default: 15
  min_window_days:
    description: Days to each moment of which the database can be restored.
    type: float
    default: 7
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

- name: The host of barman can restore any moment of the last week
  golive.verify.backup:
    barman: {server: main}
    wal_archive: {directory: /var/lib/barman/main/wals}
  become: true

- name: Snapshots of Redis are kept, and copied to a bucket
  golive.verify.backup:
    directory: /var/backups/redis
    pattern: dump-*.rdb
    data_directory: /var/lib/redis
    offsite:
      - rclone: {remote: "sealed:redis", config: /etc/rclone.conf, pattern: dump-*.rdb}
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

PROVES = ["backup.automated", "backup.freshness", "backup.retention", "backup.point_in_time", "backup.offsite"]
