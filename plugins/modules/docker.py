#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the docker verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: docker
short_description: Prove the controls of a container engine, its images and its compositions
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that the engine is supported, set up as declared and not reachable over the network, and that a project of
    Docker Compose is the reviewed one and healthy.
  - Proves that running images are pinned, come from the declared registries, are young, and are built on what still
    gets fixes, and that the team's own images and build files are lean.
  - On the host it asks through C(docker). Nothing is pulled, created or changed, and no value of a variable leaves the
    host.
  - It needs the right to talk to the engine, which is as good as root. The distribution of an image is read from a
    running container below C(/proc), for which it needs root.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
options:
  client:
    description: The command-line client of the engine, by name or path.
    type: str
    default: docker
  host:
    description: The engine's socket, such as V(unix:///run/user/1000/docker.sock). Without it, the client's own choice.
    type: str
  end_of_life:
    description:
      - Until when versions get fixes, where their makers have not announced it or somebody else supports them longer.
      - Days by product and release line, such as C(docker 20.10) or C(debian 12).
      - What the makers of common distributions, runtimes and of the engine have announced is known. A version of which
        nobody said it is an error.
    type: dict
    default: {}
  daemon_json:
    description: Path of the engine's own settings.
    type: path
    default: /etc/docker/daemon.json
  live_restore:
    description: Whether containers must survive a restart of the engine. Without it, both are right.
    type: bool
  userns_remap:
    description: Whether root in containers must not be root of the host. Without it, both are right.
    type: bool
  log_driver:
    description: The log driver that the engine must use. Without it, each is right whose logs have an end.
    type: str
  log_opts:
    description: Options of logs that the engine must have, such as C(max-size) with the value V(10m).
    type: dict
    default: {}
  data_volume:
    description: Whether the engine's data must be on another file system than the machine's own.
    type: bool
    default: true
  compose_files:
    description: The files of one project of Docker Compose, in the order in which it reads them.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Path of the file on the host.
        type: path
        required: true
      sha256:
        description: The SHA-256 of the file that was reviewed.
        type: str
      reviewed:
        description: Path of the file that was reviewed, on the controller.
        type: path
  project:
    description: The name of the project, where the files do not say it.
    type: str
  jobs:
    description: Services of the project that run once and must have ended well, such as migrations.
    type: list
    elements: str
    default: []
  limits:
    description: What each service of the project must have a limit of.
    type: list
    elements: str
    choices: [memory, cpus, pids]
    default: [memory, cpus]
  registries:
    description:
      - Registries, or repositories of them, that running images may come from, such as V(ghcr.io/shop).
      - Docker Hub is V(docker.io), and its official images are below V(docker.io/library).
    type: list
    elements: str
    default: []
  tag_pattern:
    description: The regular expression of tags. By default, a version or a commit.
    type: str
    default: '(sha-)?[0-9a-f]{7,40}|v?\d+(\.\d+)+([-+.][0-9A-Za-z.+-]*)?'
  digests:
    description: What the pipeline built, by repository with its registry, such as C(ghcr.io/shop/api). Each must run.
    type: dict
    default: {}
  max_image_age_days:
    description: Days that the build of a running image may be ago.
    type: int
    default: 90
  images:
    description: The team's own images, of those that run; C(*) stands for anything, as in V(ghcr.io/shop/*).
    type: list
    elements: str
    default: []
  previous_images:
    description: The image of the last release, for each pattern of O(images). Newer ones may not grow much.
    type: dict
    default: {}
  dockerfiles:
    description: Paths of build files of a checkout on the controller.
    type: list
    elements: path
    default: []
  max_image_megabytes:
    description: Megabytes that one of O(images) may have.
    type: int
    default: 500
  max_growth_percent:
    description: Percent by which one of O(images) may be larger than the previous one.
    type: int
    default: 20
"""

EXAMPLES = r"""
- name: The engine and what runs on it are ready for production
  golive.verify.docker:
    live_restore: true
    compose_files:
      - path: /srv/shop/compose.yml
        reviewed: "{{ playbook_dir }}/files/compose.yml"
    jobs: [migrate]
    registries: [ghcr.io/shop, docker.io/library]
    digests:
      ghcr.io/shop/api: "{{ shop_api_digest }}"
    images: [ghcr.io/shop/*]
  become: true

- name: The build file of the checkout follows good practice
  golive.verify.docker:
    from: controller
    controls: [docker.image_build]
    dockerfiles: [api/Dockerfile]
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
    "docker.engine",
    "docker.compose",
    "docker.image_provenance",
    "docker.base_fresh",
    "docker.image_build",
]
