# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether an address leads to its name and back, as receivers of mail ask of senders (RFC 1912, section 2.1)."""

from __future__ import annotations

import ipaddress

from ansible_collections.golive.verify.plugins.plugin_utils.dns.questions import Finding, Resolved, absolute


def pointer(address: str) -> str:
    """The name in the reverse zone at which an address' pointer stands; ValueError where it is no address."""
    return f"{ipaddress.ip_address(address).reverse_pointer}."


def reverse_finding(address: str, name: str, names: Resolved, addresses: Resolved) -> Finding:
    """names: what the address points to. addresses: those of the name that it is meant to point to."""
    found = sorted(names.found)
    problems = [] if found == [absolute(name)] else [f"it points to {', '.join(found) or 'nothing'}, not to {name}"]
    if ipaddress.ip_address(address) not in map(ipaddress.ip_address, addresses.found):
        problems.append(f"{name} has {', '.join(addresses.found) or 'no address'}, not {address}")
    return {"points to": found, "has": list(addresses.found)}, problems
