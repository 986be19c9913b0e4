r"""Floor 3: are the gradients right?  Compare them with finite differences.

For a direction v in the space of the inputs and u in that of the outputs, reverse mode gives ⟨Jᵀu, v⟩, and
(f(x + εv) − f(x − εv)) / 2ε gives Jv.  The slow mode takes every unit vector for v and so checks every entry
of J; the fast mode takes one random v and u, and a wrong entry hides from it with probability 0.

May import: floors 0–2, ``gradient``.  Read next: ``pushforward.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..backend.devices import backend_of
from ..core.tensor import Tensor, box
from ..errors import error
from ..ops.grad_mode import enable_grad, no_grad
from .gradient import grad


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    fast_mode: bool = False,
    raise_exception: bool = True,
    seed: int = 0,
) -> bool:
    """Check the gradients of a function against central finite differences.

    Parameters
    ----------
    func : callable
        Takes the inputs, returns a Tensor or a tuple of them.
    inputs : Tensor or tuple
        Arguments; those that require a gradient are checked, and must be float64.
    eps : float
        Half the step of the differences.
    atol, rtol : float
        ``|reverse − difference| ≤ atol + rtol·|difference|`` for every entry.
    fast_mode : bool
        Check one random projection of the Jacobian instead of every entry.
    raise_exception : bool
        Raise on a difference instead of returning False.
    seed : int
        Of the random projection.

    Returns
    -------
    bool
        True if every checked entry agrees.

    Raises
    ------
    CheckFailed
        Names the input, the entry and both numbers.
    DTypeError
        If a checked input is not float64: the differences would be rounding noise.

    Notes
    -----
    Central differences are wrong by O(ε²) + O(rounding/ε); ε ≈ 1e-6 balances the two in float64.
    Cost: two calls of `func` per element of the inputs; in fast mode two in all.

    Examples
    --------
    >>> from tinygrad_zh import tensor
    >>> gradcheck(lambda x: x * x, tensor([1.0, 2.0], dtype="float64", requires_grad=True))
    True
    """
    args = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    checked = [i for i, x in enumerate(args) if isinstance(x, Tensor) and x.requires_grad]
    if not checked:
        raise error("gradcheck-nothing")
    for i in checked:
        if args[i].dtype != np.float64:
            raise error("gradcheck-dtype", position=i, dtype=args[i].dtype)
    rng = np.random.default_rng(seed)
    with enable_grad():
        outputs = as_outputs(func(*args))
    verdict: Difference | None = None
    for k, output in enumerate(outputs):
        if output.dtype.kind != "f" or not output.requires_grad:
            continue
        compare = compare_projection if fast_mode else compare_entries
        verdict = compare(func, args, checked, k, output, eps, atol, rtol, rng)
        if verdict is not None:
            break
    if verdict is not None and raise_exception:
        raise error(
            "gradcheck-differs",
            input=verdict.input,
            entry=verdict.entry,
            output=verdict.output,
            row=verdict.row,
            reverse=verdict.reverse,
            difference=verdict.difference,
        )
    return verdict is None


class Difference(NamedTuple):
    """Where reverse mode and finite differences disagree: input and output by position, entry and row within."""

    input: int
    entry: Any
    output: int
    row: Any
    reverse: float
    difference: float


def as_outputs(result: Any) -> tuple[Tensor, ...]:
    """Return one or several results as a tuple."""
    return (result,) if isinstance(result, Tensor) else tuple(result)


def shifted(func: Any, args: tuple[Any, ...], position: int, array: Any, k: int) -> Any:
    """Return output `k` as a float64 NumPy array, with another array for one input."""
    changed = list(args)
    changed[position] = box(array)
    with no_grad():
        y = as_outputs(func(*changed))[k].array
    return np.asarray(backend_of(y).to_numpy(y), dtype=np.float64)


def differs(reverse: Any, difference: Any, atol: float, rtol: float) -> Any:
    """Where two numbers disagree; NaN agrees with NaN alone."""
    same_nan = np.isnan(reverse) & np.isnan(difference)
    with np.errstate(invalid="ignore"):
        return ~((np.abs(reverse - difference) <= atol + rtol * np.abs(difference)) | same_nan)


def compare_entries(
    func: Any, args: Any, checked: Any, k: int, output: Tensor, eps: float, atol: float, rtol: float, _rng: Any
) -> Difference | None:
    """Compare every entry of the Jacobian of output `k`; return the first that differs, or None."""
    rows = reverse_rows(output, [args[i] for i in checked])
    for i, jacobian in zip(checked, rows, strict=True):
        flat = np.array(backend_of(args[i].array).to_numpy(args[i].array))
        for j, index in enumerate(np.ndindex(*flat.shape)):
            column = []
            for step in (eps, -eps):
                moved = flat.copy()
                moved[index] += step
                column.append(shifted(func, args, i, backend_of(args[i].array).from_numpy(moved), k).ravel())
            difference = (column[0] - column[1]) / (2 * eps)
            wrong = differs(jacobian[:, j], difference, atol, rtol)
            if wrong.any():
                row = int(np.argmax(wrong))
                entry = tuple(int(n) for n in index)
                return Difference(i, entry, k, row, float(jacobian[row, j]), float(difference[row]))
    return None


def reverse_rows(output: Tensor, inputs: list[Tensor]) -> list[Any]:
    """Return the Jacobian of one output with respect to each input, a row per element, by reverse mode."""
    count = output.array.size
    rows = [np.zeros((count, x.array.size)) for x in inputs]
    backend = backend_of(output.array)
    for r in range(count):
        unit = np.zeros(count, dtype=output.dtype)
        unit[r] = 1
        cotangent = box(backend.from_numpy(unit.reshape(output.shape)))
        for row, g in zip(rows, grad(output, inputs, cotangent, retain_graph=True, allow_unused=True), strict=True):
            if g is not None:
                row[r] = backend.to_numpy(g.array).ravel()
    return rows


def compare_projection(
    func: Any, args: Any, checked: Any, k: int, output: Tensor, eps: float, atol: float, rtol: float, rng: Any
) -> Difference | None:
    """Compare ⟨Jᵀu, v⟩ with ⟨u, Jv⟩ for random u and v, input by input."""
    backend = backend_of(output.array)
    u = rng.normal(size=output.shape)
    cotangent = box(backend.from_numpy(np.asarray(u)))
    pulled = grad(output, [args[i] for i in checked], cotangent, retain_graph=True, allow_unused=True)
    for i, g in zip(checked, pulled, strict=True):
        x = np.array(backend.to_numpy(args[i].array))
        v = np.asarray(rng.normal(size=x.shape))
        ends = [shifted(func, args, i, backend.from_numpy(np.asarray(x + s * eps * v)), k) for s in (1, -1)]
        difference = float(np.sum(u * (ends[0] - ends[1])) / (2 * eps))
        reverse = 0.0 if g is None else float(np.sum(backend.to_numpy(g.array) * v))
        scale = float(np.sqrt(max(x.size, 1) * max(output.array.size, 1)))  # u and v add up that many entries
        if differs(np.float64(reverse), np.float64(difference), atol * scale, rtol):
            return Difference(i, "a random direction", k, "a random direction", reverse, difference)
    return None


def gradgradcheck(
    func: Callable[..., Any], inputs: Any, grad_outputs: Any = None, *, seed: int = 0, **options: Any
) -> bool:
    """Check second derivatives: `gradcheck` of the function that returns the gradients.

    Parameters
    ----------
    func, inputs
        As in `gradcheck`.
    grad_outputs : Tensor or sequence of Tensor, optional
        Cotangents of the outputs; random ones by default.  They are checked as inputs too.
    seed : int
        Of the random cotangents.
    **options
        Of `gradcheck`.

    Returns
    -------
    bool
        True if the second derivatives agree.
    """
    args = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    outputs = as_outputs(func(*args))
    if grad_outputs is None:
        rng = np.random.default_rng(seed)
        grad_outputs = [
            box(backend_of(y.array).from_numpy(np.asarray(rng.normal(size=y.shape)))).requires_grad_() for y in outputs
        ]
    cotangents = as_outputs(grad_outputs)
    count = len(args)

    def gradients(*values: Any) -> tuple[Tensor, ...]:
        live = [
            x if not isinstance(x, Tensor) or x.requires_grad or not args[i].requires_grad else x.requires_grad_()
            for i, x in enumerate(values[:count])
        ]
        with enable_grad():
            ys = as_outputs(func(*live))
            wanted = [x for i, x in enumerate(live) if isinstance(args[i], Tensor) and args[i].requires_grad]
            found = grad(ys, wanted, list(values[count:]), create_graph=True, materialize_grads=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(gradients, (*args, *cotangents), seed=seed, **options)
