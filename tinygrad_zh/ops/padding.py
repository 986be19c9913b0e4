r"""Floor 2: ``pad``: a border of constants, or of elements that are mirrored, repeated or taken from the other side.

A border of constants is one primitive, whose pullback cuts the border off.  The other borders are slices of the
tensor, joined to it, and need no rule.

May import: floors 0–1, ``dims``, ``indexing``, ``join``, ``parts``, ``shape``.  Read next: ``pixels.py``.
"""

from __future__ import annotations

from typing import Any

from ..aliases import Shape
from ..core.primitive import primitive
from ..errors import error
from .arguments import number_for
from .brackets import Place
from .dims import sizes_of
from .indexing import slice_p
from .join import cat_p
from .parts import flip_p
from .publish import published
from .shape import broadcast_to_p, clone


@primitive(
    r"\operatorname{pad}(<x>)",
    vjp_x=lambda g, index: slice_p(g, index=index),
    name="pad",
)
def pad_p(xp: Any, x: Any, *, shape: Shape, index: Place, fill: float) -> Any:
    """Return a tensor of `shape` full of one number, with `x` in its place."""
    y = xp.full(shape, fill, dtype=x.dtype)
    y[(*index, ...)] = x
    return y


def part(x: Any, dim: int, start: int, stop: int) -> Any:
    """Return the slices from `start` up to `stop` along `dim`."""
    if (start, stop) == (0, x.shape[dim]):
        return x
    return slice_p(x, index=Place((*(slice(None),) * dim, slice(start, stop))))


def mirrored(x: Any, dim: int, left: int, right: int) -> list[Any]:
    """Return the borders that mirror `x` in its first and last element, which are not repeated."""
    n = x.shape[dim]
    borders = part(x, dim, 1, left + 1), part(x, dim, n - 1 - right, n - 1)
    return [flip_p(border, dims=(dim,)) for border in borders]


def repeated(x: Any, dim: int, left: int, right: int) -> list[Any]:
    """Return the borders that repeat the first and the last element."""
    n = x.shape[dim]
    edges = (part(x, dim, 0, 1), left), (part(x, dim, n - 1, n), right)
    return [broadcast_to_p(edge, shape=(*x.shape[:dim], width, *x.shape[dim + 1 :])) for edge, width in edges]


def wrapped(x: Any, dim: int, left: int, right: int) -> list[Any]:
    """Return the borders that continue `x` in a circle."""
    n = x.shape[dim]
    return [part(x, dim, n - left, n), part(x, dim, 0, right)]


BORDERS = {"reflect": mirrored, "replicate": repeated, "circular": wrapped}


@published(method=False, space="nn.functional")
def pad(input: Any, pad: Any, mode: str = "constant", value: float | None = None) -> Any:
    """Return the tensor with a border along its last dimensions.

    Parameters
    ----------
    input : Tensor of shape (...)
        The values.  For the modes other than "constant": with one or two dimensions before those that get a border.
    pad : tuple of int
        (left, right) of the last dimension, then of the one before it, and so on; negative widths cut off.
    mode : {"constant", "reflect", "replicate", "circular"}
        What the border is made of.  "reflect" mirrors the tensor, without repeating the element at its edge;
        "replicate" repeats that element; "circular" continues with the other side.
    value : float, optional
        The constant; 0 by default.

    Raises
    ------
    ShapeError
        If there are too many widths, or the tensor is too small for its border.

    Notes
    -----
    For x = (1, 2, 3) and pad = (2, 2): (0, 0, 1, 2, 3, 0, 0); (3, 2, 1, 2, 3, 2, 1); (1, 1, 1, 2, 3, 3, 3);
    (2, 3, 1, 2, 3, 1, 2).
    """
    widths = sizes_of("pad", (pad,))
    if len(widths) % 2 or len(widths) > 2 * input.ndim:
        raise error("pad-length", pad=widths, ndim=input.ndim)
    pairs = {input.ndim - 1 - k: (widths[2 * k], widths[2 * k + 1]) for k in range(len(widths) // 2)}
    if mode == "constant":
        return clone_of(input, with_constants(input, pairs, number_for("pad", value or 0, input.dtype, around=False)))
    if mode not in BORDERS:
        raise error(
            "argument", op="pad", argument="mode", expected=f"'constant', {', '.join(map(repr, BORDERS))}", got=mode
        )
    if value:
        raise error("argument", op="pad", argument="value", expected=f"none for mode={mode!r}", got=value)
    front = input.ndim - len(pairs)  # how many dimensions get no border: channels, and perhaps a batch before them
    empty = mode != "circular" and 0 in (input.shape[1:] if front == 2 else input.shape)
    if not 1 <= len(pairs) <= 3 or front not in (1, 2) or empty:
        raise error("pad-dims", mode=mode, count=len(pairs), shape=input.shape)
    result = input
    for dim, (left, right) in pairs.items():
        result = with_border(result, dim, left, right, mode)
    return clone_of(input, result)


def clone_of(input: Any, result: Any) -> Any:
    """Return a result that is no view of the tensor, as PyTorch's is none."""
    return result if result.cell is None and result is not input else clone(result)


def with_constants(x: Any, pairs: dict[int, tuple[int, int]], value: float) -> Any:
    """Cut off what negative widths say, then add the border."""
    for dim, (left, right) in pairs.items():
        x = cropped(x, dim, left, right)
    added = [tuple(max(width, 0) for width in pairs.get(d, (0, 0))) for d in range(x.ndim)]
    if not any(left or right for left, right in added):
        return x
    shape = tuple(left + n + right for n, (left, right) in zip(x.shape, added, strict=True))
    index = Place(slice(left, left + n) for n, (left, _) in zip(x.shape, added, strict=True))
    return pad_p(x, shape=shape, index=index, fill=value)


def cropped(x: Any, dim: int, left: int, right: int) -> Any:
    """Cut off at both ends what negative widths say."""
    start, stop = max(-left, 0), x.shape[dim] - max(-right, 0)
    if start > stop:
        raise error("pad-size", mode="constant", left=left, right=right, dim=dim, size=x.shape[dim])
    return part(x, dim, start, stop)


def with_border(x: Any, dim: int, left: int, right: int, mode: str) -> Any:
    """Add a border along one dimension.  A circle is made of what is left after cutting; others cut last."""
    if mode == "circular":
        x, left, right = cropped(x, dim, left, right), max(left, 0), max(right, 0)
    n = x.shape[dim]
    most = {"reflect": n - 1, "replicate": max(left, right), "circular": n}[mode]
    if max(left, right) > most or (mode != "circular" and n + left + right < 1):
        raise error("pad-size", mode=mode, left=left, right=right, dim=dim, size=n)
    before, after = max(left, 0), max(right, 0)
    if before or after:
        borders = BORDERS[mode](x, dim, before, after)
        x = cat_p(borders[0], x, borders[1], dim=dim)
    start, stop = max(-left, 0), x.shape[dim] - max(-right, 0)
    return part(x, dim, start, stop)
