"""Floor 2: NumPy's functions on our tensors: ``np.exp(t)``, ``array + t``, ``np.mean(t, axis=0)`` are our ops.

NumPy asks an operand that is not its own what to do, by two protocols: ``__array_ufunc__`` for elementwise
functions (an operator between an array and a tensor comes here too), ``__array_function__`` for the others.
We answer with the op of the same meaning, so that it is recorded; what has none is refused, for NumPy's own
result would silently leave the graph.  Shapes, dtypes, gradients and NaN are then our ops', that is PyTorch's.

May import: floors 0–1, ``create``.
Source: NumPy Enhancement Proposals 13 and 18.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..aliases import Shape
from ..backend.devices import BACKENDS
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .create import from_numpy, tensor
from .publish import public

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
"""Our names of NumPy's elementwise functions, where they differ; the others (exp, add, …) bear the same name."""


def operand(x: Any) -> Any:
    """Return what NumPy was given as our ops take it: arrays and lists as Tensors, NumPy's scalars as numbers."""
    if isinstance(x, np.memmap):
        x = x.view(np.ndarray)
    if type(x) is np.ndarray:
        return from_numpy(x)
    return tensor(x) if isinstance(x, (list, tuple)) else registry["as_operand"](x)


def named(ours: str, function: str) -> Callable[..., Any]:
    """Return our op of that name, or say that NumPy's `function` has no counterpart here."""
    op: Callable[..., Any] | None = public.get(ours)
    if op is None:
        raise error("numpy-unknown", function=function)
    return op


# -- elementwise functions -----------------------------------------------------------------------------


