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
from ..core.record import Record
from ..core.sweep import sweep
from ..core.tensor import Tensor, box
from ..errors import error, language
from ..ops.publish import public
from .compare import VALUE_ULP, allowed_ulp, compare
from .replay import Replay, as_array, as_torch
from .report import Report, Row


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
    record = Watch()
    with record:
        results = tensors_in(fn(*copies, **static))
        if not results:
            raise error("parity-no-tensor", name=name_of(fn))
        record.forget_sweeps()
        seeds = {y.node: backend_of(y.array).xp.ones_like(y.array) for y in results if y.node is not None}
        totals = quietly_here(sweep, seeds, None, False, False) if seeds else {}
    lang = language()
    rows = [Replay(torch, step, lang).row() for step in record.steps]
    names = leaf_names(fn, copies)
    for leaf in sorted(totals, key=lambda leaf: leaf.id):
        rows.append(total_row(torch, record, seeds, leaf, totals[leaf], names))
    return Report(name_of(fn), str(torch.__version__), rows)


class Watch(Record):
    """A record that also keeps the cotangents of ops with several results, and shares of nodes without a step.

    Writing into a view makes such nodes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.others: list[tuple[int, Any]] = []

    def pulled(self, node: Node, cotangent: Any, shares: Any) -> None:
        """Keep what the sweep handed on at one node."""
        super().pulled(node, cotangent, shares)
        if node.id in self.by_node:
            if isinstance(cotangent, tuple):
                self.by_node[node.id].cotangent = tuple(None if g is None else g.array.copy() for g in cotangent)
        else:
            edges = zip(node.parents, shares, strict=True)
            self.others += [(p.id, share.array.copy()) for p, share in edges if p and isinstance(share, Tensor)]

    def forget_sweeps(self) -> None:
        """Forget the sweeps that the function itself made; their steps stay."""
        self.others.clear()
        for step in self.steps:
            step.cotangent, step.shares = None, []

    def shares_to(self, leaf: Node) -> list[Any]:
        """Return all shares that were handed to a leaf."""
        of_steps = [share.value for step in self.steps for share in step.shares if share.parent_id == leaf.id]
        return of_steps + [value for parent_id, value in self.others if parent_id == leaf.id]


def torch_module(purpose: str = "tinygrad_zh.parity.check") -> Any:
    """Return PyTorch, or say how to install it and what for."""
    try:
        return importlib.import_module("torch")
    except ImportError as problem:
        raise error("missing-package", package="torch", purpose=purpose, extra="test") from problem


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


def total_row(torch: Any, record: Watch, seeds: dict[Node, Any], leaf: Node, g: Any, names: dict[int, str]) -> Row:
    """Compare a leaf's gradient with the sum of the shares that the steps handed to it."""
    found = as_torch(torch, g.array if isinstance(g, Tensor) else g)
    total, size, terms = torch.zeros_like(found).double(), torch.zeros_like(found).double(), 0
    for share in record.shares_to(leaf) + ([seeds[leaf]] if leaf in seeds else []):
        given = as_torch(torch, share).double()
        total, size = total + given.sum_to_size(found.shape), size + given.abs().sum_to_size(found.shape)
        terms += max(1, given.numel() // max(1, found.numel()))
    ours = as_array(found)
    verdict = compare(ours, as_array(total.to(found.dtype)), as_array(size), allowed_ulp(terms, VALUE_ULP))
    return Row(f"Σ {names.get(leaf.id, 'leaf')}", "", ours.shape, str(ours.dtype), None, verdict)
