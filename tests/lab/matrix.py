"""The matrix: for every control how it was judged when all was right, broken, unreadable and absent."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from tests.lab.labkit.faults import Fault
from tests.lab.waves import Seen

shown = ""
"""The matrix of this pytest run, once it is known."""
_WIDTHS = (24, 10, 10, 12)


def matrix(right: Sequence[Seen], absent: Sequence[Seen], chosen: Sequence[Fault], wrong: Mapping[str, str]) -> str:
    """wrong: by fault, why it was not seen as it must be; absent where it was."""
    lines = [_row("CONTROL", "RIGHT", "BROKEN", "UNREADABLE", "ABSENT")]
    for control in dict.fromkeys(result.control for result in sorted(right, key=lambda result: result.control)):
        passes = [result.status for result in right if result.control == control]
        cells = [f"{passes.count('pass')}/{len(passes)}"]
        names = []
        for expect in ("fail", "error"):
            own = [fault for fault in chosen if control in fault.controls and fault.expect == expect]
            good = [fault for fault in own if fault.name not in wrong]
            cells.append(f"{len(good)}/{len(own)}")
            names += [f"{fault.name}{'' if fault in good else ' (NOT TRIPPED)'}" for fault in own]
        without = sorted({result.status for result in absent if result.control == control})
        lines.append(_row(control, *cells, ", ".join(without) or "-"))
        lines.append(textwrap.indent(textwrap.fill(", ".join(names), 116, break_on_hyphens=False), "    "))
    tripped = len(chosen) - len(wrong)
    return "\n".join([*lines, f"{tripped} of {len(chosen)} faults were seen as they must be"])


def _row(*cells: str) -> str:
    return "".join(cell.ljust(width) for cell, width in zip(cells, (*_WIDTHS, 0), strict=True)).rstrip()
