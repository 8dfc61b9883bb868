#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the host_baseline verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_baseline
short_description: Prove what every Linux host owes, whatever runs on it
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that security updates are installed in time, that something watches for break-ins, that files belong to the
    right users, that the clock is right, that SSH lets nobody in by password or as root, and that disks have room.
  - Everything is read, nothing is fetched or written. Most of it needs C(become).
  - Hosts with C(apt) or C(dnf) are understood. No host records since when an update waits. One that installs updates by
    itself did install all it knew of when it last succeeded, which bounds how long those that it has learned of since
    have waited. Where people install them (O(automatic=false)) any that is not installed fails.
  - Of hosts with C(dnf) the repositories that the system comes from, those that offer C(glibc), must have advisories,
    without which C(dnf) knows of no security update. CentOS Stream has none, so there it cannot be proven.
  - Of AIDE the last scan must have got to its end, by what C(/var/log/aide/aide.log) tells. Differences that it found
    are shown, and are for people to judge.
  - Access control lists are not seen, only owners and modes.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
options:
  max_pending_days:
    description:
      - Days that a security update or a reboot that was asked for may wait, that automatic updates may be without
        success, and that lists of updates may be old, by the date that their archive gives them.
    type: float
    default: 7
  automatic:
    description: Whether the host must install security updates by itself, by unattended-upgrades or dnf-automatic.
    type: bool
    default: true
  agents:
    description: What watches the host for break-ins. Each must run, have rules and be heard of.
    type: list
    elements: str
    choices: [auditd, fail2ban, crowdsec, wazuh, falco, aide]
    default: []
  jails:
    description: The jails that fail2ban must have. What they read must have been written lately.
    type: list
    elements: str
    default: [sshd]
  max_silence_hours:
    description:
      - Hours since an agent was last heard of, by its log, its heartbeat or its last scan. Scans by AIDE, one
        a day, have three hours more.
    type: float
    default: 24
  max_lost_events:
    description: How many audit events the kernel may have lost since it started.
    type: int
    default: 100
  files:
    description: The files and directories of the application that matter. Each must be there.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: An absolute path, or a pattern such as V(/srv/shop/.env*); C(**) stands for any depth.
        type: str
        required: true
      mode:
        description: The permissions that may be set, at most, in octal digits and quotes.
        type: str
        default: "0755"
      needs:
        description: The permissions that must be set, such as V(0200) for what its owner must be able to write.
        type: str
      owner:
        description: The user that it must belong to.
        type: str
      group:
        description: The group that it must belong to.
        type: str
  trees:
    description: Directories below which nobody but owners and groups may write, and secrets are not for everybody.
    type: list
    elements: str
    default: []
  secret_names:
    description: Names of files below O(trees) that not everybody may read.
    type: list
    elements: str
    default: [".env", ".env.*", "*.key", "id_rsa", "id_ecdsa", "id_ed25519", "*.p12", "*.pfx", "*.keystore", ".pgpass"]
  timezone:
    description: The time zone that was decided on.
    type: str
    default: UTC
  max_offset_ms:
    description: Milliseconds that the clock may be off the sources that it follows.
    type: float
    default: 100
  sshd_config:
    description:
      - Path of the SSH daemon's main configuration file. Additions lie in a directory of this name with C(.d) after it.
    type: path
    default: /etc/ssh/sshd_config
  permit_root_login:
    description: How root may log in, at most.
    type: str
    choices: ["no", forced-commands-only, prohibit-password]
    default: "no"
  max_auth_tries:
    description: How often one connection may try to authenticate.
    type: int
    default: 6
  weak_algorithms:
    description: Patterns of the ciphers, MACs, key exchanges and signatures that may not be offered.
    type: list
    elements: str
    default:
      - "*-cbc*"
      - "arcfour*"
      - "hmac-md5*"
      - "hmac-ripemd160*"
      - "hmac-sha1-96*"
      - "diffie-hellman-*-sha1"
      - "ssh-dss*"
      - "ssh-rsa"
      - "ssh-rsa-cert-v01@openssh.com"
  min_disk_free_percent:
    description: Percent of the bytes of each file system that must be free for users other than root.
    type: float
    default: 15
  min_inodes_free_percent:
    description: Percent of the inodes of each file system that must be free. Those that count none have enough.
    type: float
    default: 15
  ignore_mounts:
    description:
      - Patterns of the mount points that may be full. What is mounted read-only, and images that are full by nature,
        are left out anyway.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: The host is fit for production
  become: true
  golive.verify.host_baseline:
    agents: [auditd, fail2ban]
    permit_root_login: prohibit-password
    trees: [/srv/shop]
    files:
      - {path: /etc/shop/shop.env, owner: root, group: shop, mode: "0640"}
      - {path: /srv/shop/uploads, owner: shop, mode: "0750", needs: "0700"}

- name: The clock of a host in another zone
  golive.verify.host_baseline:
    controls: [host.clock]
    timezone: Asia/Kolkata
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
    "host.security_updates",
    "host.intrusion_detection",
    "host.file_permissions",
    "host.clock",
    "host.ssh",
    "host.headroom",
]
