"""Floor 3: memory for the temporaries of a plan: written again when nobody needs what is in it any longer.

May import: floors 0–2, ``steps``.  Read next: ``plan.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .steps import Value


class Pool:
    """Memory for temporaries, to be used again when the one before is no longer needed."""

    def __init__(self, xp: Any) -> None:
        self.xp = xp
        self.arrays: dict[str, Any] = {}
        self._free: dict[tuple[Any, Any], list[str]] = {}
        self._holding: dict[Value, str] = {}
        self.size_bytes = 0

    def take(self, value: Value) -> str:
        """Return the name of a buffer for a value."""
        free = self._free.get((value.shape, value.dtype), [])
        if free:
            name = free.pop()
        else:
            name = f"buffer{len(self.arrays)}"
            self.arrays[name] = self.xp.empty(value.shape, dtype=value.dtype)
            self.size_bytes += value.size_bytes
        self._holding[value] = name
        return name

    def release(self, values: Iterable[Value]) -> None:
        """Take buffers back."""
        for value in list(values):
            name = self._holding.pop(value, None)
            if name is not None:
                self._free.setdefault((value.shape, value.dtype), []).append(name)
