"""``parity.check(fn, *inputs)``: run a function here, then compare every step with PyTorch.

Each step is replayed **by itself**: PyTorch gets the operands that our step had, and for the pullback the
cotangent that our step got.  So a difference shows where it arises, not wherever it is carried to, and the
rounding allowed is that of one op.  The sums of the shares, which the sweep forms, are compared last.  If every
step and every sum is right, the whole is right.

May import: floors 0–3, the files before it.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..backend.devices import backend_of
from ..backend.quiet import quietly_here
from ..core.node import Node
from ..core.record import Record, Step
from ..core.registry import public
from ..core.sweep import sweep
from ..core.tensor import Tensor, box
from ..errors import error, language
from .compare import DIFFERENT, EXACT, NEAR, PULLBACK_ULP, SKIPPED, VALUE_ULP, Verdict, allowed_ulp, compare
from .report import Report, Row
from .table import REASONS, TWINS, Twin


def check(fn: Callable[..., Any], *inputs: Any, **static: Any) -> Report:
    """Compare a function, as computed here, with PyTorch: every step's value and gradient.

    Parameters
    ----------
    fn : callable
        Returns a Tensor, or a tuple, list or dict of Tensors, made by operations of this package.
    *inputs : Tensor, NumPy array or anything else
        Its arguments.  Floating tensors and arrays are copied and given a gradient; no ``grad`` of yours changes.
    **static
        Further arguments, handed on as they are.

    Returns
    -------
    Report
        ``report.ok`` says whether all agrees; ``print(report)`` shows the table.

    Raises
    ------
    MissingPackageError
        If PyTorch is not installed.
    ArgumentError
        If the function returns no Tensor.

    Notes
    -----
    Gradients are those of the sum of all floating results.  What counts as rounding is explained in
    ``tinygrad_zh/parity/compare.py``.  An op of your own is compared if you give it a twin:
    ``parity.TWINS["name"] = parity.Twin(lambda torch, x: ...)``.

    Examples
    --------
    >>> check(lambda x: (x * x).sum(), tensor([1.0, 2.0])).ok
    True
    """
    torch = torch_module()
    copies = [fresh(x) for x in inputs]
    with Watch() as record:
        results = tensors_in(fn(*copies, **static))
        if not results:
            raise error("parity-no-tensor", name=name_of(fn))
        record.forget_sweeps()
        seeds = {y.node: backend_of(y.array).xp.ones_like(y.array) for y in results if y.node is not None}
        totals = quietly_here(sweep, seeds, None, False, False) if seeds else {}
    lang = language()
    rows = [Replay(torch, step, lang).row() for step in record.steps]
    names = leaf_names(fn, copies)
    rows += [total_row(torch, record, seeds, leaf, g, names) for leaf, g in sorted(totals.items(), key=lambda item: item[0].id)]
    return Report(name_of(fn), str(torch.__version__), rows)


class Watch(Record):
    """A record that also keeps the shares of nodes without a step: those that writing into a view makes."""

    def __init__(self) -> None:
        super().__init__()
        self.others: list[tuple[int, Any]] = []

    def pulled(self, node: Node, cotangent: Any, shares: list[tuple[Node, Any, int]]) -> None:
        """Keep what the sweep handed on at one node."""
        super().pulled(node, cotangent, shares)
        if node.id not in self.by_node:
            self.others += [(parent.id, share.array.copy()) for parent, share, _ in shares if isinstance(share, Tensor)]

    def forget_sweeps(self) -> None:
        """Forget the sweeps that the function itself made; their steps stay."""
        self.others.clear()
        for step in self.steps:
            step.cotangent, step.shares = None, []

    def shares_to(self, leaf: Node) -> list[Any]:
        """Return all shares that were handed to a leaf."""
        of_steps = [share.value for step in self.steps for share in step.shares if share.parent_id == leaf.id]
        return of_steps + [value for parent_id, value in self.others if parent_id == leaf.id]


def torch_module() -> Any:
    """Return PyTorch, or say how to install it."""
    try:
        return importlib.import_module("torch")
    except ImportError as problem:
        raise error("missing-package", package="torch", purpose="tinygrad_zh.parity.check", extra="test") from problem


def fresh(x: Any) -> Any:
    """Return a copy of a floating tensor or array that requires a gradient; anything else as it is."""
    if isinstance(x, np.ndarray):
        x = public["tensor"](x)
    if not isinstance(x, Tensor):
        return x
    copy = box(backend_of(x.array).xp.array(x.array))
    return copy.requires_grad_() if copy.dtype.kind == "f" else copy


def tensors_in(result: Any) -> list[Tensor]:
    """Return the Tensors of a nested result."""
    if isinstance(result, Tensor):
        return [result]
    if isinstance(result, dict):
        result = list(result.values())
    return [y for part in result for y in tensors_in(part)] if isinstance(result, (list, tuple)) else []


def name_of(fn: Any) -> str:
    """Return what a function or module is called."""
    return str(getattr(fn, "__name__", type(fn).__name__))


def leaf_names(fn: Any, inputs: list[Any]) -> dict[int, str]:
    """Return the names of leaves by node: a module's parameters, and the function's own for its inputs."""
    names = {}
    if callable(getattr(fn, "named_parameters", None)):
        names = {p.node.id: name for name, p in fn.named_parameters() if p.node is not None}
    try:
        parameters = [p.name for p in inspect.signature(fn).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    except (TypeError, ValueError):  # builtins have no signature
        parameters = []
    for i, x in enumerate(inputs):
        if isinstance(x, Tensor) and x.node is not None:
            names[x.node.id] = x.name or (parameters[i] if i < len(parameters) else f"input {i}")
    return names


class Replay:
    """One recorded step, done again by PyTorch."""

    def __init__(self, torch: Any, step: Step, lang: str) -> None:
        self.torch, self.step, self.lang = torch, step, lang
        self.twin: Twin | None = TWINS.get(step.op.name)

    def row(self) -> Row:
        """Compare value and gradient."""
        step = self.step
        value, gradient = self.verdicts()
        return Row(step.op.name, step.line, step.value.shape, str(step.value.dtype), value, gradient)

    def verdicts(self) -> tuple[Verdict, Verdict | None]:
        """Return the verdicts on value and gradient."""
        if self.twin is None:
            chinese, english = REASONS.get(self.step.op.name, ("表中没有这个运算", "the table has no twin for this op"))
            return Verdict(SKIPPED, note=chinese if self.lang == "zh" else english), None
        operands = [self.as_torch(i) for i in range(len(self.step.operands))]
        found = self.twin.call(self.torch, *operands, **self.step.static)
        theirs = found if isinstance(found, tuple) else (found,)
        with self.torch.no_grad():
            value = self.value_verdict(theirs, operands)
        return value, self.gradient_verdict(theirs, operands)

    def as_torch(self, i: int) -> Any:
        """Return operand `i` as PyTorch's: a leaf for a Tensor, a 0-d tensor for a number, None for None."""
        x = self.step.operands[i]
        if x is None or isinstance(x, (tuple, str)):
            return x
        if isinstance(x, (bool, int, float)):
            return self.torch.tensor(x, dtype=self.number_dtype())
        found = self.torch.from_numpy(np.array(backend_of(x).to_numpy(x)))
        return found.requires_grad_(self.step.parent_ids[i] is not None and found.is_floating_point())

    def number_dtype(self) -> Any:
        """Return the dtype that a number takes beside the step's tensors; a mask has no say in it."""
        dtypes = [x.dtype for x in self.step.operands if hasattr(x, "dtype") and x.dtype.kind != "b"]
        return getattr(self.torch, (dtypes or [self.step.value.dtype])[0].name)

    def value_verdict(self, theirs: tuple[Any, ...], operands: list[Any]) -> Verdict:
        """Compare all results of the step."""
        assert self.twin is not None
        if len(theirs) != len(self.step.results):
            return Verdict(DIFFERENT, note=f"{len(self.step.results)} / {len(theirs)} results")
        static, y = self.step.static, theirs[0]
        allowed = allowed_ulp(self.twin.terms(y, *operands, **static), VALUE_ULP)
        sizes: tuple[Any, ...] = (None,) * len(theirs)
        if self.twin.size is not None:
            sizes = (self.twin.size(self.torch, y, *operands, **static),)
        elif self.twin.linear and y.is_floating_point():
            absolute = self.twin.call(self.torch, *[sized(x) for x in operands], **self.static_sized())
            sizes = absolute if isinstance(absolute, tuple) else (absolute,)
        arrays = [backend_of(x).to_numpy(x) for x in self.step.results]
        return worst(
            compare(ours, as_array(y), None if size is None else as_array(size), allowed)
            for ours, y, size in zip(arrays, theirs, sizes, strict=True)
        )

    def static_sized(self) -> dict[str, Any]:
        """Return the static arguments for the run on absolute values: a cast must not round them."""
        return {k: np.dtype("float64") if k == "dtype" else v for k, v in self.step.static.items()}

    def gradient_verdict(self, theirs: tuple[Any, ...], operands: list[Any]) -> Verdict | None:
        """Compare what the step handed to each operand."""
        step, twin = self.step, self.twin
        assert twin is not None
        if step.cotangent is None or not step.shares:
            return None
        y, g = theirs[0], self.torch.from_numpy(np.array(backend_of(step.cotangent).to_numpy(step.cotangent)))
        at = [share.position for share in step.shares]
        if not y.requires_grad:
            return Verdict(DIFFERENT, note="no gradient in PyTorch" if self.lang == "en" else "PyTorch 里没有梯度")
        pulled = self.torch.autograd.grad(y, [operands[i] for i in at], g, allow_unused=True)
        verdicts = []
        with self.torch.no_grad():
            y = y.detach()
            plain = [x.detach() if hasattr(x, "detach") else x for x in operands]
            for share, found in zip(step.shares, pulled, strict=True):
                i = share.position
                wanted = operands[i].shape
                given = self.torch.from_numpy(np.array(backend_of(share.value).to_numpy(share.value)))
                summed = given.double().sum_to_size(wanted).to(given.dtype)
                theirs_i = self.torch.zeros_like(plain[i]) if found is None else found
                times = max(1, given.numel() // max(1, summed.numel()))
                terms = times * twin.terms_back(i, y, *plain, **step.static)
                if twin.size_back is not None:
                    size = twin.size_back(self.torch, i, g, y, *plain, **step.static)
                    size = size.expand(given.shape) if size.numel() <= given.numel() else size
                elif twin.linear:
                    size = self.size_back_of_linear(i, plain, g)
                else:
                    size = given.abs()
                size = size.double().sum_to_size(wanted)
                verdicts.append(compare(as_array(summed), as_array(theirs_i), as_array(size), allowed_ulp(terms, PULLBACK_ULP)))
        return worst(verdicts)

    def size_back_of_linear(self, i: int, operands: list[Any], g: Any) -> Any:
        """Return the pullback of |g| to operand `i` on absolute values: the sum of what the gradient adds up."""
        assert self.twin is not None
        with self.torch.enable_grad():
            leaves = [sized(x) for x in operands]
            leaves[i] = leaves[i].requires_grad_()
            y = self.twin.call(self.torch, *leaves, **self.static_sized())
            return self.torch.autograd.grad(y, leaves[i], g.abs().double())[0]


def sized(x: Any) -> Any:
    """Return the absolute values of a floating operand, in float64; others as they are."""
    return x.detach().abs().double() if hasattr(x, "is_floating_point") and x.is_floating_point() else x


def as_array(tensor: Any) -> Any:
    """Return the NumPy array of a PyTorch tensor."""
    return tensor.detach().numpy()


def worst(verdicts: Any) -> Verdict:
    """Return the verdict that is furthest from exact."""
    order = {SKIPPED: 0, EXACT: 1, NEAR: 2, DIFFERENT: 3}
    return max(verdicts, key=lambda v: (order[v.kind], v.ulp - v.allowed))


def total_row(torch: Any, record: Watch, seeds: dict[Node, Any], leaf: Node, g: Any, names: dict[int, str]) -> Row:
    """Compare a leaf's gradient with the sum of the shares that the steps handed to it."""
    array = g.array if isinstance(g, Tensor) else g
    ours = backend_of(array).to_numpy(array)
    total, size, terms = torch.zeros(ours.shape, dtype=torch.float64), torch.zeros(ours.shape, dtype=torch.float64), 0
    parts = record.shares_to(leaf) + ([seeds[leaf]] if leaf in seeds else [])
    for part in parts:
        given = torch.from_numpy(np.array(backend_of(part).to_numpy(part))).double()
        total, size = total + given.sum_to_size(ours.shape), size + given.abs().sum_to_size(ours.shape)
        terms += max(1, given.numel() // max(1, ours.size))
    theirs = as_array(total).astype(ours.dtype)
    verdict = compare(ours, theirs, as_array(size), allowed_ulp(terms, VALUE_ULP))
    return Row(f"Σ {names.get(leaf.id, 'leaf')}", "", ours.shape, str(ours.dtype), None, verdict)
