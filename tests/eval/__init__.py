"""How well items of checklists are matched with controls (`make eval`)."""

from __future__ import annotations

import tests.conftest  # noqa: F401 - makes the collection importable
