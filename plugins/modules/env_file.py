#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the env_file verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: env_file
short_description: Prove that services have the variables of production, without a value leaving the host
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves of each service that its required variables are set, that its processes run in production mode, that no test
    or default value is left, that its secrets are strong and its own, and that its files are protected and loaded.
  - Every value is judged where it lies. What leaves the host are names of variables and, for each question, yes or no;
    never a value, its length or its entropy. A name that does not look like one, as part of a secret would that lost
    its quotes, is only counted.
  - One entry of O(sources) is one service. What its processes have has precedence over what its settings say.
  - The environment of a process is the one that it was started with. What a program loads by itself afterwards is not
    in it, so name the file beside the process.
  - The environments of other users' processes, and protected files, need become.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
options:
  sources:
    description: The services, each by where its variables come from; at least one of the keys below.
    type: list
    elements: dict
    required: true
    suboptions:
      unit:
        description:
          - A systemd unit. It is judged what its processes have, all of its control group, and what C(Environment=) and
            C(EnvironmentFile=) will give it at its next start.
        type: str
      process:
        description: Text that the command line of the processes contains, for those that no unit runs.
        type: str
      container:
        description: The name of a running container. Its environment is the one that it was made with.
        type: str
      client:
        description: The command that inspects O(sources[].container), by name or path, such as V(podman).
        type: str
        default: docker
      compose:
        description:
          - The path of a compose file, of which O(sources[].service) is meant. Its C(.env) file is put in for C(${…}).
          - What Compose would take from the shell of whoever starts it, from files merged over it, or from what is
            extended or included, is an error; then name the container.
        type: str
      service:
        description: The service in O(sources[].compose).
        type: str
      file:
        description:
          - Paths of dotenv files; of several a later one has precedence. Beside a unit or compose file it says which
            files that must load, beside a process which ones the program loads by itself, from where it runs.
        type: list
        elements: str
        default: []
  required:
    description: Variables that must have a value.
    type: list
    elements: str
    default: []
  manifest:
    description: Path, on the controller, of a file such as C(.env.example) whose names are required too.
    type: path
  optional:
    description: Names of O(manifest) that are not required.
    type: list
    elements: str
    default: []
  mode:
    description: Variables with the value, or the list of values, that production has, such as C(NODE_ENV).
    type: dict
    default: {}
  debug_off:
    description: Switches that must be off (V(0), V(false), V(no), V(off), V(none)), empty or not set.
    type: list
    elements: str
    default: [DEBUG, APP_DEBUG, DJANGO_DEBUG, FLASK_DEBUG, RAILS_DEBUG, WP_DEBUG, NODE_DEBUG]
  secrets:
    description:
      - Variables that hold secrets. Without it those are, whose name says so (C(_SECRET), C(_KEY), C(_TOKEN),
        C(_PASSWORD) …).
    type: list
    elements: str
    default: []
  other_environments:
    description:
      - What the other environments are, each by its name. No secret may be the same there.
      - V(file) is the path of a dotenv file on the same host, which is compared there, and must have the same
        variables.
      - V(fingerprints) are, by variable, C(salt), C(sha256) and C(iterations) of a PBKDF2-HMAC-SHA-256 of the value
        there; see the how-to on environment variables for the command that makes them. A secret without one is an
        error. C(DATABASE_URL password) is the one of the password in an address, which O(databases) need.
      - Where there is no other environment, say so with V({}). Without the option, what depends on it is not proven.
    type: dict
    default: {}
  also_forbidden:
    description: Regular expressions that no value may match, each by a label, besides those always searched for.
    type: dict
    default: {}
  exceptions:
    description:
      - Variables in which a forbidden value is meant, by the label that a failure names, such as C(loopback) for the
        address of a cache on the same machine.
    type: dict
    default: {}
  jwt_secrets:
    description: Variables that hold secrets with which tokens, sessions or cookies are signed.
    type: list
    elements: str
    default: []
  min_length:
    description: Least number of characters of O(jwt_secrets).
    type: int
    default: 32
  min_entropy_bits:
    description:
      - Least entropy of O(jwt_secrets), in bits, estimated from the frequency of their characters. 32 hexadecimal
        digits come to about 115, 64 of them to about 250.
    type: int
    default: 128
  encryption_keys:
    description:
      - Variables that hold keys with which data is encrypted. Each must differ from the one under its old name
        (C(OLD_…), C(…_OLD), C(PREVIOUS_…), C(…_PREVIOUS)).
    type: list
    elements: str
    default: []
  key_bytes:
    description: Number of bytes of O(encryption_keys).
    type: int
    default: 32
  key_encoding:
    description: How O(encryption_keys) are written. Base64 may be of either alphabet and begin with C(base64:).
    type: str
    choices: [base64, hex]
    default: base64
  databases:
    description: Variables that hold the URL of a PostgreSQL database.
    type: list
    elements: dict
    default: []
    suboptions:
      variable:
        description: The variable.
        type: str
        default: DATABASE_URL
      name:
        description: The database of production.
        type: str
        required: true
      hosts:
        description:
          - The hosts that may be named. Without it any that is neither the machine itself nor called like a
            development or test system.
        type: list
        elements: str
        default: []
      sslmode:
        description: The laxest C(sslmode) that the URL may demand.
        type: str
        choices: [disable, allow, prefer, require, verify-ca, verify-full]
        default: require
      parameters:
        description:
          - Further parameters of the URL with their value or values, such as C(pgbouncer) V(true) behind a pooler.
        type: dict
        default: {}
      loopback:
        description: Whether the database, or a pooler in front of it, is meant to be on the same machine.
        type: bool
        default: false
  origin_variables:
    description: Variables that list the origins whose pages may call the service.
    type: list
    elements: str
    default: []
  origins:
    description:
      - The origins that may be in O(origin_variables). Without it, any over https that is not the machine itself.
    type: list
    elements: str
    default: []
  owner:
    description: The user that files of variables may belong to, besides root. Without it, the one who runs the service.
    type: str
  flags:
    description: The feature flags, each with its C(owner) and the date on which it C(expires).
    type: dict
    default: {}
  flag_prefix:
    description: What the names of flags begin with; one that is set and not in O(flags) fails.
    type: str
    default: ""
  keys:
    description:
      - The variables of other environments, by the name of the environment. Each is a list of names, or the path of a
        file on the controller that names them, such as C(.env.example).
    type: dict
    default: {}
  keys_except:
    description: Variables that need not be in every environment.
    type: list
    elements: str
    default: []
  versions:
    description: What must have the same major version as in the other environments.
    type: list
    elements: dict
    default: []
    suboptions:
      command:
        description: The command that prints the version, such as V([node, --version]); the first number counts.
        type: list
        elements: str
        required: true
      version:
        description: The version in the other environments.
        type: str
        required: true
      user:
        description: Run it as this user, which needs become.
        type: str
