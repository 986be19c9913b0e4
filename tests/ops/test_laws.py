"""Every law on every row of the tables: what makes an op correct, whatever it computes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import hypothesis.extra.numpy as shapes
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.double.strict import double_device
from tinygrad_zh.backend.devices import kernels_off
from tinygrad_zh.core.modes import listening
from tinygrad_zh.core.record import record
from tinygrad_zh.core.tensor import Tensor
from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.ops.publish import public
from tinygrad_zh.transforms.gradient import grad
from tinygrad_zh.transforms.pushforward import jvp

from .libraries import (
    OURS,
    ROUNDING,
    THEIRS,
    array,
    as_floats,
    backward,
    close,
    cotangents,
    our_gradients,
    ours,
    results,
    their_gradients,
    theirs,
)
from .tables import Array, Row, all_rows

ROWS = all_rows()
SMOOTH = [row for row in ROWS if row.wrt(row.arrays())]
"""The rows with something to differentiate."""
SLOPES = [row for row in SMOOTH if row.slope]
STEP = float(np.finfo(np.float64).eps) ** (1 / 3)
FD_ROUNDING = 1e4 * STEP**2
"""A central difference is wrong by h² f‴/6 and by eps |f| / h, both about eps^(2/3); the rest is room for f‴."""


def rows(chosen: Sequence[Row]) -> Any:
    return pytest.mark.parametrize("row", chosen, ids=[row.name for row in chosen])


# -- value -----------------------------------------------------------------------------------------------


@rows(ROWS)
def test_value(row: Row) -> None:
    arrays = row.arrays()
    expected = row.reference(*arrays)
    expected = expected if isinstance(expected, tuple) else (expected,)
    found = results(row, OURS, ours(row, arrays))
    assert len(found) == len(expected)
    for y, e in zip(found, expected, strict=True):
        close(y, np.asarray(e))


# -- derivatives against finite differences ----------------------------------------------------------------


def weighted(row: Row, arrays: Sequence[Array], us: Sequence[Array]) -> float:
    """⟨u, f(x)⟩, summed over the results that have a gradient."""
    ys = [y for y in results(row, OURS, ours(row, arrays)) if y.requires_grad]
    return float(sum(np.sum(u * array(y)) for u, y in zip(us, ys, strict=True)))


def nudged(arrays: Sequence[Array], position: int, direction: Array) -> tuple[Array, ...]:
    return tuple(np.asarray(a + direction) if i == position else a for i, a in enumerate(arrays))


def slopes(function: Callable[[Sequence[Array]], float], arrays: Sequence[Array], position: int) -> Array:
    """The gradient of a scalar function by central differences, one element at a time."""
    found = np.zeros(arrays[position].shape)
    for place in np.ndindex(found.shape):
        h = np.zeros(found.shape)
        h[place] = STEP
        ahead, behind = function(nudged(arrays, position, h)), function(nudged(arrays, position, -h))
        found[place] = (ahead - behind) / (2 * STEP)
    return found


def drawn_cotangents(row: Row, arrays: Sequence[Array]) -> list[Array]:
    return cotangents(results(row, OURS, ours(row, arrays)))


@rows(SLOPES)
def test_vjp_is_the_slope(row: Row) -> None:
    arrays = row.arrays()
    us = drawn_cotangents(row, arrays)
    for i, g in zip(row.wrt(arrays), our_gradients(row, arrays, us), strict=True):
        close(g, slopes(lambda moved: weighted(row, moved, us), arrays, i), FD_ROUNDING)


def pushed(row: Row, arrays: Sequence[Array], vs: Sequence[Array]) -> list[Array]:
    """J v by forward mode, of the results that have a gradient."""
    wrt = row.wrt(tuple(arrays))
    xs = [x.detach() for x in ours(row, arrays)]
    has_gradient = [y.requires_grad for y in results(row, OURS, ours(row, arrays))]

    def moving(*some: Tensor) -> tuple[Tensor, ...]:
        given_ = dict(zip(wrt, some, strict=True))
        return results(row, OURS, [given_.get(i, x) for i, x in enumerate(xs)])

    _, tangents = jvp(moving, [xs[i] for i in wrt], [public["tensor"](v) for v in vs])
    return [array(t) for t, has in zip(tangents, has_gradient, strict=True) if has]


@rows(SLOPES)
def test_jvp_is_the_slope(row: Row) -> None:
    arrays = row.arrays()
    rng = np.random.default_rng(2)
    wrt = row.wrt(arrays)
    vs = [rng.normal(size=arrays[i].shape) for i in wrt]

    def along(h: float) -> list[Array]:
        moved = list(arrays)
        for i, v in zip(wrt, vs, strict=True):
            moved[i] = np.asarray(arrays[i] + h * v)
        return [array(y) for y in results(row, OURS, ours(row, moved)) if y.requires_grad]

    for t, ahead, behind in zip(pushed(row, arrays, vs), along(STEP), along(-STEP), strict=True):
        close(t, np.asarray((ahead - behind) / (2 * STEP)), FD_ROUNDING)


@rows(SMOOTH)
def test_jvp_and_vjp_are_adjoint(row: Row) -> None:
    """⟨u, J v⟩ = ⟨Jᵀ u, v⟩, exactly but for rounding."""
    arrays = row.arrays()
    rng = np.random.default_rng(3)
    vs = [rng.normal(size=arrays[i].shape) for i in row.wrt(arrays)]
    us = drawn_cotangents(row, arrays)
    pushes, pulls = pushed(row, arrays, vs), our_gradients(row, arrays, us)
    terms = [u * p for u, p in zip(us, pushes, strict=True)]
    left = sum(float(t.sum()) for t in terms)
    right = sum(float(np.sum(g * v)) for g, v in zip(pulls, vs, strict=True))
    size = sum(float(np.abs(t).sum()) for t in terms)
    assert abs(left - right) <= ROUNDING[np.dtype(np.float64)] * size


@rows([row for row in SMOOTH if row.second])
def test_second_derivative_is_the_slope_of_the_first(row: Row) -> None:
    arrays = row.arrays()
    wrt = row.wrt(arrays)
    us = drawn_cotangents(row, arrays)
    rng = np.random.default_rng(4)
    ws = [rng.normal(size=arrays[i].shape) for i in wrt]

    def first(moved: Sequence[Array]) -> float:
        return float(sum(np.sum(w * g) for w, g in zip(ws, our_gradients(row, moved, us), strict=True)))

    xs = ours(row, arrays)
    ys = [y for y in results(row, OURS, xs) if y.requires_grad]
    firsts = grad(ys, [xs[i] for i in wrt], [public["tensor"](u) for u in us], create_graph=True)
    total = sum(
        (public["sum"](g * public["tensor"](w)) for w, g in zip(ws, firsts, strict=True)), public["tensor"](0.0)
    )
    for i in wrt:
        expected = slopes(first, arrays, i)
        if total.requires_grad:
            (found,) = grad(total, xs[i], retain_graph=True, allow_unused=True, materialize_grads=True)
            close(found, expected, 10 * FD_ROUNDING)
        else:  # a linear op: its gradient does not depend on its operands
            np.testing.assert_allclose(expected, 0, atol=FD_ROUNDING)


# -- dtypes and shapes -------------------------------------------------------------------------------------


# (Several dtypes or shapes share a test: with one each, starting and reporting them would take longer than they do.)


@rows(ROWS)
def test_dtype_is_kept(row: Row) -> None:
    """A float32 operand gives a float32 gradient, and the result's dtype is PyTorch's."""
    for dtype in (np.float32, np.float16) if row.half else (np.float32,):
        arrays = as_floats(row.arrays(), dtype)
        found = results(row, OURS, ours(row, arrays))
        for y, e in zip(found, results(row, THEIRS, theirs(row, arrays)), strict=True):
            assert array(y).dtype == array(e).dtype
        us = cotangents(found)
        for i, g in zip(row.wrt(arrays), our_gradients(row, arrays, us) if us else (), strict=bool(us)):
            assert (g.dtype, g.shape) == (arrays[i].dtype, arrays[i].shape)


AWKWARD: tuple[tuple[int, ...], ...] = ((), (0,), (3, 0), (2, 1, 2, 2), (1, 1))


@rows([row for row in ROWS if row.elementwise])
def test_awkward_shapes(row: Row) -> None:
    for shape in AWKWARD:
        same_as_pytorch(row, row.arrays(0, *(shape for _ in row.operands)))


@settings(max_examples=12)
@given(data=st.data())
@rows([row for row in ROWS if row.elementwise and len(row.operands) > 1])
def test_broadcasting(row: Row, data: st.DataObject) -> None:
    """Operands of all shapes that broadcast together: every gradient comes back in its operand's shape."""
    count = len(row.operands)
    drawn = data.draw(shapes.mutually_broadcastable_shapes(num_shapes=count, max_dims=3, min_side=0, max_side=3))
    same_as_pytorch(row, row.arrays(5, *drawn.input_shapes))


