# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begin a verifier: its interface, its logic, what its control means, and its tests.

Usage: new_verifier.py NAME CONTROL [ROOT]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).parent / "verifier"


def main(name: str, control: str, root: Path) -> None:
    """Write the four files below root; an existing file is never overwritten, a catalogue is added to."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+", control):
        sys.exit("usage: make verifier NAME=time_sync CONTROL=host.time_sync (lower case; a control has a dot)")
    domain, dummy, rest = control.partition(".")
    words = {
        "shebang": "#!/usr/bin/python",
        "name": name,
        "control": control,
        "method": rest.replace(".", "_"),
        "class_name": name.title().replace("_", ""),
        "title": f"{control} holds",
        "phrase": rest.replace("_", " ").replace(".", " "),
    }
    plugins = root / "plugins"
    catalogue = plugins / "plugin_utils" / "catalogue" / f"{domain}.yml"
    files = {
        plugins / "modules" / f"{name}.py": "module.py.tmpl",
        plugins / "action" / f"{name}.py": "action.py.tmpl",
        root / "tests" / "unit" / "action" / f"test_{name}.py": "test.py.tmpl",
    }
    taken = [path for path in files if path.exists()]
    if taken or (catalogue.exists() and f"\n{control}:" in f"\n{catalogue.read_text(encoding='utf-8')}"):
        sys.exit(f"{taken[0] if taken else f'{control} in {catalogue}'} exists already")
    for path, template in files.items():
        path.write_text(filled(template, words), encoding="utf-8")
        print(path.relative_to(root))
    before = catalogue.read_text(encoding="utf-8") + "\n" if catalogue.exists() else "---\n"
    catalogue.write_text(before + filled("catalogue.yml.tmpl", words), encoding="utf-8")
    print(catalogue.relative_to(root))


def filled(template: str, words: dict[str, str]) -> str:
    """The template with the words put in."""
    return Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(words)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3] if len(sys.argv) == 4 else Path(__file__).parents[1]).resolve())
