"""Where a function has a kink, a pole or no value, values and gradients are PyTorch's choice."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from tests.ops.libraries import OURS, THEIRS, array, results
from tests.ops.tables import Array, Row, all_rows
from tinygrad_zh.ops.publish import public

ELEMENTWISE = [
    row
    for row in all_rows()
    if (row.elementwise and row.parity and row.wrt(row.arrays())) or row.name == "clamp/tensors"
]
SPECIAL = [
    np.nan,
    np.inf,
    -np.inf,
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.0,
    3.0,
    1e-40,
    -1e-40,
    1e-3,
    80.0,
    -80.0,
    3e38,
]


def overflowing_quotient(a: Array, b: Array) -> Array:
    with np.errstate(all="ignore"):
        return ~np.isfinite(a / b) & np.isfinite(a) & (b != 0)


def overflowing_product(*factors: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.isinf(functools.reduce(np.multiply, factors)) & np.all(np.isfinite(factors), axis=0)


def unsquarable(b: Array) -> Array:
    with np.errstate(all="ignore"):
        return ~((b * b > 0) & (b * b < np.inf)) & (b != 0) & np.isfinite(b)


PYTORCH_SLIPS: dict[str, tuple[str, Callable[..., Array]]] = {
    "gelu": ("float32 is vectorised by way of x / √2 · …, which overflows", lambda x: np.abs(x) > 1e38),
    "fmod": ("float32 is vectorised by way of a / b, which overflows", overflowing_quotient),
    "remainder": ("likewise", overflowing_quotient),
    "ldexp": ("the slope x · 2ʸ · ln 2 is finite, but not x · 2ʸ", lambda x, y: overflowing_product(x, np.exp2(y))),
    "addcmul": (
        "its AVX2 kernel fuses a · b + x and does not overflow; its plain kernel does, as here",
        lambda x, a, b: overflowing_product(a, b),
    ),
    "lerp": ("likewise, of (b − a)(1 − w)", lambda a, b, w: overflowing_product(b - a, 1 - w)),
    "addcdiv": ("the slope in b is computed as a / b², where b² may be 0 or ∞", lambda x, a, b: unsquarable(b)),
    "sinc": ("πx overflows", lambda x: np.abs(x) > 1e38),
    "igamma": ("0 where 1/a overflows, NaN where a is at the end of the range", lambda a, x: (a < 1e-38) | (a > 1e38)),
    "igammac": ("likewise", lambda a, x: a > 1e38),
}
"""Places where PyTorch's float32 gives NaN or ∞ and its own float64 does not: there ours is held to be right."""


def infinite(x: Array) -> Array:
    return np.isinf(x)


def pole_of_gamma(x: Array) -> Array:
    return (x < 0) & (x == np.round(x))


def zeta_beyond(s: Array, q: Array) -> Array:
    return np.isnan(s) | (q == np.inf) | ((s > 1e38) & (q > 1))


def either_is_nan(a: Array, b: Array) -> Array:
    return np.isnan(a) | np.isnan(b)


BETTER_HERE: dict[str, tuple[str, Callable[..., Array]]] = {
    "digamma": ("ψ′ is ∞ at its poles; PyTorch divides by a rounded sin πx", pole_of_gamma),
    "polygamma": ("0 in the limit; NaN in PyTorch", lambda x: x == np.inf),
    "i0": ("the limits are ±∞; NaN in PyTorch", infinite),
    "special.i1": ("likewise; and the slope at NaN is ½ in PyTorch", lambda x: ~np.isfinite(x)),
    "special.i1e": ("the slope at NaN is ½ in PyTorch", np.isnan),
    "special.zeta": ("0 in the limits, NaN in PyTorch; and NaN of NaN, ∞ in PyTorch at a pole", zeta_beyond),
    "igamma": ("NaN of NaN; PyTorch looks at the other operand first", either_is_nan),
    "igammac": ("likewise", either_is_nan),
    "special.log_ndtr": ("the slope φ/Φ is ∞ in the limit; NaN in PyTorch", lambda x: x == -np.inf),
}
"""Places where ours differs from PyTorch in float64 too, on purpose; most are named in ``tinygrad_zh/special.py``."""

