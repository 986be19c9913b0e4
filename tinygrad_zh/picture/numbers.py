"""Arrays as short text: small ones in full, big ones by their least, mean and greatest element.

May import: floor 0.  Read next: ``words.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..aliases import Array
from ..backend.devices import backend_of

SMALL_ROWS, SMALL_COLUMNS = 4, 6


def as_numpy(array: Array) -> np.ndarray[Any, Any]:
    """Return a NumPy array of the values, wherever they are."""
    return backend_of(array).to_numpy(array)


def number(value: Any, digits: int = 4) -> str:
    """Return one number with so many significant digits, with a real minus sign."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)) and abs(int(value)) < 10**8:
        text = str(int(value))
    else:
        value = float(value)
        text = f"{value:.{digits}g}" if math.isfinite(value) else str(value).replace("inf", "∞")
    return text.replace("-", "−")


def is_small(array: Array) -> bool:
    """Whether all elements can be shown: at most four rows of six."""
    *rows, columns = (1, *array.shape) if array.ndim else (1, 1)
    return len(rows) <= 2 and 0 < rows[-1] <= SMALL_ROWS and 0 < columns <= SMALL_COLUMNS


def lines_of(array: Array, digits: int = 4) -> list[str]:
    """Return a small array as text, one line per row; an empty list for a big one."""
    if not is_small(array):
        return []
    values = as_numpy(array)
    if values.ndim == 0:
        return [number(values[()], digits)]
    rows = np.atleast_2d(values)
    cells = [[number(value, digits) for value in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    texts = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    if len(texts) == 1:
        return [f"[{texts[0]}]"]
    first, *middle, last = texts
    return [f"⎡{first}⎤", *(f"⎢{row}⎥" for row in middle), f"⎣{last}⎦"]


def spread_of(array: Array, digits: int = 3) -> dict[str, str] | None:
    """Return ``least``, ``mean`` and ``greatest`` element as text; None if there is no element."""
    if not array.size:
        return None
    values = as_numpy(array)
    found = {"least": values.min(), "mean": values.mean(dtype=np.float64), "greatest": values.max()}
    return {name: number(value, digits) for name, value in found.items()}
