# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let Ansible find the collection's plugins and their documentation, as it does in a run."""

from __future__ import annotations

from ansible.plugins.loader import init_plugin_loader

init_plugin_loader()
