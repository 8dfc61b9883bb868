# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A place of a drill's own on the host, which nobody else may enter, and programs that run in it.

Programs are constants: what an option says reaches them as an argument, and is never a part of their text.
"""

from __future__ import annotations

from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.plugin_utils.drills.model import Step

# Prints the path of the newest file below directory $1 that matches $2. Its own content says nothing of its age.
NEWEST = """
newest=$(find "$1" -maxdepth 1 -type f -name "$2" -printf '%T@ %p\\n' | sort -rn | head -n 1 | cut -d ' ' -f 2-)
if [ -z "$newest" ]; then echo "no file in $1 matches $2" >&2; exit 1; fi
"""
# opened writes the file $newest, decrypted with the age identity that it is given, if any; unpacked decompresses it.
PLAIN = """
name=$newest
opened() { if [ -n "$1" ]; then age --decrypt --identity "$1" "$newest"; else cat "$newest"; fi; }
case $name in *.age) name=${name%.age};; esac
unpacked() {
    case $name in
        *.gz) gunzip;; *.zst) zstd --decompress --stdout;; *.xz) unxz;; *.bz2) bunzip2;; *) cat;;
    esac
}
"""


def program(text: str, *arguments: str) -> list[str]:
    """Run a constant program with these arguments; a failure anywhere in it is its failure."""
    return ["bash", "-euo", "pipefail", "-c", text, "drill", *arguments]


def scratch(directory: str, name: str) -> str:
    """The path of the drill's own place. It is removed with all that is in it, so it is nobody else's."""
    if not directory.startswith("/") or any(character in directory for character in "'\"\\\n"):
        raise AnsibleActionFail(f"work_dir: {directory!r} must be an absolute path without quotes")
    return f"{directory.rstrip('/')}/golive-drill-{name}"


def made(place: str, user: str = "") -> Step:
    """The place is made, empty."""
    return Step("the place is made", ["mkdir", "-m", "0700", place], undo=["rm", "-rf", "--", place], user=user)
