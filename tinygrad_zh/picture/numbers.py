"""Arrays as short text: small ones in full, big ones by their least, mean and greatest element.

May import: floor 0.  Read next: ``words.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..aliases import Array, Shape
from ..backend.devices import backend_of

SMALL_SIZE, SMALL_ROWS = 12, 4


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


def shape_text(shape: Shape) -> str:
    """Return ``3 × 4``; nothing for a single number."""
    return " × ".join(str(n) for n in shape)


def is_small(array: Array) -> bool:
    """Whether all elements can be shown: a few, in at most four rows."""
    return 0 < array.size <= SMALL_SIZE and array.ndim <= 2 and (array.ndim < 2 or array.shape[0] <= SMALL_ROWS)


def lines_of(array: Array, digits: int = 4) -> list[str]:
    """Return a small array as text, one line per row; an empty list for a big one."""
    if not is_small(array):
        return []
    values = as_numpy(array)
    if values.ndim == 0:
        return [number(values[()], digits)]
    rows = np.atleast_2d(values)
    cells = [[number(value, digits) for value in row] for row in rows]
    width = max(len(cell) for row in cells for cell in row)
    single = len(cells) == 1
    texts = ["  ".join(cell if single else cell.rjust(width) for cell in row) for row in cells]
    if single:
        return [f"[{texts[0]}]"]
    first, *middle, last = texts
    return [f"⎡{first}⎤", *(f"⎢{row}⎥" for row in middle), f"⎣{last}⎦"]


def spread_of(array: Array, digits: int = 3) -> tuple[str, str, str] | None:
    """Return least, mean and greatest element as text; None if there is no element."""
    if not array.size:
        return None
    values = as_numpy(array)
    mean = values.mean(dtype=np.float64) if values.dtype.kind != "f" else values.astype(np.float64).mean()
    return number(values.min(), digits), number(mean, digits), number(values.max(), digits)