def array_ufunc(self: Tensor, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
    """Answer ``np.exp(t)``, ``np.add(array, t)`` and ``array + t``."""
    name = ufunc.__name__
    if getattr(np, name, None) is not ufunc:  # another library's: its names need not mean what ours mean
        raise error("numpy-unknown", function=name)
    if method != "__call__":
        raise error("numpy-unknown", function=f"numpy.{name}.{method}")
    if options:
        outs = options.get("out", ())
        if any(out is x for out in outs for x in inputs) and not isinstance(outs[0], Tensor):  # array += t
            raise error("numpy-inplace", function="numpy." + name)
        raise error("numpy-argument", function="numpy." + name, problem=", ".join(sorted(options)))
    if any(foreign(type(x)) for x in inputs):
        return NotImplemented
    return named(UFUNCS.get(name, name), "numpy." + name)(*[operand(x) for x in inputs])


def foreign(kind: type) -> bool:
    """Whether objects of this type answer NumPy by themselves: NumPy asks them next."""
    known = kind in BACKENDS or issubclass(kind, (Tensor, np.ndarray, np.generic))
    return not known and hasattr(kind, "__array_ufunc__")


# -- the others: each answer has NumPy's parameters ----------------------------------------------------

ANSWERS: dict[str, tuple[Callable[..., Any], inspect.Signature]] = {}


def answers(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a function answer for NumPy's functions of these names."""

    def enter(answer: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            ANSWERS["numpy." + name] = answer, inspect.signature(answer)
        return answer

    return enter


def array_function(self: Tensor, func: Callable[..., Any], types: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """Answer ``np.sum(t)``, ``np.concatenate([array, t])`` and the like."""
    function = f"{func.__module__}.{func.__name__}"
    if not all(issubclass(kind, (Tensor, np.ndarray)) for kind in types):
        return NotImplemented
    if function not in ANSWERS:
        raise error("numpy-unknown", function=function)
    answer, signature = ANSWERS[function]
    given = {name: value for name, value in kwargs.items() if name != "out" or value is not None}
    try:
        signature.bind(*args, **given)
    except TypeError as problem:
        raise error("numpy-argument", function=function, problem=problem) from None
    return answer(*args, **given)


def dims_of(function: str, axis: Any, ndim: int) -> Any:
    """Return NumPy's ``axis`` as our ``dim``: None is all of them, and an empty tuple is refused."""
    if isinstance(axis, tuple) and not axis:  # to NumPy: no dimension; to PyTorch: all
        raise error("numpy-argument", function=function, problem="axis=()")
    return tuple(range(ndim)) if axis is None else axis


def enter_reduction(name: str, ours: str) -> None:
    """Let a reduction of ours answer."""
    function = "numpy." + name

    def answer(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
        x = operand(a)
        return named(ours, function)(x, dim=dims_of(function, axis, x.ndim), keepdim=bool(keepdims))

    answers(name)(answer)


def enter_sum(name: str) -> None:
    """Let ``sum``, ``mean``, ``prod``, ``nansum`` or ``nanmean`` answer."""
    function = "numpy." + name

    def answer(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Any:
        x = operand(a)
        dim = dims_of(function, axis, x.ndim)
        return named(name, function)(x, dim=dim, keepdim=bool(keepdims), dtype=dtype)

    answers(name)(answer)


def enter_spread(name: str) -> None:
    """Let ``std`` or ``var`` answer: NumPy divides by n − ddof, and ddof is 0 unless given."""
    function = "numpy." + name

    def answer(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
        x = operand(a)
        dim = dims_of(function, axis, x.ndim)
        return named(name, function)(x, dim=dim, correction=ddof, keepdim=bool(keepdims))

    answers(name)(answer)


def enter_position(name: str) -> None:
    """Let ``argmax`` or ``argmin`` answer: along one dimension, or in the flattened tensor."""

    def answer(a: Any, axis: int | None = None, *, keepdims: bool = False) -> Any:
        return named(name, "numpy." + name)(operand(a), dim=axis, keepdim=bool(keepdims))

    answers(name)(answer)


def enter_running(name: str) -> None:
    """Let ``cumsum`` or ``cumprod`` answer: along one dimension, or in the flattened tensor."""

    def answer(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
        x = operand(a) if axis is not None else public["reshape"](operand(a), -1)
        return named(name, "numpy." + name)(x, axis or 0, dtype=dtype)

    answers(name)(answer)


def enter_order(name: str) -> None:
    """Let ``sort`` or ``argsort`` answer; ours are stable, as the strictest of NumPy's kinds."""

    def answer(a: Any, axis: int | None = -1, kind: str | None = None, *, stable: bool | None = None) -> Any:
        if kind not in (None, "quicksort", "heapsort", "mergesort", "stable"):
            raise error("numpy-argument", function="numpy." + name, problem=f"kind={kind!r}")
        x = operand(a) if axis is not None else public["reshape"](operand(a), -1)
        found = named("sort", "numpy." + name)(x, -1 if axis is None else axis)
        return found.values if name == "sort" else found.indices

    answers(name)(answer)


def enter_like(name: str) -> None:
    """Let ``zeros_like``, ``ones_like`` or ``empty_like`` answer."""
    answers(name)(lambda a, dtype=None: named(name, "numpy." + name)(operand(a), dtype=dtype))


def enter_comparison(name: str) -> None:
    """Let ``isclose`` or ``allclose`` answer; the tolerances' defaults are the same."""

    def answer(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
        given = {"rtol": rtol, "atol": atol, "equal_nan": equal_nan}
        return named(name, "numpy." + name)(operand(a), operand(b), **given)

    answers(name)(answer)


for _name, _ours in {"max": "amax", "amax": "amax", "min": "amin", "amin": "amin", "all": "all", "any": "any"}.items():
    enter_reduction(_name, _ours)
for _enter, _names in {
    enter_sum: ("sum", "mean", "prod", "nansum", "nanmean"),
    enter_spread: ("std", "var"),
    enter_position: ("argmax", "argmin"),
    enter_running: ("cumsum", "cumprod"),
    enter_order: ("sort", "argsort"),
    enter_like: ("zeros_like", "ones_like", "empty_like"),
    enter_comparison: ("isclose", "allclose"),
}.items():
    for _name in _names:
        _enter(_name)


@answers("where")
def np_where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """Answer ``numpy.where``."""
    if x is None and y is None:
        return public["where"](operand(condition))
    return public["where"](operand(condition), operand(x), operand(y))


@answers("clip")
def np_clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """Answer ``numpy.clip``."""
    return public["clamp"](operand(a), operand(a_min if min is None else min), operand(a_max if max is None else max))


@answers("round", "around")
def np_round(a: Any, decimals: int = 0) -> Any:
    """Answer ``numpy.round``."""
    return public["round"](operand(a), decimals=decimals)


@answers("diff")
def np_diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Answer ``numpy.diff``."""
    ends = [None if x is None else operand(x) for x in (prepend, append)]
    return public["diff"](operand(a), n, axis, *ends)


@answers("trapezoid")
def np_trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    """Answer ``numpy.trapezoid``; as there, an `x` makes `dx` meaningless."""
    if x is None:
        return public["trapezoid"](operand(y), dx=dx, dim=axis)
    return public["trapezoid"](operand(y), operand(x), dim=axis)


@answers("count_nonzero")
def np_count_nonzero(a: Any, axis: Any = None) -> Any:
    """Answer ``numpy.count_nonzero``."""
    x = operand(a)
    return public["count_nonzero"](x, dims_of("numpy.count_nonzero", axis, x.ndim))


@answers("concatenate")
def np_concatenate(arrays: Any, axis: int | None = 0) -> Any:
    """Answer ``numpy.concatenate``."""
    listed = [operand(x) for x in arrays]
    if axis is None:
        listed = [public["reshape"](x, -1) for x in listed]
    return public["cat"](listed, axis or 0)


@answers("stack")
def np_stack(arrays: Any, axis: int = 0) -> Any:
    """Answer ``numpy.stack``."""
    return public["stack"]([operand(x) for x in arrays], axis)


@answers("reshape")
def np_reshape(a: Any, shape: Any) -> Any:
    """Answer ``numpy.reshape``."""
    return public["reshape"](operand(a), shape)


@answers("ravel")
def np_ravel(a: Any) -> Any:
    """Answer ``numpy.ravel``."""
    return public["reshape"](operand(a), -1)


@answers("transpose")
def np_transpose(a: Any, axes: Any = None) -> Any:
    """Answer ``numpy.transpose``."""
    x = operand(a)
    return public["permute"](x, tuple(reversed(range(x.ndim))) if axes is None else tuple(axes))


@answers("swapaxes")
def np_swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """Answer ``numpy.swapaxes``."""
    return public["transpose"](operand(a), axis1, axis2)


@answers("moveaxis")
def np_moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """Answer ``numpy.moveaxis``."""
    return public["movedim"](operand(a), source, destination)


@answers("squeeze")
def np_squeeze(a: Any, axis: Any = None) -> Any:
    """Answer ``numpy.squeeze``."""
    return public["squeeze"](operand(a), axis)


@answers("expand_dims")
def np_expand_dims(a: Any, axis: int) -> Any:
    """Answer ``numpy.expand_dims``."""
    return public["unsqueeze"](operand(a), axis)


@answers("broadcast_to")
def np_broadcast_to(array: Any, shape: Any) -> Any:
    """Answer ``numpy.broadcast_to``."""
    return public["expand"](operand(array), *((shape,) if isinstance(shape, int) else shape))


@answers("dot")
def np_dot(a: Any, b: Any) -> Any:
    """Answer ``numpy.dot``."""
    a, b = operand(a), operand(b)
    dims = [getattr(x, "ndim", 0) for x in (a, b)]
    if 0 in dims:
        return a * b
    if max(dims) > 2:  # NumPy pairs the last with the second last dimension, unlike matmul
        raise error("ndim", op="numpy.dot", expected="0, 1 or 2", shape=(a if dims[0] > 2 else b).shape)
    return public["matmul"](a, b)


@answers("einsum")
def np_einsum(equation: str, *operands: Any) -> Any:
    """Answer ``numpy.einsum``."""
    return named("einsum", "numpy.einsum")(equation, *[operand(x) for x in operands])


@answers("copy")
def np_copy(a: Any) -> Any:
    """Answer ``numpy.copy``."""
    return public["clone"](operand(a))


@answers("full_like")
def np_full_like(a: Any, fill_value: Any, dtype: Any = None) -> Any:
    """Answer ``numpy.full_like``."""
    return public["full_like"](operand(a), operand(fill_value), dtype=dtype)


@answers("shape")
def np_shape(a: Any) -> Shape:
    """Answer ``numpy.shape``."""
    shape: Shape = operand(a).shape
    return shape


@answers("ndim")
def np_ndim(a: Any) -> int:
    """Answer ``numpy.ndim``."""
    return len(np_shape(a))


@answers("size")
def np_size(a: Any, axis: int | None = None) -> int:
    """Answer ``numpy.size``."""
    return int(operand(a).array.size if axis is None else np_shape(a)[axis])


@answers("shares_memory", "may_share_memory")
def np_shares_memory(a: Any, b: Any) -> bool:
    """Answer ``numpy.shares_memory``."""
    return bool(np.shares_memory(operand(a).array, operand(b).array))


for _name, _method in {"__array_ufunc__": array_ufunc, "__array_function__": array_function}.items():
    setattr(Tensor, _name, _method)

from . import numpy_rearrange as numpy_rearrange  # noqa: E402 - at the end: it enters more answers here
