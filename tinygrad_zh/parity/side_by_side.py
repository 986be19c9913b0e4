"""One row of the tests, computed here and by PyTorch: values, gradients and second order side by side.

Where ``check`` compares step by step, this compares a whole expression.  So the measure is coarser: differences are
counted in ulp of the greatest finite value of the result, or of 1 if that is greater.

May import: floors 0–3, ``compare``.  Read next: ``survey.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..ops.publish import public
from ..transforms.gradient import grad
from .compare import DIFFERENT, EXACT, NEAR, SKIPPED, Verdict, compare
from .replay import worst

ALLOWED_ULP, SECOND_ULP = 64, 256
"""What counts as rounding in values and gradients, and in second orders, which chain more of it."""
DTYPES = (np.float64, np.float32)
NO_DERIVATIVE = "not implemented"
"""What PyTorch says of a derivative that it does not have."""


@dataclass(frozen=True)
class Comparison:
    """The worst of several comparisons; None where there is nothing to compare."""

    value: Verdict | None = None
    gradient: Verdict | None = None
    second: Verdict | None = None

    def with_worse(self, other: Comparison) -> Comparison:
        """Return the worse verdicts of two."""
        pairs = [(self.value, other.value), (self.gradient, other.gradient), (self.second, other.second)]
        return Comparison(*(worst_of([v for v in pair if v is not None]) for pair in pairs))


def worst_of(verdicts: Sequence[Verdict]) -> Verdict | None:
    """Return the verdict that is furthest from exact, if there is one."""
    return worst(verdicts) if verdicts else None


class Expression:
    """One row with one floating dtype, in one library.

    Parameters
    ----------
    results : list of tensors
        What the row gives.
    wanted : list of tensors
        The operands that get a gradient.
    differentiate : callable
        ``differentiate(results, operands, cotangents)`` gives gradients with a graph, zeros for None.
    constant : callable
        ``constant(array, like)`` makes a tensor of this library.
    """

    def __init__(
        self,
        results: Sequence[Any],
        wanted: Sequence[Any],
        differentiate: Callable[[Any, Any, Any], Sequence[Any]],
        constant: Callable[[Any, Any], Any],
    ) -> None:
        self.results, self.wanted = list(results), list(wanted)
        self.differentiate, self.constant = differentiate, constant

    def smooth(self) -> list[Any]:
        """Return the results that have a gradient."""
        return [y for y in self.results if y.requires_grad]

    def gradients(self, cotangents: Sequence[Any]) -> list[Any]:
        """Return the gradients of Σ ⟨u, y⟩."""
        ys = self.smooth()
        seeds = [self.constant(u, y) for u, y in zip(cotangents, ys, strict=True)]
        return list(self.differentiate(ys, self.wanted, seeds))

    def seconds(self, gradients: Sequence[Any], weights: Sequence[Any]) -> list[Any]:
        """Return the gradients of Σ ⟨w, gradient⟩; zeros if the gradients depend on nothing."""
        pairs = [(g, self.constant(w, g)) for g, w in zip(gradients, weights, strict=True) if g.requires_grad]
        if not pairs:
            return [self.constant(np.zeros(tuple(x.shape)), x) for x in self.wanted]
        return list(self.differentiate([g for g, _ in pairs], self.wanted, [w for _, w in pairs]))


def side_by_side(libraries: Any, row: Any, dtype: Any) -> Comparison:
    """Compare one row with one floating dtype.

    Parameters
    ----------
    libraries : module
        ``tests.ops.libraries``, which makes the operands.
    row : Row
        Of ``tests.ops.tables``.
    dtype : dtype
        Of the floating operands.
    """
    torch = libraries.torch
    arrays = libraries.as_floats(row.arrays(), dtype)
    wrt = row.wrt(arrays)
    xs, ts = libraries.ours(row, arrays), libraries.theirs(row, arrays)

    def ours_back(ys: Any, to: Any, us: Any) -> Any:
        return grad(ys, to, us, create_graph=True, allow_unused=True, materialize_grads=True)

    def theirs_back(ys: Any, to: Any, us: Any) -> Any:
        return torch.autograd.grad(ys, to, us, create_graph=True, allow_unused=True, materialize_grads=True)

    ours = Expression(
        libraries.results(row, libraries.OURS, xs),
        [xs[i] for i in wrt],
        ours_back,
        lambda array, like: public["tensor"](np.asarray(array), dtype=like.dtype),
    )
    theirs = Expression(
        libraries.results(row, libraries.THEIRS, ts),
        [ts[i] for i in wrt],
        theirs_back,
        lambda array, like: torch.as_tensor(array).to(like.dtype),
    )
    value = pairwise(libraries, ours.results, theirs.results)
    smooth = [[y.requires_grad for y in each.results] for each in (ours, theirs)]
    if smooth[0] != smooth[1]:
        return Comparison(value, Verdict(DIFFERENT, note=f"requires_grad {smooth[0]} / {smooth[1]}"))
    if not wrt or not any(smooth[0]) or (value is not None and value.note):
        return Comparison(value)  # results of another shape or dtype have no gradients that could be compared
    us = libraries.cotangents(theirs.results)
    mine, other = ours.gradients(us), theirs.gradients(us)
    gradient = pairwise(libraries, mine, other)
    if not row.second:
        return Comparison(value, gradient)
    rng = np.random.default_rng(4)
    ws = [rng.normal(size=arrays[i].shape) for i in wrt]
    try:
        expected = theirs.seconds(other, ws)
    except RuntimeError as problem:
        if NO_DERIVATIVE not in str(problem):
            raise
        return Comparison(value, gradient, Verdict(SKIPPED))
    return Comparison(value, gradient, pairwise(libraries, ours.seconds(mine, ws), expected, SECOND_ULP))


def pairwise(libraries: Any, ours: Sequence[Any], theirs: Sequence[Any], allowed: int = ALLOWED_ULP) -> Verdict | None:
    """Return the worst verdict on tensors that belong together."""
    if len(ours) != len(theirs):
        return Verdict(DIFFERENT, note=f"{len(ours)} / {len(theirs)}")
    return worst_of([measured(libraries, a, b, allowed) for a, b in zip(ours, theirs, strict=True)])


def measured(libraries: Any, ours: Any, theirs: Any, allowed: int) -> Verdict:
    """Compare two tensors, in ulp of the greatest value."""
    if isinstance(theirs, libraries.torch.Tensor) and theirs._is_zerotensor():
        theirs = libraries.torch.zeros_like(theirs)  # PyTorch's symbolic zero has no values
    a, b = libraries.array(ours), libraries.array(theirs)
    size = max(1.0, float(np.abs(b[np.isfinite(b)]).max(initial=0))) if b.dtype.kind == "f" else None
    return compare(a, b, None if size is None else np.float64(size), allowed)


def agrees(verdict: Verdict | None) -> bool:
    """Whether a verdict says equal but for rounding, or nothing."""
    return verdict is None or verdict.kind in (EXACT, NEAR, SKIPPED)
