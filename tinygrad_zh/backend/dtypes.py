"""Floor 0: dtypes are NumPy's, under PyTorch's names.

May import: ``errors``.  Read next: ``promotion.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..aliases import DType
from ..errors import error

float16 = half = np.dtype("float16")
float32 = float_ = np.dtype("float32")
float64 = double = np.dtype("float64")
int8 = np.dtype("int8")
int16 = short = np.dtype("int16")
int32 = int_ = np.dtype("int32")
int64 = long = np.dtype("int64")
uint8 = np.dtype("uint8")
bool_ = np.dtype("bool")

NAMES: dict[str, DType] = {
    "float16": float16,
    "half": float16,
    "float32": float32,
    "float": float32,
    "float64": float64,
    "double": float64,
    "int8": int8,
    "int16": int16,
    "short": int16,
    "int32": int32,
    "int": int32,
    "int64": int64,
    "long": int64,
    "uint8": uint8,
    "bool": bool_,
}
DTYPES = frozenset(NAMES.values())
_default = [float32]


def get_default_dtype() -> DType:
    """Return the dtype of Python floats and of quotients of integers (float32 unless changed)."""
    return _default[0]


def set_default_dtype(dtype: Any) -> None:
    """Set the dtype of Python floats and of quotients of integers.

    Parameters
    ----------
    dtype : dtype
        A floating dtype.

    Raises
    ------
    DTypeError
        If `dtype` is not floating.
    """
    chosen = as_dtype(dtype)
    if chosen.kind != "f":
        raise error("dtype-not-floating", op="set_default_dtype", dtype=chosen)
    _default[0] = chosen


def as_dtype(dtype: Any) -> DType:
    """Turn what a user may write for a dtype into a NumPy dtype.

    Accepts NumPy's dtypes and scalar types, PyTorch's names (``"float32"``, ``"long"``) and the Python
    types ``float`` (the default dtype), ``int`` (int64) and ``bool``.
    """
    if isinstance(dtype, np.dtype) and dtype in DTYPES:
        return dtype
    if dtype is float:
        return get_default_dtype()
    if dtype is int:
        return int64
    name = dtype.removeprefix("torch.") if isinstance(dtype, str) else str(dtype).removeprefix("torch.")
    if name in NAMES:
        return NAMES[name]
    if dtype is not None:  # np.dtype(None) would be float64
        try:
            found: DType = np.dtype(dtype).newbyteorder("=")
        except TypeError:
            pass
        else:
            if found in DTYPES:
                return found
    raise error("dtype-unknown", dtype=dtype, known=", ".join(sorted(str(known) for known in DTYPES)))
