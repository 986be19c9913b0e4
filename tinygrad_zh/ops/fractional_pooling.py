r"""Floor 2: max pooling with windows at random places, so that the output may have any size.

May import: floors 0–1, ``max_pooling``, ``noted``, ``patches``, ``publish``, ``random``.
"""

from __future__ import annotations

from typing import Any

from ..aliases import Shape
from ..backend.devices import backend_of
from ..backend.dtypes import int64
from ..core.tensor import Tensor, box
from ..errors import error
from .max_pooling import at_positions, max_positions, ordered
from .noted import looked_at
from .patches import named, per_dim, unbatched
from .publish import publish
from .random import uniform


def make_fractional_max_pool(dims: int) -> tuple[Any, Any]:
    """Make ``fractional_max_pool2d`` and ``fractional_max_pool2d_with_indices``, or those of three dimensions."""
    name = f"fractional_max_pool{dims}d"

    def fractional_max_pool(
        input: Any,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Any = None,
    ) -> Any:
        x = ordered(name, input, dims)
        kernel, size = per_dim(name, "kernel_size", kernel_size, dims, 1), x.shape[2:]
        if (output_size is None) == (output_ratio is None):
            given = "none" if output_size is None else "both"
            raise error("one-of-two", op=name, given=given, one="output_size", other="output_ratio")
        if output_ratio is not None:
            ratios = tuple(output_ratio) if isinstance(output_ratio, (tuple, list)) else (output_ratio,) * dims
            if len(ratios) != dims or not all(0 < ratio < 1 for ratio in ratios):
                raise error("argument", op=name, argument="output_ratio", expected="between 0 and 1", got=output_ratio)
            output_size = tuple(int(n * ratio) for n, ratio in zip(size, ratios, strict=True))
        counts = per_dim(name, "output_size", output_size, dims, 1)
        spare = dims == 3  # in three dimensions PyTorch wants one element more than the windows need
        if any(m + k - 1 + spare > n for m, k, n in zip(counts, kernel, size, strict=True)):
            raise error("window-too-large", op=name, kernel=kernel, dilation=(1,) * dims, size=size)
        expected = (*x.shape[:2], dims)
        if _random_samples is None:
            _random_samples = uniform(expected, x.dtype, input.device, None)
        elif not isinstance(_random_samples, Tensor):
            raise error("not-a-tensor", op=name, kind=type(_random_samples).__name__)
        if _random_samples.shape != expected or _random_samples.dtype != x.dtype:
            got = _random_samples
            raise error("random-samples", op=name, shape=got.shape, dtype=got.dtype, expected=expected)
        index = max_positions(x, *random_rows(size, kernel, counts, _random_samples))
        values = unbatched(at_positions(x, index), input)
        return (values, unbatched(index, input)) if return_indices else values

    def fractional_max_pool_with_indices(
        input: Any,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        _random_samples: Any = None,
    ) -> Any:
        return fractional_max_pool(input, kernel_size, output_size, output_ratio, True, _random_samples)

    return (
        named(fractional_max_pool, name, FRACTIONAL_DOC.format(dims=dims)),
        named(
            fractional_max_pool_with_indices, name + "_with_indices", f"Return the values and indices of ``{name}``."
        ),
    )


FRACTIONAL_DOC = """Return the largest element of windows at random places, in {dims} spatial dimensions.

    Parameters
    ----------
    input : Tensor of shape (N, C, L₁, …) or (C, L₁, …), floating
        The images.
    kernel_size : int or tuple of int
        Elements in a window.
    output_size : int or tuple of int, optional
        How many windows; or
    output_ratio : float or tuple of float, optional
        how many for every element, between 0 and 1.
    return_indices : bool
        Whether to return (values, indices).
    _random_samples : Tensor of shape (N, C, {dims}), optional
        The random numbers u in [0, 1), one for every image, channel and dimension; by default they are drawn.

    Raises
    ------
    ShapeError
        If the windows do not fit into the input, or the samples' shape is another.
    ArgumentError
        If not exactly one of `output_size` and `output_ratio` is given, or one of them is out of range.

    Notes
    -----
    Window i < M − 1 of M begins at ⌊(i + u) α⌋ − ⌊u α⌋ with α = (L − K) / (M − 1), the last one at L − K.
    Graham (2014), Fractional Max-Pooling.
    """


def random_rows(size: Shape, kernel: Shape, counts: Shape, samples: Any) -> list[Any]:
    """Return the coordinates of the windows' elements along each dimension."""
    u = looked_at(samples).array
    xp = backend_of(u).xp
    rows = []
    for d, (n, k, m) in enumerate(zip(size, kernel, counts, strict=True)):
        # In two dimensions PyTorch takes the first number for the width, in three for the depth.
        sample = u[..., 1 - d if len(size) == 2 else d, None]
        begins = xp.full((*u.shape[:2], m), n - k, dtype=int64)
        if m > 1:
            alpha = u.dtype.type(n - k) / u.dtype.type(m - 1)
            steps = (xp.arange(m - 1).astype(u.dtype) + sample) * alpha
            begins[..., :-1] = steps.astype(int64) - (sample * alpha).astype(int64)
        rows.append(box(begins[..., None] + xp.arange(k)))
    return rows


for n in (2, 3):
    for function in make_fractional_max_pool(n):
        publish(function.__name__, function, space="nn.functional")
