# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that say which Prometheus is asked, and how to enter it."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - Where the API begins, without C(/api/v1), such as V(http://prometheus.internal:9090), or of Mimir
        V(https://mimir.example.com/prometheus).
    type: str
    required: true
  headers:
    description: Headers to send, such as C(X-Scope-OrgID) for a tenant of Mimir. Secrets are refused here.
    type: dict
    default: {}
  header_files:
    description:
      - Headers whose values are in files of the place looked from, such as a file with C(Bearer) and a token for
        C(Authorization). They do not travel, and are sent in clear on the machine's own loopback only.
    type: dict
    default: {}
  cafile:
    description: Path of a file with the certificate authorities to trust, on the machine looked from.
    type: path
"""
