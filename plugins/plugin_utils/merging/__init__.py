# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Slices of a run, each seen by another controller or job, become one run again. Pure; nothing is read or written here.

agreement.py    do the slices speak of the same thing?
duplicates.py   what was seen more than once
whole.py        the plan and the results of the whole
"""