# -- the readings of a rule --------------------------------------------------------------------------------


@rows(SMOOTH)
def test_formulas_are_printed(row: Row) -> None:
    """Whatever the row makes of ops, each prints its formula and the pullback to every operand it moves."""
    with record() as seen:
        results(row, OURS, ours(row, row.arrays()))
    steps = [step for step in seen.steps if step.op.differentiable and any(p is not None for p in step.parent_ids)]
    for step in steps:
        printed = [step.op.formula()]
        printed += [step.op.rule_formula(i) for i, p in enumerate(step.parent_ids) if p is not None]
        for tex in printed:
            assert isinstance(tex, str) and tex.strip(), step.op
            assert tex.count("{") == tex.count("}"), f"{step.op}: unbalanced braces in {tex}"
            assert not re.search(r"<\w+(:\d)?>", tex), f"{step.op}: a place was not filled in {tex}"
            assert "object at 0x" not in tex and "<lambda>" not in tex, f"{step.op}: {tex} is no formula"


class Deaf:
    """A listener that hears nothing, for whom every rule still runs lifted."""

    def ran(self, *_: Any) -> None: ...

    def applied(self, *_: Any) -> None: ...

    def pulled(self, *_: Any) -> None: ...


@rows(SMOOTH)
def test_lifted_is_arrays(row: Row) -> None:
    """Whether somebody listens changes no bit of a gradient; neither does recording the sweep, but for rounding."""
    arrays = row.arrays()
    us = drawn_cotangents(row, arrays)
    plain = our_gradients(row, arrays, us)
    with listening(Deaf()):
        lifted = our_gradients(row, arrays, us)
    for p, q in zip(plain, lifted, strict=True):
        np.testing.assert_array_equal(p, q)
    xs = ours(row, arrays)
    backward([y for y in results(row, OURS, xs) if y.requires_grad], us, create_graph=True)
    for p, i in zip(plain, row.wrt(arrays), strict=True):
        close(xs[i].grad, p)


