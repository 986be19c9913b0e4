"""Floor 0: the type names that signatures use.  Imports nothing of this package.

Read next: ``backend/devices.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = Any
"""An array of some backend: ``numpy.ndarray``, ``cupy.ndarray`` or a double of one."""
DType = np.dtype[Any]
"""A NumPy dtype; the names under which users know it are in ``backend/dtypes.py``."""
Shape = tuple[int, ...]
Number = bool | int | float
Dims = int | Sequence[int] | None
"""PyTorch's ``dim=``: one dimension, several, or None for all."""
