"""The two libraries that a row's expression runs with, and the tensors that go in.

A tolerance follows from the dtype: ``ROUNDING[dtype]`` is some tens of its eps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from tinygrad_zh.backend import dtypes
from tinygrad_zh.core.tensor import Tensor
from tinygrad_zh.ops.publish import public, spaces

from .tables import Array, Row

ROUNDING = {np.dtype(name): 64 * float(np.finfo(name).eps) for name in ("float16", "float32", "float64")}


class Space:
    """One of PyTorch's namespaces in this package: ``m.linalg.name``, ``m.nn.functional.name``."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        inner = f"{self._name}.{name}"
        return Space(inner) if inner in spaces else spaces[self._name][name]


class Ours:
    """This package's public names, as ``m.name``."""

    def __getattr__(self, name: str) -> Any:
        if name in public:
            return public[name]
        if any(space.partition(".")[0] == name for space in spaces):
            return Space(name)
        return getattr(dtypes, "bool_" if name == "bool" else name)


class Theirs:
    """PyTorch's, wherever it keeps them."""

    def __getattr__(self, name: str) -> Any:
        for place in (torch, torch.nn.functional, torch.Tensor, torch.special):
            if hasattr(place, name):
                return getattr(place, name)
        raise AttributeError(name)


OURS, THEIRS = Ours(), Theirs()


def as_floats(arrays: Sequence[Array], dtype: Any) -> tuple[Array, ...]:
    """Convert the floating arrays, keeping their order in memory."""
    return tuple(a.astype(dtype, order="K") if a.dtype.kind == "f" and a.dtype != dtype else a for a in arrays)


def ours(row: Row, arrays: Sequence[Array], device: str = "cpu") -> list[Tensor]:
    """Make our operands; those to be differentiated require a gradient.  On the CPU they share memory."""
    made = [public["from_numpy"](a) if device == "cpu" else public["tensor"](a, device=device) for a in arrays]
    return [x.requires_grad_() if i in row.wrt(tuple(arrays)) else x for i, x in enumerate(made)]


def theirs(row: Row, arrays: Sequence[Array]) -> list[torch.Tensor]:
    """Make PyTorch's operands."""
    made = [torch.from_numpy(a.copy(order="K")) for a in arrays]
    return [x.requires_grad_() if i in row.wrt(tuple(arrays)) else x for i, x in enumerate(made)]


def results(row: Row, m: Any, operands: Sequence[Any]) -> tuple[Any, ...]:
    """Run the expression; one result or several, as a tuple."""
    found = row.call(m, *operands)
    return tuple(found) if isinstance(found, (tuple, list)) else (found,)


def array(x: Any) -> Array:
    """The values of either library's tensor, as NumPy's."""
    if isinstance(x, torch.Tensor):
        return x.detach().numpy(force=True)  # a zero that it never wrote down is asked to be one
    if isinstance(x, Tensor):
        return x.array if isinstance(x.array, np.ndarray) else x.array.get()
    return np.asarray(x)


def cotangents(ys: Sequence[Any], seed: int = 1) -> list[Array]:
    """Draw a cotangent for every result that has a gradient; all in float64, so that dtypes can be compared."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=tuple(y.shape)) for y in ys if y.requires_grad]


def our_gradients(row: Row, arrays: Sequence[Array], us: Sequence[Array], device: str = "cpu") -> list[Array]:
    """Return the gradients of Σ ⟨u, y⟩, by ``backward``."""
    xs = ours(row, arrays, device)
    ys = [y for y in results(row, OURS, xs) if y.requires_grad]
    backward(ys, us)
    return [array(xs[i].grad) for i in row.wrt(tuple(arrays))]


def backward(ys: Sequence[Tensor], us: Sequence[Array], **options: Any) -> None:
    """Sweep back from several roots at once, from the cotangents `us`."""
    from tinygrad_zh.transforms.gradient import backward as sweep_back

    seeds = [public["tensor"](np.asarray(u), dtype=y.dtype, device=y.device) for y, u in zip(ys, us, strict=True)]
    sweep_back(list(ys), seeds, **options)


def their_gradients(row: Row, arrays: Sequence[Array], us: Sequence[Array]) -> list[Array]:
    """Return the same from PyTorch; zeros where it says None, for an operand that does not matter."""
    xs = theirs(row, arrays)
    ys = [y for y in results(row, THEIRS, xs) if y.requires_grad]
    torch.autograd.backward(ys, [torch.from_numpy(np.asarray(u)).to(y.dtype) for y, u in zip(ys, us, strict=True)])
    wanted = [xs[i] for i in row.wrt(tuple(arrays))]
    return [array(torch.zeros_like(x) if x.grad is None or x.grad._is_zerotensor() else x.grad) for x in wanted]


def close(actual: Any, expected: Any, rounding: float | None = None) -> None:
    """Compare values, shapes and dtypes; rounding is relative to 1 or to the largest finite value."""
    a, e = array(actual), array(expected)
    assert a.shape == e.shape and a.dtype == e.dtype, f"{a.shape} {a.dtype}, expected {e.shape} {e.dtype}"
    if a.dtype.kind != "f":
        np.testing.assert_array_equal(a, e)
        return
    rounding = ROUNDING[a.dtype] if rounding is None else rounding
    size = float(np.abs(e[np.isfinite(e)]).max(initial=1))
    np.testing.assert_allclose(a, e, rtol=rounding, atol=rounding * size)