Allowance = Callable[..., Any]
ROUNDED_OTHERWISE: dict[tuple[str, str], tuple[str, Allowance]] = {
    ("lerp", "value"): (
        "a difference of a and w(b − a)",
        lambda eps, y, a, b, w: eps * (np.abs(a) + np.abs(w * (b - a))),
    ),
    ("logaddexp2", "value"): ("a sum with log₂(1 + …)", lambda eps, y, a, b: eps),
    ("sinc", "value"): ("PyTorch's sin πx at an integer x is that of a rounded πx", lambda eps, y, x: eps),
    ("sinc", "gradient 0"): (
        "PyTorch subtracts what is alike beside 0, (cos πx − y)/x",
        lambda eps, y, x: eps / np.maximum(np.abs(x), 1e-3),
    ),
    ("special.erfcx", "gradient 0"): ("2xy − 2/√π is a difference", lambda eps, y, x: 2 * eps),
    ("special.i0e", "gradient 0"): ("a difference of two like 1/√x", lambda eps, y, x: eps / np.sqrt(1 + np.abs(x))),
    ("special.i1e", "gradient 0"): ("likewise", lambda eps, y, x: eps / np.sqrt(1 + np.abs(x))),
    ("special.ndtri", "gradient 0"): ("e^(y²/2) multiplies what y is off by", lambda eps, y, x: eps * y * np.log(y)),
    ("special.log_ndtr", "gradient 0"): ("PyTorch's e^(−x²/2 − ln Φ)", lambda eps, y, x: eps * np.abs(y) * x * x / 2),
    ("special.zeta", "gradient 1"): (
        "on the left of 0 terms of either sign cancel",
        lambda eps, y, s, q: np.where(q < 0, eps * s * np.abs(q - np.round(q)) ** -(s + 1), 0),
    ),
    ("igamma", "value"): ("PyTorch's is good to nine digits for a large a near x", lambda eps, y, a, x: 1e-9 * y),
    ("igammac", "value"): ("likewise; and it is 1 − P for small a", lambda eps, y, a, x: 1e-9 * y + eps),
    ("igamma", "gradient 1"): (
        "e^((a−1) ln x − x − ln Γ(a)) multiplies what the exponent is off by",
        lambda eps, y, a, x: eps * y * np.abs(a * np.log(x)),
    ),
    ("igammac", "gradient 1"): ("likewise", lambda eps, y, a, x: eps * np.abs(y * a * np.log(x))),
    ("digamma", "gradient 0"): ("PyTorch's ψ′ is good to nine digits", lambda eps, y, x: 1e-9 * np.abs(y)),
}
"""What rounding may make of a value or gradient `y`, where that is more than some ulp of `y`: as an absolute error."""


def grid(row: Row, dtype: Any) -> list[Array]:
    """Every combination of special values for the floating operands."""
    floating = [a.dtype.kind == "f" for a in row.arrays()]
    combined = np.meshgrid(*[np.array(SPECIAL, dtype)] * sum(floating), indexing="ij")
    drawn = iter(combined)
    size = combined[0].size
    return [next(drawn).reshape(-1).copy() if f else np.arange(size) % 2 == 0 for f in floating]


def values_and_gradients(row: Row, m: Any, make: Callable[[Array], Any], arrays: list[Array]) -> dict[str, Array]:
    """Results and gradients by name; a row says which operands have one."""
    wrt = row.wrt(tuple(arrays))
    operands = [make(a).requires_grad_() if i in wrt else make(a) for i, a in enumerate(arrays)]
    ys = results(row, m, operands)
    for y in ys:
        if y.requires_grad:
            y.backward(make(np.ones(y.shape, arrays[-1].dtype)))
    values = [array(y) if array(y).dtype.kind == "f" else array(y).astype(arrays[-1].dtype) for y in ys]
    found = {"value" if len(ys) == 1 else f"value {i}": value for i, value in enumerate(values)}
    return found | {f"gradient {i}": array(operands[i].grad) for i in wrt}