"""

EXAMPLES = r"""
- name: The API and its worker are configured for production
  golive.verify.env_file:
    sources:
      - unit: shop-api.service
        file: /srv/shop/.env.production
      - unit: shop-worker.service
        file: /srv/shop/.env.production
    manifest: "{{ playbook_dir }}/../shop/.env.example"
    optional: [SENTRY_DSN]
    mode: {NODE_ENV: production, BILLING_MODE: production}
    jwt_secrets: [JWT_SECRET]
    encryption_keys: [AUDIT_ENCRYPTION_KEY]
    databases:
      - {variable: DATABASE_URL, name: shop, sslmode: verify-full}
    origin_variables: [ALLOWED_ORIGINS]
    exceptions: {loopback: [REDIS_URL]}
    other_environments:
      preview: {file: /srv/shop/.env.preview}
      staging: {fingerprints: "{{ staging_fingerprints }}"}
  become: true

- name: A container runs in production mode
  golive.verify.env_file:
    controls: [env.runtime_mode]
    sources:
      - {container: shop-api, client: podman}
    mode: {APP_ENV: [production, prod]}
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

PROVES = [
    "env.required_present",
    "env.production_values",
    "env.runtime_mode",
    "env.jwt_secret_strength",
    "env.audit_key_format",
    "env.database_url",
    "env.allowed_origins",
    "env.files",
    "env.feature_flags",
    "env.parity",
]
