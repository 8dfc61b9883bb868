# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the logs of Certificate Transparency know a certificate: browsers refuse public ones that they do not."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.tls.x509 import extension, lifetime_days

# ansible-core itself needs cryptography; only ansible-test imports plugins where there is none.
with contextlib.suppress(ImportError):
    from cryptography import x509

# Apple's and Chrome's policies ask a certificate for the timestamps of two distinct logs, of three where it is valid
# for more than 180 days. They count its last second too, so one of 180 days to the second is valid for longer.
_SHORT_DAYS, _SHORT, _LONG = 180, 2, 3


def logs_of(leaf: x509.Certificate, at: datetime) -> set[bytes]:
    """The logs that promised by then to list the certificate.

    Their signatures are not verified, which takes the logs' keys.
    """
    try:
        stamps = extension(leaf, x509.PrecertificateSignedCertificateTimestamps)
        return {stamp.log_id for stamp in stamps or () if stamp.timestamp.replace(tzinfo=UTC) <= at}
    except (ValueError, OverflowError) as error:
        raise CannotLook("malformed", f"a certificate whose timestamps cannot be read: {error}") from error


def transparency_problems(leaf: x509.Certificate, at: datetime) -> list[str]:
    """Why browsers would refuse a certificate of a public authority as one that nobody could have seen issued."""
    logs, days = len(logs_of(leaf, at)), lifetime_days(leaf)
    wanted = _SHORT if days < _SHORT_DAYS else _LONG
    if logs >= wanted:
        return []
    return [f"{wanted} public logs must have stamped a certificate of {days:.0f} days, and {logs} did"]