def differences(mine: Array, theirs: Array, allowed: Allowance | None = None, *arrays: Array) -> Array:
    """Where they differ by more than rounding; NaN is like NaN, and −0 like 0."""
    eps = 64 * np.finfo(mine.dtype).eps
    with np.errstate(all="ignore"):
        alike = (mine == theirs) | (np.isnan(mine) & np.isnan(theirs))
        rounding = eps * np.abs(theirs) + (allowed(eps, theirs, *arrays) if allowed else 0)
        near = np.abs(mine - theirs) <= rounding + np.finfo(np.float32).smallest_normal
    return ~(alike | (near & np.isfinite(theirs)))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("row", ELEMENTWISE, ids=lambda row: row.name)
def test_special_values(row: Row, dtype: Any) -> None:
    arrays = grid(row, dtype)
    mine = values_and_gradients(row, OURS, public["from_numpy"], arrays)
    theirs = values_and_gradients(row, THEIRS, torch.from_numpy, arrays)
    excepted = [BETTER_HERE] if dtype is np.float64 else [BETTER_HERE, PYTORCH_SLIPS]
    wrong = []
    for what, a in mine.items():
        b, (_, allowed) = theirs[what], ROUNDED_OTHERWISE.get((row.name, what), ("", None))
        differing = differences(a, b, allowed, *arrays)
        for table in excepted:
            if row.name in table:
                with np.errstate(all="ignore"):
                    differing &= ~table[row.name][1](*arrays)
        for place in np.flatnonzero(differing):
            at = ", ".join(str(x[place]) for x in arrays)
            wrong.append(f"{what} at ({at}): {a[place]}, PyTorch: {b[place]}")
    assert not wrong, "\n".join(wrong)


