"""A module of ours beside PyTorch's with the same parameters: results and all gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tinygrad_zh as tg

ROUNDING = {"float64": 1e-11, "float32": 2e-4}


def same(ours: Any, theirs: Any, dtype: str = "float64") -> None:
    """Compare nested results or gradients; None only beside None."""
    if theirs is None:
        assert ours is None
    elif isinstance(theirs, (tuple, list)):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            same(a, b, dtype)
    else:
        a, b = ours.numpy(force=True), theirs.detach().numpy()
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, rtol=ROUNDING[dtype], atol=ROUNDING[dtype])


def tensors_in(found: Any) -> list[Any]:
    """The tensors of a nested result."""
    if isinstance(found, (tuple, list)):
        return [x for part in found for x in tensors_in(part)]
    return [] if found is None else [found]


def compare(ours: Any, theirs: Any, use: Callable[..., Any], *arrays: Any, dtype: str = "float64") -> None:
    """Load PyTorch's state, compute ``use(library, module, *tensors)`` in both, and compare with all gradients."""
    import torch

    assert list(ours.state_dict()) == list(theirs.state_dict())
    theirs.to(getattr(torch, dtype))
    ours.to(getattr(tg, dtype)).load_state_dict(theirs.state_dict())
    found = []
    for library, module in ((tg, ours), (torch, theirs)):
        module.zero_grad()
        given = [
            None if a is None
            else library.tensor(a.astype(dtype), requires_grad=True) if a.dtype.kind == "f"
            else library.tensor(a)
            for a in arrays
        ]  # fmt: skip
        results = use(library, module, *given)
        floating = [y for y in tensors_in(results) if y.requires_grad]
        sum((y * y * (k + 1)).sum() + y.sum() for k, y in enumerate(floating)).backward()  # type: ignore[union-attr]
        gradients = [x.grad for x in given if x is not None], [p.grad for p in module.parameters()]
        found.append((results, *gradients))
    same(found[0], found[1], dtype)
