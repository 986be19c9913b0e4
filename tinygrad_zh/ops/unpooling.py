r"""Floor 2: back from a max pooling: every element where it was taken from.

May import: floors 0–1, ``gather``, ``join``, ``max_pooling``, ``pooling``, ``publish``, ``shape``, ``patches``.
Read next: ``fractional_pooling.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..aliases import Shape
from ..backend.dtypes import int64
from ..core.tensor import Tensor
from ..errors import error
from .gather import scatter_p
from .join import zeros_beside
from .max_pooling import flat
from .patches import batched, named, per_dim, unbatched
from .pooling import poolable
from .publish import publish
from .shape import reshape_p


def make_max_unpool(dims: int) -> Any:
    """Make ``max_unpool1d``, ``max_unpool2d`` and ``max_unpool3d``."""
    name = f"max_unpool{dims}d"

    def max_unpool(
        input: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
    ) -> Any:
        x = poolable(name, input, dims)
        kernel = per_dim(name, "kernel_size", kernel_size, dims, 1)
        steps = kernel if stride is None or stride in ((), []) else per_dim(name, "stride", stride, dims, 1)
        pads = per_dim(name, "padding", padding, dims)
        size = tuple((n - 1) * s - 2 * p + k for n, s, p, k in zip(x.shape[2:], steps, pads, kernel, strict=True))
        if output_size is not None:
            size = chosen_size(name, output_size, size, steps)
        if not isinstance(indices, Tensor):
            raise error("not-a-tensor", op=name, kind=type(indices).__name__)
        if indices.dtype != int64:
            raise error("index-tensor-dtype", op=name, got=indices.dtype)
        if indices.shape != input.shape:
            raise error("unpool-shapes", op=name, input=input.shape, indices=indices.shape)
        index, last = batched(name, indices, dims), math.prod(size) - 1
        outside = (index.array < 0) | (index.array > last)
        if outside.any():
            raise error("unpool-index", op=name, index=int(index.array[outside][0]), size=size, last=last)
        zeros = zeros_beside(x, (*x.shape[:2], math.prod(size)))
        y = scatter_p(zeros, flat(index), flat(x), dim=2)
        return unbatched(reshape_p(y, shape=(*x.shape[:2], *size)), input)

    return named(max_unpool, name, UNPOOL_DOC.format(dims=dims))


def chosen_size(op: str, output_size: Any, default: Shape, stride: Shape) -> Shape:
    """Return the size asked for, of which only the last dimensions count; refuse what is not close to the default."""
    listed = tuple(output_size)
    chosen = listed[2:] if len(listed) == len(default) + 2 else listed
    near = len(chosen) == len(default) and all(
        n - s < m < n + s for m, n, s in zip(chosen, default, stride, strict=True)
    )
    if not near:
        raise error("unpool-size", op=op, got=listed, default=default)
    return chosen


UNPOOL_DOC = """Put every element where a max pooling took it from, zeros elsewhere, in {dims} spatial dimensions.

    Parameters
    ----------
    input : Tensor of shape (N, C, L₁, …) or (C, L₁, …)
        The values.
    indices : Tensor of int64, of the input's shape
        The second result of ``max_pool{dims}d(…, return_indices=True)``.
    kernel_size, stride, padding : int or tuple of int
        Those of the max pooling.
    output_size : sequence of int, optional
        The size of what was pooled, or its shape, for several sizes are pooled to one.

    Raises
    ------
    ShapeError
        If the input has another number of dimensions or is empty, or the indices have another shape.
    IndexingError
        If an index lies outside the output.
    ArgumentError
        If `output_size` cannot have been the size.

    Notes
    -----
    Where an index occurs twice one of the values is kept, but as in PyTorch both get the gradient.
    """

for n in (1, 2, 3):
    publish(f"max_unpool{n}d", make_max_unpool(n), space="nn.functional")