TIES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "relu at 0": (lambda m, x: m.relu(x), ([0.0, -0.0, 1.0, -1.0],)),
    "abs at 0": (lambda m, x: m.abs(x), ([0.0, -0.0],)),
    "leaky_relu at 0": (lambda m, x: m.leaky_relu(x), ([0.0, -0.0],)),
    "sqrt at 0": (lambda m, x: m.sqrt(x), ([0.0, 1.0],)),
    "sqrt of a square at 0": (lambda m, x: m.sqrt(x * x), ([0.0, 1.0],)),
    "maximum of equals": (lambda m, x, y: m.maximum(x, y), ([1.0, 2.0, 3.0], [1.0, 1.0, 4.0])),
    "minimum of equals": (lambda m, x, y: m.minimum(x, y), ([1.0, 2.0, 3.0], [1.0, 1.0, 4.0])),
    "maximum of itself": (lambda m, x: m.maximum(x, x), ([1.0, 2.0],)),
    "clamp on its bounds": (lambda m, x: m.clamp(x, -1.0, 1.0), ([-1.0, 1.0, 0.0, 2.0],)),
    "clamp, bounds exchanged": (lambda m, x: m.clamp(x, 1.0, -1.0), ([-2.0, 0.0, 1.0, 2.0],)),
    "clamp between tensors": (
        lambda m, x, a, b: m.clamp(x, a, b),
        ([1.0, 1.0, 2.0, 0.0, 1.5], [1.0, 0.0, 3.0, 1.0, 2.0], [1.0, 1.0, 1.0, 1.0, 1.0]),
    ),
    "max of everything": (lambda m, x: m.max(x), ([[3.0, 1.0], [3.0, 3.0]],)),
    "min of everything": (lambda m, x: m.min(x), ([[1.0, 1.0], [3.0, 1.0]],)),
    "amax along a dimension": (lambda m, x: m.amax(x, 1), ([[3.0, 3.0, 1.0], [2.0, 5.0, 5.0]],)),
    "amin of several": (lambda m, x: m.amin(x, (0, 1)), ([[3.0, 1.0], [1.0, 3.0]],)),
    "max along a dimension": (lambda m, x: m.max(x, 1).values, ([[3.0, 3.0, 1.0], [2.0, 5.0, 5.0]],)),
    "min along a dimension": (lambda m, x: m.min(x, 0).values, ([[3.0, 3.0, 1.0], [2.0, 3.0, 1.0]],)),
    "max with NaN": (lambda m, x: m.max(x), ([1.0, float("nan"), 2.0],)),
    # PyTorch: NaN for all with amax, and to the NaN with max; here to the NaN with both
    "max of one NaN": (lambda m, x: m.max(x), ([1.0, float("nan"), float("nan")],)),
    "max along a dimension with NaN": (lambda m, x: m.max(x, 0).values, ([1.0, float("nan"), float("nan")],)),
    "a power of 0": (lambda m, x: x**2 + x**1, ([0.0, 1.0],)),
    "the power 0 of 0": (lambda m, x: x**0, ([0.0, 1.0],)),
    "a tensor power of 0": (lambda m, x, y: x**y, ([0.0, 0.0, 0.0, 2.0], [0.0, 1.0, 2.0, 0.0])),
    "a fractional power of 0": (lambda m, x: x**0.5, ([0.0, 4.0],)),
    "a power of 0 as base": (lambda m, x: 0**x, ([0.0, 1.0, 2.0],)),
    "where beside NaN": (lambda m, x: m.where(x > 0, m.sqrt(x), x), ([-1.0, 4.0],)),
    "var of equals": (lambda m, x: m.var(x), ([2.0, 2.0, 2.0],)),
    "std of equals": (lambda m, x: m.std(x), ([2.0, 2.0, 2.0],)),
    "logsumexp of -inf": (lambda m, x: m.logsumexp(x, 0), ([float("-inf"), float("-inf")],)),
    "logsumexp with inf": (lambda m, x: m.logsumexp(x, 0), ([float("inf"), 0.0],)),
    "logsumexp of two inf": (lambda m, x: m.logsumexp(x, 0), ([float("inf"), float("inf")],)),
    "logsumexp with NaN": (lambda m, x: m.logsumexp(x, 0), ([float("nan"), 0.0],)),
    "softmax with -inf": (lambda m, x: m.softmax(x, 0), ([float("-inf"), 0.0, 0.0],)),
    "softmax of -inf": (lambda m, x: m.softmax(x, 0), ([float("-inf"), float("-inf")],)),
    "softmax with inf": (lambda m, x: m.softmax(x, 0), ([float("inf"), 0.0],)),
    "log_softmax with -inf": (lambda m, x: m.log_softmax(x, 0), ([float("-inf"), 0.0, 0.0],)),
    "log_softmax with NaN": (lambda m, x: m.log_softmax(x, 0), ([float("nan"), 0.0],)),
    "mean with inf": (lambda m, x: m.mean(x), ([float("inf"), float("-inf")],)),
    "matmul with 0 times inf": (lambda m, a, b: a @ b, ([[0.0, 1.0]], [[float("inf")], [2.0]])),
    "mse_loss at 0": (lambda m, x, y: m.mse_loss(x, y), ([1.0, 2.0], [1.0, 2.0])),
    "l1_loss at 0": (lambda m, x, y: m.l1_loss(x, y), ([1.0, 2.0], [1.0, 3.0])),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("call", "lists"), TIES.values(), ids=TIES)
def test_ties_and_kinks(call: Callable[..., Any], lists: tuple[Any, ...], dtype: Any) -> None:
    found = []
    for m, make in ((OURS, public["from_numpy"]), (THEIRS, torch.from_numpy)):
        operands = [make(np.array(values, dtype)).requires_grad_() for values in lists]
        y = call(m, *operands)
        y.backward(make(np.linspace(1, 2, y.reshape(-1).shape[0], dtype=dtype).reshape(tuple(y.shape))))
        found.append([array(y), *(array(x.grad) for x in operands)])
    for mine, theirs in zip(*found, strict=True):
        assert not differences(mine, theirs).any(), f"{mine}, PyTorch: {theirs}"


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@pytest.mark.parametrize("values", [[1.0, 3.0, 3.0, 1.0], [2.0, float("nan"), 5.0, float("nan")], [0.0, -0.0]])
def test_the_first_of_equals_is_found(name: str, values: list[float]) -> None:
    assert public[name](public["tensor"](values)).item() == getattr(torch, name)(torch.tensor(values)).item()
