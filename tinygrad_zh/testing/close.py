"""Floor 4: ``assert_close``: two tensors are equal to rounding, or the message shows where they differ."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend.devices import backend_of
from ..core.tensor import Tensor
from ..errors import error

DEFAULTS = {"float16": (1e-3, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}
"""PyTorch's relative and absolute tolerance by dtype; integers and bools must be equal."""


def assert_close(
    actual: Any,
    expected: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_dtype: bool = True,
    check_device: bool = True,
    msg: str | None = None,
) -> None:
    """Raise unless ``|actual − expected| ≤ atol + rtol·|expected|`` everywhere.

    Parameters
    ----------
    actual, expected : Tensor, array, number, or sequence or dict of them
        What to compare; sequences and dicts are compared item by item.
    rtol, atol : float, optional
        Both or neither; by default as PyTorch chooses them by dtype.
    equal_nan : bool
        Whether NaN equals NaN.
    check_dtype, check_device : bool
        Whether dtypes and devices must be the same.
    msg : str, optional
        Stands before the message.

    Raises
    ------
    CheckFailed
        Says how many elements differ, by how much at most, and where.
    """
    if (rtol is None) != (atol is None):
        raise error("close-tolerances", rtol=rtol, atol=atol)
    if isinstance(actual, dict) and isinstance(expected, dict):
        if actual.keys() != expected.keys():
            fail(msg, "keys", sorted(map(str, actual)), sorted(map(str, expected)))
        pairs = [(actual[key], expected[key]) for key in expected]
    elif isinstance(actual, (list, tuple)) and isinstance(expected, (list, tuple)):
        if len(actual) != len(expected):
            fail(msg, "length", len(actual), len(expected))
        pairs = list(zip(actual, expected, strict=True))
    else:
        compare(actual, expected, rtol, atol, equal_nan, check_dtype, check_device, msg)
        return
    for a, b in pairs:
        assert_close(
            a, b, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=check_dtype, check_device=check_device, msg=msg
        )


def fail(msg: str | None, what: str, actual: Any, expected: Any) -> None:
    """Raise for a difference that is no matter of rounding."""
    raise error("close-mismatch", message=f"{msg}: " if msg else "", what=what, actual=actual, expected=expected)


def as_array(x: Any) -> Any:
    """Return a tensor's array, or what NumPy makes of anything else, in NumPy."""
    array = x.array if isinstance(x, Tensor) else x
    return np.asarray(backend_of(array).to_numpy(array))


def compare(
    actual: Any,
    expected: Any,
    rtol: float | None,
    atol: float | None,
    equal_nan: bool,
    check_dtype: bool,
    check_device: bool,
    msg: str | None,
) -> None:
    """Compare two single values."""
    if (
        check_device
        and isinstance(actual, Tensor)
        and isinstance(expected, Tensor)
        and actual.device != expected.device
    ):
        fail(msg, "device", actual.device, expected.device)
    a, b = as_array(actual), as_array(expected)
    if a.shape != b.shape:
        fail(msg, "shape", a.shape, b.shape)
    if check_dtype and isinstance(actual, Tensor) and isinstance(expected, Tensor) and a.dtype != b.dtype:
        fail(msg, "dtype", a.dtype, b.dtype)
    if rtol is None or atol is None:
        looser = max((DEFAULTS.get(str(x.dtype), (0.0, 0.0)) for x in (a, b)), default=(0.0, 0.0))
        rtol, atol = looser
    with np.errstate(all="ignore"):
        wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)
        difference = np.abs(wide_a - wide_b)
        close = (difference <= atol + rtol * np.abs(wide_b)) | (wide_a == wide_b)
        if a.dtype.kind in "iub" and b.dtype.kind in "iub" and not rtol and not atol:
            close = a == b  # exact, also beyond 2⁵³
        if equal_nan:
            close |= np.isnan(wide_a) & np.isnan(wide_b)
        if close.all():
            return
        worst = np.unravel_index(
            np.argmax(np.where(close, -1, np.where(np.isnan(difference), np.inf, difference))), a.shape
        )
    raise error(
        "close-values",
        message=f"{msg}: " if msg else "",
        wrong=int((~close).sum()),
        total=close.size,
        index=tuple(int(i) for i in worst),
        actual=a[worst],
        expected=b[worst],
        difference=difference[worst],
        rtol=rtol,
        atol=atol,
    )
