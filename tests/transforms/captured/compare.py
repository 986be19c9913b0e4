"""A function eager and captured, on the same calls: results, gradients, weights and random numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import tinygrad_zh as tg
from tests.transforms.captured.fusing import fusing
from tinygrad_zh.core.tensor import Tensor

RNG = np.random.default_rng(5)


def drawn(*shape: int, dtype: str = "float32") -> Tensor:
    """A tensor of normal numbers."""
    return tg.tensor(RNG.normal(size=shape).astype(dtype))


def classes(count: int, *shape: int) -> Tensor:
    """A tensor of classes."""
    return tg.tensor(RNG.integers(0, count, shape))


def numbers(x: Any) -> Any:
    """Copy what a nested result holds, so that nothing later changes it."""
    if isinstance(x, Tensor):
        return x.numpy(force=True).copy()
    if isinstance(x, (list, tuple)):
        return [numbers(part) for part in x]
    if isinstance(x, dict):
        return {name: numbers(part) for name, part in x.items()}
    return x


def same(found: Any, expected: Any, rounding: float) -> None:
    """Compare nested arrays with their dtypes and shapes."""
    if isinstance(expected, np.ndarray):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(found, expected, rtol=rounding, atol=rounding)
    elif isinstance(expected, (list, dict)):
        assert type(found) is type(expected) and len(found) == len(expected)
        for key in expected if isinstance(expected, dict) else range(len(expected)):
            same(found[key], expected[key], rounding)
    else:
        assert found == expected


def compare(
    make: Callable[[], tuple[Callable[..., Any], Callable[[], Any]]],
    calls: Sequence[Sequence[Any]],
    *,
    captures: int = 1,
    rounding: float = 0.0,
    loops_rounding: float = 1e-5,
    between: Callable[[int], None] = lambda i: None,
) -> Any:
    """Make a program three times, run it eagerly, captured, and captured with loops, and compare after each call.

    Parameters
    ----------
    make : callable
        Returns a function, and what returns all that it may have changed.
    calls : sequence of sequence
        The arguments of each call.
    captures : int
        How often it must be captured.
    rounding : float
        How far numbers may differ: not at all, unless said otherwise.
    loops_rounding : float
        How far they may where elementwise steps are loops, which have an exponential of their own.
    between : callable
        Is called with its number before each call.
    """
    histories, captured = {}, None
    for how in ("eager", "not", "interpreted"):
        tg.manual_seed(7)
        function, changed = make()
        if how != "eager":
            function = captured = tg.jit(function)  # type: ignore[assignment]
        history = []
        with fusing(how):
            for i, args in enumerate(calls):
                between(i)
                result = function(*args)
                history.append([numbers(result), numbers(changed()), tg.get_rng_state()["block"]])
        assert captured is None or captured.captures == captures
        histories[how] = history, [numbers(each) for each in history]
    same(histories["not"][0], histories["eager"][0], rounding)
    same(histories["interpreted"][0], histories["eager"][0], max(rounding, loops_rounding))
    return captured


def state_of(*things: Any) -> Callable[[], Any]:
    """Return what tells the weights, buffers and gradients of modules, and the states of optimisers."""

    def state() -> Any:
        found: list[Any] = []
        for thing in things:
            if isinstance(thing, tg.nn.Module):
                found += [dict(thing.state_dict()), [p.grad for p in thing.parameters()]]
            elif isinstance(thing, Tensor):
                found += [thing, thing.grad]
            else:
                found.append([[s[k] for k in sorted(s)] for s in thing.state_dict()["state"].values()])
        return found

    return state
