#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the service verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: service
short_description: Prove that services return by themselves and that workers do their work
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that each service runs under a supervisor, does not crash again and again, runs as the declared user, and
    returns after a crash and after a reboot.
  - Proves that each worker runs the released code and did something within its period.
  - The supervisors are systemd, cron, supervisord, PM2, Docker and Podman. What none of them knows is a failure, even
    if it runs.
  - Each service gets a result of its own.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
options:
  services:
    description: The services, each by the name under which one supervisor knows it.
    type: list
    elements: dict
    default: []
    suboptions:
      unit:
        description: A service of systemd, such as V(nginx) or the instance V(worker@1) of a template.
        type: str
      timer:
        description: A timer of systemd, or the service that a timer starts.
        type: str
      cron:
        description: A text within the command of an entry of any crontab.
        type: str
      supervisor:
        description: A program or group of supervisord, or a pattern such as V(worker:*).
        type: str
      pm2:
        description: An application of PM2. It needs O(services[].user).
        type: str
      container:
        description: The name of a container.
        type: str
      user:
        description: The user that it must run as. Of PM2, the user whose daemon it is.
        type: str
      period:
        description: Seconds within which it must have done something. An entry with a period is a worker.
        type: int
      heartbeat_file:
        description:
          - Path of a file that the worker touches when it has done something.
          - Workers need it, except timers, whose last run counts.
        type: path
      release_file:
        description:
          - Path of a file that names the installed release and is written with it.
          - A process that runs since before the file was written was not restarted with the release.
          - Without it, a container's image or labels must name the release, or the directory that a process works in.
        type: path
  release:
    description:
      - The commit or version that workers must run. Whatever keeps running as a worker needs it.
      - A commit may be abbreviated to seven digits or more.
    type: str
  max_restarts:
    description: How often a service may have been restarted, since it was last started by hand.
    type: int
    default: 5
  max_restart_seconds:
    description: Seconds that the supervisor may wait before it restarts what crashed.
    type: int
    default: 30
  min_uptime_seconds:
    description: Seconds that a service must be up to be known to stay up.
    type: int
    default: 60
  supervisor_client:
    description: The command C(supervisorctl), by name or path.
    type: str
    default: supervisorctl
  supervisor_conf:
    description: The file for C(supervisorctl -c). Without it, C(supervisorctl) finds it itself.
    type: path
  supervisor_programs:
    description:
      - Files that hold the programs of supervisord, or directories of them.
      - Of C(*.conf) and C(*.ini) only the lines that say what is restarted are read.
    type: list
    elements: path
    default: [/etc/supervisor]
  pm2_client:
    description: The command C(pm2), by name or path.
    type: str
    default: pm2
  pm2_home:
    description: The home of PM2. Without it, C(.pm2) below the home of the user.
    type: path
  container_client:
    description: The command-line client of the engine, V(docker) or V(podman), by name or path.
    type: str
    default: docker
"""

EXAMPLES = r"""
- name: What must run here returns by itself, and the workers work
  golive.verify.service:
    services:
      - unit: nginx
      - unit: shop-api
        user: shop
      - unit: worker@invoices
        user: shop
        period: 900
        heartbeat_file: /run/shop/invoices.heartbeat
      - timer: nightly-report
        period: 90000
      - container: meter
        period: 300
        heartbeat_file: /srv/meter/heartbeat
    release: "{{ shop_commit }}"
  become: true

- name: The applications of PM2 are saved and return at boot
  golive.verify.service:
    controls: [service.restart_policy]
    services:
      - pm2: api
        user: deploy
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

PROVES = ["service.restart_policy", "workers.running"]