@rows(ROWS)
def test_another_device(row: Row) -> None:
    """On an array module that is strict where NumPy is kind, values and gradients are the same.

    That device has no kernels; without those of the CPU both compute the same formulas, to the last bit.
    """
    arrays = row.arrays()
    with kernels_off(), double_device():
        expected = results(row, OURS, ours(row, arrays))
        us = cotangents(expected)
        found = results(row, OURS, ours(row, arrays, "double"))
        for y, e in zip(found, expected, strict=True):
            assert str(y.device) == "double"
            np.testing.assert_array_equal(array(y), array(e))
        if us:
            for g, e in zip(our_gradients(row, arrays, us, "double"), our_gradients(row, arrays, us), strict=True):
                np.testing.assert_array_equal(g, e)


# -- whose memory a gradient is ------------------------------------------------------------------------------


@rows(SMOOTH)
def test_gradients_own_their_memory(row: Row) -> None:
    arrays = row.arrays()
    xs = ours(row, arrays)
    ys = [y for y in results(row, OURS, xs) if y.requires_grad]
    us = [np.asarray(u) for u in cotangents(ys)]
    seeds = [public["from_numpy"](u) for u in us]
    from tinygrad_zh.transforms.gradient import backward as sweep_back

    sweep_back(ys, seeds, retain_graph=True)
    held = [array(xs[i].grad) for i in row.wrt(arrays)]
    others = [*arrays, *us, *(array(y) for y in ys)]
    for k, g in enumerate(held):
        assert g.flags.writeable
        for other in (*held[:k], *others):
            assert not np.shares_memory(g, other)
    kept = [g.copy() for g in held]
    for g in held:
        g[...] = np.nan  # spoil them: the graph must not look at them
    for i in row.wrt(arrays):
        xs[i].grad = None
    sweep_back(ys, seeds)
    for i, g in zip(row.wrt(arrays), kept, strict=True):
        np.testing.assert_array_equal(array(xs[i].grad), g)


# -- PyTorch -------------------------------------------------------------------------------------------------


def same_as_pytorch(row: Row, arrays: Sequence[Array]) -> None:
    """Values, dtypes, which results have a gradient, and gradients."""
    found, expected = results(row, OURS, ours(row, arrays)), results(row, THEIRS, theirs(row, arrays))
    for y, e in zip(found, expected, strict=True):
        close(y, e)
        assert y.requires_grad == e.requires_grad
    us = cotangents(expected)
    if us:
        for g, e in zip(our_gradients(row, arrays, us), their_gradients(row, arrays, us), strict=True):
            close(g, e)


@rows([row for row in ROWS if row.parity])
def test_pytorch_agrees(row: Row) -> None:
    for dtype in (np.float64, np.float32):
        same_as_pytorch(row, as_floats(row.arrays(), dtype))


@rows([row for row in ROWS if row.parity and row.integers and any(a.dtype.kind == "f" for a in row.arrays())])
def test_integers_as_in_pytorch(row: Row) -> None:
    for dtype in (np.int64, np.int32, np.uint8, np.bool_):
        same_for_integers(row, dtype)


def same_for_integers(row: Row, dtype: Any) -> None:
    """Integers or bools in the place of floats: the same values in the same dtype, or an error from both."""

    def rounded(a: Array) -> Array:
        return np.asarray(np.abs(np.rint(a)) if dtype in (np.uint8, np.bool_) else np.rint(a)).astype(dtype, order="K")

    arrays = [rounded(a) if a.dtype.kind == "f" else a for a in row.arrays()]
    tensors = [torch.from_numpy(a.copy(order="K")) for a in arrays]
    try:
        expected = results(row, THEIRS, tensors)
    except (RuntimeError, TypeError, IndexError) as problem:
        if re.search("not implemented for|does not support|not supported for", str(problem)):
            return  # PyTorch has no kernel for this dtype: whatever is natural is no silent difference
        with pytest.raises(TinygradZhError):
            results(row, OURS, [public["from_numpy"](a) for a in arrays])
        return
    found = results(row, OURS, [public["from_numpy"](a) for a in arrays])
    for y, e in zip(found, expected, strict=True):
        close(y, e)
