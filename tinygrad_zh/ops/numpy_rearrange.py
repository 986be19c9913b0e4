"""Floor 2: more of NumPy's functions on our tensors, those that rearrange: ``np.tile(t, 2)``, ``np.hstack([t, u])``.

Each has NumPy's parameters and calls the op of the same meaning; see ``numpy_names.py``.

May import: floors 0–1, ``numpy_names``.
"""

from __future__ import annotations

from typing import Any

from .numpy_names import answers, operand
from .publish import public


def enter_alone(name: str) -> None:
    """Let ``sinc`` or one of its like answer."""
    answers(name)(lambda x: public[name](operand(x)))


def enter_joining(name: str) -> None:
    """Let ``hstack`` or one of its like answer."""
    answers(name)(lambda tup: public[name]([operand(x) for x in tup]))


def enter_turning(name: str) -> None:
    """Let ``fliplr`` or ``flipud`` answer."""
    answers(name)(lambda m: public[name](operand(m)))


def enter_triangle(name: str) -> None:
    """Let ``tril`` or ``triu`` answer."""
    answers(name)(lambda m, k=0: public[name](operand(m), k))


def enter_diagonal(name: str) -> None:
    """Let ``diag`` or ``diagflat`` answer."""
    answers(name)(lambda v, k=0: public[name](operand(v), k))


def enter_deepening(name: str) -> None:
    """Let ``atleast_1d`` or one of its like answer."""
    answers(name)(lambda *arys: public[name](*[operand(x) for x in arys]))


for _enter, _names in {
    enter_alone: ("sinc", "i0"),
    enter_joining: ("hstack", "vstack", "dstack", "column_stack"),
    enter_turning: ("fliplr", "flipud"),
    enter_triangle: ("tril", "triu"),
    enter_diagonal: ("diag", "diagflat"),
    enter_deepening: ("atleast_1d", "atleast_2d", "atleast_3d"),
}.items():
    for _name in _names:
        _enter(_name)


@answers("tile")
def np_tile(A: Any, reps: Any) -> Any:
    """Answer ``numpy.tile``."""
    return public["tile"](operand(A), reps)


@answers("repeat")
def np_repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    """Answer ``numpy.repeat``."""
    counts = repeats if isinstance(repeats, int) else operand(repeats)
    return public["repeat_interleave"](operand(a), counts, axis)


@answers("roll")
def np_roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """Answer ``numpy.roll``."""
    return public["roll"](operand(a), shift, axis)


@answers("rot90")
def np_rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Answer ``numpy.rot90``."""
    return public["rot90"](operand(m), k, axes)


@answers("flip")
def np_flip(m: Any, axis: Any = None) -> Any:
    """Answer ``numpy.flip``."""
    x = operand(m)
    return public["flip"](x, tuple(range(x.ndim)) if axis is None else axis)


@answers("diagonal")
def np_diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Answer ``numpy.diagonal``."""
    return public["diagonal"](operand(a), offset, axis1, axis2)


@answers("meshgrid")
def np_meshgrid(*xi: Any, indexing: str = "xy") -> Any:
    """Answer ``numpy.meshgrid``."""
    return public["meshgrid"](*[operand(x) for x in xi], indexing=indexing)


@answers("array_split")
def np_array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Answer ``numpy.array_split``."""
    return public["tensor_split"](operand(ary), indices_or_sections, axis)


@answers("take_along_axis")
def np_take_along_axis(arr: Any, indices: Any, axis: int) -> Any:
    """Answer ``numpy.take_along_axis``."""
    return public["take_along_dim"](operand(arr), operand(indices), axis)
