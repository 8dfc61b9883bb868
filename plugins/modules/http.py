#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the http verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: http
short_description: Prove the controls of a web service from its own replies
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that health endpoints are truthful, that only HTTPS serves content, and that security headers are sent.
  - Every address of the name is asked, over IPv4 and IPv6.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_controller
options:
  url:
    description: The service's base URL, such as V(https://shop.example.com).
    type: str
    required: true
  health:
    description: Paths of health endpoints. Each must answer 200 in time with a body that says that all is well.
    type: list
    elements: str
    default: []
  components:
    description: Dependencies that the body of a health endpoint must name and report as up.
    type: list
    elements: str
    default: []
  max_ms:
    description: Milliseconds within which a health endpoint must answer.
    type: int
    default: 2000
  pages:
    description:
      - Paths that must carry the security headers and serve HTTPS only; name one of each kind of reply, page and API.
    type: list
    elements: str
    default: [/]
  names:
    description: Host names that must serve HTTPS only. Without it, the name in O(url).
    type: list
    elements: str
    default: []
  http_port:
    description: The port of plain HTTP, which must be closed or serve redirects only.
    type: int
    default: 80
  hsts_min_age:
    description: Least max-age of Strict-Transport-Security, in seconds.
    type: int
    default: 15552000
  include_subdomains:
    description: Whether Strict-Transport-Security must cover the subdomains too.
    type: bool
    default: false
  cafile:
    description: Path of a file with the certificate authorities to trust, where the service has its own.
    type: path
"""

EXAMPLES = r"""
- name: The shop answers as a production service
  golive.verify.http:
    url: https://shop.example.com
    health: [/health]
    components: [database, redis]
    pages: [/, /api/products]
    names: [shop.example.com, www.shop.example.com]
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

PROVES = ["http.health", "https.enforced", "http.security_headers"]
