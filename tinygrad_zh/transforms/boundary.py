r"""Floor 3: the boundary of a batch: how tensors get in and out, and what that means for gradients.

Four ops, two pairs that are each other's transposes:

    vmap_in      a dimension becomes the hidden one          vmap_out    the hidden dimension becomes visible
    vmap_share   every sample sees the same value            vmap_sum    the sum over the samples

``vmap_share`` is what makes gradients right: a tensor from outside that the samples of a batch use receives the *sum*
of what they hand back.  Nobody calls it; it is put between wherever a node is made (`shared_out`).

May import: floors 0–2, ``batched``.  Read next: ``batching.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..aliases import Array, DType, Shape
from ..backend.devices import backend_of
from ..core.primitive import Primitive, primitive
from ..core.registry import register, registry
from ..core.tensor import Tensor, box
from ..errors import error
from ..ops.reduce import sum_p
from .batched import ACTIVE, Batched, Level, batched, expanded, levels_of, moved

# -- in and out ----------------------------------------------------------------------------------------


@primitive(
    r"\operatorname{vmap\_in}(<x>)",
    vjp_x=lambda g, level, dim: leave(g, level=level, dim=dim),
    jvp_x=lambda v, level, dim: enter(v, level=level, dim=dim),
    name="vmap_in",
)
def enter(xp: Any, x: Any, *, level: Level, dim: int) -> Any:
    """Hide a dimension: the samples lie along it."""
    return batched(moved(x, dim, 0), level, True)


@primitive(
    r"\operatorname{vmap\_out}(<x>)",
    vjp_x=lambda g, level, dim: enter(g, level=level, dim=dim),
    jvp_x=lambda v, level, dim: leave(v, level=level, dim=dim),
    name="vmap_out",
)
def leave(xp: Any, x: Any, *, level: Level, dim: int) -> Any:
    """Show the hidden dimension again, at the place `dim`."""
    return moved(expanded(x, level), 0, dim)


@primitive(
    "<x>",
    view=True,
    vjp_x=lambda g, level: add_samples(g, level=level),
    jvp_x=lambda v, level: share(v, level=level),
    tex_rules={"x": r"\sum_{\mathrm{samples}} g"},
    name="vmap_share",
)
def share(xp: Any, x: Any, *, level: Level) -> Any:
    """Let every sample see the same value; nothing is copied."""
    return x if level.number in levels_of(x) else batched(x, level, False)


@primitive(
    r"\sum_{\mathrm{samples}} <x:2>",
    vjp_x=lambda g, level: share(g, level=level),
    jvp_x=lambda v, level: add_samples(v, level=level),
    tex_rules={"x": "g"},
    name="vmap_sum",
)
def add_samples(xp: Any, x: Any, *, level: Level) -> Any:
    """Sum over the samples; a value that all of them share counts as often as there are samples."""
    if isinstance(x, Batched) and x.level is level:
        return sum_p(x.array, dims=(0,)) if x.mapped else x.array * level.size
    return x * level.size


BOUNDARY = (enter, leave, share, add_samples)


def shared_out(op: Primitive, operands: Any, parents: Any, y: Any) -> tuple[Any, Any]:
    """Put ``vmap_share`` between a node that is being made and the parents that are outside of its batch.

    Parameters
    ----------
    op : Primitive
        What was applied, or what stands for one.
    operands, parents : sequence
        To what, and the operands' nodes.
    y : array or tuple of array
        The result.

    Returns
    -------
    operands, parents
        With those replaced whose gradient is the sum over the samples.
    """
    levels = {
        number: level for part in (y if isinstance(y, tuple) else (y,)) for number, level in levels_of(part).items()
    }
    if not levels or op in BOUNDARY:
        return operands, parents
    operands, parents = list(operands), list(parents)
    for i, (x, parent) in enumerate(zip(operands, parents, strict=True)):
        if parent is not None:
            operands[i] = within(x, levels)
            parents[i] = operands[i].node
    return operands, parents


def within(x: Tensor, levels: dict[int, Level]) -> Tensor:
    """Return a Tensor as one that belongs to all these levels, shared by the samples of those it did not belong to."""
    for number in sorted(levels.keys() - levels_of(x.array).keys()):
        x = share(x, level=levels[number])
    return x


def within_active(x: Tensor) -> Tensor:
    """Return a Tensor as one that belongs to every batch inside of which we are."""
    active = ACTIVE.get()
    return within(x, {level.number: level for level in active}) if active else x


def alike(tensor: Tensor, result: Tensor) -> Tensor:
    """Return what is to be written into `tensor` as one of its batch; refuse what would make it one.

    Parameters
    ----------
    tensor : Tensor
        What is written to.
    result : Tensor
        What is written.
    """
    if (note := registry.get("written")) is not None:
        note(tensor, result)
    levels, others = levels_of(tensor.array), levels_of(result.array)
    if others.keys() - levels.keys():
        raise error("vmap-inplace")
    return within(result, levels) if result.node is not None and levels.keys() != others.keys() else result


def zeros_within(like: Array, shape: Shape | None, dtype: DType | None) -> Tensor:
    """Return zeros of this shape and dtype that belong to the batches of `like`."""
    return within(box(backend_of(like).xp.zeros(shape, dtype=dtype)), levels_of(like))


def copies_drawn() -> int:
    """Return how many draws each draw stands for: one for every sample of a batch with numbers of its own."""
    return math.prod(level.size for level in ACTIVE.get() if level.randomness == "different")


def place_within(place: Any) -> Array:
    """Return the place of a draw as one of every batch inside of which we are, so that they see the draw."""
    array = place.array
    if (note := registry.get("drawn")) is not None:
        traced = note(place)
        array = array if traced is None else traced
    for level in ACTIVE.get():
        array = batched(array, level, False)
    return array


def samples_shown(tensor: Tensor) -> str | None:
    """Return what a Tensor inside ``vmap`` prints; None for others."""
    array = tensor.array
    if not isinstance(array, Batched):
        return None
    what = "the first dimension are the samples" if array.mapped else "the same for all samples"
    return f"{box(array.array)!r}, level={array.level.number}, size={array.level.size}: {what}"


register("shared_out", shared_out)
register("samples_shown", samples_shown)
register("copies_drawn", copies_drawn)
register("place_within", place_within)
register("alike", alike)
