"""Floor 2: numbers at equal distances: ``arange``, ``linspace``, ``logspace``.

May import: floors 0–1, ``create``, ``noted``, ``publish``.
"""

from __future__ import annotations

import math
from typing import Any

from ..backend.devices import backend_for
from ..backend.dtypes import as_dtype, float64, get_default_dtype, int64
from ..core.tensor import Tensor
from ..errors import error
from .noted import fresh
from .publish import published


def number(op: str, argument: str, value: Any) -> Any:
    """Return a number, also of a 0-d tensor."""
    if isinstance(value, Tensor) and not value.ndim:
        value = value.item()
    if not isinstance(value, (bool, int, float)):
        raise error("argument", op=op, argument=argument, expected="a number", got=value)
    return value


def limits(op: str, start: Any, end: Any, step: Any) -> tuple[Any, Any, Any]:
    """Return where to count from and to, and by which step; refuse a way that does not lead there."""
    first, last, by = number(op, "start", start), number(op, "end", end), number(op, "step", step)
    if not math.isfinite(last - first) or not by or (last - first) / by < 0:
        raise error("arange", op=op, start=first, end=last, step=by)
    return first, last, by


def counted(count: int, start: Any, step: Any, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    """Make ``start + i · step`` for i = 0 … count − 1, computed in float64 or int64."""
    exact = backend_for(device).xp.arange(count, dtype=float64 if dtype.kind == "f" else int64)
    result = fresh((start + exact * step).astype(dtype))
    return result.requires_grad_() if requires_grad else result


@published(method=False)
def arange(
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make start, start + step, … up to but without `end`; ``arange(n)`` counts from 0.

    Integers give int64, and a float among the arguments the default float.
    """
    if end is None:
        start, end = 0, start
    first, last, by = limits("arange", start, end, step)
    wanted = as_dtype(dtype) if dtype is not None else int64
    if wanted.kind == "b":
        raise error("dtype-unsupported", op="arange", dtypes=wanted)
    if dtype is None and any(isinstance(v, float) for v in (first, last, by)):
        wanted = get_default_dtype()
    return counted(math.ceil((last - first) / by), first, by, wanted, device, requires_grad)


@published(method=False)
def range(
    start: Any, end: Any, step: Any = 1, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make start, start + step, … up to `end`, which is among them; the default float unless a dtype is given.

    PyTorch calls it deprecated, for Python's ``range`` and `arange` leave the end out.
    """
    wanted = get_default_dtype() if dtype is None else as_dtype(dtype)
    if wanted.kind == "b":
        raise error("dtype-unsupported", op="range", dtypes=wanted)
    first, last, by = limits("range", start, end, step)
    if wanted.kind != "f":
        first, last, by = limits("range", int(first), int(last), int(by))
    return counted(int((last - first) / by + 1), first, by, wanted, device, requires_grad)


def ends(op: str, start: Any, end: Any, steps: Any) -> tuple[Any, Any, int]:
    """Return two numbers and how many there are to be from one to the other."""
    if isinstance(steps, bool) or not hasattr(steps, "__index__") or steps.__index__() < 0:
        raise error("argument", op=op, argument="steps", expected="an int ≥ 0", got=steps)
    return number(op, "start", start), number(op, "end", end), steps.__index__()


@published(method=False)
def linspace(
    start: float, end: float, steps: int, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make `steps` numbers at equal distances from `start` to `end`, both included."""
    first, last, count = ends("linspace", start, end, steps)
    wanted = get_default_dtype() if dtype is None else as_dtype(dtype)
    result = fresh(backend_for(device).xp.linspace(first, last, count).astype(wanted))
    return result.requires_grad_() if requires_grad else result


@published(method=False)
def logspace(
    start: float, end: float, steps: int, base: float = 10.0, *, dtype: Any = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Make `steps` powers of `base`, whose exponents lie at equal distances from `start` to `end`, both included."""
    first, last, count = ends("logspace", start, end, steps)
    wanted = get_default_dtype() if dtype is None else as_dtype(dtype)
    if wanted.kind != "f":
        first, last = int(first), int(last)  # as in PyTorch: the exponents are of that dtype
    exponents = backend_for(device).xp.linspace(first, last, count)
    result = fresh((float(base) ** exponents).astype(wanted))
    return result.requires_grad_() if requires_grad else result
