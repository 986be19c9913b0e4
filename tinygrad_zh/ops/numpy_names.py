"""Floor 2: NumPy's functions on our tensors: ``np.exp(t)``, ``array + t``, ``np.mean(t, axis=0)`` are our ops.

NumPy asks an operand that is not its own what to do, by two protocols: ``__array_ufunc__`` for elementwise
functions (operators between an array and a tensor come here too), ``__array_function__`` for the others.  We
answer with the op of the same meaning, so that it is recorded; what has none is refused, for NumPy's own
result would silently leave the graph.  Shapes, dtypes and NaN are as our ops (PyTorch) have them.

May import: floors 0–1, ``create``.
Source: NumPy Enhancement Proposals 13 and 18.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..backend.devices import BACKENDS
from ..core.registry import public, registry
from ..core.tensor import Tensor
from ..errors import error
from .create import from_numpy, tensor

UFUNCS = {
    "absolute": "abs",
    "arccos": "acos",
    "arccosh": "acosh",
    "arcsin": "asin",
    "arcsinh": "asinh",
    "arctan": "atan",
    "arctan2": "atan2",
    "arctanh": "atanh",
    "divide": "div",
    "equal": "eq",
    "fabs": "abs",
    "greater": "gt",
    "greater_equal": "ge",
    "invert": "bitwise_not",
    "left_shift": "bitwise_left_shift",
    "less": "lt",
    "less_equal": "le",
    "negative": "neg",
    "not_equal": "ne",
    "power": "pow",
    "right_shift": "bitwise_right_shift",
    "rint": "round",
}
"""Our names of NumPy's elementwise functions, where they differ; the rest (exp, add, …) bear the same name."""

NOT_OURS: frozenset[str] = frozenset({"divmod", "frexp", "modf", "spacing"})
"""Elementwise functions whose name may come to mean something else here."""


def operand(x: Any) -> Any:
    """Return what NumPy was given as what our ops take: arrays and lists as Tensors, NumPy's scalars as numbers."""
    if isinstance(x, Tensor):
        return x
    if isinstance(x, (np.ndarray, np.memmap)) and type(x) in (np.ndarray, np.memmap):
        return from_numpy(x.view(np.ndarray))
    if isinstance(x, (list, tuple)):
        return tensor(x)
    return registry["as_operand"](x)


def named(name: str, function: str) -> Callable[..., Any]:
    """Return our op of that name, or say that NumPy's `function` has none."""
    if name not in public:
        raise error("numpy-unknown", function=function)
    return public[name]


# -- elementwise functions -----------------------------------------------------------------------------


def array_ufunc(self: Tensor, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
    """Answer ``np.exp(t)``, ``np.add(array, t)`` and ``array + t``."""
    function = "numpy." + ufunc.__name__
    if method != "__call__":
        raise error("numpy-unknown", function=f"{function}.{method}")
    out = options.pop("out", None)
    if out is not None:
        if isinstance(out[0], np.ndarray) and any(out[0] is x for x in inputs):  # array += t
            raise error("numpy-inplace", function=function)
        raise error("numpy-argument", function=function, names="out")
    if options:
        raise error("numpy-argument", function=function, names=", ".join(sorted(options)))
    for x in inputs:
        # What has a protocol of its own may know better; NumPy asks it next.
        if type(x) not in BACKENDS and not isinstance(x, (Tensor, np.ndarray)) and hasattr(x, "__array_ufunc__"):
            if not isinstance(x, np.generic):
                return NotImplemented
    if getattr(np, ufunc.__name__, None) is not ufunc or ufunc.__name__ in NOT_OURS:
        raise error("numpy-unknown", function=ufunc.__name__)
    op = named(UFUNCS.get(ufunc.__name__, ufunc.__name__), function)
    return op(*(operand(x) for x in inputs))


# -- the others ----------------------------------------------------------------------------------------
# Each has NumPy's parameters, in NumPy's order as far as they may be given by position.

FUNCTIONS: dict[str, Callable[..., Any]] = {}


def answers(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a function answer for NumPy's functions of these names."""

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            FUNCTIONS["numpy." + name] = function
        return function

    return enter


def array_function(self: Tensor, func: Callable[..., Any], types: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """Answer ``np.sum(t)``, ``np.concatenate([a, t])`` and the like."""
    if not all(issubclass(t, (Tensor, np.ndarray)) for t in types):
        return NotImplemented
    function = f"{func.__module__}.{func.__name__}"
    answer = FUNCTIONS.get(function)
    if answer is None:
        raise error("numpy-unknown", function=function)
    given = {name: value for name, value in kwargs.items() if value is not None or name == "axis"}  # out=None is no wish
    code = answer.__code__
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    surplus = [] if code.co_flags & 0x04 else [f"{len(args)} positional"] * (len(args) > code.co_argcount)  # 4: *args
    if unknown := [*surplus, *sorted(set(given) - set(known))]:
        raise error("numpy-argument", function=function, names=", ".join(unknown))
    return answer(*args, **given)


def reduction(name: str, ours: str) -> None:
    """Let one of our reductions answer: NumPy's ``axis`` and ``keepdims`` are its ``dim`` and ``keepdim``."""
    function = "numpy." + name

    def answer(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
        if axis == ():  # to NumPy: none; to PyTorch: all
            raise error("numpy-argument", function=function, names="axis=()")
        x = operand(a)
        everywhere = tuple(range(x.ndim)) if axis is None else axis
        if ours in ("argmax", "argmin"):
            everywhere = axis
        return named(ours, function)(x, dim=everywhere, keepdim=bool(keepdims))

    answers(name)(answer)


def spread(name: str) -> None:
    """Let ``std`` or ``var`` answer; NumPy divides by n − ddof, with ddof 0 unless it is given."""

    def answer(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
        return public[name](operand(a), axis, correction=ddof, keepdim=bool(keepdims))

    answers(name)(answer)


for _name in ("sum", "mean", "all", "any", "prod", "argmax", "argmin"):
    reduction(_name, _name)
for _name, _ours in {"max": "amax", "amax": "amax", "min": "amin", "amin": "amin"}.items():
    reduction(_name, _ours)
for _name in ("std", "var"):
    spread(_name)
