"""One recorded step, done again by PyTorch: the same operands, and for the pullback the same cotangent.

May import: floors 0–1, ``table``, ``compare``.  Read next: ``check.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..backend.devices import backend_of
from ..ops.steps import Share, Step
from .compare import DIFFERENT, EXACT, NEAR, PULLBACK_ULP, SKIPPED, VALUE_ULP, Verdict, allowed_ulp, compare
from .report import Row
from .table import REASONS, TWINS
from .twin import Twin

UNKNOWN = ("对照表里没有这个运算", "the table has no twin for this op")
ORDER = {SKIPPED: 0, EXACT: 1, NEAR: 2, DIFFERENT: 3}


class Replay:
    """Compares one step.

    Parameters
    ----------
    torch : module
        PyTorch.
    step : Step
        What was recorded.
    lang : {"zh", "en"}
        Of notes.
    """

    def __init__(self, torch: Any, step: Step, lang: str) -> None:
        self.torch, self.step, self.chinese = torch, step, lang == "zh"

    def row(self) -> Row:
        """Return the verdicts on the step's value and on its gradient."""
        step = self.step
        twin = TWINS.get(step.op.name)
        if twin is None:
            chinese, english = REASONS.get(step.op.name, UNKNOWN)
            value, gradient = Verdict(SKIPPED, note=chinese if self.chinese else english), None
        else:
            operands = [self.operand(i) for i in range(len(step.operands))]
            found = twin.call(self.torch, *operands, **step.static)
            theirs = found if isinstance(found, tuple) else (found,)
            if twin.align is not None:
                theirs = twin.align(self.torch, [as_torch(self.torch, x) for x in step.results], theirs)
            plain = [x.detach() if hasattr(x, "detach") else x for x in operands]
            value = self.value(twin, tuple(y.detach() for y in theirs), plain)
            gradient = self.gradient(twin, theirs, operands, plain)
        return Row(step.op.name, step.line, step.value.shape, str(step.value.dtype), value, gradient)

    def operand(self, i: int) -> Any:
        """Return operand `i` as PyTorch's: a leaf for a Tensor, a 0-d tensor for a number, the rest as it is."""
        x = self.step.operands[i]
        if isinstance(x, (bool, int, float)):
            # A number takes the dtype of the tensors it stands beside; a mask among them has no say.
            dtypes = [x.dtype for x in self.step.operands if hasattr(x, "dtype") and x.dtype.kind != "b"]
            return self.torch.tensor(x, dtype=getattr(self.torch, (dtypes or [self.step.value.dtype])[0].name))
        if not hasattr(x, "dtype"):
            return x
        found = as_torch(self.torch, x)
        return found.requires_grad_(self.step.parent_ids[i] is not None and found.is_floating_point())

    def value(self, twin: Twin, theirs: tuple[Any, ...], operands: list[Any]) -> Verdict:
        """Compare all results."""
        if len(theirs) != len(self.step.results):
            return Verdict(DIFFERENT, note=f"{len(self.step.results)} / {len(theirs)}")
        sizes: tuple[Any, ...] = (None,) * len(theirs)
        if twin.size is not None:
            measured = twin.size(self.torch, theirs[0], *operands, **self.step.static)
            sizes = measured if isinstance(measured, tuple) else (measured,)
        elif twin.linear and theirs[0].is_floating_point():
            sizes = self.absolute(twin, [sized(x) for x in operands])
        allowed = allowed_ulp(twin.terms(theirs[0], *operands, **self.step.static), VALUE_ULP)
        return worst(
            compare(as_array(as_torch(self.torch, x)), as_array(y), None if size is None else as_array(size), allowed)
            for x, y, size in zip(self.step.results, theirs, sizes, strict=True)
        )

    def absolute(self, twin: Twin, operands: list[Any]) -> tuple[Any, ...]:
        """Return the results on absolute values, in float64; a cast must not round them."""
        static = {name: np.dtype("float64") if name == "dtype" else x for name, x in self.step.static.items()}
        found = twin.call(self.torch, *operands, **static)
        return found if isinstance(found, tuple) else (found,)

    def gradient(self, twin: Twin, theirs: tuple[Any, ...], operands: list[Any], plain: list[Any]) -> Verdict | None:
        """Compare what the step handed to each operand; None if no sweep passed it."""
        step = self.step
        if step.cotangent is None or not step.shares:
            return None
        given = step.cotangent if isinstance(step.cotangent, tuple) else (step.cotangent,)
        gs = {k: as_torch(self.torch, g) for k, g in enumerate(given) if g is not None}
        if not all(theirs[k].requires_grad for k in gs):
            return Verdict(DIFFERENT, note="PyTorch 里没有梯度" if self.chinese else "no gradient in PyTorch")
        at = [operands[share.position] for share in step.shares]
        pulled = self.torch.autograd.grad([theirs[k] for k in gs], at, list(gs.values()), allow_unused=True)
        y = theirs[0].detach()
        return worst(
            self.share(twin, share, found, y, plain, gs) for share, found in zip(step.shares, pulled, strict=True)
        )

    def share(self, twin: Twin, share: Share, found: Any, y: Any, operands: list[Any], gs: dict[int, Any]) -> Verdict:
        """Compare what one operand got, after undoing broadcasting as the sweep does."""
        i, given = share.position, as_torch(self.torch, share.value)
        wanted = operands[i].shape
        if twin.size_back is not None:
            several = len(self.step.results)
            g = gs[0] if several == 1 else tuple(gs.get(k) for k in range(several))
            size = twin.size_back(self.torch, i, g, y, *operands, **self.step.static)
            size = size.expand(self.torch.broadcast_shapes(size.shape, given.shape))
        elif twin.linear:
            size = self.absolute_back(twin, i, operands, gs)
        else:
            size = given.abs()
        ours = given.double().sum_to_size(wanted).to(given.dtype)
        theirs = self.torch.zeros_like(operands[i]) if found is None else found
        summed = max(1, given.numel() // max(1, ours.numel()))
        terms = summed * twin.terms_back(i, y, *operands, **self.step.static)
        size = as_array(size.double().sum_to_size(wanted))
        return compare(as_array(ours), as_array(theirs), size, allowed_ulp(terms, PULLBACK_ULP))

    def absolute_back(self, twin: Twin, i: int, operands: list[Any], gs: dict[int, Any]) -> Any:
        """Return the pullback of |g| to operand `i` on absolute values: the size of what the gradient adds up."""
        leaves = [sized(x) for x in operands]
        leaves[i] = leaves[i].requires_grad_()
        ys = self.absolute(twin, leaves)
        return self.torch.autograd.grad([ys[k] for k in gs], leaves[i], [g.abs().double() for g in gs.values()])[0]


def as_torch(torch: Any, array: Any) -> Any:
    """Return a PyTorch tensor with the values of an array of any device."""
    return torch.from_numpy(np.array(backend_of(array).to_numpy(array)))


def as_array(tensor: Any) -> Any:
    """Return the NumPy array of a PyTorch tensor."""
    return tensor.detach().numpy()


def sized(x: Any) -> Any:
    """Return the absolute values of a floating operand, in float64; others as they are."""
    return x.detach().abs().double() if hasattr(x, "is_floating_point") and x.is_floating_point() else x


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that is furthest from exact."""
    return max(verdicts, key=lambda verdict: (ORDER[verdict.kind], verdict.ulp - verdict.allowed))
