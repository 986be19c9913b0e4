"""Windows in plain loops: the reference in NumPy of convolution and pooling."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .tables import Array


def each(value: Any, dims: int) -> tuple[int, ...]:
    """One number for every dimension."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * dims


def windows_of(
    size: Sequence[int], kernel: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> Iterator[tuple[tuple[int, ...], list[tuple[tuple[int, ...], tuple[int, ...]]]]]:
    """Go through the windows: the place of each among them, and its elements as (place in it, place in the image)."""
    dims = len(size)
    k, s, p, d = (each(v, dims) for v in (kernel, stride, padding, dilation))
    starts = []
    for j in range(dims):
        reach = d[j] * (k[j] - 1) + 1
        last = size[j] + p[j] - (1 if ceil_mode else reach)
        begins = list(range(-p[j], last + 1, s[j]))
        fits = [b for b in begins if b + reach <= size[j] + p[j]]
        rest = size[j] + p[j] - (fits[-1] + reach)  # elements that no window reaches
        more = [b for b in begins[len(fits) :] if rest and b < size[j]][:1]
        starts.append(fits + more)
    for place in itertools.product(*(range(len(row)) for row in starts)):
        elements = []
        for tap in itertools.product(*(range(n) for n in k)):
            where = tuple(starts[j][place[j]] + tap[j] * d[j] for j in range(dims))
            elements.append((tap, where))
        yield place, elements


def inside(where: Sequence[int], size: Sequence[int], margin: Sequence[int] | None = None) -> bool:
    """Whether a place lies in the image, or in a margin around it."""
    margin = margin or (0,) * len(size)
    return all(-m <= w < n + m for w, n, m in zip(where, size, margin, strict=True))


def convolved(
    x: Array, w: Array, b: Array | None = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Array:
    """Convolution from its definition, (N, C, …) or (C, …)."""
    if x.ndim == w.ndim - 1:
        return np.asarray(convolved(x[None], w, b, stride, padding, dilation, groups)[0])
    size, found = x.shape[2:], {}
    c, o = x.shape[1] // groups, w.shape[0] // groups
    for place, elements in windows_of(size, w.shape[2:], stride, padding, dilation):
        y = np.zeros((x.shape[0], w.shape[0]))
        for tap, where in elements:
            if inside(where, size):
                for g in range(groups):
                    part = x[(slice(None), slice(g * c, g * c + c), *where)]
                    y[:, g * o : g * o + o] += part @ w[(slice(g * o, g * o + o), slice(None), *tap)].T
        found[place] = y if b is None else y + b
    return assembled(found)


def assembled(found: dict[tuple[int, ...], Array]) -> Array:
    """Put results (N, C) of windows into an array (N, C, …)."""
    counts = tuple(1 + max(place[j] for place in found) for j in range(len(next(iter(found)))))
    y = np.zeros((*next(iter(found.values())).shape, *counts))
    for place, value in found.items():
        y[(..., *place)] = value
    return y


def transposed_convolved(
    x: Array, w: Array, b: Array | None = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0,
    groups: int = 1, dilation: Any = 1,
) -> Array:  # fmt: skip
    """Transposed convolution: every element times the kernel, added where its window lies."""
    if x.ndim == w.ndim - 1:
        return np.asarray(transposed_convolved(x[None], w, b, stride, padding, output_padding, groups, dilation)[0])
    dims = w.ndim - 2
    s, p, d, more = (each(v, dims) for v in (stride, padding, dilation, output_padding))
    k = w.shape[2:]
    size = [(x.shape[2 + j] - 1) * s[j] - 2 * p[j] + d[j] * (k[j] - 1) + more[j] + 1 for j in range(dims)]
    c, o = x.shape[1] // groups, w.shape[1]
    y = np.zeros((x.shape[0], o * groups, *size))
    for place in np.ndindex(*x.shape[2:]):
        for tap in np.ndindex(*k):
            where = tuple(place[j] * s[j] - p[j] + tap[j] * d[j] for j in range(dims))
            if inside(where, size):
                for g in range(groups):
                    part = x[(slice(None), slice(g * c, g * c + c), *place)]
                    y[(slice(None), slice(g * o, g * o + o), *where)] += (
                        part @ w[(slice(g * c, g * c + c), slice(None), *tap)]
                    )
    return y if b is None else y + b.reshape(-1, *(1,) * dims)


def pooled(
    x: Array, reduce: Callable[[Array, int], Array], kernel: Any, stride: Any = None, padding: Any = 0,
    dilation: Any = 1, ceil_mode: bool = False,
) -> Array:  # fmt: skip
    """``reduce(elements, how many lie in the image or its padding)`` of every window."""
    size, dims = x.shape[2:], x.ndim - 2
    found = {}
    steps = kernel if stride is None else stride
    for place, elements in windows_of(size, kernel, steps, padding, dilation, ceil_mode):
        values = [x[(..., *where)] for _, where in elements if inside(where, size)]
        count = sum(inside(where, size, each(padding, dims)) for _, where in elements)
        found[place] = reduce(np.stack(values, -1), count)
    return assembled(found)


def adaptive(x: Array, reduce: Callable[[Array], Array], counts: Sequence[int]) -> Array:
    """``reduce(elements)`` of windows that are spread evenly."""
    size, found = x.shape[2:], {}
    for place in np.ndindex(*counts):
        box = tuple(slice(i * n // m, -(-(i + 1) * n // m)) for i, n, m in zip(place, size, counts, strict=True))
        found[place] = reduce(x[(..., *box)].reshape(*x.shape[:2], -1))
    return assembled(found)
