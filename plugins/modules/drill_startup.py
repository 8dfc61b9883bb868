#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of drill_startup; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_startup
short_description: Start a release once without each required variable, and see it refuse
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Starts the release beside the one that runs, first with all its variables, then once without each of the required
    ones. With all it must keep running; without one it must end with an error that names what is missing.
  - What it prints is searched on the host, and leaves it in no form. Set O(env) so that it disturbs nothing, such as
    another port and a database of its own.
  - Proves V(env.startup_validation).
extends_documentation_fragment:
  - golive.verify.drill
options:
  argv:
    description:
      - The command that starts the release, as a list of the tool and its arguments. No shell is involved.
      - V({env_file}) as an argument stands for the path of the file with the variables that are left, as for
        C(docker run --env-file).
    type: list
    elements: str
    required: true
  env_file:
    description: The file with the variables of the release, one C(NAME=value) in a line, on the host.
    type: path
    required: true
  variables:
    description: The names of the required variables.
    type: list
    elements: str
    required: true
  env:
    description: Variables that replace those of O(env_file), so that the drill disturbs nothing.
    type: dict
    default: {}
  directory:
    description: Where it is started.
    type: path
    default: /
  user:
    description: The user to start it as. It needs root.
    type: str
    default: ""
  work_dir:
    description: Where the drill's directory is made.
    type: path
    default: /var/tmp
  settle:
    description: Seconds that it must keep running with all its variables.
    type: float
    default: 5
  max_exit_seconds:
    description: Seconds within which it must refuse.
    type: float
    default: 30
"""

EXAMPLES = r"""
- name: The release refuses to start without its secrets
  golive.verify.drill_startup:
    name: startup-api
    argv: [node, dist/main.js]
    directory: /srv/shop/current
    user: shop
    env_file: /etc/shop/env
    env: {PORT: "18000", DATABASE_URL: "postgresql://shop@127.0.0.1/shop_drill"}
    variables: [JWT_SECRET, DATABASE_URL, STRIPE_SECRET_KEY]
"""

RETURN = r"""
verdict:
  description: Whether all went as it must. Anything but V(pass) fails the task.
  returned: when it ran
  type: str
  sample: pass
evidence:
  description: The file that the evidence was written to.
  returned: when it ran
  type: str
  sample: inventories/production/drills/startup-api.json
"""
